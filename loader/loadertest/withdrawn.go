package loadertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// goneItem is the visit that found a document gone, hours after Day0, with the
// validators of its last page as the crawler keeps them.
func goneItem(url string, hours int) nhip.Item {
	return nhip.Item{Visit: nhip.Visit{Source: source, URL: url, Kind: nhip.KindArticle, At: Day0.Add(time.Duration(hours) * time.Hour),
		Outcome: nhip.OutcomeGone, Reason: "http_410", Status: 410, ETag: `"v1"`, BodySHA256: [32]byte{1}, Failures: 1}}
}

// currentViews is what a withdrawn document must leave.
const currentViews = `SELECT (SELECT count() FROM v_articles), (SELECT count() FROM v_observations),
  (SELECT count() FROM v_mentions), (SELECT sum(articles) FROM v_daily), (SELECT sum(observations) FROM v_daily)`

// withdrawn: a document that is gone leaves every current view, keeps its history,
// and comes back with the next page of it.
func withdrawn(t *testing.T, s *loader.Store) {
	const url = "https://a.vn/1"
	first, other := Item(url, 1, "r/1", "một", 1001, 1002), Item("https://a.vn/2", 1, "r/1", "hai", 1003)
	first.Record.Places = []nhip.Place{{ID: "ha-noi", Name: "Hà Nội"}}
	load(t, s, first, other)
	want(t, "both are there", ask(t, s, currentViews), []string{"2|2|1|2|3"})

	later := goneItem(url, 2)
	later.Visit.Outcome, later.Visit.Status, later.Visit.Reason = nhip.OutcomeRetryLater, 404, "http_404"
	load(t, s, later)
	listing := goneItem(url, 3)
	listing.Visit.Kind = nhip.KindListing
	load(t, s, listing, goneItem("https://a.vn/never-held", 3))
	want(t, "missing once, another kind, and one the store does not hold", ask(t, s, currentViews), []string{"2|2|1|2|3"})

	want(t, "gone", load(t, s, goneItem(url, 4)), loaded(0, 0, 0, 0))
	want(t, "current views", ask(t, s, currentViews), []string{"1|1|0|1|1"})
	want(t, "v_sources counts it no more", ask(t, s, "SELECT count() FROM documents FINAL"), []string{"1"})
	want(t, "its numbers as they were published", ask(t, s, "SELECT period, value, is_current FROM v_observation_vintages WHERE url = '"+url+"' ORDER BY period"),
		[]string{"2023-01|100.1|0", "2023-02|100.2|0"})
	asof := "SELECT count() FROM observations_asof(asof = '2024-03-07 %02d:05:01') WHERE url = '" + url + "'"
	want(t, "as known before", ask(t, s, fmt.Sprintf(asof, 3)), []string{"2"})
	want(t, "as known after", ask(t, s, fmt.Sprintf(asof, 4)), []string{"0"})
	want(t, "history", ask(t, s, "SELECT content_version, is_deleted, title FROM document_versions FINAL WHERE url = '"+url+"' ORDER BY 1"),
		[]string{"1|0|Tiêu đề một", "2|1|"})
	visits, err := s.Visits(context.Background(), source, []string{url})
	if err != nil {
		t.Fatal(err)
	}
	if v := visits[url]; v.Outcome != nhip.OutcomeGone || v.ETag != "" || v.BodySHA256 != [32]byte{} {
		t.Errorf("the visit would be answered by 304 and bring no page: %+v", v)
	}
	var pages []string
	if err := s.Pages(context.Background(), source, time.Time{}, "", func(p nhip.Page) error { pages = append(pages, p.URL); return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "pages kept for a better reader", pages, []string{url, "https://a.vn/2"})
	better := first
	record := *first.Record
	record.Reader = "r/2"
	better.Record, better.Visit = &record, nhip.Visit{}
	load(t, s, better)
	want(t, "reading its kept page again brings nothing back", ask(t, s, currentViews), []string{"1|1|0|1|1"})

	snapshot := Snapshot(t, s)
	load(t, s, goneItem(url, 4))
	want(t, "said again", Snapshot(t, s), snapshot)
	load(t, s, goneItem(url, 9))
	delete(snapshot, "visits")
	again := Snapshot(t, s)
	delete(again, "visits")
	want(t, "still gone", again, snapshot)

	back := Item(url, 12, "r/1", "một", 1001, 1002) // the same bytes
	want(t, "back", load(t, s, back), loaded(1, 1, 1, 2))
	want(t, "current views", ask(t, s, currentViews), []string{"2|2|0|2|3"})
	want(t, "v_articles", ask(t, s, "SELECT content_version, known_at FROM v_articles WHERE url = '"+url+"'"), []string{"3|2024-03-07T12:05:00+07:00"})
	load(t, s, goneItem(url, 4), goneItem(url, 11))
	want(t, "the old news does not withdraw it again", ask(t, s, currentViews), []string{"2|2|0|2|3"})
	unchanged := Item(url, 20, "r/1", "một", 1001, 1002)
	unchanged.Visit.Outcome, unchanged.Page, unchanged.Record = nhip.OutcomeNotModified, nil, nil
	load(t, s, unchanged)
	load(t, s, goneItem(url, 15))
	want(t, "nor what is older than an unchanged answer", ask(t, s, currentViews), []string{"2|2|0|2|3"})
}

// withdrawnInBatch: however the items are cut into batches, the tables are the same.
func withdrawnInBatch(t *testing.T, s *loader.Store) {
	const url = "https://a.vn/1"
	items := []nhip.Item{Item(url, 1, "r/1", "A", 1001), goneItem(url, 2), Item(url, 3, "r/1", "A", 1001), goneItem(url, 4)}
	load(t, s, items[3], items[2], items[0], items[1])
	want(t, "versions", ask(t, s, "SELECT content_version, is_deleted, title FROM document_versions FINAL ORDER BY 1"),
		[]string{"1|0|Tiêu đề A", "2|1|", "3|0|Tiêu đề A", "4|1|"})
	want(t, "current views", ask(t, s, currentViews), []string{"0|0|0|0|0"})
	snapshot := Snapshot(t, s)
	for _, it := range items {
		load(t, s, it)
	}
	want(t, "one by one", Snapshot(t, s), snapshot)
}
