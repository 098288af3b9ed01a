// Package accounts compiles a declared lab into the one account model that
// its NATS servers enforce: who may say and hear what.
//
// The model is neutral. It is rendered as static accounts of a server's
// configuration, and signed as a tree of operator, account and user JWTs; both
// carry the same grants, and a test tries every one of them on a real server.
//
//	Topology ── Compile ──▶ Model
//	                          └ Site       one trust domain: a hub, or a leaf with its own operator
//	                              └ Account   {ENV}_VIRTUAL, {ENV}_REAL, {ENV}_INFRA, SYS
//	                                  ├ Export, Import   the only things that cross accounts
//	                                  └ User    who connects, with derived and declared grants
//
// # What holds
//
//   - A user may do exactly what its grants say: a list that is empty denies
//     everything, and is rendered so.
//   - No grant, export or import begins with a wildcard; "*" as a declared
//     grant's environment stands for each environment that its identity serves.
//   - Who answers requests may publish where inboxes are (_IN, _INBOX, and _R_
//     where a service import leads to it) and nowhere else by reply: reply
//     subjects are not checked by the server, so a request whose reply is a
//     gate's subject makes nobody publish there.
//   - The inbox of a user is _IN.{user}; only operators also have _INBOX, which
//     the plain nats command uses.
//   - In virtual nobody may publish real.gates.*.transition or infra.hosts.>:
//     they come from their own account only, or a local forgery would reach
//     local readers.
//   - A leaf's accounts have no exports and imports: what crosses accounts does
//     so at the hub, once.
//   - The model depends on the declaration alone: equal topologies give equal
//     models.
//
// The package is pure.
package accounts
