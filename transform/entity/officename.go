package entity

import (
	"strings"
	"unicode"
)

func isCompanyHead(head string) bool {
	switch first, _, _ := strings.Cut(head, " "); first {
	case "Ngân":
		return head != "Ngân hàng Trung ương"
	case "Công", "CTCP", "Cty", "Tập", "Tổng", "TCT", "Xí", "HTX":
		return !strings.HasPrefix(head, "Tổng cục") && !strings.HasPrefix(head, "Tổng hội") && !strings.HasPrefix(head, "Công an") && !strings.HasSuffix(head, "Chứng khoán")
	}
	return false
}

func isOfficeHead(word string) bool {
	switch word {
	case "Sở", "Cục", "Chi", "UBND", "HĐND", "Ủy", "Uỷ", "Ban", "BQL", "Công", "Thành", "Tỉnh", "Hải", "Đảng", "Kho", "Tòa", "TAND", "Viện", "Thanh", "Bảo", "BHXH", "Hội", "Bộ", "Tổng", "Văn":
		return true
	}
	return false
}

// headEnd returns the end of the head word at i, or i.
func (p *paragraph) headEnd(i int) int {
	e, end := p.longest(i, kindHead)
	if e == nil {
		return i
	}
	return end
}

// patternEnd returns the end of a name that begins with a head word at i, and the
// end of the head; end is 0 if there is none.
func (p *paragraph) patternEnd(i int) (end, head int) {
	head = p.headEnd(i)
	if head == i || !p.toks[i].upper {
		return 0, 0
	}
	if _, place := p.longest(i, kindPlace); place >= head && place > i+1 {
		return 0, 0 // Hội An, Đài Loan
	}
	n := nameScan{p: p, start: i, head: head, at: head, good: head, company: isCompanyHead(p.span(i, head))}
	n.posted = p.postBefore(i) && !(n.company && p.isApposition(i))
	for n.step() {
	}
	if n.good == head || !n.plausible() {
		return 0, 0
	}
	return n.good, head
}

// plausible refuses runs that begin like a name and are none.
func (n *nameScan) plausible() bool {
	p := n.p
	headText := p.span(n.start, n.head)
	if headText == "Ban" && n.head+1 < len(p.toks) {
		switch strings.ToLower(p.toks[n.head].text + " " + p.toks[n.head+1].text) {
		case "chấp hành", "tổ chức", "thường vụ", "thường trực", "giám đốc", "lãnh đạo", "kiểm soát":
			return false // a body of the organisation that follows
		}
	}
	if p.is(n.head, kindPosition) && n.head == n.good-1 {
		return false // Ban Giám đốc
	}
	_, place := p.longest(n.head, kindPlace)
	switch headText {
	case "Chứng khoán", "Ngân hàng", "Tập đoàn", "Báo", "Đại lý", "Công ty":
		return place < n.good // Chứng khoán Mỹ is a market
	case "Vụ", "Hội", "Phòng", "Đài", "Ban", "Cục", "Kiểm toán", "Văn phòng", "Trung tâm", "Viện":
		return p.is(n.head, kindWord) || p.is(n.head, kindHead) || p.toks[n.head].caps || place > n.head || n.good-n.head > 1
	case "Chính phủ", "Quốc hội":
		return place > n.head && place <= n.good
	}
	return true
}

// nameScan walks over the words of a name after its head.
type nameScan struct {
	p           *paragraph
	start, head int
	at          int  // next token
	good        int  // the name may end here
	company     bool // legal forms: anything capitalised goes
	posted      bool // a post stands before: a person's name may follow
	afterPlace  bool // a place ends before at
}

// step takes the next words into the name, or reports that it has ended.
func (n *nameScan) step() bool {
	p, j := n.p, n.at
	if j >= len(p.toks) || j-n.start > 24 {
		return false
	}
	t := p.toks[j]
	if !soft(t.gap, &p.toks[j-1]) && !n.listGoesOn(j) {
		return false
	}
	dash := t.gap != "" && t.gap != "&" && t.gap != "."
	if dash && (p.is(j, kindHead) && t.upper || p.is(j, kindOrganisation) || p.is(j, kindPosition)) {
		return false
	}
	if _, known := p.longest(n.start, kindOrganisation); dash && known == j {
		return false // liên Bộ Công Thương - Tài chính
	}
	afterPlace := n.afterPlace
	n.afterPlace = false
	if e, end := p.longest(j, kindPlace); e != nil && !e.lower {
		if n.personFollows(j) && end-j < 2 {
			return false
		}
		n.at, n.good, n.afterPlace = end, end, true
		return true
	}
	if e, end := p.longest(j, kindLevel); e != nil && end < len(p.toks) && p.toks[end].upper && soft(p.toks[end].gap, &p.toks[end-1]) && !p.is(end, kindHead) {
		n.at = end
		return true
	}
	if t.upper {
		return n.capitalStep(j)
	}
	return n.lowerStep(j, afterPlace)
}

