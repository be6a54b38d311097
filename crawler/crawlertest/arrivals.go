package crawlertest

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Arrivals is a listener that notes when each request came: when the first byte of it was
// read, which is the earliest that a server can know. A handler begins later than that, by
// as much as a busy machine lets it wait. Requests are told apart by the answers between
// them, so a client must not send two without waiting, and TLS hides them.
type Arrivals struct {
	net.Listener

	mu sync.Mutex
	at []time.Time
}

// Accept waits for the next connection.
func (a *Arrivals) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &arrivalsConn{Conn: c, arrivals: a}
	conn.awaits.Store(true)
	return conn, nil
}

// Times lists when the requests came, in order.
func (a *Arrivals) Times() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.SortedFunc(slices.Values(a.at), time.Time.Compare)
}

// Closest returns the shortest time between two requests, and false if there were not two.
func (a *Arrivals) Closest() (gap time.Duration, ok bool) {
	at := a.Times()
	for i := 1; i < len(at); i++ {
		if d := at[i].Sub(at[i-1]); !ok || d < gap {
			gap, ok = d, true
		}
	}
	return gap, ok
}

type arrivalsConn struct {
	net.Conn
	arrivals *Arrivals
	awaits   atomic.Bool // the next byte is the first of a request
}

func (c *arrivalsConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.awaits.CompareAndSwap(true, false) {
		now := time.Now()
		c.arrivals.mu.Lock()
		defer c.arrivals.mu.Unlock()
		c.arrivals.at = append(c.arrivals.at, now)
	}
	return n, err
}

func (c *arrivalsConn) Write(p []byte) (int, error) {
	c.awaits.Store(true) // before the answer can be read
	return c.Conn.Write(p)
}
