package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gocolly/colly/v2"

	"nhip"
	"nhip/catalog"
)

const (
	defaultDelay     = 2 * time.Second
	defaultMaxPerRun = 200
	memoryBatch      = 1000 // addresses in one question to Memory
)

// session is one Crawl: one source, one goroutine.
type session struct {
	crawler *Crawler
	ctx     context.Context
	src     *catalog.Source
	emit    func(context.Context, nhip.Fetch) error

	collector *colly.Collector
	gate      *robotsGate // of the collector's transport
	attempt   attempt     // of the running request
	got       *answer
	bytes     atomic.Int64
	lastSize  int // of a body

	account   nhip.Account
	documents []*document
	seen      map[string]*document   // by canonical address
	visits    map[string]*nhip.Visit // what Memory knows
	asked     map[string]bool        // what Memory was asked for

	index      []nhip.Visit // of index pages, emitted last
	readAgain  bool         // the index page at hand is to be read by the next run too, changed or not
	indexTried int
	indexGood  int
	reached    bool // some request of this source was answered
	tried      int  // requests for documents
	postponed  bool // some document was left for a later run
	lastFault  *fault
}

// document is one address that the source published.
type document struct {
	link      string // as published: what is asked for
	canonical string // what identifies it
	kind      nhip.PageKind
	fixed     bool   // the source file names it: asked for in every run
	archived  bool   // the archive calls it a document
	became    string // how it is accounted for: a skip reason, or one of the two below
	done      bool   // its final address was fetched under another link
}

// What a document became that was not skipped.
const (
	becameFetched = "fetched" // or unchanged
	becameFailed  = "failed"
)

// Crawl finds and fetches what src published since it was asked last; see the
// contract of the Crawler interface of package schedules, which it fulfils. The
// returned error says why the source as a whole failed (every index page failed, no
// request was answered), or is the error of emit, Memory or ctx that ended it early.
func (c *Crawler) Crawl(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error) {
	s := &session{crawler: c, ctx: ctx, src: src, emit: emit, account: nhip.NewAccount(src.ID),
		seen: map[string]*document{}, visits: map[string]*nhip.Visit{}, asked: map[string]bool{}}
	if len(src.Hosts) == 0 {
		err := fmt.Errorf("source %s: it names no host", src.ID)
		s.account.Error = err.Error()
		return s.account, err
	}
	s.collector = s.newCollector()
	err := s.run()
	s.account.Bytes = s.bytes.Load()
	s.balance()
	if err == nil {
		err = s.failed()
	}
	if err != nil {
		s.account.Error = err.Error()
	}
	return s.account, err
}

func (s *session) run() error {
	if err := s.discover(); err != nil {
		return err
	}
	if err := s.recall(s.documents); err != nil {
		return err
	}
	left := s.budget()
	for _, d := range s.documents {
		if s.skip(d, left) {
			continue
		}
		left--
		if err := s.document(d); err != nil {
			return err
		}
		s.progress("", 0)
	}
	return s.finish()
}

// skip counts a document that is not asked for, and tells so.
func (s *session) skip(d *document, left int) bool {
	reason := d.became
	v := s.visits[d.canonical]
	switch {
	case reason != "":
	case d.done, !s.isDue(d, v):
		reason = nhip.SkipKnown
	case s.crawler.archive != nil:
		if !s.crawler.archive.Has(d.link) {
			reason = nhip.SkipNotArchived
		}
	case left <= 0:
		reason = nhip.SkipBudget
	}
	if reason == "" {
		return false
	}
	d.became = reason
	s.postponed = s.postponed || reason == nhip.SkipBudget || reason == nhip.SkipNotArchived
	return true
}

// isDue decides whether an address is asked for again.
func (s *session) isDue(d *document, v *nhip.Visit) bool {
	switch {
	case v == nil, v.Outcome == nhip.OutcomeBlockedRobots:
		return true // the robots.txt of today decides
	case !v.NextDue.IsZero():
		return !s.crawler.now().Before(v.NextDue) || d.fixed && v.Failures == 0
	case d.fixed:
		return true
	}
	return v.Outcome != nhip.OutcomeOK && v.Outcome != nhip.OutcomeNotModified && v.Outcome != nhip.OutcomeGone
}

