package article

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"nhip/catalog"
)

// Addresses of articles and lists of them, for [Reader.Learn].

// form is how the last part of a document's address is made: words, then an id or
// none, then an extension.
type form struct {
	own     bool   // the id is the whole last part: /slug/123.html
	prefix  string // letters before the digits of the id: "post" of -post123
	inner   string // letters inside the id: "a" of c52a1600
	ext     string // ".html"
	hasID   bool
	low, up int    // digits of the id, fewest and most
	words   int    // of the slug, fewest
	query   string // name of the parameter that holds the id: "dataId" of /chi-tiet?dataId=5512
	path    string // with query: the path, the same for all
}

var (
	idAtEnd  = regexp.MustCompile(`^(?:(.*)[-_])?([a-z]{0,6})(\d{4,20})$`)
	idInTwo  = regexp.MustCompile(`^(?:(.*)[-_])?([a-z])(\d{1,6})([a-z])(\d{3,12})$`)
	pathWord = regexp.MustCompile(`[^-_]+`)
)

func formOf(u *url.URL) form {
	last := path.Base(u.Path)
	f := form{ext: path.Ext(last)}
	if len(f.ext) > 6 || strings.ContainsAny(f.ext, "0123456789-") {
		f.ext = ""
	}
	stem := strings.TrimSuffix(last, f.ext)
	slug := stem
	if m := idInTwo.FindStringSubmatch(stem); m != nil {
		slug, f.prefix, f.inner, f.hasID = m[1], m[2], m[4], true
		f.own = slug == ""
	} else if m := idAtEnd.FindStringSubmatch(stem); m != nil {
		slug, f.prefix, f.hasID = m[1], m[2], true
		f.low, f.up = len(m[3]), len(m[3])
		f.own = slug == ""
	}
	f.words = len(pathWord.FindAllString(slug, -1))
	if !f.hasID {
		if name := idParameter(u); name != "" {
			return form{query: name, path: u.Path, hasID: true}
		}
	}
	return f
}

// idParameter returns the name of the parameter whose value is an id, the one whose
// name says so first.
func idParameter(u *url.URL) (found string) {
	for _, pair := range strings.Split(u.RawQuery, "&") {
		name, v, _ := strings.Cut(pair, "=")
		if len(v) < 2 || len(v) > 12 || strings.Trim(v, "0123456789") != "" || !cssName.MatchString(name) || strings.HasPrefix(name, "utm_") {
			continue
		}
		if found == "" || strings.HasSuffix(strings.ToLower(name), "id") && !strings.HasSuffix(strings.ToLower(found), "id") {
			found = name
		}
	}
	return found
}

// kind tells forms apart that no single pattern should cover.
func (f form) kind() string {
	return fmt.Sprint(f.own, f.prefix, f.inner, f.ext, f.hasID, f.query, f.path)
}

// pattern returns the regular expressions of the whole address and of the id.
func (f form) pattern(scheme, host string) (address, id string) {
	ext := regexp.QuoteMeta(f.ext)
	start := "^" + scheme + "://" + regexp.QuoteMeta(host) + "/"
	if f.query != "" {
		return start + regexp.QuoteMeta(strings.TrimPrefix(f.path, "/")) + `\?(?:[^#]*&)?` + f.query + `=\d+(?:[&#].*)?$`, `[?&]` + f.query + `=(\d+)`
	}
	const dirs = `(?:[A-Za-z0-9_-]+/)*`
	if !f.hasID {
		return fmt.Sprintf(`%s%s[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+){%d,}%s$`, start, dirs, max(1, min(f.words-1, 4)), ext), ""
	}
	digits := fmt.Sprintf(`\d{%d,%d}`, max(1, f.low-1), f.up+1)
	if f.up >= 12 { // a time: milliseconds without padding vary the length
		digits = fmt.Sprintf(`\d{%d,%d}`, f.low-2, f.up+2)
	}
	token := regexp.QuoteMeta(f.prefix) + "(" + digits + ")"
	if f.inner != "" {
		token = `(` + f.prefix + `\d+` + f.inner + `\d+)`
	}
	bare := strings.NewReplacer("(", "", ")", "").Replace(token)
	if f.own {
		return start + dirs + bare + ext + "$", "/" + token + ext + "$"
	}
	return start + dirs + `[^/]+[-_]` + bare + ext + "$", "[-_]" + token + ext + "$"
}

// learnAddresses proposes documents.url and documents.id from the articles' addresses,
// the form that most of them have.
func (l *learning) learnAddresses() {
	forms, count := map[string]form{}, map[string]int{}
	scheme := "https"
	for _, s := range l.samples {
		if s.address == nil {
			continue
		}
		if s.address.Scheme == "http" {
			scheme = "https?"
		}
		f := formOf(s.address)
		k := f.kind()
		if old, ok := forms[k]; ok {
			f.low, f.up, f.words = min(f.low, old.low), max(f.up, old.up), min(f.words, old.words)
		}
		forms[k] = f
		count[k]++
	}
	if len(forms) == 0 {
		l.note("documents.url: no article tells its address")
		return
	}
	k := most(count)
	if len(forms) > 1 {
		l.note("documents.url: the addresses have %d forms, the commonest is taken", len(forms))
	}
	docs := &l.source.Documents
	address, id := forms[k].pattern(scheme, l.source.Hosts[0])
	docs.URL = &catalog.Pattern{Regexp: regexp.MustCompile(address)}
	if id != "" {
		docs.ID = &catalog.Pattern{Regexp: regexp.MustCompile(id)}
	} else {
		if forms[k].words < 4 {
			l.note("documents.url: the addresses have neither an id nor a long title, so the pattern fits sections as well: make it narrower")
		}
		l.note("documents.id: the addresses carry no id, so an article whose address changes becomes another one")
	}
	for _, s := range l.samples {
		if s.address != nil && docs.URL.MatchString(l.canonical(s.address)) && len(docs.Examples) < 3 {
			docs.Examples = append(docs.Examples, l.canonical(s.address))
		}
	}
	for _, s := range l.listings {
		if s.address == nil {
			continue
		}
		if a := l.canonical(s.address); docs.URL.MatchString(a) {
			l.note("documents.url: matches the list %s too: make it narrower", a)
		} else if len(docs.Counterexamples) < 3 {
			docs.Counterexamples = append(docs.Counterexamples, a)
		}
	}
}

