package loader

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func TestAssign(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 1, n, 12, 0, 0, 0, time.UTC) }
	type step struct {
		page, content byte // what the bytes and the extracted content hash to
		fetched       int
		reader        string
		want          string // content version / reading, + where it is a new content; "" refused
		sha           byte   // of the page the row names
	}
	for name, steps := range map[string][]step{
		"the same again":                {{1, 1, 1, "r1", "1/1+", 1}, {1, 1, 1, "r1", "1/1", 1}, {1, 1, 2, "r1", "1/1", 1}},
		"another shell":                 {{1, 1, 1, "r1", "1/1+", 1}, {2, 1, 2, "r1", "1/1", 1}, {2, 1, 3, "r2", "1/2", 2}},
		"an edit":                       {{1, 1, 1, "r1", "1/1+", 1}, {2, 2, 2, "r1", "2/1+", 2}},
		"there and back":                {{1, 1, 1, "r1", "1/1+", 1}, {2, 2, 2, "r1", "2/1+", 2}, {1, 1, 3, "r1", "3/1+", 1}},
		"a better reader":               {{1, 1, 1, "r1", "1/1+", 1}, {1, 9, 1, "r2", "1/2", 1}, {1, 9, 5, "r2", "1/2", 1}},
		"replay of the past":            {{1, 1, 1, "r1", "1/1+", 1}, {2, 2, 2, "r1", "2/1+", 2}, {1, 1, 1, "r2", "1/2", 1}, {2, 2, 2, "r2", "2/2", 2}},
		"replay of there and back":      {{1, 1, 1, "r1", "1/1+", 1}, {2, 2, 2, "r1", "2/1+", 2}, {1, 1, 3, "r1", "3/1+", 1}, {1, 7, 1, "r2", "1/2", 1}, {1, 7, 3, "r2", "3/2", 1}},
		"between two fetches":           {{1, 1, 1, "r1", "1/1+", 1}, {2, 2, 5, "r1", "2/1+", 2}, {1, 1, 3, "r1", "1/1", 1}},
		"of the past, equal to a later": {{1, 1, 4, "r1", "1/1+", 1}, {1, 1, 2, "r1", "1/1", 1}},
		"of the past, unknown":          {{1, 1, 4, "r1", "1/1+", 1}, {2, 2, 2, "r1", "", 0}, {2, 2, 5, "r1", "2/1+", 2}},
	} {
		h := history{}
		for i, st := range steps {
			a := arrival{doc: 1, fetchedAt: day(st.fetched), sha256: [32]byte{st.page}, hash: [16]byte{st.content}, reader: st.reader}
			got, ok := h.assign(a)
			text := ""
			if ok {
				text = got.String()[17:]
			}
			if got.newContent {
				text += "+"
			}
			if text != st.want || got.sha256 != [32]byte{st.sha} {
				t.Errorf("%s, step %d: %q with page %d, want %q with %d", name, i+1, text, got.sha256[0], st.want, st.sha)
			}
		}
	}
}

