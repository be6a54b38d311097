package article_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"nhip"
	"nhip/catalog"
	"nhip/transform/article"
)

const shared = "../../../shared/data"

// needShared skips where the real pages are not at hand.
func needShared(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("no folder %s: the pages of publishers that measure the reader are not part of the project", shared)
	}
}

func loadCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newReader(t testing.TB, c *catalog.Catalog) *article.Reader {
	t.Helper()
	r, err := article.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// goldArticle is one hand-made label of the shared data.
type goldArticle struct {
	File        string    `json:"file"`
	URL         string    `json:"url"`
	Title       string    `json:"title"`
	Sapo        string    `json:"sapo"`
	Body        []string  `json:"body"`
	Captions    []string  `json:"captions"`
	Authors     []string  `json:"authors"`
	Agency      string    `json:"agency"`
	PublishedAt time.Time `json:"published_at"`
	Section     []string  `json:"section"`
	Tags        []string  `json:"tags"`
}

func goldArticles(t testing.TB) []goldArticle {
	t.Helper()
	needShared(t)
	files, err := filepath.Glob(shared + "/gold/articles/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labelled articles in %s: %v", shared, err)
	}
	var all []goldArticle
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var g goldArticle
		if err := json.Unmarshal(b, &g); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, g)
	}
	return all
}

func pageOf(t testing.TB, file, url string) *nhip.Page {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(shared, file))
	if err != nil {
		t.Fatal(err)
	}
	return &nhip.Page{URL: url, Kind: nhip.KindArticle, Body: b, ContentType: "text/html",
		FetchedAt: time.Date(2026, 11, 1, 12, 0, 0, 0, nhip.Zone)}
}

func sourceOf(c *catalog.Catalog, url string) *catalog.Source {
	host := strings.TrimPrefix(url, "https://")
	host, _, _ = strings.Cut(host, "/")
	s, _ := c.SourceOfHost(host)
	return s
}

// score holds the figures of one way of reading, each a mean over the articles.
type score struct{ title, published, section, body, sapo, authors, captions, credit, tags float64 }

func measure(t *testing.T, generic bool) (mean score) {
	c := loadCatalog(t)
	r := newReader(t, c)
	gold := goldArticles(t)
	for _, g := range gold {
		src := sourceOf(c, g.URL)
		if generic {
			src = nil
		}
		a, issues, reject := r.Read(pageOf(t, g.File, g.URL), src)
		if reject != "" {
			t.Errorf("%s: rejected as %s", g.File, reject)
		}
		s := score{
			title:     same(a.Title == g.Title),
			published: same(a.PublishedAt != nil && a.PublishedAt.Truncate(time.Minute).Equal(g.PublishedAt.Truncate(time.Minute)) && a.PublishedAt.Format("-07:00") == "+07:00"),
			section:   same(strings.Join(a.Section, "/") == strings.Join(g.Section, "/")),
			body:      gramF1(a.Body, g.Body),
			sapo:      gramF1([]string{a.Sapo}, []string{g.Sapo}),
			authors:   setF1(a.Authors, g.Authors),
			captions:  setF1(a.Captions, g.Captions),
			credit:    same(a.Credit == g.Agency),
			tags:      setF1(a.Tags, g.Tags),
		}
		t.Logf("%-60s %.3f evidence %v issues %v", filepath.Base(g.File), s, a.Evidence, issues)
		if s.body < 1 {
			t.Logf("    body: missing %q, extra %q", minus(g.Body, a.Body), minus(a.Body, g.Body))
		}
		if s.authors < 1 || s.title < 1 || s.section < 1 || s.sapo < 1 || s.captions < 1 || s.credit < 1 || s.published < 1 || s.tags < 1 {
			t.Logf("    got title %q section %q authors %q captions %q credit %q published %v tags %q sapo %q", a.Title, a.Section, a.Authors, a.Captions, a.Credit, a.PublishedAt, a.Tags, a.Sapo)
		}
		n := float64(len(gold))
		mean.title += s.title / n
		mean.published += s.published / n
		mean.section += s.section / n
		mean.body += s.body / n
		mean.sapo += s.sapo / n
		mean.authors += s.authors / n
		mean.captions += s.captions / n
		mean.credit += s.credit / n
		mean.tags += s.tags / n
	}
	t.Logf("mean %+.4f", mean)
	return mean
}

