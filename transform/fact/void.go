package fact

import (
	"strings"
	"unicode"

	"nhip/transform/vi"
)

// isVoid tells numbers with a unit that measure nothing here: limits of a rule, a
// count inside the subject, a number inside a name or an indicator.
func (c *clause) isVoid(q found, r predicate, start, k int) bool {
	p := c.p
	before := r.first - 1
	switch {
	case q.Threshold && r.verb == tagNone:
		return true
	case c.isSizeClass(q, k):
		return true
	case p.is(q.First-1, "ngưỡng", "trần", "sàn", "thứ", "hạng", "top"):
		return true
	case p.is(q.First-1, "mốc", "mức") && p.is(q.First-2, "trên", "dưới", "qua"):
		return true
	case q.Unit.ID == "%" && p.is(before, "của", "mỗi", "cứ") && r.verb == tagNone && st0(q):
		return true
	case q.IsRange && r.verb == tagNone && p.is(before, "mô", "loại", "nhóm") && q.Unit.Family == "money":
		return true
	case q.Bound != vi.Exactly && q.Bound != vi.Range && q.Bound != vi.About && c.isNorm():
		return true
	case q.Threshold && c.isNorm(), q.Unit.ID == "%" && c.isNorm() && c.isRate(q, start):
		return true
	case q.Unit.ID == "điểm" && q.Bound != vi.Exactly && q.Value.Compare(vi.Decimal{Coef: 50}) == 0:
		return true // the line of a purchasing managers' index between growth and decline
	case q.Unit.ID == "kV" && r.verb == tagNone:
		return true // the class of a line, not a measurement of it
	case q.IsRange && q.Unit.Family == "money" && c.isPenalty(q):
		return true
	case r.verb == tagNone && (q.Unit.Family == "mass" || q.Unit.Family == "volume" || q.Unit.Family == "length" || q.Unit.Family == "power") && !p.t[q.UnitFirst].Space && q.First > c.s.First && isModel(p.x.Print(q.First-1, q.First)):
		return true // "máy giặt AI 9kg": a model by its size
	case q.Unit.Counted && c.isTeam(q):
		return true
	case c.isSpecification(q), q.First < q.NumFirst && p.is(q.NumFirst-1, "±"):
		return true // ±5%: a tolerance
	case q.Unit.ID == "bộ" && c.isMinistries(q):
		return true
	case c.isOpenEnded(q) && c.isNorm():
		return true
	}
	return c.insideSubject(q, r, k)
}

// isSizeClass tells the limit that defines a count: "28 mặt hàng đạt kim ngạch trên
// 1 tỷ USD".
func (c *clause) isSizeClass(q found, k int) bool {
	if k == 0 || q.Bound != vi.MoreThan && q.Bound != vi.AtLeast && q.Bound != vi.LessThan && q.Bound != vi.AtMost || q.Unit.Counted {
		return false
	}
	before := c.q[k-1]
	if !before.Unit.Counted || before.group != q.group || q.First-before.End > 8 || q.First == before.End {
		return false
	}
	for i := before.End; i < q.First; i++ {
		if c.p.t[i].Kind == vi.Sign || c.p.markAt(i) != nil || c.p.is(i, "với", "và") {
			return false
		}
	}
	return c.p.is(before.End, "đạt", "có", "xuất", "nhập", "với", "trị", "từ", "trên")
}

// isOpenEnded tells "từ 10% vốn nhà nước trở lên": a limit with what it limits inside.
func (c *clause) isOpenEnded(q found) bool {
	for i := q.End; i < min(q.End+7, c.s.End); i++ {
		if c.p.markAt(i) != nil || c.p.is(i, ",", ";", ".", ":") {
			return false
		}
		if c.p.seq(i, "trở", "lên") || c.p.seq(i, "trở", "xuống") {
			return true
		}
	}
	return false
}

// isRate tells the rate of a tax a rule lays down: "áp dụng thuế suất 15%".
func (c *clause) isRate(q found, start int) bool {
	for i := max(start, q.First-14); i < q.First; i++ {
		if c.p.seq(i, "thuế", "suất") || c.p.seq(i, "mức", "thuế") || c.p.seq(i, "lệ", "phí") {
			return true
		}
	}
	return false
}

// isSpecification tells what a product can do, "pin LFP 42 kWh", "sạc từ 10% lên 70%":
// a part of it is named right before, or it is charged.
func (c *clause) isSpecification(q found) bool {
	for i := q.First - 1; i >= max(c.s.First, q.First-5); i-- {
		if c.p.is(i, ",", ";", ":") {
			return false
		}
		if c.p.is(i, "sạc") && q.Unit.ID == "%" {
			return true
		}
		if i >= q.First-2 && c.p.is(i, "pin", "ram", "zăng", "xăng") && (q.Unit.ID == "kWh" || q.Unit.Family == "volume" || q.Unit.Family == "length") && c.p.is(i-1, "la", "bình", "dùng", "khối", "bộ", "cục", "viên") {
			return true
		}
	}
	return false
}

