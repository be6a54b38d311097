package loader

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip/loader/engine"
)

var cuts = flag.Int("cuts", 8, "connections that TestCutConnections and TestServerCutConnections cut at random bytes")

// cutter stands on a TCP address of loopback between the store and its server and
// cuts connections where it is told.
type cutter struct {
	listener net.Listener
	target   func() (net.Conn, error)

	mu      sync.Mutex
	bytes   [2]int64 // passed on so far: up to the server, down to the store
	limit   [2]int64 // cut when so many have passed in that direction; 0: never
	stalled bool     // what comes down is kept back
	down    bool     // every connection is closed at once
	open    map[net.Conn]bool
}

const (
	up = iota
	down
)

func newCutter(t testing.TB, target func() (net.Conn, error)) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: l, target: target, open: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); c.cutAll() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c
}

func (c *cutter) addr() string { return c.listener.Addr().String() }

func (c *cutter) serve(client net.Conn) {
	c.mu.Lock()
	refused := c.down
	c.open[client] = true
	c.mu.Unlock()
	var server net.Conn
	var err error
	if !refused {
		server, err = c.target()
	}
	if refused || err != nil {
		reset(client)
		return
	}
	go c.pass(server, client, down)
	c.pass(client, server, up)
}

// pass copies one direction until it ends or is cut; then both ends are reset.
func (c *cutter) pass(from, to net.Conn, direction int) {
	defer reset(from)
	defer reset(to)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			part, cut := c.allow(n, direction)
			if _, err := to.Write(buffer[:part]); err != nil || cut {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// allow counts n bytes and says how many of them may pass before the cut.
func (c *cutter) allow(n, direction int) (part int, cut bool) {
	for {
		c.mu.Lock()
		if !c.stalled || direction == up {
			break
		}
		c.mu.Unlock()
		time.Sleep(5 * time.Millisecond)
	}
	defer c.mu.Unlock()
	before := c.bytes[direction]
	c.bytes[direction] += int64(n)
	if limit := c.limit[direction]; limit > 0 && before+int64(n) >= limit {
		c.limit[direction] = 0
		return int(limit - before), true
	}
	return n, false
}

func (c *cutter) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// cutAll resets every connection.
func (c *cutter) cutAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		reset(conn)
	}
	clear(c.open)
	c.stalled = false
}

// reset closes a connection so that the other side sees it broken, not finished.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// A connection that is cut at any byte, of a question or of an answer, changes
// nothing of what is in the tables at the end. One command for all fifty:
//
//	go test ./loader -run CutConnections -cuts 50
func TestCutConnections(t *testing.T) {
	items := testItems(20)
	s := openTest(t)
	if _, err := s.Load(t.Context(), "run", items); err != nil {
		t.Fatal(err)
	}
	want := rowsOf(t, s)
	open := func(t *testing.T, database string) (*Store, *cutter) {
		var c *cutter
		var client *engine.Client
		var once sync.Once
		s, err := Open(t.Context(), Options{DataDir: testDataDir, Database: database, Log: slog.New(slog.DiscardHandler),
			dial: func(ctx context.Context, cl *engine.Client) (net.Conn, error) {
				once.Do(func() {
					client = cl
					c = newCutter(t, func() (net.Conn, error) { return client.DialContext(context.Background()) })
				})
				return (&net.Dialer{}).DialContext(ctx, "tcp", c.addr())
			}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.retry = backoff{attempts: 6, first: time.Millisecond, most: 5 * time.Millisecond}
		return s, c
	}
	s, c := open(t, "cutmeasure")
	before := c.bytes
	if _, err := s.Load(t.Context(), "measure", items); err != nil {
		t.Fatal(err)
	}
	length := [2]int64{c.bytes[up] - before[up], c.bytes[down] - before[down]}
	s, c = open(t, "cut")
	for seed := range uint64(*cuts) {
		random := rand.New(rand.NewPCG(seed, 11))
		direction := int(seed % 2)
		at := 1 + random.Int64N(length[direction]*9/10) // some bytes less are sent with another run's name
		t.Run(fmt.Sprintf("seed %d, byte %d %s", seed, at, [2]string{"up", "down"}[direction]), func(t *testing.T) {
			for table := range want {
				execSQL(t, s, "TRUNCATE TABLE "+table)
			}
			c.set(func() { c.limit[direction] = c.bytes[direction] + at })
			if _, err := s.Load(t.Context(), fmt.Sprint("seed", seed), items); err != nil {
				t.Fatal(err)
			}
			c.set(func() {
				if c.limit[direction] != 0 {
					t.Error("nothing was cut")
				}
				c.limit = [2]int64{}
			})
			if d := cmp.Diff(want, rowsOf(t, s)); d != "" {
				t.Error(d)
			}
			var rows uint64
			if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM observations").Scan(&rows); err != nil || rows != 60 {
				t.Errorf("%d rows of observations, %v: the token dropped no copy", rows, err)
			}
		})
	}
}
