package loader

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"nhip"
)

// A batch is bounded so that each of its inserts is a few blocks and its pages fit
// into memory twice.
const (
	batchItems        = 4000
	batchObservations = 4 * maxBlock
	batchBytes        = 64 << 20
)

// Load writes items in batches and says what became of them. It implements Load of
// the pipeline's store: loading the same items again changes nothing, the visits are
// written last, and after an error the items may be loaded again.
//
// Every item with a record is counted once, as loaded or by the reason it was
// rejected for. A rejected page is kept; of a loaded document single observations or
// mentions that cannot be stored are set aside in the table rejects and not counted.
// An item with neither page nor record is only a visit; one whose visit has no URL
// writes no visit (a replay). A visit that says a document is gone withdraws it: the
// document leaves every current view, its history stays, and it comes back with the
// next page that is loaded of it.
//
// Batches that share no document are loaded side by side, a few at once.
func (s *Store) Load(ctx context.Context, run string, items []nhip.Item) (nhip.Loaded, error) {
	total := nhip.Loaded{Rejected: map[string]int{}}
	var flight []*loading
	var failed error
	land := func() {
		l := flight[0]
		flight = flight[1:]
		if <-l.done; l.err != nil {
			if failed == nil {
				failed = l.err
			}
			return
		}
		c := l.batch.counts
		total.Loaded += c.Loaded
		total.Articles += c.Articles
		total.Revisions += c.Revisions
		total.Observations += c.Observations
		for reason, k := range c.Rejected {
			total.Rejected[reason] += k
		}
	}
	for len(items) > 0 && failed == nil {
		n := batchSize(items)
		next := &loading{batch: newBatch(run, items[:n]), documents: documentsOf(items[:n]), done: make(chan struct{})}
		next.batch.retentionOf = s.retentionOf
		items = items[n:]
		for len(flight) >= batchesAtOnce || slices.ContainsFunc(flight, next.shares) {
			land()
		}
		if failed != nil {
			break
		}
		flight = append(flight, next)
		go func() {
			defer close(next.done)
			next.err = s.loadBatch(ctx, next.batch)
		}()
	}
	for len(flight) > 0 {
		land()
	}
	return total, s.wrap("load", failed)
}

// batchesAtOnce is how many batches of one call are on their way: while the database
// writes one, the rows of the next are made.
const batchesAtOnce = 2

// loading is a batch on its way.
type loading struct {
	batch     *batch
	documents map[uint64]bool
	done      chan struct{} // closed when err is set
	err       error
}

// shares tells whether two batches speak of one document: the numbers of the later
// then depend on the earlier.
func (l *loading) shares(other *loading) bool {
	for doc := range l.documents {
		if other.documents[doc] {
			return true
		}
	}
	return false
}

func documentsOf(items []nhip.Item) map[uint64]bool {
	out := make(map[uint64]bool, len(items))
	for i := range items {
		if u := items[i].Visit.URL; u != "" {
			out[nhip.Document(u)] = true
		}
		if p := items[i].Page; p != nil {
			out[nhip.Document(p.URL)] = true
		}
	}
	return out
}

func batchSize(items []nhip.Item) int {
	var observations, bytes int
	for i, it := range items {
		if it.Record != nil {
			observations += len(it.Record.Observations)
		}
		if it.Page != nil {
			bytes += len(it.Page.Body)
		}
		if i > 0 && (i >= batchItems || observations > batchObservations || bytes > batchBytes) {
			return i
		}
	}
	return len(items)
}

// batch is one set of items on its way into the tables.
type batch struct {
	id    uint64
	run   string
	at    time.Time // of its newest item
	items []nhip.Item

	pages        []pageRow
	documents    []documentRow
	observations []observationRow
	mentions     []mentionRow
	rejects      []rejectRow
	visits       []visitRow
	visited      map[[2]string]int // source and URL -> its row of visits
	numbered     map[number]bool   // whose rows are in the batch already

	counts nhip.Loaded

	retentionOf func(nhip.SourceID) Retention
}

