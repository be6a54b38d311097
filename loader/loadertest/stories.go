package loadertest

import (
	"fmt"
	"testing"
	"time"

	"nhip"
	"nhip/loader"
)

// marks is a fingerprint of which all but the last other ones are those of seed.
func marks(seed uint32, other int) []uint32 {
	out := make([]uint32, nhip.FingerprintMarks)
	for i := range out {
		out[i] = seed*1000 + uint32(i) + 1
		if i >= nhip.FingerprintMarks-other {
			out[i] += 7_000_000 + uint32(other)
		}
	}
	return out
}

// stories: copies of a text, each within two weeks of another, are one story, credited to the earliest.
func stories(t *testing.T, s *loader.Store) {
	item := func(name string, days int, marks []uint32) nhip.Item {
		it := Item("https://a.vn/"+name, 1, "r/1", name)
		at := Day0.AddDate(0, 0, days).Add(-24 * time.Hour * 40)
		it.Record.Article.PublishedAt, it.Record.Fingerprint = &at, marks
		return it
	}
	load(t, s, item("goc", 0, marks(1, 0)), item("chep", 1, marks(1, 12)), item("sua-nhieu", 1, marks(1, 13)), item("muon", 15, marks(1, 0)),
		item("khac", 1, marks(2, 0)), item("ngan", 1, nil), item("ngan-nua", 1, nil), item("sau", 30, marks(1, 0)))
	find := func() {
		t.Helper()
		for range 2 { // the second time there is nothing to do
			if err := s.FindCopies(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	find()
	want(t, "copies", ask(t, s, `SELECT d.url, o.url, common FROM v_story_copies AS c
		JOIN v_articles AS d ON d.doc_id = c.doc_id JOIN v_articles AS o ON o.doc_id = c.story_id ORDER BY 1`),
		[]string{"https://a.vn/chep|https://a.vn/goc|20", "https://a.vn/muon|https://a.vn/goc|32"})
	want(t, "stories", ask(t, s, "SELECT url, origin_url, is_origin, documents FROM v_stories WHERE url IN ('https://a.vn/goc', 'https://a.vn/chep', 'https://a.vn/ngan') ORDER BY 1"),
		[]string{"https://a.vn/chep|https://a.vn/goc|0|3", "https://a.vn/goc|https://a.vn/goc|1|3", "https://a.vn/ngan|https://a.vn/ngan|1|1"})

	gone := nhip.Item{Visit: nhip.Visit{Source: source, URL: "https://a.vn/goc", Kind: nhip.KindArticle, At: Day0.Add(72 * time.Hour), Outcome: nhip.OutcomeGone, Status: 410}}
	load(t, s, gone)
	chep := "SELECT url, origin_url, is_origin FROM v_stories WHERE url IN ('https://a.vn/chep', 'https://a.vn/muon', 'https://a.vn/sau') ORDER BY 1"
	want(t, "the origin was withdrawn a moment ago", ask(t, s, chep),
		[]string{"https://a.vn/chep|https://a.vn/chep|1", "https://a.vn/muon|https://a.vn/muon|1", "https://a.vn/sau|https://a.vn/sau|1"})
	find()
	want(t, "the origin was withdrawn", ask(t, s, chep),
		[]string{"https://a.vn/chep|https://a.vn/chep|1", "https://a.vn/muon|https://a.vn/chep|0", "https://a.vn/sau|https://a.vn/sau|1"})

	load(t, s, item("giua", 20, marks(1, 0))) // between two that were too far apart
	find()
	want(t, "a copy that comes later ties two stories", ask(t, s, chep),
		[]string{"https://a.vn/chep|https://a.vn/chep|1", "https://a.vn/muon|https://a.vn/chep|0", "https://a.vn/sau|https://a.vn/chep|0"})
	edited := item("giua", 20, marks(5, 0))
	edited.Page.FetchedAt, edited.Visit.At = Day0.Add(90*time.Hour), Day0.Add(90*time.Hour)
	edited.Record.Article.Body = []string{"Viết lại."}
	load(t, s, edited)
	find()
	want(t, "and is written anew", ask(t, s, "SELECT count() FROM v_stories WHERE url = 'https://a.vn/giua' AND is_origin"), []string{"1"})
}

// articleChanges: every content version says what differs from the one before.
func articleChanges(t *testing.T, s *loader.Store) {
	const url = "https://a.vn/1"
	for i, edit := range []struct {
		title string
		body  []string
	}{
		{"một", []string{"Đoạn đầu.", "Đoạn\nhai dòng."}},
		{"một", []string{"Đoạn đầu.", "Đoạn chèn.", "Đoạn\nhai dòng."}},
		{"hai", []string{"Đoạn đầu.", "Đoạn chèn."}},
	} {
		it := Item(url, 1+i, "r/1", fmt.Sprint(i))
		it.Record.Article.Title, it.Record.Article.Body = edit.title, edit.body
		load(t, s, it)
	}
	load(t, s, Item("https://a.vn/2", 1, "r/1", "không sửa"))
	again := Item(url, 1, "r/2", "0") // the first content, read again by another reader
	again.Record.Article.Title, again.Record.Article.Body = "một", []string{"Đoạn đầu.", "Đoạn\nhai dòng."}
	load(t, s, again, nhip.Item{Visit: nhip.Visit{Source: source, URL: url, Kind: nhip.KindArticle, At: Day0.Add(72 * time.Hour), Outcome: nhip.OutcomeGone, Status: 410}})
	want(t, "changes", ask(t, s, `SELECT content_version, changed, title_before, title, added, removed, added_count, removed_count, other_reader
		FROM v_article_changes WHERE url = '`+url+`' ORDER BY content_version`), []string{
		"2|text|một|một|Đoạn chèn.||1|0|1",
		"3|title, text|một|hai||Đoạn\nhai dòng.|0|1|0",
		"4|withdrawn|hai|||Đoạn đầu.\nĐoạn chèn.|0|2|0",
	})
	want(t, "nothing else", ask(t, s, "SELECT count() FROM v_article_changes"), []string{"3"})
}
