package embedded

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/metric/metrictest"
)

func TestMetricsTellStreamsAndDurables(t *testing.T) {
	s := start(t, Options{ServerName: "here"})
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "DEV_GATES", Subjects: []string{"dev.>"}, MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []jetstream.ConsumerConfig{{Durable: "reader"}, {Name: "passing", InactiveThreshold: time.Minute}} {
		if _, err := stream.CreateConsumer(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if _, err := js.Publish(t.Context(), "dev.x", []byte("1")); err != nil {
			t.Fatal(err)
		}
	}
	told := metrictest.Collect(t, s)
	id := s.srv.ID()
	server := id + ",here,,,,true"
	in := "{" + server + ",$G,$G,$G,DEV_GATES,here,true,"
	told.Want(t, metrictest.Told{
		"gnatsd_varz_connections{" + id + "}":                     1,
		"gnatsd_leafz_conn_nodes_total{" + id + "}":               0,
		"jetstream_server_total_streams{" + server + "}":          1,
		"jetstream_stream_total_messages" + in + "}":              3,
		"jetstream_stream_last_seq" + in + "}":                    3,
		"jetstream_stream_limit_bytes" + in + "}":                 1 << 20,
		"jetstream_consumer_num_pending" + in + ",reader,,true,}": 3,
	})
	for key := range told {
		if strings.Contains(key, "passing") {
			t.Errorf("a passing consumer is told: %s", key)
		}
	}
}

func TestMetricsTellLeafs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	config := func(name, leafnodes string) string {
		path := filepath.Join(t.TempDir(), name+".conf")
		text := fmt.Sprintf("server_name: %s\nlisten: \"127.0.0.1:-1\"\nleafnodes { %s }\n", name, leafnodes)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	hub := start(t, Options{Domain: "hub", StoreDir: t.TempDir(), ConfigFile: config("hub", fmt.Sprintf("listen: %q", port))})
	start(t, Options{Domain: "leaf", StoreDir: t.TempDir(), ConfigFile: config("leaf", fmt.Sprintf(`remotes [ { url: "nats://%s" } ]`, port))})
	for end := time.Now().Add(10 * time.Second); hub.srv.NumLeafNodes() == 0; <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the leaf does not come")
		}
	}
	told := metrictest.Collect(t, hub)
	told.Want(t, metrictest.Told{
		"gnatsd_leafz_conn_nodes_total{" + hub.srv.ID() + "}": 1, "gnatsd_varz_leafnodes{" + hub.srv.ID() + "}": 1,
	})
	found := false
	for key := range told {
		found = found || strings.HasPrefix(key, "gnatsd_leafz_info{"+hub.srv.ID()+",$G,$G,127.0.0.1,") && strings.HasSuffix(key, ",leaf}")
	}
	if !found {
		t.Errorf("the hub does not name its leaf: %v", told)
	}
}
