package lab

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/load"
)

// largest is how much of one declaration is read from git.
const largest = 64 << 20

// LoadAny reads a declaration from wherever it lies: a folder of *.hcl files, a
// topology.json, or either of them in a git revision, as "HEAD~1:topology".
func LoadAny(ctx context.Context, from string) (Declaration, error) {
	info, err := os.Stat(from)
	switch {
	case err == nil && info.IsDir():
		return LoadAnywhere(from), nil
	case err == nil:
		data, err := os.ReadFile(from)
		if err != nil {
			return Declaration{}, fmt.Errorf("read %s: %w", from, err)
		}
		return parsed(from, data)
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(from, ":"):
		return loadRevision(ctx, from)
	}
	return Declaration{}, &daemon.Error{Op: "read", Subject: from, Err: err, Hint: "name a folder, a topology.json, or REVISION:FOLDER of a git repository"}
}

func parsed(from string, data []byte) (Declaration, error) {
	t, err := topology.Parse(data)
	if err != nil {
		return Declaration{}, &daemon.Error{Op: "read", Subject: from, Err: err, Hint: "name a folder, or the topology.json that 'nimmer topology emit' wrote"}
	}
	return Declaration{Topology: t}, nil
}

// loadRevision asks git for a folder or a file as it was.
func loadRevision(ctx context.Context, object string) (Declaration, error) {
	kind, err := git(ctx, "cat-file", "-t", object)
	if err != nil {
		return Declaration{}, err
	}
	if strings.TrimSpace(string(kind)) == "blob" {
		data, err := git(ctx, "cat-file", "blob", object)
		if err != nil {
			return Declaration{}, err
		}
		return parsed(object, data)
	}
	data, err := git(ctx, "archive", "--format=tar", object)
	if err != nil {
		return Declaration{}, err
	}
	files, err := unpack(data)
	if err != nil {
		return Declaration{}, fmt.Errorf("unpack %s: %w", object, err)
	}
	t, diags := load.Source(object, files, load.Options{})
	return Declaration{Topology: t, Diagnostics: diags}, nil
}

// git runs git without a shell; an object cannot be taken for an option.
func git(ctx context.Context, verb string, args ...string) ([]byte, error) {
	if last := args[len(args)-1]; strings.HasPrefix(last, "-") {
		return nil, &daemon.Error{Op: "read", Subject: last, Err: errors.New("this is no git revision")}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", append([]string{verb}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = errors.New(text)
		}
		return nil, &daemon.Error{Op: "ask git for", Subject: args[len(args)-1], Err: err, Hint: "REVISION:FOLDER counts from the root of the repository, REVISION:./FOLDER from here"}
	}
	return stdout.Bytes(), nil
}

// unpack returns the files of a folder and of those inside it (function file
// reads them); *.hcl files count only at the top.
func unpack(data []byte) (map[string][]byte, error) {
	files, total := map[string][]byte{}, int64(0)
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		name := path.Clean(head.Name)
		if head.Typeflag != tar.TypeReg || path.Ext(name) == ".hcl" && strings.Contains(name, "/") {
			continue
		}
		if total += head.Size; total > largest {
			return nil, fmt.Errorf("it holds more than %d MiB", largest>>20)
		}
		if files[name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
}
