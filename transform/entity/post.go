package entity

import (
	"strings"
	"unicode"
)

// postEnd returns the end of a post at i with the words before it that qualify it
// (Quyền, Phó, nguyên), or i.
func (p *paragraph) postEnd(i int) int {
	if p.endsOffice(i) {
		return i
	}
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
	if end == at+1 && end < len(p.toks) && p.glued(end) && p.toks[at].text == "chủ" && isOfChairing(p.toks[end].text) {
		return i
	}
	if e, after := p.longest(end, kindStanding); e != nil && p.toks[end].text == "Thường" && p.glued(end) {
		end = after
	}
	if end+2 < len(p.toks) && p.glued(end) && p.toks[end].text == "phụ" && p.toks[end+1].text == "trách" && p.toks[end+2].upper {
		end += 2 // Phó Cục trưởng phụ trách Cục X: in charge until there is a head
	}
	return end
}

// endsOffice tells the quyền of chính quyền, which makes nobody acting.
func (p *paragraph) endsOffice(i int) bool {
	if i == 0 || i >= len(p.toks) || p.toks[i].text != "quyền" && p.toks[i].text != "Quyền" || !p.glued(i) {
		return false
	}
	switch strings.ToLower(p.toks[i-1].text) {
	case "chính", "thẩm", "bản", "chủ", "nhân", "cầm", "ủy", "uỷ", "tổng":
		return true
	}
	return false
}

// isOfChairing tells the words that make no owner of chủ: chủ trì, chủ động.
func isOfChairing(next string) bool {
	switch next {
	case "trì", "động", "yếu", "trương", "lực", "đề", "quan", "nhật", "nghĩa", "đạo", "thể", "quyền", "đầu", "nợ":
		return true
	}
	return false
}

// complement is what stands between a post and the name of who holds it.
type complement struct {
	posts     []string // the post and further ones: "Chủ tịch HĐQT", "Tổng Giám đốc"
	org       *organisation
	field     string // "Tài chính" of Bộ trưởng Tài chính, or a country
	nameStart int
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
		learned := j == post && p.toks[j].gap == "," && p.titleEnd(j) > j // Chuyên gia kinh tế, PGS.TS Nguyễn Văn A
		if !soft(p.toks[j].gap, &p.toks[j-1]) && !bracket && !learned {
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
		if org, end := d.employerAt(p, j); org != nil && c.org == nil {
			c.org, j = org, end
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
	if c.org != nil || (!strings.HasPrefix(c.posts[0], "C") || !strings.HasSuffix(c.posts[0], "O")) && !isCamel(p.toks[c.nameStart].text) || *end-c.nameStart < 3 {
		return
	}
	for j := c.nameStart; j < *end; j++ {
		if p.toks[j].syllable && !isCamel(p.toks[c.nameStart].text) {
			return
		}
	}
	c.org = d.organisation(p, c.nameStart, c.nameStart+1, false)
	d.addOrganisation(p, c.nameStart, c.nameStart+1, c.org)
	c.nameStart++
}

// isCamel reports capitals inside a word, as only firms write them: VinaCapital.
func isCamel(word string) bool {
	lower := false
	for _, r := range word {
		if unicode.IsUpper(r) && lower {
			return true
		}
		lower = unicode.IsLower(r)
	}
	return false
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
	if end == j+1 && !p.stateBefore(j) || p.toks[j].caps || isFirmWord(p.toks[end-1].text) {
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

// readPostAfter reads ", Giám đốc Sở ...", "- Chủ tịch ..." or "(nguyên ...)" at
// token at.
func (d *document) readPostAfter(p *paragraph, at int) (c complement, next int, ok bool) {
	if at >= len(p.toks) {
		return c, at, false
	}
	if m, found := d.orgAt[position{p, at}]; found && p.toks[at].gap == "(" && m.end < len(p.toks) && strings.HasPrefix(p.toks[m.end].gap, ")") {
		c.org = m.org // ThS. Nguyễn Văn A (Đại học B)
		return c, m.end, true
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
				if k-post < 6 {
					c.posts[len(c.posts)-1] = p.postText(j, k)
				}
			}
			k, last = m.end, m.end
			continue
		}
		if c.org == nil && p.isBrand(k) && soft(t.gap, &p.toks[k-1]) && !p.is(k, kindPlace) && !p.is(k, kindPosition) && !p.used[k] {
			c.org, next = d.employer(p, k, p.properEnd(k))
			c.posts[len(c.posts)-1] = p.postText(j, k)
			k, last = next, next
			continue
		}
		if isAnd(t.text) && k+1 < len(p.toks) && p.postEnd(k+1) > k+1 || softOrComma(t.gap) && t.gap != "" && p.postEnd(k) > k {
			return k, true
		}
		if t.gap != "" && !soft(t.gap, &p.toks[k-1]) || p.endsClause(k) || p.titleEnd(k) > k || k-post >= 12 {
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

// postText returns a post as printed up to its organisation at token k, without
// the preposition between.
func (p *paragraph) postText(j, k int) string {
	for k > j+1 {
		switch p.toks[k-1].text {
		case "tại", "của", "thuộc", "ở":
			k--
			continue
		}
		break
	}
	return p.span(j, k)
}

// endsClause reports whether a verb begins at k that ends an apposition.
func (p *paragraph) endsClause(k int) bool {
	if p.is(k, kindSpeech) && !p.is(k, kindWord) && !p.toks[k].upper {
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
