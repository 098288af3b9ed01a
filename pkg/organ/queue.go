package organ

import (
	"time"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// job is one request in a mind.
type job struct {
	request  wave.CognitiveRequest
	identity string
	arrived  time.Time
	until    time.Time  // how long it may wait
	due      time.Time  // when an answer is useless
	done     chan error // what came of keeping its response; one place, so nobody waits for the reader
}

// queue holds who waits for a mind, in the order of arrival. It has no clock: time is an argument.
type queue struct {
	depth int
	jobs  []*job
}

// push lets a job wait; false means the queue is full.
func (q *queue) push(j *job) bool {
	if len(q.jobs) >= q.depth {
		return false
	}
	q.jobs = append(q.jobs, j)
	return true
}

// head is who has waited longest; nil when nobody waits.
func (q *queue) head() *job {
	if len(q.jobs) == 0 {
		return nil
	}
	return q.jobs[0]
}

// pop takes the head away.
func (q *queue) pop() { q.jobs = append(q.jobs[:0], q.jobs[1:]...) }

// expire takes away those who have waited too long.
func (q *queue) expire(now time.Time) []*job {
	var late []*job
	kept := q.jobs[:0]
	for _, j := range q.jobs {
		if now.Before(j.until) {
			kept = append(kept, j)
		} else {
			late = append(late, j)
		}
	}
	clear(q.jobs[len(kept):])
	q.jobs = kept
	return late
}

// drain takes everybody away.
func (q *queue) drain() []*job {
	all := q.jobs
	q.jobs = nil
	return all
}

// next is when the first of them will have waited too long; ok is false when nobody waits.
func (q *queue) next() (at time.Time, ok bool) {
	for _, j := range q.jobs {
		if !ok || j.until.Before(at) {
			at, ok = j.until, true
		}
	}
	return at, ok
}
