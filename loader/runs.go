package loader

import (
	"context"
	"time"

	"nhip"
)

// SaveRun writes the account of a run, one row a source, and finds the copies among
// what was loaded. Saving it again replaces it.
func (s *Store) SaveRun(ctx context.Context, run nhip.Run) error {
	accounts := run.Sources
	if len(accounts) == 0 {
		accounts = []nhip.Account{run.Totals}
	}
	rows := make([]runRow, len(accounts))
	for i := range accounts {
		rows[i] = runRow{run.ID, run.Mode, &accounts[i], run.StartedAt, run.Took,
			run.StartedAt.Add(time.Duration(run.Took * float64(time.Second)))}
	}
	if _, err := insert(ctx, s, run.ID, &runsTable, rows); err != nil {
		return s.wrap("save run "+run.ID, err)
	}
	return s.FindCopies(ctx)
}

type runRow struct {
	id   string
	mode nhip.RunMode
	*nhip.Account
	startedAt time.Time
	took      float64
	savedAt   time.Time
}

var runsTable = table[runRow]{
	name: "runs",
	key:  func(r *runRow) string { return r.id + "/" + string(r.Source) },
	columns: []columnOf[runRow]{
		field("run_id", "String", func(r *runRow) string { return r.id }),
		field("source", "String", func(r *runRow) string { return string(r.Source) }),
		field("started_at", "DateTime64(3)", func(r *runRow) time.Time { return r.startedAt }),
		field("took_s", "Float64", func(r *runRow) float64 { return r.took }),
		field("saved_at", "DateTime64(3)", func(r *runRow) time.Time { return r.savedAt }),
		field("discovered", "UInt64", func(r *runRow) uint64 { return uint64(r.Discovered) }),
		field("fetched", "UInt64", func(r *runRow) uint64 { return uint64(r.Fetched) }),
		field("unchanged", "UInt64", func(r *runRow) uint64 { return uint64(r.Unchanged) }),
		field("skipped", "Map(String, UInt64)", func(r *runRow) counts { return countsOf(r.Skipped) }),
		field("failed", "Map(String, UInt64)", func(r *runRow) counts { return countsOf(r.Failed) }),
		field("loaded", "UInt64", func(r *runRow) uint64 { return uint64(r.Loaded) }),
		field("rejected", "Map(String, UInt64)", func(r *runRow) counts { return countsOf(r.Rejected) }),
		field("articles", "UInt64", func(r *runRow) uint64 { return uint64(r.Articles) }),
		field("observations", "UInt64", func(r *runRow) uint64 { return uint64(r.Observations) }),
		field("revisions", "UInt64", func(r *runRow) uint64 { return uint64(r.Revisions) }),
		field("index_pages", "Map(String, UInt64)", func(r *runRow) counts { return countsOf(r.Index) }),
		field("bytes", "UInt64", func(r *runRow) uint64 { return uint64(r.Bytes) }),
		field("mode", "String", func(r *runRow) string { return string(r.mode) }),
		field("note", "String", func(r *runRow) string { return r.Note }),
		field("error", "String", func(r *runRow) string { return r.Error }),
	},
}

func countsOf(m map[string]int) counts {
	out := make(counts, len(m))
	for k, n := range m {
		out[k] = uint64(n)
	}
	return out
}
