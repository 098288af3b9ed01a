package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// CredentialName is the systemd credential that holds the password
// (LoadCredential=ipa-password:/path).
const CredentialName = "ipa-password"

// secretLimit is more than any password has.
const secretLimit = 4096

// SecretFile reads a password from the first line of a file that only its
// owner can read.
func SecretFile(path string) Secret {
	return func() (string, error) { return readSecret(path) }
}

// Credential returns the path of a credential that systemd handed to this
// process, if there is one of this name.
func Credential(name string) (path string, ok bool) {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", false
	}
	path = filepath.Join(dir, name)
	_, err := os.Stat(path)
	return path, err == nil
}

func readSecret(path string) (string, error) {
	fail := func(err error, hint string) error {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return &daemon.Error{Op: "read password", Subject: path, Err: err, Hint: hint}
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fail(err, "name a file that holds the password and nothing else")
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fail(err, "")
	}
	if loose(info) {
		return "", fail(fmt.Errorf("others than its owner may read it (mode %04o)", info.Mode().Perm()), "chmod 600 "+path)
	}
	data, err := io.ReadAll(io.LimitReader(file, secretLimit+1))
	if err != nil {
		return "", fail(err, "")
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	switch {
	case len(line) == 0:
		return "", fail(errors.New("its first line is empty"), "")
	case len(line) > secretLimit:
		return "", fail(fmt.Errorf("its first line has more than %d bytes", secretLimit), "")
	}
	return string(line), nil
}

// loose says that others may read a file. Pipes (of `<(pass show ipa)`) have
// no reader but us.
func loose(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
}
