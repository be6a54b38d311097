package main

import (
	"context"
	"time"

	"nhip/catalog"
	"nhip/crawler"
	"nhip/loader"
)

// nextPoll says when something of a source is due: a feed, list or sitemap (the announced
// ones too) by its own interval, a document to be tried again, or one that was discovered
// and not asked for yet. Where nothing ever is, it is a day from now.
func nextPoll(ctx context.Context, store *loader.Store, src *catalog.Source, announced ...string) (time.Time, error) {
	visits, err := store.IndexVisits(ctx, src.ID)
	if err != nil {
		return time.Time{}, err
	}
	document, err := store.NextDue(ctx, src.ID)
	if err != nil {
		return time.Time{}, err
	}
	index, ok := crawler.NextPoll(src, visits[src.ID], time.Now(), announced...)
	due := time.Now().Add(24 * time.Hour)
	switch {
	case ok && (document.IsZero() || index.Before(document)):
		due = index
	case !document.IsZero():
		due = document
	}
	return notClosed(ctx, store, src, due)
}

// notClosed puts a time off until the source's own host may be asked.
func notClosed(ctx context.Context, store *loader.Store, src *catalog.Source, due time.Time) (time.Time, error) {
	hosts, err := store.Hosts(ctx, src.Hosts[0])
	for _, h := range hosts {
		if h.ClosedUntil.After(due) && h.ClosedUntil.After(time.Now()) {
			due = h.ClosedUntil
		}
	}
	return due, err
}
