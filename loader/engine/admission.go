package engine

import (
	"context"
	"time"
)

// Statements that run at once, statements that may wait for one of these places,
// and for how long. A connection costs about 175 KB, a running statement its own
// memory; more at once would only make each slower.
const (
	maxRunning = 32
	maxWaiting = 512
	maxWait    = 20 * time.Second
)

// admission bounds the statements that run and wait. It is safe for concurrent use.
type admission struct {
	running chan struct{}
	waiting chan struct{}
}

func newAdmission() *admission {
	return &admission{running: make(chan struct{}, maxRunning), waiting: make(chan struct{}, maxWaiting)}
}

// enter waits for a place; release gives it back. An error is code 202, which
// clients retry.
func (a *admission) enter(ctx context.Context) (release func(), err error) {
	leave := func() { <-a.running }
	select {
	case a.running <- struct{}{}:
		return leave, nil
	default:
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return nil, raise(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES",
			"Too many simultaneous queries: %d run and %d wait", maxRunning, maxWaiting)
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case a.running <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, raise(codeQueryWasCancelled, "QUERY_WAS_CANCELLED", "The client left while its query waited")
	case <-timer.C:
		return nil, raise(codeTooManyQueries, "TOO_MANY_SIMULTANEOUS_QUERIES",
			"Too many simultaneous queries: no place became free within %s", maxWait)
	}
}
