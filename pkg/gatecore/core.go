package gatecore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/gate"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/wave"
)

// realCell is the field in which the real garden asks "what is this?"; every
// gate hears it.
const realCell = "real"

// attentionShard is where attention and lifeforce are stored. It carries no
// gates: those are spread over the shards below it.
const attentionShard = 256

// Core is gate core for one environment.
type Core struct {
	daemon.Base
	cfg    Config
	gates  map[string]*member // by token
	names  []string           // sorted
	fields map[string]*field  // by cell token
	shards []*shard
	events map[string][]topology.Event // by gate token

	attention *gate.Attention
	committer *committer
	rejects   wave.Rejects
	clock     gate.Time // newest wave, in an environment whose clock is the stream
	closings  []gate.Closing
	digest    gate.Wave // reused: its meaning keeps its memory
	started   time.Time

	waves    chan arrival
	calls    chan func()
	counters counters
}

// counters are read by reports and metrics, from any goroutine.
type counters struct {
	waves, late, gaps, outcomes atomic.Uint64
}

// shard is one kernel and what came out of it since it was last settled.
type shard struct {
	number int
	kernel *gate.Kernel
	fx     gate.Effects
	out    []wave.Message // rendered, not yet handed to the committer
	moved  bool           // changed since it was last stored
}

// member is one declared gate.
type member struct {
	token string
	shard *shard
	id    gate.ID
	cells []string // tokens of the fields it hears
	late  uint64
	tally tally

	recent []wave.Transition // the last ones of both gardens, with what was said
	nerves map[string]wave.NerveState
}

// maxRecent is how many transitions of a gate are remembered with content.
const maxRecent = 20

// New builds gate core. Nothing is heard before Start.
func New(cfg Config) (*Core, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	c := &Core{
		cfg: cfg, gates: map[string]*member{}, fields: map[string]*field{},
		events: map[string][]topology.Event{}, rejects: wave.Rejects{By: "gate-core"},
		attention: gate.NewAttention(gate.AttentionSpec{Beat: cfg.Attention.Beat.Std(), Budget: cfg.Attention.Budget}),
		waves:     make(chan arrival, 1024), calls: make(chan func()),
	}
	byNumber := map[int]*shard{}
	for _, g := range cfg.Gates {
		if err := c.add(g, byNumber); err != nil {
			return nil, err
		}
	}
	for _, e := range cfg.Events {
		for _, name := range e.Gates {
			if token, err := wave.Token(name); err == nil && c.gates[token] != nil {
				c.events[token] = append(c.events[token], e)
			}
		}
	}
	c.names = slices.Sorted(maps.Keys(c.gates))
	for _, n := range slices.Sorted(maps.Keys(byNumber)) {
		c.shards = append(c.shards, byNumber[n])
	}
	c.committer = newCommitter(busSnapshots{cfg: &c.cfg, last: map[int]uint64{}}, c.publish, cfg.Logger)
	return c, nil
}

// add declares one gate to its shard's kernel and to the fields it hears.
func (c *Core) add(g topology.Gate, shards map[int]*shard) error {
	spec, err := SpecOf(g)
	if err != nil {
		return fmt.Errorf("add gate: %w", err)
	}
	number := gate.ShardOf(spec.Name)
	sh := shards[number]
	if sh == nil {
		sh = &shard{number: number, kernel: gate.New(gate.Options{
			QuietWindows: c.cfg.Trace != "gates", LeanEvery: 250 * time.Millisecond,
		})}
		shards[number] = sh
	}
	id, err := sh.kernel.Add(spec)
	if err != nil {
		return fmt.Errorf("add gate: %w", err)
	}
	m := &member{token: spec.Name, shard: sh, id: id, nerves: map[string]wave.NerveState{}}
	for _, cell := range g.Cells {
		token, err := wave.TokenFor(wave.KindCellWave, cell)
		if err != nil {
			return fmt.Errorf("add gate %q: %w", g.Name, err)
		}
		m.cells = append(m.cells, token)
		c.field(token).gates = append(c.field(token).gates, m)
	}
	m.cells = append(m.cells, realCell)
	c.field(realCell).gates = append(c.field(realCell).gates, m)
	c.gates[m.token] = m
	return nil
}

// now is the environment's time.
func (c *Core) now() gate.Time {
	if c.cfg.Clock == "stream" && c.clock != 0 {
		return c.clock
	}
	return gate.At(c.cfg.Now())
}

// Start loads the gates' state, subscribes and begins to decide. It refuses
// when another gate core already answers for this environment.
func (c *Core) Start(ctx context.Context) error {
	if err := c.alone(ctx); err != nil {
		return err
	}
	if err := c.restore(ctx); err != nil {
		return err
	}
	c.started = c.cfg.Now()
	return c.Base.Start(ctx, c.run)
}

// restore loads every shard and the lab's attention.
func (c *Core) restore(ctx context.Context) error {
	for _, sh := range c.shards {
		kernel, err := c.committer.restore(ctx, sh.number)
		if err == nil && kernel != nil {
			err = sh.kernel.Restore(kernel)
		}
		if err != nil {
			return fmt.Errorf("restore the gates of shard %d: %w", sh.number, err)
		}
	}
	state, err := c.committer.restore(ctx, attentionShard)
	if err == nil && state != nil {
		err = c.attention.Restore(state)
	}
	if err != nil {
		return fmt.Errorf("restore attention: %w", err)
	}
	c.reconcile()
	return nil
}

