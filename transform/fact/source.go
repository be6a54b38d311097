package fact

import (
	"strings"

	"nhip/transform/vi"
)

// findSource finds who says the sentence: "Theo X, …", "X cho biết …".
func (c *clause) findSource() {
	p := c.p
	for i := c.s.First; i < min(c.s.End, c.s.First+40); i++ {
		w := p.phrase[i]
		if int(w.first) != i || w.set == 0 || p.markAt(i) != nil {
			continue
		}
		if w.set.has(tagTheo) && !c.theoElse(i) {
			if c.sourceAfter(i) {
				return
			}
		}
		if w.set.has(tagEst) && p.is(i, "ước") && c.speaksFirst(i) { // "Cục Thống kê ước GDP tăng 8%"
			if c.estimates = c.sourceBefore(i, int(w.end)); c.estimates {
				return
			}
		}
		if w.set.has(tagSays) && !p.t[i].Capital && i > c.s.First && c.sourceBefore(i, int(w.end)) {
			c.estimates = p.seq(i, "ước", "tính")
			return
		}
		if p.is(i, ";", ":") {
			return
		}
	}
}

// speaksFirst reports that an organisation named at the head of the sentence stands
// right before token i, and that a subject of its own follows, no number.
func (c *clause) speaksFirst(i int) bool {
	for _, o := range c.p.orgs {
		if o.first == c.s.First && o.end == i {
			return c.startsHead(i + 1)
		}
	}
	return false
}

// theoElse tells uses of theo that name no source: "theo giá so sánh", "theo đó",
// "tính theo", "theo Nghị định 85".
func (c *clause) theoElse(i int) bool {
	p := c.p
	if p.is(i-1, "tính", "làm", "kèm", "tiếp", "dựa", "thực") {
		return true
	}
	switch p.key(i + 1) {
	case "quyết", "nghị":
		return p.is(i+2, "định", "quyết")
	case "thông":
		return p.is(i+2, "tư")
	case "công":
		return p.is(i+2, "văn", "điện", "thức")
	case "luật", "khoản", "điều":
		return true
	}
	if i+1 < len(p.t) && p.t[i+1].Capital {
		return false
	}
	switch p.key(i + 1) {
	case "đó", "kế", "giá", "năm", "quy", "hướng", "tháng", "quý", "từng", "tinh", "văn", "hợp", "phương", "cách", "thời", "sau", "anh", "chị", "chiều", "tôi",
		"mức", "quan", "nhu", "yêu", "đuổi", "dõi", "loại", "ngành", "lộ", "tỷ":
		return true
	}
	return false
}

func (c *clause) sourceAfter(i int) bool {
	p := c.p
	first := i + 1
	for k := first; k < min(i+9, c.s.End); k++ { // "số liệu mới nhất của", "thống kê từ"
		if p.markAt(k) != nil || p.is(k, ",", "-") {
			break
		}
		if p.is(k, "của", "từ", "do", "bởi") && k+1 < c.s.End && p.markAt(k+1) == nil {
			first = k + 1
			break
		}
		if p.t[k].Capital && k > i+1 {
			break
		}
	}
	end := first
	for end < c.s.End {
		w := p.phrase[end]
		m := p.markAt(end)
		if m != nil && m.First == end || p.is(end, ",", ":", ";") || p.is(end, ".") && !p.isAbbreviation(end) || int(w.first) == end && !p.t[end].Capital && (w.set.has(tagSays) || p.is(end, "thì")) {
			break
		}
		end++
	}
	name := end
	end = c.overPost(first, end)
	for end > first && p.is(end-1, "trong", "vào", "tháng", "năm", "tính", "thì", "mới", "vừa", "đã") {
		end--
	}
	if end == first || end-first > 40 {
		return false
	}
	for k := first; k < end; k++ {
		if p.is(k, "\"") || p.is(k, "là") && p.phrase[k].set != 0 {
			return false
		}
	}
	p0 := first
	for p0 < end && p.is(p0, "số", "liệu", "báo", "cáo", "thống", "kê", "ông", "bà", "các", "đại", "diện") && !p.t[p0].Capital && !p.is(p0, "các") {
		p0++
	}
	if p0 == end {
		return false
	}
	c.source = placed1{i, end}
	c.org = c.sourceName(p0, end, min(name, end))
	for end < c.s.End && p.phrase[end].set.has(tagSays) {
		end++
		c.source.end = end
	}
	return c.org != ""
}

// overPost returns the end of the source with the post that stands behind a person's
// name: "ông Lê Văn A, Phó Giám đốc Sở Công Thương B, …" is one source, not a source
// and a subject.
func (c *clause) overPost(first, end int) int {
	p := c.p
	if !c.namesPerson(first) || end+1 >= c.s.End || !p.is(end, ",", "-") || !p.t[end+1].Capital {
		return end
	}
	for k := end + 1; k < min(c.s.End, end+26); k++ {
		w := p.phrase[k]
		switch {
		case p.markAt(k) != nil, p.is(k, ";", ":"):
			return end
		case p.is(k, ",") && p.group[k] == p.group[end], int(w.first) == k && !p.t[k].Capital && w.set.has(tagSays):
			return k
		}
	}
	return end
}

// namesPerson tells a person by the word of address before the name.
func (c *clause) namesPerson(i int) bool {
	return c.p.is(i, "ông", "bà", "anh", "chị", "gs", "pgs", "ts", "ths")
}

