package loadertest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// rowsThatDoNotFit: what a column would clamp, round or wrap is set aside with its
// reason; the rest of the document is loaded.
func rowsThatDoNotFit(t *testing.T, s *loader.Store) {
	item := Item("https://a.vn/1", 1, "r/1", "bài", 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008)
	o := item.Record.Observations
	huge, fine := nhip.NewDecimal(1, 28), nhip.NewDecimal(1, -11)
	o[1].Value = &huge
	o[2].Low = &fine
	o[3].PeriodEnd = nhip.Date{Year: 2300, Month: 1, Day: 1}
	o[4].Confidence = float32(math.NaN())
	o[5].Quote = "không phải UTF-8 \xff"
	o[6].UnitMult = 200
	most, least := nhip.NewDecimal(math.MaxInt64, -10), nhip.NewDecimal(math.MinInt64+1, 9)
	o[7].Value, o[7].Low = &most, &least
	o[7].PeriodStart, o[7].PeriodEnd = nhip.Date{Year: 1900, Month: 1, Day: 1}, nhip.Date{Year: 2299, Month: 12, Day: 31}
	early := time.Date(1960, 1, 1, 0, 0, 0, 0, nhip.Zone)
	item.Record.Article.PublishedAt = &early
	item.Record.Article.Title = "hỏng \xff"
	want(t, "load", load(t, s, item), loaded(1, 1, 0, 2))
	want(t, "observations", ask(t, s, "SELECT value, low, period_start, period_end FROM v_observation_vintages ORDER BY ordinal"),
		[]string{"100.1||2023-01-01|2023-01-31", "922337203.6854775807|-9223372036854775807000000000|1900-01-01|2299-12-31"})
	want(t, "rejects", ask(t, s, "SELECT substring(row_key, 18), table_name, reason FROM rejects FINAL ORDER BY row_key"), []string{
		"1/1/1|observations|bad_number", "1/1/2|observations|bad_number", "1/1/3|observations|bad_period",
		"1/1/4|observations|bad_number", "1/1/5|observations|bad_text", "1/1/6|observations|bad_number"})
	want(t, "the document", ask(t, s, "SELECT title, published_at, known_at, replace(issues, '\n', ' ; ') FROM v_articles"), []string{
		"hỏng \uFFFD||2024-03-07T01:05:00+07:00|published_at: 1960-01-01T00:00:00+08:00 is outside 1970–2106 and was left out ; title: not UTF-8, replaced by U+FFFD"})

	late := Item("https://a.vn/2", 1, "r/1", "bài", 1001)
	late.Page.FetchedAt = time.Time{}
	late.Visit.At = time.Time{}
	want(t, "a page without time", load(t, s, late), nhip.Loaded{Rejected: map[string]int{"bad_time": 1}})
	future := Item("https://a.vn/3", 1, "r/1", "bài")
	soon := Day0.AddDate(1, 0, 0)
	future.Record.Article.PublishedAt = &soon
	load(t, s, future)
	want(t, "published in the future is known when it was fetched", ask(t, s, "SELECT published_at, known_at FROM v_articles WHERE url = 'https://a.vn/3'"),
		[]string{"2025-03-07T00:05:00+07:00|2024-03-07T01:05:00+07:00"})
}

