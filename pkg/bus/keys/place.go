package keys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// DefaultDir is where the keys of a lab are by default.
func DefaultDir(lab string) (string, error) {
	if os.Geteuid() == 0 {
		return filepath.Join("/var/lib/nimmer/keys", lab), nil
	}
	base := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(base) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", failf("find", "the folder of keys", "name one with --keys", "there is no home directory")
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "nimmer", "keys", lab), nil
}

// apart refuses a folder that others get to see: one in a git work tree, whose
// next commit may hold it, or in the Nix store, which everybody can read.
func apart(dir, flag string) error {
	resolved, err := resolve(dir)
	if err != nil {
		return diskError("find", dir, flag, err)
	}
	store := os.Getenv("NIX_STORE_DIR")
	if store == "" {
		store = "/nix/store"
	}
	if resolved == store || strings.HasPrefix(resolved, store+"/") {
		return failf("use", dir, "name a folder elsewhere with "+flag, "it is in the Nix store, which everybody on this machine can read")
	}
	for at := resolved; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return failf("use", dir, "name a folder elsewhere with "+flag, "it is in the git work tree %s, and secrets do not belong into a repository", at)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// resolve follows the links in that part of a path which exists.
func resolve(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	rest := ""
	for at := dir; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			return "", err
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// private checks that a folder is this user's alone.
func private(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	switch {
	case !info.IsDir():
		return &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
	case owner(info) != os.Geteuid():
		return failf("use", dir, "run this as the user who owns it, or give it to this one (chown)", "the folder of keys belongs to user id %d, not to this one (%d)", owner(info), os.Geteuid())
	case info.Mode().Perm()&0o077 != 0:
		return failf("use", dir, "chmod 700 "+dir, "others may look into the folder of keys (its mode is %04o)", info.Mode().Perm())
	}
	return nil
}

// owner is the numeric user id of who owns a file.
func owner(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return os.Geteuid()
}

// readSecret reads a file that nobody else may read or have put there.
func readSecret(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, failf("read", path, "put the file itself in its place", "it is a symbolic link, and where it leads may change")
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, failf("read", path, "put the file itself in its place", "it is no regular file")
	case owner(info) != os.Geteuid():
		return nil, failf("read", path, "if it is yours, give it to this user (chown); else make the key anew (nimmer bus keys rotate)", "it belongs to user id %d, not to this one (%d)", owner(info), os.Geteuid())
	case info.Mode().Perm()&0o177 != 0:
		return nil, failf("read", path, "chmod 600 "+path+", and rotate its keys if somebody may have read them", "others may read it (its mode is %04o)", info.Mode().Perm())
	}
	data := make([]byte, info.Size())
	n, err := readFull(f, data)
	return data[:n], err
}
