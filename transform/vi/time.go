package vi

import (
	"html"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files still knows Asia/Ho_Chi_Minh
	"unicode/utf8"
)

// Zone is the zone of printed times that name none: Asia/Ho_Chi_Minh, UTC+7.
var Zone = func() *time.Location {
	if loc, err := time.LoadLocation("Asia/Ho_Chi_Minh"); err == nil {
		return loc
	}
	return time.FixedZone("+07", 7*60*60) // cannot happen with time/tzdata linked in
}()

// Precision says how exactly a time was printed.
type Precision uint8

// The precisions. A time of precision Day is midnight in its zone.
const (
	PrecisionMonth Precision = iota + 1
	PrecisionDay
	PrecisionMinute
	PrecisionSecond
)

// Time is an instant as a page prints it.
type Time struct {
	time.Time
	Precision   Precision
	ZoneAssumed bool     // no zone was printed; Zone was taken
	Issues      []string // contradictions of the print, which were not repaired
}

// ParseTime reads the time a page prints, in any of the forms Vietnamese
// publishers use: ISO 8601 with its common mistakes ("…T08:52:11.000 +07:00"),
// RFC 1123, "Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "07-03-2026 - 00:01 AM" (a
// 24-hour clock with AM), "14:19 GMT+7, 21/04/2027", "8h30 ngày 5/11", "10:30 SA",
// "2 giờ trước", "/Date(ms)/", seconds and milliseconds since 1970. HTML entities
// are decoded. Days come before months. ref resolves relative times and missing
// years (the latest such day not after ref); the zero ref refuses them. A time
// without a zone is in Zone.
func ParseTime(s string, ref time.Time) (t time.Time, p Precision, ok bool) {
	r, ok := ReadTime(s, ref)
	return r.Time, r.Precision, ok
}

// ReadTime is ParseTime with everything it noticed.
func ReadTime(s string, ref time.Time) (Time, bool) {
	if len(s) > 1000 { // no printed time; do not spend time on it
		return Time{}, false
	}
	for range 2 {
		if u := html.UnescapeString(s); u == s {
			break
		} else {
			s = u
		}
	}
	s = strings.TrimSpace(Repair(s))
	if t, ok := epoch(s); ok {
		return t, true
	}
	c := clock{ref: ref.In(Zone), tokens: timeTokens(s)}
	c.read()
	return c.time()
}

// epoch reads "/Date(1772845313000)/", 10 digits (seconds), 13 digits
// (milliseconds), and the compact 20260307080153 and 20260307.
func epoch(s string) (Time, bool) {
	digits := s
	if inner, ok := strings.CutPrefix(strings.Trim(s, "/\\"), "Date("); ok {
		digits, _, _ = strings.Cut(inner, ")")
		if i := strings.IndexAny(digits, "+-"); i > 0 {
			digits = digits[:i]
		}
	}
	n := int64(0)
	for _, r := range digits {
		if r < '0' || r > '9' || len(digits) > 14 {
			return Time{}, false
		}
		n = n*10 + int64(r-'0')
	}
	var t time.Time
	p := PrecisionSecond
	switch len(digits) {
	case 10:
		t = time.Unix(n, 0)
	case 13:
		t = time.UnixMilli(n)
	case 8, 14:
		layout := "20060102150405"[:len(digits)]
		var err error
		if t, err = time.ParseInLocation(layout, digits, Zone); err != nil {
			return Time{}, false
		}
		if len(digits) == 8 {
			p = PrecisionDay
		}
		return Time{Time: t, Precision: p, ZoneAssumed: true}, plausibleYear(t.Year())
	default:
		return Time{}, false
	}
	t = t.In(Zone)
	return Time{Time: t, Precision: p}, plausibleYear(t.Year())
}

func plausibleYear(y int) bool { return y >= 1945 && y <= 2100 }

// timeToken is a number, a word (folded) or one sign of a printed time.
type timeToken struct {
	num    int
	digits int // 0 if no number
	word   string
	sign   rune
	glued  bool // no blank before it
}

