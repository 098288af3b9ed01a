// Package ipa compiles a declaration into users and what they may do: the
// state that FreeIPA should have (Compile), and the same as local users for
// machines that know no FreeIPA (CompileLocal).
//
// Every identity becomes a user. The names it lists under `ipa` become groups,
// sudo rules and host-based access rules. A rule is made once for each host,
// as "NAME@HOST": FreeIPA lets every user of a rule onto every host of it, so
// one rule for two identities that live on different hosts would let each onto
// the other's. People, who have no host, are in each host's rule of that name.
//
// The declaration says who and where. What a sudo rule allows, and by which
// services one may log in, is said in FreeIPA: each declared name has a group
// of commands, or of services, that all its rules allow. A new group of
// commands is empty, which allows nothing.
//
// Everything that is made carries the lab's mark. What does not carry it was
// made by somebody else, and stays as it is.
//
// The package is pure: no clock, no goroutine, no I/O.
package ipa
