package daemon

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHealthOverHTTP(t *testing.T) {
	t.Parallel()
	var h Health
	bus := error(&Error{Op: "reach", Subject: "nats://127.0.0.1:4222", Hint: "start one with nimmer up", Err: errors.New("refused")})
	h.Check("bus", func(context.Context) error { return bus })
	h.Vital("loop", func(context.Context) error { return nil })
	ask := func(method, path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		stage        Stage
		err          error
		method, path string
		code         int
		body         string
	}{
		{"", bus, "GET", "/healthz", 200, `{"format_version":1,"ok":true,"stage":"starting","checks":[{"name":"loop","ok":true}]}`},
		{StageReady, bus, "GET", "/readyz", 503, `{"format_version":1,"ok":false,"stage":"ready","checks":[{"name":"bus","ok":false,` +
			`"error":"reach nats://127.0.0.1:4222: refused","hint":"start one with nimmer up"},{"name":"loop","ok":true}]}`},
		{StageReady, nil, "GET", "/readyz", 200, `{"format_version":1,"ok":true,"stage":"ready","checks":[{"name":"bus","ok":true},{"name":"loop","ok":true}]}`},
		{StageStopping, nil, "HEAD", "/readyz", 503, `{"format_version":1,"ok":false,"stage":"stopping","checks":[{"name":"bus","ok":true},{"name":"loop","ok":true}]}`},
		{StageReady, nil, "POST", "/readyz", 405, "only GET and HEAD are answered here"},
		{StageReady, nil, "GET", "/", 404, "404 page not found"},
	} {
		h.Set(c.stage)
		bus = c.err
		code, body := ask(c.method, c.path)
		if diff := cmp.Diff(c.body+"\n", body); code != c.code || diff != "" {
			t.Errorf("%s %s at %q: %d\n%s", c.method, c.path, c.stage, code, diff)
		}
	}
	if _, ok := any(&h).(http.Handler); !ok {
		t.Error("it is no handler")
	}
}

func TestHealthDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h Health
		h.Vital("slow", func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		begun := time.Now()
		got := h.Alive(t.Context())
		if got.OK || got.Checks[0].Error != "no answer within 2s" || time.Since(begun) != 2*time.Second {
			t.Errorf("%+v after %v", got, time.Since(begun))
		}
	})
}
