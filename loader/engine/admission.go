package engine

import (
	"context"
	"time"
)

// Statements that run at once, answers that are open at once, requests that may
// wait for one of these places, and for how long. A connection costs about 175 KB,
// a running statement its own memory; more at once would only make each slower.
// While an answer waits for a client to read, its statement gives its place among
// the running ones to another: slow readers hold memory, not the engine.
const (
	maxRunning = 32
	maxOpen    = 160
	maxWaiting = 512
	maxWait    = 20 * time.Second
)

// admission bounds the statements that run and wait. It is safe for concurrent use.
type admission struct {
	running chan struct{}
	open    chan struct{}
	waiting chan struct{}
}

func newAdmission() *admission {
	return &admission{running: make(chan struct{}, maxRunning), open: make(chan struct{}, maxOpen), waiting: make(chan struct{}, maxWaiting)}
}

// slot is one statement's place. It is used by one goroutine.
type slot struct {
	a       *admission
	running bool
}

// enter waits for a place. An error is code 202, which clients retry.
func (a *admission) enter(ctx context.Context) (*slot, error) {
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return nil, raise(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES",
			"Too many simultaneous queries: %d run and %d wait", len(a.running), maxWaiting)
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	for _, places := range []chan struct{}{a.open, a.running} {
		err := wait(ctx, places, timer.C)
		if err != nil {
			if places == a.running {
				<-a.open
			}
			return nil, err
		}
	}
	return &slot{a: a, running: true}, nil
}

// wait takes one of the places.
func wait(ctx context.Context, places chan struct{}, late <-chan time.Time) error {
	select {
	case places <- struct{}{}:
		return nil
	default:
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return raise(codeQueryWasCancelled, "QUERY_WAS_CANCELLED", "The client left while its query waited")
	case <-late:
		return raise(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES",
			"Too many simultaneous queries: no place became free within %s", maxWait)
	}
}

// pause gives the place among the running statements to others.
func (s *slot) pause() {
	if s != nil && s.running {
		s.running = false
		<-s.a.running
	}
}

// resume takes one again, however long that takes: what was begun is ended.
func (s *slot) resume(ctx context.Context) error {
	if s == nil || s.running {
		return nil
	}
	if err := wait(ctx, s.a.running, nil); err != nil {
		return err
	}
	s.running = true
	return nil
}

// leave gives everything back.
func (s *slot) leave() {
	s.pause()
	<-s.a.open
}
