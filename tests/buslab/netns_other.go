//go:build !linux

package buslab

import (
	"errors"
	"testing"
)

// NewNamespaces is not possible on this system.
func NewNamespaces(testing.TB, map[string]string) (Place, error) {
	return nil, errors.New("network namespaces are of Linux")
}
