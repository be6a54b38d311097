package vi

// ParseNumber reads a number as Vietnamese prose prints it:
//
//	7.318,6  2.046.511   dots group thousands, a comma starts the decimals
//	7318,6   6,418       one comma is a decimal comma, whatever follows it
//	3.265                one dot before exactly three digits groups thousands
//	3,604,118  3,604,118.5  two or more comma groups, or comma groups and a dot: English
//	51.3  1745.20  0.357    a dot before other than three digits, or after 0: English decimals
//
// Tables mix these from cell to cell and need the column to decide; this rule is
// for prose. ok is false for anything else, such as 12.5.2021 or 1,2,3, and for
// more than eighteen digits.
func ParseNumber(s string) (d Decimal, decimals int, ok bool) {
	var dots, commas, digits int
	firstDot, lastDot, firstComma, lastComma := -1, -1, -1, -1
	coef := int64(0)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if digits++; digits > 18 {
				return Decimal{}, 0, false
			}
			coef = coef*10 + int64(c-'0')
		case c == '.':
			if dots++; firstDot < 0 {
				firstDot = i
			}
			lastDot = i
		case c == ',':
			if commas++; firstComma < 0 {
				firstComma = i
			}
			lastComma = i
		default:
			return Decimal{}, 0, false
		}
	}
	if digits == 0 {
		return Decimal{}, 0, false
	}
	switch {
	case dots == 0 && commas == 0:
	case commas == 0 && grouped(s, '.'):
	case commas == 0 && dots == 1:
		decimals = len(s) - 1 - firstDot
	case dots == 0 && commas == 1:
		decimals = len(s) - 1 - firstComma
	case dots == 0 && grouped(s, ','):
	case commas == 1 && dots > 0 && lastDot < firstComma && grouped(s[:firstComma], '.'):
		decimals = len(s) - 1 - firstComma
	case dots == 1 && commas > 0 && lastComma < firstDot && grouped(s[:firstDot], ','):
		decimals = len(s) - 1 - firstDot
	default:
		return Decimal{}, 0, false
	}
	if decimals == 0 && (dots == 1 && commas == 0 && firstDot == len(s)-1 || commas == 1 && dots == 0 && firstComma == len(s)-1) {
		return Decimal{}, 0, false
	}
	return normal(coef, int32(-decimals)), decimals, true
}

// grouped reports whether sep parts s into thousands: one to three digits that do
// not start with 0, then groups of three.
func grouped(s string, sep byte) bool {
	n, groups := 0, 0
	for i := range len(s) {
		if s[i] != sep {
			n++
			continue
		}
		if groups == 0 && (n < 1 || n > 3) || groups > 0 && n != 3 {
			return false
		}
		n, groups = 0, groups+1
	}
	return groups > 0 && n == 3 && s[0] != '0'
}

// digitWords are the words of 0-9; the forms after tens follow.
func digitWord(key string) (int, bool) {
	switch key {
	case "không":
		return 0, true
	case "một":
		return 1, true
	case "hai":
		return 2, true
	case "ba":
		return 3, true
	case "bốn":
		return 4, true
	case "năm":
		return 5, true
	case "sáu":
		return 6, true
	case "bảy", "bẩy":
		return 7, true
	case "tám":
		return 8, true
	case "chín":
		return 9, true
	}
	return 0, false
}

func lastDigitWord(key string) (int, bool) {
	switch key {
	case "mốt":
		return 1, true
	case "tư":
		return 4, true
	case "lăm", "nhăm":
		return 5, true
	}
	return digitWord(key)
}

// wordNumber reads the number words that start at token i: below one thousand,
// with a decimal after phẩy. used is 0 where none stands there. Whether the words
// mean a number is for the caller to know: năm is also a year, ba a father.
func wordNumber(t []Token, i int) (d Decimal, used int) {
	key := func(k int) string {
		if k < len(t) && t[k].Kind == Word {
			return t[k].Key
		}
		return ""
	}
	j := i
	n, some := 0, false
	if h, ok := digitWord(key(j)); ok && key(j+1) == "trăm" {
		n, some, j = h*100, true, j+2
		if key(j) == "linh" || key(j) == "lẻ" {
			if u, ok := lastDigitWord(key(j + 1)); ok {
				return Decimal{int64(n + u), 0}, j + 2 - i
			}
		}
	}
	switch {
	case key(j) == "mười":
		n, some, j = n+10, true, j+1
		if u, ok := lastDigitWord(key(j)); ok && !(key(j) == "năm") {
			n, j = n+u, j+1
		}
	default:
		u, ok := digitWord(key(j))
		switch {
		case ok && u > 0 && (key(j+1) == "mươi" || key(j+1) == "chục"):
			n, some, j = n+u*10, true, j+2
			if u, ok := lastDigitWord(key(j)); ok && key(j) != "năm" {
				n, j = n+u, j+1
			}
		case ok && u > 0 && !some:
			n, some, j = u, true, j+1
			if v, ok := lastDigitWord(key(j)); ok && u >= 2 && (v == 5 || v == 1 || v == 4) && (key(j) == "mốt" || key(j) == "lăm" || key(j) == "nhăm") {
				n, j = u*10+v, j+1 // "hai lăm" for twenty-five
			}
		}
	}
	if !some {
		return Decimal{}, 0
	}
	d = normal(int64(n), 0)
	if key(j) == "phẩy" {
		if u, ok := digitWord(key(j + 1)); ok {
			return normal(int64(n*10+u), -1), j + 2 - i
		}
	}
	return d, j - i
}
