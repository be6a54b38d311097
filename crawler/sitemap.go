package crawler

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"nhip"
)

// Limits of the sitemap protocol (sitemaps.org), and of how deep indexes nest.
const (
	maxSitemapBytes = 50 << 20
	maxSitemapURLs  = 50_000
	maxSitemapDepth = 3
	maxSitemaps     = 500 // of one index
)

// sitemap is what a sitemap or a sitemap index holds, in its order.
type sitemap struct {
	urls, sitemaps []string
	cut            bool // more than the protocol allows was left out
}

// readSitemap reads tokens as they come and builds no tree. Addresses are the loc
// of url and sitemap elements, whatever namespaces and extensions surround them;
// a plain text file with one address a line is a sitemap too.
func readSitemap(body []byte) (*sitemap, error) {
	body = feedText(body)
	m := &sitemap{}
	if t := bytes.TrimSpace(body); len(t) > 0 && t[0] != '<' {
		for line := range strings.Lines(string(t)) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "http") {
				m.add(&m.urls, line, maxSitemapURLs)
			}
		}
		return m, nil
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var parent string
	inLoc, root := false, false
	var text strings.Builder
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			if len(m.urls)+len(m.sitemaps) > 0 {
				m.cut = true // what stands before the damage counts
				break
			}
			return nil, newFault("sitemap_parse", nhip.OutcomePermanentError, "sitemap: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "urlset", "sitemapindex":
				root = true
			case "url", "sitemap":
				parent = t.Name.Local
			case "loc":
				// image:loc and video:loc are no documents
				inLoc = t.Name.Space == "" || t.Name.Space == "sm"
				text.Reset()
			case "html":
				return nil, newFault("sitemap_is_html", nhip.OutcomePermanentError, "an HTML page instead of a sitemap")
			}
		case xml.CharData:
			if inLoc && text.Len() <= maxURL {
				text.Write(t)
			}
		case xml.EndElement:
			if t.Name.Local != "loc" || !inLoc {
				continue
			}
			inLoc = false
			if parent == "sitemap" {
				m.add(&m.sitemaps, text.String(), maxSitemaps)
			} else if parent == "url" {
				m.add(&m.urls, text.String(), maxSitemapURLs)
			}
		}
	}
	if !root && len(m.urls)+len(m.sitemaps) == 0 {
		return nil, newFault("sitemap_parse", nhip.OutcomePermanentError, "no sitemap")
	}
	return m, nil
}

func (m *sitemap) add(to *[]string, address string, most int) {
	if len(*to) >= most {
		m.cut = true
		return
	}
	*to = append(*to, strings.TrimSpace(address))
}

// sitemapLinks adds the documents of a sitemap and returns the sitemaps of an index.
// Children on other hosts than the source's are not followed.
func (s *session) sitemapLinks(p indexPage, ans *answer) ([]indexPage, error) {
	m, err := readSitemap(ans.body)
	if err != nil {
		return nil, err
	}
	for _, u := range m.urls {
		s.add(u, ans.url, s.documentKind(), found{})
	}
	var more []indexPage
	for _, u := range m.sitemaps {
		child, err := linked(u, ans.url)
		if err == nil && p.depth+1 < maxSitemapDepth && inScope(s.src, hostOf(child), true) {
			more = append(more, indexPage{url: child, kind: nhip.KindSitemap, depth: p.depth + 1, declare: true})
		}
	}
	return more, nil
}
