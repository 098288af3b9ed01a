// Package host is a machine's agent: it says every ten seconds that the machine
// is alive, and how it is.
//
// A heartbeat holds facts that are read from the machine and never remembered:
// the boot, the system that runs beside the one that was booted and the one of
// the next boot (on NixOS and nix-darwin: generation and store paths; elsewhere:
// name, version and kernel), load, memory, cards and failed units. Whoever wants
// to know whether a machine is what it was declared to be compares these.
//
// Facts that can be missing (units without systemd, cards without a driver) are
// left out; a machine whose boot, load or memory cannot be read is told to the
// log, and is silent.
package host
