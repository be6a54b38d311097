package entity

import (
	"slices"
	"strings"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// organisation is one organisation of the document.
type organisation struct {
	id, name string
	office   bool   // a public office, whose place counts as context
	key      string // of the name, empty for those of the catalog
	base     string // of the name without the place it ends in, empty if in none
}

// readOrganisations finds the organisations that are named in full.
func (d *document) readOrganisations(p *paragraph) {
	for i := 0; i < len(p.toks); {
		start, end, org := d.organisationAt(p, i)
		if org == nil {
			i++
			continue
		}
		d.addOrganisation(p, start, end, org)
		end = d.readBrackets(p, end, org)
		if start > i {
			if _, known := d.aliasAt(p, start); known == 0 {
				d.addAlias(p, start, end, org)
			}
		}
		if start > i || d.isFirm(org) {
			end = d.readSiblings(p, end, start > i)
		}
		i = end
	}
}

func (d *document) addOrganisation(p *paragraph, start, end int, org *organisation) {
	m := mention{kind: nhip.MentionOrganisation, p: p, start: start, end: end, org: org}
	switch {
	case p.isSource(start, end):
		m.role = RoleSource
	case p.isBystander(start, end):
		m.role = RoleBystander
	}
	d.mentions = append(d.mentions, m)
	p.mark(start, end)
}

// organisationAt finds the longest organisation whose name, or the word that
// announces it, begins at token i.
func (d *document) organisationAt(p *paragraph, i int) (start, end int, org *organisation) {
	if p.used[i] {
		return 0, 0, nil
	}
	e, known := p.longest(i, kindOrganisation)
	pattern, head := p.patternEnd(i)
	if pattern > known {
		return i, pattern, d.patternOrganisation(p, i, head, pattern)
	}
	if e != nil && !p.isPartOfName(i, known) {
		if end := d.branchEnd(p, i, known, e.ref); end > known {
			return i, end, d.organisation(p, i, end, false)
		}
		return i, known, d.knownOrganisation(p.refs(i, known, kindOrganisation))
	}
	if end := d.nationalEnd(p, i); end > i {
		return i, end, d.organisation(p, i, end, false)
	}
	if start, end := d.describedAt(p, i); end > start {
		if org, known := d.aliasAt(p, start); known == end {
			return start, end, org
		}
		return start, end, d.organisation(p, start, end, false)
	}
	if p.isSpeakingAcronym(i) {
		return i, i + 1, d.organisation(p, i, i+1, false)
	}
	return 0, 0, nil
}

// isPartOfName reports whether a short known name stands inside a longer run of
// capitals that is another name: FPT in "Đại học FPT Hà Nội" was taken before, Apple
// in "Big Apple Fund" is not ours.
func (p *paragraph) isPartOfName(i, end int) bool {
	if end-i > 1 || p.toks[i].caps {
		return false
	}
	if p.glued(i) && p.toks[i-1].upper && !p.toks[i-1].first && !p.toks[i-1].syllable {
		return true
	}
	return false
}

// refs returns the entries of a kind whose hits span tokens [i, end).
func (p *paragraph) refs(i, end int, k kind) []int32 {
	var refs []int32
	for _, h := range p.at(i) {
		if h.entry.kind == k && h.end == end && !slices.Contains(refs, h.entry.ref) {
			refs = append(refs, h.entry.ref)
		}
	}
	return refs
}

// knownOrganisation picks among catalog organisations of one name the one that
// bore it on the day of the document.
func (d *document) knownOrganisation(refs []int32) *organisation {
	all := d.r.catalog.Organisations
	best := all[refs[0]]
	for _, ref := range refs {
		if all[ref].ValidOn(d.on) {
			best = all[ref]
			break
		}
	}
	key := "id:" + string(best.ID)
	org, ok := d.orgs[key]
	if !ok {
		org = &organisation{id: string(best.ID), name: best.Name, office: isOffice(best)}
		d.orgs[key] = org
	}
	return org
}

func isOffice(o *catalog.Organisation) bool {
	switch o.Kind {
	case "ministry", "office", "department", "party":
		return true
	}
	return false
}

// patternOrganisation returns the organisation of a name that begins with a head
// word, and enters the part of it that later mentions use.
func (d *document) patternOrganisation(p *paragraph, i, head, end int) *organisation {
	tail := i
	for {
		next := p.headEnd(tail)
		if next <= tail || next >= end || !isCompanyHead(p.span(tail, next)) {
			break
		}
		if _, known := p.longest(tail, kindOrganisation); tail > i && known == end {
			break
		}
		tail = next
	}
	if _, known := p.longest(tail, kindOrganisation); tail > i && known == end {
		return d.knownOrganisation(p.refs(tail, end, kindOrganisation)) // Công ty CP Tập đoàn Hòa Phát
	}
	if org, known := d.aliasAt(p, tail); tail > i && known == end && org.key != "" && len(org.name) < len(p.span(i, end)) {
		org.name, org.id = p.span(i, end), d.canonical(p, i, end, p.span(i, end))
		return org // "công ty SJC" before "Công ty SJC"
	}
	org := d.organisation(p, i, end, isOfficeHead(p.toks[i].text))
	org.name = d.withCapitals(p, i, head, end, org.name)
	org.id = d.canonical(p, i, end, org.name)
	if tail > i && p.distinguishes(tail, end) {
		d.addAlias(p, tail, end, org)
	}
	return org
}

// distinguishes reports whether the words alone can stand for the firm they name.
func (p *paragraph) distinguishes(i, end int) bool {
	if _, place := p.longest(i, kindPlace); place == end {
		return false
	}
	if _, known := p.longest(i, kindOrganisation); known == end {
		return false
	}
	t := p.toks[i]
	return end-i > 1 || t.caps || !t.syllable
}

// organisation returns the organisation named by tokens [i, end) as printed. Two
// printings are one organisation if they differ in case, tone placement, the level
// word before a place or the form of the place's name only.
func (d *document) organisation(p *paragraph, i, end int, office bool) *organisation {
	key := d.organisationKey(p, i, end)
	org, ok := d.orgs[key]
	if !ok {
		name := p.span(i, end)
		org = &organisation{id: d.canonical(p, i, end, name), name: name, office: office && !isCompanyHead(name), key: key}
		for j := i + 1; j < end; j++ {
			if e, stop := p.longest(j, kindPlace); e != nil && stop == end {
				org.base = strings.TrimSuffix(key, " "+vi.Key(d.r.catalog.Places[e.ref].Name))
				break
			}
		}
		d.orgs[key] = org
	}
	return org
}

func (d *document) organisationKey(p *paragraph, i, end int) string {
	var parts []string
	for j := i; j < end; {
		if e, stop := p.longest(j, kindPlace); e != nil && stop <= end {
			parts = append(parts, vi.Key(d.r.catalog.Places[e.ref].Name))
			j = stop
			continue
		}
		if e, stop := p.longest(j, kindLevel); e != nil && stop < end && j > i {
			j = stop
			continue
		}
		parts = append(parts, vi.Key(p.toks[j].text))
		j++
	}
	return strings.Join(parts, " ")
}

// withCapitals prints the field of an office as the ministry of that field does:
// "Sở Công thương Hà Nội" is "Sở Công Thương Hà Nội".
func (d *document) withCapitals(p *paragraph, i, head, end int, name string) string {
	if first := p.toks[i].text; first != "Sở" && first != "Bộ" {
		return name
	}
	for k := min(end, head+9); k > head; k-- {
		if field, ok := d.r.fields[vi.Key(p.span(head, k))]; ok {
			name := p.span(i, head) + " " + field
			if k < end {
				name += p.text[p.toks[k-1].to:p.toks[end-1].to]
			}
			return name
		}
	}
	return name
}

// canonical gives the name [i, end), printed as name, without the words for
// province and city and with its places as the catalog names them, so that it is
// one id however a text prints it.
func (d *document) canonical(p *paragraph, i, end int, name string) string {
	for j := i + 1; j < end; j++ {
		e, stop := p.longest(j, kindPlace)
		if e == nil || stop > end || e.lower {
			continue
		}
		from := j
		if e, over := p.longest(j-1, kindLevel); e != nil && over == j && j-1 > i {
			from = j - 1
		}
		printed := p.span(from, stop)
		name = strings.Replace(name, printed, d.r.catalog.Places[e.ref].Name, 1)
		j = stop - 1
	}
	return name
}

// isSource reports whether the words around [start, end) give it as the source.
func (p *paragraph) isSource(start, end int) bool {
	if p.toks[start].gap == "(" {
		return false // the body above the one that speaks
	}
	if p.endsAt(start, kindSource) && p.toks[start].gap == "" {
		return true
	}
	after := end
	if after < len(p.toks) && strings.HasPrefix(p.toks[after].gap, "(") { // over "(VASI)"
		for k := after + 1; k < len(p.toks) && k <= after+8; k++ {
			if strings.HasPrefix(p.toks[k].gap, ")") {
				after = k
				break
			}
		}
	}
	for k := after; k < len(p.toks) && k < after+2; k++ { // "cũng cho biết", "vừa công bố"
		if gap := p.toks[k].gap; gap != "" && gap != ")" && gap != ")," {
			return false
		}
		if p.is(k, kindSpeech) {
			return true
		}
	}
	return false
}

// isBystander reports whether the bare government is named behind a preposition in
// a list or at the end of a clause.
func (p *paragraph) isBystander(start, end int) bool {
	if p.span(start, end) != "Chính phủ" || start == 0 || !p.glued(start) {
		return false
	}
	switch p.toks[start-1].text {
	case "từ", "của", "với", "cho", "và":
		return end == len(p.toks) || p.toks[end].gap != "" || p.toks[end].text == "và"
	}
	return false
}
