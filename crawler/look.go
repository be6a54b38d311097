package crawler

import (
	"context"
	"net/url"
	"slices"
	"time"

	"nhip"
	"nhip/catalog"
)

// Look is what one address brought to somebody who wants to see how a source is
// read; see [Crawler.Look].
type Look struct {
	Page  *nhip.Page // nil where nothing came; its URL is the address after redirects
	Visit nhip.Visit
	Err   error // why nothing came: a sentence that begins with its class
}

// Look fetches one address as Crawl would, by the same rules: robots.txt first, the
// host's delay, the limits. It asks no Memory and tells none. Where kind is no
// document, or the source file names the address, it may stand on a host below the
// source's; a document stands on one of them.
func (c *Crawler) Look(ctx context.Context, src *catalog.Source, address string, kind nhip.PageKind) Look {
	s := c.newSession(ctx, src, nil)
	s.collector = s.newCollector()
	a := attempt{declared: !kind.IsDocument() || slices.Contains(src.Discover.Pages, address)}
	if kind == nhip.KindSitemap {
		a.decodedCap = maxSitemapBytes
	}
	link, canonical, err := both(address, "", src)
	if err != nil {
		return Look{Err: newFault("url_invalid", nhip.OutcomePermanentError, "%w", err)}
	}
	ans := s.fetch(link, a)
	l := Look{Visit: s.judge(canonical, kind, &ans, nil)}
	if ans.fault != nil {
		l.Err = ans.fault
		return l
	}
	l.Page = s.page(ans.url, kind, &ans)
	return l
}

// RobotsVerdict is what the robots.txt of an address's authority says to this
// crawler.
type RobotsVerdict struct {
	URL      string        // of the robots.txt
	Allowed  bool          // the address may be fetched
	Delay    time.Duration // its Crawl-delay, 0 if it asks for none
	Sitemaps []string      // that it names, whether or not the source file does
	Err      error         // it could not be read, which forbids everything for now
}

// Robots returns the verdict on an address. It asks nobody: ok is false until the
// authority's robots.txt was asked for, which fetching any of its addresses does.
func (c *Crawler) Robots(address string) (verdict RobotsVerdict, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return RobotsVerdict{}, false
	}
	verdict.URL = u.Scheme + "://" + u.Host + "/robots.txt"
	rules, err, ok := c.robots.entry(u).fresh(c.now())
	switch {
	case !ok:
		return RobotsVerdict{}, false
	case err != nil:
		verdict.Err = err
	default:
		verdict.Allowed = rules.allowed(c.token, u.RequestURI())
		verdict.Delay = rules.delay(c.token)
		verdict.Sitemaps = slices.Clone(rules.sitemaps)
	}
	return verdict, true
}

// ListingLook is how one page of a listing is read.
type ListingLook struct {
	Links   []string // as ReadListing returns them
	Next    string   // the following page, "" if the page names none
	Guessed bool     // no selector found the links: they look like documents

	number  int    // of the page, from 1
	pattern string // of the following pages, values of the first page filled in
}

// LookAtListing reads a page of the listing l; previous is the page before it, nil
// for the first one.
func LookAtListing(page *nhip.Page, l *catalog.Listing, previous *ListingLook) (*ListingLook, error) {
	look := &ListingLook{number: 1}
	if previous != nil {
		look.number, look.pattern = previous.number+1, previous.pattern
	}
	read, err := readListing(page.Body, page.ContentType, page.URL, l, look.number)
	if err != nil {
		return nil, err
	}
	look.Links, look.Guessed = read.links, read.guess
	look.Next, look.pattern = read.following(look.pattern, l, look.number, page.URL)
	return look, nil
}

// ReadSitemap returns the addresses of documents and of further sitemaps that a
// sitemap, an index of sitemaps or a news sitemap names, in its order.
func ReadSitemap(body []byte) (documents, sitemaps []string, err error) {
	m, err := readSitemap(body)
	if err != nil {
		return nil, nil, err
	}
	return m.urls, m.sitemaps, nil
}

// DocumentAddress returns the canonical form of a link, and whether it is a document
// of the source: on its hosts and of the form Documents.URL asks for.
func DocumentAddress(link string, src *catalog.Source) (canonical string, ok bool) {
	s := &session{src: src}
	link, canonical, err := both(link, "", src)
	if err != nil {
		return "", false
	}
	return canonical, s.isDocument(link, canonical)
}
