package bus

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func TestService(t *testing.T) {
	_, c := lab(t)
	ctx := t.Context()
	svc, err := c.AddService(ctx, Service{
		Name: "gate-dev", Version: "1.0.0", Description: "gate core",
		Metadata: map[string]string{"environment": "dev"},
		Endpoints: []Endpoint{
			{Name: "query", Subject: "dev.nervous.gates.*.query", Handle: func(_ context.Context, m wave.Message) ([]byte, error) {
				if m.Header["Deny"] != "" {
					return nil, errors.New("no such gate")
				}
				return []byte(m.Subject), nil
			}},
			{Name: "all", Subject: "dev.nervous.gates.query", Everybody: true, Handle: func(context.Context, wave.Message) ([]byte, error) {
				return []byte("all"), nil
			}},
		},
		Stats: func(endpoint string) any { return map[string]string{"of": endpoint} },
	})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := c.Request(ctx, "dev.nervous.gates.math.query", nil); err != nil || string(data) != "dev.nervous.gates.math.query" {
		t.Errorf("got %q, %v", data, err)
	}
	remote := new(RemoteError)
	if _, err := c.Ask(ctx, wave.Message{Subject: "dev.nervous.gates.math.query", Header: map[string]string{"Deny": "1"}}); !errors.As(err, &remote) || remote.Text != "no such gate" {
		t.Errorf("got %v", err)
	}
	infos, err := c.Services(ctx, "", GatherOptions{Max: 1})
	if err != nil || len(infos) != 1 || infos[0].Name != "gate-dev" || len(infos[0].Endpoints) != 2 || infos[0].Metadata["environment"] != "dev" {
		t.Errorf("discovery: %+v, %v", infos, err)
	}
	data, err := c.Request(ctx, "$SRV.STATS.gate-dev", nil)
	var stats struct {
		Endpoints []struct {
			Name        string            `json:"name"`
			NumRequests int               `json:"num_requests"`
			NumErrors   int               `json:"num_errors"`
			Data        map[string]string `json:"data"`
		} `json:"endpoints"`
	}
	if err != nil || json.Unmarshal(data, &stats) != nil || stats.Endpoints[0].NumRequests < 1 || stats.Endpoints[0].Data["of"] != "query" {
		t.Errorf("stats %s, %v", data, err)
	}
	if _, err := c.Request(ctx, "$SRV.PING", nil); err != nil {
		t.Error(err)
	}
	if err := svc.Stop(); err != nil {
		t.Error(err)
	}
	if err := svc.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := c.Request(ctx, "$SRV.PING.gate-dev", nil); !errors.Is(err, ErrNobody) {
		t.Errorf("after stop: %v", err)
	}
	if infos, err := c.Services(ctx, "gate-dev", GatherOptions{}); err != nil || len(infos) != 0 {
		t.Errorf("after stop: %v, %v", infos, err)
	}
}

func TestServiceRefused(t *testing.T) {
	_, c := lab(t)
	_, err := c.AddService(t.Context(), Service{Name: "no spaces", Version: "1.0.0"})
	if err == nil || !strings.Contains(err.Error(), "no spaces") {
		t.Errorf("got %v", err)
	}
	if _, err := c.AddService(t.Context(), Service{Name: "ok", Version: "1.0.0", Endpoints: []Endpoint{{Name: "e", Subject: "a b"}}}); err == nil {
		t.Error("a bad subject was accepted")
	}
}
