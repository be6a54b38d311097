package fact

import "nhip/transform/vi"

// after returns the noun phrase right behind a number, at most limit tokens.
func (c *clause) after(q *vi.Quantity, limit int) []int {
	p := c.p
	var out []int
	g := p.group[max(q.NumFirst, 0)]
	for i := q.End; i < c.s.End && len(out) < limit; i++ {
		if p.markAt(i) != nil || p.t[i].Kind == vi.Sign && !(p.t[i].Key == "-" && i > q.End && len(out) > 0) {
			break
		}
		if p.group[i] != g {
			break
		}
		w := p.phrase[i]
		if int(w.first) == i && w.set.hasAny(tagUp, tagDown, tagShare, tagTimes, tagAlso, tagExceed, tagRespect) && !p.is(int(w.end), "vốn") {
			break
		}
		if p.is(i, "trong", "ngoài") && p.is(i+1, "nước") {
			out = append(out, i)
			continue
		}
		if !q.Unit.Counted && !(i == q.End && w.set.has(tagSays)) && (p.is(i, "và", "với", "so", "do", "nhờ", "trong", "để", "từ", "tại", "khi", "vào", "theo", "bằng", "trên", "cho", "nhưng", "là", "đến", "của", "ở", "mà", "thì", "như", "sau", "trước", "có", "gồm", "cùng", "sẽ", "đã", "sang", "ra", "qua", "lên", "xuống", "còn", "được", "mỗi") || w.set.has(tagLevel)) {
			break
		}
		if q.Unit.Counted {
			if p.is(i, "với", "so", "nhờ", "khi", "nhưng", "mà", "thì", "sau", "trước") || p.seq(i, "trên", "địa", "bàn") || p.is(i, "tại", "ở") && p.placeAt(i+1) > i+1 {
				break
			}
		}
		if end := p.placeAt(i); end > i && i == q.End && !q.Unit.Counted {
			break
		}
		out = append(out, i)
	}
	for len(out) > 0 && (p.is(out[len(out)-1], "và", "trong", "của", "vào", "tại", "là", "có", "được", "gồm", "đạt", "thuộc", "từ", "đã", "cho", "-") || p.phrase[out[len(out)-1]].set.hasAny(tagList, tagEst, tagFuture)) {
		out = out[:len(out)-1]
	}
	return out
}

// exclusion returns "(loại trừ yếu tố giá)" for "nếu loại trừ yếu tố giá".
func (c *clause) exclusion(tokens []int) string {
	if len(tokens) == 0 {
		return ""
	}
	w := c.p.phrase[tokens[0]]
	if !w.set.has(tagExclude) {
		return ""
	}
	if c.p.is(tokens[0], "nếu") && len(tokens) > 1 {
		tokens = tokens[1:]
	}
	return "(" + c.p.text(tokens) + ")"
}

func (c *clause) hasHead(tokens []int) bool {
	if len(tokens) > 0 && c.p.is(tokens[0], "khu", "ngành", "nhóm", "lĩnh", "thị", "mặt", "doanh", "vùng", "nước", "riêng") && !(c.p.seq(tokens[0], "doanh", "thu") || c.p.seq(tokens[0], "doanh", "số") || c.p.seq(tokens[0], "thị", "phần")) {
		return false // a part of what is measured: "khu vực có vốn đầu tư nước ngoài"
	}
	for k, i := range tokens {
		if k > 6 {
			return false
		}
		if _, n := indicatorHeads().at(c.p.t, i); n > 0 && (k == 0 || c.strongHead(i, n) && !c.p.is(tokens[k-1], "trong", "vào", "so")) {
			return true
		}
	}
	return false
}

// strongHead tells heads that name something measured wherever they stand; others
// only do so at the beginning ("thương mại" in "xe thương mại" is no head).
func (c *clause) strongHead(i, n int) bool {
	p := c.p
	switch p.key(i) {
	case "kim", "giá", "tổng", "chỉ", "tỷ", "doanh", "tốc", "năng":
		return n > 1
	case "sản":
		return p.is(i+1, "lượng")
	case "gdp", "grdp", "cpi", "iip", "pmi":
		return true
	case "tăng":
		return p.is(i+1, "trưởng")
	case "xuất", "nhập":
		return p.is(i+1, "khẩu", "siêu")
	case "lợi", "lãi":
		return n > 1
	}
	return false
}

// isRemark tells words that comment on the number before: "mức tăng thấp nhất".
func (c *clause) isRemark(tokens []int) bool {
	p := c.p
	if len(tokens) == 0 {
		return true
	}
	for _, i := range tokens { // a number without a unit belongs to no name
		if p.t[i].Kind == vi.Number && p.t[i].End-p.t[i].Start > 3 && len(tokens) > 1 && p.mark[i] < 0 && i != tokens[len(tokens)-1] && i != tokens[0] && !p.t[i-1].Capital {
			return true
		}
	}
	if !p.is(tokens[0], "mức", "con", "cao", "thấp", "mạnh", "nhanh", "chậm") {
		return false
	}
	for _, i := range tokens {
		if p.is(i, "nhất", "thấp", "cao", "dần", "kỷ") {
			return true
		}
	}
	return false
}

func (c *clause) hasVerb(tokens []int) bool {
	for _, i := range tokens {
		if w := c.p.phrase[i]; w.set.hasAny(tagUp, tagDown, tagLevel, tagShare, tagSays) && !c.p.is(i, "là", "được") {
			return true
		}
	}
	return false
}
