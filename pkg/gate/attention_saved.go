package gate

import (
	"fmt"
	"maps"
	"slices"
)

// attentionMagic begins the saved form of an Attention.
const attentionMagic = "ngA1"

// AppendSnapshot appends the state as bytes: a version, the accounts by name,
// and a CRC-32C. Equal states give equal bytes.
func (a *Attention) AppendSnapshot(dst []byte) []byte {
	start := len(dst)
	c := codec{buf: append(dst, attentionMagic...)}
	names := slices.Sorted(maps.Keys(a.accounts))
	c.attention(a)
	n := len(names)
	c.count(&n, maxOpen)
	for _, name := range names {
		c.text(&name, maxText)
		c.account(a.accounts[name])
	}
	return seal(c.buf, start)
}

// Restore replaces the state by what AppendSnapshot wrote; the spec stays. An
// error leaves it as it was.
func (a *Attention) Restore(data []byte) error {
	body, err := unseal(data, attentionMagic)
	if err != nil {
		return err
	}
	c := codec{buf: body, reading: true}
	fresh := Attention{spec: a.spec, accounts: map[string]*account{}}
	c.attention(&fresh)
	n := 0
	c.count(&n, maxOpen)
	for range n {
		var name string
		x := &account{}
		c.text(&name, maxText)
		c.account(x)
		if c.bad {
			break
		}
		fresh.accounts[name] = x
	}
	if c.bad || len(c.buf) > 0 || len(fresh.accounts) != n {
		return fmt.Errorf("restore attention: %w", errCorrupt)
	}
	*a = fresh
	return nil
}

func (c *codec) attention(a *Attention) {
	c.beat(&a.beat)
	for _, x := range []*float64{&a.spent, &a.earned, &a.shed} {
		c.real(x, 0, huge)
	}
	c.time(&a.reflexAt)
}

func (c *codec) account(x *account) {
	for _, v := range []*float64{&x.spent, &x.earned, &x.beatSpent, &x.beatShed} {
		c.real(v, 0, huge)
	}
	c.beat(&x.beat)
	for i := range x.open {
		o := &x.open[i]
		is := 0
		if o.is {
			is = 1
		}
		c.count(&is, 1)
		o.is = is == 1
		c.count(&o.tier, 5)
		c.real(&o.amplitude, 0, 1)
		c.real(&o.weight, 0, 1)
	}
}

// beat is the number of a beat: not negative.
func (c *codec) beat(x *int64) {
	v := uint64(*x)
	c.u64(&v)
	*x = int64(v)
	if c.reading && *x < 0 {
		c.fail()
	}
}
