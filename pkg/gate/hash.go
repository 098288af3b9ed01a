package gate

import "math/bits"

// hashText is a 64-bit hash of a name: fast on short strings, the same on every
// machine, never 0. Two names with one hash are one name to a gate.
func hashText[T string | []byte](s T) uint64 {
	const k0, k1, k2 = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93, 0xa0761d6478bd642f
	h := uint64(len(s)) ^ k0
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		high, low := bits.Mul64(h^w, k1)
		h = high ^ low
	}
	var tail uint64
	for shift := 0; i < len(s); i++ {
		tail |= uint64(s[i]) << shift
		shift += 8
	}
	high, low := bits.Mul64(h^tail, k1)
	h = high ^ low
	high, low = bits.Mul64(h^k0, k2)
	if h = high ^ low; h == 0 {
		return 1
	}
	return h
}

// mix spreads a hash again, so that sums of mixed hashes stay distinct.
func mix(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Path hashes are FNV-1a over the steps from the root, then mixed.
const (
	pathRoot  uint64 = 0xcbf29ce484222325
	pathPrime uint64 = 0x100000001b3
)

func pathKey(h uint64, key []byte) uint64 {
	h = (h ^ 0) * pathPrime
	for _, b := range key {
		h = (h ^ uint64(b)) * pathPrime
	}
	return h
}

func pathIndex(h uint64, i int) uint64 {
	h = (h ^ 1) * pathPrime
	var digits [20]byte
	n := len(digits)
	for {
		n--
		digits[n] = byte('0' + i%10)
		if i /= 10; i == 0 {
			break
		}
	}
	for _, b := range digits[n:] {
		h = (h ^ uint64(b)) * pathPrime
	}
	return h
}

// ShardOf is the shard (0..255) a gate lives in: FNV-1a of its name, mixed,
// modulo 256.
func ShardOf(gate string) int {
	h := pathRoot
	for i := range len(gate) {
		h = (h ^ uint64(gate[i])) * pathPrime
	}
	return int(mix(h) & 255)
}
