// Package loadertest is what every kind of store must do, as a test: the embedded
// engine here, a server wherever one is at hand.
package loadertest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// Run runs the suite. open returns an empty, migrated store in a database of its
// own and closes it with the test.
func Run(t *testing.T, open func(t *testing.T) *loader.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *loader.Store)
	}{
		{"load twice", loadTwice},
		{"edit", edit},
		{"reading again", readAgain},
		{"there and back", thereAndBack},
		{"page of the past", pageOfThePast},
		{"rejects", rejects},
		{"rows that do not fit", rowsThatDoNotFit},
		{"verbatim", verbatim},
		{"fifty documents", fiftyDocuments},
		{"same document", sameDocument},
		{"no archive", noArchive},
		{"withdrawn", withdrawn},
		{"withdrawn in a batch", withdrawnInBatch},
		{"stories", stories},
		{"what an edit changed", articleChanges},
		{"mentions", mentions},
		{"visits", visits},
		{"many visits", manyVisits},
		{"frontier", frontier},
		{"hosts", hosts},
		{"leases", leases},
		{"runs", runs},
		{"search", search},
		{"latest vintage", latestVintage},
		{"questions", questions},
		{"views", views},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Day0 is when the suite's documents were published.
var Day0 = time.Date(2024, 3, 7, 0, 5, 0, 0, nhip.Zone)

const source = nhip.SourceID("bao-cong-nghiep")

// Item is a fetched and read document with one observation a value, fetched hours
// after Day0 and read by the given reader.
func Item(url string, hours int, reader, text string, values ...int64) nhip.Item {
	at := Day0.Add(time.Duration(hours) * time.Hour)
	body := []byte("<html><body>" + text + fmt.Sprint(values) + "</body></html>")
	published := Day0
	page := &nhip.Page{Source: source, URL: url, Kind: nhip.KindArticle, FetchedAt: at, Status: 200,
		Header: map[string][]string{"Content-Type": {"text/html; charset=utf-8"}, "Etag": {`"v1"`}}, ContentType: "text/html; charset=utf-8",
		Body: body, SHA256: sha256.Sum256(body)}
	record := &nhip.Record{Source: source, URL: url, Kind: nhip.KindArticle, Reader: reader,
		Article: nhip.Article{Title: "Tiêu đề " + text, Sapo: "Sapo.", Body: []string{text, "Đoạn hai."}, Authors: []string{"Lê Văn A"},
			PublishedAt: &published, Section: []string{"Kinh tế", "Công nghiệp"}, Language: "vi", Evidence: map[string]string{"title": "meta", "body": "css:div"}}}
	for i, v := range values {
		record.Observations = append(record.Observations, Observation(i, v))
	}
	visit := nhip.Visit{Source: source, URL: url, Kind: nhip.KindArticle, At: at, Outcome: nhip.OutcomeOK, Status: 200,
		ETag: `"v1"`, BodySHA256: page.SHA256, NextDue: at.Add(24 * time.Hour)}
	return nhip.Item{Visit: visit, Page: page, Record: record}
}

// Observation is the production index of the i-th month of 2023 with a value in
// tenths.
func Observation(i int, tenths int64) nhip.Observation {
	value := nhip.NewDecimal(tenths, -1)
	month := time.Date(2023, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC)
	return nhip.Observation{Label: "chỉ số sản xuất công nghiệp", Indicator: "iip", Value: &value, Bound: nhip.BoundExactly,
		Unit: "%", Measure: nhip.MeasureIndex, Compare: nhip.CompareYoY, Kind: nhip.KindActual, Status: "A", Freq: "M",
		Period: month.Format("2006-01"), PeriodStart: nhip.DateOf(month), PeriodEnd: nhip.DateOf(month.AddDate(0, 1, -1)),
		Place: "Hà Nội", PlaceID: "ha-noi", GeoVintage: "VN63", Quote: "Câu có con số.", Span: nhip.Span{Paragraph: 0, Start: 3, End: 9},
		Dims: map[string]string{"ACTIVITY": "VSIC2018:C", "B": "2"}, Path: []string{"Toàn ngành", "Chế biến"}, Flags: []string{"x"},
		Decimals: 1, Printed: value.String(), Confidence: 0.9, Rule: "test"}
}

func load(t *testing.T, s *loader.Store, items ...nhip.Item) nhip.Loaded {
	t.Helper()
	got, err := s.Load(context.Background(), "run", items)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n got  %+v\n want %+v", what, got, want)
	}
}

