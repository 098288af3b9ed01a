package cell

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/nimmerverse/nimmer/pkg/bus"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// natsPy returns a command that runs Python with nats-py: where
// NIMMER_REF_NATS_PY points (the folder that holds the package nats), or the
// installed one.
func natsPy(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("skipped: the Python example; there is no python3 here: %v", err)
	}
	env := os.Environ()
	if at := os.Getenv("NIMMER_REF_NATS_PY"); at != "" {
		env = append(env, "PYTHONPATH="+at)
	}
	probe := exec.CommandContext(t.Context(), python, "-c", "import nats, nats.micro")
	probe.Env = env
	if out, err := probe.CombinedOutput(); err != nil {
		if os.Getenv("NIMMER_REF_NATS_PY") != "" {
			t.Fatalf("NIMMER_REF_NATS_PY does not hold nats-py: %s", out)
		}
		t.Skip("skipped: the Python example; nats-py is not installed, and NIMMER_REF_NATS_PY does not say where it is")
	}
	c := exec.CommandContext(t.Context(), python, args...)
	c.Env = append(env, "PYTHONDONTWRITEBYTECODE=1")
	return c
}

// TestPythonExample runs docs/examples/cell.py on a real bus and holds what it
// says to the same checks as what a cell of ours says.
func TestPythonExample(t *testing.T) {
	c := natsPy(t, "../../docs/examples/cell.py")
	conn, address := realBus(t)
	waves := collect(t, conn, "prod.nervous.cells.door.wave")
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	c.Env = append(c.Env, "NIMMERVERSE_ENV=prod", "NATS_URL=nats://"+address, "NATS_CREDS=", "INTERVAL=0.05")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	defer func() {
		_ = c.Process.Kill()
		if t.Failed() {
			t.Logf("it said: %s", log.String())
		}
	}()
	for seq := range uint64(3) {
		m := next(t, waves, func(wave.Message) bool { return true })
		w, err := wave.ParseWave(m.Data)
		if err != nil || !strings.HasPrefix(w.Source, "door-") || w.Seq != seq+1 || !w.HasSeq || w.Time.IsZero() || w.Region != "visitor" {
			t.Errorf("%s, %v", m.Data, err)
		}
	}
	pythonAnswers(t, conn)
	all, err := conn.Services(t.Context(), "cell-door", bus.GatherOptions{})
	if err != nil || len(all) != 1 || all[0].Version != "1.0.0" || all[0].Metadata["environment"] != "prod" {
		t.Errorf("announced: %+v, %v", all, err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v\n%s", err, log.String())
	}
	if log.Len() > 0 {
		t.Errorf("it complained: %s", log.String())
	}
}

// pythonAnswers asks the example: a result, an error, a request that is none.
func pythonAnswers(t *testing.T, conn *bus.Conn) {
	t.Helper()
	ask := func(body string) (wave.CellResponse, error) {
		answer, err := conn.Request(t.Context(), "prod.nervous.cells.door.request", []byte(body))
		if err != nil {
			return wave.CellResponse{}, err
		}
		return wave.Decode[wave.CellResponse](answer)
	}
	r, err := ask(`{"id":"q-1","command":"read"}`)
	if err != nil || r.Request != "q-1" || r.Version != "1.0.0" || !strings.Contains(string(r.Result), `"visitor"`) {
		t.Errorf("read: %+v, %v", r, err)
	}
	if r, err = ask(`{"command":"dance"}`); err != nil || !strings.Contains(r.Error, "known: read") || len(r.Result) > 0 {
		t.Errorf("dance: %+v, %v", r, err)
	}
	for _, bad := range []string{`{`, `{}`, `[]`, `7`} {
		if r, err := ask(bad); err == nil || !strings.Contains(err.Error(), "request: ") {
			t.Errorf("%s is answered with %+v, %v", bad, r, err)
		}
	}
}

// TestPythonExampleLogsIn: its inbox is where the user of the credentials may listen.
func TestPythonExampleLogsIn(t *testing.T) {
	c := natsPy(t, "-c", "import cell; print(cell.login())")
	account, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	key, err := user.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.NewUserClaims(key)
	claims.Name = "prod_cell_door"
	token, err := claims.Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	file, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "door.creds")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Dir, c.Env = "../../docs/examples", append(c.Env, "NATS_CREDS="+path)
	out, err := c.CombinedOutput()
	if want := "'inbox_prefix': '_IN.prod_cell_door'"; err != nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), path) {
		t.Errorf("%s, %v; want %s", out, err, want)
	}
}
