// Package fact reads the numbers of prose: for every quantity that measures
// something it tells what it measures (the text's words and the catalogue's
// indicator), how (level, growth, share ...), against what, when, where, whether
// it is known or only wanted, and who says so.
//
// A sentence goes through four forms. Tokens and marks (numbers with units,
// periods, comparisons) come from package vi; [lexicon] tags the words that
// govern numbers; a predicate is what stands before a number up to its subject;
// and binding fills the slots a number leaves out from the clause, the sentence,
// the sentence before, the title and the caller's context, in this order. What
// none of them says stays empty: nothing is guessed.
//
// The package knows no pages and finds no people or places: places and
// organisations come as mentions.
package fact

import (
	"strings"
	"sync"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Context is what surrounds the text of an article.
type Context struct {
	At       time.Time      // the day the text speaks from; zero: unknown
	Place    nhip.PlaceID   // what "thành phố", "địa phương" mean with this publisher; may be empty
	Mentions []nhip.Mention // places and organisations with their spans; others are ignored
}

// Reader reads observations. It is safe for concurrent use.
type Reader struct {
	catalog    *catalog.Catalog
	units      *vi.Lexicon
	indicators *phrases
	industries *phrases
	placesByID map[nhip.PlaceID]*catalog.Place
	sameName   map[string][]*catalog.Place // places by name: one for each time it meant something else
	memory     sync.Pool                   // of *workspace
}

// New prepares a reader for the units, indicators, industries and places of c.
func New(c *catalog.Catalog) *Reader {
	r := &Reader{catalog: c, units: vi.NewLexicon(Units(c)), indicators: newPhrases(), industries: newPhrases(),
		placesByID: map[nhip.PlaceID]*catalog.Place{}, sameName: map[string][]*catalog.Place{}}
	for i, ind := range c.Indicators {
		r.indicators.add(ind.Name, i)
		for _, p := range ind.Phrases {
			r.indicators.add(p, i)
		}
	}
	for i, ind := range c.Industries {
		r.industries.add(ind.Name, i)
		for _, w := range ind.Words {
			r.industries.add(w, i)
		}
	}
	for _, p := range c.Places {
		r.placesByID[p.ID] = p
		key := vi.Key(p.Name)
		r.sameName[key] = append(r.sameName[key], p)
	}
	return r
}

// Units returns the units of c in the form package vi reads.
func Units(c *catalog.Catalog) []vi.Unit {
	units := make([]vi.Unit, len(c.Units))
	for i, u := range c.Units {
		units[i] = vi.Unit{ID: string(u.ID), Family: u.Family, Forms: u.Forms, Mult: u.Mult, Counted: u.Counted, OnlyFor: u.OnlyFor}
	}
	return units
}

// Read returns the observations of title, sapo and body, in the order of the
// text. Texts must be repaired (see [vi.Repair]). Spans cover the number with its
// qualifier, scale words and unit; Quote is the sentence.
func (r *Reader) Read(a *nhip.Article, ctx Context) []nhip.Observation {
	w, ok := r.memory.Get().(*workspace)
	if !ok {
		w = &workspace{}
	}
	defer r.memory.Put(w)
	d := &document{r: r, ctx: ctx, w: w}
	w.texts.Reset()
	if !ctx.At.IsZero() {
		d.ref = vi.DateOf(ctx.At.In(nhip.Zone))
	}
	d.mentions = map[int][]nhip.Mention{}
	for _, m := range ctx.Mentions {
		if m.Kind == nhip.MentionPlace && r.placesByID[nhip.PlaceID(m.ID)] == nil {
			continue // an industrial park: where a number holds is the province around it
		}
		if m.Kind == nhip.MentionPlace || m.Kind == nhip.MentionOrganisation {
			d.mentions[m.Paragraph] = append(d.mentions[m.Paragraph], m)
		}
	}
	d.prepare(a)
	d.read(nhip.ParagraphTitle, a.Title)
	d.read(nhip.ParagraphSapo, a.Sapo)
	for i, text := range a.Body {
		d.read(i, text)
	}
	return d.out
}

// document is one article while it is read.
type document struct {
	r        *Reader
	w        *workspace
	ctx      Context
	ref      vi.Date
	mentions map[int][]nhip.Mention // by paragraph
	place    place                  // of title or sapo
	year     int                    // the title speaks of
	mem      memory                 // of the sentence before
	spoken   []spoken               // the last sentences that were read
	listOpen bool                   // the paragraph before ended in a colon
	out      []nhip.Observation
}

type place struct {
	id   nhip.PlaceID
	name string
}

// memory is what a sentence leaves to the next.
type memory struct {
	subject string
	period  vi.Period
	ofAim   bool // period was named for an aim or a forecast
	year    int
	kind    nhip.Kind
	carried int // sentences in a row that only inherited kind
	compare base
	place   place
	aspects []string // "về lượng, kim ngạch và giá", to be paired with the values that follow
	object  string   // what the aspects are of
}

// prepare reads what the title says for the whole text.
func (d *document) prepare(a *nhip.Article) {
	for _, n := range []int{nhip.ParagraphTitle, nhip.ParagraphSapo} {
		if d.place == (place{}) {
			if m, ok := d.firstPlace(n); ok {
				d.place = m
			}
		}
	}
	for _, m := range d.w.texts.Scan(a.Title, d.r.units).Marks {
		if m.Period != nil && m.Period.Year > 0 && !m.Period.Void && d.year == 0 {
			d.year = m.Period.Year
		}
	}
}

// firstPlace is the first place a paragraph names that is not part of the name of
// an organisation.
func (d *document) firstPlace(paragraph int) (place, bool) {
	for _, m := range d.mentions[paragraph] {
		if m.Kind == nhip.MentionPlace && !d.insideOrganisation(m) {
			return place{nhip.PlaceID(m.ID), m.Name}, true
		}
	}
	return place{}, false
}

func (d *document) insideOrganisation(p nhip.Mention) bool {
	for _, m := range d.mentions[p.Paragraph] {
		if m.Kind == nhip.MentionOrganisation && m.Start <= p.Start && p.End <= m.End && m.Span != p.Span {
			return true
		}
	}
	return false
}

// continues tells a paragraph that goes on with the one before: an item of a list,
// or one that says so.
func continues(text string) bool {
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "•") || strings.HasPrefix(text, "–") {
		return true
	}
	if text == "" || strings.IndexByte("tTcCrR\xc4", text[0]) < 0 { // đ and Đ begin with the last
		return false
	}
	begin := strings.ToLower(text[:min(len(text), 40)])
	for _, head := range []string{"trong đó", "cụ thể", "đồng thời", "cùng với đó", "riêng"} {
		if strings.HasPrefix(begin, head) {
			return true
		}
	}
	return false
}

