package tests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
	"github.com/nimmerverse/nimmer/tests/buslab"
)

// field is a hub and two leaves; SUBNET is where their hosts are.
const field = `
lab "field" {
  environments    = ["dev", "prod"]
  cim_environment = "dev"
}
network "bus" { subnet = "SUBNET.0.0/16" }
host "hub" { addresses = { bus = "SUBNET.0.1" } }
host "left" { addresses = { bus = "SUBNET.0.2" } }
host "right" { addresses = { bus = "SUBNET.0.3" } }
nats "spine" {
  hosts   = [host.hub]
  address = "SUBNET.0.1"
  port    = 14222
  leaf_port = 17422
  jetstream {
    memory = "64MiB"
    store  = "1GiB"
  }
}
leaf "west" {
  host = host.left
  jetstream { store = "1GiB" }
}
leaf "east" {
  host = host.right
  jetstream { store = "1GiB" }
}
identity "painter" { hosts = [host.right] }
identity "writer" {
  hosts = [host.left]
  nats { publish = ["*.notes.>"] }
}
identity "dafit" { may = ["deploy"] }
cell "math" { on = [host.left] }
cell "text" { on = [host.left] }
gate "sum" { cells = [cell.math, cell.text] }
organ "vision" {
  host     = host.right
  identity = identity.painter
  device   = "cpu"
}
service "gate" { hosts = [host.hub] }
service "deploy" { hosts = [host.hub] }
stream "notes" {
  subjects = ["*.notes.>"]
  at       = leaf.west
}
`

// TestBusEndToEnd runs a hub and two leaves from the emitted files and holds
// what the accounts of a lab promise, with real clients.
func TestBusEndToEnd(t *testing.T) {
	w := newWorld(t)
	t.Run("an organ's identity says no wave", w.in(organSaysNoWave))
	t.Run("a cell says nothing into real", w.in(cellSaysNothingIntoReal))
	t.Run("only gate core hands over", w.in(onlyGateCoreHandsOver))
	t.Run("a reply subject is no way in", w.in(replySubjects))
	t.Run("who asks is what the server says", w.in(whoAsks))
	t.Run("foreign credentials", w.in(foreign))
	t.Run("revoked", w.in(revoked))
	t.Run("cut off", w.in(cutOff))
}

func (w *world) in(f func(w *world)) func(t *testing.T) {
	return func(t *testing.T) {
		own := *w
		own.T = t
		f(&own)
	}
}

func user(w *world, server, kind, block string) string {
	u := w.Server(server).Site.For("dev", kind, block)
	if u == nil {
		w.Fatalf("%s has no user of %s", server, block)
	}
	return u.Name
}

func organSaysNoWave(w *world) {
	operator := w.login("spine_hub", accounts.OperatorUser("dev"))
	e := operator.hear("dev.nervous.>", "dev.organs.>")
	painter := w.login("right", user(w, "right", topology.AccountVirtual, "organ.vision"))
	for _, subject := range []string{"dev.nervous.cells.vision.wave", "dev.nervous.cells.math.wave", "dev.nervous.cells.math.wave.7", "dev.organs.speech.state", "prod.organs.vision.state"} {
		if painter.says(subject, "", "{}") {
			w.Errorf("an organ's identity may publish %s", subject)
		}
	}
	if !painter.says("dev.organs.vision.state", "", "{}") {
		w.Error("an organ's identity may not say how its organ is")
	}
	buslab.Until(w, "the organ's state reaches the hub", 20*time.Second, func() error { return e.has("dev.organs.vision.state") })
	if s := e.subjects(); len(s) != 1 {
		w.Errorf("heard %q", s)
	}
}

func cellSaysNothingIntoReal(w *world) {
	operator := w.login("spine_hub", accounts.OperatorUser("dev"))
	e := operator.hear("dev.real.>", "dev.nervous.cells.>")
	math := w.login("left", accounts.CellUser("dev", "math"))
	for _, subject := range []string{
		"dev.real.gates.sum.transition", "dev.real.gates.sum.verified", "dev.real.outcomes.sum.feedback", "dev.real.anything",
		"dev.nervous.cells.real.wave", "dev.nervous.cells.text.wave", "dev.nervous.gates.sum.transition", "$JS.API.STREAM.DELETE.DEV_REAL", "$JS.spine.API.STREAM.PURGE.DEV_REAL",
	} {
		if math.says(subject, "", "{}") {
			w.Errorf("a cell may publish %s", subject)
		}
	}
	if !math.says("dev.nervous.cells.math.wave", "", "{}") {
		w.Error("a cell may not say its own wave")
	}
	buslab.Until(w, "the wave reaches the hub", 20*time.Second, func() error { return e.has("dev.nervous.cells.math.wave") })
	if s := e.subjects(); len(s) != 1 {
		w.Errorf("heard %q", s)
	}
}

