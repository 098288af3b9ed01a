//go:build !linux && !darwin

package host

import (
	"context"
	"errors"
	"runtime"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func (m Machine) bootID() (string, error) { return "", errors.ErrUnsupported }

func (m Machine) load() ([]float64, error) { return nil, errors.ErrUnsupported }

func (m Machine) memory(context.Context) (wave.Memory, error) {
	return wave.Memory{}, errors.ErrUnsupported
}

func (m Machine) plainSystem(context.Context) string { return runtime.GOOS }
