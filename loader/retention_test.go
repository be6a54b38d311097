package loader

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
)

// keepCatalog is a catalog of one source with a rule.
func keepCatalog(keep string) *catalog.Catalog {
	return &catalog.Catalog{Sources: []*catalog.Source{{ID: "bao", Name: "Báo", Kind: "news", Keep: keep}}}
}

// keptItems are three documents with text in every field, and a page that is none.
func keptItems() []nhip.Item {
	items := testItems(4)
	for i := range items {
		a := &items[i].Record.Article
		a.Sapo, a.Captions, a.Authors = "Đoạn dẫn.", []string{"Ảnh: nhà máy."}, []string{"Lê Văn A"}
		for k := range items[i].Record.Observations {
			items[i].Record.Observations[k].Quote = "Câu chứa số."
		}
	}
	items[3].Record.Reject = "not_article"
	return items
}

// retained says what of the source is in the store: pages, then per document its
// title, authors, lead, text, captions and how many numbers and mentions it has.
func retained(t *testing.T, s *Store) string {
	t.Helper()
	var out string
	err := s.conn.QueryRow(t.Context(), `SELECT concat(toString((SELECT count() FROM pages FINAL)), ' pages; ',
  arrayStringConcat((SELECT groupUniqArray(concat(leftUTF8(title, 3), '|', arrayStringConcat(authors), '|', sapo, '|', replaceAll(body, '\n', '¶'), '|', arrayStringConcat(captions), '|', toString(length(paragraph_starts)))) FROM document_versions FINAL), ' & '), '; ',
  toString((SELECT count() FROM v_observation_vintages WHERE quote = 'Câu chứa số.')), ' numbers, ', toString((SELECT count() FROM v_mentions)), ' mentions, ',
  toString((SELECT count() FROM v_articles WHERE hasAllTokens(folded, 'doan hai'))), ' found by text, ',
  toString((SELECT count() FROM v_articles WHERE hasAllTokens(folded, 'bai'))), ' by title')`).Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	keptAll      = "4 pages; Bài|Lê Văn A|Đoạn dẫn.|Đoạn một.¶Đoạn hai.|Ảnh: nhà máy.|2; 9 numbers, 3 mentions, 3 found by text, 3 by title"
	keptExtract  = "0 pages; Bài|Lê Văn A|Đoạn dẫn.|Đoạn một.¶Đoạn hai.|Ảnh: nhà máy.|2; 9 numbers, 3 mentions, 3 found by text, 3 by title"
	keptMetadata = "0 pages; Bài|Lê Văn A||||0; 9 numbers, 3 mentions, 0 found by text, 3 by title"
)

// What is loaded follows the rule of its source, edits are seen in any case, and a
// rule that became stricter is applied to what is there.
func TestRetention(t *testing.T) {
	for keep, want := range map[string]string{catalog.KeepPage: keptAll, catalog.KeepExtract: keptExtract, catalog.KeepMetadata: keptMetadata} {
		t.Run(keep, func(t *testing.T) {
			s := openTest(t)
			if err := s.SaveCatalog(t.Context(), keepCatalog(keep)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := s.Load(t.Context(), "run", keptItems()); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(want, retained(t, s)); d != "" {
				t.Error(d)
			}
			if excess, err := s.Excess(t.Context()); err != nil || len(excess) != 0 {
				t.Errorf("beyond the rule: %+v, %v", excess, err)
			}
			edited := keptItems()[:1]
			page, record := *edited[0].Page, *edited[0].Record
			page.FetchedAt, page.Body, page.SHA256 = page.FetchedAt.Add(time.Hour), []byte("sửa"), [32]byte{}
			record.Article.Body = []string{"Chỉ đoạn này đã đổi."}
			got, err := s.Load(t.Context(), "edit", []nhip.Item{{Page: &page, Record: &record}})
			if err != nil || got.Revisions != 1 {
				t.Errorf("an edit of the text alone: %+v, %v", got, err)
			}
			var kept string
			if err := s.conn.QueryRow(t.Context(), "SELECT keep FROM v_sources").Scan(&kept); err != nil || kept != keep {
				t.Errorf("v_sources: %q, %v", kept, err)
			}
		})
	}
}

func TestRetain(t *testing.T) {
	s := openTest(t)
	if err := s.SaveCatalog(t.Context(), keepCatalog(catalog.KeepPage)); err != nil {
		t.Fatal(err)
	}
	other := keptItems()[0]
	page, record, visit := *other.Page, *other.Record, other.Visit
	page.Source, record.Source, visit.Source = "khac", "khac", "khac"
	page.URL, record.URL, visit.URL = "https://khac.vn/0", "https://khac.vn/0", "https://khac.vn/0"
	for _, items := range [][]nhip.Item{keptItems(), {{Visit: visit, Page: &page, Record: &record}}} {
		if _, err := s.Load(t.Context(), "run", items); err != nil {
			t.Fatal(err)
		}
	}
	of := func(source string) string {
		var out string
		if err := s.conn.QueryRow(t.Context(), "SELECT concat(toString((SELECT count() FROM pages FINAL WHERE source = {s:String})), ' ', toString((SELECT countIf(body != '') FROM documents FINAL WHERE source = {s:String})), ' ', toString((SELECT countIf(body != '') FROM document_versions FINAL WHERE source = {s:String})), ' ', toString((SELECT count() FROM v_article_words WHERE hasAllTokens(folded, 'doan hai') AND source = {s:String})))",
			named("s", source)).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, step := range []struct {
		keep, want string
		excess     []Retained
	}{
		{catalog.KeepPage, "4 3 3 3", nil},
		{catalog.KeepExtract, "0 3 3 3", []Retained{{"bao", KeepExtract, 4, 0}}},
		{catalog.KeepMetadata, "0 0 0 0", []Retained{{"bao", KeepMetadata, 0, 3}}},
	} {
		if err := s.SaveCatalog(t.Context(), keepCatalog(step.keep)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Retain(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(step.excess, got); d != "" {
			t.Errorf("%s: %s", step.keep, d)
		}
		if is := of("bao"); is != step.want {
			t.Errorf("%s: %s, want %s", step.keep, is, step.want)
		}
		if is := of("khac"); is != "1 1 1 1" {
			t.Errorf("%s: the other source: %s", step.keep, is)
		}
		if got, err := s.Retain(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("%s, twice: %+v, %v", step.keep, got, err)
		}
	}
	// What was read out of them stays: numbers with their sentences, and what an edit is
	// told by.
	var n uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM v_observation_vintages WHERE source = 'bao' AND quote != ''").Scan(&n); err != nil || n != 9 {
		t.Errorf("%d numbers, %v", n, err)
	}
	if got, err := s.Load(t.Context(), "again", keptItems()); err != nil || got.Articles != 0 {
		t.Errorf("loaded again: %+v, %v", got, err)
	}
	if is := of("bao"); is != "0 0 0 0" {
		t.Errorf("after loading again: %s", is)
	}
	if got := fmt.Sprint(textList([]string{"a", `b'\`})); !strings.Contains(got, `'b\'\\'`) {
		t.Error(got)
	}
}