func TestGoldWithSources(t *testing.T) {
	needShared(t)
	m := measure(t, false)
	floor(t, "title", m.title, 1)
	floor(t, "published_at", m.published, 1)
	floor(t, "section", m.section, 1)
	floor(t, "body", m.body, 0.995)
	floor(t, "sapo", m.sapo, 1)
	floor(t, "authors", m.authors, 1)
	floor(t, "captions", m.captions, 1)
	floor(t, "credit", m.credit, 1)
}

func TestGoldWithoutSources(t *testing.T) {
	needShared(t)
	m := measure(t, true)
	floor(t, "title", m.title, 1)
	floor(t, "published_at", m.published, 1)
	floor(t, "section", m.section, 1)
	floor(t, "body", m.body, 0.995)
	floor(t, "sapo", m.sapo, 1)
	floor(t, "authors", m.authors, 1)
}

// TestGoldWithoutHints takes from the pages what the generic reader leans on, to see
// that it does not lean on any of it alone: JSON-LD, meta elements, and every class,
// id and role.
func TestGoldWithoutHints(t *testing.T) {
	var (
		jsonld  = regexp.MustCompile(`(?s)<script[^>]*ld\+json[^>]*>.*?</script>`)
		meta    = regexp.MustCompile(`(?s)<meta[^>]*>`)
		names   = regexp.MustCompile(`\s(class|id|itemprop|type|data-[a-z-]+)="[^"]*"`)
		without = func(page string, res ...*regexp.Regexp) string {
			for _, re := range res {
				page = re.ReplaceAllString(page, "")
			}
			return page
		}
	)
	r := newReader(t, loadCatalog(t))
	gold := goldArticles(t)
	for _, test := range []struct {
		name            string
		strip           func(page string) string
		body, published float64
	}{
		{"no JSON-LD", func(p string) string { return without(p, jsonld) }, 0.995, 1},
		{"no JSON-LD, no meta", func(p string) string { return without(p, jsonld, meta) }, 0.995, 1},
		{"no names", func(p string) string {
			head, body, _ := strings.Cut(p, "<body")
			return head + "<body" + without(body, names)
		}, 0.995, 1},
		{"nothing", func(p string) string {
			head, body, _ := strings.Cut(p, "<body")
			return without(head, jsonld, meta) + "<body" + without(body, jsonld, meta, names)
		}, 0.98, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			title, published, body := 0.0, 0.0, 0.0
			for _, g := range gold {
				p := pageOf(t, g.File, g.URL)
				p.Body = []byte(test.strip(string(p.Body)))
				a, _, reject := r.Read(p, nil)
				if reject != "" {
					t.Errorf("%s: rejected as %s", g.File, reject)
				}
				n := float64(len(gold))
				title += same(a.Title == g.Title) / n
				published += same(a.PublishedAt != nil && a.PublishedAt.Truncate(time.Minute).Equal(g.PublishedAt.Truncate(time.Minute))) / n
				body += gramF1(a.Body, g.Body) / n
			}
			t.Logf("title %.3f published %.3f body %.4f", title, published, body)
			floor(t, "title", title, 1)
			floor(t, "published_at", published, test.published)
			floor(t, "body", body, test.body)
		})
	}
}

func floor(t *testing.T, field string, got, want float64) {
	t.Helper()
	if got < want-1e-9 {
		t.Errorf("%s: %.4f, floor %.4f", field, got, want)
	}
}

func same(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

// gramF1 is the F1 of the token 4-grams of two texts (of all tokens where a text is
// shorter), counted with multiplicity.
func gramF1(got, want []string) float64 {
	a, b := grams(got), grams(want)
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	same, na, nb := 0, 0, 0
	for g, n := range a {
		na += n
		same += min(n, b[g])
	}
	for _, n := range b {
		nb += n
	}
	if same == 0 {
		return 0
	}
	p, r := float64(same)/float64(na), float64(same)/float64(nb)
	return 2 * p * r / (p + r)
}

func grams(paragraphs []string) map[string]int {
	tokens := strings.FieldsFunc(strings.ToLower(strings.Join(paragraphs, " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	out := map[string]int{}
	size := min(4, len(tokens))
	for i := 0; size > 0 && i+size <= len(tokens); i++ {
		out[strings.Join(tokens[i:i+size], " ")]++
	}
	return out
}

func setF1(got, want []string) float64 {
	if len(got) == 0 && len(want) == 0 {
		return 1
	}
	hit := len(want) - len(minus(want, got))
	if hit == 0 {
		return 0
	}
	return 2 * float64(hit) / float64(len(got)+len(want))
}

// minus returns the elements of a that are not in b.
func minus(a, b []string) (out []string) {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	for _, s := range a {
		if !in[s] {
			out = append(out, s)
		}
	}
	return out
}
