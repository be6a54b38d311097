package entity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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

// postEnd returns the end of a post at i with the words before it that qualify it
// (Quyền, Phó, nguyên), or i.
func (p *paragraph) postEnd(i int) int {
	at := i
	for n := 0; n < 3; n++ {
		e, end := p.longest(at, kindStanding)
		if e == nil || n > 0 && p.toks[at].gap != "" {
			break
		}
		if _, longer := p.longest(at, kindPosition); longer > end {
			break // Phó Thủ tướng has an entry of its own
		}
		if end >= len(p.toks) || p.toks[end].gap != "" {
			break
		}
		at = end
	}
	e, end := p.longest(at, kindPosition)
	if e == nil {
		return i
	}
	if e, after := p.longest(end, kindStanding); e != nil && p.toks[end].text == "Thường" && p.glued(end) {
		end = after
	}
	return end
}

// complement is what stands between a post and the name of who holds it.
type complement struct {
	posts     []string // the post and further ones: "Chủ tịch HĐQT", "Tổng Giám đốc"
	org       *organisation
	field     string // "Tài chính" of Bộ trưởng Tài chính, or a country
	nameStart int
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

// complementBefore walks from a post to the name behind it: over the organisation,
// its place, the field of a minister, and further posts.
func (d *document) complementBefore(p *paragraph, i, post int) (complement, bool) {
	c := complement{posts: []string{p.span(i, post)}}
	fieldStart := -1
	bracket := false
	if m, ok := d.orgAt[position{p, post - 1}]; ok { // Trưởng Ban Tuyên giáo: the last word is the first of the name
		c.org, post = m.org, m.end
	}
	for j := post; j < len(p.toks) && j-post < 28; {
		if m, ok := d.orgAt[position{p, j}]; ok && c.org != nil && p.toks[j].gap == "(" && m.end < len(p.toks) && p.toks[m.end].gap == ")" {
			j, bracket = m.end, true // Cục X (Bộ Y) Nguyễn Văn A
			continue
		}
		if m, ok := d.orgAt[position{p, j}]; ok && softOrComma(p.toks[j].gap) {
			if c.org == nil {
				c.org = m.org
			}
			j = m.end
			continue
		}
		if !soft(p.toks[j].gap, p.toks[j-1]) && !bracket {
			return c, false
		}
		if bracket && p.nameEnd(j, true) == j {
			return c, false
		}
		if p.used[j] {
			j++
			continue
		}
		if end := p.postEnd(j); end > j && (p.toks[j].gap != "" || j > 0 && isAnd(p.toks[j-1].text)) {
			c.posts = append(c.posts, p.span(j, end))
			j = end
			continue
		}
		if title := p.titleEnd(j); title > j {
			j = title
			if p.nameEnd(j, true) > j {
				c.nameStart = j
				return c, true
			}
			return c, false
		}
		if org, end := d.employerAt(p, j); org != nil {
			if c.org == nil {
				c.org = org
			}
			j = end
			continue
		}
		if p.nameEnd(j, fieldStart >= 0 || c.org != nil || j == post) > j {
			c.nameStart = j
			if fieldStart >= 0 && c.org == nil {
				c.field = p.span(fieldStart, j)
			}
			return c, true
		}
		next := d.complementWord(p, j)
		if next == j {
			return c, false
		}
		if fieldStart < 0 && c.org == nil && !isAnd(p.toks[j].text) {
			fieldStart = j
		}
		j = next
	}
	return c, false
}

// cutEmployer takes the firm off a foreign name behind CEO: Nvidia Jensen Huang.
func (d *document) cutEmployer(p *paragraph, c *complement, end *int) {
	if c.org != nil || !strings.HasPrefix(c.posts[0], "C") || !strings.HasSuffix(c.posts[0], "O") || *end-c.nameStart < 3 {
		return
	}
	for j := c.nameStart; j < *end; j++ {
		if p.toks[j].syllable {
			return
		}
	}
	c.org = d.organisation(p, c.nameStart, c.nameStart+1, false)
	d.addOrganisation(p, c.nameStart, c.nameStart+1, c.org)
	c.nameStart++
}

// employerAt returns the firm of a foreign or abbreviated name at j, which the name
// of its officer follows (Chủ tịch ACV Vũ Thế Phiệt) or a preposition announces
// (chuyên gia tại Oanda).
func (d *document) employerAt(p *paragraph, j int) (*organisation, int) {
	if j == 0 || !p.isBrand(j) || p.is(j, kindPlace) || p.is(j, kindHonorific) || p.is(j, kindPosition) || p.is(j, kindSurname) && !p.toks[j].caps {
		return nil, j
	}
	end := p.properEnd(j)
	for k := j + 1; k < end; k++ {
		if p.is(k, kindSurname) && p.nameEnd(k, false)-k >= 2 {
			return d.employer(p, j, k)
		}
	}
	if end == j+1 && !p.stateBefore(j) {
		return d.employer(p, j, end)
	}
	switch p.toks[j-1].text {
	case "tại", "của", "thuộc":
		return d.employer(p, j, end)
	}
	return nil, j
}

// stateBefore reports whether one of the two posts before token j is of a state,
// whose holders are named by one word: Tổng thống Putin. Behind a post of a firm one
// foreign word is the firm.
func (p *paragraph) stateBefore(j int) bool {
	for k := max(j-4, 0); k < j; k++ {
		switch strings.ToLower(p.toks[k].text) {
		case "thống", "tướng", "trưởng", "đốc":
			if k > 0 {
				switch strings.ToLower(p.toks[k-1].text) {
				case "tổng", "thủ", "ngoại", "bộ", "thứ", "thống":
					return true
				}
			}
		}
	}
	return false
}

func (d *document) employer(p *paragraph, i, end int) (*organisation, int) {
	org := d.organisation(p, i, end, false)
	d.addOrganisation(p, i, end, org)
	d.orgAt[position{p, i}] = orgSpan{org, end}
	return org, end
}

func softOrComma(gap string) bool { return gap == "" || gap == "-" || gap == "–" || gap == "," }

func isAnd(word string) bool { return word == "kiêm" || word == "và" }

// complementWord returns the end of one word that may stand between a post and a
// name, or j.
func (d *document) complementWord(p *paragraph, j int) int {
	if e, end := p.longest(j, kindPlace); e != nil {
		return end
	}
	if e, end := p.longest(j, kindWord); e != nil {
		return end
	}
	if e, end := p.longest(j, kindLevel); e != nil {
		return end
	}
	if e, end := p.longest(j, kindIndustry); e != nil {
		return end
	}
	if p.toks[j].upper {
		return j + 1
	}
	switch p.toks[j].text {
	case "kiêm", "và", "của", "thuộc", "phụ", "trách", "khối", "trực", "phía", "điều", "hành", "cấp", "cao", "toàn", "cầu", "chuyên", "nhóm", "mảng", "trưởng", "khoá", "khóa", "nhiệm", "kỳ", "tại", "vùng":
		return j + 1
	}
	return j
}

// titleEnd returns the end of the titles at i: ông, bà TS., PGS.TS.
func (p *paragraph) titleEnd(i int) int {
	at := i
	for n := 0; n < 4 && at < len(p.toks); n++ {
		if n > 0 && !soft(p.toks[at].gap, p.toks[at-1]) {
			break
		}
		e, end := p.longest(at, kindHonorific)
		if e == nil || !goodTitle(p, at, end) {
			break
		}
		at = end
	}
	if at == i || at >= len(p.toks) || !p.toks[at].upper || !soft(p.toks[at].gap, p.toks[at-1]) && p.toks[at].gap != "." && p.toks[at].gap != ":" {
		return i
	}
	return at
}

// goodTitle refuses titles that are part of a place or shorter than they must be:
// "Bà Rịa", and "ts" in lower case.
func goodTitle(p *paragraph, at, end int) bool {
	if _, place := p.longest(at, kindPlace); place > end {
		return false
	}
	if end == at+1 {
		t := p.toks[at]
		switch strings.ToLower(t.text) {
		case "ts", "gs", "pgs", "bs", "ks", "ls", "kts", "tskh", "mr", "ms", "dr":
			return t.upper
		case "ông", "bà", "anh", "chị", "cô", "chú", "vị":
			return !t.upper || t.first || at > 0 && (p.toks[at-1].upper || p.toks[at].gap != "") // Ông after a stop
		}
	}
	return true
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
		for next < len(p.toks) && (p.toks[next].gap == "," || p.toks[next].text == "và") {
			at := next
			if p.toks[at].text == "và" {
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
		if !isPost && !(end < len(p.toks) && p.toks[end].gap == "" && p.is(end, kindSpeech)) {
			return i
		}
	}
	d.addPerson(p, i, end, complement{})
	return d.postAfter(p, i, end)
}

// nameEnd returns the end of the name of a person that begins at i, or i. A
// Vietnamese name is a run of two to five capitalised syllables that begins with a
// surname; where a title or post stands before it (strong) the surname may be
// missing and foreign names count too.
func (p *paragraph) nameEnd(i int, strong bool) int {
	if i >= len(p.toks) || p.used[i] || !isNameWord(p.toks[i]) {
		return i
	}
	surname := p.is(i, kindSurname)
	if p.postEnd(i) > i+1 {
		return i // Phó Tổng Giám đốc
	}
	if e, end := p.longest(i, kindPlace); e != nil && !e.lower && !(surname && end-i == 1) {
		if !surname || end-i < 2 || p.runEnd(i) <= end {
			return i
		}
	}
	if !surname && (p.is(i, kindHead) || p.is(i, kindPosition) || p.is(i, kindOrganisation) || p.is(i, kindLevel)) {
		return i
	}
	end := p.runEnd(i)
	if p.toks[i].caps && (end-i == 1 || !p.toks[i+1].caps) {
		return i // ACV Vũ Thế Phiệt: a firm
	}
	foreign := slices.ContainsFunc(p.toks[i:end], func(t token) bool { return !t.syllable })
	switch {
	case surname && end-i >= 2:
		return end
	case !strong:
		return i
	case foreign:
		return end
	case p.is(i, kindWord) || p.is(i, kindNotName):
		return i
	case i > 0 && p.titleBefore(i):
		return end
	}
	return i
}

// titleBefore reports whether a title ends before token i.
func (p *paragraph) titleBefore(i int) bool { return p.endsAt(i, kindHonorific) }

func isNameWord(t token) bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return unicode.IsUpper(r) && !(t.caps && (utf8.RuneCountInString(t.text) > 7 || notOrganisations[t.text]))
}

// runEnd returns the end of the capitals at i that one name may hold: up to five,
// before an organisation, a post or a place of two words.
func (p *paragraph) runEnd(i int) int {
	caps := p.toks[i].caps
	end := i + 1
	for end < len(p.toks) && end-i < 5 {
		t := p.toks[end]
		hyphen := t.gap == "-" && !t.blank && !p.toks[end-1].syllable
		if t.gap != "" && !hyphen && !(t.gap == "." && utf8.RuneCountInString(p.toks[end-1].text) == 1) {
			break
		}
		if p.used[end] || !isNameWord(t) && !hyphen && !isParticle(t.text) || t.caps && !caps && !t.syllable && end-i > 1 || t.caps != caps && t.syllable && caps {
			break
		}
		if isParticle(t.text) && (end+1 >= len(p.toks) || !isNameWord(p.toks[end+1])) {
			break
		}
		if end-i >= 2 && (p.postEnd(end) > end || p.is(end, kindOrganisation) && !t.syllable) {
			break
		}
		if end-i >= 2 {
			if e, place := p.longest(end, kindPlace); e != nil && !e.lower && place-end >= 2 {
				break
			}
		}
		end++
	}
	return end
}

func isParticle(word string) bool {
	switch word {
	case "van", "von", "de", "der", "bin", "al", "da", "den":
		return true
	}
	return false
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

// readPostAfter reads ", Giám đốc Sở ...", "- Chủ tịch ..." or "(nguyên ...)" at
// token at.
func (d *document) readPostAfter(p *paragraph, at int) (c complement, next int, ok bool) {
	if at >= len(p.toks) {
		return c, at, false
	}
	switch p.toks[at].gap {
	case ",", "-", "–", "—", "(":
	case "":
		if p.toks[at].text != "là" && p.toks[at].text != "hiện" {
			return c, at, false
		}
	default:
		return c, at, false
	}
	j := at
	for j < len(p.toks) && (p.toks[j].text == "hiện" || p.toks[j].text == "là" || p.toks[j].text == "đang") && j-at < 2 {
		j++
	}
	post := p.postEnd(j)
	if post == j {
		return c, at, false
	}
	for {
		c.posts = append(c.posts, p.span(j, post))
		var more bool
		next, more = d.complementAfter(p, j, post, &c)
		if !more {
			return c, next, true
		}
		j = next
		if isAnd(p.toks[j].text) {
			j++
		}
		if post = p.postEnd(j); post == j {
			return c, next, true
		}
	}
}

// complementAfter reads what belongs to the post at [j, post): its organisation, or
// the words up to the comma, bracket or verb that ends it. more tells that another
// post follows.
func (d *document) complementAfter(p *paragraph, j, post int, c *complement) (next int, more bool) {
	last := post
	if m, ok := d.orgAt[position{p, post - 1}]; ok && c.org == nil {
		c.org, last = m.org, m.end
	}
	for k := last; k < len(p.toks); {
		t := p.toks[k]
		if m, ok := d.orgAt[position{p, k}]; ok && (softOrComma(t.gap) && t.gap != "," || t.gap == "&") {
			if c.org == nil {
				c.org = m.org
				if between := strings.TrimSpace(p.text[p.stop[post-1]:p.byte[k]]); between != "" && k-post < 6 {
					c.posts[len(c.posts)-1] += " " + between
				}
			}
			k, last = m.end, m.end
			continue
		}
		if c.org == nil && p.isBrand(k) && soft(t.gap, p.toks[k-1]) && !p.is(k, kindPlace) && !p.is(k, kindPosition) && !p.used[k] {
			c.org, next = d.employer(p, k, p.properEnd(k))
			k, last = next, next
			continue
		}
		if isAnd(t.text) && k+1 < len(p.toks) && p.postEnd(k+1) > k+1 || softOrComma(t.gap) && t.gap != "" && p.postEnd(k) > k {
			return k, true
		}
		if t.gap != "" && !soft(t.gap, p.toks[k-1]) || p.endsClause(k) || p.titleEnd(k) > k || k-post >= 12 {
			break
		}
		if k++; !isAnd(t.text) {
			last = k
		}
	}
	if c.org == nil && last > post && last-post < 12 {
		c.posts[len(c.posts)-1] = p.span(j, last)
	}
	return last, false
}

// endsClause reports whether a verb begins at k that ends an apposition.
func (p *paragraph) endsClause(k int) bool {
	if p.is(k, kindSpeech) && !p.is(k, kindWord) {
		return true
	}
	switch p.toks[k].text {
	case "của", "tại", "ở", "cho", "với", "về", "mới", "một", "những", "các", "nhất":
		return false
	case "chia", "trao", "chủ", "tham":
		return true
	}
	return p.is(k, kindStop)
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
