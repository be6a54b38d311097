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
	memoryBatch      = 5000 // addresses in one question to Memory: a store with a million reads about as much for one as for all of them
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

	account  nhip.Account
	frontier Frontier // nil: addresses are remembered by their visits only
	hosts    *hostKeeper
	polling  bool // only what is due is asked for
	started  time.Time

	// Documents, see frontier.go.
	seen      addresses
	held      map[uint64]*document // of the three lists below
	unsifted  []*document          // found, and not held against Memory yet
	fresh     []*document          // found by this crawl, and asked for by it
	backlog   []*document          // left by earlier runs
	current   *document            // asked for now
	siftErr   error
	announced int // by index pages, each time
	unknown   int // of these, to Memory

	byID map[string]string // addresses of documents by the publisher's number

	visits map[string]*nhip.Visit // what Memory knows of index pages and redirect hops
	asked  map[string]bool        // what Memory was asked for

	index      []nhip.Visit // of index pages, emitted last
	readAgain  bool         // the index page at hand is to be read by the next run too, changed or not
	indexTried int
	indexGood  int
	reached    bool // some request of this source was answered
	tried      int  // requests for documents
	postponed  bool // some document was left for a later run
	lastFault  *fault
}

// Crawl finds and fetches what src published since it was asked last; see the
// contract of the Crawler interface of package schedules, which it fulfils. The
// returned error says why the source as a whole failed (every index page failed, no
// request was answered), or is the error of emit, Memory or ctx that ended it early.
func (c *Crawler) Crawl(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error) {
	return c.newSession(ctx, src, emit).crawl()
}

// Poll is Crawl for what is due: the feeds, listings and sitemaps whose interval is
// over (see [NextPoll]), and the documents to be asked for again. Where nothing is, it
// asks nobody.
func (c *Crawler) Poll(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error) {
	s := c.newSession(ctx, src, emit)
	s.polling = true
	return s.crawl()
}

func (c *Crawler) newSession(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) *session {
	s := &session{crawler: c, ctx: ctx, src: src, emit: emit, account: nhip.NewAccount(src.ID), started: c.now(),
		held: map[uint64]*document{}, visits: map[string]*nhip.Visit{}, asked: map[string]bool{}}
	s.hosts = c.newHostKeeper(src)
	if f, ok := c.memory.(Frontier); ok && c.archive == nil {
		s.frontier = f
	}
	return s
}

func (s *session) crawl() (nhip.Account, error) {
	src := s.src
	if len(src.Hosts) == 0 {
		err := fmt.Errorf("source %s: it names no host", src.ID)
		s.account.Error = err.Error()
		return s.account, err
	}
	s.collector = s.newCollector()
	err := s.run()
	if hostErr := s.hosts.end(s.ctx); hostErr != nil && err == nil {
		err = fmt.Errorf("source %s: %w", src.ID, hostErr)
	}
	s.account.Bytes = s.bytes.Load()
	s.balance(err)
	if err == nil {
		err = s.failed()
	}
	if err != nil {
		s.account.Error = err.Error()
	}
	return s.account, err
}

func (s *session) run() error {
	if _, err := s.takeBacklog(min(dueLimit, s.budget())); err != nil {
		return err
	}
	if err := s.discover(); err != nil {
		return err
	}
	for n := range s.budget() {
		d, err := s.next(n)
		if err != nil {
			return err
		}
		if d == nil {
			break
		}
		if err := s.document(d); err != nil {
			return err
		}
		s.progress("", 0)
	}
	return s.finish()
}

// document fetches one document, emits what came of it and counts it.
func (s *session) document(d *document) error {
	before := d.before
	s.current = d
	delete(s.held, d.id)
	ans := s.fetch(d.link, attempt{declared: d.fixed || d.archived, validators: s.validators})
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	s.tried++
	v := s.judge(d.canonical, d.kind, &ans, before)
	v.Link = d.publishedAs()
	final := s.finalAddress(d, &ans, &v)
	if f := ans.fault; f != nil {
		return s.refused(d, f, v, before)
	}
	s.reached = true
	fetch := nhip.Fetch{Visit: v}
	if v.Outcome == nhip.OutcomeOK {
		head := readHead(s.crawler.token, ans.header, ans.body)
		address, err := s.identity(d, final, &ans, &head)
		if err != nil {
			return err
		}
		fetch.Page = s.page(address, d.kind, &ans)
		if s.crawler.archive == nil { // what somebody archived is archived
			fetch.Page.NoArchive, fetch.Visit.Reason = head.noArchive, head.String()
		}
	}
	fetch.Visit.NextDue = s.recheck(before, v.At)
	// Counted before it is handed over: whoever fails to take it counts it as rejected.
	if v.Outcome == nhip.OutcomeOK {
		s.account.Fetched++
	} else {
		s.account.Unchanged++
	}
	s.seen.set(d.id, fateFetched)
	if err := s.emit(s.ctx, fetch); err != nil || final == d.canonical {
		return err
	}
	return s.arrived(final, &ans, v)
}

