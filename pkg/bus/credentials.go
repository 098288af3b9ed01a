package bus

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// EnvironmentCreds is the credentials file that the environment names: that of
// NATS_CREDS, else nats.creds among the credentials systemd handed to the unit
// (LoadCredential=nats.creds:PATH), else "".
func EnvironmentCreds() string {
	if path := os.Getenv("NATS_CREDS"); path != "" {
		return path
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, "nats.creds")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path
}
