package schedules

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nhip"
	"nhip/catalog"
)

// TestSchedulerPolls: polls come when they are due, at most every ten minutes, and not
// before the first run; a run between them puts them off.
func TestSchedulerPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		interval := 25 * time.Minute
		var asked, polls, runs []time.Time // asked: the feed, by a poll or a run
		due := func(context.Context) (time.Time, error) {
			if len(asked) == 0 {
				return time.Time{}, nil
			}
			return asked[len(asked)-1].Add(interval), nil
		}
		begin := time.Now()
		s, stop := start(t, Job{Name: "a", Spec: "0 */6 * * *", NextPoll: due,
			Run: func(context.Context) error {
				runs, asked = append(runs, time.Now()), append(asked, time.Now())
				return nil
			},
			Poll: func(context.Context) error {
				polls, asked = append(polls, time.Now()), append(asked, time.Now())
				return nil
			}})
		time.Sleep(24 * time.Hour)
		status := s.Status()[0]
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if len(runs) != 4 || len(polls) < 40 || len(polls) > 46 {
			t.Errorf("%d runs and %d polls in a day, want 4 and one in 25 minutes from the first run on", len(runs), len(polls))
		}
		if len(polls) > 0 && polls[0].Before(runs[0]) {
			t.Errorf("polled %v after the start, before the first run", polls[0].Sub(begin))
		}
		for i := 1; i < len(asked); i++ {
			if gap := asked[i].Sub(asked[i-1]); gap < interval && !contains(runs, asked[i]) {
				t.Errorf("polled %v after the time before", gap)
			}
		}
		if status.NextPoll.IsZero() || status.NextPoll.After(time.Now().Add(interval)) {
			t.Errorf("status: %+v", status)
		}
	})
}

// A poll that is under way at the job's time puts the run off and does not cost it.
func TestSchedulerRunsAfterAPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs []time.Time
		running := 0
		work := func(ctx context.Context, d time.Duration) {
			if running++; running > 1 {
				t.Error("two at once")
			}
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
			running--
		}
		_, stop := start(t, Job{Name: "a", Spec: "0 * * * *", Last: time.Now(),
			NextPoll: func(context.Context) (time.Time, error) { return time.Time{}, nil },
			Poll:     func(ctx context.Context) error { work(ctx, 25*time.Minute); return nil },
			Run: func(ctx context.Context) error {
				runs = append(runs, time.Now())
				work(ctx, 2*time.Minute)
				return nil
			}})
		time.Sleep(24*time.Hour + 26*time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if len(runs) < 24 || len(runs) > 25 {
			t.Errorf("%d runs in a day, want one an hour whatever the polls are doing", len(runs))
		}
	})
}

func contains(times []time.Time, t time.Time) bool {
	for _, x := range times {
		if x.Equal(t) {
			return true
		}
	}
	return false
}

// An adaptive job is polled at once, and runs as a whole once a day. What is always
// due is asked for every ten minutes; a NextPoll that fails is asked again.
func TestSchedulerAdaptive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs, fails := 0, 0
		var polls atomic.Int32
		_, stop := start(t,
			Job{Name: "hungry", Spec: Adaptive, Run: func(context.Context) error { runs++; return nil },
				Poll: func(context.Context) error { polls.Add(1); time.Sleep(time.Minute); return errors.New("never well") }, NextPoll: func(context.Context) (time.Time, error) { return time.Time{}, nil }},
			Job{Name: "lost", Spec: Adaptive, Run: func(context.Context) error { return nil }, Poll: func(context.Context) error { return nil },
				NextPoll: func(context.Context) (time.Time, error) { fails++; return time.Time{}, errors.New("no store") }})
		time.Sleep(time.Second)
		if n := polls.Load(); n != 1 {
			t.Errorf("%d polls at the start, want 1", n)
		}
		time.Sleep(24 * time.Hour)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if n := polls.Load(); runs != 1 || n < 140 || n > 146 || fails < 20 || fails > 30 {
			t.Errorf("a day: %d runs, %d polls, %d questions to a store that fails; want 1, about 144, about 25", runs, n, fails)
		}
	})
}

// polled is a crawler that finds its pages in a poll too.
type polled struct{ web }

func (p polled) Poll(ctx context.Context, src *catalog.Source, emit func(context.Context, nhip.Fetch) error) (nhip.Account, error) {
	if src.ID == "idle" {
		return nhip.NewAccount(src.ID), nil
	}
	return p.Crawl(ctx, src, emit)
}

// lender is a shelf that leases sources; run is who has the source "taken".
type lender struct {
	*shelf
	run  string
	lose bool
	held map[nhip.SourceID]bool
}

func (l *lender) Lease(ctx context.Context, source nhip.SourceID, run string) (context.Context, func(), string, error) {
	if source == "taken" {
		return nil, nil, "run " + l.run, nil
	}
	leased, cancel := context.WithCancelCause(ctx)
	if l.lose {
		cancel(errors.New("the lease is lost"))
	}
	l.held[source] = true
	return leased, func() { delete(l.held, source); cancel(nil) }, "", nil
}

func TestPipelineLeases(t *testing.T) {
	store := &lender{shelf: &shelf{}, run: "elsewhere", held: map[nhip.SourceID]bool{}}
	pages := polled{web{pages: map[nhip.SourceID][]string{"a": {"http://a.vn/1"}, "taken": {"http://taken.vn/1"}}}}
	p, err := NewPipeline(Stages{Crawler: pages, Reader: titles{}, Store: store}, Options{Log: quiet, Sources: 1})
	if err != nil {
		t.Fatal(err)
	}
	sources := []*catalog.Source{{ID: "a"}, {ID: "taken"}}
	run, err := p.Run(t.Context(), sources)
	if err != nil {
		t.Fatal(err)
	}
	if run.Mode != nhip.ModeCrawl || run.Sources[0].Loaded != 1 || run.Sources[1].Fetched != 0 || run.Sources[1].Error != "" ||
		!strings.Contains(run.Sources[1].Note, "elsewhere") || len(store.held) != 0 {
		t.Errorf("%+v, held %v", run, store.held)
	}
	if run, err = p.Poll(t.Context(), sources[:1]); err != nil || run.Mode != nhip.ModePoll || run.Totals.Fetched != 1 || len(store.runs) != 2 {
		t.Errorf("poll: %+v, %v, %d runs saved", run, err, len(store.runs))
	}
	if _, err = p.Poll(t.Context(), []*catalog.Source{{ID: "idle"}}); err != nil || len(store.runs) != 2 {
		t.Errorf("a poll that asked nobody: %v, %d runs saved, want none more", err, len(store.runs))
	}
	store.lose = true
	if run, err = p.Run(t.Context(), sources[:1]); err != nil || run.Totals.Fetched != 0 || run.Totals.Skipped[nhip.SkipStopped] != 1 {
		t.Errorf("a lost lease ends the crawl: %+v, %v", run, err)
	}
	archive, err := NewPipeline(Stages{Crawler: pages, Reader: titles{}, Store: store}, Options{Log: quiet, Archive: true})
	if err != nil {
		t.Fatal(err)
	}
	if run, err = archive.Run(t.Context(), sources[1:]); err != nil || run.Mode != nhip.ModeArchive || run.Totals.Loaded != 1 {
		t.Errorf("an archive asks for no lease: %+v, %v", run, err)
	}
}
