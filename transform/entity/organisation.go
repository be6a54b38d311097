package entity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// organisation is one organisation of the document.
type organisation struct {
	id, name string
	office   bool // a public office, whose place counts as context
}

// alias is another form under which the document names an organisation.
type alias struct {
	words []string
	org   *organisation
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
			end = d.readSiblings(p, end)
		}
		i = end
	}
}

// readSiblings reads the further brands of a list that one common word announces:
// "công ty hóa dầu PCS (Singapore) và Chandra Asri (Indonesia)".
func (d *document) readSiblings(p *paragraph, end int) int {
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
		if at >= len(p.toks) || !p.isBrand(at) || p.used[at] || p.is(at, kindOrganisation) || p.is(at, kindPlace) || p.is(at, kindPosition) || p.is(at, kindHead) {
			return end
		}
		stop := p.properEnd(at)
		org := d.organisation(p, at, stop, false)
		d.addOrganisation(p, at, stop, org)
		end = d.readBrackets(p, stop, org)
	}
	return end
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
	if start, end := d.describedAt(p, i); end > start {
		return start, end, d.organisation(p, start, end, false)
	}
	if p.isSpeakingAcronym(i) {
		return i, i + 1, d.organisation(p, i, i+1, false)
	}
	return 0, 0, nil
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
	for _, h := range p.hits[i] {
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
	org := d.organisation(p, i, end, isOfficeHead(p.toks[i].text))
	org.name = d.withCapitals(p, i, head, end, org.name)
	org.id = dropLevels(org.name)
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

// organisation returns the organisation named by tokens [i, end) as printed. Two
// printings are one organisation if they differ in case, tone placement, the level
// word before a place or the form of the place's name only.
func (d *document) organisation(p *paragraph, i, end int, office bool) *organisation {
	key := d.organisationKey(p, i, end)
	org, ok := d.orgs[key]
	if !ok {
		name := p.span(i, end)
		org = &organisation{id: dropLevels(name), name: name, office: office && !isCompanyHead(name)}
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
				name += p.text[p.stop[k-1]:p.stop[end-1]]
			}
			return name
		}
	}
	return name
}

var levels = strings.NewReplacer(" tỉnh ", " ", " thành phố ", " ", " Thành phố ", " ", " TP ", " ", " TP. ", " ", " Tp ", " ", " Tp. ", " ", " TP.", " ")

// dropLevels gives the name without the words for province and city.
func dropLevels(name string) string { return levels.Replace(name) }

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
	n := nameScan{p: p, start: i, head: head, at: head, good: head, company: isCompanyHead(p.span(i, head)), posted: p.postBefore(i)}
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
	if p.is(n.head, kindPosition) && n.head == n.good-1 {
		return false // Ban Giám đốc
	}
	_, place := p.longest(n.head, kindPlace)
	switch headText {
	case "Chứng khoán", "Tập đoàn", "Báo", "Đại lý", "Công ty":
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
	if !soft(t.gap, p.toks[j-1]) && !n.listGoesOn(j) {
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
	if e, end := p.longest(j, kindLevel); e != nil && end < len(p.toks) && p.toks[end].upper && soft(p.toks[end].gap, p.toks[end-1]) && !p.is(end, kindHead) {
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
	if j > n.head {
		if n.personFollows(j) || p.is(j, kindPosition) || p.is(j, kindHead) && isOfficeHead(t.text) && !p.is(j, kindWord) {
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
		if p.capitalFollows(end) {
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
		if !soft(t.gap, p.toks[j-1]) {
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
	if !n.posted || j == n.head || !p.is(j, kindSurname) || !p.glued(j) {
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

// postBefore reports whether a post ends at most three words before token i.
func (p *paragraph) postBefore(i int) bool {
	for j := i; j >= 0 && j >= i-3; j-- {
		if p.endsAt(j, kindPosition) {
			return true
		}
		if j > 0 && p.toks[j-1].upper || j < len(p.toks) && p.toks[j].gap != "" {
			return false
		}
	}
	return false
}

// isSource reports whether the words around [start, end) give it as the source.
func (p *paragraph) isSource(start, end int) bool {
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
		if t.text != w || n > 0 && !soft(t.gap, p.toks[i+n-1]) {
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
	t := p.toks[i]
	return t.upper && (!t.syllable || t.caps || countUpper(t.text) > 1) && !notOrganisations[t.text] && utf8.RuneCountInString(t.text) > 1
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
