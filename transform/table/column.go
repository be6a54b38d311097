package table

import (
	"fmt"
	"strings"

	"nhip"
	"nhip/catalog"
)

// meaning is what the header of a column (or the label of a row) says of its numbers.
type meaning struct {
	header    string // the words, in reading order
	main      period // what the numbers are about; zero where the header names none
	mainRel   relative
	base      period // what they are compared with
	baseRel   relative
	baseYear  int  // of "cùng kỳ năm 2021" or a fixed base
	fixed     bool // a fixed base year
	compared  bool // so với
	plan      bool // compared with a plan
	planned   bool // the numbers are a plan
	status    nhip.ObsStatus
	statRaw   string
	measure   nhip.Measure // share, growth, contribution, index; "" where no word says it
	unit      unit
	item      string // the words that remain
	season    string
	price     string // current or constant prices, if the column says so
	priceYear int
	asOf      bool
	point     bool
	accum     bool
	average   bool
	problem   string // why the header is not understood
}

// understand reads the words of a header.
//
// The first period is what the numbers are about and one behind so với is the base;
// but where the base stands first ("So với cùng kỳ năm trước: Quý III năm 2022"), the
// period that follows it is what they are about.
func (u units) understand(header string) meaning {
	m := meaning{header: oneLine(header)}
	var item []string
	expectBase := false
	for _, t := range u.scan(header) {
		switch t.kind {
		case tokenCompare:
			m.compared, expectBase = true, true
		case tokenPeriod:
			m.addPeriod(t.period, &expectBase)
			if m.season == "" {
				m.season = t.season
			}
			if !t.base.isZero() && !m.compared {
				m.base, m.compared = t.base, true
			}
		case tokenPrice:
			m.price, m.priceYear = t.price, t.year
		case tokenRelative:
			m.addRelative(t, &expectBase)
		case tokenFixedBase:
			m.fixed, m.compared, m.baseYear, expectBase = true, true, t.year, false
		case tokenPlan:
			if m.compared {
				m.plan, m.baseYear, expectBase = true, t.year, false
			} else {
				m.planned = true
				if t.year != 0 && m.main.isZero() {
					m.main = period{shape: shapeYear, year: t.year, yearIsHere: true}
				}
			}
		case tokenStatus:
			if len(item) > 0 && t.status == "A" {
				item = append(item, t.text) // vốn thực hiện: part of the name
			} else if m.status == "" || m.status == "A" { // thực hiện over ước tính says less
				m.status, m.statRaw = t.status, t.text
			}
		case tokenAccum:
			m.accum = true
		case tokenAverage:
			m.average = true
		case tokenAsOf:
			m.asOf = true
		case tokenPoint:
			m.point = true
		case tokenMeasure:
			if m.measure == "" {
				m.measure = t.measure
			}
		case tokenUnit:
			m.unit = t.unit
		case tokenWord, tokenAside:
			item = append(item, t.text)
		}
	}
	if m.average && m.main.isZero() && !m.compared {
		item = append(item, "bình quân") // an average of things, not of time
	}
	m.main = m.finish(m.main)
	m.item = strings.Trim(strings.Join(item, " "), " -:()")
	m.problem = m.check(expectBase)
	return m
}

func (m *meaning) addPeriod(p period, expectBase *bool) {
	switch {
	case *expectBase:
		m.base, *expectBase = p, false
	case m.main.isZero():
		m.main = p
	case m.main.shape == shapeYear && p.shape != shapeYear && p.year == 0:
		m.main = p.withYear(m.main.year) // Năm 2022 over Quý II
		m.main.yearIsHere = true
	case p.shape == shapeYear && m.main.year == 0:
		m.main = m.main.withYear(p.year)
		m.main.yearIsHere = true
	case p.shape == shapeYear && p.year == 0, p.code() == m.main.code():
		// cả năm under its year; the same words twice
	case m.base.isZero() && m.compared && m.baseRel == relNone && !m.fixed:
		m.base = p
	default:
		m.problem = fmt.Sprintf("two periods (%s and %s)", m.main.code(), p.code())
	}
}

func (m *meaning) addRelative(t token, expectBase *bool) {
	switch {
	case *expectBase || m.compared && m.baseRel == relNone && m.base.isZero() && !m.plan:
		m.baseRel, m.baseYear, *expectBase = t.rel, t.year, false
	case m.compared && t.rel == relPrevYear && m.baseRel == relSamePeriod:
		// cùng kỳ ... năm trước, with other words between
	case m.mainRel == relNone && m.main.isZero():
		m.mainRel, m.baseYear = t.rel, t.year
	}
}

// finish applies the words about a period to it.
func (m *meaning) finish(p period) period {
	p.average = p.average || m.average
	if m.asOf && p.shape == shapePoint {
		p.shape = shapeAsOf
	}
	switch {
	case m.accum && p.shape == shapeMonth: // lũy kế từ đầu năm, in a report of May
		p = period{shape: shapeMonths, n: 1, len: p.n, year: p.year, ytd: true, average: p.average, yearIsHere: p.yearIsHere}
	case m.accum && p.shape == shapeQuarter && p.n > 1:
		p = period{shape: shapeMonths, n: 1, len: 3 * p.n, year: p.year, ytd: true, average: p.average, yearIsHere: p.yearIsHere}
	}
	return p
}

