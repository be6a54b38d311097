package loader

import "testing"

// BenchmarkStories finds the copies among 100,000 documents, a twentieth of which
// repeat the one before; the baseline only reads the same columns.
func BenchmarkStories(b *testing.B) {
	s := openTest(b)
	execSQL(b, s, `INSERT INTO documents (source, doc_id, version, url, kind, title, published_at, known_at, story_marks)
SELECT 'x', number + 1, 1, toString(number), 'article', 'x', toDateTime('2024-01-01 00:00:00') + number * 600 AS at, at,
  arrayMap(i -> toUInt32(cityHash64(if(number % 20 = 0 AND i < 26, toUInt64(number - 1), number), i) % 4294967295 + 1), range(32))
FROM numbers(100000)`)
	count := func(b *testing.B, sql string) (n uint64) {
		for b.Loop() {
			if err := s.conn.QueryRow(b.Context(), sql).Scan(&n); err != nil {
				b.Fatal(err)
			}
		}
		return n
	}
	b.Run("copies", func(b *testing.B) {
		if n := count(b, "SELECT count() FROM v_story_copies"); n < 4900 || n > 5000 {
			b.Fatalf("%d copies found", n)
		}
	})
	b.Run("baseline-read", func(b *testing.B) {
		count(b, "SELECT sum(cityHash64(doc_id, published_at, story_marks)) FROM documents FINAL")
	})
}
