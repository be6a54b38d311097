package schedules

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nhip"
	"nhip/catalog"
)

// slowShelf takes its time with every batch.
type slowShelf struct {
	shelf
	takes time.Duration
}

func (s *slowShelf) Load(ctx context.Context, run string, items []nhip.Item) (nhip.Loaded, error) {
	select {
	case <-ctx.Done():
		return nhip.Loaded{}, ctx.Err()
	case <-time.After(s.takes):
	}
	return s.shelf.Load(ctx, run, items)
}

// A batch that takes longer than the grace period is loaded; only a cancelled run gives
// it no more than that.
func TestGraceBeginsWithTheCancel(t *testing.T) {
	for _, tt := range []struct {
		name         string
		takes        time.Duration
		cancelled    bool
		wantsFailure bool
	}{
		{"slow", time.Minute, false, false},
		{"cancelled and quick", 5 * time.Second, true, false},
		{"cancelled and slow", time.Minute, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				store := &slowShelf{takes: tt.takes}
				w := web{pages: map[nhip.SourceID][]string{"a": documentsOf("a", 3)}}
				if tt.cancelled {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := newPipeline(t, w, store, Options{Grace: 20 * time.Second}).Run(ctx, sourcesOf("a"))
				if (err != nil) != tt.wantsFailure {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// manyNumbers reads every page as a table of a thousand numbers.
type manyNumbers struct{}

func (manyNumbers) Read(p *nhip.Page) *nhip.Record {
	r := titles{}.Read(p)
	r.Observations = make([]nhip.Observation, 1000)
	return r
}

// What waits to be loaded is bounded by its numbers too: a small file may hold many.
func TestBatchIsBoundedByObservations(t *testing.T) {
	store := &shelf{}
	p, err := NewPipeline(Stages{Crawler: web{pages: map[nhip.SourceID][]string{"a": documentsOf("a", 5)}}, Reader: manyNumbers{}, Store: store},
		Options{BatchObservations: 2000, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(t.Context(), []*catalog.Source{{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	for i, b := range store.batches {
		if len(b) > 2 {
			t.Errorf("batch %d holds %d documents of 1,000 numbers", i, len(b))
		}
	}
}
