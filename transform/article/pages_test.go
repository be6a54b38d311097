package article_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"nhip/transform/article"
)

type pageRow struct{ file, url, kind string }

// sharedPages reads the index of the real pages.
func sharedPages(t *testing.T) (rows []pageRow) {
	t.Helper()
	needShared(t)
	f, err := os.Open(shared + "/pages/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Scan()
	for s.Scan() {
		col := strings.Split(s.Text(), "\t")
		rows = append(rows, pageRow{"pages/" + col[0], col[1], col[3]})
	}
	return rows
}

func TestRealArticlesAreRead(t *testing.T) {
	c := loadCatalog(t)
	r := newReader(t, c)
	for _, row := range sharedPages(t) {
		if row.kind != "article" {
			continue
		}
		for _, way := range []string{"source", "generic"} {
			src := sourceOf(c, row.url)
			if way == "generic" {
				src = nil
			}
			a, issues, reject := r.Read(pageOf(t, row.file, row.url), src)
			if reject != "" {
				t.Errorf("%s (%s): rejected as %s", row.file, way, reject)
			}
			if a.Title == "" || len(a.Body) < 3 || a.PublishedAt == nil || a.Sapo == "" {
				t.Errorf("%s (%s): title %q, sapo %q, %d paragraphs, published %v", row.file, way, a.Title, a.Sapo, len(a.Body), a.PublishedAt)
			}
			t.Logf("%s %s: %q %d paragraphs %d captions, authors %q section %q %v %v %v", way, row.file, a.Title, len(a.Body), len(a.Captions), a.Authors, a.Section, a.PublishedAt, a.Evidence, issues)
			if testing.Verbose() {
				for _, p := range a.Body {
					t.Logf("    | %s", p)
				}
				for _, p := range a.Captions {
					t.Logf("    c %s", p)
				}
			}
		}
	}
}

func TestRealListsAreRejected(t *testing.T) {
	c := loadCatalog(t)
	r := newReader(t, c)
	for _, row := range sharedPages(t) {
		if row.kind != "listing" || !strings.HasSuffix(row.file, ".html") {
			continue
		}
		for _, way := range []string{"source", "generic"} {
			src := sourceOf(c, row.url)
			if way == "generic" {
				src = nil
			}
			a, _, reject := r.Read(pageOf(t, row.file, row.url), src)
			if reject != article.RejectNotArticle {
				t.Errorf("%s (%s): reject %q, want %q; title %q, body %q", row.file, way, reject, article.RejectNotArticle, a.Title, a.Body)
			}
		}
	}
}
