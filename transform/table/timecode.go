package table

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"nhip"
	"nhip/transform/vi"
)

// timeCode is a period of a machine-readable file with its SDMX code.
type timeCode struct {
	code, freq string
	start, end nhip.Date
	period     period // the same where a header could print it, for what was a year before
}

var (
	codeYear     = regexp.MustCompile(`^(\d{4})(?:-A1|A1?)?$`)
	codeHalf     = regexp.MustCompile(`^(\d{4})-?[SHB]([12])$`)
	codeQuarter  = regexp.MustCompile(`^(\d{4})-?[QK]([1-4])$`)
	codeMonth    = regexp.MustCompile(`^(\d{4})(?:-?M|-)(0[1-9]|1[0-2])$`)
	codeWeek     = regexp.MustCompile(`^(\d{4})-?[WU](0[1-9]|[1-4]\d|5[0-3])$`)
	codeDay      = regexp.MustCompile(`^(\d{4})(?:-|D|MD)?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:T[\d:.]*Z?)?$`)
	codeDuration = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)/P(\d{1,3})([DMY])$`)
	codeYears    = regexp.MustCompile(`^(\d{4})\s?[-–]\s?(\d{4})$`)
)

// readTimeCode reads a time code: SDMX (2012-Q1, 2017-01, 2010-S1, 2013-W05, start
// with duration), PC-Axis (2012M01, 2012Q1, 2012K1, 2012H1) or a plain day. ok is false
// for words, and for years no table is about.
func readTimeCode(s string) (timeCode, bool) {
	s = strings.TrimSpace(s)
	var p period
	switch {
	case codeYear.MatchString(s):
		p = period{shape: shapeYear, year: number(s[:4])}
	case codeHalf.MatchString(s):
		return half(number(s[:4]), number(s[len(s)-1:]))
	case codeQuarter.MatchString(s):
		p = period{shape: shapeQuarter, year: number(s[:4]), n: number(s[len(s)-1:])}
	case codeMonth.MatchString(s):
		p = period{shape: shapeMonth, year: number(s[:4]), n: number(s[len(s)-2:])}
	case codeYears.MatchString(s):
		m := codeYears.FindStringSubmatch(s)
		p = period{shape: shapeYears, year: number(m[1]), len: number(m[2]) - number(m[1]) + 1}
	case codeDuration.MatchString(s):
		return duration(s)
	case codeWeek.MatchString(s):
		m := codeWeek.FindStringSubmatch(s)
		return week(number(m[1]), number(m[2]))
	case codeDay.MatchString(s):
		m := codeDay.FindStringSubmatch(s)
		d := nhip.Date{Year: number(m[1]), Month: monthOf(m[2]), Day: number(m[3])}
		if nhip.DateOf(d.Time()) != d || !plausible(d.Year) {
			return timeCode{}, false
		}
		return timeCode{code: d.String(), freq: "D", start: d, end: d}, true
	default:
		return timeCode{}, false
	}
	if !p.valid() {
		return timeCode{}, false
	}
	return codeOf(p), true
}

// plausible refuses years that no statistics reach: the store's days begin in 1900.
func plausible(year int) bool { return year >= 1900 && year <= 2099 }

func codeOf(p period) timeCode {
	start, end := p.bounds()
	return timeCode{code: p.code(), freq: p.freq(), start: start, end: end, period: p}
}

func half(year, n int) (timeCode, bool) {
	p := period{shape: shapeMonths, year: year, n: 6*n - 5, len: 6}
	if !p.valid() {
		return timeCode{}, false
	}
	t := codeOf(p)
	t.code, t.freq, t.period = fmt.Sprintf("%04d-S%d", year, n), "S", period{}
	return t, true
}

// week returns week n of a year as ISO 8601 counts them.
func week(year, n int) (timeCode, bool) {
	monday := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	monday = monday.AddDate(0, 0, 7*(n-1))
	if y, w := monday.ISOWeek(); y != year || w != n || !plausible(year) {
		return timeCode{}, false
	}
	return timeCode{code: fmt.Sprintf("%04d-W%02d", year, n), freq: "W", start: nhip.DateOf(monday), end: nhip.DateOf(monday.AddDate(0, 0, 6))}, true
}

// duration reads start and duration.
func duration(s string) (timeCode, bool) {
	m := codeDuration.FindStringSubmatch(s)
	start := nhip.Date{Year: number(m[1]), Month: monthOf(m[2]), Day: number(m[3])}
	n := number(m[4])
	if nhip.DateOf(start.Time()) != start || n == 0 || !plausible(start.Year) {
		return timeCode{}, false
	}
	end, freq := start.Time(), "O"
	switch m[5] {
	case "D":
		end, freq = end.AddDate(0, 0, n), "D"
	case "M":
		end, freq = end.AddDate(0, n, 0), "M"
	case "Y":
		end = end.AddDate(n, 0, 0)
	}
	return timeCode{code: s, freq: freq, start: start, end: nhip.DateOf(end.AddDate(0, 0, -1))}, true
}

// readTimeLabel reads a period as a code or in words, with the status that may stand
// before it ("Prel. 2024", "Sơ bộ 2024").
func (r *Reader) readTimeLabel(label string) (t timeCode, status nhip.ObsStatus, ok bool) {
	if t, ok := readTimeCode(label); ok {
		return t, "", true
	}
	if len(label) > 60 {
		return timeCode{}, "", false
	}
	m := r.units.understand(vi.Repair(label))
	if m.problem != "" || m.main.isZero() || m.main.year == 0 || !m.main.valid() || m.item != "" {
		return timeCode{}, "", false
	}
	return codeOf(m.main), m.status, true
}