func (m *meaning) check(expectBase bool) string {
	switch {
	case m.problem != "":
		return m.problem
	case strings.ContainsRune(m.header, '\uFFFD'): // half a word may read as another
		return "the header has characters that were lost in decoding"
	case expectBase:
		return "so với without what it is compared with"
	case strings.ContainsAny(m.item, "0123456789") && m.main.isZero() && m.mainRel == relNone && hasPeriodNoun(m.item):
		return fmt.Sprintf("%q looks like a period and is none", m.item)
	}
	return ""
}

func hasPeriodNoun(item string) bool {
	for _, w := range strings.Fields(words(item)) {
		switch w {
		case words("tháng"), words("quý"), words("năm"), words("kỳ"):
			return true
		}
	}
	return false
}

// context is what stands around a table and fills what its headers leave open.
type context struct {
	title  meaning   // of the table's title lines
	doc    meaning   // of the document's title
	year   int       // the year of titles or the release, 0 if unknown
	latest nhip.Date // of the release, zero if it is not printed
	source *catalog.Source
}

// resolve fills year and period of a meaning from the context and computes the base.
// flags tells what was concluded.
func (m meaning) resolve(c context) (meaning, []string) {
	var flags []string
	if m.problem != "" {
		return m, nil
	}
	if m.main.isZero() {
		m.main, flags = c.fallback(m, flags)
		if m.main.isZero() {
			m.problem = "no period in the header, the title or the row labels"
			return m, nil
		}
	}
	if m.main.year == 0 {
		if c.year == 0 {
			m.problem = "no year in the header, the title or the release"
			return m, nil
		}
		m.main = m.main.withYear(c.year)
		if start, _ := m.main.bounds(); !c.latest.IsZero() && start.Compare(c.latest) > 0 {
			m.main = m.main.back(1) // tháng 12 in a report of January
		}
		flags = append(flags, FlagYearAssumed)
	}
	switch m.mainRel {
	case relSamePeriod, relPrevYear:
		m.main = m.main.back(1)
	case relPrevious, relPrevMonth:
		m.main = m.main.previous()
	}
	if m.main.isZero() || !m.main.valid() {
		m.problem = "the period cannot be placed in the calendar"
		return m, nil
	}
	m.resolveBase()
	return m, flags
}

// fallback returns the period of a column that names none: the title's, if it names
// one only.
func (c context) fallback(m meaning, flags []string) (period, []string) {
	for _, t := range []meaning{c.title, c.doc} {
		if !t.main.isZero() && t.problem == "" {
			return m.finish(t.main), flags
		}
	}
	return period{}, flags
}

// resolveBase turns the words of the base into a period.
func (m *meaning) resolveBase() {
	switch {
	case m.fixed:
		m.base = period{shape: shapeYear, year: m.baseYear}
	case m.plan:
		year := m.baseYear
		if year == 0 {
			_, end := m.main.bounds()
			year = end.Year
		}
		m.base = period{shape: shapeYear, year: year}
	case m.baseRel == relSamePeriod && m.baseYear != 0:
		m.base = m.main.back(m.main.year - m.baseYear)
	case m.baseRel == relSamePeriod, m.baseRel == relPrevYear:
		m.base = m.main.back(1)
	case m.baseRel == relPrevMonth, m.baseRel == relPrevious:
		m.base = m.main.previous()
	case m.baseRel == relDecember:
		m.base = period{shape: shapeMonth, n: 12, year: m.main.year - 1}
	case !m.base.isZero() && m.base.year == 0:
		m.base = m.base.withYear(m.main.year)
		if start, _ := m.base.bounds(); start.Compare(startOf(m.main)) >= 0 {
			m.base = m.base.back(1)
		}
	}
	if !m.base.isZero() {
		m.base.average = m.main.average
	}
}

func startOf(p period) nhip.Date {
	start, _ := p.bounds()
	return start
}

// compare names the comparison of two periods.
func (m meaning) compare() nhip.Compare {
	switch {
	case !m.compared && m.base.isZero():
		return ""
	case m.plan:
		return nhip.CompareVsPlan
	case m.fixed:
		return nhip.CompareVsBase
	case m.base.isZero():
		return ""
	}
	a, b := m.main, m.base
	switch {
	case a.same(b) && years(a)-years(b) == 1:
		return nhip.CompareYoY
	case a.previous().code() == b.code() && (a.shape == shapeMonth || a.shape == shapePoint):
		return nhip.CompareMoM
	case a.previous().code() == b.code() && a.shape == shapeQuarter:
		return nhip.CompareQoQ
	case b.shape == shapeMonth && b.n == 12 && b.year == years(a)-1:
		return nhip.CompareVsDec
	case b.shape == shapeYear && years(a)-b.year == 1 && (a.shape == shapeYear || a.shape == shapeMonths && a.len == 12):
		return nhip.CompareYoY
	}
	return nhip.CompareVsPeriod
}

func years(p period) int {
	_, end := p.bounds()
	return end.Year
}
