package gatecore

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

func decodeAll(t *testing.T, shard int, parts [][]byte) (image, error) {
	t.Helper()
	var chunks []chunk
	for _, p := range parts {
		c, err := decodeChunk(p)
		if err != nil {
			return image{}, err
		}
		chunks = append(chunks, c)
	}
	return decodeImage(shard, chunks)
}

func TestImageSurvivesChunks(t *testing.T) {
	for name, size := range map[string]int{"empty": 0, "one chunk": 1000, "exactly one": chunkSize - 100, "three chunks": 2*chunkSize + 77} {
		t.Run(name, func(t *testing.T) {
			want := image{generation: 7, kernel: bytes.Repeat([]byte("k"), size), outbox: []wave.Message{{Subject: "dev.nervous.gates.math.transition", ID: "math-virtual-1", Data: []byte(`{"x":1}`)}}}
			parts, err := want.encode(12)
			if err != nil {
				t.Fatal(err)
			}
			got, err := decodeAll(t, 12, parts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.outbox, got.outbox); diff != "" || got.generation != 7 || !bytes.Equal(got.kernel, want.kernel) {
				t.Errorf("generation %d, %d kernel bytes, outbox %s", got.generation, len(got.kernel), diff)
			}
		})
	}
}

func TestDamagedImagesAreRefused(t *testing.T) {
	parts, err := image{generation: 1, kernel: make([]byte, chunkSize+10)}.encode(3)
	if err != nil {
		t.Fatal(err)
	}
	other, err := image{generation: 2, kernel: make([]byte, chunkSize+10)}.encode(3)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(parts[0])
	flipped[len(flipped)-1] ^= 1
	for name, broken := range map[string][][]byte{
		"a bit flipped":          {flipped, parts[1]},
		"a chunk missing":        {parts[0]},
		"chunks exchanged":       {parts[1], parts[0]},
		"two snapshots mixed":    {parts[0], other[1]},
		"nothing of this format": {[]byte("hello"), parts[1]},
	} {
		if _, err := decodeAll(t, 3, broken); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := decodeAll(t, 4, parts); err == nil {
		t.Error("another shard's snapshot was accepted")
	}
}

func FuzzDecodeChunk(f *testing.F) {
	parts, err := image{generation: 1, kernel: []byte("kernel")}.encode(3)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(parts[0])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeChunk(data)
		if err != nil {
			return
		}
		_, _ = decodeImage(c.shard, []chunk{c})
	})
}