// canonical returns an address on the canonical host, without fragment, and without the
// query unless the id stands in it.
func (l *learning) canonical(u *url.URL) string {
	c := url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: u.Path}
	if f := formOf(u); f.query != "" {
		c.RawQuery = u.RawQuery
	}
	if slices.Contains(l.source.Hosts, c.Host) {
		c.Host = l.source.Hosts[0]
	}
	return c.String()
}

// learnListings proposes the lists among the pages, with the selector that finds most
// links to documents and hardly anything else; and the feeds that heads name.
func (l *learning) learnListings() {
	d := &l.source.Discover
	for _, s := range l.listings {
		if s.address == nil {
			l.note("a list does not tell its address, and is left out")
			continue
		}
		listing := catalog.Listing{URL: l.canonical(s.address), Pages: 1, Links: l.linksSelector(s)}
		if listing.Links == "" {
			l.note("%s: no selector finds its links; without links the crawler takes what looks like articles", listing.URL)
		}
		if next := nextSelector(s.reading.page); next != "" && listing.Links != "" {
			listing.Next.CSS, listing.Pages = next, 2
		}
		d.Listings = append(d.Listings, listing)
	}
	for _, s := range append(slices.Clone(l.samples), l.listings...) {
		for _, n := range s.reading.page.nodes["link"] {
			if rel, t := strings.ToLower(attr(n, "rel")), strings.ToLower(attr(n, "type")); rel != "alternate" || !strings.Contains(t, "rss") && !strings.Contains(t, "atom") {
				continue
			}
			u, err := s.reading.url.Parse(attr(n, "href"))
			if err != nil || u.Host == "" || !slices.Contains(l.source.Hosts, strings.ToLower(u.Host)) {
				continue
			}
			feed := catalog.Feed{URL: u.String(), Section: plain(attr(n, "title"))}
			if !slices.ContainsFunc(d.Feeds, func(f catalog.Feed) bool { return f.URL == feed.URL }) && len(d.Feeds) < 10 {
				d.Feeds = append(d.Feeds, feed)
			}
		}
	}
	if len(d.Feeds) > 0 {
		l.note("discover.feeds: named by the pages' heads, not fetched")
	}
	if len(d.Feeds)+len(d.Listings) == 0 {
		d.Listings = append(d.Listings, catalog.Listing{URL: "https://" + l.source.Hosts[0] + "/", Pages: 1})
		l.note("discover: no list is among the pages; the home page stands for one, without a selector")
	}
}

// linksSelector returns the selector of a list's links: of those that find nearly
// nothing but documents the one that finds most, the plainest of those.
func (l *learning) linksSelector(s *sample) string {
	if l.source.Documents.URL == nil {
		return ""
	}
	document := func(n *html.Node) (string, bool) {
		u, err := s.reading.url.Parse(attr(n, "href"))
		if err != nil || u.Host == "" {
			return "", false
		}
		a := l.canonical(u)
		return a, l.source.Documents.URL.MatchString(a)
	}
	tried := map[string]bool{}
	best, bestScore := "", 0
	for _, n := range s.reading.page.nodes["a"] {
		if _, ok := document(n); !ok {
			continue
		}
		for _, css := range selectorsOf(n, 5) {
			if tried[css] {
				continue
			}
			tried[css] = true
			sel, err := compile(css)
			if err != nil {
				continue
			}
			found, other, titles := map[string]bool{}, 0, 0
			for _, m := range s.reading.page.find(sel) {
				a, ok := document(m)
				if !ok {
					other++
					continue
				}
				found[a] = true
				if letters(m, 20) >= 20 {
					titles++
				}
			}
			if len(found) < 3 || other*10 > len(found) {
				continue
			}
			score := len(found)*1000 - other*1500 - len(css)
			if titles*10 < len(found)*8 {
				score -= len(found) * 400 // links of images and stickers
			}
			if inHeading(n) {
				score += len(found) * 100
			}
			if score > bestScore {
				best, bestScore = css, score
			}
		}
	}
	return best
}

func inHeading(n *html.Node) bool {
	for depth := 0; n != nil && depth < 4; n, depth = n.Parent, depth+1 {
		switch n.Data {
		case "h1", "h2", "h3", "h4", "h5":
			return true
		}
	}
	return false
}

// nextSelector returns the selector of the link to the next page of a list, or "".
func nextSelector(s *survey) string {
	for _, css := range []string{"link[rel=next]", "a[rel=next]", "a.next", "a.next-page", "a.page-next", ".next a", "li.next a", "a[title='Trang sau']", "a[aria-label=Next]"} {
		sel, err := compile(css)
		if err != nil {
			continue
		}
		if found := s.find(sel); len(found) == 1 && attr(found[0], "href") != "" && !strings.HasPrefix(attr(found[0], "href"), "#") {
			return css
		}
	}
	return ""
}
