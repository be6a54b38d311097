package catalog

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
)

// Defaults of a source; docs/catalog-format.md names them.
const (
	defaultDelay     = Duration(2 * time.Second)
	defaultMaxPerRun = 200
	defaultLanguage  = "vi"
)

func (s *Source) setDefaults() {
	if s.Delay == 0 {
		s.Delay = defaultDelay
	}
	if s.MaxPerRun == 0 {
		s.MaxPerRun = defaultMaxPerRun
	}
	if s.Language == "" {
		s.Language = defaultLanguage
	}
	if s.Keep == "" {
		s.Keep = KeepPage
	}
	for i := range s.Discover.Listings {
		l := &s.Discover.Listings[i]
		if l.Pages == 0 {
			l.Pages = 1
		}
		if l.Format == "" {
			l.Format = "html"
		}
		if l.Next.First == 0 && l.Next.Pattern != "" {
			l.Next.First = 2
		}
	}
	for i := range s.Discover.Archives {
		a := &s.Discover.Archives[i]
		if a.Pages == 0 {
			a.Pages = 1
		}
		if a.Format == "" {
			a.Format = "html"
		}
		if a.Back == 0 {
			a.Back = 2
		}
		if a.Next.First == 0 && a.Next.Pattern != "" {
			a.Next.First = 2
		}
	}
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func (k *checker) checkSource(s *Source) {
	k.checkSlug(s, string(s.ID))
	k.oneOf(s, "kind", s.Kind, "news", "statistics")
	k.oneOf(s, "selectors", s.Selectors, "verified", "unverified")
	k.oneOf(s, "keep", s.Keep, KeepPage, KeepExtract, KeepMetadata)
	if s.Language != "" && !languageTag.MatchString(s.Language) {
		k.problem(s, "language", "is %q: write a language tag such as vi or en", s.Language)
	}
	if s.Schedule != "" && s.Schedule != adaptiveSchedule {
		if err := checkCron(s.Schedule); err != nil {
			k.problem(s, "schedule", "%v", err)
		}
	}
	if s.Delay > Duration(time.Hour) {
		k.problem(s, "delay", "is %s: more than an hour between two requests never ends", time.Duration(s.Delay))
	}
	if s.MaxPerRun < 0 || s.MaxPerRun > 1_000_000 {
		k.problem(s, "max_per_run", "is %d: write a number of documents from 1 to 1000000", s.MaxPerRun)
	}
	for i := 1; i < len(s.Recheck); i++ {
		if s.Recheck[i] <= s.Recheck[i-1] {
			k.problem(s, fmt.Sprintf("recheck[%d]", i), "is not greater than the age before it: write the ages in rising order")
		}
	}
	k.checkHosts(s)
	k.checkDiscover(s)
	k.checkDocuments(s)
	k.checkLayouts(s, s.Layouts)
}

// checkFamilies returns the families by id.
func (k *checker) checkFamilies() map[string]*Family {
	byID := uniq(k, k.c.Families, func(f *Family) string { return f.ID })
	for _, f := range k.c.Families {
		k.checkSlug(f, f.ID)
		if len(f.Layouts) == 0 && k.written(f, "layouts") {
			k.problem(f, "layouts", "is empty: a family is its layouts")
		}
		k.checkLayouts(f, f.Layouts)
		for i := range f.Layouts {
			if f.Layouts[i].Match == "" {
				k.problem(f, fmt.Sprintf("layouts[%d].match", i), "is missing: without the mark of the family its selectors would be tried on every page of a member")
			}
		}
	}
	return byID
}

func (k *checker) checkDocuments(s *Source) {
	d := &s.Documents
	if p := d.ID; p != nil && p.Regexp != nil && p.NumSubexp() == 0 {
		k.problem(s, "documents.id", "has no group: put brackets around the part that is the publisher's id")
	}
	if d.URL == nil || d.URL.Regexp == nil {
		for _, list := range []string{"examples", "counterexamples"} {
			if k.written(s, "documents."+list) && !k.written(s, "documents.url") {
				k.problem(s, "documents."+list, "stands without url: there is no pattern to try it with")
			}
		}
		return
	}
	for i, address := range d.Examples {
		field := fmt.Sprintf("documents.examples[%d]", i)
		if !k.checkExample(s, field, address) {
			continue
		}
		if !d.URL.MatchString(address) {
			k.problem(s, field, "%s does not match documents.url: correct the pattern, or move the address to counterexamples", address)
		} else if d.ID != nil && d.ID.Regexp != nil && d.ID.NumSubexp() > 0 {
			if m := d.ID.FindStringSubmatch(address); m == nil || m[1] == "" {
				k.problem(s, field, "documents.id finds no id in %s: correct the pattern", address)
			}
		}
	}
	for i, address := range d.Counterexamples {
		if field := fmt.Sprintf("documents.counterexamples[%d]", i); k.checkExample(s, field, address) && d.URL.MatchString(address) {
			k.problem(s, field, "%s matches documents.url: make the pattern narrower, or move the address to examples", address)
		}
	}
}

// checkExample reports an address that is not as the pattern meets it: whole, and on
// the canonical host, since that is what links become before they are tried.
func (k *checker) checkExample(s *Source, field, raw string) bool {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		k.problem(s, field, "is %q: write a whole address with https://", raw)
	case slices.Contains(s.Hosts, u.Host) && u.Host != s.Hosts[0]:
		k.problem(s, field, "is on the alias %s: patterns meet addresses on %s, the first of hosts", u.Host, s.Hosts[0])
	default:
		return true
	}
	return false
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func (k *checker) checkHosts(s *Source) {
	if k.written(s, "hosts") && len(s.Hosts) == 0 {
		k.problem(s, "hosts", "is empty: name the host of the site, such as example.vn")
	}
	for i, h := range s.Hosts {
		name, port, hasPort := strings.Cut(h, ":")
		_, err := netip.ParseAddr(h)
		n, portErr := strconv.Atoi(port)
		ok := err == nil || hostName.MatchString(name) && (!hasPort || portErr == nil && n > 0 && n < 1<<16)
		if !ok {
			k.problem(s, fmt.Sprintf("hosts[%d]", i), "is %q: write the bare host in lower case, without https:// and path", h)
		}
	}
}

func (k *checker) checkDiscover(s *Source) {
	d := s.Discover
	if s.IsEnabled() && len(d.Feeds)+len(d.Listings)+len(d.Sitemaps)+len(d.Archives)+len(d.Pages) == 0 {
		k.problem(s, "discover", "names no feed, listing, sitemap, archive or page, so nothing is ever found: add one, or write enabled: false")
	}
	for i, f := range d.Feeds {
		k.checkURL(s, fmt.Sprintf("discover.feeds[%d].url", i), f.URL)
	}
	for i, u := range d.Sitemaps {
		if u != RobotsSitemaps {
			k.checkURL(s, fmt.Sprintf("discover.sitemaps[%d]", i), u)
		}
	}
	for i := range d.Archives {
		k.checkArchive(s, fmt.Sprintf("discover.archives[%d].", i), &d.Archives[i])
	}
	for i, u := range d.Pages {
		k.checkURL(s, fmt.Sprintf("discover.pages[%d]", i), u)
	}
	for i := range d.Listings {
		k.checkListing(s, fmt.Sprintf("discover.listings[%d].", i), &d.Listings[i])
	}
}

func (k *checker) checkURL(s *Source, field, raw string) {
	if raw == "" {
		return
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		k.problem(s, field, "is %q: write a whole address with https://", raw)
		return
	}
	if !s.owns(strings.ToLower(u.Host)) {
		k.problem(s, field, "is on %s, which is none of the source's hosts nor below one: add it to hosts", u.Host)
	}
}

// owns reports whether a host is one of the source's or below one: lists may come
// from api.example.vn where the pages are on example.vn.
func (s *Source) owns(host string) bool {
	return slices.ContainsFunc(s.Hosts, func(h string) bool {
		return host == h || strings.HasSuffix(host, "."+strings.TrimPrefix(h, "www."))
	})
}

var nextValue = regexp.MustCompile(`\{([^{}]*)\}`)

func (k *checker) checkListing(s *Source, prefix string, l *Listing) {
	k.checkURL(s, prefix+"url", l.URL)
	k.oneOf(s, prefix+"format", l.Format, "html", "json")
	if l.Format != "json" {
		if l.Links == "" && s.Selectors != "unverified" {
			k.problem(s, prefix+"links", "is missing: name the selector of the main list's links, such as h3.title a")
		}
		k.checkCSS(s, prefix+"links", l.Links)
		k.checkCSS(s, prefix+"next.links", l.Next.Links)
	}
	if l.Pages < 0 || l.Pages > 1000 {
		k.problem(s, prefix+"pages", "is %d: write how many pages are followed, from 1 to 1000", l.Pages)
	}
	n := l.Next
	k.checkCSS(s, prefix+"next.css", n.CSS)
	if n.CSS != "" && n.Pattern != "" {
		k.problem(s, prefix+"next", "has both css and pattern: keep the one that works")
	}
	if l.Pages > 1 && n.CSS == "" && n.Pattern == "" {
		k.problem(s, prefix+"next", "is missing, but pages is %d: say how the next page is found", l.Pages)
	}
	if n.Pattern == "" {
		return
	}
	counted := false
	for _, m := range nextValue.FindAllStringSubmatch(n.Pattern, -1) {
		selector, isCSS := strings.CutPrefix(m[1], "css:")
		css, attr, hasAttr := cutLast(selector, "@")
		switch {
		case m[1] == "n":
			counted = true
		case isCSS && hasAttr && attr != "":
			k.checkCSS(s, prefix+"next.pattern", css)
		default:
			k.problem(s, prefix+"next.pattern", "holds {%s}: only {n} and {css:SELECTOR@ATTR} are known", m[1])
		}
	}
	if !counted {
		k.problem(s, prefix+"next.pattern", "has no {n}: every following page would be the same one")
	}
}

// checkArchive reports an address that holds no date, or one that is written in
// another way, and what would be wrong with the list of a day.
func (k *checker) checkArchive(s *Source, prefix string, a *Archive) {
	if a.URL != "" {
		rest := datePart.ReplaceAllString(a.URL, "")
		if !strings.Contains(a.URL, "{yyyy}") && !strings.Contains(a.URL, "{from}") {
			k.problem(s, prefix+"url", "holds no {yyyy} and no {from}: every day would be the same list; a list without a date belongs into listings")
		} else if strings.ContainsAny(rest, "{}") {
			k.problem(s, prefix+"url", "is %q: only {yyyy}, {mm}, {dd}, {m}, {d}, {from} and {to} are known", a.URL)
		}
	}
	if a.Back < 0 || a.Back > 366 {
		k.problem(s, prefix+"back", "is %d: write how many days, months or years a run asks for, from 1 to 366", a.Back)
	}
	l, _ := a.On(time.Now())
	k.checkListing(s, prefix, &l)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func (k *checker) checkCSS(entry any, field, css string) {
	if css == "" {
		return
	}
	if _, err := cascadia.ParseGroup(css); err != nil {
		k.problem(entry, field, "%q is no CSS selector: %v", css, err)
	}
}

// checkLayouts holds the layouts of an entry, a source or a family, against the rules.
func (k *checker) checkLayouts(entry any, layouts []Layout) {
	for i := range layouts {
		l := &layouts[i]
		prefix := fmt.Sprintf("layouts[%d].", i)
		k.checkDays(entry, prefix, l.ValidFrom, l.ValidUntil)
		k.checkCSS(entry, prefix+"match", l.Match)
		for j := range i {
			e := &layouts[j]
			if e.Match == "" && overlap(e.ValidFrom, e.ValidUntil, l.ValidFrom, l.ValidUntil) {
				k.problem(entry, prefix+"valid_until", "overlaps layouts[%d], which has no match and would always win: give days that do not overlap, or a match", j)
			}
		}
		for _, f := range l.fields() {
			k.checkField(entry, prefix+f.name, f.field)
		}
	}
}

type namedField struct {
	name  string
	field *Field
}

func (l *Layout) fields() []namedField {
	return []namedField{
		{"title", &l.Title}, {"sapo", &l.Sapo}, {"body", &l.Body}, {"captions", &l.Captions}, {"authors", &l.Authors},
		{"credit", &l.Credit}, {"published", &l.Published}, {"modified", &l.Modified}, {"section", &l.Section}, {"tags", &l.Tags},
	}
}

func (k *checker) checkField(entry any, path string, f *Field) {
	for i, css := range f.CSS {
		k.checkCSS(entry, fmt.Sprintf("%s.css[%d]", path, i), css)
	}
	for i, css := range f.Drop {
		k.checkCSS(entry, fmt.Sprintf("%s.drop[%d]", path, i), css)
	}
	for i, w := range f.Order {
		at := fmt.Sprintf("%s.order[%d]", path, i)
		k.oneOf(entry, at, w, "jsonld", "meta", "css")
		if slices.Contains(f.Order[:i], w) {
			k.problem(entry, at, "%q is written twice: keep one", w)
		}
	}
}

// cronFields are the five fields of crontab(5) with their bounds.
var cronFields = []struct {
	name     string
	min, max int
}{{"minute", 0, 59}, {"hour", 0, 23}, {"day of month", 1, 31}, {"month", 1, 12}, {"day of week", 0, 6}}

// adaptiveSchedule is the schedule of a source that follows how much of its feeds is new.
const adaptiveSchedule = "adaptive"

// checkCron is a lint of five numeric fields; names of months and days, @hourly
// and the like are refused so that every schedule is written the same way.
func checkCron(spec string) error {
	fields := strings.Fields(spec)
	if len(fields) != len(cronFields) {
		return fmt.Errorf("is %q: write five fields, minute hour day month weekday, such as 0 */2 * * *, or adaptive", spec)
	}
	for i, field := range fields {
		f := cronFields[i]
		for part := range strings.SplitSeq(field, ",") {
			if !cronPart(part, f.min, f.max) {
				return fmt.Errorf("has the %s %q: write *, a number from %d to %d, a range a-b, each with /step if wanted", f.name, part, f.min, f.max)
			}
		}
	}
	return nil
}

func cronPart(part string, min, max int) bool {
	span, step, hasStep := strings.Cut(part, "/")
	if n, err := strconv.Atoi(step); hasStep && (err != nil || n < 1 || n > max) {
		return false
	}
	if span == "*" {
		return true
	}
	from, to, isRange := strings.Cut(span, "-")
	a, err := strconv.Atoi(from)
	if err != nil || a < min || a > max {
		return false
	}
	if !isRange {
		return true
	}
	b, err := strconv.Atoi(to)
	return err == nil && a <= b && b <= max
}
