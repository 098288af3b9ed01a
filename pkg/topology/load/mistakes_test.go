package load

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

func wholeLab(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile("testdata/valid/whole.hcl")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// The whole lab uses every attribute of every block.
func TestWhole(t *testing.T) {
	top := mustLoad(t, wholeLab(t), Options{})
	used := map[string]bool{}
	note(reflect.ValueOf(top).Elem(), topology.Catalogue(), used, "")
	eachAttr(topology.Catalogue(), "", func(path string) {
		if !used[path] {
			t.Errorf("%s is not used", path)
		}
	})
}

func note(parent reflect.Value, blocks []topology.BlockSpec, used map[string]bool, path string) {
	for i := range blocks {
		b := &blocks[i]
		field := parent.Field(b.Field)
		var instances []reflect.Value
		switch field.Kind() {
		case reflect.Slice:
			for j := range field.Len() {
				instances = append(instances, field.Index(j))
			}
		case reflect.Pointer:
			if !field.IsNil() {
				instances = append(instances, field.Elem())
			}
		default:
			instances = append(instances, field)
		}
		for _, v := range instances {
			src, _ := v.FieldByName("Src").Interface().(*topology.Source)
			for j := range b.Attrs {
				if src.Has(b.Attrs[j].Name) {
					used[path+b.Name+"."+b.Attrs[j].Name] = true
				}
			}
			note(v, b.Blocks, used, path+b.Name+" ")
		}
	}
}

func eachAttr(blocks []topology.BlockSpec, path string, f func(path string)) {
	for i := range blocks {
		b := &blocks[i]
		for j := range b.Attrs {
			// The backends of organ and cortex are one struct; each is used in one of them.
			if name := b.Attrs[j].Name; b.Name != "backend" {
				f(path + b.Name + "." + name)
			}
		}
		eachAttr(b.Blocks, path+b.Name+" ", f)
	}
}

var (
	attrLine  = regexp.MustCompile(`^(\s*)([a-z_]+)(\s*=\s*)(.*)$`)
	blockLine = regexp.MustCompile(`^(\s*)([a-z_]+)( .*\{.*)$`)
)

// One mistake, wherever it is made, is one diagnostic on its line: nothing
// else is blamed for it.
func TestOneMistake(t *testing.T) {
	lines := strings.Split(wholeLab(t), "\n")
	tried := 0
	try := func(i int, broken string) {
		t.Helper()
		tried++
		was := lines[i]
		lines[i] = broken
		_, diags := Source("whole", map[string][]byte{"whole.hcl": []byte(strings.Join(lines, "\n"))}, Options{})
		lines[i] = was
		if len(diags) == 1 && (diags[0].Pos.Line == i+1 || diags[0].Pos.Line == i+2) {
			return
		}
		var found []string
		for _, d := range diags {
			found = append(found, fmt.Sprintf("  %d %s: %s", d.Pos.Line, d.Summary, d.Detail))
		}
		t.Errorf("line %d %q gives %d diagnostics:\n%s", i+1, broken, len(diags), strings.Join(found, "\n"))
	}
	for i, line := range lines {
		if m := attrLine.FindStringSubmatch(line); m != nil && !strings.Contains(line, "{ ") {
			try(i, m[1]+m[2]+"q"+m[3]+m[4]) // an attribute misspelt
			switch i % 4 {
			case 0:
				try(i, m[1]+m[2]+m[3]) // a value forgotten
			case 1:
				try(i, m[1]+m[2]+m[3]+"host.nowhere") // a reference to nothing
			case 2:
				try(i, m[1]+m[2]+m[3]+"local.forgotten") // a local that is not set
			case 3:
				try(i, m[1]+m[2]+m[3]+m[4]+"\n"+line) // twice
			}
		} else if m := blockLine.FindStringSubmatch(line); m != nil {
			try(i, m[1]+m[2]+"q"+m[3]) // a block misspelt
		}
	}
	t.Logf("%d mistakes", tried)
}
