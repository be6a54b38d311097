package table

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"nhip"
	"nhip/transform/vi"
)

// tokenKind is a kind of word group in a header, a title or a row label.
type tokenKind uint8

const (
	tokenWord      tokenKind = iota // one word nothing is known of
	tokenPeriod                     // tháng 5 năm 2022
	tokenRelative                   // cùng kỳ năm trước, tháng trước, kỳ này
	tokenCompare                    // so với
	tokenStatus                     // thực hiện, ước tính
	tokenAccum                      // cộng dồn, lũy kế
	tokenAverage                    // bình quân
	tokenPoint                      // thời điểm
	tokenAsOf                       // đến ngày, tính đến
	tokenMeasure                    // cơ cấu, tốc độ tăng
	tokenUnit                       // (Tỷ đồng), %
	tokenFixedBase                  // kỳ gốc (2019), 2010 = 100
	tokenPlan                       // kế hoạch, dự toán
	tokenPrice                      // giá so sánh 2010, giá hiện hành
	tokenAside                      // other words in brackets
	tokenNoise                      // words that carry nothing here
)

// relative is a period named by its distance from another.
type relative uint8

const (
	relNone       relative = iota
	relSamePeriod          // cùng kỳ năm trước
	relPrevious            // tháng trước, quý trước, kỳ trước
	relPrevMonth           // (cùng thời điểm) tháng trước
	relPrevYear            // năm trước
	relDecember            // tháng 12 năm trước
	relThis                // kỳ này
)

// token is a word group with what it says.
type token struct {
	kind    tokenKind
	text    string // as in the key
	period  period
	base    period // of 2015/2014
	season  string // of vụ đông xuân 2008
	rel     relative
	year    int            // of "cùng kỳ năm 2021", of a fixed base, of a plan
	status  nhip.ObsStatus // of a status word
	measure nhip.Measure
	unit    unit
	price   string
}

// rule recognises one word group at the start of a key.
type rule struct {
	form *regexp.Regexp
	make func(m []string) (token, bool)
}

// rx compiles a pattern of key words anchored at the start. Words are written as
// people write them; vi.Key brings them to the form of the text.
func rx(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + vi.Key(pattern) + `)`)
}

const (
	yearPart   = `((?:19|20)\d\d)`
	sep        = ` ?[-/.] ?`
	romanPart  = `(iv|i{1,3}|[1-4])`
	monthPart  = `(1[0-2]|0?[1-9])`
	maybeYear  = `(?:(?: năm)+ ?|/|-|\.| )?` + yearPart + `?`
	dayMonth   = `(\d{1,2})` + sep + `(\d{1,2})`
	dayMonthYr = dayMonth + sep + yearPart
)

func number(s string) int {
	n, _ := strconv.Atoi(s) // the pattern admits digits only
	return n
}

func quarterNumber(s string) int {
	switch s {
	case "i":
		return 1
	case "ii":
		return 2
	case "iii":
		return 3
	case "iv":
		return 4
	}
	return number(s)
}

func periodToken(p period) (token, bool) {
	p.yearIsHere = p.year != 0
	return token{kind: tokenPeriod, period: p}, p.valid()
}

func date(d, m, y string) nhip.Date {
	return nhip.Date{Year: number(y), Month: monthOf(m), Day: number(d)}
}

