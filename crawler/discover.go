package crawler

import (
	"context"
	"slices"

	"nhip"
	"nhip/catalog"
)

// indexPage is a page that leads to documents.
type indexPage struct {
	url     string
	kind    nhip.PageKind
	listing *catalog.Listing // nil for feeds and sitemaps, and for lists nobody declared
	page    int              // of a listing, from 1
	pattern string           // of the following pages, values of the first page filled in
	depth   int              // of a sitemap below its index
	declare bool             // the source file names it, or a page of it led here
	dated   bool             // a list of one period: going back does not lead through its pages
}

// Keys of Account.Index besides the outcomes.
const (
	indexNoURL       = nhip.SkipNoURL
	indexNotArchived = nhip.SkipNotArchived
	indexBackoff     = classBackoff
	indexNoLinks     = "no_links" // of a list that was read: its selectors find nothing
	indexCut         = "cut"      // of a sitemap that was read: damaged, or longer than the protocol allows
)

// discover fills the list of documents, in a stable order: feeds, sitemaps and
// listings as the source file names them, its fixed pages, and what the archive holds
// besides.
func (s *session) discover() error {
	queue := s.declaredIndex()
	if slices.Contains(s.src.Discover.Sitemaps, catalog.RobotsSitemaps) {
		named, err := s.robotsSitemaps()
		if err != nil {
			return err
		}
		queue = append(queue, named...)
	}
	if s.crawler.archive != nil {
		queue = append(queue, s.archivedIndex(queue)...)
	}
	if err := s.recallIndex(queue); err != nil {
		return err
	}
	asked := map[string]bool{}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if asked[p.url] {
			continue
		}
		asked[p.url] = true
		more, err := s.readIndex(p)
		if err != nil {
			return err
		}
		queue = append(more, queue...) // the pages of one listing stay together
		s.progress("", 0)
	}
	for _, address := range s.src.Discover.Pages {
		s.add(address, "", s.documentKind(), found{fixed: true})
	}
	if s.crawler.archive != nil {
		s.addArchived()
	}
	return s.sift()
}

// declaredIndex lists the index pages of the source file.
func (s *session) declaredIndex() []indexPage {
	var queue []indexPage
	for _, f := range s.src.Discover.Feeds {
		queue = append(queue, indexPage{url: f.URL, kind: nhip.KindFeed, declare: true})
	}
	for _, m := range s.src.Discover.Sitemaps {
		if m == catalog.RobotsSitemaps {
			continue
		}
		queue = append(queue, indexPage{url: m, kind: nhip.KindSitemap, declare: true})
	}
	for i := range s.src.Discover.Listings {
		l := &s.src.Discover.Listings[i]
		queue = append(queue, indexPage{url: l.URL, kind: nhip.KindListing, listing: l, page: 1, declare: true})
	}
	for i := range s.src.Discover.Archives {
		for _, l := range datedLists(&s.src.Discover.Archives[i], s.crawler.now(), s.crawler.backfill.Since) {
			queue = append(queue, indexPage{url: l.URL, kind: nhip.KindListing, listing: l, page: 1, declare: true, dated: true})
		}
	}
	return queue
}

// recallIndex asks Memory about the index pages, and leaves alone the hosts that
// asked for a pause in an earlier run.
func (s *session) recallIndex(queue []indexPage) error {
	var addresses []string
	for _, p := range queue {
		if c, err := Canonical(p.url, "", s.src); err == nil {
			addresses = append(addresses, c)
		}
	}
	if err := s.ask(addresses); err != nil {
		return err
	}
	if s.crawler.archive != nil {
		return nil
	}
	now := s.crawler.now()
	for _, v := range s.visits {
		if askedToWait(v) && v.NextDue.After(now) {
			s.crawler.limiter.closeFor(bareHost(hostOf(v.URL)), v.NextDue.Sub(now))
		}
	}
	return nil
}

func askedToWait(v *nhip.Visit) bool { return v.Reason == "http_429" || v.Reason == "http_503" }

// readIndex fetches one index page, adds its documents and returns the index pages
// it leads to. The error ends the crawl; a page that failed is only counted.
func (s *session) readIndex(p indexPage) ([]indexPage, error) {
	if s.crawler.archive != nil && !s.crawler.archive.Has(p.url) {
		s.account.Index[indexNotArchived]++
		return nil, nil
	}
	canonical, err := Canonical(p.url, "", s.src)
	if err != nil {
		s.indexTried++
		s.lastFault = newFault("url_invalid", nhip.OutcomePermanentError, "%w", err)
		s.account.Index[string(nhip.OutcomePermanentError)]++
		return nil, nil
	}
	if err := s.ask([]string{canonical}); err != nil {
		return nil, err
	}
	if !s.isPolled(canonical) {
		return nil, nil
	}
	before := s.visits[canonical]
	a := attempt{declared: p.declare, validators: s.validators}
	if p.kind == nhip.KindSitemap {
		a.decodedCap = maxSitemapBytes
	}
	ans := s.fetch(p.url, a)
	if s.ctx.Err() != nil {
		return nil, context.Cause(s.ctx)
	}
	s.indexTried++
	v := s.judge(canonical, p.kind, &ans, before)
	announced, unknown := s.announced, s.unknown
	var more []indexPage
	if v.Outcome == nhip.OutcomeOK {
		s.readAgain = false
		if more, err = s.links(p, &ans); err != nil {
			f := classify(err)
			ans.fault = f
			v.Outcome, v.Reason, v.Failures = f.outcome, f.class, v.Failures+1
			s.readAgain = true
		}
		if s.readAgain {
			v.ETag, v.LastModified, v.BodySHA256 = "", "", [32]byte{}
		}
	}
	if err := s.sift(); err != nil {
		return nil, err
	}
	v.Items, v.New = s.announced-announced, s.unknown-unknown
	if v.Items == 0 && before != nil {
		v.Items = before.Items
	}
	s.setPoll(&v, before)
	if s.polling && p.kind == nhip.KindListing && v.New < v.Items {
		more = nil // what it announces joins up with what is known
	}
	s.countIndex(p, &ans, v)
	return more, nil
}

