package entity

import (
	"strings"
	"unicode"

	"nhip"
)

// alias is another form under which the document names an organisation.
type alias struct {
	words []string
	org   *organisation
}

func (d *document) isFirm(org *organisation) bool {
	o, ok := d.r.catalog.Organisation(nhip.OrganisationID(org.id))
	return ok && o.Kind == "company"
}

// readSiblings reads the further brands of a list that a firm begins: "công ty hóa
// dầu PCS (Singapore) và Chandra Asri (Indonesia)", "Samsung, LG, Goertek". Capitals
// alone count only where a common word announced the list (announced): stock
// symbols stand in lists too.
func (d *document) readSiblings(p *paragraph, end int, announced bool) int {
	for end < len(p.toks) {
		at := end
		if p.toks[at].gap == "(" {
			for at < len(p.toks) && at-end < 4 && !strings.HasPrefix(p.toks[at].gap, ")") {
				at++
			}
			if at == len(p.toks) || !strings.HasPrefix(p.toks[at].gap, ")") {
				return end
			}
		}
		gap := strings.TrimPrefix(p.toks[at].gap, ")")
		switch {
		case gap == "" && (p.toks[at].text == "và" || p.toks[at].text == "hoặc" || p.toks[at].text == "hay"):
			at++
		case gap == ",":
		default:
			return end
		}
		if at >= len(p.toks) || !p.isBrand(at) || p.toks[at].caps && !announced || p.used[at] || p.is(at, kindOrganisation) || p.is(at, kindPlace) || p.is(at, kindPosition) || p.is(at, kindHead) {
			return end
		}
		stop := p.properEnd(at)
		org := d.organisation(p, at, stop, false)
		d.addOrganisation(p, at, stop, org)
		end = d.readBrackets(p, stop, org)
	}
	return end
}

// branchEnd returns the end of the name of a firm's branch: LG Electronics Việt
// Nam behind LG.
func (d *document) branchEnd(p *paragraph, i, end int, ref int32) int {
	switch d.r.catalog.Organisations[ref].Kind {
	case "company", "bank":
	default:
		return end
	}
	long := end
	if end < len(p.toks) && p.glued(end) && p.isBrand(end) && !p.is(end, kindPlace) {
		long = p.properEnd(end)
		for k := end; k < long; k++ {
			if e, _ := p.longest(k, kindPlace); e != nil {
				long = k
			}
		}
	}
	if e, place := p.longest(long, kindPlace); e != nil && p.glued(long) && d.r.catalog.Places[e.ref].ID == "viet-nam" {
		return place
	}
	if long > end && isFirmWord(p.toks[long-1].text) {
		return long
	}
	return end
}

// isFirmWord tells the English words that close the name of a firm.
func isFirmWord(word string) bool {
	switch word {
	case "Electronics", "Materials", "Display", "Group", "Holdings", "Corporation", "Corp", "Motor", "Motors", "Vina", "Capital", "Securities", "Research", "Bank", "Innotek", "Energy", "Steel", "Solutions", "Technologies", "Ventures", "Partners":
		return true
	}
	return false
}

// readBrackets reads an abbreviation in brackets behind an organisation and
// returns the token to go on with.
func (d *document) readBrackets(p *paragraph, end int, org *organisation) int {
	if end >= len(p.toks) || p.toks[end].gap != "(" {
		return end
	}
	stop := end
	for stop < len(p.toks) && stop-end < 4 && !strings.HasPrefix(p.gapAfter(stop), ")") {
		stop++
	}
	stop++
	if stop > len(p.toks) || !strings.HasPrefix(p.gapAfter(stop-1), ")") || !isAbbreviationOfName(p.toks[end]) {
		return end
	}
	if _, place := p.longest(end, kindPlace); place == stop {
		return end
	}
	if e, known := p.longest(end, kindOrganisation); known == stop && isLong(d.r.catalog.Organisations[e.ref].Name, p.span(end, stop)) && len(org.name) < 12 {
		return end
	}
	d.addAlias(p, end, stop, org)
	d.mentions = append(d.mentions, mention{kind: nhip.MentionOrganisation, p: p, start: end, end: stop, org: org})
	p.mark(end, stop)
	return stop
}

