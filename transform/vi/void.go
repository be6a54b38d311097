package vi

// void returns the end of a stretch at token i that holds digits but no
// quantity: legal numbers (12/2026/QH16, 85/NQ-CP), footnote marks [3] and (1),
// times of day, phone numbers, names with digits (Covid-19). It returns i where
// none stands.
func (s *scanner) void(i int) int {
	t := &s.t[i]
	switch t.Kind {
	case Number:
		if end := s.legal(i); end > i {
			return end
		}
		if s.clockTime(i) || s.fraction(i) {
			return i + 3
		}
		if n, ok := s.whole(i); ok && n <= 24 && s.key(i+1) == "giờ" && s.is(i+2, "ngày", "sáng", "trưa", "chiều", "tối", "đêm", "hôm") {
			return i + 2
		}
		if i > 0 && s.t[i-1].Kind == Word && s.is(i-1, "số", "điều", "khoản", "mục", "trang", "lần", "bước", "top", "nhóm", "đường", "quốc", "phường", "quận", "tổ", "bảng", "hình", "biểu", "phụ", "câu", "đợt", "tầng", "tập", "ca") {
			return s.ordinal(i)
		}
	case Sign:
		if (t.Key == "[" || t.Key == "(") && i+2 < len(s.t) && s.t[i+1].Kind == Number && len(s.t[i+1].Key) <= 2 && s.is(i+2, "]", ")") {
			return i + 3
		}
	case Word:
		if s.key(i+1) == "-" && i+2 < len(s.t) && s.t[i+2].Kind == Number && !s.t[i+1].Space && !s.t[i+2].Space && t.Key != "tháng" && t.Capital {
			return i + 3 // Covid-19, G-7
		}
	}
	return i
}

// legal reads 12/2026/QH16, 85/NQ-CP, 1201/QĐ-UBND at i.
func (s *scanner) legal(i int) int {
	j := i + 1
	if s.key(j) != "/" || j+1 >= len(s.t) || s.t[j].Space || s.t[j+1].Space {
		return i
	}
	if s.yearAt(j+1) > 0 && s.key(j+2) == "/" {
		j += 2
	}
	if j+1 >= len(s.t) || s.t[j+1].Kind != Word || s.t[j+1].Space || !s.t[j+1].Capital {
		return i
	}
	j += 2
	for j+1 < len(s.t) && s.is(j, "-", "/") && !s.t[j].Space && !s.t[j+1].Space {
		j += 2
	}
	return j
}

// fraction tells "1/3 doanh nghiệp", "33/34 địa phương": a part of a whole, and no
// count of what follows.
func (s *scanner) fraction(i int) bool {
	n, ok := s.whole(i)
	if !ok || i+3 >= len(s.t) || s.key(i+1) != "/" || s.t[i+1].Space || s.t[i+2].Space || s.t[i+3].Kind != Word || s.is(i-1, "từ", "đến", "tới", "ngày", "/") {
		return false
	}
	m, ok := s.whole(i + 2)
	return ok && n > 0 && n <= m && m < 1000 && !s.is(i+3, "năm", "tháng", "quý")
}

func (s *scanner) clockTime(i int) bool {
	n, ok := s.whole(i)
	if !ok || n > 24 || i+2 >= len(s.t) || s.t[i+1].Space || s.t[i+2].Space {
		return false
	}
	m, ok := s.whole(i + 2)
	return ok && m < 60 && len(s.t[i+2].Key) == 2 && s.key(i+1) == ":"
}

// ordinal decides whether the number at i, after a word that often numbers
// things, is such a number: "số 12", "quốc lộ 1", "lần 2", but not "số 300 doanh
// nghiệp", where a unit follows.
func (s *scanner) ordinal(i int) int {
	if _, ok := s.whole(i); !ok {
		return i
	}
	if n, ok := s.numberAt(i); ok {
		if u, _ := s.lex.match(s.t, n.end); u != nil || n.scaled {
			return i
		}
	}
	return i + 1
}
