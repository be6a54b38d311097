package fact

import (
	"strings"

	"nhip/transform/vi"
)

// part is a stretch of a clause between signs, as the tokens that are left of it.
type part struct {
	tokens []int
	adverb bool // begins with a preposition: it says where or why, not what
	comma  bool // a comma, not a stronger sign, stands before it
	colon  bool // a colon stands before it
	isList bool // a list of parts of the subject before begins here
	actor  []int
}

// parts cuts the tokens [first, end) of bracket group g into parts and cleans
// them: periods, comparisons and bracketed numbers fall out, signs part.
func (c *clause) parts(first, end int, g int32) []part {
	p := c.p
	var out []part
	cur := part{}
	flush := func(comma bool) {
		out = append(out, cur)
		cur = part{comma: comma}
	}
	for i := first; i < end; i++ {
		if c.source.first <= i && i < c.source.end {
			if i == c.source.first {
				flush(false)
			}
			continue
		}
		if p.group[i] != g {
			if o := p.group[i]; int(o) > c.s.First && c.keepBracket(o) {
				cur.tokens = append(cur.tokens, i)
			}
			continue
		}
		if m := p.markAt(i); m != nil {
			if m.Comparison != nil && i == m.First && !p.is(i, "bình", "trung", "mỗi", "hằng", "hàng", "theo") {
				flush(false)
			}
			if m.Quantity != nil || m.Period == nil && m.Comparison == nil && p.t[m.First].Kind != vi.Sign || m.Comparison != nil && p.is(m.First, "bình", "trung", "mỗi", "hằng", "hàng") {
				cur.tokens = append(cur.tokens, i)
			}
			continue
		}
		t := &p.t[i]
		if t.Kind == vi.Sign {
			switch t.Key {
			case ".":
				if !p.isAbbreviation(i) {
					flush(false)
					continue
				}
			case ",":
				flush(true)
				continue
			case ":":
				flush(false)
				cur.colon = true
				continue
			case ";", "\"", "…", "(", ")", "[", "]", "!", "?", "•", "|":
				flush(false)
				continue
			case "-":
				if t.Space && i+1 < len(p.t) && p.t[i+1].Space && len(cur.tokens) == 0 {
					continue
				}
			}
		}
		if p.is(i, "nhưng", "song") && len(cur.tokens) > 0 {
			flush(false)
			continue
		}
		if w := p.phrase[i]; w.set.has(tagList) && int(w.first) == i && (len(cur.tokens) > 0 || p.is(i, "trong", "bao", "gồm", "cụ")) && !(p.is(i, "gồm") && len(out) == 0 && len(cur.tokens) == 0) {
			flush(false)
			cur.isList = true
			i = int(w.end) - 1
			continue
		}
		cur.tokens = append(cur.tokens, i)
	}
	return append(out, cur)
}

// isAbbreviation tells the dot of "TP.HCM", "TP. Hồ Chí Minh", "TS. Nguyễn": it stands
// inside a sentence, behind a word in capitals or a short one that begins with one,
// and before a capital.
func (p *passage) isAbbreviation(i int) bool {
	if i == 0 || i+1 >= len(p.t) {
		return false
	}
	before, after := &p.t[i-1], &p.t[i+1]
	return before.Kind == vi.Word && before.Capital && !p.t[i].Space && len([]rune(before.Key)) <= 3 && after.Kind == vi.Word && after.Capital
}

// keepBracket tells short brackets without numbers, "(IIP)", "(kể cả dầu thô)",
// which belong to the name before them.
func (c *clause) keepBracket(open int32) bool {
	if open < 0 {
		return false
	}
	n := 0
	for i := int(open); i < c.s.End && n < 10; i++ {
		if c.p.group[i] != open {
			if c.p.group[i] < open {
				break
			}
			continue
		}
		if m := c.p.markAt(i); m != nil && (m.Quantity != nil || m.Period != nil) {
			return false
		}
		if c.p.is(i, "sáp", "cũ", "mới") {
			return false // of the territory, not of the name
		}
		n++
	}
	return n > 2 && n < 10
}

// clean strips what names nothing from both ends of a part. bare says that the
// number stands without a copula, so that the verb belongs to the name.
func (c *clause) clean(t part, bare bool) part {
	whole := t.tokens
	if t = c.cleaned(t, bare); len(t.tokens) == 0 {
		t.tokens = c.rankedPlace(whole)
	}
	return t
}

