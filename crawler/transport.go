package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"nhip"
	"nhip/catalog"
)

// attempt is what one request and the layers below it tell each other. A collector
// is synchronous, so the session holds one at a time and the request's context
// leads to it.
type attempt struct {
	declared   bool  // the source file names the address: its host is in scope
	decodedCap int64 // 0: the usual one
	validators func(address string) (etag, modified string)

	requests    int       // hops, robots.txt aside
	contentType string    // as the publisher sent it
	body        []byte    // of the last hop, whole
	digest      *digest   // of body
	capturedAt  time.Time // when an archive took it
}

type attemptKey struct{}

func attemptOf(ctx context.Context) *attempt {
	s, _ := ctx.Value(attemptKey{}).(*session)
	if s == nil {
		return nil
	}
	return &s.attempt
}

// chain builds the RoundTripper of one source: every rule in one place, and each on
// each redirect hop. Outermost first: counters, scope, robots, limiter, conditional
// requests, caps, network. An archive needs no limiter and knows no conditions.
func (c *Crawler) chain(s *session) http.RoundTripper {
	var rt http.RoundTripper = &capped{next: c.network, limits: &c.limits, bytes: &s.bytes}
	if c.archive == nil {
		rt = &conditional{next: rt}
		rt = &limited{next: rt, limiter: c.limiter, hosts: s.hosts, delay: s.delay, waiting: s.waiting}
	}
	s.gate = &robotsGate{next: rt, cache: c.robots, token: c.token}
	rt = s.gate
	rt = &scoped{next: rt, src: s.src}
	return &counted{next: rt, session: s}
}

// counted counts requests, and takes the body before colly does: colly would convert
// it to UTF-8 by a character set in the Content-Type, wrong or not, and read it into a
// buffer that grows from nothing.
type counted struct {
	next    http.RoundTripper
	session *session
}

func (t *counted) RoundTrip(req *http.Request) (*http.Response, error) {
	a := attemptOf(req.Context())
	a.requests++
	hint := t.session.lastSize // pages of one source are about as long as each other
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	a.contentType = resp.Header.Get("Content-Type")
	resp.Header.Set("Content-Type", mediaType(a.contentType))
	if isRedirect(resp) {
		return resp, nil
	}
	defer resp.Body.Close()
	if a.body, a.digest, err = readAll(resp.Body, hint); err != nil {
		return nil, err
	}
	t.session.lastSize = len(a.body)
	resp.Body = http.NoBody
	return resp, nil
}

