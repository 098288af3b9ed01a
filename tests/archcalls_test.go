package tests

import (
	"go/ast"
	"path"
	"strconv"
	"strings"
)

// call is what a rule forbids: a name of a standard package.
type call struct{ pkg, name string }

// impure says what the pure floor may not touch, and why. Time is an argument there, chance is a hash of
// what happened, effects are returned: so tests drive it without waiting, and a journal replays to the bit.
var impure = group(map[string]string{
	"time Now Since Until":                               "time is an argument",
	"time Sleep After AfterFunc Tick NewTimer NewTicker": "nothing waits in a pure package",
	"sync Mutex RWMutex WaitGroup Cond":                  "one goroutine, the caller's, owns a pure value, so it needs no lock",
	"net Dial DialTimeout Dialer Listen ListenPacket Interfaces InterfaceAddrs LookupHost LookupIP LookupAddr Resolver": "no I/O: bytes come in and go out as arguments",
})

// group writes "package name name ..." out.
func group(lines map[string]string) map[call]string {
	names := map[call]string{}
	for line, why := range lines {
		fields := strings.Fields(line)
		for _, name := range fields[1:] {
			names[call{fields[0], name}] = why
		}
	}
	return names
}

// impureImports are packages the pure floor does without.
var impureImports = map[string]string{
	"math/rand":    "chance comes from the caller, or a replay differs",
	"math/rand/v2": "chance comes from the caller, or a replay differs",
	"crypto/rand":  "chance comes from the caller, or a replay differs",
	"os":           "no I/O: bytes come in and go out as arguments",
	"os/exec":      "no I/O: bytes come in and go out as arguments",
	"net/http":     "no I/O: bytes come in and go out as arguments",
	"syscall":      "no I/O: bytes come in and go out as arguments",
	"log":          "effects are returned, the caller logs",
	"log/slog":     "effects are returned, the caller logs",
	"sync/atomic":  "one goroutine, the caller's, owns a pure value",
}

// defaultLogger are the ways around the logger that a service is handed.
var defaultLogger = group(map[string]string{
	"log/slog Default Debug Info Warn Error": "the logger is handed in",
	"log Print Printf Println":               "the logger is handed in, and is a *slog.Logger",
	"log Fatal Fatalf Fatalln Panic Panicf":  "a package returns its error",
	"os Exit":                                "a package returns its error, only main ends the process",
})

// testWaits is what no test does.
var testWaits = map[call]string{
	{"time", "Sleep"}: "a sleep is too short on one machine and too long on the others: wait for a signal, or for <-time.After inside testing/synctest",
}

// calls holds one file's selectors, imports and statements against what its place forbids.
func (r rules) calls(s source) []finding {
	if s.isTest() {
		return forbid(s, "test wait", testWaits)
	}
	var found []finding
	_, floor, ok := r.floor(s.folder)
	if ok && under(s.folder, "pkg") {
		found = append(found, forbid(s, "logger", defaultLogger)...)
	}
	if !ok || floor != r.pureFloor || strings.HasSuffix(path.Base(s.folder), "test") {
		return found
	}
	found = append(found, forbid(s, "pure", impure)...)
	for _, spec := range s.file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value)
		if why, bad := impureImports[target]; bad {
			found = append(found, s.at(spec, "pure", "imports %s: %s", target, why))
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if g, is := n.(*ast.GoStmt); is {
			found = append(found, s.at(g, "pure", "starts a goroutine: one goroutine, the caller's, owns a pure value"))
		}
		return true
	})
	return found
}

// forbid finds the uses of named functions, under whatever name their package was imported.
func forbid(s source, rule string, names map[call]string) []finding {
	imported := map[string]string{}
	for _, spec := range s.file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(target)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imported[local] = target
	}
	var found []finding
	ast.Inspect(s.file, func(n ast.Node) bool {
		selector, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		if x, is := selector.X.(*ast.Ident); is {
			if why, bad := names[call{imported[x.Name], selector.Sel.Name}]; bad {
				found = append(found, s.at(selector, rule, "uses %s.%s: %s", x.Name, selector.Sel.Name, why))
			}
		}
		return true
	})
	return found
}
