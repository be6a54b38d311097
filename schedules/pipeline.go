package schedules

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"nhip"
	"nhip/catalog"
)

// Pipeline takes sources from the web to the store: crawl, read, load. Its zero
// values are set by [NewPipeline]; it is safe for concurrent use.
type Pipeline struct {
	stages Stages
	opts   Options
}

// Stages are the concrete stages a pipeline runs. Reader is always needed, Crawler
// for Run, Store for Replay. A Run without Store is a dry run: everything is
// fetched and read, nothing is kept.
type Stages struct {
	Crawler Crawler
	Reader  Reader
	Store   Store
}

// Options bound a pipeline. The zero value of a field is its default.
type Options struct {
	Sources    int // crawled at once; default 8
	BatchItems int // documents loaded together; default 100
	BatchBytes int // page bytes loaded together; default 16 MiB, so memory is bounded by configuration
	// Numbers loaded together, default 50,000, which are 50 MB: a file of 1 MB may hold 300,000.
	BatchObservations int
	BatchAge          time.Duration // a batch older than this is loaded with the next document; default 5 s
	Grace             time.Duration // for loading what is in hand when the run is cancelled; default 20 s
	Log               *slog.Logger  // default slog.Default()
	// Archive says that the crawler reads an archive: no publisher is asked, so no source is
	// leased, and the run is no crawl of theirs.
	Archive bool
	// Progress, where set, is told the account of a source whenever it changed. It
	// must not block. Calls for different sources may overlap.
	Progress func(account nhip.Account, done bool)
}

