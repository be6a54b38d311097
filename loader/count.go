package loader

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

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