// newBatch names a batch by the time of its newest item and a hash of what it
// holds: the same items of the same run have the same id, and ids rise with time,
// which lets the index on batch_id skip all older parts.
func newBatch(run string, items []nhip.Item) *batch {
	b := &batch{run: run, items: items, at: firstDateTime,
		visited: map[[2]string]int{}, numbered: map[number]bool{}, counts: nhip.Loaded{Rejected: map[string]int{}},
		retentionOf: func(nhip.SourceID) Retention { return KeepPage }}
	h := sha256.New()
	fmt.Fprintf(h, "%q %d\n", run, len(items))
	for _, it := range items {
		fmt.Fprintf(h, "%q %d\n", it.Visit.URL, it.Visit.At.UnixMilli())
		if it.Visit.URL != "" && within(it.Visit.At, b.at, lastDateTime) {
			b.at = it.Visit.At
		}
		if it.Page != nil {
			fmt.Fprintf(h, "%q %x\n", it.Page.URL, it.Page.SHA256)
			if within(it.Page.FetchedAt, b.at, lastDateTime) {
				b.at = it.Page.FetchedAt
			}
		}
		if it.Record != nil {
			fmt.Fprintf(h, "%q\n", it.Record.Reader)
		}
	}
	b.id = uint64(b.at.UnixMilli())<<22 | binary.BigEndian.Uint64(h.Sum(nil))>>42
	return b
}

// loadBatch numbers the documents, writes the rows table by table and the visits
// last: a crash anywhere before repeats the batch.
func (s *Store) loadBatch(ctx context.Context, b *batch) error {
	docs := map[nhip.SourceID][]uint64{}
	for _, it := range b.items {
		switch {
		case it.Page != nil && it.Record != nil:
			docs[it.Page.Source] = append(docs[it.Page.Source], nhip.Document(it.Page.URL))
		case isWithdrawal(&it):
			docs[it.Visit.Source] = append(docs[it.Visit.Source], nhip.Document(it.Visit.URL))
		}
	}
	var h history
	var kept map[pageKey]bool
	var seen map[uint64]time.Time
	err := s.send(ctx, "document_versions", func(ctx context.Context) (err error) {
		if h, err = s.history(ctx, docs); err != nil {
			return err
		}
		if kept, err = s.keptPages(ctx, docs); err != nil {
			return err
		}
		seen, err = s.lastSeen(ctx, b.items)
		return err
	})
	if err != nil {
		return err
	}
	b.build(h, kept, seen)
	if err := s.writeDocuments(ctx, b, h); err != nil {
		return err
	}
	if err := s.writeFacts(ctx, b); err != nil {
		return err
	}
	if err := s.count(ctx, b); err != nil {
		return err
	}
	commit := []commitRow{{b.id, b.run, b.at, uint32(len(b.documents)), uint32(len(b.observations)),
		uint32(len(b.mentions)), uint32(len(b.rejects)), uint32(len(b.visits))}}
	if _, err := insert(ctx, s, b.run, &batchesTable, commit); err != nil {
		return err
	}
	_, err = insert(ctx, s, b.run, &visitsTable, b.visits)
	return err
}

