package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler"
	"nhip/transform"
)

// liveCheck asks a source's site what its file only claims: one request for each
// feed, sitemap and listing, one for the second page of a listing, and two documents,
// by the rules of every run. Nothing is kept.
type liveCheck struct {
	catalog *catalog.Catalog
	source  *catalog.Source
	crawler *crawler.Crawler
	out     *report

	byIndex [][]string      // links to documents of each feed, sitemap and list
	robots  map[string]bool // authorities whose verdict was printed
}

const liveDocuments = 2 // documents that are fetched

// report prints what was found and counts what is wrong.
type report struct {
	w        io.Writer
	problems int
}

func (r *report) line(format string, args ...any) { fmt.Fprintf(r.w, format+"\n", args...) }

func (r *report) problem(format string, args ...any) {
	r.problems++
	fmt.Fprintf(r.w, "  ! "+format+"\n", args...)
}

// checkLive runs the check of one source. It fails with the number of problems found.
func checkLive(ctx context.Context, c *call, cat *catalog.Catalog, id string, opts crawler.Options) error {
	src, ok := cat.Source(nhip.SourceID(id))
	if !ok {
		return usagef("no source %s in the catalog; `nhip sources` lists them", id)
	}
	fetcher, err := newCrawler(c, opts)
	if err != nil {
		return err
	}
	defer fetcher.Close()
	l := &liveCheck{catalog: cat, source: src, crawler: fetcher, out: &report{w: c.stdout}, robots: map[string]bool{}}
	if err := l.run(ctx); err != nil {
		return err
	}
	if l.out.problems > 0 {
		return fmt.Errorf("%s: %d problem(s) found, marked with ! above", src.ID, l.out.problems)
	}
	fmt.Fprintf(c.stdout, "\n%s: no problem found. Compare the values above with the pages by eye before you write `selectors: verified`.\n", src.ID)
	return nil
}

