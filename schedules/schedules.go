// Package schedules decides when and in which order things happen: the pipeline
// that takes one source from the web to the store ([Pipeline.Run]), and the cron
// scheduler that runs it ([Scheduler]).
//
// It knows the stages only by the interfaces declared here and names no concrete
// one; cmd/nhip wires them. It does not know HTTP, HTML or SQL.
package schedules

import (
	"context"
	"time"

	"nhip"
	"nhip/catalog"
)

// Crawler finds and fetches what a source published since it was asked last.
//
// Crawl calls emit once for every document it was done with and, after all
// documents, once for every feed, listing and sitemap, so that a crash repeats
// discovery and never skips it. Calls of emit for one source do not overlap; an
// error of emit ends the crawl and is returned, and the document it was called for
// counts as fetched. The returned account balances in
// its first equation, also when the crawl ended early; Loaded, Rejected and the
// counts of records are the pipeline's to fill. An error means that the source as
// a whole failed; failures of single addresses are only counted.
// Crawl may be called for different sources at once.
type Crawler interface {
	Crawl(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error)
}

// Reader makes a record of a page. It is pure and safe for concurrent use.
type Reader interface {
	Read(page *nhip.Page) *nhip.Record
}

// Store keeps pages, visits, records and accounts.
//
// Load is idempotent: the same items loaded again change nothing. It retries what
// may succeed later by itself, sets aside what never will (counted in
// Loaded.Rejected), and writes the visits last; after an error any part of the
// batch but the visits may be in the store, and loading it again is safe.
type Store interface {
	Load(ctx context.Context, run string, items []nhip.Item) (nhip.Loaded, error)
	SaveRun(ctx context.Context, run nhip.Run) error
	// Pages calls fn for every kept page of the source ("" for all) fetched since
	// (zero for all) whose current record was made by another reader than reader
	// ("" for all; a reader's whole name, or the version after its slash). An error of
	// fn ends it.
	Pages(ctx context.Context, source nhip.SourceID, since time.Time, reader string, fn func(nhip.Page) error) error
}

// Poller is a Crawler that can also ask for what is due only: the feeds, lists and
// sitemaps whose own interval is over, and the documents to be asked for again. The
// contract is that of Crawl.
type Poller interface {
	Poll(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error)
}

// Leaser is a Store that gives a source to one run at a time.
//
// Lease returns a context that ends when the lease is lost, and the function that
// gives it back. Where another run has the source, holder names it and the others are
// nil; Lease does not wait for it.
type Leaser interface {
	Lease(ctx context.Context, source nhip.SourceID, run string) (leased context.Context, release func(), holder string, err error)
}
