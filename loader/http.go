package loader

import "net/http"

// HTTPHandler offers ClickHouse's HTTP interface of the embedded engine, for the
// clients of others. It is nil for a server, which has its own.
func (s *Store) HTTPHandler() http.Handler {
	if s.engine == nil {
		return nil
	}
	return s.engine.Proxy()
}
