package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhip"
	"nhip/catalog"
	"nhip/transform/article"
)

// articleFields are the fields of an article in the order of a page, by the names that
// evidence has.
var articleFields = []struct {
	name  string
	needs bool // an article without it is of no use
	value func(*nhip.Article) string
}{
	{"title", true, func(a *nhip.Article) string { return a.Title }},
	{"sapo", false, func(a *nhip.Article) string { return a.Sapo }},
	{"body", true, func(a *nhip.Article) string { return paragraphs(a.Body) }},
	{"captions", false, func(a *nhip.Article) string { return strings.Join(a.Captions, " | ") }},
	{"authors", false, func(a *nhip.Article) string { return strings.Join(a.Authors, ", ") }},
	{"credit", false, func(a *nhip.Article) string { return a.Credit }},
	{"published_at", true, func(a *nhip.Article) string { return printedTime(a.PublishedAt) }},
	{"modified_at", false, func(a *nhip.Article) string { return printedTime(a.ModifiedAt) }},
	{"section", false, func(a *nhip.Article) string { return strings.Join(a.Section, " > ") }},
	{"tags", false, func(a *nhip.Article) string { return strings.Join(a.Tags, ", ") }},
}

// paragraphs says how much there is besides the first words.
func paragraphs(body []string) string {
	if len(body) == 0 {
		return ""
	}
	letters := 0
	for _, p := range body {
		letters += utf8.RuneCountInString(p)
	}
	return fmt.Sprintf("%d paragraphs, %d letters: %s", len(body), letters, body[0])
}

func printedTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(nhip.Zone).Format("2006-01-02 15:04:05 -07:00")
}

// witnesses read one page as if a single witness were asked.
type witnesses struct {
	source  *catalog.Source
	names   []string // of the witnesses, in the usual order of trust
	readers map[string]*article.Reader
}

const noWitness = "generic" // not asked by anybody's order: what is found without

// newWitnesses prepares a reader for each witness: the layouts of the source, every
// field asking this one only.
func newWitnesses(cat *catalog.Catalog, src *catalog.Source) (*witnesses, error) {
	w := &witnesses{source: src, names: []string{"jsonld", "meta", "css", noWitness}, readers: map[string]*article.Reader{}}
	for _, name := range w.names {
		one := *src
		one.Selectors = "verified" // no falling back to the generic reader
		one.Layouts = nil
		for _, l := range src.Layouts {
			one.Layouts = append(one.Layouts, only(l, name))
		}
		if name == noWitness {
			one.Layouts = nil
		} else { // a page that bears no layout's mark still has JSON-LD and meta
			one.Layouts = append(one.Layouts, only(catalog.Layout{}, name))
		}
		sources := []*catalog.Source{&one}
		for _, other := range cat.Sources {
			if other.ID != src.ID { // the names of other papers are no authors
				sources = append(sources, &catalog.Source{ID: other.ID, Name: other.Name})
			}
		}
		reader, err := article.New(&catalog.Catalog{Sources: sources})
		if err != nil {
			return nil, err
		}
		w.readers[name] = reader
	}
	return w, nil
}

// only returns the layout with every field's order cut down to one witness.
func only(l catalog.Layout, witness string) catalog.Layout {
	for _, f := range []*catalog.Field{&l.Title, &l.Sapo, &l.Body, &l.Captions, &l.Authors, &l.Credit, &l.Published, &l.Modified, &l.Section, &l.Tags} {
		f.Order = []string{witness}
		if witness != "css" {
			f.CSS = nil
		}
	}
	return l
}

// testimony is what one witness says of one field.
type testimony struct {
	witness string // with the selector or name that gave it, as in evidence
	value   string
}

// ask returns what each witness says of each field, silence left out.
func (w *witnesses) ask(p *nhip.Page) map[string][]testimony {
	said := map[string][]testimony{}
	for _, name := range w.names {
		a, _, _ := w.readers[name].Read(p, w.source)
		for _, f := range articleFields {
			value, evidence := f.value(&a), a.Evidence[f.name]
			if value != "" && evidence != "" && witnessOf(evidence) == name {
				said[f.name] = append(said[f.name], testimony{evidence, value})
			}
		}
	}
	return said
}

// witnessOf is which witness evidence names.
func witnessOf(evidence string) string {
	name, _, _ := strings.Cut(evidence, ":")
	if slices.Contains([]string{"jsonld", "meta", "css"}, name) {
		return name
	}
	return noWitness
}

// printFields prints for each field what won, and what the other witnesses say.
func printFields(out *report, a *nhip.Article, said map[string][]testimony) {
	for _, f := range articleFields {
		value, evidence := f.value(a), a.Evidence[f.name]
		if value == "" && len(said[f.name]) == 0 {
			if f.needs {
				out.problem("%s: no witness names it", f.name)
			} else {
				out.line("    %-13s -", f.name)
			}
			continue
		}
		out.line("    %-13s %s  [%s]", f.name, short(value), cmp.Or(evidence, "nothing plausible"))
		for _, t := range said[f.name] {
			if witnessOf(t.witness) == witnessOf(evidence) {
				continue
			}
			if same(f.name, t.value, value) {
				out.line("    %-13s   = %s", "", t.witness)
			} else {
				out.line("    %-13s   ≠ %s: %s", "", t.witness, short(t.value))
			}
		}
		if f.needs && value == "" {
			out.problem("%s: witnesses name it, none plausibly", f.name)
		}
	}
}

// same tells whether two witnesses agree: times to the minute, for some print no
// seconds.
func same(field, a, b string) bool {
	if strings.HasSuffix(field, "_at") && len(a) > 16 && len(b) > 16 {
		return a[:16] == b[:16]
	}
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// short cuts a value to what fits on a line.
func short(s string) string {
	const most = 90
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", strings.TrimSpace(string([]rune(s)[:most])))
}
