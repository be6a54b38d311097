package schedules

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nhip"
)

// Replay says which kept pages are read again.
type Replay struct {
	Source nhip.SourceID // "" for all
	Since  time.Time     // fetched since; the zero time for all
	Reader string        // skip pages whose current record this reader made; "" for none
	// Known tells whether a source is in the catalog. Pages of one that is not are
	// skipped: without its selectors their reading would only get worse. nil: all are.
	Known func(nhip.SourceID) bool
}

// skipUnknownSource counts kept pages whose source the catalog has no more.
const skipUnknownSource = "unknown_source"

// Replay reads kept pages again with today's reader and catalog and loads the
// readings. It fetches nothing and writes no visits. Its accounts count every
// kept page as discovered and fetched.
func (p *Pipeline) Replay(ctx context.Context, what Replay) (nhip.Run, error) {
	if p.stages.Store == nil {
		return nhip.Run{}, errors.New("pipeline: a replay needs a store")
	}
	run := nhip.Run{ID: NewRunID(), Mode: nhip.ModeReplay, StartedAt: time.Now()}
	intakes := map[nhip.SourceID]*intake{}
	var order []nhip.SourceID
	err := p.stages.Store.Pages(ctx, what.Source, what.Since, what.Reader, func(page nhip.Page) error {
		in := intakes[page.Source]
		if in == nil {
			in = &intake{pipeline: p, run: run.ID, loaded: nhip.Loaded{Rejected: map[string]int{}}}
			intakes[page.Source] = in
			order = append(order, page.Source)
		}
		if what.Known != nil && !what.Known(page.Source) {
			in.unknown++
			return nil
		}
		err := in.add(ctx, nhip.Fetch{Page: &page})
		p.opts.Progress(in.progress(page.Source), false)
		return err
	})
	errs := []error{}
	if err != nil {
		errs = append(errs, fmt.Errorf("replay: %w", err))
	}
	for _, id := range order {
		in := intakes[id]
		a := nhip.NewAccount(id)
		if in.settle(ctx); in.err != nil {
			errs = append(errs, in.err)
			a.Error = in.err.Error()
		}
		a.Discovered, a.Fetched, a.Loaded = in.fetched+in.unknown, in.fetched, in.loaded.Loaded
		if in.unknown > 0 {
			a.Skipped[skipUnknownSource] = in.unknown
		}
		a.Articles, a.Observations, a.Revisions = in.loaded.Articles, in.loaded.Observations, in.loaded.Revisions
		a.Rejected = in.loaded.Rejected
		run.Sources = append(run.Sources, a)
		p.opts.Progress(a, true)
	}
	return p.finish(ctx, run, errs)
}
