package lab

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

// adopt moves what an earlier nimmer stored, when its bus had one account, to
// the accounts that keep it now. The server must not run yet.
func adopt(store, env string, want Stored) error {
	root := filepath.Join(store, "jetstream")
	old := filepath.Join(root, "$G", "streams")
	if _, err := os.Stat(old); err != nil {
		return nil
	}
	move := func(account, name string) error {
		to := filepath.Join(root, accounts.AccountName(env, account), "streams")
		if _, err := os.Stat(filepath.Join(old, name)); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err := os.MkdirAll(to, 0o750); err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Join(to, name)); err == nil {
			return nil // there is newer
		}
		return os.Rename(filepath.Join(old, name), filepath.Join(to, name))
	}
	var errs []error
	for _, s := range want.Streams {
		errs = append(errs, move(s.Account, s.Name))
	}
	for _, b := range want.Buckets {
		errs = append(errs, move(b.Account, "KV_"+b.Name))
	}
	if err := errors.Join(errs...); err != nil {
		return stateError("move streams in", store, err)
	}
	return nil
}
