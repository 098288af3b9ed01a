package keys

import (
	"bytes"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// Credentials are, byte for byte, what the library for them writes.
func TestCredentials(t *testing.T) {
	t.Parallel()
	r := newRing("hub dev")
	account, err := r.make(keyAccount("A"))
	if err != nil {
		t.Fatal(err)
	}
	user, err := r.make(keyUser("A", "u"))
	if err != nil {
		t.Fatal(err)
	}
	pen, err := r.pair(account)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.NewUserClaims(user).Encode(pen)
	if err != nil {
		t.Fatal(err)
	}
	seed := r.index[user].seed
	want, err := jwt.FormatUserConfig(token, []byte(seed))
	if err != nil {
		t.Fatal(err)
	}
	if got := credentials(token, seed); !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A pen signs as the key that it holds.
func TestPen(t *testing.T) {
	t.Parallel()
	r := newRing("hub dev")
	public, err := r.make(keyOperatorSign)
	if err != nil {
		t.Fatal(err)
	}
	pen, err := r.pair(public)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := nkeys.FromSeed([]byte(r.index[public].seed))
	if err != nil {
		t.Fatal(err)
	}
	ours, errA := pen.Sign([]byte("x"))
	theirs, errB := plain.Sign([]byte("x"))
	if errA != nil || errB != nil || !bytes.Equal(ours, theirs) {
		t.Errorf("%x %v, the library's %x %v", ours, errA, theirs, errB)
	}
	if p, err := pen.PublicKey(); err != nil || p != public {
		t.Errorf("it is %s, %v, want %s", p, err, public)
	}
}