// leavesListOpen reports that the next paragraph is an item of a list: this one ends
// in a colon, or is an item and short, or says by its sign that another follows.
func (d *document) leavesListOpen(text string, x *vi.Text) bool {
	text = strings.TrimRight(text, " ")
	switch {
	case strings.HasSuffix(text, ":"):
		return true
	case !d.listOpen:
		return false
	case strings.HasSuffix(text, ";"), strings.HasSuffix(text, ","):
		return true
	}
	return len(x.Sentences) == 1 && len(x.Tokens) <= 60
}

// read reads one paragraph. What a sentence leaves to the next does not cross
// from the title into the text.
func (d *document) read(n int, text string) {
	if text == "" {
		return
	}
	x := d.w.texts.Scan(text, d.r.units)
	if len(x.Tokens) == 0 {
		return
	}
	if !d.listOpen && !continues(text) {
		d.mem.kind = "" // an aim goes on in its list, not in the next paragraph's news
	}
	p := newPassage(d, n, x)
	for _, s := range x.Sentences {
		p.sentence(s)
	}
	d.listOpen = d.leavesListOpen(text, x)
	// What a paragraph leaves to the next is its period, if that is a recent stretch
	// of the calendar, its year, and an aim; places and subjects end with it.
	next := memory{year: d.mem.year, kind: d.mem.kind, carried: d.mem.carried + 1}
	if d.listOpen {
		next.carried = 0
	}
	if p := d.mem.period; p.Span != vi.SpanDay && p.Span != vi.SpanDays && d.ref.Year-p.Start.Year <= 1 {
		next.period, next.ofAim = p, d.mem.ofAim
	}
	if d.ref != (vi.Date{}) && d.ref.Year-next.year > 1 {
		next.year = 0 // a glance back ends with its paragraph
	}
	if n < 0 {
		next.kind = ""
	}
	d.mem = next
}