// reconcile lets attention see which gates are OPEN: the kernels know best, the
// two may have been stored at different moments.
func (c *Core) reconcile() {
	now := c.now()
	for _, name := range c.names {
		m := c.gates[name]
		r := m.shard.kernel.Report(m.id, now)
		for _, side := range sides(r) {
			t := gate.Transition{Gate: name, Garden: gardenOf(side.garden), To: side.State, Tier: r.Tier, Weight: r.Weight, Amplitude: max(0, min(1, side.Value))}
			c.attention.Observe(&t)
		}
	}
}

// run is the life of gate core: it opens everything that feeds the loop, says
// that it is ready, loops, and closes in the order that loses nothing.
func (c *Core) run(ctx context.Context, ready func()) error {
	life, end := context.WithCancelCause(daemon.Drain(ctx))
	defer end(nil)
	committed := make(chan error, 1)
	go func() {
		err := c.committer.run(life)
		if err != nil {
			end(err)
		}
		committed <- err
	}()
	inputs, err := c.listen(life, end)
	if err == nil {
		ready()
		c.loop(ctx, life)
		c.drain(inputs)
		err = c.finish(life)
	}
	end(err)
	return errors.Join(err, <-committed)
}

// loop owns the kernels until it is told to stop.
func (c *Core) loop(ctx, life context.Context) {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	save := time.NewTicker(c.cfg.SaveEvery)
	defer save.Stop()
	for {
		c.schedule(alarm)
		select {
		case a := <-c.waves:
			c.hear(a)
			c.hearWaiting(255)
		case call := <-c.calls:
			call()
		case <-alarm.C:
			c.advance()
		case <-save.C:
			c.save()
		case <-ctx.Done():
			return
		case <-life.Done():
			return
		}
		c.settle()
	}
}

// hearWaiting takes up to n more arrivals that are already there, so that a
// burst is stored once and not once for each wave.
func (c *Core) hearWaiting(n int) {
	for range n {
		select {
		case a := <-c.waves:
			c.hear(a)
		default:
			return
		}
	}
}

// schedule sets the alarm to the earliest deadline of any kernel. Where time is
// data there is none: the next wave brings the time.
func (c *Core) schedule(alarm *time.Timer) {
	wait := time.Hour
	if c.cfg.Clock != "stream" {
		now := gate.At(c.cfg.Now())
		for _, sh := range c.shards {
			if at, ok := sh.kernel.Deadline(); ok {
				wait = min(wait, max(0, at.Sub(now)))
			}
		}
	}
	alarm.Reset(wait)
}

// advance announces what silence did.
func (c *Core) advance() {
	now := c.now()
	for _, sh := range c.shards {
		if at, ok := sh.kernel.Deadline(); ok && at <= now {
			sh.kernel.Advance(now, &sh.fx)
		}
	}
}

// save stores every gate that moved.
func (c *Core) save() {
	for _, sh := range c.shards {
		if sh.moved || c.committer.repeats(sh.number) {
			c.put(sh, nil)
		}
	}
	c.putAttention()
}

func (c *Core) putAttention() {
	c.committer.put(commit{shard: attentionShard, kernel: c.attention.AppendSnapshot(nil)})
}

// put hands a shard's state and its messages to the committer.
func (c *Core) put(sh *shard, out []wave.Message) {
	sh.moved = false
	c.committer.put(commit{shard: sh.number, kernel: sh.kernel.AppendSnapshot(nil), out: out})
}

// drain closes the inputs and hears what had already arrived. The loop goes on
// meanwhile: who hands something over must not wait for a loop that has ended.
func (c *Core) drain(in *inputs) {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		in.stop()
	}()
	for open := true; open; {
		select {
		case a := <-c.waves:
			c.hear(a)
		case call := <-c.calls:
			call()
		case <-stopped:
			open = false
		}
		c.settle()
	}
	c.hearWaiting(cap(c.waves))
	c.advance()
	c.settle()
}

// finish stores everything before gate core ends: first what is still to be
// told, then the state in which nothing is.
func (c *Core) finish(life context.Context) error {
	limit, cancel := context.WithTimeout(life, 5*time.Second)
	defer cancel()
	if err := c.flush(limit, life); err != nil {
		return err
	}
	c.save()
	return c.flush(limit, life)
}

// flush waits until the committer has nothing left to do.
func (c *Core) flush(limit, life context.Context) error {
	select {
	case <-c.committer.flush():
		return nil
	case <-limit.Done():
	}
	if life.Err() != nil {
		return context.Cause(life)
	}
	return &daemon.Error{
		Op: "store", Subject: "the gates' last state", Err: errors.New("the bus does not answer"),
		Hint: "decisions since the last snapshot are published again at the next start",
	}
}

// do runs f on the loop's goroutine and waits for it.
func (c *Core) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case c.calls <- func() { defer close(done); f() }:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	<-done
	return nil
}