// sourceName is the organisation among the tokens: one that was mentioned, else
// the words themselves up to name if they name something.
func (c *clause) sourceName(first, end, name int) string {
	p := c.p
	for _, o := range p.orgs {
		if o.first >= first && o.first < end {
			last := min(o.end, end)
			if p.is(last, "(") && last < end && p.group[last] == int32(last) && last+2 < end && p.is(last+2, ")") {
				last += 3
			}
			return p.x.Print(o.first, last)
		}
	}
	capitals := 0
	for i := first; i < name; i++ {
		if p.t[i].Capital {
			capitals++
		}
	}
	if capitals == 0 && !p.is(first, "các", "giới", "liên", "cơ", "ngành", "hiệp", "bộ", "sở") {
		return ""
	}
	return p.x.Print(first, name)
}

func (c *clause) sourceBefore(verb, after int) bool {
	p := c.p
	for _, o := range p.orgs { // an organisation, perhaps with its parent in brackets
		end := o.end
		if p.is(end, "(") {
			for end < verb && !p.is(end, ")") {
				end++
			}
			end++
		}
		for end < verb && (p.phrase[end].set.hasAny(tagModal, tagFill) || p.is(end, "mới", "vừa", "đây", ",")) {
			end++
		}
		if end == verb && o.first >= c.s.First {
			c.source = placed1{o.first, after}
			if c.namesPerson(c.s.First) && c.noMark(c.s.First, o.first) {
				c.source.first = c.s.First // the speaker with the post that names the organisation
			}
			last := o.end
			if p.is(last, "(") && p.is(last+2, ")") && p.group[last] >= 0 && p.t[last+1].Capital && isAcronym(p.x.Source[p.t[last+1].From:p.t[last+1].To]) {
				last += 3
			}
			c.org = p.x.Print(o.first, last)
			return true
		}
	}
	if c.sourceOfReport(verb, after) {
		return true
	}
	// Unknown names: capitals from the head of the sentence to the verb.
	first := c.s.First
	for first < verb && (p.markAt(first) != nil || p.is(first, ",")) {
		first++
	}
	if first == verb || verb-first > 12 || !p.t[first].Capital && !p.is(first, "ngành", "các") {
		return false
	}
	words := 0
	for i := first; i < verb; i++ {
		if p.markAt(i) != nil || p.is(i, ",", ";") || p.phrase[i].set.hasAny(tagUp, tagDown, tagShare) && !p.t[i].Capital {
			return false
		}
		if p.group[i] < 0 {
			words++
		}
	}
	if words > 8 || c.startsHead(first) && !p.is(first+1, "cục", "công") || p.phrase[first].set.hasAny(tagLead, tagFuture) && !p.is(first, "ngành") {
		return false
	}
	c.source = placed1{first, after}
	end := verb
	for end > first && p.phrase[end-1].set.hasAny(tagModal, tagFill, tagReports) && !p.t[end-1].Capital {
		end--
	}
	if open := p.group[end-1]; p.is(end-1, ")") && int(open) > first && (end-int(open) != 3 || !isAcronym(p.x.Print(int(open)+1, end-1))) {
		end = int(open)
	}
	if c.org = p.x.Print(first, end); c.namesPerson(first) || p.placeAt(first) == end {
		c.org = "" // a person who speaks for nobody
		return true
	}
	return c.org != ""
}

// noMark tells that no number or period stands between two tokens.
func (c *clause) noMark(first, end int) bool {
	for i := first; i < end; i++ {
		if c.p.markAt(i) != nil {
			return false
		}
	}
	return true
}

// sourceOfReport reads "dự báo của các tổ chức quốc tế đều cho rằng": who made the
// report.
func (c *clause) sourceOfReport(verb, after int) bool {
	p := c.p
	for i := verb - 2; i > max(c.s.First, verb-14); i-- {
		if p.markAt(i) != nil || p.is(i, ",", ";") {
			return false
		}
		if !p.is(i, "của", "từ") {
			continue
		}
		for k := i - 1; k >= max(c.s.First, i-6); k-- {
			if p.seq(k, "dự", "báo") || p.seq(k, "báo", "cáo") || p.seq(k, "số", "liệu") || p.seq(k, "thống", "kê") || p.seq(k, "khảo", "sát") || p.seq(k, "nghiên", "cứu") || p.seq(k, "đánh", "giá") {
				end := verb
				for end > i+1 && p.phrase[end-1].set.hasAny(tagModal, tagFill) && !p.t[end-1].Capital {
					end--
				}
				if end == i+1 {
					return false
				}
				c.source, c.org = placed1{k, after}, p.x.Print(i+1, end)
				return true
			}
		}
		return false
	}
	return false
}

// isGeneric tells words that name no particular body.
func isGeneric(s string) bool {
	switch vi.Key(s) {
	case "tỉnh", "thành phố", "công ty", "doanh nghiệp", "ngành", "địa phương", "đơn vị", "tập đoàn", "nhà máy", "chính quyền", "toàn tỉnh", "ông", "bà", "huyện", "cả nước", "nước này", "hãng", "dự án", "tỉnh này", "công ty này", "nghị quyết", "kế hoạch", "đề án", "chương trình", "ban quản lý", "họ", "số liệu", "thống kê", "báo cáo", "việt nam":
		return true
	}
	return false
}

func isAcronym(s string) bool { return len(s) <= 8 && strings.ToUpper(s) == s }
