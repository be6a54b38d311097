package crawler

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"nhip"
)

// acceptEncoding lists the content codings that decode undoes.
const acceptEncoding = "gzip, br, zstd, deflate"

// capped bounds what an answer may cost and removes its content codings. Over a cap
// reading the body fails with a fault; a body that ends without an error is whole.
type capped struct {
	next   http.RoundTripper
	limits *Limits
	bytes  *atomic.Int64 // of bodies as they came over the wire
}

func (t *capped) RoundTrip(req *http.Request) (*http.Response, error) {
	total := &fault{class: "timeout", outcome: nhip.OutcomeRetryLater, err: fmt.Errorf("not finished after %v", t.limits.Total)}
	ctx, cancel := context.WithCancelCause(req.Context())
	deadline := time.AfterFunc(t.limits.Total, func() { cancel(total) })
	end := func() { deadline.Stop(); cancel(nil) }

	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		end()
		return nil, causeOf(ctx, err)
	}
	decodedCap, wireCap := t.limits.DecodedBytes, t.limits.WireBytes
	if a := attemptOf(req.Context()); a != nil && a.decodedCap > 0 {
		decodedCap, wireCap = a.decodedCap, max(wireCap, a.decodedCap) // it may come unpacked
	}
	if resp.ContentLength > wireCap {
		end()
		_ = resp.Body.Close() // unread, so the connection goes too
		return nil, tooLarge("announced %d bytes, the cap is %d", resp.ContentLength, wireCap)
	}
	wire := &wireReader{body: resp.Body, ctx: ctx, cap: wireCap, total: t.bytes}
	wire.watch(t.limits, cancel)
	body, err := decode(wire, resp.Header, req.URL.Path, t.limits)
	if err != nil {
		wire.stop()
		_ = resp.Body.Close()
		err = causeOf(ctx, err)
		end()
		return nil, err
	}
	if body != io.Reader(wire) {
		body = &decodedReader{r: body, wire: wire, cap: decodedCap, ratio: t.limits.Ratio}
	} else {
		body = &decodedReader{r: body, cap: decodedCap}
	}
	closeAll := sync.OnceFunc(func() { wire.stop(); _ = wire.body.Close(); end() })
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true // colly must not look for gzip itself
	resp.Body = struct {
		io.Reader
		io.Closer
	}{body, closerFunc(closeAll)}
	return resp, nil
}

func tooLarge(format string, args ...any) *fault {
	return newFault("too_large", nhip.OutcomeTruncated, format, args...)
}

// causeOf prefers the reason for which we ended the request over what net/http made
// of it.
func causeOf(ctx context.Context, err error) error {
	var f *fault
	if cause := context.Cause(ctx); errors.As(cause, &f) {
		return f
	}
	return err
}

// wireReader counts a body as it comes over the wire.
type wireReader struct {
	body  io.ReadCloser
	ctx   context.Context
	cap   int64
	n     atomic.Int64
	total *atomic.Int64
	timer *time.Timer
}

func (r *wireReader) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.total.Add(int64(n))
	if r.n.Add(int64(n)) > r.cap {
		return 0, tooLarge("more than %d bytes", r.cap)
	}
	if err != nil && err != io.EOF {
		err = causeOf(r.ctx, err)
	}
	return n, err
}

// watch ends the request when a window passes in which fewer bytes came than the
// minimum rate asks for. A reader that blocks cannot notice it by itself.
func (r *wireReader) watch(l *Limits, cancel context.CancelCauseFunc) {
	var seen int64
	need := int64(float64(l.MinRate) * l.RateWindow.Seconds())
	r.timer = time.AfterFunc(time.Hour, func() {
		now := r.n.Load()
		if now-seen < need {
			cancel(newFault("slow", nhip.OutcomeRetryLater, "fewer than %d bytes in %v", need, l.RateWindow))
			return
		}
		seen = now
		r.timer.Reset(l.RateWindow)
	})
	r.timer.Reset(l.RateWindow) // only now: the function reads r.timer
}

func (r *wireReader) stop() { r.timer.Stop() }

// decodedReader bounds what a body unpacks to. wire is nil for bodies that were not
// packed.
type decodedReader struct {
	r     io.Reader
	wire  *wireReader
	cap   int64
	ratio int64
	n     int64
	err   error
}

// ratioFrom is the size below which a high ratio means nothing: a short page of
// blanks packs very well.
const ratioFrom = 1 << 20

func (r *decodedReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	switch {
	case r.wire != nil && r.n > ratioFrom && r.n > r.ratio*max(r.wire.n.Load(), 1):
		err = newFault("bomb", nhip.OutcomeTruncated, "%d bytes unpack to more than %d", r.wire.n.Load(), r.n)
	case r.n > r.cap:
		err = tooLarge("unpacks to more than %d bytes", r.cap)
	case err != nil && err != io.EOF && r.wire != nil:
		err = codingFault(err)
	}
	if err != nil {
		r.err = err
		if err != io.EOF {
			n = 0
		}
	}
	return n, err
}

