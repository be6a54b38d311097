package fact

import (
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// labelFor names what q measures: the subject in force, with the noun behind the
// number where the subject is a verb or missing.
func (c *clause) labelFor(st *state, q found, r predicate, start int) string {
	p := c.p
	label := st.label
	switch {
	case c.opensBracket(q, r) && st.label != "" && c.rivalBefore(q):
		// "1,9 tỷ USD, Thái Nguyên vượt Bắc Ninh (1,7 tỷ USD)": the same of another place
	case c.opensBracket(q, r):
		if name := c.beforeBracket(st, int(q.group), q.Unit.ID == "%"); name != "" {
			label = name
			if q.Unit.Family == "area" && !strings.Contains(vi.Key(name), "diện tích") {
				label = "diện tích " + name
			}
		}
	case q.Unit.Counted && st.fresh && st.headed && isCount(st.own):
		if noun := c.after(q.Quantity, 8); len(noun) > 0 && r.verb == tagNone {
			label += " " + p.text(noun)
		}
	case r.verb == tagLevel && p.seq(r.verbAt, "trị", "giá") && !st.fresh:
		label = strings.TrimSpace("trị giá " + label)
	case q.Unit.Counted && q.Unit.ID != "lần" && (r.verb == tagNone || r.verb == tagLevel && p.is(r.verbAt, "được") || (r.verb == tagTo || r.verb == tagEqual) && !st.fresh && p.is(r.verbAt, "còn", "hoàn", "thực") || label == ""):
		behind := c.after(q.Quantity, 14)
		noun := p.text(append(tokensOf(q.UnitFirst, q.End), behind...))
		switch {
		case !st.fresh && len(behind) == 0 && st.label != "" && c.hasCounted(q.Unit):
			label = st.label // "A đạt 2,9 triệu lượt; Trung Quốc 3,5 triệu lượt"
		case st.fresh && st.own != "" && strings.Count(st.own, " ") < 12:
			label = st.own + " " + noun
		case st.head != "" && !strings.Contains(vi.Key(st.head), q.Unit.ID):
			label = st.head + " " + noun
		default:
			label = noun
		}
	case q.Unit.Counted:
	case q.Unit.ID == "%" || q.Unit.Family == "points" || q.Unit.ID == "lần":
		if of := c.planOf(q.Quantity); of != "" && (!st.fresh || !c.isHeadLabel(label)) {
			label = of // "78% kế hoạch doanh thu và 92% mục tiêu lợi nhuận"
		} else if r.verb == tagNone && !st.fresh && p.is(q.End, "là") {
			label = c.about(q.Quantity)
		} else if label == "" || r.verb == tagNone && !st.fresh && q.Unit.ID == "%" && !growthNoun(label) && c.sharedBy(q.Quantity) && (!c.coordinated(st, q) || st.last.rule == "share.noun") {
			label = p.text(c.after(q.Quantity, 10))
		} else if noun := c.after(q.Quantity, 8); q.Unit.ID == "%" && len(noun) > 0 && !p.is(q.End, "về", "so", "vốn") && !c.isHeadLabel(label) && (r.verb == tagNone && st.fresh && !growthNoun(label) || (r.verb == tagUp || r.verb == tagDown) && !st.fresh && !c.coordinated(st, q)) {
			if r.verb == tagNone {
				label += " " + p.text(noun) // "nhập hơn 90% dầu"
			} else {
				label = p.text(noun) // "giảm 15% tiêu hao năng lượng"
			}
		} else if i := q.End; p.is(i, "về") {
			label = c.ofAspect(c.about(q.Quantity), label)
		}
	case q.Per == "" && r.verb == tagNone && !st.fresh && c.isHeadLabel(label) && st.lastQ != nil && q.End < c.s.End && p.markAt(q.End) == nil && c.startsHead(q.End):
		label = p.text(c.after(q.Quantity, 6)) // "7 tỷ đồng vốn trong nước và 2 triệu USD vốn FDI"
	case q.Per == "" && (r.verb == tagNone || r.verb == tagLevel) && !c.isHeadLabel(label) && q.End < c.s.End && p.markAt(q.End) == nil && c.startsHead(q.End):
		label = strings.TrimSpace(p.text(c.after(q.Quantity, 6)) + " " + label) // "VEAM ghi nhận 1.020 tỉ đồng doanh thu thuần"
	case q.Per == "" && (r.verb == tagNone || p.is(r.verbAt, "được") || label == "" || q.Unit.Family == "mass"):
		noun := c.after(q.Quantity, 5)
		if len(noun) > 0 {
			if of := p.text(noun); !strings.Contains(vi.Key(label), vi.Key(of)) {
				label = strings.TrimSpace(label + " " + of)
			}
		}
	}
	if r.average && label != "" && !strings.Contains(vi.Key(label), "bình quân") && !strings.Contains(vi.Key(label), "trung bình") {
		label += " bình quân"
	}
	if r.nominal && (label == "" || !st.fresh && st.lastQ != nil && p.is(q.End, "của") && c.about(q.Quantity) != "") {
		label = p.text(tokensOf(r.verbAt, r.verbEnd))
		if p.is(q.End, "của", "về") {
			label = strings.TrimSpace(label + " " + c.about(q.Quantity))
		}
	}
	if r.verbAt >= 0 && p.seq(r.verbAt, "giải", "ngân") && c.isPlaceName(label) {
		label = p.text(tokensOf(r.verbAt, r.verbAt+2)) // "cả nước giải ngân 24,1% kế hoạch"
	}
	return c.resolveThis(label, q.First)
}

// isPlaceName reports whether a label is nothing but a place of the passage.
func (c *clause) isPlaceName(label string) bool {
	for _, k := range c.p.places {
		if c.p.x.Print(k.first, k.end) == label {
			return true
		}
	}
	return false
}

// rivalBefore reports that a place which is only compared with stands right before the
// bracket of q, and that the number before measured the same.
func (c *clause) rivalBefore(q found) bool {
	n := len(c.facts)
	if n == 0 || c.facts[n-1].q.Unit != q.Unit || c.facts[n-1].o.Measure != nhip.MeasureLevel {
		return false
	}
	for _, k := range c.p.places {
		if k.end == int(q.group) {
			return c.p.is(k.first-1, "vượt", "hơn", "sau", "trên", "với", "qua", "như")
		}
	}
	return false
}

func tokensOf(first, end int) []int {
	out := make([]int, 0, end-first)
	for i := first; i < end; i++ {
		out = append(out, i)
	}
	return out
}

// about reads "về số doanh nghiệp" behind a percentage.
func (c *clause) about(q *vi.Quantity) string {
	tail := *q
	tail.End++
	if c.p.seq(tail.End, "trị", "giá") || c.p.seq(tail.End, "giá", "trị") {
		return c.p.text([]int{tail.End, tail.End + 1})
	}
	return c.p.text(c.after(&tail, 6))
}

// ofAspect names a growth of one side of a subject: "tăng 5% về lượng". A side that
// is measured by itself ("về số lao động") stands alone once the sentence has
// measured other things.
func (c *clause) ofAspect(aspect, label string) string {
	if aspect == "" {
		return label
	}
	if isAspect(aspect) {
		return strings.TrimSpace(aspect + " " + c.ofWhat(label))
	}
	for i := range c.facts {
		if c.facts[i].o.Measure == nhip.MeasureLevel {
			return aspect
		}
	}
	return aspect + " " + label
}

// planOf is what the plan right behind a percentage is of, "" if it says nothing.
func (c *clause) planOf(q *vi.Quantity) string {
	i := q.End
	if !c.p.seq(i, "kế", "hoạch") && !c.p.seq(i, "mục", "tiêu") && !c.p.seq(i, "chỉ", "tiêu") {
		return ""
	}
	tail := *q
	if tail.End = i + 2; tail.End >= c.s.End || c.p.markAt(tail.End) != nil || !c.startsHead(tail.End) || c.p.is(tail.End, "vốn", "số", "mức") {
		return ""
	}
	noun := c.after(&tail, 5)
	for len(noun) > 1 && c.p.is(noun[len(noun)-1], "năm", "quý", "tháng", "cả") {
		noun = noun[:len(noun)-1]
	}
	return c.p.text(noun)
}

// hasCounted reports that the sentence has counted in unit before.
func (c *clause) hasCounted(unit *vi.Unit) bool {
	for i := range c.facts {
		if c.facts[i].q.Unit == unit {
			return true
		}
	}
	return false
}

// isDimension tells adjectives that only say which side of a thing a length or weight
// is of: "cao tốc …, dài 40,2 km".
func isDimension(name string) bool {
	switch vi.Key(name) {
	case "dài", "rộng", "nặng", "sâu", "có diện tích", "có chiều dài", "cao":
		return true
	}
	return false
}

// isAspect tells names of one side of a thing, which name nothing alone.
func isAspect(name string) bool {
	switch vi.Key(name) {
	case "lượng", "trị giá", "giá trị", "số lượng", "giá", "khối lượng", "kim ngạch", "diện tích", "sản lượng", "năng suất":
		return true
	}
	return false
}

// ofWhat is the thing that label is of: label itself, or where that is only a side,
// "kim ngạch", the thing named before it in the sentence.
func (c *clause) ofWhat(label string) string {
	for i := len(c.facts) - 1; i >= 0 && isAspect(label); i-- {
		label = c.facts[i].label
	}
	if isAspect(label) {
		return ""
	}
	for _, side := range []string{"kim ngạch ", "trị giá ", "giá trị ", "diện tích ", "năng suất ", "sản lượng "} {
		if n := len(side); len(label) > n && strings.EqualFold(label[:n], side) {
			label = label[n:]
		}
	}
	return label
}

func (c *clause) isHeadLabel(label string) bool {
	t := c.d().w.tokensOf(label)
	if len(t) == 0 {
		return false
	}
	_, n := indicatorHeads().at(t, 0)
	return n > 0
}

// refersBack tells names that only point at what was named before.
func refersBack(name string) bool {
	switch vi.Key(name) {
	case "chỉ số này", "con số này", "số này", "mức này", "tỷ lệ này", "con số", "chỉ số", "tốc độ này", "kết quả này", "mức tăng này", "con số trên", "chỉ tiêu này":
		return true
	}
	return false
}

// beforeSubject is what the sentence, or else the one before, spoke of last.
func (c *clause) beforeSubject(st *state) string {
	if st.label != "" {
		return st.label
	}
	return c.d().mem.subject
}

// isCount tells names that already say that they count: "số lao động đăng ký".
func isCount(own string) bool {
	first, _, _ := strings.Cut(vi.Key(own), " ")
	return first == "số" || first == "tổng" || first == "lượng"
}

// opensBracket tells a bare number that fills a bracket: "(335 ha)".
func (c *clause) opensBracket(q found, r predicate) bool {
	return q.group >= 0 && r.verb == tagNone && r.first == int(q.group)+1
}

// beforeBracket names what a bare number in brackets belongs to.
// The name of an industry may hold commas; between two brackets only one stands.
func (c *clause) beforeBracket(st *state, open int, commas bool) string {
	from := c.s.First
	for i := open - 1; i >= c.s.First; i-- {
		if commas && c.p.is(i, ",", "và") && !c.p.is(i-1, ")") {
			continue
		}
		if m := c.p.markAt(i); m != nil && (m.Quantity != nil || m.Period != nil) || c.p.t[i].Kind == vi.Sign || c.p.is(i, "và") {
			from = i + 1
			break
		}
	}
	j, ok := c.join(c.parts(from, open, c.p.group[max(open-1, 0)]), true)
	if !ok {
		return ""
	}
	return j.text
}

// resolveThis replaces "này" in "các lĩnh vực này" by the industry last named.
func (c *clause) resolveThis(label string, at int) string {
	t := c.d().w.tokensOf(label)
	for i := 1; i < len(t); i++ {
		if t[i].Key != "này" && t[i].Key != "trên" || t[i].Key == "trên" && i != len(t)-1 {
			continue
		}
		switch t[i-1].Key {
		case "vực", "ngành", "phẩm", "hàng", "nhóm":
			if words := c.industryBefore(at); words != "" {
				return label[:t[i].From] + words + label[t[i].To:]
			}
		}
	}
	return label
}

// industryBefore is the words of the last industry named before token at.
func (c *clause) industryBefore(at int) string {
	p := c.p
	words := c.d().lastIndustry()
	for i := 0; i < at; i++ {
		if _, n := c.d().r.industries.at(p.t[:at], i); n > 0 {
			words = p.x.Print(i, i+n)
			i += n - 1
		}
	}
	return words
}

// pair prepares the labels of "A, B và C lần lượt tăng 1%, 2% và 3%": as many
// names as numbers, in order. Where the counts differ nothing is paired.
func (c *clause) pair(st *state, q found, r predicate, start, k int) {
	n := 1
	for j := k + 1; j < len(c.q) && c.q[j].group == q.group && c.q[j].Unit == q.Unit && c.onlySigns(c.q[j-1].End, c.q[j].First); j++ {
		n++
	}
	if n < 2 {
		return
	}
	if st.periods = c.periodsOf(st, r.first, n); len(st.periods) > 0 {
		return // "năm 2023, 2024 và 2025 lần lượt là": of one thing
	}
	mem := &c.d().mem
	if len(mem.aspects) == n && !c.hasItems(start, r.first, q.group, n) {
		for _, a := range mem.aspects {
			st.queue = append(st.queue, strings.TrimSpace(a+" "+mem.object))
		}
		if !st.compare.set {
			st.compare = mem.compare
		}
		return
	}
	items := c.items(start, r.first, q.group)
	if len(items) < n {
		c.pairFacts(st, n)
		return
	}
	items = items[len(items)-n:]
	stem := ""
	if _, size := indicatorHeads().at(c.p.t, items[0][0]); size > 0 {
		stem = c.p.text(tokensOf(items[0][0], items[0][0]+size))
	}
	for _, it := range items {
		text := c.p.text(it)
		if stem != "" && !c.hasHead(it) {
			text = stem + " " + text
		}
		st.queue = append(st.queue, text)
	}
}

// periodsOf returns the n periods that a list before token end names, "tháng 5 và tháng 6",
// "năm 2023, 2024 và 2025"; nil where they are not as many.
func (c *clause) periodsOf(st *state, end, n int) (out []vi.Period) {
	p := c.p
	listed := 0 // the token a list goes on at
	for i := c.s.First; i < end; i++ {
		m := p.markAt(i)
		if m == nil || m.First != i || m.Period == nil || m.Period.Void {
			continue
		}
		if len(out) > 0 && i != listed {
			return nil
		}
		pr, ok := m.Period.Resolve(st.frame(c.d()))
		if !ok {
			return nil
		}
		out = append(out, pr)
		if listed = m.End; p.is(listed, ",", "và") {
			listed++
		}
	}
	if len(out) != n {
		return nil
	}
	return out
}

// pairList pairs a list that no word calls one: "doanh thu đạt A, lãi đạt B, tăng 14%
// và 27%", "điện tử, máy móc và dệt may đạt A, B và C". Only equal counts are paired.
func (c *clause) pairList(st *state, q found, r predicate, start, k int) {
	n := 1
	for j := k + 1; j < len(c.q) && c.q[j].group == q.group && c.q[j].Unit == q.Unit && c.onlyListed(c.q[j-1].End, c.q[j].First); j++ {
		n++
	}
	switch {
	case n < 2 || q.IsRange:
	case r.verb == tagUp || r.verb == tagDown:
		levels := 0
		for i := range c.facts {
			if c.facts[i].o.Measure == nhip.MeasureLevel {
				levels++
			}
		}
		if q.Unit.ID == "%" && levels == n && len(c.facts) == n {
			c.pairFacts(st, n)
		}
	case n >= 3 && r.verb != tagNone && !q.Unit.Counted:
		if items := c.items(start, r.first, q.group); len(items) == n {
			for _, it := range items {
				st.queue = append(st.queue, c.p.text(it))
			}
		}
	}
}

// pairPlaces gives n numbers in a row the n places that stand before them: "trong khi Nam
// Định và Ninh Bình tăng 9,8% và 11,3%". What is measured goes on.
func (c *clause) pairPlaces(st *state, q found, r predicate, start, k int) bool {
	if st.label == "" || len(st.queue) > 0 || start >= r.first {
		return false
	}
	n := 1
	for j := k + 1; j < len(c.q) && c.q[j].group == q.group && c.q[j].Unit == q.Unit && c.onlyListed(c.q[j-1].End, c.q[j].First); j++ {
		n++
	}
	places := c.onlyPlaces(start, r.first)
	if n < 2 || len(places) != n {
		return false
	}
	for _, at := range places {
		st.queue, st.places = append(st.queue, st.label), append(st.places, at)
	}
	return true
}

// onlyPlaces returns the places named between two tokens, nil if anything else but
// leading words stands there.
func (c *clause) onlyPlaces(first, end int) (out []place) {
	p := c.p
	for i := first; i < end; {
		if stop := p.placeAt(i); stop > i {
			for _, k := range p.places {
				if k.first == i {
					out = append(out, place{nhip.PlaceID(k.mention.ID), k.mention.Name})
				}
			}
			i = stop
			continue
		}
		if w := p.phrase[i]; !p.is(i, ",", "và", "tại", "ở", "tỉnh", "hai", "cũ") && !(w.set.hasAny(tagLead, tagModal) && len(out) == 0) {
			return nil
		}
		i++
	}
	return out
}

// onlyListed tells a comma or "và" and nothing else.
func (c *clause) onlyListed(from, to int) bool {
	return to == from+1 && c.p.is(from, ",", "và")
}

// pairFacts gives n growths the labels of the n levels before them: "doanh thu đạt
// A, lãi đạt B, tăng lần lượt 8% và 21%".
func (c *clause) pairFacts(st *state, n int) {
	var levels []*draft
	for i := range c.facts {
		if c.facts[i].o.Measure == nhip.MeasureLevel {
			levels = append(levels, &c.facts[i])
		}
	}
	if len(levels) < n || len(levels) > n && len(levels) < len(c.facts) {
		return // shares in brackets between them are passed over only where the counts agree
	}
	for _, f := range levels[len(levels)-n:] {
		st.queue = append(st.queue, f.label)
		st.places = append(st.places, place{f.o.PlaceID, f.o.Place})
	}
}

// onlySigns tells numbers of one list: nothing but a comma or "và" between them.
func (c *clause) onlySigns(from, to int) bool {
	for i := from; i < to; i++ {
		if !c.p.is(i, ",", "và", "-") && c.p.markAt(i) == nil && !c.p.phrase[i].set.hasAny(tagFill, tagUp, tagDown) {
			return false
		}
	}
	return to-from <= 4
}

func (c *clause) hasItems(first, end int, g int32, n int) bool {
	return len(c.items(first, end, g)) >= n
}

// items are the names enumerated in [first, end).
func (c *clause) items(first, end int, g int32) [][]int {
	var out [][]int
	for _, raw := range c.parts(first, end, g) {
		cleaned := c.clean(raw, false)
		if cleaned.adverb {
			continue
		}
		from := 0
		for k, i := range cleaned.tokens {
			if c.p.is(i, "và") {
				if t := c.trimLead(cleaned.tokens[from:k]); len(t) > 0 {
					out = append(out, t)
				}
				from = k + 1
			}
		}
		if t := c.trimLead(cleaned.tokens[from:]); len(t) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// aspects reads "giảm cả về lượng, kim ngạch và giá": what the values of the next
// sentence are of.
func (c *clause) aspects(from int) []string {
	p := c.p
	for i := from; i < c.s.End; i++ {
		if !p.is(i, "về") || !p.is(i-1, "cả", "đều") && !p.phrase[i-1].set.hasAny(tagUp, tagDown) {
			continue
		}
		var out []string
		var cur []int
		flush := func() {
			if len(cur) > 0 {
				out = append(out, p.text(cur))
			}
			cur = nil
		}
		for j := i + 1; j < c.s.End && p.markAt(j) == nil; j++ {
			if p.is(j, ",", "và", "lẫn") {
				flush()
				continue
			}
			if p.t[j].Kind == vi.Sign || len(cur) > 5 {
				break
			}
			if p.is(j, "về") {
				continue
			}
			cur = append(cur, j)
		}
		flush()
		if len(out) >= 2 {
			return out
		}
	}
	return nil
}