// build makes the rows of all items, pages and withdrawals in the order of time.
// seen is when the store last saw documents that are said to be gone.
func (b *batch) build(h history, kept map[pageKey]bool, seen map[uint64]time.Time) {
	order := make([]*nhip.Item, 0, len(b.items))
	for i := range b.items {
		it := &b.items[i]
		b.addVisit(it.Visit)
		switch {
		case it.Page != nil && it.Record != nil:
			order = append(order, it)
		case it.Record != nil: // a mistake of the caller, but it must be counted
			b.rejectItem(&nhip.Page{Source: it.Record.Source, URL: it.Record.URL, FetchedAt: it.Visit.At}, it.Record.Reader, "check",
				refuse("no_page", "a record without its page"), it.Record)
		case isWithdrawal(it):
			order = append(order, it)
		}
	}
	when := func(it *nhip.Item) (time.Time, string) {
		if it.Page == nil {
			return it.Visit.At, it.Visit.URL
		}
		return it.Page.FetchedAt, it.Page.URL
	}
	slices.SortStableFunc(order, func(x, y *nhip.Item) int {
		xAt, xURL := when(x)
		yAt, yURL := when(y)
		return cmp.Or(xAt.Compare(yAt), cmp.Compare(xURL, yURL))
	})
	for _, it := range order {
		if it.Page == nil {
			b.withdraw(it.Visit, h, seen)
			continue
		}
		b.addRecord(it.Page, it.Record, h, kept)
	}
}

func (b *batch) addVisit(v nhip.Visit) {
	if v.URL == "" {
		return
	}
	if why := checkVisit(&v); why != nil {
		b.reject(&nhip.Page{Source: v.Source, URL: v.URL, FetchedAt: v.At}, "", "check", "visits", v.URL, why, v)
		return
	}
	v.At = v.At.Truncate(time.Millisecond)
	if v.Outcome == nhip.OutcomeGone && v.Kind.IsDocument() {
		// Its validators would bring a 304 if it came back, and nothing to load.
		v.ETag, v.LastModified, v.BodySHA256 = "", "", [sha256.Size]byte{}
	}
	key := [2]string{string(v.Source), v.URL}
	if i, ok := b.visited[key]; ok { // of two visits in a batch the newer
		if !v.At.Before(b.visits[i].visit.At) {
			b.visits[i].visit = &v
		}
		return
	}
	b.visited[key] = len(b.visits)
	b.visits = append(b.visits, visitRow{&v, b.run, b.id})
}

func (b *batch) addRecord(p *nhip.Page, r *nhip.Record, h history, kept map[pageKey]bool) {
	page := *p
	page.FetchedAt = p.FetchedAt.Truncate(time.Millisecond)
	if page.SHA256 == ([sha256.Size]byte{}) {
		page.SHA256 = sha256.Sum256(page.Body)
	}
	hash := contentHash(r) // of all that it says, whatever is kept of it
	r = b.retentionOf(page.Source).strip(r)
	if why := checkPage(&page); why != nil {
		b.rejectItem(&page, r.Reader, "check", why, r)
		return
	}
	if r.Reject != "" {
		b.keepPage(&page, kept)
		b.rejectItem(&page, r.Reader, "read", &refused{r.Reject, strings.Join(issueTexts(r.Issues), "; ")}, nil)
		return
	}
	var issues []string
	a := arrival{doc: nhip.Document(page.URL), fetchedAt: page.FetchedAt, sha256: page.SHA256, hash: hash, reader: r.Reader}
	a.published = checkTime("published_at", r.Article.PublishedAt, &issues)
	a.modified = checkTime("modified_at", r.Article.ModifiedAt, &issues)
	_, rewrite := h[a.doc]
	got, ok := h.assign(a)
	if !ok {
		b.keepPage(&page, kept)
		b.rejectItem(&page, r.Reader, "check", refuse("out_of_order",
			"fetched at %s, before the newest content in the store, and equal to none: load archives oldest first", page.FetchedAt.Format(time.RFC3339)), nil)
		return
	}
	if got.sha256 == page.SHA256 {
		b.keepPage(&page, kept)
	}
	b.addDocument(&page, r, a, got, rewrite, issues)
}

