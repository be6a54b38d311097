package loader

import (
	"testing"
	"time"

	"nhip"
)

// More documents than one statement can name: copies of the first are found among all.
func TestFindCopiesOfMany(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, `INSERT INTO documents (source, doc_id, version, url, kind, title, published_at, known_at, story_marks, batch_id)
SELECT 'x', number + 1000000000000000000, 1, toString(number), 'article', 'x', toDateTime('2024-01-01 00:00:00') + number % 5000 * 3600 AS at, at,
  arrayMap(i -> toUInt32(cityHash64(number % 5000, i) % 4294967295 + 1), range(32)), 1 + number % 3
FROM numbers(15000)`)
	for id := range uint64(3) {
		commit := []commitRow{{batchID: id + 1, runID: "run", at: time.Date(2024, 1, 1, 0, 0, 0, 0, nhip.Zone), documents: 5000}}
		if _, err := insert(t.Context(), s, "run", &batchesTable, commit); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.FindCopies(t.Context()); err != nil {
			t.Fatal(err)
		}
		var copies, stories uint64
		if err := s.conn.QueryRow(t.Context(), "SELECT count(), uniqExact(story_id) FROM v_story_copies").Scan(&copies, &stories); err != nil || copies != 10000 || stories != 5000 {
			t.Fatalf("%d copies of %d stories, %v; want 10000 of 5000", copies, stories, err)
		}
	}
}