func timeTokens(s string) []timeToken {
	var out []timeToken
	glued := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case isBlank(r):
			glued = false
			i += size
			continue
		case r >= '0' && r <= '9':
			j, n := i, 0
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				if j-i < 9 {
					n = n*10 + int(s[j]-'0')
				}
				j++
			}
			out = append(out, timeToken{num: n, digits: j - i, glued: glued})
			i = j
		case letterOf(r).isTo:
			j := i
			for j < len(s) {
				q, w := utf8.DecodeRuneInString(s[j:])
				if q >= '0' && q <= '9' || !letterOf(q).isTo {
					break
				}
				j += w
			}
			if j == i { // a digit of another script
				j += size
			}
			out = append(out, timeToken{word: Fold(s[i:j]), glued: glued})
			i = j
		default:
			if isDash(r) {
				r = '-'
			}
			out = append(out, timeToken{sign: r, glued: glued})
			i += size
		}
		glued = true
	}
	return out
}

// clock collects what the tokens of a printed time say.
type clock struct {
	ref    time.Time
	tokens []timeToken

	year, month, day     int
	hour, minute, second int
	hasDate, hasTime     bool
	hasSecond            bool
	half                 byte // 'a' or 'p'
	zone                 *time.Location
	weekday              int // 1 Sunday … 7 Saturday
	relative             *Time
	issues               []string
}

func (c *clock) at(i int) timeToken {
	if i >= 0 && i < len(c.tokens) {
		return c.tokens[i]
	}
	return timeToken{}
}

// num reports whether token i is a number of lo to hi digits.
func (c *clock) num(i, lo, hi int) bool {
	d := c.at(i).digits
	return d >= lo && d <= hi
}

func (c *clock) read() {
	for i := 0; i < len(c.tokens); {
		n := 0
		for _, rule := range []func(int) int{c.readAgo, c.readZone, c.readClock, c.readDate, c.readWords} {
			if n = rule(i); n > 0 {
				break
			}
		}
		i += max(n, 1)
	}
}

// readAgo reads "2 giờ trước", "15 phút trước", "hôm qua".
func (c *clock) readAgo(i int) int {
	if c.at(i).word == "hom" && !c.hasDate && !c.ref.IsZero() {
		back, ok := map[string]int{"nay": 0, "qua": 1, "kia": 2}[c.at(i+1).word]
		if !ok {
			return 0
		}
		y, m, d := c.ref.AddDate(0, 0, -back).Date()
		c.setDate(y, int(m), d)
		return 2
	}
	if !c.num(i, 1, 3) || c.at(i+2).word != "truoc" || c.hasDate || c.ref.IsZero() {
		return 0
	}
	n := c.at(i).num
	t, p := c.ref, PrecisionDay
	switch c.at(i + 1).word {
	case "giay", "second":
		t, p = t.Add(-time.Duration(n)*time.Second), PrecisionMinute
	case "phut", "minute":
		t, p = t.Add(-time.Duration(n)*time.Minute), PrecisionMinute
	case "gio", "tieng":
		t, p = t.Add(-time.Duration(n)*time.Hour), PrecisionMinute
	case "ngay":
		t = t.AddDate(0, 0, -n)
	case "tuan":
		t = t.AddDate(0, 0, -7*n)
	case "thang":
		t, p = t.AddDate(0, -n, 0), PrecisionMonth
	case "nam":
		t, p = t.AddDate(-n, 0, 0), PrecisionMonth
	default:
		return 0
	}
	c.relative = &Time{Time: t.Truncate(time.Minute), Precision: p}
	return 3
}

// readZone reads "GMT+7", "(GMT+07:00)", "UTC", "ICT", "Z", and after a clock
// time "+07:00", "+0700", "+07".
func (c *clock) readZone(i int) int {
	start := i
	switch w := c.at(i).word; w {
	case "gmt", "utc", "ict":
		if i++; w != "ict" && (c.at(i).sign == '+' || c.at(i).sign == '-') && c.num(i+1, 1, 4) {
			break
		}
		c.zone = time.UTC
		if w == "ict" {
			c.zone = Zone
		}
		return 1
	case "z":
		if !c.hasTime || !c.at(i).glued {
			return 0
		}
		c.zone = time.UTC
		return 1
	}
	t := c.at(i)
	if i == start && (!c.hasTime || t.sign == '-' && (!t.glued || !c.num(i+1, 2, 4))) ||
		t.sign != '+' && t.sign != '-' || !c.num(i+1, 1, 4) || i == start && !c.num(i+1, 2, 4) {
		return 0
	}
	h, m, used := c.at(i+1).num, 0, 2
	if c.num(i+1, 3, 4) {
		h, m = h/100, h%100
	} else if c.at(i+2).sign == ':' && c.num(i+3, 2, 2) {
		m, used = c.at(i+3).num, 4
	}
	if h > 14 || m > 59 {
		return 0
	}
	offset := h*3600 + m*60
	if t.sign == '-' {
		offset = -offset
	}
	if c.zone = Zone; offset != 7*3600 {
		c.zone = time.FixedZone("", offset)
	}
	return i - start + used
}