func (s *session) countIndex(p indexPage, ans *answer, v nhip.Visit) {
	switch {
	case ans.fault == nil:
		s.indexGood++
		s.reached = true
	case ans.fault.class == classBackoff:
		s.lastFault = ans.fault
		s.account.Index[indexBackoff]++
		return // it was not asked: nothing was learnt
	case ans.fault.class == classNotArchived:
		s.indexTried--
		s.account.Index[indexNotArchived]++
		return
	default:
		s.lastFault = ans.fault
		s.reached = s.reached || ans.fault.answered(v.Status)
	}
	s.account.Index[string(v.Outcome)]++
	s.index = append(s.index, v)
}

// links reads an index page. A page that did not change is never read: everything
// on it was handled by the run that remembered it.
func (s *session) links(p indexPage, ans *answer) ([]indexPage, error) {
	switch p.kind {
	case nhip.KindFeed:
		items, err := readFeed(ans.body, ans.url, s.crawler.limits.FeedItems)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			s.add(item.URL, ans.url, s.documentKind(), found{chosen: true, at: item.Published})
		}
		return nil, nil
	case nhip.KindSitemap:
		return s.sitemapLinks(p, ans)
	}
	return s.listingLinks(p, ans)
}

func (s *session) listingLinks(p indexPage, ans *answer) ([]indexPage, error) {
	listing := p.listing
	var page *listingPage
	var err error
	if listing == nil { // a list nobody declared: the first selectors that find something
		page, err = s.readUndeclared(ans)
	} else {
		page, err = readListing(ans.body, ans.contentType, ans.url, listing, p.page)
	}
	if err != nil {
		return nil, err
	}
	if len(page.links) == 0 || page.guess && listing != nil && listing.Links != "" {
		s.account.Index[indexNoLinks]++ // its selectors are out of date
	}
	before := len(s.seen.fates)
	for _, link := range page.links[:min(len(page.links), s.crawler.limits.ListingLinks)] {
		s.add(link, ans.url, s.documentKind(), found{chosen: !page.guess})
	}
	if listing == nil || p.page >= s.pagesOf(p) || len(page.links) == 0 || s.isExhausted(p, page.links, len(s.seen.fates) > before) {
		return nil, nil
	}
	next, pattern := page.following(p.pattern, listing, p.page, ans.url)
	if next == "" {
		return nil, nil
	}
	return []indexPage{{url: next, kind: nhip.KindListing, listing: listing, page: p.page + 1, pattern: pattern, declare: true, dated: p.dated}}, nil
}

func (s *session) readUndeclared(ans *answer) (*listingPage, error) {
	for i := range s.src.Discover.Listings {
		l := &s.src.Discover.Listings[i]
		if l.Links == "" {
			continue
		}
		page, err := readListing(ans.body, ans.contentType, ans.url, l, 1)
		if err == nil && len(page.links) > 0 && !page.guess {
			return page, nil
		}
	}
	return readListing(ans.body, ans.contentType, ans.url, &catalog.Listing{}, 1)
}

// isDocument tells whether an address stands on the source's hosts and has the form
// of its documents, where it declares one.
func (s *session) isDocument(link, canonical string) bool {
	if !inScope(s.src, hostOf(link), false) || isTrap(canonical) {
		return false
	}
	if p := s.src.Documents.URL; p != nil {
		return p.MatchString(canonical)
	}
	return true
}

// documentKind is what the documents of the source are read as.
func (s *session) documentKind() nhip.PageKind {
	if s.src.Kind == "statistics" {
		return nhip.KindTable
	}
	return nhip.KindArticle
}

// archivedIndex lists the feeds and lists in the archive that stand on the
// source's hosts and that the source file does not name.
func (s *session) archivedIndex(declared []indexPage) []indexPage {
	var queue []indexPage
	for _, e := range s.crawler.archive.entries {
		switch {
		case e.kind.IsDocument() || e.kind == "":
		case e.url == "":
			if ownsHost(s.src, e.publisher) {
				s.account.Index[indexNoURL]++
			}
		case !inScope(s.src, hostOf(e.url), false):
		case slices.ContainsFunc(declared, func(p indexPage) bool { return lookupKey(p.url) == lookupKey(e.url) }):
		default:
			queue = append(queue, indexPage{url: e.url, kind: e.kind})
		}
	}
	return queue
}

// addArchived adds the documents the archive itself holds, whether or not anything
// links to them.
func (s *session) addArchived() {
	for _, e := range s.crawler.archive.entries {
		switch {
		case e.url == "":
			if e.kind.IsDocument() && ownsHost(s.src, e.publisher) {
				s.account.Skipped[nhip.SkipNoURL]++
			}
		case e.kind.IsDocument() && inScope(s.src, hostOf(e.url), false):
			s.add(e.url, "", e.kind, found{archived: true})
		case e.kind == "" && e.isPage() && inScope(s.src, hostOf(e.url), false):
			s.addCaptured(e)
		}
	}
}

// addCaptured adds a page of a WARC file, which does not say what it is, if its
// address has the form of the source's documents.
func (s *session) addCaptured(e *archived) {
	canonical, err := Canonical(e.url, "", s.src)
	if err != nil {
		return
	}
	if p := s.src.Documents.URL; p != nil && p.MatchString(canonical) || p == nil && looksLikeDocument(canonical) {
		s.add(e.url, "", s.documentKind(), found{archived: true})
	}
}