// codingFault tells a packed body that is damaged from a connection that is.
func codingFault(err error) error {
	var f *fault
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return newFault("short_body", nhip.OutcomeTruncated, "packed body: %w", err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum), errors.Is(err, zlib.ErrHeader),
		errors.As(err, new(flate.CorruptInputError)), strings.Contains(err.Error(), "brotli"), isZstd(err):
		return newFault("bad_coding", nhip.OutcomeTruncated, "packed body: %w", err)
	}
	return err
}

func isZstd(err error) bool {
	for _, known := range []error{zstd.ErrCRCMismatch, zstd.ErrMagicMismatch, zstd.ErrWindowSizeExceeded, zstd.ErrDecoderSizeExceeded,
		zstd.ErrReservedBlockType, zstd.ErrBlockTooSmall, zstd.ErrUnexpectedBlockSize, zstd.ErrWindowSizeTooSmall, zstd.ErrUnknownDictionary} {
		if errors.Is(err, known) {
			return true
		}
	}
	return strings.Contains(err.Error(), "corrupt")
}

// decode undoes the content codings, at most two of them, and the gzip of files that
// are served as they lie on the disk (sitemap.xml.gz).
func decode(wire io.Reader, h http.Header, name string, l *Limits) (io.Reader, error) {
	var codings []string
	for _, line := range h.Values("Content-Encoding") {
		for c := range strings.SplitSeq(line, ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); c != "" && c != "identity" {
				codings = append(codings, c)
			}
		}
	}
	if len(codings) > 2 {
		return nil, newFault("bad_coding", nhip.OutcomePermanentError, "%d content codings", len(codings))
	}
	body := wire
	for i := len(codings) - 1; i >= 0; i-- {
		r, err := decoder(codings[i], body, l)
		if err == io.EOF && i == len(codings)-1 {
			return http.NoBody, nil // an empty body has nothing packed in it
		}
		if err != nil {
			return nil, codingFault(err)
		}
		body = r
	}
	if len(codings) == 0 && (path.Ext(name) == ".gz" || strings.Contains(strings.ToLower(h.Get("Content-Type")), "gzip")) {
		buffered := bufio.NewReader(body)
		if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
			r, err := newGzip(buffered)
			if err != nil {
				return nil, codingFault(err)
			}
			return r, nil
		}
		return buffered, nil
	}
	return body, nil
}

func decoder(coding string, body io.Reader, l *Limits) (io.Reader, error) {
	switch coding {
	case "gzip", "x-gzip":
		return newGzip(body)
	case "br":
		return brotli.NewReader(body), nil
	case "zstd":
		r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8<<20), // RFC 9659: what a content coding may ask for
			zstd.WithDecoderMaxMemory(uint64(max(l.DecodedBytes, 8<<20))))
		if err != nil {
			return nil, err
		}
		return r.IOReadCloser(), nil
	case "deflate":
		// The RFC means zlib; some servers send bare deflate under the same name.
		buffered := bufio.NewReader(body)
		head, err := buffered.Peek(2)
		if len(head) < 2 {
			return nil, err
		}
		if head[0]&15 == 8 && (uint16(head[0])<<8|uint16(head[1]))%31 == 0 {
			return zlib.NewReader(buffered)
		}
		return flate.NewReader(buffered), nil
	}
	return nil, newFault("bad_coding", nhip.OutcomePermanentError, "unknown content coding %.40q", coding)
}

// pooledGzip gives its window back at the end of the body: most pages come packed,
// and a window is as large as a page.
type pooledGzip struct{ z *gzip.Reader }

var gzips sync.Pool

func newGzip(body io.Reader) (*pooledGzip, error) {
	z, _ := gzips.Get().(*gzip.Reader)
	if z == nil {
		z = new(gzip.Reader)
	}
	if err := z.Reset(body); err != nil {
		gzips.Put(z)
		return nil, err
	}
	return &pooledGzip{z}, nil
}

func (p *pooledGzip) Read(b []byte) (int, error) {
	if p.z == nil {
		return 0, io.EOF
	}
	n, err := p.z.Read(b)
	if err == io.EOF {
		gzips.Put(p.z)
		p.z = nil
	}
	return n, err
}

// onClose runs a function once the body is closed.
type onClose struct {
	io.ReadCloser
	then func()
}

func (c *onClose) Close() error {
	defer c.then()
	return c.ReadCloser.Close()
}

type closerFunc func()

func (f closerFunc) Close() error { f(); return nil }
