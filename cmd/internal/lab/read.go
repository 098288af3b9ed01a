package lab

import (
	"fmt"
	"os"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
)

// Read reads a lab for a daemon: an emitted topology.json, or a folder of
// *.hcl files, which must be without errors.
func Read(path string) (*topology.Topology, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &daemon.Error{
			Op: "read", Subject: "topology " + path, Err: err,
			Hint: "write one with `nimmer topology emit`, or name a folder of *.hcl files",
		}
	}
	if info.IsDir() {
		d := Load(path)
		if err := d.Diagnostics.Err(); err != nil {
			return nil, &daemon.Error{
				Op: "read", Subject: "topology " + path, Err: err,
				Hint: "see all of it with `nimmer topology check " + path + "`",
			}
		}
		return d.Topology, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read topology %s: %w", path, err)
	}
	t, err := topology.Parse(data)
	if err != nil {
		return nil, &daemon.Error{
			Op: "read", Subject: "topology " + path, Err: err,
			Hint: "write it anew with `nimmer topology emit`",
		}
	}
	return t, nil
}
