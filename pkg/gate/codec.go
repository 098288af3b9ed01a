package gate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

var errCorrupt = errors.New("snapshot is corrupt")

// codec writes or reads the same sequence of fields, so that what one
// direction does the other undoes. The first thing wrong while reading sticks.
type codec struct {
	buf     []byte // written so far, or still to be read
	reading bool
	bad     bool
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal closes what was appended to dst after start with a checksum.
func seal(dst []byte, start int) []byte {
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// unseal checks magic and checksum, and returns what lies between.
func unseal(data []byte, magic string) ([]byte, error) {
	if len(data) < len(magic)+4 {
		return nil, fmt.Errorf("restore snapshot: %w: %d bytes", errCorrupt, len(data))
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, fmt.Errorf("restore snapshot: %w: wrong checksum", errCorrupt)
	}
	if string(body[:len(magic)]) != magic {
		return nil, fmt.Errorf("restore snapshot: made by another version (%q, this one reads %q)", body[:len(magic)], magic)
	}
	return body[len(magic):], nil
}

func (c *codec) fail() { c.bad = true }

func (c *codec) u64(x *uint64) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, *x)
		return
	}
	if len(c.buf) < 8 {
		c.fail()
		c.buf = nil
		*x = 0
		return
	}
	*x = binary.LittleEndian.Uint64(c.buf)
	c.buf = c.buf[8:]
}

// count is a length or small number, at most limit.
func (c *codec) count(x *int, limit int) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, uint64(*x))
		return
	}
	v, n := binary.Uvarint(c.buf)
	if n <= 0 || v > uint64(limit) {
		c.fail()
		c.buf = nil
		*x = 0
		return
	}
	*x = int(v)
	c.buf = c.buf[n:]
}

func small[T ~uint8 | ~uint16 | ~uint32 | ~int8](c *codec, x *T, limit int) {
	v := int(*x)
	c.count(&v, limit)
	*x = T(v)
}

// real is a number in [low, high].
func (c *codec) real(x *float64, low, high float64) {
	bits := math.Float64bits(*x)
	c.u64(&bits)
	*x = math.Float64frombits(bits)
	if c.reading && !within(*x, low, high) {
		c.fail()
	}
}

func (c *codec) single(x *float32, low, high float64) {
	v := float64(*x)
	c.real(&v, low, high)
	*x = float32(v)
}

func (c *codec) time(x *Time) {
	v := uint64(*x)
	c.u64(&v)
	*x = Time(v)
	// Deadlines and rests may lie a little beyond the last legal moment.
	if c.reading && (*x < 0 || *x > MaxTime+1<<60) {
		c.fail()
	}
}

func (c *codec) text(x *string, limit int) {
	n := len(*x)
	c.count(&n, limit)
	if !c.reading {
		c.buf = append(c.buf, *x...)
		return
	}
	if n > len(c.buf) {
		c.fail()
		c.buf = nil
		n = 0
	}
	*x = string(c.buf[:n])
	c.buf = c.buf[n:]
}

// list is a slice of at most limit elements.
func list[T any](c *codec, xs *[]T, limit int, each func(*T)) {
	n := len(*xs)
	c.count(&n, limit)
	if c.reading {
		*xs = (*xs)[:0]
	}
	for i := range n {
		if c.bad {
			return
		}
		if c.reading {
			var zero T
			*xs = append(*xs, zero)
		}
		each(&(*xs)[i])
	}
}