// document fetches one document, emits what came of it and counts it.
func (s *session) document(d *document) error {
	before := s.visits[d.canonical]
	ans := s.fetch(d.link, attempt{declared: d.fixed || d.archived, validators: s.validators})
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	s.tried++
	v := s.judge(d.canonical, d.kind, &ans, before)
	final := s.finalAddress(d, &ans, &v)
	if f := ans.fault; f != nil {
		return s.refused(d, f, v, before)
	}
	s.reached = true
	fetch := nhip.Fetch{Visit: v}
	if v.Outcome == nhip.OutcomeOK {
		fetch.Page = s.page(final, d.kind, &ans)
	}
	fetch.Visit.NextDue = s.recheck(before, v.At)
	// Counted before it is handed over: whoever fails to take it counts it as rejected.
	if v.Outcome == nhip.OutcomeOK {
		s.account.Fetched++
	} else {
		s.account.Unchanged++
	}
	d.done, d.became = true, becameFetched
	return s.emit(s.ctx, fetch)
}

// refused counts a document that brought no page, and emits its visit unless the
// fault says nothing about the document itself.
func (s *session) refused(d *document, f *fault, v nhip.Visit, before *nhip.Visit) error {
	s.lastFault = f
	s.reached = s.reached || f.answered(v.Status)
	switch f.class {
	case classNotArchived, classBackoff, classCrawlDelay:
		d.became = f.class
		s.postponed = true
		return nil
	case classRobots:
		s.reached = true
		d.became = nhip.SkipRobots
		if before != nil && before.Outcome == nhip.OutcomeBlockedRobots {
			return nil // said before, and nothing changed
		}
	}
	if err := s.emit(s.ctx, nhip.Fetch{Visit: v}); err != nil {
		d.became = ""
		return err
	}
	if d.became == "" {
		s.account.Failed[f.class]++
		d.became = becameFailed
	}
	return nil
}

// finalAddress returns what identifies the document that came: its own address, or
// the one it was redirected to. A redirect to something that is no document (the
// section, the home page) is how publishers withdraw one: it becomes a fault.
func (s *session) finalAddress(d *document, ans *answer, v *nhip.Visit) string {
	if ans.fault != nil || ans.url == d.link {
		return d.canonical
	}
	final, err := Canonical(ans.url, "", s.src)
	if err != nil || final == d.canonical {
		return d.canonical
	}
	// The validators are the other address's: asking for this one with them would be wrong.
	v.ETag, v.LastModified = "", ""
	if !d.fixed && !d.archived && s.src.Documents.URL != nil && !s.src.Documents.URL.MatchString(final) {
		f := newFault("redirect_elsewhere", nhip.OutcomeRetryLater, "redirected to %s, which is no document", final)
		if v.Failures++; v.Failures >= confirmGone {
			f.outcome = nhip.OutcomeGone
		}
		v.Outcome, v.Reason, v.NextDue = f.outcome, f.class, nextTry(f, v.Failures, s.crawler.now())
		ans.fault = f
		return d.canonical
	}
	if other := s.seen[final]; other != nil {
		other.done = true
	}
	return final
}

// finish emits the visits of index pages, last of all: a crash before this point
// makes the next run discover everything again. If a document was left for later,
// the pages that were read are not remembered either, for the same reason.
func (s *session) finish() error {
	for _, v := range s.index {
		if s.postponed && v.Outcome == nhip.OutcomeOK {
			continue
		}
		if err := s.emit(s.ctx, nhip.Fetch{Visit: v}); err != nil {
			return err
		}
	}
	return nil
}

// balance counts what every document became.
func (s *session) balance() {
	s.account.Discovered = len(s.seen)
	for _, d := range s.seen {
		switch d.became {
		case becameFetched, becameFailed:
		case "":
			s.account.Skipped[nhip.SkipStopped]++
		default:
			s.account.Skipped[d.became]++
		}
	}
	if n := s.account.Skipped[nhip.SkipNoURL]; n > 0 {
		s.account.Discovered += n
	}
}

