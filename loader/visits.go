package loader

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"nhip"
)

// visitsPerQuery bounds the text of one lookup: 21 bytes an address, and a server
// parses at most 256 KiB.
const visitsPerQuery = 5000

const visitColumns = "source, url, kind, at, outcome, reason, status, etag, last_modified, body_sha256, next_due, failures, link, poll_s, items, new_items"

// Visits returns the newest visit of each address that has one; of an address that
// was only discovered so far one with [nhip.OutcomeDiscovered]. There may be many
// thousand addresses.
func (s *Store) Visits(ctx context.Context, source nhip.SourceID, urls []string) (map[string]nhip.Visit, error) {
	found := make(map[string]nhip.Visit)
	for part := range slices.Chunk(urls, visitsPerQuery) {
		asked := make(map[string]bool, len(part))
		ids := make([]uint64, len(part))
		for i, u := range part {
			asked[u], ids[i] = true, nhip.Document(u)
		}
		slices.Sort(ids)
		rows, err := s.conn.Query(ctx, "SELECT "+visitColumns+" FROM visits FINAL WHERE source = {source:String} AND url_id IN ("+joinIDs(ids)+")",
			named("source", string(source)))
		if err != nil {
			return nil, s.wrap("look up visits", err)
		}
		visits, err := scanVisits(rows)
		if err != nil {
			return nil, s.wrap("look up visits", err)
		}
		for _, v := range visits {
			if asked[v.URL] { // the id is a hash; two addresses may share it
				found[v.URL] = v
			}
		}
	}
	return found, nil
}

// Due returns at most limit visits of documents of the source whose NextDue is set
// and not after now, the longest due first. Documents that were discovered and never
// asked for are among them; they are due since they were discovered.
func (s *Store) Due(ctx context.Context, source nhip.SourceID, now time.Time, limit int) ([]nhip.Visit, error) {
	rows, err := s.conn.Query(ctx, "SELECT "+visitColumns+` FROM visits FINAL
WHERE source = {source:String} AND kind IN ('article', 'table', 'text') AND next_due <= fromUnixTimestamp64Milli({now:Int64})
ORDER BY next_due, url LIMIT {limit:UInt64}`,
		named("source", string(source)), named("now", now.UnixMilli()), named("limit", uint64(max(limit, 0))))
	if err != nil {
		return nil, s.wrap("look up what is due", err)
	}
	visits, err := scanVisits(rows)
	return visits, s.wrap("look up what is due", err)
}

func scanVisits(rows driver.Rows) ([]nhip.Visit, error) {
	defer rows.Close()
	var out []nhip.Visit
	for rows.Next() {
		var v nhip.Visit
		var source, kind, outcome, sum string
		var status uint16
		var failures, poll, items, fresh uint32
		var due *time.Time
		err := rows.Scan(&source, &v.URL, &kind, &v.At, &outcome, &v.Reason, &status, &v.ETag, &v.LastModified, &sum, &due, &failures,
			&v.Link, &poll, &items, &fresh)
		if err != nil {
			return nil, err
		}
		v.Source, v.Kind, v.Outcome = nhip.SourceID(source), nhip.PageKind(kind), nhip.Outcome(outcome)
		v.Status, v.Failures = int(status), int(failures)
		v.Poll, v.Items, v.New = time.Duration(poll)*time.Second, int(items), int(fresh)
		copy(v.BodySHA256[:], sum)
		if due != nil {
			v.NextDue = *due
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
