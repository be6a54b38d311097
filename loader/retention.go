package loader

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"

	"nhip"
	"nhip/catalog"
)

// Retention is what is kept of a source's documents, as its catalog file says. What
// was read out of a document stays in any case: numbers with the sentence each stood
// in, mentions, title, authors, times, and the hash by which an edit is seen.
type Retention string

const (
	KeepPage     Retention = catalog.KeepPage     // everything, so that a better reader can read it again
	KeepExtract  Retention = catalog.KeepExtract  // no bytes of the page
	KeepMetadata Retention = catalog.KeepMetadata // neither bytes nor lead, text and captions
)

// retentionOf returns the rule of a source. Before SaveCatalog everything is kept.
func (s *Store) retentionOf(source nhip.SourceID) Retention {
	if rules := s.retention.Load(); rules != nil {
		if r := (*rules)[source]; r != "" {
			return r
		}
	}
	return KeepPage
}

// SetRetention lets what is loaded, and Excess and Retain, follow the rules of the
// catalog. SaveCatalog does it as well.
func (s *Store) SetRetention(c *catalog.Catalog) {
	rules := map[nhip.SourceID]Retention{}
	for _, x := range c.Sources {
		rules[x.ID] = Retention(x.Keep)
	}
	s.retention.Store(&rules)
}

// strip returns the record without what is not kept. Numbers and mentions keep the
// place in the text where they stood.
func (r Retention) strip(x *nhip.Record) *nhip.Record {
	if r != KeepMetadata {
		return x
	}
	out := *x
	out.Article.Sapo, out.Article.Body, out.Article.Captions = "", nil, nil
	return &out
}

// Retained counts what [Store.Retain] takes from a source.
type Retained struct {
	Source    nhip.SourceID
	Retention Retention
	Pages     uint64 // whose bytes go
	Texts     uint64 // readings whose text goes
}

// Excess counts, source by source, what the store holds beyond the rules that
// SaveCatalog told it.
func (s *Store) Excess(ctx context.Context) ([]Retained, error) {
	pages, texts := s.keptNoMore()
	rows, err := s.conn.Query(ctx, `SELECT source, sum(pages), sum(texts) FROM (
  SELECT source, count() AS pages, 0 AS texts FROM pages FINAL WHERE source IN {pages:Array(String)} GROUP BY source
  UNION ALL
  SELECT source, 0, countIf(sapo != '' OR body != '' OR notEmpty(captions)) FROM document_versions FINAL WHERE source IN {texts:Array(String)} GROUP BY source
) GROUP BY source HAVING sum(pages) + sum(texts) > 0 ORDER BY source`, named("pages", pages), named("texts", texts))
	if err != nil {
		return nil, s.wrap("count what is kept beyond the rules", err)
	}
	defer rows.Close()
	var out []Retained
	for rows.Next() {
		var source string
		var r Retained
		if err := rows.Scan(&source, &r.Pages, &r.Texts); err != nil {
			return nil, s.wrap("count what is kept beyond the rules", err)
		}
		r.Source = nhip.SourceID(source)
		r.Retention = s.retentionOf(r.Source)
		out = append(out, r)
	}
	return out, s.wrap("count what is kept beyond the rules", rows.Err())
}

// Retain takes out of the store what Excess counts and returns it. Nothing brings it
// back but a back-up; ClickHouse removes the old files some minutes later. Run twice
// or killed half-way it ends the same.
func (s *Store) Retain(ctx context.Context) ([]Retained, error) {
	excess, err := s.Excess(ctx)
	if err != nil || len(excess) == 0 {
		return excess, err
	}
	pages, texts := s.keptNoMore()
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"mutations_sync": 2}))
	for _, change := range []struct {
		table, sql string
		sources    []string
	}{
		{"pages", "DELETE", pages},
		{"article_words", "UPDATE folded = substring(folded, 1, title_bytes)", texts},
		{"documents", "UPDATE sapo = '', body = '', paragraph_starts = [], captions = []", texts},
		{"rejects", "UPDATE row = ''", texts},
		{"document_versions", "UPDATE sapo = '', body = '', paragraph_starts = [], captions = []", texts}, // last: Excess counts it
	} {
		if len(change.sources) == 0 {
			continue
		}
		// Which rows follows from the sources alone: a mutation knows no parameters.
		statements, err := s.forCluster("ALTER TABLE " + change.table + " " + change.sql + " WHERE source IN " + textList(change.sources))
		if err != nil {
			return nil, err
		}
		for _, sql := range statements {
			if err := s.conn.Exec(ctx, sql); err != nil {
				return nil, s.wrap(fmt.Sprintf("apply the rules of retention to %s", change.table), err)
			}
		}
	}
	return excess, nil
}

// keptNoMore are the sources whose pages, and whose texts, are not kept.
func (s *Store) keptNoMore() (pages, texts []string) {
	rules := s.retention.Load()
	if rules == nil {
		return []string{}, []string{}
	}
	for _, source := range slices.Sorted(maps.Keys(*rules)) {
		switch (*rules)[source] {
		case KeepExtract:
			pages = append(pages, string(source))
		case KeepMetadata:
			pages, texts = append(pages, string(source)), append(texts, string(source))
		}
	}
	return append([]string{}, pages...), append([]string{}, texts...)
}

func textList(texts []string) string {
	out := "("
	for i, t := range texts {
		if i > 0 {
			out += ", "
		}
		out += quoteText(t)
	}
	return out + ")"
}
