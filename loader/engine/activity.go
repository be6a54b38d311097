package engine

import (
	"sync"
	"time"
)

// activity knows whether anybody needs the engine: requests in progress and
// clients that hold it. It is safe for concurrent use.
type activity struct {
	mu    sync.Mutex
	users int           // requests and holds
	since time.Time     // when users became 0
	over  bool          // the idle time has passed; nobody is let in any more
	left  chan struct{} // closed by dismiss: holders are asked to go
	once  sync.Once
}

func newActivity() *activity {
	return &activity{since: time.Now(), left: make(chan struct{})}
}

// begin counts a user in; false says that the engine is about to end, so that a
// client which got in can rely on it.
func (a *activity) begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return false
	}
	a.users++
	return true
}

func (a *activity) end() {
	a.mu.Lock()
	if a.users--; a.users == 0 {
		a.since = time.Now()
	}
	a.mu.Unlock()
}

func (a *activity) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.users
}

// dismiss ends the holds.
func (a *activity) dismiss() { a.once.Do(func() { close(a.left) }) }

// idle returns a channel that is closed once nobody needed the engine for d.
func (a *activity) idle(d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		for {
			a.mu.Lock()
			rest := d
			if a.users == 0 {
				rest = d - time.Since(a.since)
			}
			a.over = rest <= 0
			a.mu.Unlock()
			if rest <= 0 {
				close(over)
				return
			}
			time.Sleep(rest)
		}
	}()
	return over
}
