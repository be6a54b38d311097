package crawlertest

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"testing"
)

// Site is a saved site: pages by host and path.
type Site map[string]SitePage

// SitePage is one page of a Site.
type SitePage struct {
	Status int
	Header http.Header
	Body   string
}

// ParseSite reads a site from a txtar archive whose files are named by address:
//
//	-- tin.example/rss/kinh-te.rss --
//	<rss>...</rss>
//	-- tin.example/cu.html --
//	@status 301
//	@Location: /moi-123456.html
//
// Lines at the top of a file that begin with @ are its status and headers.
func ParseSite(text string) (Site, error) {
	site := Site{}
	var name string
	var body strings.Builder
	end := func() error {
		if name == "" {
			return nil
		}
		page, err := parseSitePage(name, body.String())
		site[name] = page
		body.Reset()
		return err
	}
	for line := range strings.Lines(text) {
		trimmed := strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(trimmed, "-- ") && strings.HasSuffix(trimmed, " --") && len(trimmed) > 6 {
			if err := end(); err != nil {
				return nil, err
			}
			name = strings.TrimSpace(trimmed[3 : len(trimmed)-3])
			continue
		}
		body.WriteString(line)
	}
	return site, end()
}

func parseSitePage(name, text string) (SitePage, error) {
	p := SitePage{Status: http.StatusOK, Header: http.Header{}}
	for strings.HasPrefix(text, "@") {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if code, ok := strings.CutPrefix(line, "@status "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(code))
			if err != nil {
				return p, fmt.Errorf("site page %s: status %q", name, code)
			}
			p.Status = n
			continue
		}
		key, value, ok := strings.Cut(line[1:], ":")
		if !ok {
			return p, fmt.Errorf("site page %s: header %q", name, line)
		}
		p.Header.Set(strings.TrimSpace(key), strings.TrimSpace(value))
	}
	p.Body = text
	if p.Header.Get("Content-Type") == "" {
		p.Header.Set("Content-Type", siteType(name))
	}
	return p, nil
}

func siteType(name string) string {
	name, _, _ = strings.Cut(name, "?")
	switch path.Ext(name) {
	case ".rss", ".xml":
		return "application/xml"
	case ".json":
		return "application/json"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "text/html; charset=utf-8"
}

// ServeHTTP answers by host, path and query.
func (s Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, ok := s[r.Host+r.URL.RequestURI()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	for key, values := range p.Header {
		w.Header()[key] = values
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write([]byte(p.Body))
}

// ServeSite parses a site and serves it from an origin on ip.
func ServeSite(t testing.TB, ip, text string) *Origin {
	t.Helper()
	site, err := ParseSite(text)
	if err != nil {
		t.Fatal(err)
	}
	return NewOrigin(t, ip).Handle("*", site)
}
