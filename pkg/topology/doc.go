// Package topology is the declared lab as plain structs: hosts, networks,
// cards, identities, the bus, cells, gates, organs and everything else that
// can be declared.
//
// A Topology that was read by package load is complete: documented defaults
// are filled in, references are plain names ("theia" for a host, "theia/0" for
// a card), and every list of blocks is sorted by name. It is what the daemons,
// the emitters and (as topology.json) Nix read.
//
// The package is pure. It reads no clock, starts no goroutine and does no I/O.
// The field tags are the catalogue of the language; see Catalogue.
package topology
