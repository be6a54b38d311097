package entity

import (
	"slices"
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// person is one person of the document.
type person struct {
	name         string
	position     string
	organisation string
}

// readPeople finds people named in full: behind a post, behind a title, before a
// post that commas or a dash set off, or as the one who speaks.
func (d *document) readPeople(p *paragraph) {
	for i := 0; i < len(p.toks); {
		if p.used[i] {
			i++
			continue
		}
		if end := d.personAt(p, i); end > i {
			i = end
			continue
		}
		i++
	}
}

func (d *document) personAt(p *paragraph, i int) int {
	if post := p.postEnd(i); post > i {
		if end := d.postedPerson(p, i, post); end > i {
			return end
		}
	}
	if start := p.titleEnd(i); start > i {
		return d.titledPeople(p, i, start)
	}
	if p.is(i, kindSurname) {
		return d.speakingPerson(p, i)
	}
	return d.foreignPerson(p, i)
}

func joinsNames(word string) bool {
	return word == "và" || word == "hay" || word == "hoặc" || word == "cùng"
}

// isNamedByNoun reports whether a full name of a common surname stands behind a
// noun in lower case that is no street, school or firm: công nhân Nguyễn Văn A.
func (p *paragraph) isNamedByNoun(i, end int) bool {
	if end-i < 3 || end-i > 4 || !p.glued(i) || p.toks[i-1].upper || !slices.Contains(strings.Fields(commonSurnames), p.toks[i].text) {
		return false
	}
	for j := max(i-4, 0); j < i; j++ {
		for _, h := range p.at(j) {
			if k := h.entry.kind; h.end == i && (k == kindNamed || k == kindPark || k == kindDescriptor || k == kindLevel) {
				return false
			}
		}
	}
	switch p.toks[i-1].text {
	case "phiếu", "khoán", "hiệu", "giải", "quỹ", "đài", "bia", "phường", "xã", "thôn", "ấp", "ngõ", "hẻm", "tên", "số", "phòng", "viện", "công", "ty", "đoàn", "chi", "tượng", "lăng", "đền", "thời", "nhà":
		return false
	}
	return true
}

// foreignPerson reads a foreign name of two to four words that a post in commas
// follows: "Edward Moya, chuyên gia tại Oanda". Verbs of speaking do not suffice:
// firms speak too.
func (d *document) foreignPerson(p *paragraph, i int) int {
	if p.toks[i].syllable || !isNameWord(p.toks[i]) || p.toks[i].caps || p.is(i, kindPlace) || p.is(i, kindOrganisation) || i > 0 && p.glued(i) && p.toks[i-1].upper {
		return i
	}
	end := p.runEnd(i)
	if end-i < 2 || end-i > 4 || end >= len(p.toks) || p.toks[end].gap != "," {
		return i
	}
	if post := p.postEnd(end); post == end || p.toks[end].upper && !p.is(end, kindPosition) {
		return i
	} else if c, another := d.complementBefore(p, end, post); another && p.is(c.nameStart, kindSurname) {
		return i
	}
	d.addPerson(p, i, end, complement{})
	return d.postAfter(p, i, end)
}

// postedPerson reads a person whose name follows a post at [i, post).
func (d *document) postedPerson(p *paragraph, i, post int) int {
	c, ok := d.complementBefore(p, i, post)
	if !ok {
		return i
	}
	end := p.nameEnd(c.nameStart, true)
	if end == c.nameStart {
		return i
	}
	d.cutEmployer(p, &c, &end)
	d.addPerson(p, c.nameStart, end, c)
	if at := end; at < len(p.toks) && p.postEnd(at) > at {
		if _, another := d.complementBefore(p, at, p.postEnd(at)); another {
			return end // "..., Chủ tịch UBND thành phố Trần B" is the next person
		}
	}
	// "đại biểu Trần A, Chủ tịch ..." says more than the word before the name.
	return d.postAfter(p, c.nameStart, end)
}

// titledPeople reads one person behind a title, or several behind "các ông".
func (d *document) titledPeople(p *paragraph, i, start int) int {
	if p.postEnd(start) > start {
		return start // "đồng chí Bí thư ...": the post is read next
	}
	end := p.nameEnd(start, true)
	if end == start || p.used[start] {
		return i
	}
	if end-start == 1 && p.toks[start].syllable {
		return i // "bà Lan": see readLaterPeople
	}
	d.addPerson(p, start, end, complement{})
	next := d.postAfter(p, start, end)
	if strings.HasPrefix(strings.ToLower(p.toks[i].text), "các") {
		for next < len(p.toks) && (p.toks[next].gap == "," || joinsNames(p.toks[next].text)) {
			at := next
			if joinsNames(p.toks[at].text) {
				at++
			}
			end := at
			if at < len(p.toks) && p.is(at, kindSurname) {
				end = p.nameEnd(at, true)
			}
			if end <= at {
				break
			}
			d.addPerson(p, at, end, complement{})
			next = d.postAfter(p, at, end)
		}
	}
	return next
}

// speakingPerson reads a full Vietnamese name without title, if a post or a verb
// of speaking follows.
func (d *document) speakingPerson(p *paragraph, i int) int {
	end := p.nameEnd(i, false)
	if end-i < 2 {
		return i
	}
	if _, known := d.people[vi.Key(p.span(i, end))]; !known {
		_, _, isPost := d.readPostAfter(p, end)
		if !isPost && !p.isNamedByNoun(i, end) && !(end < len(p.toks) && p.toks[end].gap == "" && p.is(end, kindSpeech)) {
			return i
		}
	}
	d.addPerson(p, i, end, complement{})
	return d.postAfter(p, i, end)
}

// postAfter reads the post behind a name at [i, end), gives it to the person, and
// returns the token to go on with.
func (d *document) postAfter(p *paragraph, i, end int) int {
	c, next, ok := d.readPostAfter(p, end)
	if !ok {
		return end
	}
	if who := d.people[vi.Key(p.span(i, end))]; who != nil {
		who.take(d, c)
	}
	return next
}

// addPerson enters the person named by tokens [i, end).
func (d *document) addPerson(p *paragraph, i, end int, c complement) {
	name := p.span(i, end)
	key := vi.Key(name)
	who, ok := d.people[key]
	if !ok {
		who = d.sameForeigner(p, i, end)
	}
	if who == nil {
		who = &person{name: name}
		d.people[key] = who
		d.inOrder = append(d.inOrder, who)
	}
	who.take(d, c)
	d.mentions = append(d.mentions, mention{kind: nhip.MentionPerson, p: p, start: i, end: end, person: who})
	p.mark(i, end)
}

// sameForeigner finds Trump among the people already known as Donald Trump.
func (d *document) sameForeigner(p *paragraph, i, end int) *person {
	if end-i != 1 || p.toks[i].syllable {
		return nil
	}
	for _, who := range d.inOrder {
		if strings.HasSuffix(who.name, " "+p.toks[i].text) {
			return who
		}
	}
	return nil
}

// take fills in what the complement says and nothing said before.
func (who *person) take(d *document, c complement) {
	if len(c.posts) == 0 {
		if c.org != nil && who.position == "" && who.organisation == "" {
			who.organisation = c.org.name
		}
		return
	}
	position := strings.Join(c.posts, ", ")
	organisation := ""
	switch {
	case c.org != nil:
		organisation = c.org.name
	case c.field != "":
		position += " " + strings.TrimSpace(c.field)
		if field, ok := d.r.fields[vi.Key(c.field)]; ok && isMinister(c.posts[0]) {
			organisation = "Bộ " + field
		}
	}
	// A post with its organisation says more than one without.
	if who.position == "" || who.organisation == "" && organisation != "" {
		who.position, who.organisation = position, organisation
	}
}

func isMinister(post string) bool {
	key := strings.ToLower(post)
	return strings.HasSuffix(key, "bộ trưởng") || strings.HasSuffix(key, "thứ trưởng")
}

// readLaterPeople finds people by title and given name ("bà Lan", "ông Trump") and
// by their full name without title.
func (d *document) readLaterPeople(p *paragraph) {
	for i := range p.toks {
		if p.used[i] {
			continue
		}
		if at := p.titleEnd(i); at > i {
			if who := d.personOfGivenName(p, at); who != nil {
				d.mentions = append(d.mentions, mention{kind: nhip.MentionPerson, p: p, start: at, end: at + 1, person: who})
				p.mark(at, at+1)
			}
			continue
		}
		if !p.is(i, kindSurname) {
			continue
		}
		if end := p.nameEnd(i, false); end > i {
			if who, ok := d.people[vi.Key(p.span(i, end))]; ok {
				d.mentions = append(d.mentions, mention{kind: nhip.MentionPerson, p: p, start: i, end: end, person: who})
				p.mark(i, end)
			}
		}
	}
}

func (d *document) personOfGivenName(p *paragraph, i int) *person {
	t := p.toks[i]
	if p.used[i] || !t.upper || i+1 < len(p.toks) && p.glued(i+1) && p.toks[i+1].upper {
		return nil
	}
	for _, who := range slices.Backward(d.inOrder) {
		if fields := strings.Fields(who.name); vi.Key(fields[len(fields)-1]) == vi.Key(t.text) {
			return who
		}
	}
	return nil
}
