package engine

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// How slow a client of the proxy may be. Time during which nhip makes the client
// wait does not count.
const (
	pacePatience = 30 * time.Second // without a byte, and in all at the start
	paceBytes    = 1 << 10          // bytes a second after that
)

// pacedBody is a request's body that has to come at some pace: a client that sends
// a byte now and then would hold a place among the running statements for ever.
type pacedBody struct {
	io.ReadCloser
	to     *http.ResponseController
	waited time.Duration
	read   int64
}

func newPacedBody(w http.ResponseWriter, body io.ReadCloser) *pacedBody {
	return &pacedBody{ReadCloser: body, to: http.NewResponseController(w)}
}

func (b *pacedBody) Read(p []byte) (int, error) {
	started := time.Now()
	left := min(pacePatience, pacePatience+time.Duration(b.read/paceBytes)*time.Second-b.waited)
	_ = b.to.SetReadDeadline(started.Add(max(left, 0))) // without deadlines the connection's own hold
	n, err := b.ReadCloser.Read(p)
	b.waited += time.Since(started)
	b.read += int64(n)
	if err != nil || left <= 0 {
		_ = b.to.SetReadDeadline(time.Time{}) // net/http goes on reading, to see the client leave
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = raise(codeSocketTimeout, "SOCKET_TIMEOUT", "The request's body came too slowly: %d bytes in %s", b.read, b.waited.Round(time.Second))
	}
	return n, err
}

// pacedWriter gives every write its deadline: a client that does not read its
// answer loses it.
type pacedWriter struct{ http.ResponseWriter }

func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(pacePatience))
	n, err := w.ResponseWriter.Write(p)
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Time{})
	return n, err
}