// numberWords are the counts of months and quarters that are printed as words.
var numberWords = map[string]int{"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7,
	"tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "giêng": 1, "tư": 4, "chạp": 12}

func countOf(s string) int {
	for w, n := range numberWords {
		if vi.Key(w) == s {
			return n
		}
	}
	return number(s)
}

const countPart = `(\d{1,2}|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười một|mười hai|mười)`

// rules in the order they are tried: the longer before the shorter.
var rules = []rule{
	// Bases against which something is measured.
	{rx(`\(?(?:kỳ gốc|năm gốc|gốc)(?: năm)? ?\(? ?` + yearPart + ` ?\)?(?: ?= ?100 ?%?)?\)?`), func(m []string) (token, bool) {
		return token{kind: tokenFixedBase, year: number(m[1])}, true
	}},
	{rx(`\(?(?:năm )?` + yearPart + ` ?= ?100 ?%?\)?`), func(m []string) (token, bool) {
		return token{kind: tokenFixedBase, year: number(m[1])}, true
	}},
	{rx(`\(?(?:năm|kỳ|tháng|quý) trước ?= ?100 ?%?\)?`), func(m []string) (token, bool) {
		return token{kind: tokenMeasure, measure: nhip.MeasureIndex}, true
	}},
	{rx(`cùng (?:kỳ|thời điểm|tháng|quý)(?: của)?(?: năm)? ` + yearPart), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relSamePeriod, year: number(m[1])}, true
	}},
	{rx(`cùng (?:kỳ|thời điểm|tháng|quý)(?: của)? năm (?:trước|ngoái)`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relSamePeriod}, true
	}},
	{rx(`cùng thời điểm tháng trước`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relPrevMonth}, true
	}},
	{rx(`cùng kỳ`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relSamePeriod}, true
	}},
	{rx(`tháng 12 năm (?:trước|ngoái)`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relDecember}, true
	}},
	{rx(`(?:tháng|quý|kỳ) trước(?: liền kề)?`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relPrevious}, true
	}},
	{rx(`năm (?:trước|ngoái)`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relPrevYear}, true
	}},
	{rx(`(?:kỳ|tháng|quý) (?:này|báo cáo)`), func(m []string) (token, bool) {
		return token{kind: tokenRelative, rel: relThis}, true
	}},
	{rx(`(?:kế hoạch|kh|dự toán)(?: (?:cả )?năm)?(?: ` + yearPart + `)?(?: năm)?`), func(m []string) (token, bool) {
		t := token{kind: tokenPlan}
		if m[1] != "" {
			t.year = number(m[1])
		}
		return t, true
	}},

	{rx(`\(?(?:theo )?giá (?:so sánh|cố định)(?: năm)?(?: ` + yearPart + `)?\)?`), func(m []string) (token, bool) {
		return token{kind: tokenPrice, year: number(m[1]), price: "constant"}, true
	}},
	{rx(`\(?(?:theo )?giá (?:thực tế|hiện hành)\)?`), func(m []string) (token, bool) {
		return token{kind: tokenPrice, price: "current"}, true
	}},

	// Periods.
	{rx(`vụ (đông xuân|hè thu|thu đông|mùa|xuân|đông)(?: năm)? ` + yearPart), func(m []string) (token, bool) {
		t, ok := periodToken(period{shape: shapeYear, year: number(m[2])})
		t.season = m[1]
		return t, ok
	}},
	{rx(`(?:năm )?` + yearPart + `/` + yearPart), func(m []string) (token, bool) {
		t, ok := periodToken(period{shape: shapeYear, year: number(m[1])})
		t.base = period{shape: shapeYear, year: number(m[2]), yearIsHere: true}
		return t, ok
	}},
	{rx(`tháng (một|giêng|hai|ba|tư|sáu|bảy|tám|chín|mười một|mười hai|mười|chạp)(?: năm |/| )` + yearPart), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonth, n: countOf(m[1]), year: number(m[2])})
	}},
	{rx(`từ (?:ngày )?` + dayMonth + `(?:` + sep + yearPart + `)? ?(?:đến|tới|-) ?(?:hết )?(?:ngày )?` + dayMonthYr), func(m []string) (token, bool) {
		p := period{shape: shapeDays, from: date(m[1], m[2], m[6]), to: date(m[4], m[5], m[6]), year: number(m[6])}
		if m[3] != "" {
			p.from.Year = number(m[3])
		}
		p.ytd = p.from.Month == 1 && p.from.Day == 1
		return periodToken(p)
	}},
	{rx(`k([12])-t` + monthPart + `(?:-| năm |/)` + yearPart), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeHalf, len: number(m[1]), n: number(m[2]), year: number(m[3])})
	}},
	{rx(`kỳ ([12]|i{1,2}) tháng ` + monthPart + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeHalf, len: quarterNumber(m[1]), n: number(m[2]), year: number(m[3])})
	}},
	{rx(countPart + ` (?:tháng|năm|quý) (?:vừa |gần )?(?:qua|đây|trước)`), func(m []string) (token, bool) {
		return token{kind: tokenNoise}, true // 12 tháng qua: no stretch of the calendar
	}},
	{rx(countPart + ` tháng cuối năm` + maybeYear), func(m []string) (token, bool) {
		n := countOf(m[1])
		return periodToken(period{shape: shapeMonths, n: 13 - n, len: n, year: number(m[2])})
	}},
	{rx(countPart + ` tháng(?: đầu)?` + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonths, n: 1, len: countOf(m[1]), year: number(m[2]), ytd: true})
	}},
	{rx(countPart + ` quý(?: đầu)?` + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonths, n: 1, len: 3 * countOf(m[1]), year: number(m[2]), ytd: true})
	}},
	{rx(`nửa đầu năm` + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonths, n: 1, len: 6, year: number(m[1]), ytd: true})
	}},
	{rx(`(?:tháng |t)` + monthPart + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonth, n: number(m[1]), year: number(m[2])})
	}},
	{rx(`(?:quý |q)` + romanPart + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeQuarter, n: quarterNumber(m[1]), year: number(m[2])})
	}},
	{rx(`(?:ngày )?` + dayMonthYr), func(m []string) (token, bool) {
		return periodToken(period{shape: shapePoint, to: date(m[1], m[2], m[3]), year: number(m[3])})
	}},
	{rx(`ngày (\d{1,2}) tháng ` + monthPart + maybeYear), func(m []string) (token, bool) {
		return periodToken(period{shape: shapePoint, to: date(m[1], m[2], m[3]), year: number(m[3])})
	}},
	{rx(`ngày ` + dayMonth), func(m []string) (token, bool) {
		return periodToken(period{shape: shapePoint, to: date(m[1], m[2], "")})
	}},
	{rx(`(?:giai đoạn |(?:các )?năm )?` + yearPart + `-` + yearPart), func(m []string) (token, bool) {
		from, to := number(m[1]), number(m[2])
		return periodToken(period{shape: shapeYears, year: from, len: to - from + 1})
	}},
	{rx(monthPart + `/` + yearPart), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeMonth, n: number(m[1]), year: number(m[2])})
	}},
	{rx(`(?:cả )?(?:năm )*` + yearPart), func(m []string) (token, bool) {
		return periodToken(period{shape: shapeYear, year: number(m[1])})
	}},
	{rx(`cả năm|năm nay`), func(m []string) (token, bool) { return periodToken(period{shape: shapeYear}) }},
	{rx(`từ đầu năm(?: đến nay)?`), func(m []string) (token, bool) { return token{kind: tokenAccum}, true }},
	{rx(`năm`), func(m []string) (token, bool) { return token{kind: tokenNoise}, true }},

	// Words about periods.
	{rx(`(?:tại )?thời điểm(?: cuối)?`), func(m []string) (token, bool) { return token{kind: tokenPoint}, true }},
	{rx(`(?:tính )?đến(?: hết)?(?: thời điểm)?`), func(m []string) (token, bool) { return token{kind: tokenAsOf}, true }},
	{rx(`(?:cộng dồn|lũy kế|tính chung)(?: từ đầu năm(?: đến (?:nay|hết|cuối))?)?`), func(m []string) (token, bool) {
		return token{kind: tokenAccum}, true
	}},
	{rx(`bình quân`), func(m []string) (token, bool) { return token{kind: tokenAverage}, true }},

	// Comparison, status and measure.
	{rx(`(?:so sánh|so)(?: với)?|bằng .{0,20}so với`), func(m []string) (token, bool) { return token{kind: tokenCompare}, true }},
	{rx(`chính thức|thực hiện|th`), func(m []string) (token, bool) { return token{kind: tokenStatus, status: "A"}, true }},
	{rx(`sơ bộ|prel\.?|preliminary`), func(m []string) (token, bool) { return token{kind: tokenStatus, status: "P"}, true }},
	{rx(`ước (?:tính|thực hiện|đạt|th)|ước|est\.?|estimate[ds]?`), func(m []string) (token, bool) {
		return token{kind: tokenStatus, status: "E"}, true
	}},
	{rx(`dự báo|dự kiến|dự tính`), func(m []string) (token, bool) { return token{kind: tokenStatus, status: "F"}, true }},
	{rx(`cơ cấu|tỷ trọng|tỷ lệ đóng góp`), func(m []string) (token, bool) {
		return token{kind: tokenMeasure, measure: nhip.MeasureShare}, true
	}},
	{rx(`(?:tốc độ|tỷ lệ|mức|chỉ số) (?:tăng|giảm)(?: trưởng)?(?:[,/]? ?(?:\()?giảm\)?)?|tăng trưởng|tăng ?[,/]? ?\(?\+?\)? ?giảm(?: ?\(-\))?|tăng/giảm|tăng \(\+\), giảm \(-\)`), func(m []string) (token, bool) {
		return token{kind: tokenMeasure, measure: nhip.MeasureGrowth}, true
	}},
	{rx(`đóng góp`), func(m []string) (token, bool) {
		return token{kind: tokenMeasure, measure: nhip.MeasureContribution}, true
	}},
	{rx(`tỷ lệ so sánh|tỷ lệ ?(?:\(%\))? ?so sánh|chia ra|trong đó`), func(m []string) (token, bool) { return token{kind: tokenNoise}, true }},
}

