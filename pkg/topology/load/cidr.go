package load

import (
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// cidrHostFunc is cidrhost(prefix, n): the nth address of a prefix; -1 is the
// last one.
var cidrHostFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := prefixOf(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		n, err := wholeOf(args[1], "host number")
		if err != nil {
			return cty.NilVal, err
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
		if n.Sign() < 0 {
			n.Add(n, size)
		}
		if n.Sign() < 0 || n.Cmp(size) >= 0 {
			return cty.NilVal, function.NewArgErrorf(1, "%s has only %s addresses", p, size)
		}
		return cty.StringVal(addTo(p.Addr(), n).String()), nil
	},
})

// cidrSubnetFunc is cidrsubnet(prefix, newbits, netnum): a smaller prefix
// inside it.
var cidrSubnetFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "newbits", Type: cty.Number}, {Name: "netnum", Type: cty.Number}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := prefixOf(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		more, err := wholeOf(args[1], "number of new bits")
		if err != nil {
			return cty.NilVal, err
		}
		n, err := wholeOf(args[2], "network number")
		if err != nil {
			return cty.NilVal, err
		}
		free := p.Addr().BitLen() - p.Bits()
		if more.Sign() < 0 || more.Cmp(big.NewInt(int64(free))) > 0 {
			return cty.NilVal, function.NewArgErrorf(1, "%s has %d bits left", p, free)
		}
		bits := uint(more.Uint64())
		if n.Sign() < 0 || n.BitLen() > int(bits) {
			return cty.NilVal, function.NewArgErrorf(2, "%d new bits make only 2^%d networks", bits, bits)
		}
		n.Lsh(n, uint(free)-bits)
		return cty.StringVal(netip.PrefixFrom(addTo(p.Addr(), n), p.Bits()+int(bits)).String()), nil
	},
})

// cidrNetmaskFunc is cidrnetmask(prefix): an IPv4 prefix as a mask.
var cidrNetmaskFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "prefix", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := prefixOf(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		if !p.Addr().Is4() {
			return cty.NilVal, function.NewArgErrorf(0, "%s is not an IPv4 prefix", p)
		}
		ones, _ := netip.AddrFrom4([4]byte{255, 255, 255, 255}).Prefix(p.Bits())
		return cty.StringVal(ones.Addr().String()), nil
	},
})

func prefixOf(v cty.Value) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return p, function.NewArgErrorf(0, "%q is not a prefix such as \"10.20.0.0/24\"", v.AsString())
	}
	return p.Masked(), nil
}

func wholeOf(v cty.Value, what string) (*big.Int, error) {
	n, acc := v.AsBigFloat().Int(nil)
	if n == nil || acc != big.Exact || n.BitLen() > 128 {
		return nil, fmt.Errorf("the %s must be a whole number", what)
	}
	return n, nil
}

func addTo(a netip.Addr, n *big.Int) netip.Addr {
	sum := new(big.Int).SetBytes(a.AsSlice())
	sum.Add(sum, n)
	out, _ := netip.AddrFromSlice(sum.FillBytes(make([]byte, a.BitLen()/8)))
	return out
}