func TestKnownAt(t *testing.T) {
	at := func(h int) *time.Time { x := time.Date(2024, 1, 1, h, 0, 0, 0, time.UTC); return &x }
	fetched := *at(10)
	before := &contentVersion{number: number{fetchedAt: *at(5)}}
	for name, c := range map[string]struct {
		a      arrival
		before *contentVersion
		want   *time.Time
	}{
		"published":               {arrival{fetchedAt: fetched, published: at(1)}, nil, at(1)},
		"no time":                 {arrival{fetchedAt: fetched}, nil, at(10)},
		"in the future":           {arrival{fetchedAt: fetched, published: at(11)}, nil, at(10)},
		"edit":                    {arrival{fetchedAt: fetched, published: at(1)}, before, at(10)},
		"edit that tells":         {arrival{fetchedAt: fetched, published: at(1), modified: at(7)}, before, at(7)},
		"edit with an old time":   {arrival{fetchedAt: fetched, modified: at(3)}, before, at(10)},
		"edit with a future time": {arrival{fetchedAt: fetched, modified: at(12)}, before, at(10)},
	} {
		if got := knownAt(c.a, c.before); !got.Equal(*c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What the content hash covers: text, and numbers where there is no text or the
// page is a table; not what is said about the document.
func TestContentHash(t *testing.T) {
	base := func() *nhip.Record { return testItems(1)[0].Record }
	published := time.Now()
	for name, c := range map[string]struct {
		change func(*nhip.Record)
		differ bool
	}{
		"nothing":           {func(*nhip.Record) {}, false},
		"title":             {func(r *nhip.Record) { r.Article.Title += "." }, true},
		"lead":              {func(r *nhip.Record) { r.Article.Sapo = "Sapo" }, true},
		"body":              {func(r *nhip.Record) { r.Article.Body[0] = "khác" }, true},
		"cut of paragraphs": {func(r *nhip.Record) { r.Article.Body = []string{"Đoạn một.Đoạn hai."} }, true},
		"caption":           {func(r *nhip.Record) { r.Article.Captions = []string{"ảnh"} }, true},
		"tags, section, author": {func(r *nhip.Record) {
			r.Article.Tags, r.Article.Section, r.Article.Authors = []string{"x"}, []string{"y"}, []string{"z"}
		}, false},
		"times":                 {func(r *nhip.Record) { r.Article.PublishedAt, r.Article.ModifiedAt = &published, &published }, false},
		"numbers of an article": {func(r *nhip.Record) { r.Observations = nil }, false},
		"reader":                {func(r *nhip.Record) { r.Reader = "r/9" }, false},
	} {
		r := base()
		c.change(r)
		if got := contentHash(r) != contentHash(base()); got != c.differ {
			t.Errorf("%s: differs %v, want %v", name, got, c.differ)
		}
	}
	a, b := base(), base()
	a.Kind, b.Kind = nhip.KindTable, nhip.KindTable
	v := nhip.NewDecimal(7, 0)
	b.Observations[1].Value = &v
	if contentHash(a) == contentHash(b) {
		t.Error("a corrected number of a table is the same content")
	}
}

func TestToken(t *testing.T) {
	rows := []mentionRow{{Mention: nhip.Mention{ID: "a", Name: "bc"}}, {Mention: nhip.Mention{ID: "ab", Name: "c"}}}
	of := func(job string, rows ...mentionRow) string { return token(job, "mentions", mentionsTable.block(rows)) }
	seen := map[string]string{}
	for name, got := range map[string]string{
		"first": of("j", rows[0]), "second": of("j", rows[1]), "both": of("j", rows...), "turned": of("j", rows[1], rows[0]), "another job": of("k", rows[0]),
	} {
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s have one token", name, other)
		}
		seen[got] = name
	}
	if again := of("j", append([]mentionRow(nil), rows...)...); seen[again] != "both" {
		t.Error("the same block has two tokens")
	}
	one := token("j", "pages", pagesTable.block([]pageRow{{page: &nhip.Page{Header: map[string][]string{"A": {"1"}, "B": {"2"}, "C": {"3"}}}}}))
	for range 20 { // maps are walked in random order
		if one != token("j", "pages", pagesTable.block([]pageRow{{page: &nhip.Page{Header: map[string][]string{"C": {"3"}, "B": {"2"}, "A": {"1"}}}}})) {
			t.Fatal("the token depends on the order of a map")
		}
	}
}

func TestStoreDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-12.5": "-12.5", "1200000000": "1200000000", "0.0000000001": "0.0000000001", "9223372036854775807e9": "9223372036854775807000000000",
		"0.12345678905": "0.1234567891", "-1.00000000004": "-1", "1982.5564000000011": "1982.5564",
		"1e27": "1000000000000000000000000000", "1e28": "", "1e-11": "", "10e-11": "0.0000000001", "-1e100": "", "92233720368547758e11": "9223372036854775800000000000", "92233720368547758e12": "",
	} {
		d, err := nhip.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		got, why := storeDecimal("value", &d)
		if (why != nil) != (want == "") || why == nil && got.String() != want {
			t.Errorf("%s: %v, %v, want %q", text, got, why, want)
		}
	}
}

func TestJoinParagraphs(t *testing.T) {
	body, starts := joinParagraphs([]string{"một", "", "hai\nba", "bốn"})
	if d := cmp.Diff([]uint32{0, 6, 7, 14}, starts); d != "" || body != "một\n\nhai\nba\nbốn" {
		t.Error(d, body)
	}
}
