package article

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhip"
	"nhip/catalog"
)

// Claim is what one witness says of a field of an article.
type Claim struct {
	Field   string // as in [nhip.Article]'s Evidence: title, sapo, published_at ...
	Witness string // as Evidence names it: "jsonld", "meta:og:title", "css:h1.title-detail", "generic"
	Value   string // what it says, as cleaned by the layout; of a body its size and first words
	Won     bool   // this witness gave the field
	Note    string // why it could not: not asked by the layout, no plausible value
}

// Explain reads a page as [Reader.Read] does and returns for each field what every
// witness says, the winner first; witnesses that the source's layout does not ask are
// asked too, and the generic reader. It is for people who write sources, not for runs:
// it reads the page twice. It returns no claims of a page that cannot be opened.
func (r *Reader) Explain(p *nhip.Page, src *catalog.Source) []Claim {
	a, _, _ := r.Read(p, src)
	g, _, reject := r.open(p, src)
	if reject != "" {
		return nil
	}
	e := &explaining{a: &a}
	if p.Kind != nhip.KindText {
		e.reading = g
		e.generic, _, _ = g.withoutLayout().read()
		g.a = a // plausibility is asked with the title at hand
	}
	var claims []Claim
	for _, f := range explained {
		claims = append(claims, e.field(f.evidence, f.name)...)
	}
	return claims
}

// explained names the fields in the order of the report: as evidence names them and
// as layouts do.
var explained = []struct{ evidence, name string }{
	{"title", "title"}, {"sapo", "sapo"}, {"published_at", "published"}, {"modified_at", "modified"}, {"authors", "authors"},
	{"credit", "credit"}, {"section", "section"}, {"tags", "tags"}, {"body", "body"}, {"captions", "captions"}, {"language", ""}, // which layouts do not name
}

// explaining is the state of one Explain. reading is nil for plain text.
type explaining struct {
	*reading
	a       *nhip.Article // as read
	generic nhip.Article  // as read without the layout
}

func (e *explaining) field(evidence, name string) []Claim {
	var claims []Claim
	add := func(witness, value, note string) {
		if value == "" || slices.ContainsFunc(claims, func(c Claim) bool { return c.Witness == witness && c.Value == value }) {
			return
		}
		claims = append(claims, Claim{Field: evidence, Witness: witness, Value: value, Note: note})
	}
	if e.reading != nil {
		for _, w := range usualOrder {
			if name == "" {
				break
			}
			note := ""
			if !slices.Contains(e.reading.field(name).order, w) {
				note = "not asked: the layout's order leaves it out"
			}
			for _, v := range e.asked(name, w) {
				value, doubt := e.read(name, v)
				if doubt != "" {
					add(v.from, value, doubt)
				} else {
					add(v.from, value, note)
				}
			}
		}
		if w := e.generic.Evidence[evidence]; w != "" {
			add(w, shown(&e.generic, evidence), "")
		}
	}
	winner := e.a.Evidence[evidence]
	if winner == "" {
		return claims
	}
	won := slices.IndexFunc(claims, func(c Claim) bool { return c.Witness == winner && c.Value == shown(e.a, evidence) })
	if won < 0 {
		claims = slices.DeleteFunc(claims, func(c Claim) bool { return c.Witness == winner })
		return append([]Claim{{Field: evidence, Witness: winner, Value: shown(e.a, evidence), Won: true}}, claims...)
	}
	c := claims[won]
	c.Won, c.Note = true, ""
	return append([]Claim{c}, slices.Delete(claims, won, won+1)...)
}