// onlyGateCoreHandsOver tries every login there is, at the hub and at the leaves.
func onlyGateCoreHandsOver(w *world) {
	operator := w.login("spine_hub", accounts.OperatorUser("dev"))
	e := operator.hear("dev.real.gates.*.verified")
	var may []string
	for i := range w.Model.Sites {
		site := &w.Model.Sites[i]
		server := map[string]string{"spine": "spine_hub", "west": "left", "east": "right"}[site.Name]
		for j := range site.Accounts {
			for k := range site.Accounts[j].Users {
				u := &site.Accounts[j].Users[k]
				c, err := w.dial(server, w.Creds(site, u.Name), u.Name)
				if u.Role == accounts.RoleLeaf { // for servers alone
					if !errors.Is(err, nats.ErrAuthorization) {
						w.Errorf("a client logs in as %s: %v", u.Name, err)
					}
					continue
				}
				if err != nil {
					w.Fatalf("%s at %s: %v", u.Name, server, err)
				}
				if c.says("dev.real.gates.sum.verified", "", "{}") {
					may = append(may, site.Name+" "+u.Name)
				}
				c.Close()
			}
		}
	}
	if want := []string{"spine " + accounts.GateUser("dev", "virtual")}; !slices.Equal(may, want) {
		w.Errorf("%q may hand over, want %q", may, want)
	}
	buslab.Until(w, "the hand-over is seen", 20*time.Second, func() error { return e.has("dev.real.gates.sum.verified") })
	if s := e.subjects(); len(s) != 1 {
		w.Errorf("%d were handed over", len(s))
	}
}