func loaded(loaded, articles, revisions, observations int) nhip.Loaded {
	return nhip.Loaded{Loaded: loaded, Articles: articles, Revisions: revisions, Observations: observations, Rejected: map[string]int{}}
}

// ask returns the answer with its columns joined by a bar.
func ask(t *testing.T, s *loader.Store, sql string) []string {
	t.Helper()
	rows, err := s.Query(context.Background(), sql, nil)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		cells, err := rows.Strings()
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// Tables are the base tables of a load with the columns that may differ between two
// loads of the same items left out: which run and batch wrote a row.
var Tables = map[string]string{
	"pages":             "* EXCEPT (batch_id)",
	"visits":            "* EXCEPT (batch_id, run_id)",
	"documents":         "* EXCEPT (batch_id, run_id)",
	"document_versions": "* EXCEPT (batch_id, run_id)",
	"observations":      "* EXCEPT (batch_id)",
	"mentions":          "* EXCEPT (batch_id)",
	"rejects":           "* EXCEPT (batch_id, run_id)",
}

// Snapshot is the number of rows and a hash of everything in the base tables.
func Snapshot(t *testing.T, s *loader.Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, columns := range Tables {
		out[name] = ask(t, s, "SELECT count(), sum(sipHash64(toString(tuple("+columns+")))) FROM "+name+" FINAL")[0]
	}
	// Which rows of article_words are rewrites depends on what a crash left.
	out["v_article_words"] = ask(t, s, "SELECT count(), sum(sipHash64(toString(tuple(*)))) FROM v_article_words")[0]
	return out
}

func loadTwice(t *testing.T, s *loader.Store) {
	items := []nhip.Item{Item("https://a.vn/1", 1, "r/1", "một", 1001, 1002), Item("https://a.vn/2", 1, "r/1", "hai", 1003)}
	want(t, "first load", load(t, s, items...), loaded(2, 2, 0, 3))
	first := Snapshot(t, s)
	want(t, "second load", load(t, s, items...), loaded(2, 0, 0, 3))
	got, err := s.Load(context.Background(), "another run", []nhip.Item{items[1], items[0]}) // other batches, other order
	if err != nil {
		t.Fatal(err)
	}
	want(t, "load by another run", got, loaded(2, 0, 0, 3))
	want(t, "tables after loading again", Snapshot(t, s), first)
	want(t, "the same document twice in a batch", load(t, s, items[0], items[0]), loaded(2, 0, 0, 4))
	want(t, "tables after loading a document twice in a batch", Snapshot(t, s), first)

	// The page's shell changed, its content did not: nothing but the visit is new.
	shell := Item("https://a.vn/1", 5, "r/1", "một", 1001, 1002)
	shell.Page.Body = append(shell.Page.Body, "<!-- another shell -->"...)
	shell.Page.SHA256 = sha256.Sum256(shell.Page.Body)
	want(t, "another shell", load(t, s, shell), loaded(1, 0, 0, 2))
	second := Snapshot(t, s)
	delete(first, "visits")
	delete(second, "visits")
	want(t, "tables after another shell", second, first)
	want(t, "v_daily", ask(t, s, "SELECT day, source, articles, edited, observations FROM v_daily"), []string{"2024-03-07|bao-cong-nghiep|2|0|3"})
}

func edit(t *testing.T, s *loader.Store) {
	load(t, s, Item("https://a.vn/1", 1, "r/1", "trước", 1001, 1002))
	want(t, "an edit", load(t, s, Item("https://a.vn/1", 48, "r/1", "sau", 1009)), loaded(1, 1, 1, 1))
	want(t, "v_articles", ask(t, s, "SELECT title, content_version, reading, known_at FROM v_articles"),
		[]string{"Tiêu đề sau|2|1|2024-03-09T00:05:00+07:00"})
	want(t, "v_observations", ask(t, s, "SELECT period, value FROM v_observations ORDER BY period"), []string{"2023-01|100.9"})
	want(t, "v_observation_vintages", ask(t, s, "SELECT period, value, known_at, is_current FROM v_observation_vintages ORDER BY known_at, period"),
		[]string{"2023-01|100.1|2024-03-07T00:05:00+07:00|0", "2023-02|100.2|2024-03-07T00:05:00+07:00|0", "2023-01|100.9|2024-03-09T00:05:00+07:00|1"})
	asof := "SELECT period, value FROM observations_asof(asof = '%s') ORDER BY period"
	want(t, "before it was published", ask(t, s, fmt.Sprintf(asof, "2024-03-07 00:00:00")), []string{})
	want(t, "before the edit", ask(t, s, fmt.Sprintf(asof, "2024-03-08 00:00:00")), []string{"2023-01|100.1", "2023-02|100.2"})
	want(t, "after the edit, which took the second number back", ask(t, s, fmt.Sprintf(asof, "2024-03-10 00:00:00")), []string{"2023-01|100.9"})
	want(t, "pages kept", ask(t, s, "SELECT count() FROM pages FINAL"), []string{"2"})

	// An edit that says itself when it was made is known from then on.
	dated := Item("https://a.vn/1", 100, "r/1", "ba", 1010)
	modified := Day0.Add(60 * time.Hour)
	dated.Record.Article.ModifiedAt = &modified
	load(t, s, dated)
	want(t, "an edit that tells its time", ask(t, s, "SELECT known_at, content_version FROM v_articles"), []string{"2024-03-09T12:05:00+07:00|3"})
}

func readAgain(t *testing.T, s *loader.Store) {
	first := Item("https://a.vn/1", 1, "r/1", "bài", 1001, 1002)
	load(t, s, first)
	better := Item("https://a.vn/1", 1, "r/2", "bài", 1001)
	better.Page = first.Page // the same bytes
	better.Record.Article.Title = "Tiêu đề đọc tốt hơn"
	better.Visit = nhip.Visit{}
	want(t, "a better reading", load(t, s, better), loaded(1, 0, 0, 1))
	want(t, "v_articles", ask(t, s, "SELECT title, content_version, reading, reader FROM v_articles"), []string{"Tiêu đề đọc tốt hơn|1|2|r/2"})
	want(t, "numbers of the old reading are gone", ask(t, s, "SELECT period, value FROM v_observation_vintages"), []string{"2023-01|100.1"})
	snapshot := Snapshot(t, s)
	want(t, "the better reading again", load(t, s, better), loaded(1, 0, 0, 1))
	want(t, "tables", Snapshot(t, s), snapshot)
	want(t, "readings kept", ask(t, s, "SELECT content_version, reading FROM document_versions FINAL ORDER BY 1, 2"), []string{"1|1", "1|2"})
}

// thereAndBack: A, B, A is three content versions, and replaying the kept pages
// gives each its new reading and makes no fourth.
func thereAndBack(t *testing.T, s *loader.Store) {
	a, b, c := Item("https://a.vn/1", 1, "r/1", "A", 1001), Item("https://a.vn/1", 10, "r/1", "B", 1002), Item("https://a.vn/1", 20, "r/1", "A", 1001)
	want(t, "A, B and A in one batch", load(t, s, c, a, b), loaded(3, 3, 2, 3))
	want(t, "versions", ask(t, s, "SELECT content_version, title FROM document_versions FINAL ORDER BY 1"), []string{"1|Tiêu đề A", "2|Tiêu đề B", "3|Tiêu đề A"})
	snapshot := Snapshot(t, s)
	load(t, s, a)
	load(t, s, b)
	load(t, s, c)
	delete(snapshot, "visits")
	again := Snapshot(t, s)
	delete(again, "visits")
	want(t, "one by one", again, snapshot)
	var pages []nhip.Page
	replay := func(reader string) []string {
		var got []string
		pages = nil
		if err := s.Pages(context.Background(), source, time.Time{}, reader, func(p nhip.Page) error {
			got = append(got, string(p.Body)+p.FetchedAt.Format(" 15:04"))
			pages = append(pages, p)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return got
	}
	all := []string{string(a.Page.Body) + " 01:05", string(b.Page.Body) + " 10:05", string(c.Page.Body) + " 20:05"}
	want(t, "kept pages", replay(""), all)
	want(t, "pages of the same reader", replay("r/1"), []string(nil))
	want(t, "pages for another reader", replay("r/2"), all)
	page := pages[0]
	want(t, "a kept page", [...]any{page.Source, page.URL, page.Kind, page.Status, page.Header, page.ContentType, page.SHA256, page.FetchedAt.Equal(a.Page.FetchedAt)},
		[...]any{a.Page.Source, a.Page.URL, a.Page.Kind, a.Page.Status, a.Page.Header, a.Page.ContentType, a.Page.SHA256, true})
	for i, item := range []nhip.Item{a, b, c} {
		record := *item.Record
		record.Reader = "r/2"
		want(t, "replay", load(t, s, nhip.Item{Page: &pages[i], Record: &record}), loaded(1, 0, 0, 1))
	}
	want(t, "after the replay", replay("r/2"), []string(nil))
	want(t, "readings", ask(t, s, "SELECT content_version, reading, reader FROM document_versions FINAL ORDER BY 1, 2"),
		[]string{"1|1|r/1", "1|2|r/2", "2|1|r/1", "2|2|r/2", "3|1|r/1", "3|2|r/2"})
	want(t, "since", len(func() []string {
		var got []string
		err := s.Pages(context.Background(), "", Day0.Add(15*time.Hour), "", func(p nhip.Page) error { got = append(got, p.URL); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}()), 1)
}

func pageOfThePast(t *testing.T, s *loader.Store) {
	load(t, s, Item("https://a.vn/1", 10, "r/1", "mới", 1001))
	got := load(t, s, Item("https://a.vn/1", 2, "r/1", "cũ hơn", 1002))
	want(t, "an older page that is no content of the store", got, nhip.Loaded{Rejected: map[string]int{"out_of_order": 1}})
	want(t, "v_articles", ask(t, s, "SELECT title, content_version FROM v_articles"), []string{"Tiêu đề mới|1"})
	want(t, "its page is kept", ask(t, s, "SELECT count() FROM pages FINAL"), []string{"2"})
}

func rejects(t *testing.T, s *loader.Store) {
	bad := Item("https://a.vn/1", 1, "r/1", "danh mục")
	bad.Record.Reject = "not_article"
	bad.Record.Issues = []nhip.Issue{{Field: "body", Reason: "no text"}}
	want(t, "a rejected page", load(t, s, bad, Item("https://a.vn/2", 1, "r/1", "bài", 1001)),
		nhip.Loaded{Loaded: 1, Articles: 1, Observations: 1, Rejected: map[string]int{"not_article": 1}})
	snapshot := Snapshot(t, s)
	load(t, s, bad)
	want(t, "rejected again", Snapshot(t, s), snapshot)
	want(t, "rejects", ask(t, s, "SELECT stage, table_name, reason, error, url, reader FROM rejects FINAL"),
		[]string{"read||not_article|body: no text|https://a.vn/1|r/1"})
	want(t, "its page is kept", ask(t, s, "SELECT count() FROM pages FINAL"), []string{"2"})
	want(t, "its visit is kept", ask(t, s, "SELECT count() FROM visits FINAL"), []string{"2"})
	var urls []string
	if err := s.Pages(context.Background(), source, time.Time{}, "r/2", func(p nhip.Page) error { urls = append(urls, p.URL); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(urls)
	want(t, "another reader may do better", urls, []string{"https://a.vn/1", "https://a.vn/2"})
	for _, same := range []string{"r/1", "1"} { // by its name, and by its version alone
		if err := s.Pages(context.Background(), source, time.Time{}, same, func(p nhip.Page) error {
			t.Errorf("reader %s: %s is offered to the reader that has read it", same, p.URL)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	stop := fmt.Errorf("stop")
	if err := s.Pages(context.Background(), source, time.Time{}, "", func(nhip.Page) error { return stop }); err != stop {
		t.Errorf("error of the caller: %v", err)
	}
	want(t, "a record without its page", load(t, s, nhip.Item{Visit: bad.Visit, Record: bad.Record}), nhip.Loaded{Rejected: map[string]int{"no_page": 1}})
	good := bad
	record := *bad.Record
	record.Reader, record.Reject = "r/2", ""
	good.Record = &record
	want(t, "and accept it", load(t, s, good), loaded(1, 1, 0, 0))
}
