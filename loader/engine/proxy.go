package engine

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
)

// Proxy forwards HTTP requests to the engine, streaming in both directions: what
// a command serves on a loopback address so that ClickHouse clients without Unix
// sockets can ask. Statuses, headers and broken streams (an exception within a
// result) come through as the engine made them; a client that leaves cancels its
// statement. The engine is started again if it has ended.
//
// Requests under a host name that is not this machine's loopback are refused: a
// web page could have its name point here. Proxy knows no users; a handler in
// front of it may.
func (cl *Client) Proxy() http.Handler {
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
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // a broken stream is the client's to see
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			e := raise(codeNetworkError, "NETWORK_ERROR", "The engine does not answer: %v", err)
			w.Header().Set("X-ClickHouse-Exception-Code", "210")
			plain(w, http.StatusBadGateway, e.message()+"\n")
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isLoopbackHost(r.Host):
			plain(w, http.StatusForbidden, "The host "+r.Host+" is not served here; use localhost or a loopback address.\n")
		case strings.HasPrefix(r.URL.Path, privatePrefix):
			http.NotFound(w, r)
		default:
			forward.ServeHTTP(w, r)
		}
	})
}

// isLoopbackHost tells whether the Host of a request can only mean this machine.
func isLoopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