// readAll is [io.ReadAll] with a guess of the size. It leaves little unused behind. The
// digest of what it reads is made meanwhile: it takes a tenth of the time that a page of
// the same machine does.
func readAll(r io.Reader, hint int) ([]byte, *digest, error) {
	b := make([]byte, 0, max(hint+hint/8, 4096))
	d := newDigest()
	defer d.end()
	for {
		n, err := r.Read(b[len(b):cap(b)])
		d.add(b[len(b) : len(b)+n])
		b = b[:len(b)+n]
		if err == io.EOF {
			if cap(b) > 2*len(b) {
				b = bytes.Clone(b)
			}
			return b, d, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if len(b) == cap(b) {
			b = slices.Grow(b, max(cap(b), 1))
		}
	}
}

// digest is the SHA-256 of bytes, made by a goroutine of its own while more of them
// come.
type digest struct {
	parts chan []byte
	sum   chan [sha256.Size]byte
}

func newDigest() *digest {
	d := &digest{make(chan []byte, 8), make(chan [sha256.Size]byte, 1)}
	go func() {
		h := sha256.New()
		for part := range d.parts {
			h.Write(part)
		}
		d.sum <- [sha256.Size]byte(h.Sum(nil))
	}()
	return d
}

// add takes bytes that nobody changes any more.
func (d *digest) add(part []byte) {
	if len(part) > 0 {
		d.parts <- part
	}
}

// end says that no more bytes come. It is called once.
func (d *digest) end() { close(d.parts) }

// of returns the digest. It is asked once.
func (d *digest) of() [sha256.Size]byte { return <-d.sum }

// isRedirect tells whether net/http will follow the answer.
func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case 301, 302, 303, 307, 308:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// mediaType returns a type without parameters, as far as it can be read.
func mediaType(contentType string) string {
	if media, _, err := mime.ParseMediaType(contentType); err == nil {
		return media
	}
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// scoped keeps requests on the source's own hosts and ports, and reads the
// Location of redirects as the URL standard says before net/http does.
type scoped struct {
	next http.RoundTripper
	src  *catalog.Source
}

func (t *scoped) RoundTrip(req *http.Request) (*http.Response, error) {
	u := req.URL
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, newFault("scheme", nhip.OutcomeBlockedPolicy, "scheme %q", u.Scheme)
	case u.User != nil:
		return nil, newFault("user_info", nhip.OutcomeBlockedPolicy, "the address carries a user name")
	case !inScope(t.src, u.Host, attemptOf(req.Context()).declared):
		return nil, newFault(nhip.SkipScope, nhip.OutcomeBlockedPolicy, "%s is no host of source %s", u.Host, t.src.ID)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode < 300 || resp.StatusCode > 399 || resp.Header.Get("Location") == "" {
		return resp, err
	}
	next, err := redirectTarget(resp.Header.Get("Location"), u.String())
	if err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	resp.Header.Set("Location", next)
	return resp, nil
}

func redirectTarget(location, base string) (string, error) {
	u, err := parseAddress(location, base)
	if err == nil {
		var next string
		if next, err = href(u); err == nil {
			return next, nil
		}
	}
	if err == errScheme || err == errUserInfo {
		return "", newFault("redirect_scheme", nhip.OutcomeBlockedPolicy, "redirect to %.80q: %w", location, err)
	}
	return "", newFault("redirect_invalid", nhip.OutcomePermanentError, "redirect to %.80q: %w", location, err)
}

// inScope tells whether the source may be asked on this host, which carries its
// port if that is not the scheme's: ports other than 80 and 443 must stand in the
// source's hosts or declared addresses. What is declared may also stand on a host
// below one of them: sitemaps are often on sitemap.example.vn.
func inScope(src *catalog.Source, host string, isDeclared bool) bool {
	host = strings.ToLower(host)
	if bare, port, err := net.SplitHostPort(host); err == nil && usualPort(port) {
		host = bare
	}
	if ownsHost(src, host) {
		return true
	}
	if !isDeclared {
		return false
	}
	for a := range declared(src) {
		if u, err := parseAddress(a, ""); err == nil && hostPort(u) == host {
			return true
		}
	}
	return slices.ContainsFunc(src.Hosts, func(h string) bool { return strings.HasSuffix(host, "."+bareHost(strings.ToLower(h))) })
}

// conditional asks only for what changed. The validators belong to this hop's
// address; net/http would copy a header set further out to redirect targets.
type conditional struct{ next http.RoundTripper }

func (t *conditional) RoundTrip(req *http.Request) (*http.Response, error) {
	a := attemptOf(req.Context())
	if a == nil || a.validators == nil {
		return t.next.RoundTrip(req)
	}
	etag, modified := a.validators(req.URL.String())
	if etag != "" || modified != "" {
		req = req.Clone(req.Context())
		if etag != "" {
			req.Header.Set("If-None-Match", etag)
		}
		if modified != "" {
			req.Header.Set("If-Modified-Since", modified)
		}
		return t.next.RoundTrip(req)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusNotModified {
		return resp, err
	}
	// Not modified since when? Some caches answer so; ask past them, once.
	_ = resp.Body.Close()
	req = req.Clone(req.Context())
	req.Header.Set("Cache-Control", "no-cache")
	resp, err = t.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusNotModified {
		_ = resp.Body.Close()
		return nil, newFault("protocol", nhip.OutcomeRetryLater, "304 to a request without conditions")
	}
	return resp, err
}

// newNetwork builds the innermost layer: no proxy, since one would pass by the
// address guard; verified TLS; nothing waits without a limit.
func newNetwork(o *Options, l *Limits) *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            newDialer(o, l),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    l.Connect,
		ResponseHeaderTimeout:  l.Header,
		MaxResponseHeaderBytes: l.HeaderBytes,
		DisableCompression:     true, // capped decodes, within bounds
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        time.Minute,
	}
}

// newDialer returns a DialContext that judges the address actually dialled, so that
// neither a name that resolves to a private address nor one that changes its mind
// passes. Hosts in Options.Resolve go to exactly their one address.
func newDialer(o *Options, l *Limits) func(context.Context, string, string) (net.Conn, error) {
	guard := ssrf.New(ssrf.WithAnyPort()) // ports are the scope layer's: it knows the source
	public := &net.Dialer{Timeout: l.Connect, Resolver: o.Resolver,
		ControlContext: func(_ context.Context, network, address string, c syscall.RawConn) error {
			return guard.Safe(network, address, c)
		}}
	resolve := make(map[string]netip.AddrPort, len(o.Resolve))
	for host, to := range o.Resolve {
		resolve[strings.ToLower(host)] = to
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		to, ok := resolve[host]
		if !ok {
			return public.DialContext(ctx, network, address)
		}
		own := &net.Dialer{Timeout: l.Connect,
			ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
				if address != to.String() {
					return fmt.Errorf("%w: %s is not the address given for %s", ssrf.ErrProhibitedIP, address, host)
				}
				return nil
			}}
		return own.DialContext(ctx, network, to.String())
	}
}
