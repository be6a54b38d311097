package corpus

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func newCorpus(tb testing.TB) *Corpus {
	c, err := New(1)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestItem(t *testing.T) {
	c, same := newCorpus(t), newCorpus(t)
	length := 0
	for i := range 60 {
		item := c.Item(i, 0)
		if d := cmp.Diff(item, same.Item(i, 0)); d != "" {
			t.Fatalf("article %d differs between two corpora of one seed: %s", i, d)
		}
		body := strings.Join(item.Record.Article.Body, "\n")
		length += len(body) + len(item.Record.Article.Sapo)
		if !utf8.ValidString(body) || item.Record.Article.Title == "" || item.Record.Article.PublishedAt.Location() != nhip.Zone {
			t.Errorf("article %d: %+v", i, item.Record.Article)
		}
		edited := c.Item(i, 1)
		if edited.Page.URL != item.Page.URL || edited.Page.SHA256 == item.Page.SHA256 || !edited.Page.FetchedAt.After(item.Page.FetchedAt) {
			t.Errorf("the edit of article %d: %s at %s, was %s at %s", i, edited.Page.URL, edited.Page.FetchedAt, item.Page.URL, item.Page.FetchedAt)
		}
	}
	if mean := length / 60; mean < 2800 || mean > 4000 {
		t.Errorf("articles have %d bytes, want about 3 KB", mean)
	}
	if d := cmp.Diff(c.Item(9, 0).Record.Article.Body, c.Item(29, 0).Record.Article.Body); d != "" {
		t.Errorf("article 29 repeats article 9: %s", d)
	}
	if d := cmp.Diff(c.Item(9, 0).Record.Fingerprint, c.Item(29, 0).Record.Fingerprint); d != "" {
		t.Errorf("article 29 has the fingerprint of article 9: %s", d)
	}
}

// The frequencies fall with the rank: a word at the head is in most articles, one of
// the tail in few.
func TestZipf(t *testing.T) {
	c := newCorpus(t)
	in := map[string]int{}
	const articles = 300
	for i := range articles {
		title, paragraphs := c.Article(i)
		text := strings.ToLower(title + " " + strings.Join(paragraphs, " "))
		for _, k := range []int{0, 5, 200, 2000, 20000} {
			if strings.Contains(" "+text+" ", " "+strings.ToLower(c.words[k])+" ") {
				in[c.words[k]]++
			}
		}
	}
	last := articles + 1
	for _, k := range []int{5, 200, 2000} {
		if n := in[c.words[k]]; n >= last {
			t.Errorf("%q, rank %d, is in %d of %d articles, a more frequent one in %d", c.words[k], k, n, articles, last)
		} else {
			last = n
		}
	}
	if in[c.words[0]] < articles*9/10 || in[c.words[20000]] > articles/10 {
		t.Errorf("first rank in %d, rank 20000 in %d of %d articles", in[c.words[0]], in[c.words[20000]], articles)
	}
}
