package crawler

import (
	"net/url"

	"nhip/catalog"
)

// Holds tells whether the archive has anything of a source: a capture of one of
// its hosts, or a file that names one as its publisher.
func (a *Archive) Holds(src *catalog.Source) bool {
	own := map[string]bool{}
	for _, host := range src.Hosts {
		own[bareHost(host)] = true
	}
	for _, e := range a.entries {
		if u, err := url.Parse(e.url); err == nil && own[bareHost(u.Hostname())] || own[bareHost(e.publisher)] {
			return true
		}
	}
	return false
}
