package daemon_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/nimmerverse/nimmer/pkg/daemon"
)

func TestWebServesUntilStop(t *testing.T) {
	h := &daemon.Health{}
	web, err := daemon.Serve("127.0.0.1:0", h)
	if err != nil {
		t.Fatal(err)
	}
	if err := web.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-web.Started()
	h.Set(daemon.StageReady)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + web.Addr() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"ok":true`) {
		t.Errorf("%s: %s, %v", answer.Status, body, err)
	}
	if _, err := daemon.Serve(web.Addr(), h); err == nil || daemon.Hint(err) == "" {
		t.Errorf("a port in use: %v", err)
	}
	if err := web.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if answer, err := client.Get("http://" + web.Addr() + "/readyz"); err == nil {
		t.Errorf("it still answers after Stop: %v", answer.Body.Close())
	}
}
