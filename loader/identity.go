package loader

import (
	"context"

	"nhip"
)

// SameDocument returns the address of the document of the source in whose address the
// first group of the pattern is id, "" if the store holds none: of several the one that
// was known first. Withdrawn documents count too. The pattern is one of package regexp,
// which ClickHouse reads the same.
func (s *Store) SameDocument(ctx context.Context, source nhip.SourceID, pattern, id string) (string, error) {
	rows, err := s.conn.Query(ctx, `SELECT url FROM documents FINAL
WHERE source = {source:String} AND extract(url, {pattern:String}) = {id:String} ORDER BY fetched_at, url LIMIT 1`,
		named("source", string(source)), named("pattern", pattern), named("id", id))
	if err != nil {
		return "", s.wrap("look up a document by its number", err)
	}
	defer rows.Close()
	var address string
	for rows.Next() {
		if err := rows.Scan(&address); err != nil {
			return "", s.wrap("look up a document by its number", err)
		}
	}
	return address, s.wrap("look up a document by its number", rows.Err())
}