func isLong(name, short string) bool { return len(name) > 2*len(short) }

// isAbbreviationOfName tells VASI, HoREA and Vinatex from a word in brackets.
func isAbbreviationOfName(t token) bool {
	return t.upper && (t.caps || !t.syllable || countUpper(t.text) > 1) && !notOrganisations[t.text]
}

func countUpper(s string) int {
	n := 0
	for _, c := range s {
		if unicode.IsUpper(c) {
			n++
		}
	}
	return n
}

func (d *document) addAlias(p *paragraph, i, end int, org *organisation) {
	a := alias{org: org}
	for _, t := range p.toks[i:end] {
		a.words = append(a.words, t.text)
	}
	d.aliases[a.words[0]] = append(d.aliases[a.words[0]], a)
}

// readShortNames finds later and earlier mentions under the abbreviations and
// short names that the document itself introduces. These win over the catalog:
// VSA is whoever the document says.
func (d *document) readShortNames(p *paragraph) {
	for i := range d.mentions {
		m := &d.mentions[i]
		if m.p != p || m.kind != nhip.MentionOrganisation {
			continue
		}
		if org, end := d.aliasAt(p, m.start); org != nil && end == m.end {
			m.org = org
		}
	}
	for i := 0; i < len(p.toks); i++ {
		if p.used[i] {
			continue
		}
		if org, end := d.aliasAt(p, i); org != nil && !p.anyUsed(i, end) {
			d.addOrganisation(p, i, end, org)
			i = end - 1
		}
	}
}

func (d *document) aliasAt(p *paragraph, i int) (org *organisation, end int) {
	for _, a := range d.aliases[p.toks[i].text] {
		if i+len(a.words) <= len(p.toks) && i+len(a.words) > end && matchesWords(p, i, a.words) {
			org, end = a.org, i+len(a.words)
		}
	}
	return org, end
}

func matchesWords(p *paragraph, i int, words []string) bool {
	for n, w := range words {
		t := p.toks[i+n]
		if t.text != w || n > 0 && !soft(t.gap, &p.toks[i+n-1]) {
			return false
		}
	}
	return true
}

// describedAt finds a proper name behind a common word that says what it is and is
// no part of it: "hãng xe BYD", "thương hiệu Happy Flower". The name must not be
// that of a place.
func (d *document) describedAt(p *paragraph, i int) (start, end int) {
	e, at := p.longest(i, kindDescriptor)
	if e == nil || p.toks[i].upper && !p.toks[i].first {
		return 0, 0
	}
	for n := 0; at < len(p.toks) && n < 4; n++ {
		t := p.toks[at]
		if t.gap != "" {
			return 0, 0
		}
		if t.upper {
			if place, over := p.longest(at, kindPlace); place != nil && n > 0 && over < len(p.toks) && p.toks[over].upper && p.glued(over) && p.isBrand(over) {
				at = over // hãng xe Trung Quốc BYD
			}
			break
		}
		if p.is(at, kindStop) || p.is(at, kindSpeech) {
			return 0, 0
		}
		at++
	}
	if at >= len(p.toks) || !p.toks[at].upper || p.toks[at].gap != "" || notOrganisations[p.toks[at].text] || unicode.IsDigit(rune(p.toks[at].text[0])) {
		return 0, 0
	}
	end = p.properEnd(at)
	if _, place := p.longest(at, kindPlace); place >= end || p.is(at, kindPosition) || p.is(at, kindHead) {
		return 0, 0
	}
	if p.is(i, kindDescriptor) && !p.announces(i, at, end) {
		return 0, 0
	}
	return at, end
}

