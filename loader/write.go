package loader

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"nhip"
)

// pageKey identifies kept bytes.
type pageKey struct {
	doc    uint64
	sha256 [32]byte
}

// keptPages returns which pages of the documents the store holds already: bytes are
// written once.
func (s *Store) keptPages(ctx context.Context, docs map[nhip.SourceID][]uint64) (map[pageKey]bool, error) {
	kept := map[pageKey]bool{}
	if len(docs) == 0 {
		return kept, nil
	}
	sources, ids := sourcesAndIDs(docs)
	rows, err := s.conn.Query(ctx, "SELECT doc_id, sha256 FROM pages WHERE source IN {sources:Array(String)} AND doc_id IN ("+ids+")",
		named("sources", sources))
	if err != nil {
		return nil, s.wrap("look up kept pages", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key pageKey
		var sum string
		if err := rows.Scan(&key.doc, &sum); err != nil {
			return nil, s.wrap("look up kept pages", err)
		}
		copy(key.sha256[:], sum)
		kept[key] = true
	}
	return kept, s.wrap("look up kept pages", rows.Err())
}

func (b *batch) keepPage(p *nhip.Page, kept map[pageKey]bool) {
	key := pageKey{nhip.Document(p.URL), p.SHA256}
	if kept[key] {
		return
	}
	kept[key] = true
	b.pages = append(b.pages, pageRow{p, key.doc, b.id})
}

// writeDocuments writes pages, every reading, and the readings that are current. A
// document whose page or text the database refuses is set aside with everything it
// says.
func (s *Store) writeDocuments(ctx context.Context, b *batch, h history) error {
	bad, err := insert(ctx, s, b.run, &pagesTable, b.pages)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		lost := map[pageKey]error{}
		for _, f := range bad {
			lost[pageKey{b.pages[f.row].doc, b.pages[f.row].page.SHA256}] = f.err
		}
		s.dropDocuments(b, "pages", func(r *documentRow) error { return lost[pageKey{r.doc, r.sha256}] })
		b.pages = without(b.pages, bad)
	}
	if bad, err = insert(ctx, s, b.run, &versionsTable, b.documents); err != nil {
		return err
	}
	if len(bad) > 0 {
		lost := map[string]error{}
		for _, f := range bad {
			lost[b.documents[f.row].number.String()] = f.err
		}
		s.dropDocuments(b, "document_versions", func(r *documentRow) error { return lost[r.number.String()] })
	}
	_, err = insert(ctx, s, b.run, &documentsTable, b.current(h)) // the same columns: nothing new to refuse
	return err
}

// current returns the rows that the table documents shows: of each document the
// newest reading of its newest content, if this batch holds it.
func (b *batch) current(h history) []documentRow {
	newest := map[uint64]int{}
	var out []documentRow
	for _, r := range b.documents {
		if versions := h[r.doc]; r.content < versions[len(versions)-1].content {
			continue // an older content read again
		}
		if i, ok := newest[r.doc]; ok {
			if r.version() >= out[i].version() {
				out[i] = r
			}
			continue
		}
		newest[r.doc] = len(out)
		out = append(out, r)
	}
	return out
}

// dropDocuments sets the documents aside for which lost gives an error.
func (s *Store) dropDocuments(b *batch, table string, lost func(*documentRow) error) {
	dropped := map[string]bool{}
	b.documents = slices.DeleteFunc(b.documents, func(r documentRow) bool {
		err := lost(&r)
		if err == nil {
			return false
		}
		dropped[r.number.String()] = true
		b.tally(&r, -1)
		b.counts.Rejected["refused"]++
		page := &nhip.Page{Source: r.source, URL: r.url, SHA256: r.sha256, FetchedAt: r.fetchedAt}
		b.reject(page, r.reader, "insert", table, r.number.String(), &refused{"refused", s.wrap("insert", err).Error()}, r.article)
		return true
	})
	b.observations = slices.DeleteFunc(b.observations, func(r observationRow) bool { return dropped[r.number.String()] })
	b.mentions = slices.DeleteFunc(b.mentions, func(r mentionRow) bool { return dropped[r.number.String()] })
}

// writeFacts writes observations and mentions and sets aside, one by one, what the
// database refuses.
func (s *Store) writeFacts(ctx context.Context, b *batch) error {
	bad, err := insert(ctx, s, b.run, &observationsTable, b.observations)
	if err != nil {
		return err
	}
	for _, f := range bad {
		r := &b.observations[f.row]
		b.rejectRow(r.number, observationsTable.name, observationsTable.key(r), s.wrap("insert", f.err), r.Observation)
		b.counts.Observations--
	}
	b.observations = without(b.observations, bad)
	if bad, err = insert(ctx, s, b.run, &mentionsTable, b.mentions); err != nil {
		return err
	}
	for _, f := range bad {
		r := &b.mentions[f.row]
		b.rejectRow(r.number, mentionsTable.name, mentionsTable.key(r), s.wrap("insert", f.err), r.Mention)
	}
	b.mentions = without(b.mentions, bad)
	b.rejects = lastOfKey(b.rejects)
	_, err = insert(ctx, s, b.run, &rejectsTable, b.rejects)
	return err
}