// isModel tells a word in capitals of two letters or more.
func isModel(word string) bool {
	n := 0
	for _, r := range word {
		if !unicode.IsUpper(r) {
			return false
		}
		n++
	}
	return n >= 2
}

// isPenalty tells "bị phạt tiền từ 50 đến 70 triệu đồng": what a rule threatens with.
func (c *clause) isPenalty(q found) bool {
	for i := max(c.s.First, q.First-4); i < q.First; i++ {
		if c.p.is(i, "phạt") {
			return true
		}
	}
	return false
}

// isTeam tells "hội đồng gồm 9 thành viên", "nhóm 7 sinh viên": who they are, not how
// many there are.
func (c *clause) isTeam(q found) bool {
	if n, ok := q.Value.Int(); !ok || n > 20 || q.Bound != vi.Exactly {
		return false
	}
	switch q.Unit.ID {
	case "thành viên", "sinh viên", "học sinh", "chuyên gia", "kỹ sư", "diễn giả":
		return c.p.is(q.First-1, "gồm", "nhóm", "đội", "tổ", "bởi", "của", "có")
	}
	return c.p.is(q.First-1, "nhóm", "đội") && q.Unit.Family == "count"
}

// isMinistries tells "lãnh đạo 3 bộ, 5 sở": no sets but ministries.
func (c *clause) isMinistries(q found) bool {
	if c.p.is(q.First-1, "đạo", "diện", "các", "với") || c.p.is(q.End, "ngành") {
		return true
	}
	for i := q.End; i < min(q.End+4, c.s.End); i++ {
		if c.p.is(i, "sở", "ngành", "tỉnh", "cục", "địa") {
			return true
		}
	}
	return false
}

func st0(q found) bool { return q.Value.Compare(vi.Decimal{Coef: 1}) == 0 }

// norms are words of sentences that lay down a rule: their numbers are limits.
var norms = func() *phrases {
	n := newPhrases()
	for i, w := range strings.Split("phải nộp|phải khai|phải có|phải đạt|phải thực hiện|bị phạt|phạt tiền|mới được|không chịu thuế|được miễn|tiêu chí|điều kiện|thuộc diện|không phải nộp|quy định mức|được trừ|được nộp|được xét|phải công bố|theo quy định|được hưởng|chịu thuế|được áp dụng|trường hợp", "|") {
		n.add(w, i)
	}
	return n
}()

func (c *clause) isNorm() bool {
	for i := c.s.First; i < c.s.End; i++ {
		if _, n := norms.at(c.p.t, i); n > 0 {
			return true
		}
	}
	return false
}

// insideSubject tells "của 45 doanh nghiệp" before "đạt 3.100 tỷ đồng": the count
// bounds the subject and is no fact.
func (c *clause) insideSubject(q found, r predicate, k int) bool {
	p := c.p
	if r.verb == tagNone && (p.is(q.First-1, "cỡ", "size") || q.Per == "kg" && p.is(q.First-1, "loại")) {
		return true // "tôm cỡ 70 con/kg": the grade of what is priced
	}
	if q.End < c.s.End && (r.verb == tagNone || p.seq(r.verbAt, "có", "giá")) && int(p.phrase[q.End].first) == q.End && p.phrase[q.End].set.has(tagShare) && !q.Unit.Counted {
		return true // "căn hộ có giá 2-4 tỷ đồng chiếm 85%"
	}
	if q.Unit.Counted && r.verb == tagNone && p.is(q.First-1, "sát", "vấn", "tra", "ý") && p.is(q.First-2, "khảo", "phỏng", "điều", "lấy") {
		return true // "khảo sát 500 doanh nghiệp": how many were asked
	}
	if few, ok := q.Value.Int(); ok && few <= 5 && q.Unit.Counted && r.verb == tagNone && q.Bound == vi.Exactly && p.is(r.first-1, "của", "thành", "giữa", "trí", "cho", "bởi") {
		return true
	}
	if !q.Unit.Counted || r.verb != tagNone || k+1 >= len(c.q) || !p.is(r.first-1, "của", "tại", "từ", "cho", "trong", "giữa", "do", "ở", "bởi", "với", "cả", "trên", "số") {
		return false
	}
	if p.is(r.first-1, "số") { // "trong tổng số 1.250 doanh nghiệp được khảo sát, …"
		return p.is(r.first-2, "trong") || p.is(r.first-2, "tổng") && p.is(r.first-3, "trong")
	}
	next := c.q[k+1]
	if next.group != q.group {
		return false
	}
	verb := false
	for i := q.End; i < next.First; i++ {
		if p.is(i, ",", ";", ":") {
			return false
		}
		verb = verb || p.phrase[i].set.hasAny(tagUp, tagDown, tagLevel, tagShare, tagEst)
	}
	return verb
}
