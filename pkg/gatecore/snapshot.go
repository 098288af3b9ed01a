package gatecore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// chunkSize bounds one stored chunk of a snapshot, in bytes: WIRE's limit for
// a message is 512 KiB, header included.
const chunkSize = 500 << 10

// chunkHeader is the fixed head of every chunk: magic, shard, index, count,
// generation, CRC32C of what follows.
const chunkHeader = 4 + 2 + 2 + 2 + 8 + 4

var (
	chunkMagic  = [4]byte{'n', 'g', 's', 1}
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
	errNoChunk  = errors.New("no snapshot")
	errBadChunk = errors.New("chunk is damaged")
)

// image is everything a shard needs to go on where it was: the kernel's own
// bytes, and the messages that were decided but perhaps not yet published.
// They are stored together, so a crash between deciding and publishing is
// mended at the next start: the ids are derived, a second publication is the
// same message.
type image struct {
	generation uint64
	kernel     []byte
	outbox     []wave.Message
}

// encode cuts the image into the chunks of one atomic batch.
func (im image) encode(shard int) ([][]byte, error) {
	outbox, err := json.Marshal(im.outbox)
	if err != nil {
		return nil, fmt.Errorf("encode outbox of shard %d: %w", shard, err)
	}
	body := make([]byte, 0, 8+len(im.kernel)+len(outbox))
	body = binary.LittleEndian.AppendUint32(body, uint32(len(im.kernel)))
	body = append(body, im.kernel...)
	body = append(body, outbox...)

	count := max(1, (len(body)+chunkSize-1)/chunkSize)
	if count > 1000 {
		return nil, fmt.Errorf("snapshot of shard %d is %d MiB; an atomic batch holds 1000 chunks of %d KiB", shard, len(body)>>20, chunkSize>>10)
	}
	chunks := make([][]byte, 0, count)
	for i := range count {
		part := body[i*chunkSize : min(len(body), (i+1)*chunkSize)]
		c := make([]byte, 0, chunkHeader+len(part))
		c = append(c, chunkMagic[:]...)
		c = binary.LittleEndian.AppendUint16(c, uint16(shard))
		c = binary.LittleEndian.AppendUint16(c, uint16(i))
		c = binary.LittleEndian.AppendUint16(c, uint16(count))
		c = binary.LittleEndian.AppendUint64(c, im.generation)
		c = binary.LittleEndian.AppendUint32(c, crc32.Checksum(part, castagnoli))
		chunks = append(chunks, append(c, part...))
	}
	return chunks, nil
}

// chunk is one decoded piece of a snapshot.
type chunk struct {
	shard, index, count int
	generation          uint64
	part                []byte
}

func decodeChunk(data []byte) (chunk, error) {
	if len(data) < chunkHeader || [4]byte(data[:4]) != chunkMagic {
		return chunk{}, fmt.Errorf("%w: not a snapshot of this version", errBadChunk)
	}
	le := binary.LittleEndian
	c := chunk{
		shard:      int(le.Uint16(data[4:])),
		index:      int(le.Uint16(data[6:])),
		count:      int(le.Uint16(data[8:])),
		generation: le.Uint64(data[10:]),
		part:       data[chunkHeader:],
	}
	if crc32.Checksum(c.part, castagnoli) != le.Uint32(data[18:]) {
		return chunk{}, fmt.Errorf("%w: checksum", errBadChunk)
	}
	if c.count == 0 || c.index >= c.count {
		return chunk{}, fmt.Errorf("%w: chunk %d of %d", errBadChunk, c.index, c.count)
	}
	return c, nil
}

// decodeImage joins the chunks of one shard, given in order.
func decodeImage(shard int, chunks []chunk) (image, error) {
	if len(chunks) == 0 {
		return image{}, errNoChunk
	}
	first := chunks[0]
	var body []byte
	for i, c := range chunks {
		if c.shard != shard || c.index != i || c.count != len(chunks) || c.generation != first.generation {
			return image{}, fmt.Errorf("%w: shard %d, chunk %d of %d, generation %d do not fit together", errBadChunk, c.shard, c.index, c.count, c.generation)
		}
		body = append(body, c.part...)
	}
	if len(body) < 4 {
		return image{}, fmt.Errorf("%w: too short", errBadChunk)
	}
	n := int(binary.LittleEndian.Uint32(body))
	if n > len(body)-4 {
		return image{}, fmt.Errorf("%w: kernel of %d bytes in %d", errBadChunk, n, len(body))
	}
	im := image{generation: first.generation, kernel: body[4 : 4+n]}
	if err := json.Unmarshal(body[4+n:], &im.outbox); err != nil {
		return image{}, fmt.Errorf("%w: outbox: %w", errBadChunk, err)
	}
	return im, nil
}
