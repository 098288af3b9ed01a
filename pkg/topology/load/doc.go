// Package load reads a declaration, a folder of *.hcl files, into a complete
// topology.Topology, or into everything that is wrong with it.
//
// Reading has three steps, and none of them stops at the first problem:
//
//  1. parse: every file into blocks; a file that nests too deep is refused.
//  2. expand: for_each and name of every block, locals, and the attributes
//     that other expressions may read. They are evaluated when something asks
//     for them, once, so their order in the files does not matter; what needs
//     itself is a cycle.
//  3. decode: every attribute into its struct field, in one evaluation scope
//     that is built once.
//
// Then topology.Fill adds the defaults that depend on other blocks, and
// topology.Check looks at the whole.
//
// What a declaration can make the loader do is bounded (see limits.go), so a
// hostile one costs no more than seconds.
package load
