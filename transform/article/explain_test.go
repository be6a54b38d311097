package article_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/transform/article"
)

// TestExplain asks what the witnesses of a page say where they differ: JSON-LD cut to
// the minute, meta with the seconds, a meta author that is the paper.
func TestExplain(t *testing.T) {
	c := loadCatalog(t)
	r := newReader(t, c)
	arc, err := txtar.ParseFile("testdata/tuoitre.txtar")
	if err != nil {
		t.Fatal(err)
	}
	p, src := fixturePage(t, c, arc)
	claims := map[string][]article.Claim{}
	for _, claim := range r.Explain(p, src) {
		claims[claim.Field] = append(claims[claim.Field], claim)
	}
	want := []article.Claim{
		{Field: "published_at", Witness: "meta:article:published_time", Value: "2026-03-07T08:01:53+07:00", Won: true},
		{Field: "published_at", Witness: "jsonld", Value: "2026-03-07T08:01:00+07:00"},
		{Field: "published_at", Witness: "css:.detail-time [data-role=publishdate]", Value: "2026-03-07T08:01:00+07:00"},
		{Field: "published_at", Witness: "css:.detail-time", Value: "2026-03-07T08:01:00+07:00"},
	}
	if diff := cmp.Diff(want, claims["published_at"]); diff != "" {
		t.Errorf("published_at (-want +got):\n%s", diff)
	}
	rejected := false
	for _, c := range claims["authors"] {
		rejected = rejected || strings.HasPrefix(c.Witness, "meta:") && c.Value == "TUOI TRE ONLINE" && c.Note != ""
	}
	if !rejected {
		t.Errorf("authors: the paper's own name is not shown as implausible: %v", claims["authors"])
	}
}

// TestExplainAgrees holds the winners of every fixture against what Read keeps.
func TestExplainAgrees(t *testing.T) {
	c := loadCatalog(t)
	r := newReader(t, c)
	for name, arc := range fixtures(t) {
		p, src := fixturePage(t, c, arc)
		a, _, _ := r.Read(p, src)
		won := map[string]string{}
		for _, claim := range r.Explain(p, src) {
			if claim.Won {
				won[claim.Field] = claim.Witness
			}
		}
		want := map[string]string{}
		for field, witness := range a.Evidence {
			if explained(&a, field) {
				want[field] = witness
			}
		}
		if diff := cmp.Diff(want, won); diff != "" {
			t.Errorf("%s: winners (-evidence +explained):\n%s", name, diff)
		}
	}
}

// explained tells the fields that hold something: only those have a winner to show.
func explained(a *nhip.Article, field string) bool {
	switch field {
	case "body":
		return len(a.Body) > 0
	case "captions":
		return len(a.Captions) > 0
	}
	return true
}
