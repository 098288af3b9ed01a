// Package identity brings a FreeIPA server to what a lab declares, and to
// nothing more.
//
// It owns the protocol: FreeIPA's JSON-RPC over TLS with a session cookie, in
// which one logs in with a password or a Kerberos ticket (Client).
//
// A Plan says how the server differs from the declaration; Apply makes it so
// and reports, change by change, what was done. Nothing is remembered between
// two runs: each compares anew, so an Apply that died half-way is continued by
// the next, and a second one has nothing to do.
//
// What we made carries the lab's mark (see package topology/ipa). An entry
// with a name of ours and without the mark is a conflict: nothing is changed
// at all until a person adopts or renames it. Members that others put into our
// groups and rules stay, and are named. Users that are no longer declared lose
// their memberships; with Prune they are locked, and what else is no longer
// declared is deleted.
//
// A client sends only what commands.go lists, which is checked against the
// API descriptions that FreeIPA publishes.
package identity