// scan takes a text apart into word groups.
func (u units) scan(text string) []token {
	s := words(text)
	printed := newPrint(text, s)
	var tokens []token
	u.walk(s, func(t token, from, to int) {
		t.text = printed.of(from, to)
		tokens = append(tokens, t)
	})
	return tokens
}

// walk calls each for every word group of a key with its place.
func (u units) walk(s string, each func(t token, from, to int)) {
	found := false
	for pos := 0; pos < len(s); {
		r, size := utf8.DecodeRuneInString(s[pos:])
		switch {
		case r == ' ' || strings.ContainsRune(":;,.|/*", r):
			pos += size
			continue
		case r == '-' && found:
			pos += size
			continue
		}
		t, n := u.token(s[pos:])
		each(t, pos, pos+n)
		found = true
		pos += n
	}
}

// print finds the printed words behind a stretch of their key.
type print struct {
	key    string
	fields []string // of the printed text
	starts []int    // where the field begins in the key
}

// newPrint pairs the words of a text with those of its key: the key has as many, once
// the blanks around dashes are gone.
func newPrint(text, key string) print {
	p := print{key: key, fields: strings.Fields(dashBlanks.ReplaceAllString(text, "$1"))}
	for i := range len(key) {
		if key[i] != ' ' && (i == 0 || key[i-1] == ' ') {
			p.starts = append(p.starts, i)
		}
	}
	return p
}

