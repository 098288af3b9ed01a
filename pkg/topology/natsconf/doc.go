// Package natsconf emits what the NATS servers of a lab are configured with:
// the account model as JSON, and one file for each server of each site.
//
//	nats/accounts.json               who may say and hear what, unsigned
//	nats/hub/{site}/{hub}_{host}.conf
//	nats/leaf/{leaf}/{host}.conf
//
// Nothing secret and no key is emitted. A server's file includes what lies
// beside it and is written by whoever holds the keys (nimmer bus keys apply):
//
//	resolver.conf        the operator, the system account and the accounts' JWTs
//	remotes.conf         a leaf's remotes: account keys, credentials, the hub's URLs
//	cluster-{hub}.conf   a cluster's routes, and the password its members share
//	gateways.conf        the same between hubs that are peers
//
// A server that is given no such file does not start: there is no state in
// which it runs without accounts.
//
// # Where servers listen
//
// A hub listens on its host's address in the hub's network and nowhere else,
// with a name of the host in its domain when no address is declared. A leaf
// listens on loopback, for its own machine. Monitoring (8222) answers anybody
// who asks, so it is on loopback, where the exporter beside the server finds
// it; only when an exporter is declared for a machine without a server of its
// own, and none for this host, it is on the host's address in the hub's network.
//
// The package is pure.
package natsconf
