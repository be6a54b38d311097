package article

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Selectors of fields, for [Reader.Learn]: an element whose text is what the generic
// reader found gives selectors; each is tried as a layout on every article, and the
// one that finds the same on most of them is proposed.

// learned are the fields in the order in which they can be tried: the body last,
// because it needs the others to know what is no part of it.
var learned = []string{"title", "sapo", "authors", "published", "section", "tags", "captions", "body"}

func (l *learning) learnLayout() {
	layout := &catalog.Layout{}
	found := map[string]FieldProposal{}
	for _, name := range learned {
		f := fieldOf(layout, name)
		if name == "title" || name == "sapo" {
			f.Order = []string{"css", "jsonld", "meta"} // editors correct what readers see
		}
		f.CSS = l.selectors(name, layout)
		if name == "body" {
			layout.Body.Drop = l.drops(layout)
		}
		if len(f.CSS) == 0 {
			f.Order = nil
		}
	}
	if p := l.confidence("body", layout); p.Agree == 0 {
		layout.Body = catalog.Field{} // a text that is wrong everywhere is worse than the generic reader's
	}
	if len(layout.Body.CSS) > 0 {
		layout.Match = strings.Join(layout.Body.CSS, ", ")
	} else {
		l.note("layouts: no selector finds the text on the articles; the generic reader reads it")
	}
	for _, name := range learned {
		found[name] = l.confidence(name, layout)
	}
	for _, name := range []string{"title", "sapo", "body", "captions", "authors", "published", "section", "tags"} {
		p := found[name]
		l.fields = append(l.fields, p)
		if f := fieldOf(layout, name); len(f.CSS) == 0 && p.Pages > 0 {
			l.note("%s: no selector finds it on the visible page; JSON-LD, meta or the generic reader gives it", name)
		}
	}
	l.source.Layouts = []catalog.Layout{*layout}
	if len(l.samples) == 1 {
		l.note("one article only: add another, of another section or form, and learn again")
	}
}

// fieldOf returns a field of a layout by its name in source files.
func fieldOf(l *catalog.Layout, name string) *catalog.Field {
	switch name {
	case "title":
		return &l.Title
	case "sapo":
		return &l.Sapo
	case "body":
		return &l.Body
	case "captions":
		return &l.Captions
	case "authors":
		return &l.Authors
	case "published":
		return &l.Published
	case "section":
		return &l.Section
	}
	return &l.Tags
}

// evidenceOf names a field as evidence does.
func evidenceOf(name string) string {
	if name == "published" {
		return "published_at"
	}
	return name
}

// try reads a sample with a layout. Where only is a field's name, its selectors alone
// are asked for it, and what JSON-LD and meta say does not count.
func (s *sample) try(l *catalog.Layout, only string) nhip.Article {
	spec := *l
	if only != "" {
		fieldOf(&spec, only).Order = []string{"css"}
	}
	p, err := newPlan(&catalog.Source{Layouts: []catalog.Layout{spec}, Selectors: "verified"})
	if err != nil {
		return nhip.Article{}
	}
	h := s.withoutLayout()
	h.layout = p.layouts[0]
	a, _, _ := h.read()
	return a
}

// agrees reports whether a reading has the sample's own value of a field, found by a
// selector.
func (s *sample) agrees(name string, a *nhip.Article) bool {
	if !strings.HasPrefix(a.Evidence[evidenceOf(name)], "css:") {
		return false
	}
	return sameField(name, &s.truth, a)
}

func sameField(name string, a, b *nhip.Article) bool {
	keys := func(list []string) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = vi.Key(s)
		}
		return out
	}
	switch name {
	case "title":
		return vi.Key(a.Title) == vi.Key(b.Title)
	case "sapo":
		return vi.Key(a.Sapo) == vi.Key(b.Sapo)
	case "published":
		return a.PublishedAt != nil && b.PublishedAt != nil && a.PublishedAt.Truncate(time.Minute).Equal(b.PublishedAt.Truncate(time.Minute))
	case "authors":
		return slices.Equal(keys(a.Authors), keys(b.Authors))
	case "section":
		return slices.Equal(keys(a.Section), keys(b.Section))
	case "tags":
		return slices.Equal(keys(a.Tags), keys(b.Tags))
	case "captions":
		return slices.Equal(keys(a.Captions), keys(b.Captions))
	}
	return slices.Equal(a.Body, b.Body)
}

