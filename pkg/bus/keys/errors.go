package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

// fail is an error with what a person can do about it.
func fail(op, subject, hint string, err error) error {
	return &daemon.Error{Op: op, Subject: subject, Hint: hint, Err: err}
}

// failf is fail with a reason made up here.
func failf(op, subject, hint, format string, args ...any) error {
	return fail(op, subject, hint, fmt.Errorf(format, args...))
}

// diskError says what a person can do about a path that cannot be used; flag
// is the one that names another folder.
func diskError(op, path, flag string, err error) error {
	hint := "name another folder with " + flag
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "the disk is full: make room and run the same command again"
	case errors.Is(err, syscall.EROFS):
		hint = "that file system is read-only: " + hint
	case errors.Is(err, fs.ErrPermission):
		hint = "this user may not write there: " + hint
	case errors.Is(err, syscall.ENOTDIR):
		hint = "a file is in the way: " + hint
	}
	if pe := new(fs.PathError); errors.As(err, &pe) {
		err = pe.Err
	}
	return fail(op, path, hint, err)
}
