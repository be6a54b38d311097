package main

import (
	"context"
	"time"

	"nhip/catalog"
	"nhip/crawler"
	"nhip/loader"
)

// nextPoll says when something of a source is due: a feed, list or sitemap by its own
// interval, a document to be tried again, or one that was discovered and not asked for
// yet. Where nothing ever is, it is a day from now.
func nextPoll(ctx context.Context, store *loader.Store, src *catalog.Source) (time.Time, error) {
	visits, err := store.IndexVisits(ctx, src.ID)
	if err != nil {
		return time.Time{}, err
	}
	document, err := store.NextDue(ctx, src.ID)
	if err != nil {
		return time.Time{}, err
	}
	index, ok := crawler.NextPoll(src, visits[src.ID])
	switch {
	case ok && (document.IsZero() || index.Before(document)):
		return index, nil
	case !document.IsZero():
		return document, nil
	}
	return time.Now().Add(24 * time.Hour), nil
}