// rankedPlace is the place of "Trung Quốc đứng thứ ba với": nothing else is named.
func (c *clause) rankedPlace(tokens []int) []int {
	tokens = c.trimLead(tokens)
	if len(tokens) == 0 {
		return nil
	}
	end := c.p.placeAt(tokens[0])
	k := skipTo(tokens, 0, end)
	if end == tokens[0] || k >= len(tokens) || !c.p.is(tokens[k], "đứng", "xếp", "dẫn") {
		return nil
	}
	return tokens[:k]
}

func (c *clause) cleaned(t part, bare bool) part {
	p := c.p
	t.tokens = c.dropPrices(t.tokens)
	if k := c.rankAt(t.tokens); k < 0 {
		t.tokens = c.dropPlaces(t.tokens)
	}
	if bare && c.endsInAct(t.tokens) {
		t.tokens = nil
		return t
	}
	t.adverb = c.isAdverb(t.tokens)
	t = c.cutRank(t)
	t = c.cutReports(t)
	t.tokens = c.trimLead(t.tokens)
	if bare {
		t.tokens = c.dropModals(t.tokens)
	} else {
		for k := 1; k < len(t.tokens); k++ {
			i := t.tokens[k]
			if w := p.phrase[i]; w.set.has(tagModal) && int(w.first) == i && p.is(i, "đã", "vẫn", "sẽ", "đang", "cũng", "tiếp", "luôn", "hiện") && !p.is(i+1, "hành", "đại", "trạng", "vật") && !c.saysWhich(t.tokens, k) {
				t.tokens = t.tokens[:k]
				break
			}
		}
	}
	t.tokens = c.trimTail(t.tokens)
	return t
}

// saysWhich tells "số lao động đang làm việc trong …": the words from the modal on
// belong to the name of what is counted.
func (c *clause) saysWhich(tokens []int, k int) bool {
	if len(tokens) == 0 || !c.p.is(tokens[0], "số", "lượng", "tổng", "tỷ") || !c.p.is(tokens[k], "đang", "đã") {
		return false
	}
	next := tokens[min(k+1, len(tokens)-1)]
	return next != tokens[k] && !c.p.phrase[next].set.hasAny(tagUp, tagDown, tagLevel, tagShare, tagExceed, tagTo, tagEqual, tagFill)
}

// endsInAct tells "Kế hoạch … đặt mục tiêu có", "Hà Nội có": the name of what is
// counted comes after the number.
func (c *clause) endsInAct(tokens []int) bool {
	if len(tokens) == 0 {
		return false
	}
	w := c.p.phrase[tokens[len(tokens)-1]]
	return w.set != 0 && c.p.is(int(w.first), "có", "đặt", "phấn", "mục", "ghi") && w.set.hasAny(tagReports, tagTarget)
}

func (c *clause) isAdverb(tokens []int) bool {
	if len(tokens) == 0 {
		return false
	}
	switch c.p.key(tokens[0]) {
	case "trong", "do", "nhờ", "với", "tại", "ở", "khi", "sau", "trước", "để", "bởi", "dù", "tuy", "mặc", "theo", "so", "nếu", "vì", "từ", "trên", "bên", "ngoài", "đối", "qua", "dưới", "giữa", "mỗi", "đến", "kể", "về", "như", "thay", "tính", "riêng", "trừ":
		return true
	}
	return false
}

// cutReports keeps what follows "ghi nhận", "đặt mục tiêu", "với", "có": there the
// name of what is measured begins. A short name before "có" or "ghi nhận" is whose
// it is.
func (c *clause) cutReports(t part) part {
	p := c.p
	for k := len(t.tokens) - 2; k >= 0; k-- {
		i := t.tokens[k]
		w := p.phrase[i]
		if !w.set.has(tagReports) || int(w.first) != i || p.is(i-1, "so", "đối", "cùng", "phù", "chưa", "không", "hiện", "vốn") && p.is(i, "với", "có") {
			continue
		}
		after := k
		for after < len(t.tokens) && t.tokens[after] < int(w.end) {
			after++
		}
		if after >= len(t.tokens) || !c.namesSomething(t.tokens[after:]) || p.is(i, "với", "có", "đạt") && !c.startsHead(t.tokens[after]) {
			continue
		}
		if p.is(i, "có", "ghi", "đạt") {
			before := c.trimTail(c.dropModals(c.trimLead(t.tokens[:k])))
			if n := len(before); n > 0 && n <= 8 && !p.is(before[0], "một", "các", "nhiều", "những", "ông", "bà", "đại") {
				t.actor = before
			}
		}
		t.tokens = t.tokens[after:]
		return t
	}
	return t
}

// namesSomething reports whether a word is left that is no filler.
func (c *clause) namesSomething(tokens []int) bool {
	return len(c.trimTail(c.trimLead(tokens))) > 0
}

