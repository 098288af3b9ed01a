package gatecore

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// busSnapshots keeps images in the stream of snapshots. Every save names the
// sequence of the one before it, so the server refuses a second writer.
type busSnapshots struct {
	cfg  *Config
	last map[int]uint64 // by shard: sequence of the newest first chunk
}

func (s busSnapshots) subject(shard, chunk int) (string, error) {
	subject, err := wave.New(wave.KindSnapshot, s.cfg.Env, strconv.Itoa(shard), strconv.Itoa(chunk))
	return subject.String(), err
}

func (s busSnapshots) load(ctx context.Context, shard int) (image, error) {
	var chunks []chunk
	for i := 0; i == 0 || i < chunks[0].count; i++ {
		subject, err := s.subject(shard, i)
		if err != nil {
			return image{}, err
		}
		m, found, err := s.cfg.Virtual.Last(ctx, s.cfg.stream("SNAPSHOTS"), subject)
		switch {
		case err != nil:
			return image{}, err
		case !found && i == 0:
			return image{}, errNoChunk
		case !found:
			return image{}, fmt.Errorf("%w: chunk %d of %d is missing", errBadChunk, i, chunks[0].count)
		}
		c, err := decodeChunk(m.Data)
		if err != nil {
			return image{}, err
		}
		if i == 0 {
			s.last[shard] = m.Seq
		}
		chunks = append(chunks, c)
	}
	return decodeImage(shard, chunks)
}

func (s busSnapshots) save(ctx context.Context, shard int, im image) error {
	chunks, err := im.encode(shard)
	if err != nil {
		return err
	}
	msgs := make([]wave.Message, len(chunks))
	for i, data := range chunks {
		subject, err := s.subject(shard, i)
		if err != nil {
			return err
		}
		msgs[i] = wave.Message{Subject: subject, Data: data}
	}
	last, fenced, err := s.cfg.Virtual.Batch(ctx, msgs, s.last[shard])
	if err != nil {
		return fmt.Errorf("store snapshot of shard %d: %w", shard, err)
	}
	if fenced {
		return s.recognise(ctx, shard, msgs[0])
	}
	s.last[shard] = last - uint64(len(msgs)-1)
	return nil
}

// published asks the stream that keeps a message for its subject's newest. What
// no stream keeps was perhaps published: it is published again.
func (s busSnapshots) published(ctx context.Context, m wave.Message) (string, error) {
	subject, err := wave.ParseSubject(m.Subject)
	if err != nil {
		return "", nil //nolint:nilerr // publishing says what is wrong with it
	}
	bus := s.cfg.Virtual
	if subject.Kind() == wave.KindRealTransition {
		bus = s.cfg.Real
	}
	for _, f := range wave.Forms() {
		if f.Kind == subject.Kind() && f.Stream != "" {
			last, found, err := bus.Last(ctx, s.cfg.stream(f.Stream), m.Subject)
			if err != nil || !found {
				return "", err
			}
			return last.ID, nil
		}
	}
	return "", nil
}

// recognise asks whether the snapshot that is there is the one just sent: an
// acknowledgement can be lost on the way. Any other is somebody else's.
func (s busSnapshots) recognise(ctx context.Context, shard int, first wave.Message) error {
	m, found, err := s.cfg.Virtual.Last(ctx, s.cfg.stream("SNAPSHOTS"), first.Subject)
	if err != nil {
		return fmt.Errorf("read back snapshot of shard %d: %w", shard, err)
	}
	if found && bytes.Equal(m.Data, first.Data) {
		s.last[shard] = m.Seq
		return nil
	}
	return fmt.Errorf("shard %d of %s: %w", shard, s.cfg.Env, ErrFenced)
}

var _ snapshots = busSnapshots{}