// addDocument makes the rows of an accepted record.
func (b *batch) addDocument(page *nhip.Page, r *nhip.Record, a arrival, got assigned, rewrite bool, issues []string) {
	if b.numbered[got.number] { // the same document twice in a batch: its rows are there
		b.counts.Loaded++
		b.counts.Observations += len(r.Observations)
		return
	}
	b.numbered[got.number] = true
	observations := b.addObservations(page, r, got.number)
	mentions := b.addMentions(page, r, got.number)
	article := repairText(r.Article, &issues)
	body, starts := joinParagraphs(article.Body)
	row := documentRow{number: got.number, source: page.Source, url: page.URL, kind: string(page.Kind), article: article,
		body: body, paragraphStarts: starts, publishedAt: a.published, modifiedAt: a.modified,
		issues: append(issueTexts(r.Issues), issues...), observations: uint32(observations), mentions: uint32(mentions),
		sha256: got.sha256, contentHash: a.hash, fingerprint: r.Fingerprint, newContent: got.newContent, rewrite: rewrite, reader: r.Reader, runID: b.run, batchID: b.id}
	b.documents = append(b.documents, row)
	b.tally(&row, 1)
}

// tally counts a document in, or out again.
func (b *batch) tally(r *documentRow, sign int) {
	if r.withdrawn {
		return // no document was loaded
	}
	b.counts.Loaded += sign
	b.counts.Observations += sign * int(r.observations)
	if r.newContent {
		b.counts.Articles += sign
		if r.content > 1 {
			b.counts.Revisions += sign
		}
	}
}

func (b *batch) addObservations(page *nhip.Page, r *nhip.Record, n number) int {
	added := 0
	b.observations = slices.Grow(b.observations, len(r.Observations)) // a file may hold hundreds of thousands
	for i := range r.Observations {
		o := &r.Observations[i]
		row := observationRow{number: &n, Observation: o, source: page.Source, series: o.Series(page.Source), ordinal: uint32(i), batchID: b.id}
		why := checkObservation(o)
		for _, d := range []struct {
			name string
			from *nhip.Decimal
		}{{"value", o.Value}, {"low", o.Low}, {"high", o.High}} {
			if why == nil {
				_, why = storeDecimal(d.name, d.from)
			}
		}
		if why != nil {
			b.reject(page, r.Reader, "check", "observations", observationsTable.key(&row), why, o)
			continue
		}
		b.observations = append(b.observations, row)
		added++
	}
	return added
}

// joinParagraphs joins paragraphs by newlines and says at which byte each begins.
func joinParagraphs(paragraphs []string) (string, []uint32) {
	starts := make([]uint32, len(paragraphs))
	at := 0
	for i, p := range paragraphs {
		starts[i] = uint32(at)
		at += len(p) + 1
	}
	return strings.Join(paragraphs, "\n"), starts
}

func issueTexts(issues []nhip.Issue) []string {
	out := make([]string, len(issues))
	for i, is := range issues {
		out[i] = strings.ToValidUTF8(is.Field+": "+is.Reason, "\uFFFD")
	}
	return out
}

// rejectItem sets a page aside and counts it.
func (b *batch) rejectItem(page *nhip.Page, reader, stage string, why *refused, row any) {
	b.counts.Rejected[why.reason]++
	b.reject(page, reader, stage, "", "", why, row)
}

// maxRejectedRow bounds the copy of a row in rejects; the page itself is kept.
const maxRejectedRow = 64 << 10

func (b *batch) reject(page *nhip.Page, reader, stage, table, key string, why *refused, row any) {
	var text []byte
	if row != nil {
		text, _ = json.Marshal(row) // plain data; if it cannot be marshalled, the key still names it
	}
	at := page.FetchedAt
	if !within(at, firstDate, lastDate) {
		at = b.at
	}
	b.rejects = append(b.rejects, rejectRow{source: page.Source, doc: nhip.Document(page.URL), sha256: page.SHA256, stage: stage,
		table: table, key: key, reason: why.reason, err: strings.ToValidUTF8(why.sentence, "\uFFFD"), row: string(text[:min(len(text), maxRejectedRow)]),
		url: page.URL, reader: reader, runID: b.run, at: at.Truncate(time.Millisecond), batchID: b.id})
}