// announces reports whether the descriptor at i makes a name of the capitals at
// [at, end): any firm's word does for a brand, only some do for Vietnamese words.
func (p *paragraph) announces(i, at, end int) bool {
	if p.isBrand(at) || !p.toks[end-1].syllable {
		return true
	}
	switch p.toks[i].text {
	case "shop", "thương", "hãng", "chuỗi", "tập", "báo", "tờ":
		return end-at > 1
	case "công", "cửa", "hệ", "liên":
		return end-at > 1 && at-i <= 5
	}
	return false
}

// isBrand reports whether the word at i is a capital no Vietnamese word has.
func (p *paragraph) isBrand(i int) bool {
	return p.toks[i].brand
}

// properEnd returns the end of the run of capitals at i, with the small words of
// foreign names inside.
func (p *paragraph) properEnd(i int) int {
	end := i + 1
	for end < len(p.toks) && end-i < 8 {
		t := p.toks[end]
		if t.gap != "" && t.gap != "&" && t.gap != "-" || t.gap == "-" && t.blank {
			break
		}
		if t.upper {
			end++
			continue
		}
		small := t.text == "and" || t.text == "of" || t.text == "de" || t.text == "the"
		if small && end+1 < len(p.toks) && p.toks[end+1].upper && p.glued(end+1) {
			end += 2
			continue
		}
		break
	}
	return end
}

// isSpeakingAcronym reports whether the capitals at i say something or are the
// stated source, as organisations and not things do.
func (p *paragraph) isSpeakingAcronym(i int) bool {
	t := p.toks[i]
	if !t.caps || len(t.text) > 8 || notOrganisations[t.text] || p.is(i, kindPosition) || p.is(i, kindHead) || p.is(i, kindPlace) || p.is(i, kindLevel) || p.is(i, kindIndustry) || p.is(i, kindTerm) {
		return false
	}
	if i > 0 && !p.endsAt(i, kindSource) && !(i+1 < len(p.toks) && p.is(i+1, kindSays)) || strings.ContainsFunc(t.text, unicode.IsDigit) || p.glued(i) && p.toks[i-1].caps || i+1 < len(p.toks) && p.glued(i+1) && p.toks[i+1].upper {
		return false
	}
	return p.isSource(i, i+1)
}

// nationalEnd returns the end of a foreign name with "Việt Nam" behind it, which is
// the branch of a firm (KPMG Việt Nam), or i.
func (d *document) nationalEnd(p *paragraph, i int) int {
	if !p.isBrand(i) || p.is(i, kindPlace) || p.is(i, kindHead) || p.is(i, kindPosition) || i > 0 && p.glued(i) && p.toks[i-1].upper && !p.toks[i-1].first {
		return i
	}
	end := i
	for end < len(p.toks) && end-i < 5 && p.isBrand(end) && (end == i || p.glued(end)) && !p.is(end, kindPlace) {
		end++
	}
	e, place := p.longest(end, kindPlace)
	if e == nil || !p.glued(end) || d.r.catalog.Places[e.ref].ID != "viet-nam" || e.lower {
		return i
	}
	return place
}

// mergeShort joins an organisation named without its place to the only one of the
// document named with it: Sở Công Thương to Sở Công Thương Hà Nội. What the catalog
// holds stays itself: Cục Thống kê is the national office.
func (d *document) mergeShort() {
	long := map[string]*organisation{} // nil where two fit
	for _, org := range d.orgs {
		if org.base == "" {
			continue
		}
		if other, seen := long[org.base]; seen && other != org {
			long[org.base] = nil
			continue
		}
		long[org.base] = org
	}
	for i := range d.mentions {
		m := &d.mentions[i]
		if m.org == nil || m.org.base != "" {
			continue
		}
		if org := long[m.org.key]; org != nil && m.org.key != "" {
			m.org = org
		}
	}
}
