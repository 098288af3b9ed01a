// Package loadtest makes random declarations that are well declared, for
// property tests of whatever follows from a declaration.
package loadtest
