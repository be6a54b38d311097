package loadertest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

func visits(t *testing.T, s *loader.Store) {
	at := Day0
	full := nhip.Visit{Source: source, URL: "https://a.vn/1", Kind: nhip.KindArticle, At: at, Outcome: nhip.OutcomeRetryLater, Reason: "timeout",
		Status: 503, ETag: `W/"x"`, LastModified: "Thu, 07 Mar 2024 00:05:00 GMT", BodySHA256: [32]byte{1, 2, 3}, NextDue: at.Add(time.Hour), Failures: 3}
	plain := nhip.Visit{Source: source, URL: "https://a.vn/2", Kind: nhip.KindListing, At: at, Outcome: nhip.OutcomeOK, Status: 200, NextDue: at}
	due := nhip.Visit{Source: source, URL: "https://a.vn/3", Kind: nhip.KindTable, At: at, Outcome: nhip.OutcomeOK, NextDue: at.Add(time.Minute)}
	never := nhip.Visit{Source: source, URL: "https://a.vn/4", Kind: nhip.KindArticle, At: at, Outcome: nhip.OutcomeGone}
	other := nhip.Visit{Source: "khac", URL: "https://a.vn/5", Kind: nhip.KindArticle, At: at, Outcome: nhip.OutcomeOK, NextDue: at}
	var items []nhip.Item
	for _, v := range []nhip.Visit{full, plain, due, never, other} {
		items = append(items, nhip.Item{Visit: v})
	}
	want(t, "visits only", load(t, s, items...), loaded(0, 0, 0, 0))
	get := func() map[string]nhip.Visit {
		got, err := s.Visits(context.Background(), source, []string{full.URL, plain.URL, never.URL, other.URL, "https://a.vn/unknown"})
		if err != nil {
			t.Fatal(err)
		}
		for u, v := range got { // the same instants, in whatever zone
			v.At = v.At.In(nhip.Zone)
			if !v.NextDue.IsZero() {
				v.NextDue = v.NextDue.In(nhip.Zone)
			}
			got[u] = v
		}
		return got
	}
	want(t, "visits", get(), map[string]nhip.Visit{full.URL: full, plain.URL: plain, never.URL: never})

	dueURLs := func(now time.Time, limit int) (urls []string) {
		list, err := s.Due(context.Background(), source, now, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			urls = append(urls, v.URL)
		}
		return urls
	}
	want(t, "due a second before", dueURLs(at.Add(59*time.Second), 10), []string(nil))
	want(t, "due documents, the longest first", dueURLs(at.Add(2*time.Hour), 10), []string{due.URL, full.URL})
	want(t, "due, limited", dueURLs(at.Add(2*time.Hour), 1), []string{due.URL})

	newer, older := full, full
	newer.At, newer.Outcome, newer.Failures, newer.NextDue = at.Add(time.Hour), nhip.OutcomeOK, 0, time.Time{}
	older.At, older.Outcome = at.Add(-time.Hour), nhip.OutcomeGone
	load(t, s, nhip.Item{Visit: newer}, nhip.Item{Visit: full})
	load(t, s, nhip.Item{Visit: older})
	want(t, "the newest visit counts", get()[full.URL], newer)
	want(t, "no longer due", dueURLs(at.Add(2*time.Hour), 10), []string{due.URL})
}