// refused counts a document that brought no page, and emits its visit unless the
// fault says nothing about the document itself.
func (s *session) refused(d *document, f *fault, v nhip.Visit, before *nhip.Visit) error {
	s.lastFault = f
	s.reached = s.reached || f.answered(v.Status)
	switch f.class {
	case classNotArchived, classBackoff, classCrawlDelay:
		s.seen.skip(d.id, f.class)
		s.postponed = true
		return nil
	case classRobots:
		s.reached = true
		s.seen.skip(d.id, nhip.SkipRobots)
		if before != nil && before.Outcome == nhip.OutcomeBlockedRobots && before.NextDue.After(s.crawler.now()) {
			return nil // said before, and nothing changed
		}
	}
	if err := s.emit(s.ctx, nhip.Fetch{Visit: v}); err != nil {
		s.seen.set(d.id, fateWaiting)
		return err
	}
	if s.seen.is(d.id, fateWaiting) {
		s.account.Failed[f.class]++
		s.seen.set(d.id, fateFailed)
	}
	return nil
}

// arrived acknowledges an address that the crawl found by itself too and that a
// redirect has led to: it need not be asked for once more.
func (s *session) arrived(final string, ans *answer, v nhip.Visit) error {
	id := nhip.Document(final)
	if !s.seen.is(id, fateWaiting) {
		return nil
	}
	s.seen.skip(id, nhip.SkipKnown)
	delete(s.held, id)
	v.Outcome, v.Reason = nhip.OutcomeNotModified, "" // what it holds has just been handed over
	v.URL, v.Link, v.ETag, v.LastModified = final, "", ans.header.Get("ETag"), ans.header.Get("Last-Modified")
	return s.emit(s.ctx, nhip.Fetch{Visit: v})
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
	return final
}

// finish emits the visits of index pages, last of all: a crash before this point
// makes the next run discover everything again. If a document was left for later and
// no frontier keeps it, the pages that were read are not remembered either, for the
// same reason.
func (s *session) finish() error {
	for _, v := range s.index {
		if s.postponed && s.frontier == nil && v.Outcome == nhip.OutcomeOK {
			continue
		}
		if err := s.emit(s.ctx, nhip.Fetch{Visit: v}); err != nil {
			return err
		}
	}
	return nil
}

// balance counts what became of every document; those that none was asked for were
// left for the sake of the budget, or because the crawl ended early.
func (s *session) balance(ended error) {
	rest := nhip.SkipBudget
	if ended != nil {
		rest = nhip.SkipStopped
	}
	s.account.Discovered = len(s.seen.fates) + s.account.Skipped[nhip.SkipNoURL]
	for _, f := range s.seen.fates {
		switch {
		case f == fateFetched, f == fateFailed:
		case f == fateWaiting:
			s.account.Skipped[rest]++
		default:
			s.account.Skipped[s.seen.names[f-firstSkipped]]++
		}
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

// ask asks Memory for index pages and redirect hops that it was not asked for yet.
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
	var v *nhip.Visit
	if s.current != nil && address == s.current.link {
		v = s.current.before
	} else {
		canonical, err := Canonical(address, "", s.src)
		if err != nil || s.ask([]string{canonical}) != nil {
			return "", ""
		}
		v = s.visits[canonical]
	}
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

// delay returns how far apart the host of req must see requests.
func (s *session) delay(req *http.Request) time.Duration {
	if s.crawler.limits.NoDelay {
		return 0
	}
	d := ownDelay(s.src)
	if rules := s.crawler.robots.known(req.URL); rules != nil {
		d = max(d, min(rules.delay(s.crawler.token), maxCrawlDelay))
	}
	return d
}

// ownDelay is what the source file asks for, if no robots.txt asks for more.
func ownDelay(src *catalog.Source) time.Duration {
	if d := time.Duration(src.Delay); d > 0 {
		return d
	}
	return defaultDelay
}

func (s *session) waiting(host string, d time.Duration) { s.progress(host, d) }

func (s *session) progress(host string, waiting time.Duration) {
	if s.crawler.progress == nil {
		return
	}
	p := Progress{Source: s.src.ID, Discovered: len(s.seen.fates), Bytes: s.bytes.Load(), Host: host, Waiting: waiting}
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
