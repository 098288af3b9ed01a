package identity_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/identity/identitytest"
)

// shapeOf are the classes of parameters that take each shape of ours.
var shapeOf = map[identity.Shape][]string{
	identity.Text: {"Str", "StrEnum", "Principal", "IA5Str"},
	identity.List: {"Str", "StrEnum", "Principal"},
	identity.Flag: {"Flag", "Bool"},
	identity.Int:  {"Int"},
}

// disagreements lists what of our commands an API does not have, has in
// another form, or wants besides.
func disagreements(api identitytest.API, ours map[string]identity.Command) []string {
	var found []string
	for name, c := range ours {
		theirs := api[name]
		if theirs == nil {
			found = append(found, name+": no such command")
			continue
		}
		for i, arg := range c.Args {
			if i >= len(theirs.Args) || theirs.Args[i].Name != arg {
				found = append(found, fmt.Sprintf("%s: argument %d is not %s", name, i+1, arg))
			}
		}
		for _, arg := range theirs.Args[min(len(c.Args), len(theirs.Args)):] {
			if arg.Required {
				found = append(found, name+": argument "+arg.Name+" is missing")
			}
		}
		found = append(found, optionDisagreements(name, theirs, c)...)
	}
	slices.Sort(found)
	return found
}

func optionDisagreements(name string, theirs *identitytest.APICommand, c identity.Command) []string {
	var found []string
	for option, shape := range c.Options {
		p, ok := theirs.Option(option)
		switch {
		case !ok:
			found = append(found, name+": no option "+option)
		case !slices.Contains(shapeOf[shape], p.Type):
			found = append(found, name+": option "+option+" is a "+p.Type)
		case shape == identity.List && !p.Multi:
			found = append(found, name+": option "+option+" takes one value")
		}
	}
	for _, p := range theirs.Options {
		if _, sent := c.Options[p.Name]; p.Required && !p.Autofill && !sent {
			found = append(found, name+": option "+p.Name+" is required")
		}
	}
	return found
}

// accepted is what the test server takes, as commands.
func accepted() map[string]identity.Command {
	shapes := map[string]identity.Shape{"text": identity.Text, "texts": identity.List, "flag": identity.Flag, "integer": identity.Int}
	all := map[string]identity.Command{}
	args, options := identitytest.Accepted()
	for name := range args {
		c := identity.Command{Args: args[name], Options: map[string]identity.Shape{}}
		for option, typ := range options[name] {
			c.Options[option] = shapes[typ]
		}
		all[name] = c
	}
	return all
}

// Every command and parameter that we send, and that the test server takes, is
// in FreeIPA's own description: in every API.txt below NIMMER_REF_FREEIPA.
func TestReferenceFreeIPA(t *testing.T) {
	t.Parallel()
	root := os.Getenv("NIMMER_REF_FREEIPA")
	if root == "" {
		t.Skip("skipped: FreeIPA's API description; set NIMMER_REF_FREEIPA to a folder with API.txt files, or run `make check-freeipa`")
	}
	read := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "API.txt" {
			return err
		}
		read++
		api := readAPI(t, path)
		for _, f := range disagreements(api, identity.Commands()) {
			t.Errorf("%s: we send what is not there: %s", path, f)
		}
		for _, f := range disagreements(api, accepted()) {
			t.Errorf("%s: the test server takes what is not there: %s", path, f)
		}
		t.Logf("%s: %d commands described, %d of ours agree", path, len(api), len(identity.Commands()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read == 0 {
		t.Errorf("no API.txt below %s", root)
	}
}

func readAPI(t *testing.T, path string) identitytest.API {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	api, err := identitytest.ParseAPI(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return api
}

// The test server takes everything that we send, so no test passes because a
// command was never seen.
func TestServerTakesWhatWeSend(t *testing.T) {
	t.Parallel()
	theirs := accepted()
	for name, c := range identity.Commands() {
		a, ok := theirs[name]
		if !ok {
			t.Errorf("the test server has no command %s", name)
			continue
		}
		for option, shape := range c.Options {
			if got, ok := a.Options[option]; option != "version" && (!ok || got != shape) {
				t.Errorf("the test server's %s has no such option %s", name, option)
			}
		}
	}
}

const smallAPI = `args: none
command: group_add/1
args: 1,3,3
arg: Str('cn', cli_name='group_name')
option: Str('description?', cli_name='desc')
option: Flag('nonposix', autofill=True, cli_name='nonposix', default=False)
option: Str('owner', cli_name='owner')
output: Entry('result')
command: group_add/2
args: 0,0,0
command: user_add/1
args: 2,1,1
arg: Str('uid')
arg: Str('more')
option: Str('userclass?')
default: user_add/1
capability: messages 2.52
`

// The comparison finds what it is for.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	api, err := identitytest.ParseAPI(strings.NewReader(smallAPI))
	if err != nil {
		t.Fatal(err)
	}
	got := disagreements(api, map[string]identity.Command{
		"group_add": {Args: []string{"cn"}, Options: map[string]identity.Shape{"description": identity.Flag, "nonposix": identity.Flag, "colour": identity.Text}},
		"user_add":  {Args: []string{"uid"}, Options: map[string]identity.Shape{"userclass": identity.List}},
		"user_del":  {Args: []string{"uid"}},
	})
	want := []string{
		"group_add: no option colour",
		"group_add: option description is a Str",
		"group_add: option owner is required",
		"user_add: argument more is missing",
		"user_add: option userclass takes one value",
		"user_del: no such command",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for text, why := range map[string]string{
		"": "no command", "command: a/1\nargs: 1,0,0\n": "read 0 arguments", "command: a/1\nargs: x\n": "three numbers",
		"command: a/1\nargs: 0,1,0\noption: Str(x)\n": "no parameter", "command: a/1\nargs: 0,1,0\noption: Str('*')\n": "no name",
	} {
		if _, err := identitytest.ParseAPI(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: error is %v, want %q", text, err, why)
		}
	}
}