// rejectRow sets aside a row of a document of this batch.
func (b *batch) rejectRow(n number, table, key string, err error, row any) {
	for i := range b.documents {
		if d := &b.documents[i]; d.number == n {
			page := &nhip.Page{Source: d.source, URL: d.url, SHA256: d.sha256, FetchedAt: d.fetchedAt}
			b.reject(page, d.reader, "insert", table, key, &refused{"refused", err.Error()}, row)
			return
		}
	}
}

// lastOfKey drops all but the last of the rejects with one key, which the table
// would show alone.
func lastOfKey(rejects []rejectRow) []rejectRow {
	key := func(r *rejectRow) string {
		return fmt.Sprintf("%s %d %x %s %s %s", r.source, r.doc, r.sha256, r.stage, r.table, r.key)
	}
	last := map[string]int{}
	for i := range rejects {
		last[key(&rejects[i])] = i
	}
	out := rejects[:0]
	for i := range rejects {
		if last[key(&rejects[i])] == i {
			out = append(out, rejects[i])
		}
	}
	return out
}

func without[R any](rows []R, bad []refusal) []R {
	if len(bad) == 0 {
		return rows
	}
	out := rows[:0:0]
	for i := range rows {
		if !slices.ContainsFunc(bad, func(f refusal) bool { return f.row == i }) {
			out = append(out, rows[i])
		}
	}
	return out
}

// count makes sure that what was acknowledged is there: over HTTP the driver ends a
// stream that it failed to encode like a complete one, and acknowledged rows include
// those of a dropped duplicate. It counts by batch_id; if that falls short, by key,
// for another process that loads the same documents may have replaced our rows by
// its own.
func (s *Store) count(ctx context.Context, b *batch) error {
	want := []struct {
		table string
		rows  int
	}{
		{"pages", len(b.pages)}, {"document_versions", len(b.documents)}, {"observations", len(b.observations)},
		{"mentions", len(b.mentions)}, {"rejects", len(b.rejects)},
	}
	var parts []string
	for _, w := range want {
		parts = append(parts, fmt.Sprintf("(SELECT count() FROM %s WHERE batch_id = %d)", w.table, b.id))
	}
	got := make([]uint64, len(want))
	err := s.send(ctx, "batches", func(ctx context.Context) error {
		dest := make([]any, len(got))
		for i := range got {
			dest[i] = new(*uint64) // a scalar subquery is Nullable
		}
		if err := s.conn.QueryRow(ctx, "SELECT "+strings.Join(parts, ", ")).Scan(dest...); err != nil {
			return err
		}
		for i := range got {
			if n := *dest[i].(**uint64); n != nil {
				got[i] = *n
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count batch %d: %w", b.id, err)
	}
	for i, w := range want {
		if int(got[i]) >= w.rows {
			continue
		}
		n, err := s.countByKey(ctx, b, w.table)
		if err != nil {
			return fmt.Errorf("count batch %d in %s: %w", b.id, w.table, err)
		}
		if n < w.rows {
			return fmt.Errorf("count batch %d: %s holds %d of the %d rows it acknowledged", b.id, w.table, n, w.rows)
		}
	}
	return nil
}

// countByKey counts rows of the batch's documents whoever wrote them.
func (s *Store) countByKey(ctx context.Context, b *batch, table string) (int, error) {
	var keys []string
	switch table {
	case "pages":
		for _, r := range b.pages {
			keys = append(keys, fmt.Sprintf("(%d,unhex('%s'))", r.doc, hex.EncodeToString(r.page.SHA256[:])))
		}
		return s.countWhere(ctx, table, "(doc_id, sha256)", keys)
	case "rejects":
		for _, r := range b.rejects {
			keys = append(keys, fmt.Sprintf("(%d,unhex('%s'))", r.doc, hex.EncodeToString(r.sha256[:])))
		}
		return s.countWhere(ctx, table, "(doc_id, sha256)", keys)
	}
	for _, r := range b.documents {
		keys = append(keys, fmt.Sprintf("(%d,%d,%d)", r.doc, r.content, r.reading))
	}
	return s.countWhere(ctx, table, "(doc_id, content_version, reading)", keys)
}

func (s *Store) countWhere(ctx context.Context, table, columns string, keys []string) (int, error) {
	slices.Sort(keys)
	total := 0
	for part := range slices.Chunk(slices.Compact(keys), 1000) {
		var n uint64
		err := s.conn.QueryRow(ctx, "SELECT count() FROM "+table+" FINAL WHERE "+columns+" IN ("+strings.Join(part, ",")+")").Scan(&n)
		if err != nil {
			return 0, err
		}
		total += int(n)
	}
	return total, nil
}

// SaveRun writes the account of a run, one row a source. Saving it again replaces it.
func (s *Store) SaveRun(ctx context.Context, run nhip.Run) error {
	accounts := run.Sources
	if len(accounts) == 0 {
		accounts = []nhip.Account{run.Totals}
	}
	rows := make([]runRow, len(accounts))
	for i := range accounts {
		rows[i] = runRow{run.ID, &accounts[i], run.StartedAt, run.Took,
			run.StartedAt.Add(time.Duration(run.Took * float64(time.Second)))}
	}
	_, err := insert(ctx, s, run.ID, &runsTable, rows)
	return s.wrap("save run "+run.ID, err)
}

type runRow struct {
	id string
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
