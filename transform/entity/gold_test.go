package entity

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

const dataDir = "../../../shared/data"

func data(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is absent: the labelled data lie beside the project, not in it", filepath.Join(dataDir, name))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reader(t testing.TB) *Reader {
	t.Helper()
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return New(c)
}

// TestSeed holds the article the project started from against what a careful
// reader takes from it.
func TestSeed(t *testing.T) {
	var want struct {
		People         []nhip.Person
		Organisations  []string
		Places         []string
		PlacesOptional []string `json:"places_optional"`
		Industries     []string
	}
	if err := json.Unmarshal(data(t, "seed/expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data(t, "seed/phapluatxahoi-cong-nghiep-ho-tro.txt"))), "\n")
	a := &nhip.Article{Title: lines[0], Body: lines[2:10]}
	got := reader(t).Read(a, nil, time.Date(2022, 3, 1, 0, 0, 0, 0, nhip.Zone))
	if d := cmp.Diff(want.People, got.People); d != "" {
		t.Errorf("people (-want +got):\n%s", d)
	}
	var places, industries []string
	for _, p := range got.Places {
		if !slices.Contains(want.PlacesOptional, p.Name) {
			places = append(places, p.Name)
		}
	}
	for _, n := range got.Industries {
		industries = append(industries, n.Name)
	}
	for name, pair := range map[string][2][]string{
		"organisations": {want.Organisations, got.Organisations},
		"places":        {want.Places, places},
		"industries":    {want.Industries, industries},
	} {
		slices.Sort(pair[0])
		slices.Sort(pair[1])
		if d := cmp.Diff(pair[0], pair[1]); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

type goldArticle struct {
	Title, Sapo           string
	Body                  []string
	PublishedAt           time.Time `json:"published_at"`
	People                []nhip.Person
	Organisations         []string
	OrganisationAliases   map[string][]string `json:"organisation_aliases"`
	OrganisationsOptional []string            `json:"organisations_optional"`
	Places                []string
	PlacesOptional        []string `json:"places_optional"`
}

// score counts names found, wanted and right; optional ones neither reward nor
// punish.
type score struct{ right, found, wanted int }

func (s *score) add(t *testing.T, what string, got, want, optional []string, same func(a, b string) bool) {
	has := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(x string) bool { return same(x, name) })
	}
	for _, g := range got {
		switch {
		case has(want, g):
			s.right++
			s.found++
		case !has(optional, g):
			s.found++
			t.Logf("%s: not wanted: %s", what, g)
		}
	}
	for _, w := range want {
		if s.wanted++; !has(got, w) {
			t.Logf("%s: missed: %s", what, w)
		}
	}
}

func (s score) report(t *testing.T, what string, precision, recall float64) {
	p, r := float64(s.right)/float64(max(s.found, 1)), float64(s.right)/float64(max(s.wanted, 1))
	t.Logf("%s: precision %.3f recall %.3f (%d right of %d found, %d wanted)", what, p, r, s.right, s.found, s.wanted)
	if p < precision || r < recall {
		t.Errorf("%s: precision %.3f recall %.3f, want at least %.2f and %.2f", what, p, r, precision, recall)
	}
}

// TestGoldArticles measures names on the hand-labelled articles.
func TestGoldArticles(t *testing.T) {
	r := reader(t)
	files, err := filepath.Glob(filepath.Join(dataDir, "gold/articles/*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("no labelled articles: they lie beside the project, not in it")
	}
	var people, orgs, places score
	for _, f := range files {
		var g goldArticle
		rel, _ := filepath.Rel(dataDir, f)
		if err := json.Unmarshal(data(t, rel), &g); err != nil {
			t.Fatal(err)
		}
		t.Log(filepath.Base(f))
		got := r.Read(&nhip.Article{Title: g.Title, Sapo: g.Sapo, Body: g.Body}, nil, g.PublishedAt)
		fold := func(a, b string) bool { return vi.Key(a) == vi.Key(b) }
		people.add(t, "people", personNames(got.People), personNames(g.People), nil, fold)
		orgs.add(t, "organisations", got.Organisations, g.Organisations, g.OrganisationsOptional, func(a, b string) bool {
			return fold(a, b) || slices.Contains(g.OrganisationAliases[a], b) || slices.Contains(g.OrganisationAliases[b], a) || sameID(r, kindOrganisation, a, b)
		})
		places.add(t, "places", placeNames(got.Places), g.Places, g.PlacesOptional, func(a, b string) bool {
			return fold(a, b) || sameID(r, kindPlace, a, b)
		})
		for _, p := range got.People {
			t.Logf("  %q %q %q", p.Name, p.Position, p.Organisation)
		}
	}
	people.report(t, "people", 0.9, 0.9)
	orgs.report(t, "organisations", 0.7, 0.7)
	places.report(t, "places", 0.9, 0.95)
}

// TestGoldSentences measures names on the hand-labelled sentences.
func TestGoldSentences(t *testing.T) {
	r := reader(t)
	var orgs, places score
	for line := range strings.Lines(string(data(t, "gold/sentences/facts.jsonl"))) {
		var g struct {
			ID, Text string
			RefDate  nhip.Date `json:"ref_date"`
			Entities struct{ Places, Orgs []string }
		}
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			t.Fatal(err)
		}
		got := r.Read(&nhip.Article{Body: []string{g.Text}}, nil, g.RefDate.Time())
		orgs.add(t, g.ID+" organisations", got.Organisations, g.Entities.Orgs, nil, func(a, b string) bool {
			a, _, _ = strings.Cut(a, " (")
			b, _, _ = strings.Cut(b, " (")
			return vi.Key(a) == vi.Key(b) || sameID(r, kindOrganisation, a, b)
		})
		places.add(t, g.ID+" places", placeNames(got.Places), g.Entities.Places, nil, func(a, b string) bool {
			return vi.Key(a) == vi.Key(b) || sameID(r, kindPlace, a, b)
		})
	}
	orgs.report(t, "organisations", 0.9, 0.9)
	places.report(t, "places", 0.9, 0.95)
}

// sameID reports whether the catalog knows both names as one thing.
func sameID(r *Reader, k kind, a, b string) bool {
	ids := func(s string) []int32 {
		var w workspace
		p := r.words(&w, 0, s)
		r.search(&w, &p)
		if len(p.toks) == 0 {
			return nil
		}
		return p.refs(0, len(p.toks), k)
	}
	x, y := ids(a), ids(b)
	return slices.ContainsFunc(x, func(id int32) bool { return slices.Contains(y, id) })
}

func personNames(people []nhip.Person) []string {
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
	}
	return names
}

func placeNames(places []nhip.Place) []string {
	var names []string
	for _, p := range places {
		names = append(names, p.Name)
	}
	return names
}