// replySubjects: who answers a request publishes where its reply leads, and the
// server does not look at that when the request comes in.
func replySubjects(w *world) {
	operator := w.login("spine_hub", accounts.OperatorUser("dev"))
	targets := []string{"dev.nervous.gates.sum.transition", "dev.real.gates.sum.verified", "dev.organs.other.state", "dev.cognitive.boundary.transform", "dev.journal.0"}
	e := operator.hear("dev.nervous.gates.>", "dev.real.>", "dev.organs.*.state", "dev.cognitive.>")
	painter := w.login("right", user(w, "right", topology.AccountVirtual, "organ.vision"))
	math := w.login("left", accounts.CellUser("dev", "math"))
	var mu sync.Mutex
	refused := map[string]bool{} // by who answers, and where to
	answer := func(who string, c *client, subject string) {
		if _, err := c.Subscribe(subject, func(m *nats.Msg) {
			_ = m.Respond([]byte(`{"id":"forged"}`)) // refused later, by the server
			_ = c.FlushTimeout(10 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			refused[who+m.Reply] = c.refused(m.Reply)
		}); err != nil {
			w.Fatal(err)
		}
		if err := c.FlushTimeout(10 * time.Second); err != nil {
			w.Fatal(err)
		}
	}
	answer("organ ", painter, "dev.organs.vision.*")
	answer("cell ", math, "dev.nervous.cells.math.request")
	for who, subject := range map[string]string{"organ ": "dev.organs.vision.detect", "cell ": "dev.nervous.cells.math.request"} {
		buslab.Until(w, "a question finds who answers", 20*time.Second, func() error {
			r, err := operator.Request(subject, []byte("{}"), time.Second)
			if err == nil && string(r.Data) != `{"id":"forged"}` {
				err = fmt.Errorf("answered %s", r.Data)
			}
			return err
		})
		for _, target := range targets {
			if !operator.says(subject, target, "{}") {
				w.Fatalf("the operator may not ask %s", subject)
			}
			buslab.Until(w, "an answer to "+target, 20*time.Second, func() error {
				mu.Lock()
				defer mu.Unlock()
				if is, answered := refused[who+target]; !answered || !is {
					return fmt.Errorf("the %sanswered: %v, and was refused: %v", who, answered, is)
				}
				return nil
			})
		}
	}
	// Real asks nobody in virtual: the server would put the answer at its subjects.
	real := w.login("spine_hub", accounts.IdentityUser("dev", "dafit", topology.AccountReal))
	if real.says("dev.organs.vision.detect.dafit", "dev.real.gates.sum.transition", "{}") {
		w.Error("an identity asks an organ from real")
	}
	// What a later message overtakes was not sent.
	if !math.says("dev.nervous.rejects", "", "{}") {
		w.Error("the marker was refused")
	}
	if !painter.says("dev.organs.vision.state", "", "{}") {
		w.Error("the marker was refused")
	}
	buslab.Until(w, "the marker arrives", 20*time.Second, func() error { return e.has("dev.organs.vision.state") })
	for _, s := range e.subjects() {
		if s != "dev.organs.vision.state" {
			w.Errorf("an answer arrived at %s", s)
		}
	}
}

// whoAsks: a command's header says who asks; only the server writes it.
func whoAsks(w *world) {
	deployer := w.login("spine_hub", accounts.UserName("dev", accounts.RoleDeploy, topology.AccountInfra))
	if _, err := deployer.Subscribe("dev.infra.deploy.*", func(m *nats.Msg) {
		_ = m.RespondMsg(&nats.Msg{Data: []byte(m.Subject + " " + strings.Join(m.Header.Values("Nats-Request-Info"), "|"))})
	}); err != nil {
		w.Fatal(err)
	}
	if err := deployer.FlushTimeout(10 * time.Second); err != nil {
		w.Fatal(err)
	}
	dafit := w.login("spine_hub", accounts.IdentityUser("dev", "dafit", topology.AccountVirtual))
	operator := w.login("spine_hub", accounts.OperatorUser("dev"))
	if operator.says("dev.infra.deploy.deploy", "", "{}") {
		w.Error("an operator who may not deploy can ask for it")
	}
	for _, subject := range []string{"dev.infra.deploy.deploy", "cim.deployment.deploy"} {
		m := nats.NewMsg(subject)
		m.Header.Set("Nats-Request-Info", `{"acc":"FORGED","user":"root"}`)
		r, err := dafit.RequestMsg(m, 10*time.Second)
		if err != nil {
			w.Errorf("%s: %v, %v", subject, err, dafit.LastError())
			continue
		}
		at, header, _ := strings.Cut(string(r.Data), " ")
		var info struct {
			Account string `json:"acc"`
			User    string `json:"user"`
			Name    string `json:"name_tag"`
		}
		if err := json.Unmarshal([]byte(header), &info); err != nil || at != "dev.infra.deploy.deploy" {
			w.Errorf("%s arrived at %s with %d bytes of header: %v", subject, at, len(header), err)
			continue
		}
		if strings.Contains(header, "FORGED") || info.Name != accounts.IdentityUser("dev", "dafit", topology.AccountVirtual) || !strings.HasPrefix(info.Account, "A") {
			w.Errorf("%s: the header says account %.8s..., name %q", subject, info.Account, info.Name)
		}
	}
	for _, subject := range []string{"cim.deployment.scale", "dev.infra.deploy.scale"} {
		if dafit.says(subject, "", "{}") {
			w.Errorf("dafit may not scale, and may publish %s", subject)
		}
	}
}

// foreign logins: of the same lab with other keys, of another site, and made up.
func foreign(w *world) {
	other := buslab.New(w.T, w.Topology)
	name := accounts.OperatorUser("dev")
	for what, try := range map[string]struct{ server, creds string }{
		"other keys":          {"spine_hub", other.Creds(other.Server("spine_hub").Site, name)},
		"other keys, at leaf": {"left", other.Creds(other.Server("left").Site, name)},
		"of a leaf":           {"spine_hub", w.Creds(w.Server("left").Site, name)},
		"of the other leaf":   {"left", w.Creds(w.Server("right").Site, name)},
	} {
		if c, err := w.dial(try.server, try.creds, name); !errors.Is(err, nats.ErrAuthorization) {
			w.Errorf("%s: %v, %v", what, c, err)
		}
	}
	s := w.Server("spine_hub")
	for what, option := range map[string]nats.Option{"nobody": func(*nats.Options) error { return nil }, "a password": nats.UserInfo("operator", "operator")} {
		if nc, err := nats.Connect("nats://"+w.place.Client(s), option, nats.SetCustomDialer(w.place.Dialer(s.Host))); !errors.Is(err, nats.ErrAuthorization) {
			w.Errorf("%s: %v, %v", what, nc, err)
		}
	}
}

func revoked(w *world) {
	site := w.Server("spine_hub").Site
	dafit := accounts.IdentityUser("dev", "dafit", topology.AccountReal)
	c := w.login("spine_hub", dafit)
	creds, err := os.ReadFile(w.Creds(site, dafit))
	if err != nil {
		w.Fatal(err)
	}
	token, err := jwt.ParseDecoratedJWT(creds)
	if err != nil {
		w.Fatal(err)
	}
	kept := filepath.Join(w.TempDir(), "kept.creds")
	if err := os.WriteFile(kept, creds, 0o600); err != nil {
		w.Fatal(err)
	}
	w.Revoke(site, dafit)
	w.hub.Signal(w, syscall.SIGHUP)
	select {
	case <-c.closed:
	case <-time.After(20 * time.Second):
		w.Fatal("revoked and still connected")
	}
	if again, err := w.dial("spine_hub", kept, dafit); !errors.Is(err, nats.ErrAuthorization) && !errors.Is(err, nats.ErrAuthRevoked) {
		w.Errorf("logs in after being revoked (%d bytes of JWT): %v, %v", len(token), again, err)
	}
	operator := w.login("spine_hub", accounts.OperatorUser("dev")) // nobody else was meant
	// The leaves are back, with all they hear and serve.
	admin := w.login("spine_hub", accounts.AdminUser("dev", topology.AccountVirtual))
	math := w.login("left", accounts.CellUser("dev", "math"))
	if _, err := math.Subscribe("dev.nervous.cells.math.request", func(m *nats.Msg) { _ = m.Respond(nil) }); err != nil {
		w.Fatal(err)
	}
	for c, subject := range map[*client]string{admin: "$JS.left.API.STREAM.INFO.DEV_NOTES", operator: "dev.nervous.cells.math.request"} {
		buslab.Until(w, subject+" is answered after the reload", 20*time.Second, func() error {
			_, err := c.Request(subject, nil, time.Second)
			return err
		})
	}
}

// cutOff: what is said on a leaf that is cut off is kept there, and is all at
// the hub, once, when the leaf returns; first its cable is pulled, then the hub
// dies.
func cutOff(w *world) {
	ctx, cancel := context.WithTimeout(w.Context(), 3*time.Minute)
	defer cancel()
	writer := w.login("left", user(w, "left", topology.AccountVirtual, "identity.writer"))
	js, err := jetstream.New(writer.Conn)
	if err != nil {
		w.Fatal(err)
	}
	const each = 1000
	said := 0
	say := func() {
		for range each {
			id := fmt.Sprintf("note-%d", said)
			ack, err := js.Publish(ctx, "dev.notes.field", []byte(id), jetstream.WithMsgID(id))
			if err != nil || ack.Stream != "DEV_NOTES" || ack.Domain != "left" {
				w.Fatalf("say %s: %+v, %v", id, ack, err)
			}
			said++
		}
	}
	w.place.Cut("left")
	say()
	w.place.Join("left")
	w.same(ctx, said)

	w.hub.Kill()
	say()
	w.startHub()
	w.same(ctx, said)
}

// same waits until the hub's copy has so many messages, and checks that each is
// there once.
func (w *world) same(ctx context.Context, want int) {
	w.Helper()
	hub := w.Server("spine_hub")
	buslab.Listens(w, w.place.Client(hub), w.place.Dialer(hub.Host))
	admin := w.login("spine_hub", accounts.OperatorUser("dev"))
	js, err := jetstream.New(admin.Conn)
	if err != nil {
		w.Fatal(err)
	}
	const name = "DEV_NOTES_FROM_LEFT"
	var stream jetstream.Stream
	buslab.Until(w, fmt.Sprintf("the hub has %d messages", want), time.Minute, func() error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		var err error
		if stream, err = js.Stream(ctx, name); err != nil {
			return err
		}
		if n := int(stream.CachedInfo().State.Msgs); n != want {
			return fmt.Errorf("it has %d", n)
		}
		return nil
	})
	c, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		w.Fatal(err)
	}
	seen := map[string]bool{}
	for len(seen) < want {
		batch, err := c.Fetch(500, jetstream.FetchMaxWait(10*time.Second))
		if err != nil {
			w.Fatal(err)
		}
		n := 0
		for m := range batch.Messages() {
			id := m.Headers().Get(jetstream.MsgIDHeader)
			if seen[id] || id != string(m.Data()) {
				w.Errorf("%q twice, or not itself: %q", id, m.Data())
			}
			seen[id] = true
			n++
		}
		if n == 0 {
			w.Fatalf("the hub has %d different messages, want %d: %v", len(seen), want, batch.Error())
		}
	}
	if info, err := stream.Info(ctx); err != nil || int(info.State.Msgs) != want || len(seen) != want {
		w.Errorf("the hub has %+v, %v, %d different ones, want %d", info, err, len(seen), want)
	}
}