// verbatim: text is stored as it is, whatever it looks like.
func verbatim(t *testing.T, s *loader.Store) {
	nasty := []string{
		`'); DROP TABLE documents; --`, "{x:String}", `\N`, `\`, "a\tb", "a\n\nDROP TABLE pages\n\nb", "\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 1. DB::Exception: x\n",
		"👩‍🏭 Đ ð Ɖ", "\u202eRTL\u202c", "\x00NUL\x00", "\ufeffBOM", "NFD tiê\u0301ng", `"quoted" 'single' ` + "`back`", "", strings.Repeat("dài ", 50_000),
	}
	item := Item("https://a.vn/1?x='&y=%00", 1, "r/1", "bài", 1001)
	a := &item.Record.Article
	a.Body, a.Title, a.Sapo, a.Tags, a.Authors = nasty, nasty[0], nasty[6], nasty, nasty
	a.Evidence = map[string]string{"'k": `\N`}
	o := &item.Record.Observations[0]
	o.Quote, o.Label, o.Path, o.Dims = nasty[5], nasty[2], nasty, map[string]string{`k\N`: "v\n\n"}
	item.Page.Body = []byte("\x00\xff\xfe\n\n;'\\N\r\n__exception__\r\n" + strings.Repeat("\n\n", 1000))
	item.Page.Header = map[string][]string{"X-Odd": {"a\n\nb", "\xff", ""}}
	item.Page.SHA256 = [32]byte{} // computed by the store
	item.Visit.ETag = "\"\\N\n\n'"
	load(t, s, item)

	rows, err := s.Query(context.Background(), "SELECT body, paragraph_starts, title, sapo, tags, authors, url FROM documents FINAL", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("no document", rows.Err())
	}
	v, err := rows.Values()
	if err != nil {
		t.Fatal(err)
	}
	body, starts := v[0].(string), v[1].([]uint32)
	var paragraphs []string
	for i, from := range starts {
		to := len(body) + 1
		if i+1 < len(starts) {
			to = int(starts[i+1])
		}
		paragraphs = append(paragraphs, body[from:to-1])
	}
	want(t, "paragraphs", paragraphs, nasty)
	want(t, "the rest", v[2:], []any{a.Title, a.Sapo, nasty, nasty, item.Page.URL})
	want(t, "observation", ask(t, s, "SELECT quote, label, path[1], path[6], dims['k\\\\N'] FROM observations FINAL"),
		[]string{strings.Join([]string{o.Quote, o.Label, nasty[0], nasty[5], "v\n\n"}, "|")})
	var page nhip.Page
	if err := s.Pages(context.Background(), "", time.Time{}, "", func(p nhip.Page) error { page = p; return nil }); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page.Body, item.Page.Body) {
		t.Errorf("page body of %d bytes came back as %d other ones", len(item.Page.Body), len(page.Body))
	}
	want(t, "header", page.Header, item.Page.Header)
	visits, err := s.Visits(context.Background(), source, []string{item.Page.URL})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "etag", visits[item.Page.URL].ETag, item.Visit.ETag)
}

func fiftyDocuments(t *testing.T, s *loader.Store) {
	var items []nhip.Item
	for d := range 50 {
		values := make([]int64, 30)
		for i := range values {
			values[i] = int64(1000 + d*30 + i)
		}
		items = append(items, Item(fmt.Sprintf("https://a.vn/%d", d), 1, "r/1", fmt.Sprintf("bài %d", d), values...))
	}
	want(t, "load", load(t, s, items...), loaded(50, 50, 0, 1500))
	want(t, "rows", ask(t, s, "SELECT (SELECT count() FROM documents), (SELECT count() FROM observations), (SELECT sum(observations) FROM batches), (SELECT sum(value) FROM observations)"),
		[]string{"50|1500|1500|262425"})
	want(t, "v_observation_vintages", ask(t, s, "SELECT count(), uniqExact(series_id), sum(value_float) FROM v_observation_vintages"), []string{"1500|1|262425"})
	want(t, "v_observations has one number a series and month", ask(t, s, "SELECT count() FROM v_observations"), []string{"30"})
}

func mentions(t *testing.T, s *loader.Store) {
	item := Item("https://a.vn/1", 1, "r/1", "bài")
	r := item.Record
	r.Mentions = []nhip.Mention{
		{Kind: nhip.MentionPlace, ID: "ha-noi", Name: "Hà Nội", Span: nhip.Span{Paragraph: -1, Start: 0, End: 6}},
		{Kind: nhip.MentionPlace, ID: "ha-noi", Name: "Hà Nội", Span: nhip.Span{Paragraph: 0, Start: 4, End: 10}},
		{Kind: nhip.MentionPlace, ID: "ha-noi", Name: "Hà Nội", Span: nhip.Span{Paragraph: 0, Start: 4, End: 10}}, // twice
		{Kind: nhip.MentionPerson, Name: "Lê Văn A", Span: nhip.Span{Paragraph: 0, Start: 20, End: 28}},
		{Kind: nhip.MentionTerm, ID: "cnht", Name: "công nghiệp hỗ trợ", Span: nhip.Span{Paragraph: 0, Start: -1}}, // no such span
	}
	r.People = []nhip.Person{{Name: "Lê Văn A", Position: "Giám đốc", Organisation: "Sở Công Thương Hà Nội"}, {Name: "Trần B"}}
	r.Organisations = []string{"Sở Công Thương Hà Nội"}
	r.Places = []nhip.Place{{ID: "ha-noi", Name: "Hà Nội"}, {ID: "da-nang", Name: "Đà Nẵng"}}
	r.Industries = []nhip.Industry{{Code: "C13", Name: "Dệt"}}
	load(t, s, item)
	got := ask(t, s, "SELECT kind, id, name, role, organisation, paragraph, span_start, span_end FROM v_mentions ORDER BY kind, id, paragraph")
	want(t, "v_mentions", got, []string{
		"industry|C13|Dệt|||-3|0|0", "organisation|Sở Công Thương Hà Nội|Sở Công Thương Hà Nội|||-3|0|0",
		"person|Lê Văn A|Lê Văn A|Giám đốc|Sở Công Thương Hà Nội|0|20|28", "person|Trần B|Trần B|||-3|0|0",
		"place|da-nang|Đà Nẵng|||-3|0|0", "place|ha-noi|Hà Nội|||-1|0|6", "place|ha-noi|Hà Nội|||0|4|10"})
	want(t, "rejects", ask(t, s, "SELECT table_name, reason FROM rejects FINAL"), []string{"mentions|bad_span"})
	want(t, "count", ask(t, s, "SELECT mention_count FROM v_articles"), []string{"7"})

	better := Item("https://a.vn/1", 1, "r/2", "bài")
	better.Record.Places = r.Places[:1]
	load(t, s, better)
	want(t, "after a better reading", ask(t, s, "SELECT kind, id, paragraph FROM v_mentions"), []string{"place|ha-noi|-3"})
}
