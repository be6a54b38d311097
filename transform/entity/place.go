package entity

import (
	"strings"
	"unicode"

	"nhip"
	"nhip/catalog"
)

// merger is the first day of the 34 provinces.
var merger = nhip.Date{Year: 2025, Month: 7, Day: 1}

// readNamedThings marks what is named after a place, so that the place is not
// taken for one of the text, and finds industrial parks.
func (d *document) readNamedThings(p *paragraph) {
	for i := 0; i < len(p.toks); i++ {
		if p.used[i] {
			continue
		}
		if e, at := p.longest(i, kindPark); e != nil {
			d.readPark(p, i, at)
			continue
		}
		if e, at := p.longest(i, kindLevel); e != nil && at-i > 1 {
			i = at - 1 // the phố of "thành phố Hà Nội" is no street
			continue
		}
		e, at := p.longest(i, kindNamed)
		if e == nil || !p.properAt(at) || p.toks[i].upper && !p.toks[i].first && p.is(i, kindSurname) {
			continue
		}
		if p.isHalfWord(i, at) {
			continue
		}
		if end := p.thingEnd(at); p.holdsPlace(at, end) {
			p.mark(at, end)
		}
	}
}

// isHalfWord tells the trường of môi trường, the cầu of nhu cầu: half of a word that
// names no school and no bridge.
func (p *paragraph) isHalfWord(i, at int) bool {
	if at != i+1 || i == 0 || !p.glued(i) {
		return false
	}
	switch strings.ToLower(p.toks[i-1].text + " " + p.toks[i].text) {
	case "môi trường", "thị trường", "nông trường", "lâm trường", "công trường", "lập trường", "nhu cầu", "yêu cầu", "toàn cầu", "mía đường", "con đường", "trực tuyến", "hải cảng", "thị ủy", "phòng hầm":
		return true
	}
	return false
}

func (p *paragraph) properAt(at int) bool {
	return at < len(p.toks) && p.toks[at].upper && p.toks[at].gap == "" && !unicode.IsDigit(rune(p.toks[at].text[0]))
}

func (p *paragraph) holdsPlace(at, end int) bool {
	for j := at; j < end; j++ {
		if p.is(j, kindPlace) {
			return true
		}
	}
	return false
}

// thingEnd returns the end of the capitals at i, over the dashes of "Hà Nội - Hải
// Phòng".
func (p *paragraph) thingEnd(i int) int {
	end := i
	for end < len(p.toks) && end-i < 10 {
		t := p.toks[end]
		if end > i && t.gap != "" && t.gap != "-" && t.gap != "–" || !t.upper {
			break
		}
		if end > i && (p.is(end, kindHead) || p.is(end, kindPosition)) {
			break
		}
		end++
	}
	return end
}

// readPark reads "KCN Thăng Long II". A park named exactly like a province or
// country is as a rule "the parks of" it.
func (d *document) readPark(p *paragraph, i, at int) {
	if !p.properAt(at) {
		return
	}
	end := at + 1
	for end < len(p.toks) && end-at < 6 && p.toks[end].upper && (p.toks[end].gap == "" || p.toks[end].gap == "-" && !p.toks[end].blank) {
		end++
	}
	if e, place := p.longest(at, kindPlace); e != nil && place == end {
		switch d.r.catalog.Places[e.ref].Level {
		case "province", "country", "region":
			return
		}
	}
	if p.is(at, kindHead) || p.is(at, kindLevel) {
		return
	}
	name := p.span(i, end)
	d.mentions = append(d.mentions, mention{kind: nhip.MentionPlace, p: p, start: i, end: end, id: name, name: name, role: RolePark})
	p.mark(i, end)
}