// readClock reads "08:47", "08:01:53.000", "8h30", "8g30", "8 giờ 30 phút", "14h".
func (c *clock) readClock(i int) int {
	if c.hasTime || !c.num(i, 1, 2) || c.at(i).num > 24 {
		return 0
	}
	h, m, used := c.at(i).num, 0, 0
	next := c.at(i + 1)
	switch {
	case next.sign == ':' && c.num(i+2, 1, 2):
		m, used = c.at(i+2).num, 3
		if c.at(i+3).sign == ':' && c.num(i+4, 2, 2) && c.at(i+4).num < 60 {
			c.second, c.hasSecond, used = c.at(i+4).num, true, 5
			if (c.at(i+5).sign == '.' || c.at(i+5).sign == ',') && c.at(i+6).digits > 0 && c.at(i+6).glued {
				used = 7 // fractions of a second are dropped
			}
		}
	case next.word == "h" || next.word == "g" || next.word == "gio":
		used = 2
		if c.num(i+2, 1, 2) && c.at(i+2).num < 60 && (c.at(i+2).glued || next.word == "gio") {
			if s := c.at(i + 3).sign; s != '/' && s != '-' || !c.at(i+3).glued {
				m, used = c.at(i+2).num, 3
			}
		}
		if w := c.at(i + used).word; w == "phut" || w == "p" || w == "ph" {
			used++
		}
	default:
		return 0
	}
	if m > 59 || h == 24 && m > 0 {
		return 0
	}
	c.hour, c.minute, c.hasTime = h, m, true
	return used
}

// readDate reads days in numbers and words.
func (c *clock) readDate(i int) int {
	if c.hasDate {
		return 0
	}
	t, sep := c.at(i), c.at(i+1).sign
	sepOK := sep == '/' || sep == '-' || sep == '.'
	switch {
	case c.num(i, 4, 4) && sepOK && c.num(i+2, 1, 2) && c.at(i+3).sign == sep && c.num(i+4, 1, 2):
		if c.setDate(t.num, c.at(i+2).num, c.at(i+4).num) {
			if c.at(i+5).word == "t" {
				return 6
			}
			return 5
		}
	case c.num(i, 1, 2) && sepOK && c.num(i+2, 1, 2) && c.at(i+3).sign == sep && (c.num(i+4, 4, 4) || c.num(i+4, 2, 2)):
		y := c.at(i + 4).num
		if y < 100 {
			y += 2000
		}
		if c.setDate(y, c.at(i+2).num, t.num) {
			return 5
		}
		if c.setDate(y, t.num, c.at(i+2).num) {
			c.issues = append(c.issues, "month printed before day")
			return 5
		}
	case c.num(i, 1, 2) && sepOK && sep != '.' && c.num(i+2, 1, 2) && (c.hasTime || c.weekday > 0 || c.dayBefore(i)):
		if y := c.impliedYear(c.at(i+2).num, t.num); y > 0 && c.setDate(y, c.at(i+2).num, t.num) {
			return 3
		}
	case c.num(i, 1, 2) && c.monthAt(i+1) > 0:
		return c.dayMonth(i)
	case c.monthAt(i) > 0:
		return c.monthDay(i)
	}
	return 0
}

// dayBefore tells whether a word before token i announces a day.
func (c *clock) dayBefore(i int) bool {
	switch c.at(i - 1).word {
	case "ngay", "sang", "trua", "chieu", "toi", "dem", "hom":
		return true
	}
	return false
}

