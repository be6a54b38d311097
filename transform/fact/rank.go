package fact

// rankAt returns where "là" stands in "X là nhóm hàng có kim ngạch lớn nhất", "X là
// nhà đầu tư lớn thứ hai", -1 if the part says nothing of the kind.
func (c *clause) rankAt(tokens []int) int {
	for k := 1; k+2 < len(tokens); k++ {
		if !c.p.is(tokens[k], "là") || c.p.is(tokens[k-1], "đây", "đó", "tiếp", "đầu", "theo", "nhì", "nhất", "ba", "hai", "đến") {
			continue
		}
		for _, i := range tokens[k+1:] {
			if c.p.is(i, "nhất", "đầu", "thứ") {
				return k
			}
		}
	}
	return -1
}

// cutRank keeps who or what holds a rank, with the name of what it is ranked by: of
// "A là nhóm hàng có kim ngạch xuất khẩu lớn nhất với" A and "kim ngạch xuất khẩu".
func (c *clause) cutRank(t part) part {
	k := c.rankAt(t.tokens)
	if k < 0 {
		return t
	}
	who := c.trimTail(c.dropModals(c.trimLead(t.tokens[:k])))
	if len(who) == 0 || len(who) > 12 {
		return t
	}
	for m := k + 1; m < len(t.tokens); m++ {
		if _, n := indicatorHeads().at(c.p.t, t.tokens[m]); n > 0 && c.strongHead(t.tokens[m], n) {
			end := m
			for end < len(t.tokens) && !c.p.is(t.tokens[end], "lớn", "cao", "nhiều", "đứng", "dẫn", "thấp", "nhất", "nhỏ") {
				end++
			}
			t.actor, t.tokens = who, t.tokens[m:end]
			return t
		}
	}
	t.tokens = who
	return t
}