// readPlaces finds the places of the catalog.
func (d *document) readPlaces(p *paragraph) {
	offices := map[int]bool{}
	for i := range d.mentions {
		if m := &d.mentions[i]; m.p == p && m.org != nil && m.org.office {
			for j := m.start; j < m.end; j++ {
				offices[j] = true
			}
		}
	}
	for i := 0; i < len(p.toks); {
		e, end := p.longest(i, kindPlace)
		if e == nil {
			i++
			continue
		}
		role := ""
		switch {
		case offices[i] && offices[end-1]:
			role = RoleOffice
		case p.anyUsed(i, end) && !d.isGroup(p, i, end), !p.isPlace(i, end, e):
			i++
			continue
		case e.lower:
			role = RoleAnaphora
		}
		if place := d.resolve(p, i, end); place != nil {
			d.mentions = append(d.mentions, mention{kind: nhip.MentionPlace, p: p, start: i, end: end, id: string(place.ID), name: place.Name, role: role})
		}
		i = end
	}
}

// isGroup reports whether the tokens are a group of states, which is a place and an
// organisation at once: EU, ASEAN.
func (d *document) isGroup(p *paragraph, i, end int) bool {
	for _, ref := range p.refs(i, end, kindOrganisation) {
		if d.r.catalog.Organisations[ref].Kind == "group" {
			return true
		}
	}
	return false
}

// isPlace reports whether the words mean the place and not a person, a common word
// or a part of another name.
func (p *paragraph) isPlace(i, end int, e *entry) bool {
	if e.lower {
		return true
	}
	t := p.toks[i]
	if p.endsAt(i, kindLevel) && p.glued(i) {
		return true
	}
	if p.inNameOfPerson(i) || p.isCurrency(i) {
		return false
	}
	next := end < len(p.toks) && p.toks[end].upper && p.glued(end)
	if t.text == "Thủ" && end-i == 2 && next {
		return false // Thủ đô Bangkok
	}
	if t.text == "Hồ" && i > 0 && p.glued(i) {
		switch p.toks[i-1].text {
		case "tịch", "tưởng", "Bác", "lăng", "Lăng", "đường", "Đường", "đảo":
			return false
		}
	}
	if end-i == 1 && !t.syllable && p.glued(i) && p.isBrand(i-1) && !p.endsAt(i, kindPlace) && !p.endsAt(i, kindOrganisation) && !p.endsAt(i, kindPosition) && !p.endsAt(i, kindIndustry) {
		return false // Air Jordan
	}
	if end-i > 1 || !t.syllable {
		return !t.syllable || !p.isTailOfName(i)
	}
	return p.isShortPlace(i, next)
}

// isTailOfName reports whether the place at i is the end of the longer name of a
// commune or of something else that the catalog does not hold: Tả Thanh Oai.
func (p *paragraph) isTailOfName(i int) bool {
	if i == 0 || !p.glued(i) {
		return false
	}
	before := p.toks[i-1]
	if !before.upper || !before.syllable || before.first || before.caps || p.used[i-1] {
		return false
	}
	return !p.endsAt(i, kindPlace) && !p.endsAt(i, kindOrganisation) && !p.endsAt(i, kindPosition) && !p.endsAt(i, kindWord) &&
		!p.endsAt(i, kindIndustry) && !p.endsAt(i, kindHead) && !p.endsAt(i, kindLevel) && !p.endsAt(i, kindNamed) && !p.endsAt(i, kindPark) && !p.endsAt(i, kindTerm)
}

// isCurrency reports whether the words before token i make it a money: đô la Mỹ.
func (p *paragraph) isCurrency(i int) bool {
	if i == 0 || !p.glued(i) {
		return false
	}
	switch strings.ToLower(p.toks[i-1].text) {
	case "la", "đô", "bảng", "yên", "won", "baht", "franc", "rúp", "rupee", "ringgit", "peso", "tệ", "usd", "dollar":
		return true
	}
	return false
}