func (c *clause) trimLead(tokens []int) []int {
	p := c.p
	for len(tokens) > 0 {
		i := tokens[0]
		if p.t[i].Kind == vi.Sign && p.t[i].Key != "(" && p.t[i].Key != "%" {
			tokens = tokens[1:]
			continue
		}
		w := p.phrase[i]
		if p.seq(i, "cả", "nước") {
			return tokens
		}
		if int(w.first) != i || !w.set.hasAny(tagLead, tagModal, tagFuture, tagEst, tagTarget) || c.startsHead(i) {
			return tokens
		}
		k := 0
		for k < len(tokens) && tokens[k] < int(w.end) {
			k++
		}
		tokens = tokens[k:]
	}
	return tokens
}

// startsHead tells a token where the name of something measured begins.
func (c *clause) startsHead(i int) bool {
	_, n := indicatorHeads().at(c.p.t, i)
	return n > 1 || n == 1 && !c.p.is(i, "mức", "số", "thu", "nguồn")
}

func (c *clause) trimTail(tokens []int) []int {
	p := c.p
	for len(tokens) > 0 {
		i := tokens[len(tokens)-1]
		if p.t[i].Kind == vi.Sign && p.t[i].Key != ")" && p.t[i].Key != "%" {
			tokens = tokens[:len(tokens)-1]
			continue
		}
		if n := len(tokens); n > 2 && p.is(i, "nhất") && p.is(tokens[n-2], "lớn", "cao", "nhiều", "thấp", "mạnh", "nhanh") {
			tokens = tokens[:n-2]
			continue
		}
		w := p.phrase[i]
		if p.is(i, "chỉ") && p.is(i-1, "chứng", "địa") || p.is(i, "lên", "xuống") && p.is(i-1, "trở") || p.is(i, "quân") && p.is(i-1, "bình") || p.is(i, "bình") && p.is(i-1, "trung") || p.is(i, "mới") && p.is(i-1, "lập", "ký", "cấp", "xây", "tuyển", "mở") {
			return tokens
		}
		if w.set == 0 || !w.set.hasAny(tagUp, tagDown, tagLevel, tagTo, tagFill, tagEst, tagFuture, tagModal, tagLead, tagReports, tagExceed, tagAlso, tagRespect) ||
			p.is(int(w.first), "tốc", "mức") || p.seq(int(w.first), "tăng", "trưởng") || w.end-w.first == 1 && c.headWord(tokens, i) {
			return tokens
		}
		k := len(tokens)
		for k > 0 && tokens[k-1] >= int(w.first) {
			k--
		}
		tokens = tokens[:k]
	}
	return tokens
}

// headWord protects the last syllable of a word such as "bình quân", "tiêu thụ".
func (c *clause) headWord(tokens []int, i int) bool {
	for k := len(tokens) - 1; k >= max(0, len(tokens)-4); k-- {
		if _, n := indicatorHeads().at(c.p.t, tokens[k]); n > 1 && tokens[k]+n > i {
			return true
		}
	}
	return false
}

func (c *clause) dropModals(tokens []int) []int {
	p := c.p
	out := tokens[:0:0]
	for _, i := range tokens {
		if w := p.phrase[i]; w.set.has(tagModal) && p.is(int(w.first), "đã", "vẫn", "sẽ", "đang", "cũng", "chỉ", "mới", "tiếp", "hiện", "vừa", "đều") || p.is(i, "được") {
			continue
		}
		out = append(out, i)
	}
	return out
}

func skipTo(tokens []int, k, end int) int {
	for k < len(tokens) && tokens[k] < end {
		k++
	}
	return k
}

// subject is what a clause is about.
type subject struct {
	text   string // as labelled
	own    string // as printed here, without what it is a part of
	isHead bool   // names something measured by itself
}

// subjectOf reads the subject from the parts before a predicate. ok is false
// where they name nothing, so that the subject before goes on.
func (c *clause) subjectOf(first, end int, g int32, bare bool, st *state) (subject, bool) {
	if first >= end {
		return subject{}, false
	}
	raw := c.parts(first, end, g)
	// A list begins: what stands before it is the head of its items.
	for k := len(raw) - 1; k > 0; k-- {
		if raw[k].isList {
			head, ok := c.join(raw[:k], false)
			if ok {
				c.setHead(st, head)
			} else if st.label != "" {
				st.head = st.label
			}
			raw = raw[k:]
			break
		}
	}
	for k := len(raw) - 1; k > 0; k-- {
		if raw[k].colon {
			if head, ok := c.join(raw[:k], false); ok && head.head {
				c.setHead(st, head)
				raw = raw[k:]
			}
			break
		}
	}
	if len(raw) > 0 && raw[0].isList && st.head == "" {
		st.head = st.label
	}
	own, ok := c.join(raw, bare)
	if !ok {
		return subject{}, false
	}
	if c.onlyPlace(own.tokens) {
		if st.label == "" {
			return subject{own: own.text, text: own.text}, true // "Singapore chiếm 26,7%"
		}
		c.movePlace(st, own.text)
		return subject{}, false
	}
	s := subject{own: own.text, text: own.text, isHead: own.head}
	if own.head && !(st.head != "" && c.weakHead(own.tokens)) {
		return s, true
	}
	s.text = combine(st, own.text)
	return s, true
}