func manyVisits(t *testing.T, s *loader.Store) {
	const n = 10_000
	urls := make([]string, n)
	items := make([]nhip.Item, n)
	for i := range n {
		urls[i] = fmt.Sprintf("https://a.vn/%d", i)
		items[i].Visit = nhip.Visit{Source: source, URL: urls[i], Kind: nhip.KindArticle, At: Day0, Outcome: nhip.OutcomeOK, Failures: i}
	}
	load(t, s, items...)
	got, err := s.Visits(context.Background(), source, append(urls, "https://a.vn/none"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != n {
		t.Fatalf("%d visits of %d", len(got), n)
	}
	for i, u := range urls {
		if got[u].Failures != i {
			t.Fatalf("%s: %+v", u, got[u])
		}
	}
	if got, err := s.Visits(context.Background(), source, nil); err != nil || len(got) != 0 {
		t.Errorf("no addresses: %v, %v", got, err)
	}
}

func runs(t *testing.T, s *loader.Store) {
	a := nhip.NewAccount(source)
	a.Discovered, a.Fetched, a.Unchanged, a.Loaded, a.Articles, a.Observations, a.Revisions, a.Bytes = 10, 3, 2, 2, 1, 7, 1, 12345
	a.Skipped["known"], a.Failed["timeout"], a.Failed["dns"], a.Rejected["not_article"], a.Index["ok"] = 3, 1, 1, 1, 2
	run := nhip.Run{ID: "20240307T000500-ABC", StartedAt: Day0, Took: 1.5, Sources: []nhip.Account{a, nhip.NewAccount("khac")}}
	run.Sources[1].Error = "không tới được"
	for range 2 {
		if err := s.SaveRun(context.Background(), run); err != nil {
			t.Fatal(err)
		}
	}
	got := ask(t, s, "SELECT * EXCEPT started_at FROM v_runs ORDER BY source")
	want(t, "v_runs", got, []string{
		"20240307T000500-ABC|bao-cong-nghiep|1.5|10|3|2|3|2|2|1|1|7|1|known: 3|dns: 1, timeout: 1|not_article: 1|ok: 2|12345|||",
		"20240307T000500-ABC|khac|1.5|0|0|0|0|0|0|0|0|0|0|||||0|không tới được||"})
	run.Took, run.Sources[0].Loaded = 2, 3
	if err := s.SaveRun(context.Background(), run); err != nil {
		t.Fatal(err)
	}
	want(t, "saved later in the run", ask(t, s, "SELECT loaded, took_s FROM v_runs WHERE source = 'bao-cong-nghiep'"), []string{"3|2"})
	if err := s.SaveRun(context.Background(), nhip.Run{ID: "empty", StartedAt: Day0, Totals: nhip.NewAccount("")}); err != nil {
		t.Fatal(err)
	}
	want(t, "a run without sources", ask(t, s, "SELECT source FROM v_runs WHERE run_id = 'empty'"), []string{""})
}

// foldedPhrase is how a question folds its phrase: as the column folded of
// loader/schema/0011_words.sql.
const foldedPhrase = "trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8({phrase:String})), 'đ', 'd'), " +
	`'[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' '))`

// search: a phrase is found without its diacritics, as a whole and in the current
// content only.
func search(t *testing.T, s *loader.Store) {
	load(t, s, Item("https://a.vn/1", 1, "r/1", "Phát triển CÔNG NGHIỆP hỗ\ntrợ, đường sắt “ở” Đà Nẵng."),
		Item("https://a.vn/2", 1, "r/1", "Hỗ trợ doanh nghiệp công nghiệp."),
		Item("https://a.vn/3", 1, "r/1", "Công nghiệp hỗ trợ sẽ bị xóa."),
		Item("https://a.vn/4", 1, "r/1", "Công nghiệp hỗ trợ sẽ bị gỡ."))
	load(t, s, Item("https://a.vn/3", 9, "r/1", "Đã sửa: doanh nghiệp."))
	load(t, s, Item("https://a.vn/2", 1, "r/2", "Hỗ trợ doanh nghiệp công nghiệp.")) // read again
	load(t, s, goneItem("https://a.vn/4", 9))
	find := func(sql, phrase string) (urls []string) {
		rows, err := s.Query(context.Background(), "WITH "+foldedPhrase+" AS words\n"+sql, map[string]string{"phrase": phrase})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			cells, err := rows.Strings()
			if err != nil {
				t.Fatal(err)
			}
			urls = append(urls, cells[0])
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return urls
	}
	one, all := []string{"https://a.vn/1"}, []string{"https://a.vn/1", "https://a.vn/2"}
	for phrase, urls := range map[string][]string{
		"công nghiệp hỗ trợ": one, "cong nghiep ho tro": one, "CÔNG NGHIỆP HỖ TRỢ": one, "Duong sat": one, "đà nẵng": one,
		"công nghiệp": all, "nghiep ho": one, "nghi": nil, "ong nghiep": nil, "xóa": nil, "gỡ": nil, "doanh nghiệp": {"https://a.vn/2", "https://a.vn/3"},
		"sắt (": one, "sắt ở": nil, "sat": one, "trợ đường": nil, "trợ, đường": one, "tiêu đề": {"https://a.vn/1", "https://a.vn/2", "https://a.vn/3"},
		"không có": nil, "": nil,
	} {
		want(t, "phrase "+phrase, find("SELECT url FROM v_articles WHERE hasPhrase(folded, words) ORDER BY url", phrase), urls)
		want(t, "phrase in v_article_words "+phrase, find("SELECT url FROM v_articles WHERE doc_id IN (SELECT doc_id FROM v_article_words WHERE hasPhrase(folded, words)) ORDER BY url", phrase), urls)
	}
	want(t, "one row for each article", ask(t, s, "SELECT count() = uniqExact(doc_id), count() = (SELECT count() FROM v_articles) FROM v_article_words"), []string{"1|1"})
	want(t, "titles", ask(t, s, "SELECT substring(folded, 1, title_bytes) FROM v_article_words WHERE doc_id = (SELECT doc_id FROM v_articles WHERE url = 'https://a.vn/2')"),
		[]string{"tieu de ho tro doanh nghiep cong nghiep ·"})
	want(t, "a reading that says the same adds nothing", ask(t, s, "SELECT count() FROM article_words WHERE doc_id = (SELECT doc_id FROM v_articles WHERE url = 'https://a.vn/2')"), []string{"1"})
}

// latestVintage: estimate, then actual, then a correction by another document; a
// target of the same period and numbers of no period stay beside them.
func latestVintage(t *testing.T, s *loader.Store) {
	at := func(url string, day int, kind nhip.Kind, tenths int64) nhip.Item {
		item := Item(url, 24*30, "r/1", url, tenths)
		published := Day0.AddDate(0, 0, day)
		item.Record.Article.PublishedAt = &published
		item.Record.Observations[0].Kind = kind
		return item
	}
	loose := at("https://a.vn/5", 1, nhip.KindActual, 5)
	o := &loose.Record.Observations[0]
	o.Indicator, o.Label = "", ""
	o2, o3 := *o, *o
	o3.Period, o3.PeriodStart, o3.PeriodEnd, o3.Label = "", nhip.Date{}, nhip.Date{}, "nhãn"
	o4 := o3
	loose.Record.Observations = append(loose.Record.Observations, o2, o3, o4)
	load(t, s, at("https://a.vn/2", 10, nhip.KindActual, 1010), at("https://a.vn/1", 1, nhip.KindEstimate, 1000),
		at("https://a.vn/4", 3, nhip.KindTarget, 1100), at("https://a.vn/3", 20, nhip.KindActual, 1020), loose)
	want(t, "v_observations", ask(t, s, "SELECT kind, value FROM v_observations WHERE indicator = 'iip' ORDER BY kind"), []string{"actual|102", "target|110"})
	want(t, "numbers of no series or period stand alone", ask(t, s, "SELECT count() FROM v_observations WHERE indicator = ''"), []string{"4"})
	want(t, "all vintages", ask(t, s, "SELECT kind, value FROM v_observation_vintages WHERE indicator = 'iip' ORDER BY known_at"),
		[]string{"estimate|100", "target|110", "actual|101", "actual|102"})
	want(t, "as of", ask(t, s, "SELECT kind, value FROM observations_asof(asof = '2024-03-09 00:00:00') WHERE indicator = 'iip'"), []string{"estimate|100"})
}

func questions(t *testing.T, s *loader.Store) {
	ctx := context.Background()
	load(t, s, Item("https://a.vn/1", 1, "r/1", "bài", 1001))
	rows, err := s.Query(ctx, `SELECT {a:String} AS a, {n:Int32} AS n, toDecimal64(1.50, 2) AS d, NULL AS nothing, true AS b, toDate('2024-02-29') AS day,
  toDateTime('2024-03-07 00:05:00', 'Asia/Ho_Chi_Minh') AS at, toFloat32(0.1) AS f, [1, 2] AS list`, map[string]string{"a": "it's \\N\t\n{x}", "n": "-7"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	want(t, "columns", rows.Columns(), []string{"a", "n", "d", "nothing", "b", "day", "at", "f", "list"})
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	cells, err := rows.Strings()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "cells", cells, []string{"it's \\N\t\n{x}", "-7", "1.5", "", "true", "2024-02-29", "2024-03-07T00:05:00+07:00", "0.1", "[1 2]"})
	var out bytes.Buffer
	if err := s.QueryFormat(ctx, &out, "SELECT title, {x:UInt8} AS x FROM v_articles", "JSONEachRow", map[string]string{"x": "5"}); err != nil {
		t.Fatal(err)
	}
	want(t, "JSONEachRow", out.String(), `{"title":"Tiêu đề bài","x":5}`+"\n")
	for _, sql := range []string{"DROP TABLE pages", "INSERT INTO terms (id) VALUES ('x')", "TRUNCATE TABLE pages", "CREATE TABLE x (a UInt8) ENGINE = Memory",
		"ALTER TABLE pages DELETE WHERE 1", "SELECT no_such_column FROM v_articles", "SELEC 1"} {
		if rows, err := s.Query(ctx, sql, nil); err == nil {
			rows.Close()
			t.Errorf("%s: no error", sql)
		}
		if err := s.QueryFormat(ctx, &out, sql, "CSV", nil); err == nil {
			t.Errorf("%s with a format: no error", sql)
		}
	}
	want(t, "nothing was written", ask(t, s, "SELECT count() FROM terms"), []string{"0"})
	rows2, err := s.Query(ctx, "SELECT number, throwIf(number = 2500000) FROM numbers(3000000)", nil)
	if err == nil { // the error may come with any block
		for rows2.Next() {
		}
		err = rows2.Err()
		rows2.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "395") {
		t.Errorf("an error within an answer: %v", err)
	}
	if err := s.QueryFormat(ctx, &out, "SELECT number, throwIf(number = 2500000) FROM numbers(3000000)", "TSV", nil); err == nil || !strings.Contains(err.Error(), "395") {
		t.Errorf("an error within a formatted answer: %v", err)
	}
}

var viewNames = []string{"v_article_changes", "v_article_words", "v_articles", "v_daily", "v_disagreements", "v_findings", "v_mentions", "v_observation_first", "v_observation_vintages", "v_observations",
	"v_revisions", "v_runs", "v_sources", "v_stories", "v_story_copies", "v_story_members"}

// views: each is there, it and each of its columns has a comment in two languages,
// and its columns have plain types that are what they are declared to be.
func views(t *testing.T, s *loader.Store) {
	db := s.Database()
	got := ask(t, s, "SELECT name FROM system.tables WHERE database = '"+db+"' AND name LIKE 'v\\_%' ORDER BY name")
	want(t, "views", got, viewNames)
	for _, c := range ask(t, s, "SELECT name, comment FROM system.tables WHERE database = '"+db+"' AND engine = 'View'") {
		checkComment(t, c)
	}
	for _, c := range ask(t, s, "SELECT table || '.' || name, comment FROM system.columns WHERE database = '"+db+"' AND table IN (SELECT name FROM system.tables WHERE database = '"+db+"' AND engine = 'View')") {
		checkComment(t, c)
	}
	for _, name := range append(slices.Clone(viewNames), "content_readings", "official_vintages", "place_list", "industry_list") {
		columns := ask(t, s, "SELECT name, type FROM system.columns WHERE database = '"+db+"' AND table = '"+name+"' ORDER BY position")
		inner := ask(t, s, "SELECT as_select FROM system.tables WHERE database = '"+db+"' AND name = '"+name+"'")[0]
		// A view whose declared types differ from its SELECT breaks conditions such as
		// column = '' (see schema/0003_views.sql).
		var selected []string
		for _, c := range ask(t, s, "DESCRIBE ("+inner+")") {
			fields := strings.Split(c, "|")
			selected = append(selected, fields[0]+"|"+fields[1])
		}
		want(t, name+": declared and selected columns", columns, selected)
		conditions := []string{"count()"}
		for _, c := range columns {
			column, kind, _ := strings.Cut(c, "|")
			for _, odd := range []string{"Array", "Map", "Tuple", "JSON", "Variant", "Dynamic"} {
				if strings.Contains(kind, odd) {
					t.Errorf("%s.%s is %s, which drivers differ on", name, column, kind)
				}
			}
			if strings.Contains(kind, "String") {
				conditions = append(conditions, "countIf("+column+" = '')", "countIf("+column+" != '')")
			}
			if strings.HasPrefix(kind, "Nullable") {
				conditions = append(conditions, "countIf("+column+" IS NULL)")
			}
		}
		ask(t, s, "SELECT "+strings.Join(conditions, ", ")+" FROM "+name)
	}
}

func checkComment(t *testing.T, nameAndComment string) {
	name, comment, _ := strings.Cut(nameAndComment, "|")
	english, vietnamese, ok := strings.Cut(comment, " / ")
	if !ok || len(english) < 4 || len(vietnamese) < 3 {
		t.Errorf("%s: comment %q is not of the form English / tiếng Việt", name, comment)
	}
}