// inNameOfPerson reports whether a surname or title stands before token i.
func (p *paragraph) inNameOfPerson(i int) bool {
	if i == 0 || !p.glued(i) {
		return false
	}
	before := p.toks[i-1]
	if p.is(i-1, kindHonorific) && !p.endsAt(i, kindPlace) {
		return true
	}
	return before.upper && before.syllable && !before.first && p.is(i-1, kindSurname) && !p.endsAt(i, kindPlace) && !p.endsAt(i, kindPosition) && !p.used[i-1]
}

// isShortPlace weighs a country or city of one Vietnamese syllable (Mỹ, Anh, Nga,
// Vinh), which may be a common word or a part of a longer name.
func (p *paragraph) isShortPlace(i int, next bool) bool {
	t := p.toks[i]
	if next && p.toks[i+1].syllable && !p.toks[i+1].caps && !p.is(i+1, kindPlace) && !p.is(i+1, kindOrganisation) && !p.is(i+1, kindPosition) {
		return false // Mỹ Đình
	}
	if p.glued(i) {
		before := p.toks[i-1]
		if before.upper && before.syllable && (!before.first || p.is(i-1, kindSurname) && !p.is(i-1, kindNotName)) && !p.used[i-1] &&
			!p.endsAt(i, kindPlace) && !p.endsAt(i, kindOrganisation) && !p.endsAt(i, kindPosition) && !p.endsAt(i, kindWord) {
			return false // Phú Mỹ
		}
	}
	if i+1 < len(p.toks) && p.glued(i+1) {
		for _, w := range strings.Fields(collocations[t.text]) {
			if p.toks[i+1].text == w {
				return false
			}
		}
	}
	if !t.first {
		return true
	}
	switch t.text {
	case "Anh", "Ý", "Áo", "Vinh", "Đức":
		// Only where another place beside it shows what is meant.
		if i+1 < len(p.toks) && p.toks[i+1].gap == "," && p.is(i+1, kindPlace) {
			return true
		}
		return i+2 < len(p.toks) && p.glued(i+1) && p.toks[i+1].text == "và" && p.is(i+2, kindPlace) && p.toks[i+2].upper
	}
	return true
}

// resolve picks among the places of one name by the level word before it, by what
// the text says about old and new, and by the day of the document.
func (d *document) resolve(p *paragraph, i, end int) *catalog.Place {
	var best *catalog.Place
	score := -1
	on := d.on
	switch p.vintage(end) {
	case "old":
		on = nhip.Date{Year: merger.Year, Month: merger.Month - 1, Day: 30}
	case "new":
		if on.IsZero() || on.Compare(merger) < 0 {
			on = merger
		}
	}
	district := p.districtBefore(i)
	for _, ref := range p.refs(i, end, kindPlace) {
		place := d.r.catalog.Places[ref]
		s := 0
		if on.IsZero() && place.ValidUntil.IsZero() || !on.IsZero() && place.ValidOn(on) {
			s += 4
		}
		if (place.Level == "district") == district {
			s += 2
		}
		if s > score {
			best, score = place, s
		}
	}
	return best
}

// vintage says whether the words behind a name call its territory old or new.
func (p *paragraph) vintage(end int) string {
	if end >= len(p.toks) {
		return ""
	}
	t := p.toks[end]
	if t.gap != "" && t.gap != "(" {
		return ""
	}
	switch t.text {
	case "cũ":
		return "old"
	case "mới":
		return "new"
	case "trước", "sau":
		for j := end + 1; j < len(p.toks) && j < end+4 && p.glued(j); j++ {
			if w := p.toks[j].text; w == "sáp" || w == "hợp" {
				if t.text == "trước" {
					return "old"
				}
				return "new"
			}
		}
	}
	return ""
}

func (p *paragraph) districtBefore(i int) bool {
	if i == 0 || !p.glued(i) {
		return false
	}
	switch strings.ToLower(p.toks[i-1].text) {
	case "quận", "huyện", "xã": // thị xã
		return true
	}
	return false
}
