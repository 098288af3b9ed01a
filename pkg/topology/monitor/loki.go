package monitor

import "github.com/nimmerverse/nimmer/pkg/topology"

func (w *watch) loki() ([]topology.Artifact, error) { return nil, nil }
