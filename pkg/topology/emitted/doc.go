// Package emitted keeps a folder of emitted files. Each file is written whole or
// not at all; what an earlier emit left and the declaration no longer has goes
// away; what a person wrote or edited stays, unless it is asked for.
//
// An emit may be killed at any moment. It first says in the folder's manifest
// what it is about to do, and the next one takes it from there.
package emitted