// asked returns what the witnesses of one sort say of a field; several values of one
// witness are one, joined as lists are shown.
func (e *explaining) asked(name, witness string) []value {
	f := e.reading.field(name)
	var values []value
	switch witness {
	case "jsonld":
		switch name {
		case "authors":
			values = e.authorsOfJSONLD()
		case "section":
			values = e.breadcrumbs()
		}
		values = append(values, e.fromJSONLD(name, f)...)
	case "meta":
		values = append(e.fromMeta(name, f), e.fromMeta(name, &field{})...) // the usual names too
	case "css":
		if name == "body" {
			return e.bodies(f)
		}
		for _, sel := range f.css { // each by itself: people want to see which of them still match
			one := field{Field: f.Field, css: []selector{sel}, drop: f.drop}
			values = append(values, e.fromCSS(&one)...)
		}
		if name == "title" && e.page.title != "" {
			values = append(values, value{text: e.page.title, from: "title"})
		}
	}
	if name == "authors" || name == "section" || name == "tags" || name == "captions" {
		values = joined(values)
	}
	return values
}

// joined makes one value of those of each witness.
func joined(values []value) []value {
	var out []value
	for _, v := range values {
		if n := len(out); n > 0 && out[n-1].from == v.from {
			out[n-1].text += "; " + v.text
			continue
		}
		out = append(out, v)
	}
	return out
}

func (e *explaining) breadcrumbs() (values []value) {
	for _, t := range e.page.things {
		if t.is("BreadcrumbList") {
			if names := e.crumbs(t.breadcrumb()); len(names) > 0 {
				values = append(values, value{text: strings.Join(names, "; "), from: "jsonld:BreadcrumbList"})
			}
		}
	}
	return values
}

func (e *explaining) bodies(f *field) (values []value) {
	for _, sel := range f.css {
		for _, n := range e.page.find(sel) {
			w := walker{skip: droppers(n, f.drop)}
			w.walk(n)
			var paragraphs []string
			for _, b := range w.blocks {
				if b.text != "" && b.kind != kindCaption {
					paragraphs = append(paragraphs, b.text)
				}
			}
			values = append(values, value{text: size(paragraphs), from: "css:" + sel.css, node: n})
		}
	}
	return values
}

// read returns a value as a field would hold it, and what speaks against it.
func (e *explaining) read(name string, v value) (text, doubt string) {
	switch name {
	case "published", "modified":
		for _, s := range timesOf(v) {
			if t, ok := e.stamp(s, v.from); ok {
				return t.In(nhip.Zone).Format(time.RFC3339), ""
			}
		}
		return v.text, "no time of this page"
	case "title":
		if v.text = e.cutSiteName(v.text); !e.plausibleTitle(v.text) {
			return v.text, "no plausible title"
		}
	case "sapo":
		if v.text = e.cutSiteName(v.text); !e.plausibleSapo(v.text) {
			return v.text, "too short, the title, or the paper's name"
		}
	case "authors":
		names, credit := signature(v.text)
		if e.isOwn(v.text) || len(names) == 0 && credit == "" {
			return v.text, "the paper's name, or none of a person"
		}
	}
	return v.text, ""
}

// shown returns a field of an article in one line.
func shown(a *nhip.Article, field string) string {
	clock := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	switch field {
	case "title":
		return a.Title
	case "sapo":
		return a.Sapo
	case "published_at":
		return clock(a.PublishedAt)
	case "modified_at":
		return clock(a.ModifiedAt)
	case "authors":
		return strings.Join(a.Authors, "; ")
	case "credit":
		return a.Credit
	case "section":
		return strings.Join(a.Section, "; ")
	case "tags":
		return strings.Join(a.Tags, "; ")
	case "body":
		return size(a.Body)
	case "captions":
		return strings.Join(a.Captions, "; ")
	case "language":
		return a.Language
	}
	return ""
}

// size describes a body: how long it is, and how it begins and ends.
func size(paragraphs []string) string {
	if len(paragraphs) == 0 {
		return ""
	}
	letters := 0
	for _, p := range paragraphs {
		letters += utf8.RuneCountInString(p)
	}
	first, last := []rune(paragraphs[0]), []rune(paragraphs[len(paragraphs)-1])
	return fmt.Sprintf("%d paragraphs, %d letters: %s … %s", len(paragraphs), letters, string(first[:min(len(first), 40)]), string(last[max(0, len(last)-40):]))
}
