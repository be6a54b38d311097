// Package demosite is the bundled web of `nhip demo`: three made-up publishers and
// a made-up statistics office under the reserved top-level domain .example, small
// enough to be crawled in seconds and built like the real ones.
//
// The publishers differ as real ones do: one announces itself in JSON-LD and pages
// its listing by a fragment address, one offers a feed and meta tags, one shows its
// date to people only. People, companies and numbers are made up; places are real.
// The texts are files below content, one a document, rendered through one layout a
// publisher.
//
// The site knows nothing of how it is crawled or read. It holds on purpose what a
// crawler must cope with: an address robots.txt forbids, a link that leads nowhere,
// one story at two publishers, and an article changed after publication.
package demosite

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed content layouts catalog
var embedded embed.FS

// Hosts returns the host names the site answers for, in order. A crawler has to be
// told that they live on the loopback address; no name server knows them.
func Hosts() []string {
	hosts := make([]string, len(publishers))
	for i, p := range publishers {
		hosts[i] = p.host
	}
	return hosts
}

// Catalog returns an overlay of the catalog with one source a host
// (sources/demo-*.yaml). It replaces no file of the embedded catalog.
func Catalog() fs.FS {
	sub, err := fs.Sub(embedded, "catalog")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Handler serves all hosts, telling them apart by the Host header, port or not. It
// answers GET and HEAD with ETag and Last-Modified and honours conditional
// requests. It is safe for concurrent use and keeps no state.
func Handler() http.Handler {
	web, err := build()
	if err != nil {
		panic(fmt.Sprintf("demosite: bundled content: %v", err)) // a test reads every file
	}
	return web
}

// Addresses returns every address the site answers, in order: documents, listing
// pages, the feed and each host's robots.txt.
func Addresses() ([]string, error) {
	web, err := build()
	if err != nil {
		return nil, fmt.Errorf("demosite: bundled content: %w", err)
	}
	var out []string
	for host, pages := range web {
		for path := range pages {
			out = append(out, "http://"+host+path)
		}
	}
	slices.Sort(out)
	return out, nil
}

// file is one answer of the site.
type file struct {
	body        []byte
	contentType string
	etag        string
	modified    time.Time
}

// web holds the answers by host and path.
type web map[string]map[string]file

func (w web) add(host, path, contentType string, modified time.Time, body []byte) error {
	if _, taken := w[host][path]; taken {
		return fmt.Errorf("%s%s is there twice", host, path)
	}
	if w[host] == nil {
		w[host] = map[string]file{}
	}
	sum := sha256.Sum256(body)
	w[host][path] = file{body, contentType, fmt.Sprintf(`"%x"`, sum[:8]), modified}
	return nil
}

// ServeHTTP implements [http.Handler].
func (w web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	pages, ok := w[host]
	if !ok {
		http.Error(rw, "the demo site has no host "+host, http.StatusMisdirectedRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		rw.Header().Set("Allow", "GET, HEAD")
		http.Error(rw, "the demo site is read only", http.StatusMethodNotAllowed)
		return
	}
	f, ok := pages[r.URL.Path] // a query, such as that of a feed's counter, changes nothing
	if !ok {
		http.Error(rw, "Không tìm thấy trang", http.StatusNotFound)
		return
	}
	rw.Header().Set("Content-Type", f.contentType)
	rw.Header().Set("ETag", f.etag)
	http.ServeContent(rw, r, "", f.modified, bytes.NewReader(f.body))
}

// build renders the whole site; it is a few hundred kilobytes.
var build = sync.OnceValues(render)
