package transform

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
	"nhip/transform/article"
)

const shared = "../../shared/data"

func newReader(t testing.TB) *Reader {
	t.Helper()
	c, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var fetched = time.Date(2026, 4, 13, 8, 0, 0, 0, nhip.Zone)

const prose = `<html lang="vi"><head><title>Hà Nội hỗ trợ doanh nghiệp cơ khí</title>
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Hà Nội hỗ trợ doanh nghiệp cơ khí","datePublished":"2026-04-12T09:10:00+07:00"}</script></head><body>
<h1>Hà Nội hỗ trợ doanh nghiệp cơ khí</h1><p>Năm 2025, Hà Nội có khoảng 320 doanh nghiệp cơ khí, tăng 6% so với năm 2024, theo Sở Công Thương Hà Nội.</p>
<p>Ông Nguyễn Văn Minh, Phó Giám đốc Sở Công Thương Hà Nội, cho biết thành phố dành 48 tỷ đồng để hỗ trợ ngành cơ khí chế tạo.</p></body></html>`

func page(kind nhip.PageKind, body string) *nhip.Page {
	return &nhip.Page{URL: "https://bao-mau.example.vn/ha-noi-ho-tro-doanh-nghiep-312345.html", Kind: kind, Body: []byte(body), FetchedAt: fetched}
}

func TestReadProse(t *testing.T) {
	rec := newReader(t).Read(page(nhip.KindArticle, prose))
	if rec.Reject != "" || rec.Article.Title != "Hà Nội hỗ trợ doanh nghiệp cơ khí" || len(rec.Article.Body) != 2 {
		t.Fatalf("record %+v", rec)
	}
	if !slices.ContainsFunc(rec.Places, func(p nhip.Place) bool { return p.Name == "Hà Nội" }) {
		t.Errorf("places %v lack Hà Nội", rec.Places)
	}
	if !slices.ContainsFunc(rec.People, func(p nhip.Person) bool { return p.Name == "Nguyễn Văn Minh" }) {
		t.Errorf("people %v lack the deputy director", rec.People)
	}
	if len(rec.Mentions) == 0 {
		t.Error("no mentions")
	}
	if i := slices.IndexFunc(rec.Observations, func(o nhip.Observation) bool { return o.Unit == "doanh nghiệp" }); i < 0 {
		t.Errorf("observations %+v lack the 320 enterprises", rec.Observations)
	} else if o := rec.Observations[i]; o.Value == nil || o.Value.String() != "320" || o.Bound != nhip.BoundAbout || o.Period != "2025" || o.Place != "Hà Nội" {
		t.Errorf("observation %+v, want about 320 enterprises in Hà Nội in 2025", o)
	}
	for _, o := range rec.Observations {
		if text := []rune(rec.Article.Text(o.Paragraph)); o.Start < 0 || o.End > len(text) || o.Start >= o.End {
			t.Errorf("observation %+v is outside its paragraph of %d code points", o, len(text))
		}
	}
	for _, m := range rec.Mentions {
		text := []rune(rec.Article.Text(m.Paragraph))
		if m.Start < 0 || m.End > len(text) || m.Start >= m.End {
			t.Errorf("mention %+v is outside its paragraph of %d code points", m, len(text))
		}
	}
}

func TestReadTable(t *testing.T) {
	const stats = `<html lang="vi"><body><h1>Chỉ số sản xuất công nghiệp tháng 3 năm 2026</h1><table>
<tr><th></th><th>Tháng 3/2026 so với cùng kỳ năm trước (%)</th><th>3 tháng 2026 so với cùng kỳ năm trước (%)</th></tr>
<tr><td>Toàn ngành công nghiệp</td><td>108,6</td><td>107,9</td></tr><tr><td>Khai khoáng</td><td>97,3</td><td>98,1</td></tr>
<tr><td>Công nghiệp chế biến, chế tạo</td><td>110,2</td><td>109,4</td></tr></table></body></html>`
	rec := newReader(t).Read(page(nhip.KindTable, stats))
	if rec.Reject != "" || len(rec.Observations) == 0 {
		t.Fatalf("reject %q, %d observations, issues %v", rec.Reject, len(rec.Observations), rec.Issues)
	}
	if !strings.HasPrefix(rec.Reader, "table/") || rec.Observations[0].Cell == "" {
		t.Errorf("reader %q, first cell %q", rec.Reader, rec.Observations[0].Cell)
	}
	rec = newReader(t).Read(page(nhip.KindTable, prose))
	if rec.Reject != "" || len(rec.Article.Body) != 2 {
		t.Errorf("a page without a table is read as prose; got reject %q, body %q", rec.Reject, rec.Article.Body)
	}
}

func TestRejects(t *testing.T) {
	r := newReader(t)
	for _, test := range []struct {
		kind nhip.PageKind
		body string
		want string
	}{
		{nhip.KindArticle, "", article.RejectEmpty},
		{nhip.KindText, "\n\n", article.RejectEmpty},
		{nhip.KindTable, "", article.RejectEmpty},
		{nhip.KindListing, prose, article.RejectNotArticle},
		{nhip.KindFeed, "<rss/>", article.RejectNotArticle},
	} {
		rec := r.Read(page(test.kind, test.body))
		if rec.Reject != test.want {
			t.Errorf("%s %.20q: reject %q, want %q", test.kind, test.body, rec.Reject, test.want)
		}
		b, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range []string{"observations", "people", "organisations", "places", "industries", "issues", "body", "captions", "authors", "section", "tags"} {
			if strings.Contains(string(b), fmt.Sprintf("%q:null", list)) {
				t.Errorf("%s %.20q: %s is null in %s", test.kind, test.body, list, b)
			}
		}
	}
}

// A panic of one reader is one rejected record.
func TestPanicBecomesReject(t *testing.T) {
	r := newReader(t)
	rec := r.emptyRecord(page(nhip.KindArticle, prose), nil)
	r.guard(rec, func() { panic("a reader's mistake") })
	if rec.Reject != article.RejectParse || len(rec.Issues) != 1 || !strings.Contains(rec.Issues[0].Reason, "transform_test.go") {
		t.Errorf("reject %q, issues %v", rec.Reject, rec.Issues)
	}
}

func TestSameRecordFromManyGoroutines(t *testing.T) {
	r := newReader(t)
	want := r.Read(page(nhip.KindArticle, prose))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if diff := cmp.Diff(want, r.Read(page(nhip.KindArticle, prose))); diff != "" {
					t.Errorf("another record (-want +got):\n%s", diff)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestSource(t *testing.T) {
	r := newReader(t)
	p := page(nhip.KindArticle, prose)
	p.URL = "https://m.vnexpress.net/ha-noi-ho-tro-5999003.html"
	if rec := r.Read(p); rec.Source != "vnexpress" {
		t.Errorf("source %q of %s, want vnexpress by the host", rec.Source, p.URL)
	}
	p.Source = "tuoitre"
	if rec := r.Read(p); rec.Source != "tuoitre" {
		t.Errorf("source %q, want the one the crawler named", rec.Source)
	}
}

// TestSeed holds the whole record of the article the project started from against
// what a careful reader takes from it.
func TestSeed(t *testing.T) {
	b, err := os.ReadFile(shared + "/seed/expected.json")
	if err != nil {
		t.Skipf("no folder %s: the seed article belongs to its publisher and is not part of the project", shared)
	}
	var want struct {
		File           string             `json:"file"`
		Observations   []nhip.Observation `json:"observations"`
		Not            []string           `json:"not_observations"`
		People         []nhip.Person      `json:"people"`
		Organisations  []string           `json:"organisations"`
		Places         []string           `json:"places"`
		PlacesOptional []string           `json:"places_optional"`
		Industries     []string           `json:"industries"`
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(shared + "/seed/" + want.File)
	if err != nil {
		t.Fatal(err)
	}
	rec := newReader(t).Read(&nhip.Page{Kind: nhip.KindText, Body: text, FetchedAt: time.Date(2022, 3, 1, 0, 0, 0, 0, nhip.Zone)})
	if rec.Reject != "" {
		t.Fatalf("rejected as %s", rec.Reject)
	}
	if diff := cmp.Diff(want.People, rec.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Organisations, rec.Organisations); diff != "" {
		t.Errorf("organisations (-want +got):\n%s", diff)
	}
	matchObservations(t, want.Observations, rec)
	for _, o := range rec.Observations {
		for _, not := range want.Not {
			if strings.Contains(string([]rune(rec.Article.Text(o.Paragraph))[o.Start:o.End]), not) {
				t.Errorf("%q gives an observation: %+v", not, o)
			}
		}
	}
	var places, industries []string
	for _, p := range rec.Places {
		places = append(places, p.Name)
	}
	for _, i := range rec.Industries {
		industries = append(industries, i.Name)
	}
	for _, p := range want.Places {
		if !slices.Contains(places, p) {
			t.Errorf("places %q lack %q", places, p)
		}
	}
	for _, p := range places {
		if !slices.Contains(want.Places, p) && !slices.Contains(want.PlacesOptional, p) {
			t.Errorf("place %q is not in the text", p)
		}
	}
	for _, i := range want.Industries {
		if !slices.Contains(industries, i) {
			t.Errorf("industries %q lack %q", industries, i)
		}
	}
}

// matchObservations wants exactly the expected observations: value, unit, bound,
// measure, direction, kind, period and place as given, and a label of the same words.
func matchObservations(t *testing.T, want []nhip.Observation, rec *nhip.Record) {
	t.Helper()
	if len(rec.Observations) != len(want) {
		t.Errorf("%d observations, want %d", len(rec.Observations), len(want))
	}
	for _, w := range want {
		i := slices.IndexFunc(rec.Observations, func(o nhip.Observation) bool {
			return o.Value != nil && o.Value.String() == w.Value.String() && o.Unit == w.Unit
		})
		if i < 0 {
			t.Errorf("no observation of %s %s", w.Value, w.Unit)
			continue
		}
		o := rec.Observations[i]
		got := []string{string(o.Bound), string(o.Measure), o.Direction, string(o.Kind), o.Period, o.Place}
		exp := []string{string(w.Bound), string(w.Measure), w.Direction, string(w.Kind), w.Period, w.Place}
		if diff := cmp.Diff(exp, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", w.Value, w.Unit, diff)
		}
		if shared := sharedWords(o.Label, w.Label); shared < 0.5 {
			t.Errorf("%s %s: label %q shares too few words with %q", w.Value, w.Unit, o.Label, w.Label)
		}
	}
}

func sharedWords(a, b string) float64 {
	wa, wb := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	same := 0
	for _, w := range wb {
		if slices.Contains(wa, w) {
			same++
		}
	}
	return float64(2*same) / float64(max(1, len(wa)+len(wb)))
}

// Rows of tables are no sentences: the prose reader must not see them.
func TestRowsAreNotProse(t *testing.T) {
	a := nhip.Article{Body: []string{"một", "Thép cây\t820.000\t4,2%", "hai"}}
	got := withoutRows(&a)
	if diff := cmp.Diff([]string{"một", "", "hai"}, got.Body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.Body[1] == "" {
		t.Error("the article itself was changed")
	}
}

// However a city is written, it is the place of the number and no end of its name.
func TestPlaceSpellings(t *testing.T) {
	r := newReader(t)
	for _, name := range []string{"TP.HCM", "TPHCM", "TP HCM", "TP. Hồ Chí Minh", "TP.Hồ Chí Minh", "thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"} {
		text := "Sản xuất công nghiệp\nChỉ số sản xuất công nghiệp tháng 1/2026 của " + name + " ước giảm 1,8% so với cùng kỳ năm trước."
		rec := r.Read(&nhip.Page{Kind: nhip.KindText, FetchedAt: time.Date(2026, 2, 1, 8, 0, 0, 0, nhip.Zone), Body: []byte(text)})
		if len(rec.Observations) != 1 || rec.Observations[0].Indicator != "iip" || rec.Observations[0].Place != "Hồ Chí Minh" {
			t.Errorf("%s: %+v, want one observation of iip in Hồ Chí Minh", name, rec.Observations)
		}
	}
}

// TestRecordsKeepNothingOfTheReader: readers use their memory again; what they returned
// must not change when they read on.
func TestRecordsKeepNothingOfTheReader(t *testing.T) {
	r := newReader(t)
	other := strings.NewReplacer("Hà Nội", "Đồng Nai", "320", "1.250", "cơ khí", "dệt may", "Nguyễn Văn Minh", "Trần Thị Lan").Replace(prose)
	rec := r.Read(page(nhip.KindArticle, prose))
	before, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		r.Read(page(nhip.KindArticle, other))
	}
	after, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Error("the record changed with what was read after it:", diff)
	}
	again, err := json.Marshal(r.Read(page(nhip.KindArticle, prose)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(again)); diff != "" {
		t.Error("the record depends on what was read before it:", diff)
	}
}
