package crawler

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
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
	times          map[string]time.Time // lastmod, or a news sitemap's date of publication, where there is one
	cut            bool                 // more than the protocol allows was left out
}

// readSitemap reads tokens as they come and builds no tree. Addresses are the loc
// of url and sitemap elements, whatever namespaces and extensions surround them;
// a plain text file with one address a line is a sitemap too.
func readSitemap(body []byte) (*sitemap, error) {
	body = feedText(body)
	m := &sitemap{times: map[string]time.Time{}}
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
	var parent, reading, loc, date string // reading: loc or a date
	root := false
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
				parent, loc, date = t.Name.Local, "", ""
			case "loc", "lastmod":
				// image:loc and video:loc are no documents
				if t.Name.Space == "" || t.Name.Space == "sm" {
					reading = t.Name.Local
					text.Reset()
				}
			case "publication_date":
				if date == "" { // of a video as well, which is as good as none
					reading = t.Name.Local
					text.Reset()
				}
			case "html":
				return nil, newFault("sitemap_is_html", nhip.OutcomePermanentError, "an HTML page instead of a sitemap")
			}
		case xml.CharData:
			if reading != "" && text.Len() <= maxURL {
				text.Write(t)
			}
		case xml.EndElement:
			switch {
			case reading == t.Name.Local:
				if reading == "loc" {
					loc = strings.TrimSpace(text.String())
				} else {
					date = text.String()
				}
				reading = ""
			case t.Name.Local == parent:
				m.entry(parent, loc, date)
				parent = ""
			}
		}
	}
	if parent != "" && loc != "" { // the file ends within an entry
		m.entry(parent, loc, date)
	}
	if !root && len(m.urls)+len(m.sitemaps) == 0 {
		return nil, newFault("sitemap_parse", nhip.OutcomePermanentError, "no sitemap")
	}
	return m, nil
}

func (m *sitemap) entry(parent, loc, date string) {
	switch {
	case loc == "":
		return
	case parent == "sitemap":
		m.add(&m.sitemaps, loc, maxSitemaps)
	default:
		m.add(&m.urls, loc, maxSitemapURLs)
	}
	if t := feedTime(date); !t.IsZero() && !m.cut {
		m.times[loc] = t
	}
}

func (m *sitemap) add(to *[]string, address string, most int) {
	if len(*to) >= most {
		m.cut = true
		return
	}
	*to = append(*to, strings.TrimSpace(address))
}

// sitemapLinks adds the documents of a sitemap and returns the sitemaps of an index.
// Children on other hosts than the source's are not followed, nor are those that did
// not change since they were read, by the index's own word.
func (s *session) sitemapLinks(p indexPage, ans *answer) ([]indexPage, error) {
	m, err := readSitemap(ans.body)
	if err != nil {
		return nil, err
	}
	if m.cut {
		s.account.Index[indexCut]++
	}
	// Its children change without it, where it does not say when they did.
	s.readAgain = len(m.sitemaps) > 0
	for _, u := range m.urls {
		s.add(u, ans.url, s.documentKind(), found{at: m.times[u]})
	}
	var more []indexPage
	for _, u := range m.sitemaps {
		child, err := linked(u, ans.url)
		if err != nil || p.depth+1 >= maxSitemapDepth || !inScope(s.src, hostOf(child), true) {
			continue
		}
		unchanged, err := s.isReadSince(child, m.times[u])
		if err != nil {
			return nil, err
		}
		if unchanged {
			s.account.Index[string(nhip.OutcomeNotModified)]++
			s.indexTried++
			s.indexGood++
			continue
		}
		more = append(more, indexPage{url: child, kind: nhip.KindSitemap, depth: p.depth + 1, declare: true})
	}
	return more, nil
}

// isReadSince tells whether a sitemap need not be asked for: it was read, with all it
// announced, after it changed (a day later, since many indexes print days only), or
// changed before the day to which the crawl goes back.
func (s *session) isReadSince(address string, changed time.Time) (bool, error) {
	if changed.IsZero() {
		return false, nil
	}
	if s.isTooOld(changed) {
		return true, nil
	}
	canonical, err := Canonical(address, "", s.src)
	if err != nil {
		return false, nil
	}
	if err := s.ask([]string{canonical}); err != nil {
		return false, err
	}
	v := s.visits[canonical]
	return v != nil && (v.Outcome == nhip.OutcomeOK || v.Outcome == nhip.OutcomeNotModified) && v.At.After(changed.Add(24*time.Hour)), nil
}

// robotsSitemaps are the sitemaps that the robots.txt of the source's first host
// names, as far as they stand on the source's hosts or below them.
func (s *session) robotsSitemaps() ([]indexPage, error) {
	site := announcingSite(s.src)
	if site == nil {
		return nil, nil // checked when the catalog was loaded
	}
	s.attempt = attempt{declared: true}
	rules, err := s.crawler.robots.get(context.WithValue(s.ctx, attemptKey{}, s), site, s.gate.next)
	if s.ctx.Err() != nil {
		return nil, context.Cause(s.ctx)
	}
	if err != nil {
		s.indexTried++
		s.lastFault = classify(err)
		s.account.Index[string(s.lastFault.outcome)]++
		return nil, nil
	}
	var pages []indexPage
	for _, address := range announcedBy(rules, site, s.src) {
		pages = append(pages, indexPage{url: address, kind: nhip.KindSitemap, declare: true})
	}
	return pages, nil
}

// announcingSite is the root of the source's first host, nil where that is no name.
func announcingSite(src *catalog.Source) *url.URL {
	scheme := "http"
	if publishesHTTPS(src) {
		scheme = "https"
	}
	if len(src.Hosts) == 0 {
		return nil
	}
	site, err := url.Parse(scheme + "://" + src.Hosts[0] + "/")
	if err != nil {
		return nil
	}
	return site
}

// announcedBy lists the sitemaps that robots.txt names and that the source may ask for.
func announcedBy(rules *robots, site *url.URL, src *catalog.Source) (addresses []string) {
	for _, raw := range rules.sitemaps[:min(len(rules.sitemaps), maxSitemaps)] {
		if address, err := linked(raw, site.String()); err == nil && inScope(src, hostOf(address), true) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}