func (l *liveCheck) run(ctx context.Context) error {
	s := l.source
	l.out.line("%s  %s  (%s, selectors %s%s)", s.ID, s.Name, strings.Join(s.Hosts, ", "), s.Selectors, familyOf(s))
	d := s.Discover
	if len(d.Feeds)+len(d.Listings)+len(d.Sitemaps)+len(d.Archives)+len(d.Pages) == 0 {
		l.out.problem("the file names no feed, listing, sitemap, archive or page: there is nothing to ask for")
	}
	for _, f := range d.Feeds {
		l.feed(ctx, f)
	}
	for _, address := range d.Sitemaps {
		if address != catalog.RobotsSitemaps {
			l.sitemap(ctx, address)
		}
	}
	for i := range d.Listings {
		l.listing(ctx, &d.Listings[i])
	}
	for i := range d.Archives {
		// Yesterday's list is the newest that is whole.
		list, _ := d.Archives[i].On(time.Now().Add(-24 * time.Hour))
		l.listing(ctx, &list)
	}
	if slices.Contains(d.Sitemaps, catalog.RobotsSitemaps) {
		l.robotsSitemaps(ctx)
	}
	if err := l.documents(ctx); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func familyOf(s *catalog.Source) string {
	if s.Family == "" {
		return ""
	}
	return ", family " + s.Family
}

// fetch asks for one address and tells what came, nil if nothing did.
func (l *liveCheck) fetch(ctx context.Context, address string, kind nhip.PageKind) *nhip.Page {
	if ctx.Err() != nil {
		return nil
	}
	began := time.Now()
	look := l.crawler.Look(ctx, l.source, address, kind)
	l.verdict(address)
	if look.Err != nil {
		l.out.problem("%v%s", look.Err, advice(look.Visit))
		return nil
	}
	p := look.Page
	l.out.line("    %d, %d bytes, %s, after %v", p.Status, len(p.Body), cmp.Or(p.ContentType, "no content type"), time.Since(began).Round(time.Millisecond))
	if p.URL != address {
		l.out.line("    redirected to %s", p.URL)
	}
	return p
}

// advice says what an outcome asks of the person who reads the report.
func advice(v nhip.Visit) string {
	switch {
	case v.Reason == "robots_unreachable":
		return ": that forbids everything for now; try again later"
	case v.Outcome == nhip.OutcomeBlockedRobots:
		return ": the publisher does not want it fetched; take the address out"
	case v.Outcome == nhip.OutcomeBlockedPolicy:
		return ": the publisher refuses; ask there, nhip goes around nothing"
	case v.Status == 404 || v.Status == 410:
		return ": the address is gone; look for the new one on the site"
	}
	return ""
}

// verdict prints what an authority's robots.txt says, once.
func (l *liveCheck) verdict(address string) {
	v, ok := l.crawler.Robots(address)
	if !ok || l.robots[v.URL] {
		return
	}
	l.robots[v.URL] = true
	switch {
	case v.Err != nil:
		return // fetching says so
	case v.Allowed:
		l.out.line("    robots: %s allows it%s", v.URL, pace(v.Delay, time.Duration(l.source.Delay)))
	default:
		l.out.line("    robots: %s forbids it", v.URL)
	}
	var others []string
	for _, s := range v.Sitemaps {
		if named := l.source.Discover.Sitemaps; !slices.Contains(named, s) && !slices.Contains(named, catalog.RobotsSitemaps) {
			others = append(others, s)
		}
	}
	if len(others) > 0 {
		l.out.line("    robots: names sitemaps that the file does not: %s", strings.Join(others[:min(len(others), 5)], ", "))
	}
}

// robotsSitemaps looks at the first of the sitemaps that robots.txt names.
func (l *liveCheck) robotsSitemaps(ctx context.Context) {
	scheme := "https"
	for _, list := range l.source.Discover.Listings {
		scheme, _, _ = strings.Cut(list.URL, ":")
	}
	home := scheme + "://" + l.source.Hosts[0] + "/"
	v, ok := l.crawler.Robots(home)
	if !ok { // nothing else stands on that host
		l.out.line("\nhome page %s, for its robots.txt", home)
		l.fetch(ctx, home, nhip.KindListing)
		v, ok = l.crawler.Robots(home)
	}
	switch {
	case !ok || v.Err != nil:
		return // fetching said so
	case len(v.Sitemaps) == 0:
		l.out.problem("%s names no sitemap: take `robots` out of the sitemaps", v.URL)
	default:
		l.sitemap(ctx, v.Sitemaps[0])
	}
}

func pace(asked, own time.Duration) string {
	if asked > own {
		return fmt.Sprintf(", and asks for %v between requests (the file's delay is %v)", asked, own)
	}
	return ""
}

func (l *liveCheck) feed(ctx context.Context, f catalog.Feed) {
	l.out.line("\nfeed %s", f.URL)
	p := l.fetch(ctx, f.URL, nhip.KindFeed)
	if p == nil {
		return
	}
	items, err := crawler.ReadFeed(p.Body, p.URL)
	if err != nil {
		l.out.problem("%v", err)
		return
	}
	var links []string
	var newest, oldest time.Time
	undated := 0
	for _, it := range items {
		links = append(links, it.URL)
		switch {
		case it.Published.IsZero():
			undated++
		case newest.IsZero() || it.Published.After(newest):
			newest = it.Published
		}
		if !it.Published.IsZero() && (oldest.IsZero() || it.Published.Before(oldest)) {
			oldest = it.Published
		}
	}
	if len(items) == 0 {
		l.out.problem("the feed is valid and has no item")
		return
	}
	l.out.line("    items: %d, newest %s, oldest %s, without a date that can be read %d", len(items), day(newest), day(oldest), undated)
	if age := p.FetchedAt.Sub(newest); !newest.IsZero() && age > 30*24*time.Hour {
		l.out.problem("the newest item is %d days old: the feed seems to be abandoned", int(age.Hours()/24))
	}
	l.links(links, true)
}

func day(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.In(nhip.Zone).Format("2006-01-02 15:04")
}

func (l *liveCheck) sitemap(ctx context.Context, address string) {
	l.out.line("\nsitemap %s", address)
	for range 2 { // an index, and the first sitemap it names
		p := l.fetch(ctx, address, nhip.KindSitemap)
		if p == nil {
			return
		}
		documents, sitemaps, err := crawler.ReadSitemap(p.Body)
		switch {
		case err != nil:
			l.out.problem("%v", err)
			return
		case len(documents) > 0:
			l.links(documents, false)
			return
		case len(sitemaps) == 0:
			l.out.problem("the sitemap names nothing")
			return
		}
		l.out.line("    an index of %d sitemaps; the first is %s", len(sitemaps), sitemaps[0])
		address = sitemaps[0]
	}
}

func (l *liveCheck) listing(ctx context.Context, spec *catalog.Listing) {
	l.out.line("\nlisting %s", spec.URL)
	p := l.fetch(ctx, spec.URL, nhip.KindListing)
	if p == nil {
		return
	}
	first, err := crawler.LookAtListing(p, spec, nil)
	if err != nil {
		l.out.problem("%v", err)
		return
	}
	l.listed(spec, first)
	declared := spec.Next.CSS != "" || spec.Next.Pattern != ""
	switch {
	case first.Next == "" && declared:
		l.out.problem("next page: the file says how it is found, and the page has none")
	case first.Next == "":
		l.out.line("    next page: none found")
	case !declared:
		l.out.line("    next page: %s is offered, and the file does not follow it", first.Next)
	default:
		l.second(ctx, spec, first)
	}
}

// second follows the next page once: it must bring links that the first had not.
func (l *liveCheck) second(ctx context.Context, spec *catalog.Listing, first *crawler.ListingLook) {
	l.out.line("  next page %s", first.Next)
	p := l.fetch(ctx, first.Next, nhip.KindListing)
	if p == nil {
		return
	}
	page, err := crawler.LookAtListing(p, spec, first)
	if err != nil {
		l.out.problem("%v", err)
		return
	}
	l.listed(spec, page)
	if fresh := without(page.Links, first.Links); len(fresh) == 0 {
		l.out.problem("next page: no link on it that the first page has not")
	} else {
		l.out.line("    new on it: %d", len(fresh))
	}
}

func (l *liveCheck) listed(spec *catalog.Listing, look *crawler.ListingLook) {
	switch {
	case len(look.Links) == 0:
		l.out.problem("no link was found: a script may fill the list; look for its address in the page")
	case look.Guessed && spec.Links != "":
		l.out.problem("%q finds nothing: the links below are those that look like documents", spec.Links)
	case look.Guessed:
		l.out.line("    no selector: links that look like documents are taken")
	}
	if len(look.Links) > 0 {
		l.links(look.Links, !look.Guessed)
	}
}

// links says how many of the links are documents of the source. All of a feed and of
// a selector's should be.
func (l *liveCheck) links(links []string, chosen bool) {
	var documents, others []string
	for _, link := range links {
		if _, ok := crawler.DocumentAddress(link, l.source); ok {
			documents = append(documents, link)
		} else {
			others = append(others, link)
		}
	}
	what := "the form documents.url asks for"
	if l.source.Documents.URL == nil {
		what = "a host of the source (the file has no documents.url)"
	}
	l.out.line("    links: %d, of which %d with %s", len(links), len(documents), what)
	for _, link := range documents[:min(len(documents), 2)] {
		l.out.line("      yes  %s", link)
	}
	for _, link := range others[:min(len(others), 3)] {
		l.out.line("      no   %s", link)
	}
	if len(documents) == 0 {
		l.out.problem("no link is a document: compare documents.url and hosts with the addresses above")
	} else if chosen && len(others) > len(documents) {
		l.out.problem("most links are no documents: documents.url is too narrow, or the list is another one")
	}
	if len(documents) > 0 {
		l.byIndex = append(l.byIndex, documents)
	}
}

// documents reads a few documents: fixed pages first, then one of each index page.
func (l *liveCheck) documents(ctx context.Context) error {
	addresses := slices.Clone(l.source.Discover.Pages)
	for i := 0; len(addresses) < liveDocuments && i < longest(l.byIndex); i++ {
		for _, links := range l.byIndex {
			if i < len(links) && len(addresses) < liveDocuments && !slices.Contains(addresses, links[i]) {
				addresses = append(addresses, links[i])
			}
		}
	}
	if len(addresses) == 0 {
		return nil
	}
	reader, err := transform.New(l.catalog)
	if err != nil {
		return err
	}
	asked, err := newWitnesses(l.catalog, l.source)
	if err != nil {
		return err
	}
	for _, address := range addresses[:min(len(addresses), liveDocuments)] {
		l.document(ctx, address, reader, asked)
	}
	if n := len(addresses) - liveDocuments; n > 0 {
		l.out.line("\nfixed pages that were not asked for: %d", n)
	}
	return nil
}

func longest(lists [][]string) (n int) {
	for _, l := range lists {
		n = max(n, len(l))
	}
	return n
}

func (l *liveCheck) document(ctx context.Context, address string, reader *transform.Reader, asked *witnesses) {
	l.out.line("\ndocument %s", address)
	kind := nhip.KindArticle
	if l.source.Kind == "statistics" {
		kind = nhip.KindTable
	}
	p := l.fetch(ctx, address, kind)
	if p == nil {
		return
	}
	if canonical, _ := crawler.DocumentAddress(p.URL, l.source); canonical != "" {
		p.URL = canonical
	}
	l.identity(p.URL)
	rec := reader.Read(p)
	if rec.Reject != "" {
		l.out.problem("rejected: %s", rec.Reject)
	}
	for _, issue := range rec.Issues {
		l.out.line("    issue: %s: %s", issue.Field, issue.Reason)
	}
	if kind == nhip.KindTable {
		l.observations(rec)
		if from := rec.Article.Evidence["title"]; from == "" || from == "table" {
			return // tables and data files have no fields of an article
		}
	}
	if rec.Reject == "" {
		printFields(l.out, &rec.Article, asked.ask(p))
	}
	if kind != nhip.KindTable {
		l.out.line("    observations: %d, people: %d, organisations: %d", len(rec.Observations), len(rec.People), len(rec.Organisations))
	}
}

// identity says whether the publisher's id is found in the address.
func (l *liveCheck) identity(address string) {
	d := l.source.Documents
	if d.ID == nil {
		return
	}
	if m := d.ID.FindStringSubmatch(address); m != nil && m[1] != "" {
		l.out.line("    id %s", m[1])
	} else {
		l.out.problem("documents.id finds no id in %s", address)
	}
}

func (l *liveCheck) observations(rec *nhip.Record) {
	if len(rec.Observations) == 0 && rec.Reject == "" {
		l.out.problem("no number with a meaning was read")
		return
	}
	l.out.line("    observations: %d", len(rec.Observations))
	l.out.line("    of %s", short(rec.Article.Title))
	for _, o := range rec.Observations[:min(len(rec.Observations), 5)] {
		l.out.line("      %-10s %s %s  %s, %s", o.Period, o.Printed, o.Unit, cmp.Or(string(o.Indicator), "indicator unknown"), short(o.Label))
	}
}

// without returns the elements of a that b has not.
func without(a, b []string) (out []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}
