package main

import (
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
)

// servers are the FreeIPA servers of running scripts, by their folder.
var servers sync.Map

// freeipa start puts a server's address into IPA and its CA's certificate into
// ipa-ca.crt. `freeipa host NAME`, `freeipa group NAME` and `freeipa user NAME`
// make what somebody else made; `freeipa deny N` refuses the N-th change from
// now on, `freeipa deny 0` none.
func freeipa(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: freeipa start | host NAME | user NAME | group NAME | deny N")
	}
	if args[0] == "start" {
		s, err := identitytest.Start(ts.MkAbs("."))
		ts.Check(err)
		ts.Defer(s.Close)
		servers.Store(ts.Getenv("WORK"), s)
		ts.Setenv("IPA", s.Address())
		return
	}
	v, ok := servers.Load(ts.Getenv("WORK"))
	if !ok || len(args) != 2 {
		ts.Fatalf("usage: freeipa start first, then freeipa WORD NAME")
	}
	s := v.(*identitytest.Server)
	if args[0] != "deny" {
		s.Put(args[0], args[1], identitytest.Entry{})
		return
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	from := s.Writes()
	s.Inject(func(c identitytest.Command) identitytest.Fault {
		if n > 0 && c.Write == from+n {
			return identitytest.Deny
		}
		return identitytest.None
	})
}
