// Package nhip is the vocabulary of the pipeline: what a request brought back
// (Page), what it taught about an address (Visit), what a page says (Record,
// Article, Observation, Mention), and the accounts of a run (Account, Run).
//
// Every stage imports this package and no stage imports another: crawler,
// transform, loader, schedules and trends meet only over these types. The
// package knows the shapes and their invariants; it does not know how a page is
// fetched, read or stored. It imports the standard library only.
//
// Times are instants with a zone; a page time printed without a zone is
// Asia/Ho_Chi_Minh (see [Zone]). Text is Unicode NFC. Offsets count Unicode code
// points. Values of these types are plain data: safe to copy and to share
// between goroutines as long as nobody writes to them.
package nhip

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
	_ "time/tzdata" // a container or Windows machine may hold no zone files
)

// Zone is Asia/Ho_Chi_Minh, UTC+7 without clock changes since 1975: the zone of
// every printed time that names none, and of every schedule.
var Zone = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil { // cannot happen with time/tzdata linked in
		return time.FixedZone("+07", 7*60*60)
	}
	return loc
}()

// Identifiers of the catalog. Each is a lower-case slug that never changes its
// meaning; the catalog says what it stands for and since when.
type (
	SourceID       string
	IndicatorID    string
	PlaceID        string
	IndustryID     string
	OrganisationID string
)

// UnitID is the catalog's name of a unit as people print it: "%", "VND", "tấn",
// "kWh", "doanh nghiệp".
type UnitID string

// PageKind says how the bytes of a page are to be read.
type PageKind string

// The kinds of pages. Feeds, listings and sitemaps lead to documents; articles,
// tables and texts are documents.
const (
	KindArticle PageKind = "article"
	KindTable   PageKind = "table" // a page whose tables carry official statistics
	KindText    PageKind = "text"  // plain text as an extractor left it
	KindListing PageKind = "listing"
	KindFeed    PageKind = "feed"
	KindSitemap PageKind = "sitemap"
)

// IsDocument tells whether pages of this kind become records; the other kinds
// only lead to documents.
func (k PageKind) IsDocument() bool {
	return k == KindArticle || k == KindTable || k == KindText
}

// Page is what a request brought back, byte for byte.
type Page struct {
	Source      SourceID
	URL         string // the canonical address, which identifies the document
	Kind        PageKind
	FetchedAt   time.Time
	Status      int
	Header      http.Header
	ContentType string // as the publisher sent it, charset included
	Body        []byte // content codings removed, character set untouched
	SHA256      [sha256.Size]byte
	NoArchive   bool // the publisher asks that no copy be kept: it is read, and its bytes are not stored
}

// Document identifies a document: the first eight bytes of the SHA-256 of its
// canonical URL, big endian.
func Document(url string) uint64 {
	sum := sha256.Sum256([]byte(url))
	return binary.BigEndian.Uint64(sum[:8])
}

// Outcome is how one request ended. Every request ends in exactly one.
type Outcome string

// The outcomes. Visit.Reason says more for those that are not OK.
const (
	OutcomeOK             Outcome = "ok"
	OutcomeNotModified    Outcome = "not_modified"    // 304, or the same bytes as last time
	OutcomeGone           Outcome = "gone"            // 410, or 404 confirmed
	OutcomeBlockedRobots  Outcome = "blocked_robots"  // robots.txt forbids, or cannot be reached
	OutcomeBlockedPolicy  Outcome = "blocked_policy"  // our own rules forbid: scope, scheme, address, login
	OutcomeRetryLater     Outcome = "retry_later"     // try again at Visit.NextDue
	OutcomePermanentError Outcome = "permanent_error" // trying again would not help
	OutcomeTruncated      Outcome = "truncated"       // over a cap, or shorter than announced

	// OutcomeDiscovered is no outcome yet: the address is known and was not asked for.
	OutcomeDiscovered Outcome = "discovered"
)

// Visit is what one request taught about a URL. The newest visit of a URL lets
// the next crawl ask only for what changed.
type Visit struct {
	Source       SourceID
	URL          string
	Kind         PageKind
	At           time.Time
	Outcome      Outcome
	Reason       string // a fixed short class such as "timeout" or "redirect_loop", for counting; of OK "noindex" or "noarchive" where the publisher asks for it
	Status       int    // HTTP status, 0 where no answer came
	ETag         string
	LastModified string
	BodySHA256   [sha256.Size]byte
	NextDue      time.Time // not before; the zero time means when it is discovered again
	Failures     int       // in a row

	Link string // as published, which is what is asked for; empty where that is URL

	// Of feeds, listings and sitemaps: how long after At they are polled again, and
	// how many documents the page announced, and how many of them were not known.
	Poll       time.Duration
	Items, New int
}

