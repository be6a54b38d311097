package fact

import (
	"strings"

	"nhip"
)

// dropPlaces takes places at the head of a part out of it, and places that follow
// "trên địa bàn", "tại", "của", "ở" with that word.
func (c *clause) dropPlaces(tokens []int) []int {
	p := c.p
	out := tokens[:0:0]
	for k := 0; k < len(tokens); {
		i := tokens[k]
		if p.seq(i, "trên", "địa", "bàn") || p.seq(i, "trên", "cả", "nước") || p.seq(i, "trên", "toàn", "quốc") {
			k = skipTo(tokens, k, i+3)
			if k < len(tokens) && p.is(tokens[k], "tỉnh", "thành", "tp", "thủ") {
				n := 1
				if p.is(tokens[k], "thành", "thủ") {
					n = 2
				}
				k = skipTo(tokens, k, tokens[k]+n)
			}
			if k < len(tokens) {
				if end := p.placeAt(tokens[k]); end > tokens[k] {
					k = skipTo(tokens, k, end)
				}
			}
			continue
		}
		if n := c.somePlaces(i); n > 0 && k > 0 {
			k = skipTo(tokens, k, i+n)
			continue
		}
		at := i
		if k > 0 && (p.is(i, "tỉnh", "tp") && p.placeAt(i+1) > i+1 || p.seq(i, "thành", "phố") && p.placeAt(i+2) > i+2) && !p.is(tokens[k-1], "của", "tại", "ở", "thống", "công", "ủy") {
			for at = i + 1; p.placeAt(at) == at; at++ {
			}
			k = c.pastPlace(tokens, k, p.placeAt(at)) // "GRDP tỉnh Bắc Giang"
			continue
		}
		if p.is(i, "tại", "ở", "của") && k+1 < len(tokens) {
			if at = tokens[k+1]; p.is(i, "của") && c.isAbroad(at) {
				at = i // who invests or buys, not where
			} else if p.is(at, "tỉnh", "tp") && p.placeAt(at+1) > at+1 {
				at++
			} else if p.seq(at, "thành", "phố") && p.placeAt(at+2) > at+2 {
				at += 2
			}
		}
		if end := p.placeAt(at); end > at && (k == 0 || at != i) && (skipTo(tokens, k, end) < len(tokens) || k > 0 && p.is(i, "của", "tại", "ở")) {
			k = c.pastPlace(tokens, k, end)
			continue
		}
		out = append(out, i)
		k++
	}
	return out
}

// isAbroad tells a foreign country at token i.
func (c *clause) isAbroad(i int) bool {
	for _, k := range c.p.places {
		if k.first == i {
			p := c.d().r.placesByID[nhip.PlaceID(k.mention.ID)]
			return p != nil && p.Level == "country" && p.ID != "viet-nam"
		}
	}
	return false
}

// pastPlace skips a place that ends at end, with the words that tell its old
// territory from its new one.
func (c *clause) pastPlace(tokens []int, k, end int) int {
	if c.p.is(end, "cũ", "mới") {
		end++
	}
	return skipTo(tokens, k, end)
}

// somePlaces is the length of words at i that say only that it is about several
// places: "của một số địa phương", "ở nhiều tỉnh".
func (c *clause) somePlaces(i int) int {
	p := c.p
	if !p.is(i, "của", "ở", "tại") {
		return 0
	}
	for j := i + 1; j < i+5; j++ {
		switch {
		case p.seq(j, "địa", "phương"), p.seq(j, "tỉnh", "thành"):
			return j + 2 - i
		case !p.is(j, "một", "số", "các", "nhiều", "những", "đa", "hầu", "hết"):
			return 0
		}
	}
	return 0
}

// dropPrices takes "theo giá so sánh", "theo giá hiện hành" out of a name.
func (c *clause) dropPrices(tokens []int) []int {
	p := c.p
	for k, i := range tokens {
		if p.seq(i, "theo", "giá") && p.is(i+2, "so", "hiện", "thực", "cố", "gốc") {
			end := skipTo(tokens, k, i+4)
			return append(tokens[:k:k], tokens[end:]...)
		}
	}
	return tokens
}

// onlyPlace tells a subject that is nothing but a place: "của Thanh Hóa tăng 14%".
func (c *clause) onlyPlace(tokens []int) bool {
	for k := 0; k < len(tokens); {
		end := c.p.placeAt(tokens[k])
		if end == tokens[k] {
			return false
		}
		k = skipTo(tokens, k, end)
		for k < len(tokens) && k > 0 && c.p.is(tokens[k], "trước", "sau", "khi", "sáp", "nhập", "hợp", "nhất", "cũ", "mới") {
			k++ // "TP HCM trước sáp nhập"
		}
	}
	return len(tokens) > 0
}

// movePlace puts another place into the name in force: "nhập khẩu từ A 3 tỷ, từ B 2
// tỷ".
func (c *clause) movePlace(st *state, to string) {
	for _, m := range c.p.places {
		name := c.p.x.Print(m.first, m.end)
		if at := strings.LastIndex(st.label, name); at >= 0 && name != "" && name != to {
			st.label = st.label[:at] + to + st.label[at+len(name):]
			if at := strings.LastIndex(st.own, name); at >= 0 {
				st.own = st.own[:at] + to + st.own[at+len(name):]
			}
			return
		}
	}
}