// has reports whether the sample has a value of a field at all.
func (s *sample) has(name string) bool {
	a := &s.truth
	switch name {
	case "title":
		return a.Title != ""
	case "sapo":
		return a.Sapo != ""
	case "published":
		return a.PublishedAt != nil
	case "authors":
		return len(a.Authors) > 0
	case "section":
		return len(a.Section) > 0
	case "tags":
		return len(a.Tags) > 0
	case "captions":
		return len(a.Captions) > 0
	}
	return len(a.Body) > 0
}

// mostTried bounds how many selectors of a field are tried.
const mostTried = 60

// selectors returns up to two selectors of a field: the best, and where it fails on
// some article the best of those that do not.
func (l *learning) selectors(name string, layout *catalog.Layout) []string {
	var candidates []string
	for _, s := range l.samples {
		for _, n := range s.elements(name) {
			for _, css := range selectorsOf(n, 3) {
				if !slices.Contains(candidates, css) {
					candidates = append(candidates, css)
				}
			}
		}
	}
	if name == "captions" && len(candidates) > 0 {
		return nil // what looks like a caption is one; see element.go
	}
	slices.SortStableFunc(candidates, func(a, b string) int { return liking(name, b) - liking(name, a) })
	candidates = candidates[:min(len(candidates), mostTried)]
	var chosen []string
	left := l.samples
	for len(chosen) < 2 && len(left) > 0 {
		best, bestScore := "", 0
		for _, css := range candidates {
			if score := l.score(name, layout, css, left); score > bestScore {
				best, bestScore = css, score
			}
		}
		if best == "" {
			break
		}
		chosen = append(chosen, best)
		left = slices.DeleteFunc(slices.Clone(left), func(s *sample) bool { return l.right(name, layout, best, s) != 0 })
	}
	return chosen
}

// score weighs what a selector finds on the articles: 100 for the right thing, less
// twice that for a wrong one, and how well it is named.
func (l *learning) score(name string, layout *catalog.Layout, css string, samples []*sample) int {
	score := 0
	for _, s := range samples {
		switch r := l.right(name, layout, css, s); {
		case r > 0:
			score += r
		case r < 0:
			score -= 200
		}
	}
	if score <= 0 {
		return 0
	}
	if isBareTag(css) {
		score /= 3 // any box may be a div: one that is named on a part of the pages is safer
	}
	return score*100 + liking(name, css)
}

// right returns 100 where the selector finds the field on a page, -1 where it finds
// something else, 0 where it finds nothing. A text that holds a little more than the
// generic reader's is nearly right: drop may mend it.
func (l *learning) right(name string, layout *catalog.Layout, css string, s *sample) int {
	spec := *layout
	*fieldOf(&spec, name) = catalog.Field{CSS: []string{css}}
	a := s.try(&spec, name)
	switch {
	case !strings.HasPrefix(a.Evidence[evidenceOf(name)], "css:"):
		return 0
	case !s.has(name):
		return -1
	case sameField(name, &s.truth, &a):
		if name == "body" {
			return 100 - s.looseness(css)
		}
		return 100
	case name == "body":
		missing, extra := difference(s.truth.Body, a.Body)
		if missing*20 <= len(s.truth.Body) && extra <= 2*len(s.truth.Body)+6 {
			return 90 - min(80, missing*10+extra*3)
		}
	}
	return -1
}

// looseness says how much more than the text an element holds that a selector finds: the
// next page may have prose there. It is 10 at most.
func (s *sample) looseness(css string) int {
	n := s.firstOf([]string{css})
	if n == nil {
		return 0
	}
	own := 1
	for _, p := range slices.Concat(s.truth.Body, s.truth.Captions) {
		own += utf8.RuneCountInString(p)
	}
	return min(10, max(0, letters(n, 4*own)-own)*10/own)
}

// difference counts the paragraphs of one text that the other lacks, both ways.
func difference(want, got []string) (missing, extra int) {
	count := map[string]int{}
	for _, p := range got {
		count[p]++
	}
	for _, p := range want {
		if count[p] > 0 {
			count[p]--
		} else {
			missing++
		}
	}
	for _, n := range count {
		extra += n
	}
	return missing, extra
}

