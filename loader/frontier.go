package loader

import (
	"context"
	"time"

	"nhip"
)

// Discovered writes addresses of documents down before anybody asks for them, so
// that a run which ends early leaves them to the next, whether or not their feed
// still lists them. Only Source, URL, Link, Kind and NextDue of the visits count;
// NextDue says since when the address is due. It never replaces what a request
// taught about an address, and writing an address twice is writing it once.
func (s *Store) Discovered(ctx context.Context, visits []nhip.Visit) error {
	rows := make([]visitRow, 0, len(visits))
	for i := range visits {
		v := nhip.Visit{Source: visits[i].Source, URL: visits[i].URL, Link: visits[i].Link, Kind: visits[i].Kind,
			At: neverVisited, Outcome: nhip.OutcomeDiscovered, NextDue: visits[i].NextDue}
		if checkVisit(&v) == nil {
			rows = append(rows, visitRow{visit: &v})
		}
	}
	_, err := insert(ctx, s, "discovered", &visitsTable, rows)
	return s.wrap("write down what was discovered", err)
}

// neverVisited is the time of a row of visits whose address was not asked for: any
// real visit is newer.
var neverVisited = time.Unix(0, 0)

// NextDue returns when the first document of the source is due, which may lie in the
// past; the zero time if none ever is.
func (s *Store) NextDue(ctx context.Context, source nhip.SourceID) (time.Time, error) {
	var due *time.Time
	err := s.conn.QueryRow(ctx, `SELECT minOrNull(next_due) FROM visits FINAL
WHERE source = {source:String} AND kind IN ('article', 'table', 'text') AND next_due IS NOT NULL`, named("source", string(source))).Scan(&due)
	if err != nil || due == nil {
		return time.Time{}, s.wrap("look up what is due", err)
	}
	return *due, nil
}

// IndexVisits returns the newest visits of all feeds, listings and sitemaps of the
// named sources, of all sources where none is named; each source's in the order of
// their addresses.
func (s *Store) IndexVisits(ctx context.Context, sources ...nhip.SourceID) (map[nhip.SourceID][]nhip.Visit, error) {
	ids := make([]string, len(sources))
	for i, id := range sources {
		ids[i] = string(id)
	}
	rows, err := s.conn.Query(ctx, "SELECT "+visitColumns+` FROM visits FINAL
WHERE kind IN ('feed', 'listing', 'sitemap') AND (empty({sources:Array(String)}) OR source IN {sources:Array(String)}) ORDER BY source, url`,
		named("sources", ids))
	if err != nil {
		return nil, s.wrap("look up feeds and lists", err)
	}
	visits, err := scanVisits(rows)
	if err != nil {
		return nil, s.wrap("look up feeds and lists", err)
	}
	out := map[nhip.SourceID][]nhip.Visit{}
	for _, v := range visits {
		out[v.Source] = append(out[v.Source], v)
	}
	return out, nil
}

// Waiting counts the documents of each source that were discovered and not asked
// for yet.
func (s *Store) Waiting(ctx context.Context) (map[nhip.SourceID]int, error) {
	rows, err := s.conn.Query(ctx, "SELECT source, count() FROM visits FINAL WHERE outcome = 'discovered' GROUP BY source")
	if err != nil {
		return nil, s.wrap("count what waits", err)
	}
	defer rows.Close()
	out := map[nhip.SourceID]int{}
	for rows.Next() {
		var source string
		var n uint64
		if err := rows.Scan(&source, &n); err != nil {
			return nil, s.wrap("count what waits", err)
		}
		out[nhip.SourceID(source)] = int(n)
	}
	return out, s.wrap("count what waits", rows.Err())
}

// Refused counts the documents of each source whose publisher refused them at the last
// visit (401, 403, 451 and the like), by reason.
func (s *Store) Refused(ctx context.Context) (map[nhip.SourceID]map[string]int, error) {
	rows, err := s.conn.Query(ctx, `SELECT source, reason, count() FROM visits FINAL
WHERE outcome = 'blocked_policy' AND startsWith(reason, 'http_') AND kind IN ('article', 'table', 'text') GROUP BY source, reason`)
	if err != nil {
		return nil, s.wrap("count what was refused", err)
	}
	defer rows.Close()
	out := map[nhip.SourceID]map[string]int{}
	for rows.Next() {
		var source, reason string
		var n uint64
		if err := rows.Scan(&source, &reason, &n); err != nil {
			return nil, s.wrap("count what was refused", err)
		}
		if out[nhip.SourceID(source)] == nil {
			out[nhip.SourceID(source)] = map[string]int{}
		}
		out[nhip.SourceID(source)][reason] = int(n)
	}
	return out, s.wrap("count what was refused", rows.Err())
}

// Hosts returns what the store remembers of the named hosts; of all hosts where none
// is named.
func (s *Store) Hosts(ctx context.Context, names ...string) ([]nhip.Host, error) {
	if names == nil {
		names = []string{}
	}
	rows, err := s.conn.Query(ctx, `SELECT host, source, at, next_at, closed_until, failures, reason FROM hosts FINAL
WHERE empty({hosts:Array(String)}) OR host IN {hosts:Array(String)} ORDER BY host`, named("hosts", names))
	if err != nil {
		return nil, s.wrap("look up hosts", err)
	}
	defer rows.Close()
	var out []nhip.Host
	for rows.Next() {
		var h nhip.Host
		var source string
		var next, closed *time.Time
		var failures uint32
		if err := rows.Scan(&h.Name, &source, &h.At, &next, &closed, &failures, &h.Reason); err != nil {
			return nil, s.wrap("look up hosts", err)
		}
		h.Source, h.Failures = nhip.SourceID(source), int(failures)
		if next != nil {
			h.NextAt = *next
		}
		if closed != nil {
			h.ClosedUntil = *closed
		}
		out = append(out, h)
	}
	return out, s.wrap("look up hosts", rows.Err())
}

// SaveHosts keeps what was learnt about hosts; of each the newest counts.
func (s *Store) SaveHosts(ctx context.Context, hosts []nhip.Host) error {
	_, err := insert(ctx, s, "hosts", &hostsTable, hosts)
	return s.wrap("keep what is known of hosts", err)
}

var hostsTable = table[nhip.Host]{
	name: "hosts",
	key:  func(h *nhip.Host) string { return h.Name },
	columns: []columnOf[nhip.Host]{
		field("host", "String", func(h *nhip.Host) string { return h.Name }),
		field("source", "String", func(h *nhip.Host) string { return string(h.Source) }),
		field("at", "DateTime64(3)", func(h *nhip.Host) time.Time { return h.At }),
		field("next_at", "Nullable(DateTime64(3))", func(h *nhip.Host) *time.Time { return timeOrNil(h.NextAt) }),
		field("closed_until", "Nullable(DateTime64(3))", func(h *nhip.Host) *time.Time { return timeOrNil(h.ClosedUntil) }),
		field("failures", "UInt32", func(h *nhip.Host) uint32 { return uint32(h.Failures) }),
		field("reason", "String", func(h *nhip.Host) string { return h.Reason }),
	},
}
