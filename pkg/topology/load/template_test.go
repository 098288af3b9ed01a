package load

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A newcomer's flake begins with the lab that `nimmer init` writes, and is well declared.
func TestTemplate(t *testing.T) {
	t.Parallel()
	const dir = "../../../hosts/template/topology"
	got, err := os.ReadFile(dir + "/lab.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(InitHCL(Options{Lab: "home"})), string(got)); diff != "" {
		t.Errorf("hosts/template/topology/lab.hcl is not what init writes (-init +template): %s", diff)
	}
	if _, problems := Dir(dir, Options{}); len(problems) > 0 {
		t.Error(problems)
	}
}
