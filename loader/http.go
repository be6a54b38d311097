package loader

import (
	"net/http"

	"nhip/loader/engine"
)

// HTTPHandler offers ClickHouse's HTTP interface of the embedded engine to the
// users that the options let in. It is nil for a server, which has its own.
func (s *Store) HTTPHandler(o engine.ProxyOptions) http.Handler {
	if s.engine == nil {
		return nil
	}
	return s.engine.Proxy(o)
}

// Sandboxed tells that the embedded engine is confined to its data directory. Where it
// is not, its HTTP interface must not be offered to others.
func (s *Store) Sandboxed() bool { return s.engine != nil && s.engine.Sandboxed() }
