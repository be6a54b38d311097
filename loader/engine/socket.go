package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// A Unix socket's address holds about a hundred bytes (108 on Linux, 104 on
// macOS, the closing NUL included); data directories may lie deeper.
const socketPathLimit = 103

// dialSocket connects to the engine's socket of a data directory of any depth.
func dialSocket(ctx context.Context, dataDir string) (net.Conn, error) {
	path := filepath.Join(dataDir, socketFile)
	if len(path) > socketPathLimit {
		short, done, err := shortFolder(dataDir)
		if err != nil {
			return nil, err
		}
		defer done()
		path = filepath.Join(short, socketFile)
	}
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// shortFolder gives a folder a short name, through a symbolic link in a fresh
// private temporary folder that done removes. An open connection outlives it.
func shortFolder(dir string) (short string, done func(), err error) {
	for _, temp := range []string{os.TempDir(), "/tmp"} {
		own, err := os.MkdirTemp(temp, "nhip")
		if err != nil {
			continue
		}
		link := filepath.Join(own, "d")
		if len(filepath.Join(link, socketFile)) > socketPathLimit || os.Symlink(dir, link) != nil {
			os.RemoveAll(own)
			continue
		}
		return link, func() { os.RemoveAll(own) }, nil
	}
	return "", nil, fmt.Errorf("the path of %s is too long for a socket, and no link to it could be made in %s; choose a data directory with a shorter path", dir, os.TempDir())
}

// holdPath is the route on which a client holds the engine: the request stays
// open, and its end, by Close or by the death of the client, is the release.
const (
	privatePrefix = "/.nhip/" // routes of the Unix socket only
	holdPath      = privatePrefix + "hold"
	sandboxHeader = "Nhip-Sandbox" // of the answer: sandboxed, or empty
)

// hold is one open hold.
type hold struct {
	conn      net.Conn
	sandboxed bool
	dead      atomic.Bool
}

// takeHold connects to a running engine and holds it.
func takeHold(ctx context.Context, dataDir string) (*hold, error) {
	conn, err := dialSocket(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		conn.Close()
		return nil, err
	}
	r := bufio.NewReader(conn)
	inSandbox, err := requestHold(conn, r)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("hold the engine: %w", err)
	}
	h := &hold{conn: conn, sandboxed: inSandbox}
	go h.watch(r)
	return h, nil
}

func requestHold(conn net.Conn, r *bufio.Reader) (inSandbox bool, err error) {
	if _, err := io.WriteString(conn, "GET "+holdPath+" HTTP/1.1\r\nHost: engine\r\n\r\n"); err != nil {
		return false, err
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return false, err
	}
	if res.StatusCode != http.StatusOK {
		return false, errors.New(res.Status)
	}
	return res.Header.Get(sandboxHeader) == sandboxed, conn.SetDeadline(time.Time{})
}

// watch notices the end of the engine.
func (h *hold) watch(r io.Reader) {
	_, _ = io.Copy(io.Discard, r) // any end means the same
	h.dead.Store(true)
	h.conn.Close()
}

func (h *hold) alive() bool { return !h.dead.Load() }

func (h *hold) release() { h.conn.Close() }

// serveHold is the engine's side: it keeps the connection until the client goes
// or the engine ends.
func (s *server) serveHold(w http.ResponseWriter) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"+sandboxHeader+": "+os.Getenv(sandboxVariable)+"\r\n\r\nheld\n"); err != nil {
		return
	}
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, rw) // ends when the client does
		close(gone)
	}()
	select {
	case <-gone:
	case <-s.activity.left:
	}
}