// NewPipeline checks the stages and starts nothing.
func NewPipeline(stages Stages, opts Options) (*Pipeline, error) {
	if stages.Reader == nil {
		return nil, errors.New("pipeline: a reader is required")
	}
	if opts.Sources <= 0 {
		opts.Sources = 8
	}
	if opts.BatchItems <= 0 {
		opts.BatchItems = 100
	}
	if opts.BatchBytes <= 0 {
		opts.BatchBytes = 16 << 20
	}
	if opts.BatchObservations <= 0 {
		opts.BatchObservations = 50_000
	}
	if opts.BatchAge <= 0 {
		opts.BatchAge = 5 * time.Second
	}
	if opts.Grace <= 0 {
		opts.Grace = 20 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Progress == nil {
		opts.Progress = func(nhip.Account, bool) {}
	}
	return &Pipeline{stages: stages, opts: opts}, nil
}

// Run takes every source through the pipeline once and stores the run's accounts.
// A source that fails is an account with an Error, not an error of Run; an error
// of Run means that the store failed, and the returned run says how far it came.
// When ctx is cancelled, what was fetched is still loaded within the grace period.
//
// Where the store leases sources, a source that another run is crawling is left to it:
// its account is empty and has a Note.
func (p *Pipeline) Run(ctx context.Context, sources []*catalog.Source) (nhip.Run, error) {
	if p.stages.Crawler == nil {
		return nhip.Run{}, errors.New("pipeline: a run needs a crawler")
	}
	if p.opts.Archive {
		return p.run(ctx, nhip.ModeArchive, sources)
	}
	return p.run(ctx, nhip.ModeCrawl, sources)
}

// Poll is Run for what is due of the sources; the crawler must be a [Poller]. A poll
// that asked nobody leaves no account in the store.
func (p *Pipeline) Poll(ctx context.Context, sources []*catalog.Source) (nhip.Run, error) {
	if _, ok := p.stages.Crawler.(Poller); !ok {
		return nhip.Run{}, errors.New("pipeline: the crawler cannot poll")
	}
	return p.run(ctx, nhip.ModePoll, sources)
}

func (p *Pipeline) run(ctx context.Context, mode nhip.RunMode, sources []*catalog.Source) (nhip.Run, error) {
	run := nhip.Run{ID: NewRunID(), Mode: mode, StartedAt: time.Now(), Sources: make([]nhip.Account, len(sources))}
	errs := make([]error, len(sources))
	slots := make(chan struct{}, p.opts.Sources)
	var wg sync.WaitGroup
	for i, src := range sources {
		slots <- struct{}{} // sources start in order
		wg.Go(func() {
			defer func() { <-slots }()
			run.Sources[i], errs[i] = p.leased(ctx, &run, src)
		})
	}
	wg.Wait()
	return p.finish(ctx, run, errs)
}

// settle loads what is still in hand, within the grace period also after a cancel.
func (in *intake) settle(ctx context.Context) {
	if in.err != nil {
		return
	}
	grace, cancel := outlive(ctx, in.pipeline.opts.Grace)
	defer cancel()
	in.flush(grace)
}

// finish adds up a run and stores its accounts, also after a cancel.
func (p *Pipeline) finish(ctx context.Context, run nhip.Run, errs []error) (nhip.Run, error) {
	run.Took = time.Since(run.StartedAt).Seconds()
	run.Totals = nhip.NewAccount("")
	for _, a := range run.Sources {
		run.Totals.Add(a)
		if err := a.Check(); err != nil {
			errs = append(errs, err) // a bug of ours, and better seen than hidden
		}
	}
	if p.stages.Store != nil && !(run.Mode == nhip.ModePoll && isIdle(run)) {
		grace, cancel := outlive(ctx, p.opts.Grace)
		defer cancel()
		if err := p.stages.Store.SaveRun(grace, run); err != nil {
			errs = append(errs, fmt.Errorf("save the accounts of run %s: %w", run.ID, err))
		}
	}
	return run, errors.Join(errs...)
}

// isIdle tells whether a run did nothing that is worth an account.
func isIdle(run nhip.Run) bool {
	t := run.Totals
	return t.Discovered == 0 && t.Bytes == 0 && len(t.Index) == 0 &&
		!slices.ContainsFunc(run.Sources, func(a nhip.Account) bool { return a.Error != "" })
}

// leased runs one source while it is this run's, if it is to be had.
func (p *Pipeline) leased(ctx context.Context, run *nhip.Run, src *catalog.Source) (nhip.Account, error) {
	store, ok := p.stages.Store.(Leaser)
	if !ok || run.Mode == nhip.ModeArchive {
		return p.source(ctx, run, src)
	}
	held, release, holder, err := store.Lease(ctx, src.ID, run.ID)
	if err != nil || holder != "" {
		a := nhip.NewAccount(src.ID)
		switch {
		case holder != "":
			a.Note = "left to " + holder + ", which is crawling it"
		case ctx.Err() != nil: // cancelled before it began
			a.Error, err = ctx.Err().Error(), nil
		default:
			a.Error = err.Error()
		}
		p.opts.Progress(a, true)
		return a, err
	}
	defer release()
	return p.source(held, run, src)
}

// source runs one source. The error is the store's; the crawler's is in the account.
func (p *Pipeline) source(ctx context.Context, run *nhip.Run, src *catalog.Source) (nhip.Account, error) {
	in := &intake{pipeline: p, run: run.ID, loaded: nhip.Loaded{Rejected: map[string]int{}}}
	account, crawlErr := p.crawl(ctx, run.Mode, src, func(ctx context.Context, f nhip.Fetch) error {
		err := in.add(ctx, f)
		p.opts.Progress(in.progress(src.ID), false)
		return err
	})
	in.settle(ctx)
	if errors.Is(crawlErr, errPanic) { // its account is lost; what it handed over is not
		account.Discovered, account.Fetched = in.fetched, in.fetched
	}
	account.Loaded = in.loaded.Loaded
	account.Articles = in.loaded.Articles
	account.Revisions = in.loaded.Revisions
	account.Observations = in.loaded.Observations
	for reason, n := range in.loaded.Rejected {
		account.Rejected[reason] += n
	}
	if in.err != nil {
		account.Error = in.err.Error()
	} else if crawlErr != nil {
		account.Error = crawlErr.Error()
	}
	p.opts.Progress(account, true)
	return account, in.err
}

var errPanic = errors.New("crawler panicked")

// crawl calls the crawler and turns a panic into the source's error: one source's
// page must not end the others'.
func (p *Pipeline) crawl(ctx context.Context, mode nhip.RunMode, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (account nhip.Account, err error) {
	account = nhip.NewAccount(src.ID)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	if mode == nhip.ModePoll {
		return p.stages.Crawler.(Poller).Poll(ctx, src, emit)
	}
	return p.stages.Crawler.Crawl(ctx, src, emit)
}

// intake reads what the crawler of one source hands over and loads it in batches.
type intake struct {
	pipeline *Pipeline
	run      string
	items    []nhip.Item
	bytes    int
	numbers  int       // observations in items
	since    time.Time // when the oldest of items came
	fetched  int
	unknown  int // of a replay: pages whose source the catalog does not know
	loaded   nhip.Loaded
	err      error // of the store; nothing is loaded after it
}

func (in *intake) add(ctx context.Context, f nhip.Fetch) error {
	item := nhip.Item{Visit: f.Visit, Page: f.Page}
	if f.Page != nil && f.Page.Kind.IsDocument() {
		item.Record = in.pipeline.stages.Reader.Read(f.Page)
		in.fetched++
		in.bytes += len(f.Page.Body)
		in.numbers += len(item.Record.Observations)
	} else {
		item.Page = nil // feeds and listings are not kept: the next crawl asks again
	}
	if len(in.items) == 0 {
		in.since = time.Now()
	}
	in.items = append(in.items, item)
	o := in.pipeline.opts
	if len(in.items) >= o.BatchItems || in.bytes >= o.BatchBytes || in.numbers >= o.BatchObservations || time.Since(in.since) >= o.BatchAge {
		in.settle(ctx)
	}
	return in.err
}

func (in *intake) flush(ctx context.Context) {
	if len(in.items) == 0 {
		return
	}
	items := in.items
	in.items, in.bytes, in.numbers = nil, 0, 0
	var loaded nhip.Loaded
	if store := in.pipeline.stages.Store; store == nil {
		loaded = count(items)
	} else if loaded, in.err = store.Load(ctx, in.run, items); in.err != nil {
		in.err = fmt.Errorf("load %d items: %w", len(items), in.err)
		// What the store has committed of the batch counts. The visits of the others are
		// not written, so the next run fetches them again.
		lost := documents(items) - loaded.Loaded
		for _, n := range loaded.Rejected {
			lost -= n
		}
		if loaded.Rejected == nil {
			loaded.Rejected = map[string]int{}
		}
		loaded.Rejected["store_error"] += lost
	}
	in.loaded.Loaded += loaded.Loaded
	in.loaded.Articles += loaded.Articles
	in.loaded.Revisions += loaded.Revisions
	in.loaded.Observations += loaded.Observations
	for reason, n := range loaded.Rejected {
		in.loaded.Rejected[reason] += n
	}
}

// progress is the account so far, as far as the pipeline knows it.
func (in *intake) progress(source nhip.SourceID) nhip.Account {
	a := nhip.NewAccount(source)
	a.Fetched, a.Loaded, a.Articles, a.Observations = in.fetched, in.loaded.Loaded, in.loaded.Articles, in.loaded.Observations
	return a
}

func documents(items []nhip.Item) int {
	n := 0
	for _, it := range items {
		if it.Record != nil {
			n++
		}
	}
	return n
}

// count says what a store would have made of items it had never seen.
func count(items []nhip.Item) nhip.Loaded {
	l := nhip.Loaded{Rejected: map[string]int{}}
	for _, it := range items {
		switch {
		case it.Record == nil:
		case it.Record.Reject != "":
			l.Rejected[it.Record.Reject]++
		default:
			l.Loaded++
			l.Articles++
			l.Observations += len(it.Record.Observations)
		}
	}
	return l
}

// NewRunID returns a run's name: its start in Vietnam time, so that names sort,
// and random letters, so that two runs of one second differ.
func NewRunID() string {
	return time.Now().In(nhip.Zone).Format("20060102T150405") + "-" + rand.Text()[:6]
}
