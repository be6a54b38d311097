package engine

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"slices"
	"strings"
)

// Limits of what a request may be, before the engine sees it.
const (
	maxURL         = 1 << 20
	maxHeaderCount = 1000
)

// ProxyOptions say who may ask and under which names.
type ProxyOptions struct {
	// Users decides who is let in; nil lets nobody in.
	Users Users
	// Hosts are names, without ports, under which requests are answered besides
	// those of this machine's loopback.
	Hosts []string
}

// Proxy forwards HTTP requests to the engine, streaming in both directions: what
// a command serves on an address so that ClickHouse clients without Unix sockets
// can ask. Statuses, headers and broken streams (an exception within a result)
// come through as the engine made them; a client that leaves cancels its
// statement. The engine is started again if it has ended.
//
// Users who are no admins pass the engine's gate with every statement. Requests
// under a host name that is not listed are refused: a web page could have its name
// point here. No other origin is let in (CORS). GET only reads. A client that
// neither sends nor reads loses its connection after a while. /ping asks for no
// credentials. The handler needs a server of net/http with deadlines.
func (cl *Client) Proxy(o ProxyOptions) http.Handler {
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine"
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return cl.DialContext(ctx)
			},
			// A kept connection may have died with an engine; a fresh one on a
			// Unix socket costs next to nothing.
			DisableKeepAlives:  true,
			DisableCompression: true, // bytes pass as they are
		},
		// ReverseProxy drops what is said of a connection. Clients that keep theirs want to know for how long.
		ModifyResponse: func(r *http.Response) error { r.Header.Set("Keep-Alive", keepAlive); return nil },
		FlushInterval:  -1,
		ErrorLog:       log.New(io.Discard, "", 0), // a broken stream is the client's to see
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			var e *exception
			if !errors.As(err, &e) {
				e = raise(codeNetworkError, "NETWORK_ERROR", "The engine does not answer: %v", err)
			}
			newAnswer(w, r).fail(e)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isLoopbackHost(r.Host) && !slices.Contains(o.Hosts, hostName(r.Host)):
			plain(w, http.StatusForbidden, "The host "+r.Host+" is not served here; use localhost or a loopback address.\n")
			return
		case strings.HasPrefix(r.URL.Path, privatePrefix):
			http.NotFound(w, r)
			return
		case r.URL.Path == "/ping", r.URL.Path == "/replicas_status":
			forward.ServeHTTP(w, withoutCredentials(r, Access{}, ""))
			return
		}
		passed, err := admit(r, o.Users)
		if err != nil {
			newAnswer(w, r).fail(err)
			return
		}
		// Without this net/http closes the request's body when the answer begins. The end of the body may not have been
		// seen by then, the transport would take its next look for a failed request, and cut the answer.
		_ = http.NewResponseController(w).EnableFullDuplex()
		passed.Body = newPacedBody(w, passed.Body)
		forward.ServeHTTP(&pacedWriter{ResponseWriter: w}, passed)
	})
}

// admit checks a request's size and credentials, and makes what the engine gets.
func admit(r *http.Request, users Users) (*http.Request, error) {
	if len(r.RequestURI) > maxURL {
		e := raise(codeBadArguments, "BAD_ARGUMENTS", "The URL has %d bytes; at most %d are read. Send the query in the body", len(r.RequestURI), maxURL)
		e.http = http.StatusRequestURITooLong
		return nil, e
	}
	if n := countHeaders(r.Header); n > maxHeaderCount {
		e := raise(codeBadArguments, "BAD_ARGUMENTS", "The request has %d headers; at most %d are read", n, maxHeaderCount)
		e.http = http.StatusRequestHeaderFieldsTooLarge
		return nil, e
	}
	if err := checkLength(r); err != nil {
		return nil, err
	}
	query := r.URL.Query()
	if users == nil {
		return nil, raise(codeAuthenticationFail, "AUTHENTICATION_FAILED", "There are no users")
	}
	access, err := authenticate(r, query, users)
	if err != nil {
		return nil, err
	}
	query.Del("user")
	query.Del("password")
	header, err := access.header()
	if err != nil {
		return nil, err
	}
	passed := withoutCredentials(r, access, header)
	passed.URL.RawQuery = query.Encode()
	return passed, nil
}

// withoutCredentials is the request as the engine gets it: its process sees no
// password, and its access is what was decided here.
func withoutCredentials(r *http.Request, access Access, header string) *http.Request {
	passed := r.Clone(r.Context())
	for _, name := range []string{"Authorization", "X-ClickHouse-User", "X-ClickHouse-Key", "Cookie", accessHeader} {
		passed.Header.Del(name)
	}
	if header != "" && !access.Admin {
		passed.Header.Set(accessHeader, header)
	}
	return passed
}

func countHeaders(h http.Header) int {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	return n
}

// checkLength refuses a POST that says nothing about its length.
func checkLength(r *http.Request) error {
	if r.Method != http.MethodPost && r.Method != http.MethodPut || r.ContentLength > 0 || slices.Contains(r.TransferEncoding, "chunked") {
		return nil
	}
	if r.ContentLength < 0 || r.Header.Get("Content-Length") == "" {
		return raise(codeHTTPLengthRequired, "HTTP_LENGTH_REQUIRED", "The Transfer-Encoding is not chunked and there is no Content-Length header for %s request", r.Method)
	}
	return nil
}

func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// isLoopbackHost tells whether the Host of a request can only mean this machine.
func isLoopbackHost(host string) bool {
	host = hostName(host)
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