// Host is what is remembered of a host between runs, so that a restart is no excuse
// to ask it sooner.
type Host struct {
	Name        string // as in a URL, with its port where that is not the scheme's own
	Source      SourceID
	At          time.Time // when this was learnt
	NextAt      time.Time // no request before: the delay between two
	ClosedUntil time.Time // no request before: it asked to wait, or failed too often in a row
	Failures    int       // in a row
	Reason      string    // class of the last of them
}

// Fetch is one answer of the crawler: the visit, and the page where there is one
// to read. Page is nil unless Visit.Outcome is OutcomeOK.
type Fetch struct {
	Visit Visit
	Page  *Page
}

// Record is everything one page says. Reading the same page with the same
// catalog always gives the same record.
type Record struct {
	Source        SourceID      `json:"source"`
	URL           string        `json:"url"`
	Kind          PageKind      `json:"kind"`
	Reader        string        `json:"reader"` // name and version of the reader, with the catalog's fingerprint
	Article       Article       `json:"article"`
	Observations  []Observation `json:"observations"`
	People        []Person      `json:"people"`
	Organisations []string      `json:"organisations"`
	Places        []Place       `json:"places"`
	Industries    []Industry    `json:"industries"`
	Issues        []Issue       `json:"issues"`

	// Mentions are the entities and catalog terms with the place in the text where
	// each stands; People, Organisations, Places and Industries summarise them.
	Mentions []Mention `json:"-"`
	// Fingerprint marks the wording of the text, to find copies of it (see
	// [CommonMarks]); nil where the text is too short.
	Fingerprint []uint32 `json:"-"`
	// Reject is why the page is no document we load ("not_article",
	// "empty_document", "parse_error", "js_required" ...); empty if it is one.
	Reject string `json:"rejected,omitempty"`
}

// FingerprintMarks is the number of marks of a fingerprint, SameStory how many of them
// two texts have in common at least if one is a copy of the other: more than half of their
// wording are the same.
const (
	FingerprintMarks = 32
	SameStory        = 20
)

// CommonMarks counts the marks that two fingerprints have in common.
func CommonMarks(a, b []uint32) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] && a[i] != 0 {
			n++
		}
	}
	return n
}

// Article is the text of a document and who published it when. Body holds one
// string a paragraph, sub-heading, list item or table row; it holds no sapo,
// caption, author line, related link, tag or advertisement.
type Article struct {
	Title       string     `json:"title"`
	Sapo        string     `json:"sapo"` // the lead as printed, the paper's own prefix included
	Body        []string   `json:"body"`
	Captions    []string   `json:"captions"`
	Authors     []string   `json:"authors"`
	Credit      string     `json:"credit"` // where it was taken from, as printed
	PublishedAt *time.Time `json:"published_at"`
	ModifiedAt  *time.Time `json:"modified_at"`
	Section     []string   `json:"section"` // outermost first
	Tags        []string   `json:"tags"`
	Language    string     `json:"language"` // BCP 47

	// Evidence names for each field the witness that won: "jsonld", "meta",
	// "css:h1.title-detail", "url", "generic".
	Evidence map[string]string `json:"evidence,omitempty"`
}

// Paragraph numbers of the texts that stand outside Body.
const (
	ParagraphTitle = -1
	ParagraphSapo  = -2
)

// Text returns the paragraph with number n (see ParagraphTitle, ParagraphSapo),
// or "" if there is none.
func (a *Article) Text(n int) string {
	switch {
	case n == ParagraphTitle:
		return a.Title
	case n == ParagraphSapo:
		return a.Sapo
	case n >= 0 && n < len(a.Body):
		return a.Body[n]
	}
	return ""
}

// Person is somebody the text speaks of, with the post it gives them.
type Person struct {
	Name         string `json:"name"`
	Position     string `json:"position"`
	Organisation string `json:"organisation"`
}

// Place is a place of the catalog as it stood on the day the text is about.
type Place struct {
	ID   PlaceID `json:"id"`
	Name string  `json:"name"`
}

// Industry is an industry of the catalog: a VSIC class or the trade's own word.
type Industry struct {
	Code IndustryID `json:"code"`
	Name string     `json:"name"`
}

// Issue is something a reader met and did not repair.
type Issue struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// MentionKind says what is mentioned.
type MentionKind string

// The kinds of mentions.
const (
	MentionPerson       MentionKind = "person"
	MentionOrganisation MentionKind = "organisation"
	MentionPlace        MentionKind = "place"
	MentionIndustry     MentionKind = "industry"
	MentionTerm         MentionKind = "term" // a phrase of terms.yaml, kept for trends
)

// Mention is one occurrence of an entity in the text. Span offsets count code
// points within the paragraph.
type Mention struct {
	Kind MentionKind
	ID   string // catalog id, or the name itself for people and unknown organisations
	Name string
	Role string // for people the position, for organisations "source" where it is who says so
	Span
}

