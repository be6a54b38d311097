package loader

import (
	"context"
	"fmt"
	"slices"

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
	if kept[key] || p.NoArchive || b.retentionOf(p.Source) != KeepPage {
		return
	}
	kept[key] = true
	b.pages = append(b.pages, pageRow{p, key.doc, b.id})
}

// writeDocuments writes pages, every reading, the readings that are current and their words. A
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
	current := b.current(h)
	if _, err = insert(ctx, s, b.run, &documentsTable, current); err != nil { // the same columns: nothing new to refuse
		return err
	}
	return s.writeWords(ctx, b.run, current)
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
		b.rejectRow(*r.number, observationsTable.name, observationsTable.key(r), s.wrap("insert", f.err), r.Observation)
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