var englishMonths = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
var monthWords = map[string]int{"gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "chap": 12}

// monthAt returns the month that token i and those after it name, 0 if none.
func (c *clock) monthAt(i int) int {
	m, _ := c.month2(i)
	return m
}

func (c *clock) month2(i int) (month, used int) {
	w := c.at(i).word
	if w == "thang" || w == "thg" || w == "t" {
		if c.num(i+1, 1, 2) && c.at(i+1).num >= 1 && c.at(i+1).num <= 12 {
			return c.at(i + 1).num, 2
		}
		if c.at(i+1).word == "muoi" {
			if n := monthWords[c.at(i+2).word]; n == 1 || n == 2 {
				return 10 + n, 3
			}
		}
		if n := monthWords[c.at(i+1).word]; n > 0 && w == "thang" {
			return n, 2
		}
		return 0, 0
	}
	for n, name := range englishMonths {
		if len(w) >= 3 && strings.HasPrefix(name, w) {
			return n + 1, 1
		}
	}
	return 0, 0
}

// dayMonth reads "7 tháng 3 năm 2026", "07 Mar 2026".
func (c *clock) dayMonth(i int) int {
	m, used := c.month2(i + 1)
	j := i + 1 + used
	for k := 0; k < 2 && (c.at(j).word == "nam" || c.at(j).sign == ',' || c.at(j).sign == '/' || c.at(j).sign == '-' || c.at(j).sign == '.'); k++ {
		j++
	}
	if c.num(j, 4, 4) && c.setDate(c.at(j).num, m, c.at(i).num) {
		return j + 1 - i
	}
	if y := c.impliedYear(m, c.at(i).num); y > 0 && c.setDate(y, m, c.at(i).num) {
		return 1 + used
	}
	return 0
}

// monthDay reads "Tháng Ba 7, 2026", "March 7, 2026", and without a day "tháng 3/2026".
func (c *clock) monthDay(i int) int {
	m, used := c.month2(i)
	j := i + used
	if c.num(j, 1, 2) && c.at(j+1).sign == ',' && c.num(j+2, 4, 4) && c.setDate(c.at(j+2).num, m, c.at(j).num) {
		return j + 3 - i
	}
	for c.at(j).word == "nam" || c.at(j).sign == '/' || c.at(j).sign == '-' || c.at(j).sign == '.' || c.at(j).sign == ',' {
		j++
	}
	if c.num(j, 4, 4) && plausibleYear(c.at(j).num) && c.relative == nil {
		c.relative = &Time{Time: time.Date(c.at(j).num, time.Month(m), 1, 0, 0, 0, 0, Zone), Precision: PrecisionMonth, ZoneAssumed: true}
		return j + 1 - i
	}
	return 0
}

// impliedYear is the year of the latest day m/d that is not after ref.
func (c *clock) impliedYear(m, d int) int {
	if c.ref.IsZero() || m < 1 || m > 12 {
		return 0
	}
	y := c.ref.Year()
	if time.Date(y, time.Month(m), d, 0, 0, 0, 0, Zone).After(c.ref.AddDate(0, 0, 1)) {
		y--
	}
	return y
}

func (c *clock) setDate(y, m, d int) bool {
	if !plausibleYear(y) || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return false
	}
	c.year, c.month, c.day, c.hasDate = y, m, d, true
	return true
}

// readWords reads weekdays and halves of the day.
func (c *clock) readWords(i int) int {
	switch w := c.at(i).word; w {
	case "am", "sa", "sang":
		c.half = 'a'
	case "pm", "ch", "chieu", "toi":
		c.half = 'p'
	case "trua":
		if c.hasTime && c.hour < 3 {
			c.half = 'p'
		}
	case "thu", "chu":
		d, ok := map[string]int{"nhat": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7}[c.at(i+1).word]
		if c.num(i+1, 1, 1) && w == "thu" {
			d, ok = c.at(i+1).num, c.at(i+1).num >= 2 && c.at(i+1).num <= 7
		}
		if ok {
			c.weekday = d
			return 2
		}
	case "t":
		if c.num(i+1, 1, 1) && c.at(i+1).glued && c.at(i+1).num >= 2 && c.at(i+1).num <= 7 {
			c.weekday = c.at(i + 1).num
			return 2
		}
	}
	return 0
}

func (c *clock) time() (Time, bool) {
	if !c.hasDate {
		if c.relative != nil {
			return *c.relative, true
		}
		return Time{}, false
	}
	t := Time{Precision: PrecisionDay, Issues: c.issues, ZoneAssumed: c.zone == nil}
	if c.hasTime {
		t.Precision = PrecisionMinute
		if c.hasSecond {
			t.Precision = PrecisionSecond
		}
		switch {
		case c.half == 'p' && c.hour < 12:
			c.hour += 12
		case c.half == 'a' && c.hour == 12:
			c.hour = 0
		case c.half == 'a' && c.hour > 12:
			t.Issues = append(t.Issues, "a 24-hour clock with AM")
		}
	}
	if c.zone == nil {
		c.zone = Zone
	}
	t.Time = time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, 0, c.zone)
	if c.weekday > 0 && int(time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, time.UTC).Weekday())+1 != c.weekday {
		t.Issues = append(t.Issues, "the weekday is not that of the day")
	}
	return t, true
}

func daysIn(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }
