package catalog

import (
	"regexp"
	"strconv"
	"time"

	"nhip"
)

// Source is one publisher: a file of the sources folder.
type Source struct {
	ID        nhip.SourceID `yaml:"id"` // the file's name without .yaml
	Name      string        `yaml:"name"`
	Kind      string        `yaml:"kind"`  // news, or statistics: pages whose tables carry official numbers
	Hosts     []string      `yaml:"hosts"` // the first is the canonical one; the others are aliases of it
	Language  string        `yaml:"language"`
	Place     nhip.PlaceID  `yaml:"place"`     // what "thành phố", "địa phương" mean on its pages, if one place
	Enabled   *bool         `yaml:"enabled"`   // default true; false keeps it out of `nhip run` unless named
	Selectors string        `yaml:"selectors"` // verified, or unverified: no page was ever seen, the generic reader reads it
	Family    string        `yaml:"family"`    // of families.yaml: its layouts are tried after the source's own
	Schedule  string        `yaml:"schedule"`  // five cron fields, Asia/Ho_Chi_Minh

	Delay     Duration   `yaml:"delay"`       // between two requests to one host; default 2s
	MaxPerRun int        `yaml:"max_per_run"` // documents; default 200
	Recheck   []Duration `yaml:"recheck"`     // ages at which a document is asked for again
	Keep      string     `yaml:"keep"`        // KeepPage, KeepExtract or KeepMetadata; default KeepPage

	Discover  Discover  `yaml:"discover"`
	Documents Documents `yaml:"documents"`
	Layouts   []Layout  `yaml:"layouts"` // newest first; once loaded, those of the family follow

	File string `yaml:"-"` // where it was read from
}

// What is kept of a source's documents. Numbers with the sentence each stood in,
// mentions, title, authors and times are kept in any case.
const (
	KeepPage     = "page"     // also the page as it came, so that a better reader can read it again
	KeepExtract  = "extract"  // what was read out of it, its text included
	KeepMetadata = "metadata" // neither page nor lead, text and captions
)

// IsEnabled reports whether runs that name no source include this one.
func (s *Source) IsEnabled() bool { return s.Enabled == nil || *s.Enabled }

// Duration is a [time.Duration] that YAML writes as "6h" or "2d".
type Duration time.Duration

// Discover says where a source publishes the addresses of its documents.
type Discover struct {
	Feeds    []Feed    `yaml:"feeds"`
	Listings []Listing `yaml:"listings"`
	Sitemaps []string  `yaml:"sitemaps"` // addresses, or RobotsSitemaps
	Pages    []string  `yaml:"pages"`    // fixed addresses of documents

	Archives []Archive `yaml:"archives"`
}

// RobotsSitemaps stands among the sitemaps of a source for those that the robots.txt
// of its first host names.
const RobotsSitemaps = "robots"

// Archive is a list of what was published in a day, a month or a year, at an
// address that holds the date.
type Archive struct {
	// URL is the address with the date in it: {yyyy}, {mm} and {dd}, {m} and {d} without
	// a leading zero, {from} and {to} as epoch seconds of the first and the last second
	// of a day. The smallest unit that occurs is the period of the archive. The dates
	// are those of Asia/Ho_Chi_Minh.
	URL     string `yaml:"url"`
	Section string `yaml:"section"`
	Links   string `yaml:"links"`
	Next    Next   `yaml:"next"`
	Pages   int    `yaml:"pages"` // of each period; default 1
	Format  string `yaml:"format"`
	Back    int    `yaml:"back"` // periods a run asks for, the current one included; default 2
}

var datePart = regexp.MustCompile(`\{(yyyy|mm|dd|m|d|from|to)\}`)

// period is the time from one list of the archive to the next.
func (a *Archive) period() (years, months, days int) {
	parts := map[string]bool{}
	for _, m := range datePart.FindAllStringSubmatch(a.URL, -1) {
		parts[m[1]] = true
	}
	switch {
	case parts["d"], parts["dd"], parts["from"], parts["to"]:
		return 0, 0, 1
	case parts["m"], parts["mm"]:
		return 0, 1, 0
	}
	return 1, 0, 0
}

// On returns the list of the period in which t lies, and when that period begins.
func (a *Archive) On(t time.Time) (l Listing, first time.Time) {
	t = t.In(nhip.Zone)
	years, months, days := a.period()
	month, day := t.Month(), t.Day()
	if days == 0 {
		day = 1
	}
	if years > 0 {
		month = time.January
	}
	first = time.Date(t.Year(), month, day, 0, 0, 0, 0, nhip.Zone)
	last := first.AddDate(years, months, days).Add(-time.Second)
	address := datePart.ReplaceAllStringFunc(a.URL, func(part string) string {
		switch part {
		case "{yyyy}":
			return first.Format("2006")
		case "{mm}":
			return first.Format("01")
		case "{dd}":
			return first.Format("02")
		case "{m}":
			return first.Format("1")
		case "{d}":
			return first.Format("2")
		case "{from}":
			return strconv.FormatInt(first.Unix(), 10)
		}
		return strconv.FormatInt(last.Unix(), 10)
	})
	return Listing{URL: address, Section: a.Section, Links: a.Links, Next: a.Next, Pages: a.Pages, Format: a.Format}, first
}

// Feed is an RSS, Atom or JSON feed.
type Feed struct {
	URL     string `yaml:"url"`
	Section string `yaml:"section"` // what it is about, for people
}

// Listing is a section page with links to documents.
type Listing struct {
	URL     string `yaml:"url"`
	Section string `yaml:"section"`
	Links   string `yaml:"links"` // CSS selector of the main list's links; of JSON the path of the addresses, "data.contents.url"
	Next    Next   `yaml:"next"`
	Pages   int    `yaml:"pages"`  // how many pages a run follows, the first included; default 1
	Format  string `yaml:"format"` // html (default) or json
}

// Next says how the following page of a listing is found: by a link on the page,
// or by an address pattern in which {n} is the page number and {css:SELECTOR@ATTR}
// a value of the page.
type Next struct {
	CSS     string `yaml:"css"`     // of an element with href
	Pattern string `yaml:"pattern"` // "/timeline/{css:#hdZoneId@value}/trang-{n}.htm"
	First   int    `yaml:"first"`   // {n} of the second page; default 2
	Links   string `yaml:"links"`   // selector of the links on the following pages, where it differs
}

// Documents says which addresses of a source are documents and what identifies one.
type Documents struct {
	URL       *Pattern `yaml:"url"`        // matched against the canonical URL; links that do not match are not followed
	ID        *Pattern `yaml:"id"`         // its first group is the publisher's own id
	KeepQuery []string `yaml:"keep_query"` // query parameters that are part of the address

	// Patterns are easy to get wrong: addresses that URL must match, and others of the
	// site that it must not. They change nothing that is read.
	Examples        []string `yaml:"examples" json:"-"`
	Counterexamples []string `yaml:"counterexamples" json:"-"`
}

// Pattern is a regular expression of package regexp, compiled at load.
type Pattern struct{ *regexp.Regexp }

// Layout says where the fields of a document stand, for pages fetched between two
// days. Of several that hold on a day the first whose Match is on the page is taken; a
// page that bears the mark of none is read generically, and so is every field for
// which no witness of the layout gives a plausible value.
type Layout struct {
	ValidFrom  nhip.Date `yaml:"valid_from"`  // zero: always
	ValidUntil nhip.Date `yaml:"valid_until"` // inclusive; zero: still
	Match      string    `yaml:"match"`       // CSS selector that must match for the layout to apply, where several are valid at once

	Title     Field `yaml:"title"`
	Sapo      Field `yaml:"sapo"`
	Body      Field `yaml:"body"` // Drop lists what inside it is no text of the article
	Captions  Field `yaml:"captions"`
	Authors   Field `yaml:"authors"`
	Credit    Field `yaml:"credit"`
	Published Field `yaml:"published"`
	Modified  Field `yaml:"modified"`
	Section   Field `yaml:"section"`
	Tags      Field `yaml:"tags"`
}

// Family is a publishing system that several publishers share. A member whose pages
// were never seen starts from its layouts: where they find nothing, the generic reader
// does.
type Family struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Layouts []Layout `yaml:"layouts"` // each with a Match, the mark of the family
}

// Field says where one field stands. The witnesses are asked in Order, by default
// jsonld, meta, css; the first that gives a plausible value wins and is kept as
// evidence. The body is taken from CSS only. Of a time, an element's datetime
// attribute is read before its text, and a later witness that agrees to the minute
// and prints the seconds is taken instead. Elements that give authors or credit are
// no part of the body.
type Field struct {
	CSS    []string  `yaml:"css"`    // tried in this order
	Attr   string    `yaml:"attr"`   // attribute instead of the text
	Meta   []string  `yaml:"meta"`   // name, property or itemprop
	JSONLD []string  `yaml:"jsonld"` // paths such as "author.name"; the field's usual path by default
	Order  []string  `yaml:"order"`  // of jsonld, meta, css; a witness left out is not asked
	Drop   []string  `yaml:"drop"`   // CSS selectors removed from the element first
	Strip  []Pattern `yaml:"strip"`  // removed from the value
	Split  string    `yaml:"split"`  // separator of several values
	Ignore []string  `yaml:"ignore"` // values that say nothing, such as the paper's own name
}
