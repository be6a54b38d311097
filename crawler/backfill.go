package crawler

import (
	"cmp"
	"regexp"
	"strconv"
	"time"

	"nhip"
	"nhip/catalog"
)

// Backfill makes a crawl look further back than a run usually does. The zero value
// changes nothing.
type Backfill struct {
	// Since is the first day that is wanted: date archives are asked back to it, lists
	// page by page until one is older (see Pages), and what is known to be older is
	// skipped as "too_old". Known are the dates of feeds and sitemaps, and those that
	// addresses hold; a document that has none of them is fetched.
	Since time.Time
	// Pages is how far each list is followed; by default 200 pages with Since, else
	// what the source file says. A list ends earlier where a page of it brings nothing
	// new.
	Pages int
	// Budget is how many documents are fetched; by default what the source file says.
	Budget int
}

const (
	skipTooOld    = "too_old" // published before Backfill.Since
	backfillPages = 200
	maxPeriods    = 2000 // of a date archive: more than five years of days
)

// budget is how many documents the crawl may fetch.
func (s *session) budget() int {
	switch {
	case s.crawler.backfill.Budget > 0:
		return s.crawler.backfill.Budget
	case s.src.MaxPerRun > 0:
		return s.src.MaxPerRun
	}
	return defaultMaxPerRun
}

// datedLists are the lists of a date archive that a crawl at now asks for, newest first:
// those of the periods that the source file asks for, and of all back to since.
func datedLists(a *catalog.Archive, now, since time.Time) []*catalog.Listing {
	var lists []*catalog.Listing
	for t := now; len(lists) < maxPeriods; {
		if len(lists) >= max(a.Back, 1) && (since.IsZero() || t.Before(since)) {
			break
		}
		l, first := a.On(t)
		lists = append(lists, &l)
		t = first.Add(-time.Second) // in the period before
	}
	return lists
}

// pagesOf is how many pages of a list the crawl follows.
func (s *session) pagesOf(p indexPage) int {
	own := max(p.listing.Pages, 1)
	switch b := s.crawler.backfill; {
	case p.dated:
		return max(own, b.Pages)
	case b.Pages > 0:
		return b.Pages
	case !b.Since.IsZero():
		return max(own, backfillPages)
	}
	return own
}

// isExhausted tells whether going back further in a list is no use: the page brought
// nothing that the crawl had not seen, or all of its documents whose addresses hold a
// date are older than what is wanted. It never ends what the source file itself asks for.
func (s *session) isExhausted(p indexPage, links []string, isNew bool) bool {
	if p.page < max(p.listing.Pages, 1) {
		return false
	}
	if !isNew {
		return true
	}
	dated, old := 0, 0
	for _, link := range links {
		if t := addressTime(link); !t.IsZero() {
			dated++
			if s.isTooOld(t) {
				old++
			}
		}
	}
	return dated > 0 && old == dated && dated*2 >= len(links)
}

// isTooOld tells whether something of that time is not wanted; the zero time says
// nothing.
func (s *session) isTooOld(t time.Time) bool {
	since := s.crawler.backfill.Since
	return !since.IsZero() && !t.IsZero() && t.Before(since)
}

// isOldDocument goes by the time that was said, else by the one in the address.
func (s *session) isOldDocument(at time.Time, address string) bool {
	if s.crawler.backfill.Since.IsZero() {
		return false
	}
	return s.isTooOld(cmp.Or(at, addressTime(address)))
}

var (
	addressDay    = regexp.MustCompile(`(?:^|[/_-])((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/_.-]|$)`)
	addressNumber = regexp.MustCompile(`\d{12,20}`)
)

// addressTime reads the date that an address holds: a path such as /2026/03/07/, or the
// number of a publishing system that begins with the time a draft was made, as
// yyyymmddHHMMSS, or as yymmddHHMMSS behind three digits of the paper. It is a lower
// bound of the time of publication; the zero time where there is none that is plausible.
func addressTime(address string) time.Time {
	if m := addressDay.FindStringSubmatch(address); m != nil {
		if t, err := time.ParseInLocation("2006-1-2", m[1]+"-"+m[2]+"-"+m[3], nhip.Zone); err == nil {
			return t
		}
	}
	for _, number := range addressNumber.FindAllString(address, -1) {
		if len(number) == 14 || len(number) == 17 {
			if t := plausibleTime(number[:14]); !t.IsZero() {
				return t
			}
		}
		if len(number) >= 15 && len(number) <= 18 {
			if t := plausibleTime("20" + number[3:15]); !t.IsZero() {
				return t
			}
		}
	}
	return time.Time{}
}

// plausibleTime reads yyyymmddHHMMSS between the years 2000 and 2099.
func plausibleTime(digits string) time.Time {
	t, err := time.ParseInLocation("20060102150405", digits, nhip.Zone)
	if year, _ := strconv.Atoi(digits[:4]); err != nil || year < 2000 || year > 2099 {
		return time.Time{}
	}
	return t
}
