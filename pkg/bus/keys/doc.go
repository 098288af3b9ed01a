// Package keys signs the account model of a lab: for every site, which is one
// trust domain, an operator, its accounts and their users, as JWTs that a
// nats-server checks and credentials that a client logs in with.
//
//	Model ── Apply ──▶ folder of keys (secret)          ──▶ folder for servers and hosts
//	                     lab.json                             nats/hub/dev/resolver.conf
//	                     hub-dev/seeds.json[.age]             nats/hub/dev/creds/dev_cell_math.creds
//	                     hub-dev/site.json                    nats/leaf/theia/remotes.conf
//
// # The life of a key
//
// Init makes the operator and the system account of each site. Apply makes what
// else is missing and signs what changed in meaning; a second Apply writes
// nothing. Rotate replaces a signing key or a user's key, at once or with a
// grace in which both count. Revoke puts somebody out until Rotate lets them in
// again. Show reads, without any seed.
//
// Accounts and users are signed by signing keys alone; what a stolen signing key
// can do ends when it is rotated, and no public key of an account changes.
//
// # What holds
//
//   - A user's JWT says what its grants say: an empty list denies everything,
//     and nobody may answer to whatever reply subject it was sent.
//   - An account's export is open to the accounts it names, by a token that only
//     the exporter signs.
//   - Who may do less than before, or not for as long, has the older JWTs
//     revoked by the same Apply: a JWT keeps its grants for as long as it counts.
//   - Nothing is written before everything was read, checked and signed. Each
//     file is replaced whole or not at all; whatever the moment at which the
//     process dies, the next Apply goes on from there.
//   - Seeds are in a folder of their own, outside repositories and the Nix store,
//     readable by one user, and encrypted when there is a recipient.
//
// Times in JWTs are whole seconds, and a revocation counts for everything up to
// its second. So what is signed for a user whose older JWTs are revoked is signed
// in a later second, if need be by waiting for it.
package keys