// weakHead tells words that begin the name of an activity as well as of something
// measured: in a list they are items ("sản xuất giấy tăng 3%").
func (c *clause) weakHead(tokens []int) bool {
	if len(tokens) == 0 || !c.p.is(tokens[0], "sản", "thu", "bán", "vận", "đầu", "thị", "kinh", "cung", "thương", "khai") {
		return false
	}
	return !c.p.seq(tokens[0], "sản", "lượng") && !c.p.seq(tokens[0], "thu", "ngân") && !c.p.seq(tokens[0], "thu", "nhập")
}

func (c *clause) setHead(st *state, head joined) {
	st.head = head.text
	if st.label == "" || head.head {
		st.label, st.own = head.text, head.text
	}
}

// combine names a part by what it is a part of: in a list the head before it,
// else the beginning of the name before that it shares.
func combine(st *state, own string) string {
	if st.head != "" {
		return st.head + " " + own
	}
	if st.label == "" {
		return own
	}
	firstWord, _, _ := strings.Cut(own, " ")
	words := strings.Fields(st.label)
	for i, w := range words {
		if i == 0 && vi.Key(w) == vi.Key(firstWord) {
			if verb := activity(st.label); verb != "" { // "ngành A xuất khẩu …; ngành B …"
				return own + " " + verb
			}
		}
		if i > 0 && vi.Key(w) == vi.Key(firstWord) {
			stem := words[:i]
			if vi.Key(stem[len(stem)-1]) == "của" {
				stem = stem[:len(stem)-1]
			}
			if len(stem) > 0 {
				return strings.Join(stem, " ") + " " + own
			}
		}
	}
	return own
}

// activity is the word in a label that says what is measured of somebody.
func activity(label string) string {
	t := vi.Tokens(label)
	for i := 1; i < len(t); i++ {
		if t[i].Key == "khẩu" && (t[i-1].Key == "xuất" || t[i-1].Key == "nhập") || t[i].Key == "thụ" && t[i-1].Key == "tiêu" {
			return label[t[i-1].From:t[i].To]
		}
	}
	return ""
}

type joined struct {
	text   string
	head   bool
	tokens []int
}

// join takes the last part that names something, with the parts before it that
// the same enumeration began ("Sản xuất máy móc, thiết bị").
func (c *clause) join(raw []part, bare bool) (joined, bool) {
	var last part
	k := len(raw) - 1
	for ; k >= 0; k-- {
		last = c.clean(raw[k], bare)
		if len(last.tokens) > 0 {
			break
		}
	}
	if k < 0 {
		return joined{}, false
	}
	j := joined{head: c.hasHead(last.tokens), tokens: last.tokens}
	if x := c.exclusion(last.tokens); x != "" {
		return joined{text: x}, true
	}
	if c.isRemark(last.tokens) {
		return joined{}, false
	}
	if j.text = c.p.text(last.tokens); isDimension(j.text) {
		return j, true
	}
	for m := k - 1; m >= 0; m-- {
		if x := c.exclusion(c.clean(raw[m], false).tokens); x != "" {
			j.text += " " + x
			break
		}
	}
	actor := last.actor
	for !j.head && k > 0 && raw[k].comma && len(actor) == 0 {
		prev := c.clean(raw[k-1], false)
		if len(prev.tokens) == 0 || prev.adverb || c.hasVerb(prev.tokens) || len(prev.tokens) > 14 {
			break
		}
		j.text = c.p.text(prev.tokens) + ", " + j.text
		j.tokens = append(append([]int{}, prev.tokens...), j.tokens...)
		j.head = c.hasHead(prev.tokens)
		actor = prev.actor
		k--
	}
	if len(actor) > 0 {
		text := c.p.text(actor)
		for k > 0 && raw[k].comma {
			prev := c.clean(raw[k-1], false)
			if len(prev.tokens) == 0 || prev.adverb || c.hasVerb(prev.tokens) || len(prev.tokens) > 8 || c.hasHead(prev.tokens) {
				break
			}
			text = c.p.text(prev.tokens) + ", " + text
			k--
		}
		j.text += " " + text
	}
	return j, true
}
