package keys

import "testing"

// What a revocation puts out is remembered until the last of it has expired,
// whatever is revoked of the same key later.
func TestRevocationsLast(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		first, second, want revocation
	}{
		{revocation{At: 10, Until: 100}, revocation{At: 20, Until: 50}, revocation{At: 20, Until: 100}},
		{revocation{At: 10, Until: 0}, revocation{At: 20, Until: 50}, revocation{At: 20, Until: 0}},
		{revocation{At: 10, Until: 50}, revocation{At: 20, Until: 0}, revocation{At: 20, Until: 0}},
		{revocation{At: 20, Until: 50}, revocation{At: 10, Until: 100}, revocation{At: 20, Until: 100}},
		{revocation{At: 20, Until: 50}, revocation{At: 10, Until: 0}, revocation{At: 20, Until: 0}},
	} {
		a := &account{}
		a.revoke(tc.first)
		a.revoke(tc.second)
		if len(a.Revoked) != 1 || a.Revoked[0] != tc.want {
			t.Errorf("%+v, then %+v: %+v, want %+v", tc.first, tc.second, a.Revoked, tc.want)
		}
		a.order(60)
		if kept := tc.want.Until == 0 || tc.want.Until >= 60; (len(a.Revoked) == 1) != kept {
			t.Errorf("%+v at second 60: %+v", tc.want, a.Revoked)
		}
	}
}
