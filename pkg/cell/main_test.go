package cell

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// lamp is a cell of one's own: it says whether a lamp burns.
type lamp struct{}

func (lamp) Describe() string { return "says whether the lamp burns" }
func (lamp) Version() string  { return "v2.1" }

func (lamp) Sample(context.Context, time.Time) ([]wave.Wave, error) {
	w, err := Say("lamp", 0.9, map[string]bool{"burns": true})
	return []wave.Wave{w}, err
}

// alone takes away what the environment of the test says about a bus.
func alone(t *testing.T) {
	t.Helper()
	for _, name := range []string{"NIMMERVERSE_ENV", "NATS_URL", "NATS_CREDS", "CREDENTIALS_DIRECTORY", "NIMMER_LISTEN", "NIMMER_LOG", "NOTIFY_SOCKET"} {
		t.Setenv(name, "")
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
}

// TestMainOfACell runs a whole process of a cell: the environment says where it is.
func TestMainOfACell(t *testing.T) {
	conn, address := realBus(t)
	alone(t)
	t.Setenv("NIMMERVERSE_ENV", "prod")
	t.Setenv("NATS_URL", "nats://"+address)
	t.Setenv("NIMMER_LISTEN", "127.0.0.1:0")
	said := collect(t, conn, "prod.nervous.cells.lamp.wave")
	ctx, stop := context.WithCancel(t.Context())
	code := make(chan int, 1)
	var log bytes.Buffer
	go func() { code <- run(ctx, Config{Name: "lamp", Host: "box"}, lamp{}, &log) }()
	m := next(t, said, func(wave.Message) bool { return true })
	if w, err := wave.ParseWave(m.Data); err != nil || w.Source != "lamp-box" || w.Region != "lamp" {
		t.Errorf("said %s, %v", m.Data, err)
	}
	stop()
	if got := <-code; got != 0 {
		t.Errorf("ended with %d: %s", got, log.String())
	}
}

func TestMainSaysWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		env, value string
		cfg        Config
		want       string
	}{
		"log level":   {env: "NIMMER_LOG", value: "loud", want: "lamp: read NIMMER_LOG"},
		"credentials": {env: "NATS_CREDS", value: filepath.Join(t.TempDir(), "none"), want: "hint: "},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t)
			t.Setenv(tc.env, tc.value)
			var log bytes.Buffer
			if code := run(t.Context(), Config{Name: "lamp"}, lamp{}, &log); code != 1 || !strings.Contains(log.String(), tc.want) {
				t.Errorf("ended with %d: %s", code, log.String())
			}
		})
	}
	conn, address := realBus(t)
	conn.Close()
	alone(t)
	t.Setenv("NATS_URL", "nats://"+address)
	var log bytes.Buffer
	if code := run(t.Context(), Config{Name: "lamp", Version: "latest"}, lamp{}, &log); code != 1 || !strings.Contains(log.String(), `version "latest": write it like v1`) {
		t.Errorf("ended with %d: %s", code, log.String())
	}
	// Nobody is there: it waits, and ends well when it is asked to.
	t.Setenv("NATS_URL", "nats://127.0.0.1:1")
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	log.Reset()
	if code := run(ctx, Config{Name: "lamp"}, lamp{}, &log); code != 0 || !strings.Contains(log.String(), "waiting for the bus") {
		t.Errorf("ended with %d: %s", code, log.String())
	}
}