// Span is a stretch of text: code points [Start, End) of paragraph Paragraph.
type Span struct {
	Paragraph int `json:"paragraph"`
	Start     int `json:"start"`
	End       int `json:"end"`
}

// Skip reasons and other keys of an Account's maps that more than one stage uses.
const (
	SkipKnown       = "known"        // visited before and not due again
	SkipRobots      = "robots"       // robots.txt forbids it
	SkipBudget      = "budget"       // the run's budget for this source was spent
	SkipScope       = "scope"        // outside the hosts or addresses of the source
	SkipNotArchived = "not_archived" // linked, but the archive does not hold it
	SkipNoURL       = "no_url"       // an archived file of unknown address
	SkipStopped     = "stopped"      // the run was cancelled first
)

// Account is the balance of one source in one run, counted in documents:
//
//	Discovered = Fetched + Unchanged + Σ Skipped + Σ Failed
//	Fetched    = Loaded + Σ Rejected
//
// Pages that only lead to documents (feeds, listings, sitemaps) are counted in
// Index by outcome.
type Account struct {
	Source       SourceID       `json:"source"`
	Discovered   int            `json:"discovered"`
	Fetched      int            `json:"fetched"`
	Unchanged    int            `json:"unchanged"`
	Skipped      map[string]int `json:"skipped"`
	Failed       map[string]int `json:"failed"`
	Loaded       int            `json:"loaded"`
	Rejected     map[string]int `json:"rejected"`
	Articles     int            `json:"articles"`     // loaded for the first time or with new content
	Observations int            `json:"observations"` // of the loaded records
	Revisions    int            `json:"revisions"`    // loaded documents whose content changed since an earlier version
	Index        map[string]int `json:"index"`        // feeds, listings and sitemaps by outcome
	Bytes        int64          `json:"bytes"`
	Error        string         `json:"error,omitempty"` // why the source as a whole failed
	Note         string         `json:"note,omitempty"`  // why the source was left alone, which is no failure
}

// NewAccount returns an empty account whose maps can be counted into.
func NewAccount(source SourceID) Account {
	return Account{Source: source, Skipped: map[string]int{}, Failed: map[string]int{},
		Rejected: map[string]int{}, Index: map[string]int{}}
}

// Check reports the first of the two equations that does not hold.
func (a Account) Check() error {
	if sum := a.Fetched + a.Unchanged + total(a.Skipped) + total(a.Failed); sum != a.Discovered {
		return fmt.Errorf("account of %s: discovered %d, but fetched + unchanged + skipped + failed = %d", a.Source, a.Discovered, sum)
	}
	if sum := a.Loaded + total(a.Rejected); sum != a.Fetched {
		return fmt.Errorf("account of %s: fetched %d, but loaded + rejected = %d", a.Source, a.Fetched, sum)
	}
	return nil
}

// Add counts b into a, for totals over sources.
func (a *Account) Add(b Account) {
	a.Discovered += b.Discovered
	a.Fetched += b.Fetched
	a.Unchanged += b.Unchanged
	a.Loaded += b.Loaded
	a.Articles += b.Articles
	a.Observations += b.Observations
	a.Revisions += b.Revisions
	a.Bytes += b.Bytes
	for _, m := range []struct{ into, from map[string]int }{
		{a.Skipped, b.Skipped}, {a.Failed, b.Failed}, {a.Rejected, b.Rejected}, {a.Index, b.Index},
	} {
		for k, n := range m.from {
			m.into[k] += n
		}
	}
}

func total(m map[string]int) int {
	sum := 0
	for _, n := range m {
		sum += n
	}
	return sum
}

// Keys returns the keys of a count in order, for stable output.
func Keys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

// RunMode is what a run takes its pages from.
type RunMode string

// The modes of a run.
const (
	ModeCrawl   RunMode = "crawl"   // the web, everything the source declares
	ModePoll    RunMode = "poll"    // the web, only what is due
	ModeArchive RunMode = "archive" // an archive in place of the web
	ModeReplay  RunMode = "replay"  // kept pages, read again
)

// Run is the account of one ingestion run.
type Run struct {
	ID        string    `json:"run"`
	Mode      RunMode   `json:"mode"`
	StartedAt time.Time `json:"started_at"`
	Took      float64   `json:"took_s"` // seconds
	Sources   []Account `json:"sources"`
	Totals    Account   `json:"totals"`
}

// Item is one document on its way into the store: what the request taught, the
// page where there is one, and what the page says. Page and Record are both nil
// where the request brought no page.
type Item struct {
	Visit  Visit
	Page   *Page
	Record *Record
}

// Loaded counts what the store made of a batch of items.
type Loaded struct {
	Loaded       int            // documents whose record was accepted
	Articles     int            // of these, new or with new content
	Revisions    int            // of these, with new content where the store already held an older version
	Observations int            // of the accepted records
	Rejected     map[string]int // items by reason: Record.Reject, or what the store refused
}