var dashBlanks = regexp.MustCompile(`\s*([-–—‐‑−])\s*`)

// of returns the words that key[from:to] stands for, without the punctuation around
// them.
func (p print) of(from, to int) string {
	if len(p.starts) != len(p.fields) {
		return p.key[from:to]
	}
	var words []string
	for i, start := range p.starts {
		end := len(p.key)
		if i+1 < len(p.starts) {
			end = p.starts[i+1] - 1
		}
		if start < to && end > from {
			words = append(words, p.fields[i])
		}
	}
	return strings.Trim(strings.Join(words, " "), " :;,.|()*/-")
}

// token returns the word group at the start of s and its length in bytes.
func (u units) token(s string) (token, int) {
	for _, r := range rules {
		loc := r.form.FindStringSubmatchIndex(s)
		if loc == nil || loc[1] == 0 || !ends(s, loc[1]) {
			continue
		}
		m := make([]string, len(loc)/2)
		for i := range m {
			if loc[2*i] >= 0 {
				m[i] = s[loc[2*i]:loc[2*i+1]]
			}
		}
		if t, ok := r.make(m); ok {
			return t, loc[1]
		}
	}
	if s[0] == '%' {
		return token{kind: tokenUnit, unit: percentUnit}, 1
	}
	if s[0] == '(' {
		if end := strings.IndexByte(s, ')'); end > 0 {
			if x, ok := u.parse(s[1:end]); ok && x.known {
				return token{kind: tokenUnit, unit: x}, end + 1
			}
			if inner := u.scan(s[1:end]); len(inner) == 1 && inner[0].kind != tokenWord {
				return inner[0], end + 1
			}
			return token{kind: tokenAside}, end + 1
		}
		return token{kind: tokenNoise}, 1
	}
	end := strings.IndexAny(s, " :;,|()*")
	switch end {
	case -1:
		end = len(s)
	case 0:
		end = 1
	}
	return token{kind: tokenWord}, end
}

// ends reports whether a word can end at byte n of s: no letter or digit follows one.
func ends(s string, n int) bool {
	if n >= len(s) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:n])
	after, _ := utf8.DecodeRuneInString(s[n:])
	switch {
	case unicode.IsLetter(before):
		return !unicode.IsLetter(after)
	case unicode.IsDigit(before):
		return !unicode.IsDigit(after)
	}
	return true
}

func monthOf(s string) time.Month { return time.Month(number(s)) }