func (n *nameScan) capitalStep(j int) bool {
	p, t := n.p, n.p.toks[j]
	if unicode.IsDigit(rune(t.text[0])) && (!n.company || len(t.text) > 3) {
		return false
	}
	if j > n.head || n.isCommittee() {
		if e, _ := p.longest(j, kindPosition); n.personFollows(j) || e != nil && !e.lower || p.is(j, kindHead) && isOfficeHead(t.text) && !p.is(j, kindWord) {
			return false
		}
	}
	n.at, n.good = j+1, j+1
	if e, end := p.longest(j, kindWord); e != nil {
		n.at, n.good = end, end
	} else if !n.company && t.syllable && (j == n.head || !p.toks[j-1].upper) && p.isSecondSyllable(j+1) {
		n.at, n.good = j+2, j+2 // Quỹ Bình ổn
	}
	return true
}

// isSecondSyllable reports whether token j may be the rest of a two-syllable word
// whose first has the capital.
func (p *paragraph) isSecondSyllable(j int) bool {
	return j < len(p.toks) && p.glued(j) && !p.toks[j].upper && p.toks[j].syllable && !p.is(j, kindStop) && !p.is(j, kindSpeech) && !p.is(j, kindWord) && p.toks[j].text != "và"
}

// lowerStep takes words in lower case: those known from names if a capital follows
// or if they may end a name, "và" between two such words, and one unknown syllable
// between two capitals (Bột giặt Lix).
func (n *nameScan) lowerStep(j int, afterPlace bool) bool {
	p, t := n.p, n.p.toks[j]
	next := j + 1
	switch {
	case t.text == "và" && next < len(p.toks) && p.glued(next):
		return j > n.head && !afterPlace && n.andGoesOn(next)
	case t.text == "số" && next < len(p.toks) && p.toks[next].text[0] >= '0' && p.toks[next].text[0] <= '9' && n.company:
		n.at, n.good = next+1, next+1
		return true
	case (t.text == "and" || t.text == "of" || t.text == "for") && next < len(p.toks) && p.toks[next].upper && p.glued(next):
		n.at = next
		return true
	case t.text == "tại" && next < len(p.toks) && p.is(next, kindPlace) && p.toks[next].text == "Việt":
		n.at = next
		return !n.company && !n.isGovernment() && n.good == j
	}
	if t.text == "các" && n.isGovernment() && p.toks[n.start].text != "Tổng" {
		return false // UBND các tỉnh are many
	}
	if e, end := p.longest(j, kindWord); e != nil {
		if p.capitalFollows(end) || end < len(p.toks) && n.listGoesOn(end) {
			n.at = end
			return true
		}
		if e, end := p.longest(j, kindTail); e != nil && n.good == j && j > n.head {
			n.at, n.good = end, end
			return true
		}
		return false
	}
	if n.good == j && j > n.head && t.syllable && !p.is(j, kindStop) && !p.is(j, kindSpeech) && next < len(p.toks) && p.toks[next].upper && p.glued(next) && p.glued(j) &&
		!p.is(next, kindHead) && !p.is(next, kindOrganisation) && !p.is(next, kindPlace) && !p.is(next, kindSurname) {
		n.at = next
		return true
	}
	if n.company && n.good == j && p.isSecondSyllable(j) && p.isSecondSyllable(next) && next+1 < len(p.toks) && p.toks[next+1].upper && p.glued(next+1) && !p.is(next+1, kindHead) && !p.is(next+1, kindOrganisation) {
		n.at = next + 1 // Cơ khí chính xác Việt Nhật
		return true
	}
	if end := n.membersEnd(j); end > j {
		n.at = end
		return true
	}
	return false
}

// membersEnd takes the words in lower case that say who the members of an
// association are, up to the place that closes its name: Hiệp hội các nhà sản xuất
// xe máy Việt Nam.
func (n *nameScan) membersEnd(j int) int {
	switch n.p.toks[n.start].text {
	case "Hiệp", "Hội", "Liên", "Tổng":
	default:
		return j
	}
	for k := j; k < len(n.p.toks) && k-j < 8; k++ {
		if !n.p.glued(k) || n.p.is(k, kindStop) || n.p.is(k, kindSpeech) {
			return j
		}
		if e, _ := n.p.longest(k, kindPlace); e != nil && !e.lower {
			return k
		}
		if n.p.toks[k].upper {
			return j
		}
	}
	return j
}

func (n *nameScan) isGovernment() bool {
	switch n.p.toks[n.start].text {
	case "Bộ", "Sở", "Cục", "UBND", "Ủy", "Chi", "Tổng", "Ngân":
		return true
	}
	return false
}

// andGoesOn reports whether the words after "và" belong to the same name: fields
// of one office, and not a second office or place.
func (n *nameScan) andGoesOn(next int) bool {
	p := n.p
	if p.is(next, kindOrganisation) || p.is(next, kindPlace) || p.is(next, kindPosition) || p.is(next, kindHead) && p.toks[next].upper && !p.is(next, kindWord) {
		return false
	}
	e, end := p.longest(next, kindWord)
	if e == nil || !p.toks[next].upper && !p.capitalFollows(end) {
		return false
	}
	if p.toks[next].upper {
		n.good = end
	}
	n.at = end
	return true
}

