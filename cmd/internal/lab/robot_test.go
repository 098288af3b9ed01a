package lab

import (
	"testing"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// TestRobotIsPlayed: everybody of the robot with a login of its own. It begins
// to explore, its gate opens before a wall, the nerve brakes, the gate learns.
func TestRobotIsPlayed(t *testing.T) {
	t.Parallel()
	d := Load("../../../topology/examples/robot")
	if d.Diagnostics.HasErrors() {
		t.Fatal(d.Diagnostics.Text(false))
	}
	play(t, d, "dev", t.TempDir(), func(l *Lab) {
		v := visit(t, l)
		v.await("dev.nervous.nerves.exploration.state", "dev.nervous.gates.collision.transition",
			"dev.nervous.nerves.collision-avoidance.state", "dev.real.outcomes.collision.feedback")
	})
}

// TestHostIsPlayed: this machine says how it is, in its own account, and is
// heard where people look.
func TestHostIsPlayed(t *testing.T) {
	t.Parallel()
	play(t, Load(""), "dev", t.TempDir(), func(l *Lab) {
		subject, err := wave.New(wave.KindHostHeartbeat, "dev", HostName())
		if err != nil {
			t.Fatal(err)
		}
		visit(t, l).await(subject.String())
	})
}
