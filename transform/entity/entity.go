// Package entity finds the people, organisations, places, industries and catalog
// terms that an article names.
//
// Names of the catalog are found by one walk of a gazetteer over the words of the
// text, indifferent to where tone marks stand. Names it does not hold are read
// from how Vietnamese prints them: an office or firm begins with a word that says
// what it is (Sở, Công ty CP, Hiệp hội), a person stands beside a title or post
// (ông, TS, Phó Giám đốc ...). Abbreviations in brackets and later mentions by a
// part of the name ("bà Lan") belong to the first, full one.
//
// A place inside the name of a firm, road, port or newspaper is no place of the
// text; one inside the name of a public office is a mention of role [RoleOffice]
// and does not count as a place of the article. The package reads no numbers, and
// it does not know whether what it found is true.
package entity

import (
	"slices"
	"strings"
	"sync"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Roles of mentions.
const (
	// RoleSource marks an organisation that the text gives as a source: "theo X",
	// "X cho biết".
	RoleSource = "source"
	// RoleBystander marks the government where it is only the authority in general:
	// "hỗ trợ từ Chính phủ, thành phố".
	RoleBystander = "bystander"
	// RoleOffice marks a place inside the name of a public office: Hà Nội in "Sở
	// Công Thương Hà Nội". The office speaks of that place, the text need not.
	RoleOffice = "office"
	// RoleAnaphora marks words that stand for a place: cả nước, nước ta.
	RoleAnaphora = "anaphora"
	// RolePark marks an industrial park or economic zone: a place of its own that
	// the catalog does not hold. Its ID is its name.
	RolePark = "park"
)

// Found is what [Reader.Read] found, each list in order of first appearance and
// without repetition. Mentions holds every occurrence in text order, with spans
// that count code points within their paragraph.
type Found struct {
	People        []nhip.Person
	Organisations []string
	Places        []nhip.Place
	Industries    []nhip.Industry
	Mentions      []nhip.Mention
}

// Reader finds the entities of one catalog. It is safe for concurrent use.
type Reader struct {
	catalog *catalog.Catalog
	gazetteer
	known *wordCache
	// fields holds the part of the names of ministries after "Bộ", by key: it gives
	// the departments of the provinces their capitals.
	fields map[string]string
	memory sync.Pool // of *workspace
}

// New compiles the names of c.
func New(c *catalog.Catalog) *Reader {
	r := &Reader{catalog: c, gazetteer: newGazetteer(), fields: map[string]string{}, known: &wordCache{words: map[string]word{}}}
	for i, p := range c.Places {
		r.addAll(kindPlace, i, p.Name, p.Aliases)
	}
	for i, o := range c.Organisations {
		r.addAll(kindOrganisation, i, o.Name, o.Aliases)
		if field, ok := strings.CutPrefix(o.Name, "Bộ "); ok && o.Kind == "ministry" {
			r.fields[vi.Key(field)] = field
		}
	}
	for i, n := range c.Industries {
		r.addAll(kindIndustry, i, "", n.Words)
		r.add(kindBareIndustry, i, n.Name)
	}
	for i, t := range c.Terms {
		r.addAll(kindTerm, i, "", t.Phrases)
	}
	for i, p := range c.Positions {
		r.add(kindPosition, i, p.Name)
	}
	for k, forms := range lexicon {
		for form := range strings.SplitSeq(forms, ",") {
			r.add(k, 0, form)
		}
	}
	r.seal()
	return r
}

func (r *Reader) addAll(k kind, ref int, name string, aliases []string) {
	r.add(k, ref, name)
	for _, a := range aliases {
		r.add(k, ref, a)
	}
}

// Read finds the entities of a. src may be nil. at is the day the text speaks of,
// as a rule the day it was published: it decides which of two provinces of one
// name is meant. The zero time means unknown and takes the present ones.
func (r *Reader) Read(a *nhip.Article, src *catalog.Source, at time.Time) Found {
	w, ok := r.memory.Get().(*workspace)
	if !ok {
		w = &workspace{}
	}
	defer r.memory.Put(w)
	w.reset()
	d := &document{r: r, paragraphs: make([]*paragraph, 0, len(a.Body)+2), orgs: map[string]*organisation{}, aliases: map[string][]alias{}, people: map[string]*person{}}
	if !at.IsZero() {
		d.on = nhip.DateOf(at.In(nhip.Zone))
	}
	all := make([]paragraph, 0, cap(d.paragraphs)) // never grows: it is pointed into
	add := func(n int, text string) {
		if text != "" {
			all = append(all, r.words(w, n, text))
			p := &all[len(all)-1]
			p.order = len(all)
			r.search(w, p)
			d.paragraphs = append(d.paragraphs, p)
		}
	}
	add(nhip.ParagraphTitle, a.Title)
	add(nhip.ParagraphSapo, a.Sapo)
	for i, text := range a.Body {
		add(i, text)
	}
	d.read()
	return d.found()
}

// document is one article while it is read.
type document struct {
	r          *Reader
	on         nhip.Date
	paragraphs []*paragraph
	orgs       map[string]*organisation // by key of the name
	aliases    map[string][]alias       // by their first word as printed
	people     map[string]*person       // by key of the full name
	inOrder    []*person
	mentions   []mention
	orgAt      map[position]orgSpan // by first token
}

// orgSpan is an organisation and the token its name ends before.
type orgSpan struct {
	org *organisation
	end int
}

// position is a token of the document.
type position struct {
	p *paragraph
	i int
}

// mention is an occurrence before its name is settled.
type mention struct {
	kind       nhip.MentionKind
	p          *paragraph
	start, end int // tokens
	role       string
	org        *organisation
	person     *person
	id, name   string
}

func (d *document) read() {
	d.orgAt = map[position]orgSpan{}
	for _, p := range d.paragraphs {
		d.readNamedThings(p)
	}
	for _, p := range d.paragraphs {
		d.readOrganisations(p)
	}
	for _, p := range d.paragraphs {
		d.readShortNames(p)
	}
	d.mergeShort()
	d.indexOrganisations()
	for _, p := range d.paragraphs {
		d.readPeople(p)
	}
	for _, p := range d.paragraphs {
		d.readLaterPeople(p)
	}
	for _, p := range d.paragraphs {
		d.readPlaces(p)
		d.readWords(p, kindIndustry)
		d.readWords(p, kindTerm)
	}
}

// indexOrganisations lets people be read with the organisations beside them. It
// comes after short names are settled.
func (d *document) indexOrganisations() {
	for _, m := range d.mentions {
		if m.kind == nhip.MentionOrganisation {
			d.orgAt[position{m.p, m.start}] = orgSpan{m.org, m.end}
		}
	}
}

// readWords finds industries and terms, the longest first and none inside the name
// of an organisation or person.
func (d *document) readWords(p *paragraph, k kind) {
	last := -1 // end of the mention before
	for i := 0; i < len(p.toks); {
		e, end := p.longest(i, k)
		if bare, over := p.longest(i, kindBareIndustry); k == kindIndustry && over > end && p.inIndustryList(i, over, last) {
			e, end = bare, over
		}
		if e == nil || p.anyUsed(i, end) || p.longerInside(i, end, k) {
			i++
			continue
		}
		m := mention{p: p, start: i, end: end}
		if k == kindIndustry {
			n := d.r.catalog.Industries[e.ref]
			m.kind, m.id, m.name = nhip.MentionIndustry, string(n.ID), n.Name
		} else {
			t := d.r.catalog.Terms[e.ref]
			m.kind, m.id, m.name = nhip.MentionTerm, t.ID, t.Name
		}
		d.mentions = append(d.mentions, m)
		i, last = end, end
	}
}

// inIndustryList reports whether the bare name of an industry, which is a common
// word too (gỗ, nhựa, điện tử), stands behind "ngành" or in a list of industries.
func (p *paragraph) inIndustryList(i, end, last int) bool {
	switch {
	case i > 0 && p.glued(i) && (p.toks[i-1].text == "ngành" || p.toks[i-1].text == "vực"):
		return true
	case last == i && p.toks[i].gap == ",", i > 0 && last == i-1 && p.toks[i-1].text == "và" && p.glued(i):
		return true
	}
	return end < len(p.toks) && p.toks[end].gap == "," && p.is(end, kindIndustry)
}

// longerInside reports whether a hit that begins inside [i, end) reaches further:
// "ngành dệt" gives way to "dệt may".
func (p *paragraph) longerInside(i, end int, k kind) bool {
	for j := i + 1; j < end; j++ {
		if _, further := p.longest(j, k); further > end {
			return true
		}
	}
	return false
}

// found brings the mentions into text order and sums them up.
func (d *document) found() Found {
	sorted := make([]*mention, len(d.mentions))
	for i := range d.mentions {
		sorted[i] = &d.mentions[i]
	}
	slices.SortStableFunc(sorted, func(a, b *mention) int {
		if a.p != b.p {
			return a.p.order - b.p.order
		}
		return a.start - b.start
	})
	f := Found{Mentions: make([]nhip.Mention, 0, len(sorted))}
	seen := map[string]bool{}
	for _, m := range sorted {
		out := m.settle()
		f.Mentions = append(f.Mentions, out)
		if key := string(out.Kind) + "\x00" + out.ID; !seen[key] && m.counts() {
			seen[key] = true
			f.add(m, out)
		}
	}
	return f
}

// counts reports whether the mention makes its entity one of the article.
func (m *mention) counts() bool {
	switch m.kind {
	case nhip.MentionPlace:
		return m.role == "" || m.role == RolePark
	case nhip.MentionOrganisation:
		return m.role != RoleBystander
	}
	return true
}

func (m *mention) settle() nhip.Mention {
	out := nhip.Mention{Kind: m.kind, ID: m.id, Name: m.name, Role: m.role, Span: nhip.Span{
		Paragraph: m.p.n, Start: int(m.p.toks[m.start].start), End: int(m.p.toks[m.end-1].end)}}
	switch {
	case m.org != nil:
		out.ID, out.Name = m.org.id, m.org.name
	case m.person != nil:
		out.ID, out.Name, out.Role = m.person.name, m.person.name, m.person.position
	}
	return out
}

func (f *Found) add(m *mention, out nhip.Mention) {
	switch m.kind {
	case nhip.MentionPerson:
		f.People = append(f.People, nhip.Person{Name: m.person.name, Position: m.person.position, Organisation: m.person.organisation})
	case nhip.MentionOrganisation:
		f.Organisations = append(f.Organisations, out.Name)
	case nhip.MentionPlace:
		place := nhip.Place{ID: nhip.PlaceID(out.ID), Name: out.Name}
		if m.role == RolePark {
			place.ID = ""
		}
		f.Places = append(f.Places, place)
	case nhip.MentionIndustry:
		f.Industries = append(f.Industries, nhip.Industry{Code: nhip.IndustryID(out.ID), Name: out.Name})
	}
}
