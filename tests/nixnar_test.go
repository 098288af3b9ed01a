package tests

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// narHash returns the hash that Nix has of a tree: SHA-256 of the Nix archive of it, as an SRI string.
func narHash(path string) (string, error) {
	sum := sha256.New()
	nar := narWriter{w: sum}
	nar.text("nix-archive-1")
	if err := nar.node(path); err != nil {
		return "", err
	}
	return "sha256-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)), nil
}

// narWriter writes a Nix archive into a hash, which takes everything: length-prefixed texts, padded to eight bytes.
type narWriter struct{ w io.Writer }

func (n narWriter) text(texts ...string) {
	for _, s := range texts {
		n.length(int64(len(s)))
		_, _ = io.WriteString(n.w, s)
		n.pad(int64(len(s)))
	}
}

func (n narWriter) length(size int64) { _ = binary.Write(n.w, binary.LittleEndian, size) }

func (n narWriter) pad(size int64) { _, _ = n.w.Write(make([]byte, -size&7)) }

// node writes a file, a link or a folder. Of the mode only the executable bit counts, of times nothing.
func (n narWriter) node(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	n.text("(", "type")
	switch mode := info.Mode(); {
	case mode.IsDir():
		err = n.folder(path)
	case mode.IsRegular():
		err = n.file(path, info)
	case mode&os.ModeSymlink != 0:
		var target string
		target, err = os.Readlink(path)
		n.text("symlink", "target", target)
	default:
		err = fmt.Errorf("%s is neither file, folder nor link", path)
	}
	n.text(")")
	return err
}

func (n narWriter) folder(path string) error {
	n.text("directory")
	entries, err := os.ReadDir(path) // sorted by name, bytewise, as Nix has them
	if err != nil {
		return err
	}
	for _, entry := range entries {
		n.text("entry", "(", "name", entry.Name(), "node")
		if err := n.node(filepath.Join(path, entry.Name())); err != nil {
			return err
		}
		n.text(")")
	}
	return nil
}

func (n narWriter) file(path string, info os.FileInfo) error {
	n.text("regular")
	if info.Mode()&0o100 != 0 {
		n.text("executable", "")
	}
	n.text("contents")
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	n.length(info.Size())
	size, err := io.Copy(n.w, file)
	n.pad(size)
	return err
}

// What `nix hash path` says of a tree with a file, an executable, a link and a folder inside a folder.
func TestNARHash(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, err := range []error{
		os.MkdirAll(filepath.Join(root, "b", "empty"), 0o755),
		os.WriteFile(filepath.Join(root, "b", "run"), []byte("#!/bin/sh\n"), 0o755),
		os.WriteFile(filepath.Join(root, "a.txt"), []byte("eight by"), 0o600),
		os.WriteFile(filepath.Join(root, "Z"), nil, 0o644),
		os.Symlink("../a.txt", filepath.Join(root, "b", "link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := narHash(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := "sha256-1dlRizta25W4OXn/vC2N/5Z23m8cc3YSTFxQMciiTOY="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
