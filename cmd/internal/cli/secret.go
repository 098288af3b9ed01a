package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// AskSecret returns a function that asks a person for a secret, once, without
// showing it. It fails when stdin is no terminal: a secret in a pipe of its
// own is a file, and has a flag.
func AskSecret(stdin io.Reader, stderr io.Writer, prompt string) (func() (string, error), error) {
	file, ok := stdin.(*os.File)
	if !ok || !isTerminal(int(file.Fd())) {
		return nil, errors.New("nobody can be asked for a password: the input is no terminal")
	}
	return sync.OnceValues(func() (string, error) {
		fmt.Fprint(stderr, prompt)
		secret, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		if len(secret) == 0 {
			return "", errors.New("no password was given")
		}
		return string(secret), nil
	}), nil
}
