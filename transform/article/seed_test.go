package article_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func TestSeedText(t *testing.T) {
	needShared(t)
	var want struct {
		File    string `json:"file"`
		Article struct {
			Title          string   `json:"title"`
			BodyStartsWith string   `json:"body_starts_with"`
			BodyEndsWith   string   `json:"body_ends_with"`
			BodyParagraphs int      `json:"body_paragraphs"`
			Captions       []string `json:"captions"`
			MustNotContain []string `json:"must_not_contain"`
		} `json:"article"`
	}
	b, err := os.ReadFile(shared + "/seed/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(shared + "/seed/" + want.File)
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t, loadCatalog(t))
	p := &nhip.Page{Kind: nhip.KindText, Body: text, FetchedAt: time.Date(2022, 3, 1, 0, 0, 0, 0, nhip.Zone)}
	a, _, reject := r.Read(p, nil)
	if reject != "" {
		t.Fatalf("rejected as %s", reject)
	}
	if a.Title != want.Article.Title {
		t.Errorf("title %q, want %q", a.Title, want.Article.Title)
	}
	if len(a.Body) != want.Article.BodyParagraphs {
		t.Fatalf("%d paragraphs, want %d: %q", len(a.Body), want.Article.BodyParagraphs, a.Body)
	}
	if !strings.HasPrefix(a.Body[0], want.Article.BodyStartsWith) || !strings.HasSuffix(a.Body[len(a.Body)-1], want.Article.BodyEndsWith) {
		t.Errorf("body begins %.80q, ends %q", a.Body[0], a.Body[len(a.Body)-1])
	}
	if diff := cmp.Diff(want.Article.Captions, a.Captions); diff != "" {
		t.Errorf("captions (-want +got):\n%s", diff)
	}
	out, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range want.Article.MustNotContain {
		if strings.Contains(string(out), s) {
			t.Errorf("the record contains %q", s)
		}
	}
	if a.PublishedAt != nil {
		t.Errorf("published at %v, though the text prints no time", a.PublishedAt)
	}
	if len(a.Authors) != 0 || a.Credit != "" {
		t.Errorf("authors %q, credit %q from a text that names none", a.Authors, a.Credit)
	}
}