// listGoesOn reports whether a comma separates fields of one office, which "và"
// closes: Bộ Văn hóa, Thể thao và Du lịch.
func (n *nameScan) listGoesOn(j int) bool {
	p := n.p
	if e, end := p.longest(j, kindWord); p.toks[j].gap == "," && e != nil && !n.company && !p.toks[j].upper && j > n.head {
		return p.capitalFollows(end)
	}
	if p.toks[j].gap != "," || n.company || j == n.head || !p.toks[j].upper || p.is(j, kindOrganisation) || p.is(j, kindHead) && !p.is(j, kindWord) || p.is(j, kindPlace) {
		return false
	}
	e, end := p.longest(j, kindWord)
	for k := 0; e != nil && end < len(p.toks) && k < 3; k++ {
		switch {
		case p.toks[end].text == "và" && p.toks[end].gap == "":
			return end+1 < len(p.toks) && p.toks[end+1].upper && p.is(end+1, kindWord)
		case p.toks[end].gap == "," || p.toks[end].gap == "-" || p.toks[end].gap == "":
			e, end = p.longest(end, kindWord)
		default:
			return false
		}
	}
	return false
}

// capitalFollows reports whether a run of known lower-case words at j ends in a
// capital.
func (p *paragraph) capitalFollows(j int) bool {
	for n := 0; j < len(p.toks) && n < 8; n++ {
		t := p.toks[j]
		if !soft(t.gap, &p.toks[j-1]) {
			return false
		}
		if t.upper {
			return !unicode.IsDigit(rune(t.text[0])) && !p.is(j, kindPosition) && !p.is(j, kindHead)
		}
		e, end := p.longest(j, kindWord)
		if e == nil && (t.text == "và" || p.is(j, kindLevel)) {
			e, end = &entry{}, j+1
		}
		if e == nil {
			return false
		}
		j = end
	}
	return false
}

// personFollows reports whether the name of a person begins at j, behind the
// organisation where that person holds a post.
func (n *nameScan) personFollows(j int) bool {
	p := n.p
	_, known := p.longest(n.start, kindOrganisation)
	if !n.posted && known != j || n.good == n.head && !p.endsAt(j, kindLevel) && !n.isCommittee() || !p.is(j, kindSurname) || !p.glued(j) {
		return false
	}
	if e, end := p.longest(j, kindPlace); e != nil && (end-j > 1 || end == len(p.toks) || !p.toks[end].upper) {
		return false
	}
	run := j
	for run < len(p.toks) && p.toks[run].upper && p.toks[run].syllable && !p.toks[run].caps && (run == j || p.glued(run)) {
		run++
	}
	return run-j >= 2 && run-j <= 5
}

// isCommittee tells Tỉnh ủy, Thành ủy, Đảng ủy, behind which its officer may be named.
func (n *nameScan) isCommittee() bool {
	switch n.p.span(n.start, n.head) {
	case "Tỉnh ủy", "Tỉnh uỷ", "Thành ủy", "Thành uỷ", "Đảng ủy", "Đảng uỷ":
		return true
	}
	return false
}

// postBefore reports whether a post ends at most three words before token i.
func (p *paragraph) postBefore(i int) bool {
	if p.endsAt(i+1, kindPosition) && i > 0 {
		return true // Trưởng Ban Quản lý: the post ends with the first word of the name
	}
	if i >= 2 && p.glued(i-1) && (p.toks[i-1].text == "trực" && strings.ToLower(p.toks[i-2].text) == "thường" || p.toks[i-1].text == "trách" && p.toks[i-2].text == "phụ") {
		i -= 2 // Phó Chủ tịch Thường trực UBND
	}
	for j := i; j >= 0 && j >= i-5; j-- {
		if p.endsAt(j, kindPosition) {
			return true
		}
		if j > 0 && p.endsAt(j, kindWord) && p.glued(j) {
			continue // Trưởng phòng Kinh tế UBND phường
		}
		if j < i-3 || j > 0 && p.toks[j-1].upper && !p.isWordHead(j-1) || j < len(p.toks) && p.toks[j].gap != "" {
			return false
		}
	}
	return false
}

// isWordHead reports that a word of the trade of two syllables begins at i.
func (p *paragraph) isWordHead(i int) bool {
	e, end := p.longest(i, kindWord)
	return e != nil && end > i+1
}

// isApposition reports whether the post before the organisation at token i follows
// a name and a comma: that person is already named, nobody follows.
func (p *paragraph) isApposition(i int) bool {
	for j := i; j >= max(i-8, 1); j-- {
		if gap := p.toks[j].gap; j <= i && gap != "" {
			return (gap == "," || gap == "-" || gap == "–" || gap == "(") && p.toks[j-1].upper
		}
	}
	return false
}