// failed tells whether the source as a whole failed.
func (s *session) failed() error {
	why := errors.New("no answer")
	if s.lastFault != nil {
		why = s.lastFault
	}
	switch {
	case s.indexTried > 0 && s.indexGood == 0:
		return fmt.Errorf("source %s: none of its %d feeds and lists could be read: %w", s.src.ID, s.indexTried, why)
	case s.tried > 0 && !s.reached:
		return fmt.Errorf("source %s: none of %d requests was answered: %w", s.src.ID, s.tried, why)
	}
	return nil
}

// recall asks Memory for the documents it was not asked for yet.
func (s *session) recall(documents []*document) error {
	var addresses []string
	for _, d := range documents {
		addresses = append(addresses, d.canonical)
	}
	return s.ask(addresses)
}

func (s *session) ask(addresses []string) error {
	if s.crawler.memory == nil {
		return nil
	}
	var unknown []string
	for _, a := range addresses {
		if !s.asked[a] {
			s.asked[a] = true
			unknown = append(unknown, a)
		}
	}
	for len(unknown) > 0 {
		batch := unknown[:min(len(unknown), memoryBatch)]
		unknown = unknown[len(batch):]
		visits, err := s.crawler.memory.Visits(s.ctx, s.src.ID, batch)
		if err != nil {
			return fmt.Errorf("source %s: what earlier runs learnt: %w", s.src.ID, err)
		}
		for a, v := range visits {
			s.visits[a] = &v
		}
	}
	return nil
}

// validators returns what to ask "modified since?" with. Only addresses whose
// content the store holds have any.
func (s *session) validators(address string) (etag, modified string) {
	if s.crawler.memory == nil {
		return "", ""
	}
	canonical, err := Canonical(address, "", s.src)
	if err != nil || s.ask([]string{canonical}) != nil {
		return "", ""
	}
	v := s.visits[canonical]
	if v == nil || v.BodySHA256 == [32]byte{} {
		return "", ""
	}
	return v.ETag, v.LastModified
}

// recheck says when a document that was fetched at now is to be asked for again:
// at the next of the source's ages. Visits carry no first date; it follows from the
// one before, whose NextDue is the first date plus one of the ages. A visit that
// came late may be taken for an earlier one, which repeats one recheck.
func (s *session) recheck(before *nhip.Visit, now time.Time) time.Time {
	if s.crawler.archive != nil {
		return time.Time{} // it will say the same for ever
	}
	ages := s.src.Recheck
	first := now
	if before != nil && before.Failures == 0 {
		if before.NextDue.IsZero() {
			return time.Time{} // the last recheck is over
		}
		previous := time.Duration(0)
		for i, age := range ages {
			gap := before.NextDue.Sub(before.At)
			if gap <= time.Duration(age)-previous || i == len(ages)-1 {
				first = before.NextDue.Add(-time.Duration(age))
				break
			}
			previous = time.Duration(age)
		}
	}
	for _, age := range ages {
		if due := first.Add(time.Duration(age)); due.After(now) {
			return due
		}
	}
	return time.Time{}
}

// delay returns how far apart requests to the host of req must start.
func (s *session) delay(req *http.Request) time.Duration {
	if s.crawler.limits.NoDelay {
		return 0
	}
	d := time.Duration(s.src.Delay)
	if d <= 0 {
		d = defaultDelay
	}
	if rules := s.crawler.robots.known(req.URL); rules != nil {
		d = max(d, min(rules.delay(s.crawler.token), maxCrawlDelay))
	}
	return d
}

func (s *session) waiting(host string, d time.Duration) { s.progress(host, d) }

func (s *session) progress(host string, waiting time.Duration) {
	if s.crawler.progress == nil {
		return
	}
	p := Progress{Source: s.src.ID, Discovered: len(s.seen), Bytes: s.bytes.Load(), Host: host, Waiting: waiting}
	for _, n := range s.account.Failed {
		p.Failed += n
	}
	p.Done = s.account.Fetched + s.account.Unchanged + p.Failed
	s.crawler.progress(p)
}

// hostOf returns the host of an address for the limiter, with its port if it has one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