// elements returns the elements of a page whose text is the field's value.
func (s *sample) elements(name string) (nodes []*html.Node) {
	if name == "body" {
		return s.bodyElements()
	}
	want := map[string]bool{}
	longest := 0
	for _, v := range s.values(name) {
		want[vi.Key(v)] = true
		longest = max(longest, utf8.RuneCountInString(v))
	}
	if len(want) == 0 && name != "published" {
		return nil
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if silent(n) {
				return
			}
			if s.holds(name, n, want, longest) {
				nodes = append(nodes, n)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(s.reading.page.body)
	return nodes[:min(len(nodes), 40)]
}

func (s *sample) holds(name string, n *html.Node, want map[string]bool, longest int) bool {
	limit := longest + 30
	if name == "published" {
		limit = 80
		for _, text := range attributesOfTime(n) {
			if t, ok := s.absolute(text, ""); ok && s.isPublished(t) {
				return true
			}
		}
	}
	if count := letters(n, limit+1); count == 0 || count > limit {
		return false
	}
	text := (&walker{}).text(n)
	switch name {
	case "published":
		t, ok := s.absolute(text, "")
		return ok && s.isPublished(t)
	case "authors":
		names, _ := signature(text)
		return slices.ContainsFunc(names, func(n string) bool { return want[vi.Key(n)] })
	}
	return want[vi.Key(text)] || name == "tags" && want[vi.Key(strings.Trim(text, " ,;#.-"))]
}

func (s *sample) isPublished(t stamp) bool {
	at := s.truth.PublishedAt
	return at != nil && at.Truncate(time.Minute).Equal(t.Truncate(time.Minute))
}

func (s *sample) values(name string) []string {
	a := &s.truth
	switch name {
	case "title":
		return nonEmpty(a.Title)
	case "sapo":
		return nonEmpty(a.Sapo)
	case "authors":
		return a.Authors
	case "section":
		return a.Section
	case "tags":
		return a.Tags
	case "captions":
		return a.Captions
	}
	return nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// bodyElements returns the element the generic reader took for the text, and those
// around and inside it that hold the same paragraphs.
func (s *sample) bodyElements() (nodes []*html.Node) {
	root := s.region().root
	if root == nil {
		return nil
	}
	for n := root; n != nil && n.DataAtom != atom.Body && n.DataAtom != atom.Html && len(nodes) < 4; n = n.Parent {
		nodes = append(nodes, n)
	}
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.ElementNode && letters(n, 400) >= 400 {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// confidence compares what the whole layout reads with the generic reader, and the
// visible page with the head.
func (l *learning) confidence(name string, layout *catalog.Layout) FieldProposal {
	p := FieldProposal{Name: name}
	css := len(fieldOf(layout, name).CSS) > 0
	for _, s := range l.samples {
		if !s.has(name) {
			continue
		}
		p.Pages++
		if name == "captions" { // found by themselves, inside the body
			if a := s.try(layout, ""); sameField(name, &s.truth, &a) {
				p.Agree++
			}
			continue
		}
		if !css {
			continue
		}
		if a := s.try(layout, name); s.agrees(name, &a) {
			p.Agree++
			if s.confirmed(name) {
				p.Confirmed++
			}
		}
	}
	return p
}

// confirmed reports whether JSON-LD or meta says what the generic reader found.
func (s *sample) confirmed(name string) bool {
	e := &explaining{reading: s.withoutLayout(), a: &s.truth}
	e.reading.a = s.truth
	if name == "body" {
		t := s.bodyOfJSONLD()
		missing, _ := difference(s.truth.Body, t.body)
		return len(t.body) > 0 && missing*5 < len(s.truth.Body)
	}
	for _, w := range []string{"jsonld", "meta"} {
		for _, v := range e.asked(name, w) {
			text, doubt := e.read(name, v)
			if doubt != "" {
				continue
			}
			b := s.truth
			switch name {
			case "title":
				b.Title = text
			case "sapo":
				if describes([]value{{text: text}}, s.truth.Sapo) {
					return true
				}
				b.Sapo = text
			case "published":
				if t, err := time.Parse(time.RFC3339, text); err == nil {
					b.PublishedAt = &t
				}
			case "authors":
				b.Authors, _ = signature(strings.ReplaceAll(text, ";", ","))
			case "section":
				b.Section = strings.Split(text, "; ")
			case "tags":
				b.Tags = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' })
			}
			if sameField(name, &s.truth, &b) {
				return true
			}
		}
	}
	return false
}
