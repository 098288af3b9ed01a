package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/metric"
	"github.com/nimmerverse/nimmer/pkg/metric/prom"
)

// off is how --http says that nothing is served.
const off = "none"

// Face is the HTTP side of a process: /metrics, /healthz and /readyz on one address. It is for reading only
// and has no logins: keep it on loopback, or in a network of your own.
type Face struct {
	// Health decides what /healthz and /readyz say.
	Health *daemon.Health
	// Metrics is what /metrics says; it is there after Begin.
	Metrics *prom.Registry

	address string
	flag    func() bool // whether the address was asked for
	web     *daemon.Web
}

// Add gives a command the flag --http. Without it, address is where the face is; "none" is nowhere.
func (f *Face) Add(cmd *cobra.Command, address string) {
	cmd.Flags().StringVar(&f.address, "http", address,
		"host:port for /metrics, /healthz and /readyz; port 0 takes a free one, none serves nothing")
	f.flag = func() bool { return cmd.Flags().Changed("http") }
	f.Health = &daemon.Health{}
}

// Check says what is wrong with --http.
func (f *Face) Check() error {
	if f.address == off || f.address == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(f.address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return Usagef("--http must be host:port with a port from 0 to 65535, or none, not %q", f.address)
	}
	return nil
}

// Begin makes the registry of a process and opens the address. A default address that somebody else uses is
// said in a note and left alone: a second lab on a machine must not fail for its metrics. One that was asked
// for is an error.
func (f *Face) Begin(process string, logger *slog.Logger) (note string, err error) {
	f.Metrics = prom.New(process, Version(), logger)
	f.Metrics.Add("health", metric.Func(f.health))
	if f.address == off || f.address == "" {
		return "", nil
	}
	f.web, err = daemon.Serve(f.address, f.handler())
	if err == nil || f.flag() {
		return "", err
	}
	why := err
	if e, ok := errors.AsType[*daemon.Error](err); ok {
		why = e.Err
	}
	return fmt.Sprintf("metrics are not served: %v; choose another address with --http", why), nil
}

// URL is where the metrics are, "" when they are not served.
func (f *Face) URL() string {
	if f.web == nil {
		return ""
	}
	return "http://" + f.web.Addr() + "/metrics"
}

// Services is the face as the first of a process's services: up before and down after the others, so that
// who looks sees how they start and stop.
func (f *Face) Services(others ...daemon.Named) []daemon.Named {
	if f.web == nil {
		return others
	}
	return append([]daemon.Named{{Name: "http", Service: f.web}}, others...)
}

func (f *Face) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", f.Metrics.Handler())
	mux.Handle("/healthz", f.Health)
	mux.Handle("/readyz", f.Health)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "/metrics\n/healthz\n/readyz\n") // who asked has gone
	})
	return mux
}

// health tells the checks as metrics.
func (f *Face) health(ctx context.Context, to metric.Sink) error {
	r := f.Health.Ready(ctx)
	to.Tell(metric.Ready, metric.Bool(r.OK))
	for _, c := range r.Checks {
		to.Tell(metric.CheckOK, metric.Bool(c.OK), c.Name)
	}
	return nil
}
