package loader

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"nhip"
)

// pagesPerQuery is how many kept pages are in memory at once; a page may have 10 MB.
const pagesPerQuery = 20

// kept names a kept page and the content version it stands for.
type kept struct {
	source nhip.SourceID
	pageKey
	fetchedAt time.Time
}

// Pages calls fn for every kept page of the source ("" for all) fetched since (zero
// for all) whose newest reading was made by another reader than reader ("" for all;
// a whole name "article/2+0a1b", or the version "2+0a1b" that several readers share):
// once for each content version of a document, with the time it was first fetched,
// and for each rejected page. A page whose load was interrupted counts as not read.
// Pages come source by source in the order of their fetching. The list is taken
// before the first call, so loading within fn does not disturb it. An error of fn
// ends it and is returned.
func (s *Store) Pages(ctx context.Context, source nhip.SourceID, since time.Time, reader string, fn func(nhip.Page) error) error {
	list, err := s.listPages(ctx, source, since, reader)
	if err != nil {
		return s.wrap("list kept pages", err)
	}
	for part := range slices.Chunk(list, pagesPerQuery) {
		pages, err := s.readPages(ctx, part)
		if err != nil {
			return s.wrap("read kept pages", err)
		}
		for _, k := range part {
			page, ok := pages[k.pageKey]
			if !ok {
				continue // dropped by a retention rule meanwhile
			}
			page.FetchedAt = k.fetchedAt
			if err := fn(page); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) listPages(ctx context.Context, source nhip.SourceID, since time.Time, reader string) ([]kept, error) {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMilli()
	}
	rows, err := s.conn.Query(ctx, `SELECT source, doc_id, sha256, fetched_at FROM (
  SELECT source, doc_id, body_sha256 AS sha256, fetched_at, reader, batch_id IN (SELECT batch_id FROM batches) AS finished
  FROM document_versions FINAL
  WHERE is_deleted = 0
  ORDER BY source, doc_id, content_version, reading DESC LIMIT 1 BY source, doc_id, content_version
  UNION ALL
  SELECT p.source, p.doc_id, p.sha256, p.fetched_at, ifNull(r.reader, ''), r.reader IS NOT NULL
  FROM pages AS p FINAL
  LEFT JOIN (
    SELECT source, doc_id, sha256, toNullable(argMax(reader, at)) AS reader FROM rejects
    WHERE table_name = '' GROUP BY source, doc_id, sha256
  ) AS r ON p.source = r.source AND p.doc_id = r.doc_id AND p.sha256 = r.sha256
  WHERE (p.source, p.doc_id, p.sha256) NOT IN (SELECT source, doc_id, body_sha256 FROM document_versions)
)
WHERE ({source:String} = '' OR source = {source:String}) AND fetched_at >= fromUnixTimestamp64Milli({since:Int64})
  AND ({reader:String} = '' OR NOT finished
    OR NOT (reader = {reader:String} OR endsWith(reader, concat('/', {reader:String}))))
ORDER BY source, fetched_at, doc_id`,
		named("source", string(source)), named("since", from), named("reader", reader))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []kept
	for rows.Next() {
		var k kept
		var source, sum string
		if err := rows.Scan(&source, &k.doc, &sum, &k.fetchedAt); err != nil {
			return nil, err
		}
		k.source = nhip.SourceID(source)
		copy(k.sha256[:], sum)
		list = append(list, k)
	}
	return list, rows.Err()
}

func (s *Store) readPages(ctx context.Context, part []kept) (map[pageKey]nhip.Page, error) {
	docs := map[nhip.SourceID][]uint64{}
	for _, k := range part {
		docs[k.source] = append(docs[k.source], k.doc)
	}
	sources, ids := sourcesAndIDs(docs)
	rows, err := s.conn.Query(ctx, `SELECT source, doc_id, sha256, url, kind, fetched_at, status, header, content_type, body
FROM pages FINAL WHERE source IN {sources:Array(String)} AND doc_id IN (`+ids+`)`, named("sources", sources))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	pages := map[pageKey]nhip.Page{}
	for rows.Next() {
		key, page, err := scanPage(rows)
		if err != nil {
			return nil, err
		}
		pages[key] = page
	}
	return pages, rows.Err()
}

func scanPage(rows driver.Rows) (key pageKey, p nhip.Page, err error) {
	var source, sum, kind, body string
	var status uint16
	var header map[string][]string
	if err = rows.Scan(&source, &key.doc, &sum, &p.URL, &kind, &p.FetchedAt, &status, &header, &p.ContentType, &body); err != nil {
		return key, p, err
	}
	copy(key.sha256[:], sum)
	p.Source, p.Kind, p.Status = nhip.SourceID(source), nhip.PageKind(kind), int(status)
	p.Header, p.Body, p.SHA256 = http.Header(header), []byte(body), key.sha256
	return key, p, nil
}
