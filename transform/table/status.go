package table

import (
	"slices"
	"strings"
	"time"

	"nhip"
)

// statusChoice is the status of a column with how it was found.
type statusChoice struct {
	status  nhip.ObsStatus
	raw     string
	assumed bool
	plan    bool
}

// statusOf gives every column a status.
//
// A status word decides. A column without one that covers the period of an estimated
// column holds that estimate, so it is one too (cộng dồn 5 tháng beside ước tính
// tháng 5, and what is computed from both); the same goes for preliminary numbers of
// the very same period. Where no column has a word, the numbers of the table's last
// period are first estimates, as the office's practice is, unless numbers of that kind
// are final at release or a point in time is counted.
func statusOf(columns []column, s subject, c context) []statusChoice {
	out := make([]statusChoice, len(columns))
	var last nhip.Date
	printed, subAnnual := false, false
	for _, col := range columns {
		if _, end := col.main.bounds(); end.Compare(last) > 0 {
			last = end
		}
		printed = printed || col.status != ""
		subAnnual = subAnnual || !isAnnual(col.main)
	}
	for i, col := range columns {
		_, end := col.main.bounds()
		choice := statusChoice{status: "A", plan: col.planned}
		switch {
		case col.status != "":
			choice = statusChoice{status: col.status, raw: col.statRaw, plan: col.planned}
		case col.planned:
		case c.title.status != "" && !printed:
			choice.status, choice.raw = c.title.status, c.title.statRaw
		case holds(columns, "E", func(p period) bool { return covers(col.main, p) }):
			choice.status, choice.assumed = "E", true
		case holds(columns, "P", func(p period) bool { return p.code() == col.main.code() }):
			choice.status, choice.assumed = "P", true
		case !printed && subAnnual && end == last && isCurrent(col, s, end, c):
			choice.status, choice.assumed = "E", true
		}
		out[i] = choice
	}
	return out
}

// looseGroups takes the status from columns that have it of a group's cell alone, where
// another column of the group says that it is an estimate: thực hiện over chính thức 5 tháng,
// ước tính tháng 6 and cộng dồn 6 tháng means all that was carried out, and the sum holds the
// estimate.
func (r *Reader) looseGroups(b *block, columns []column) {
	groupOf := func(col int) *cell {
		for _, row := range b.head {
			if x := b.grid.at(row, col); x != nil && x.cols > 1 && x.col >= b.first && r.units.understand(x.text).status == "A" {
				return x
			}
		}
		return nil
	}
	for i := range columns {
		group := groupOf(columns[i].col)
		if group == nil || columns[i].status != "A" || r.ownStatus(b, columns[i].col, group) != "" {
			continue
		}
		for _, other := range columns {
			if other.status != "A" && other.status != "" && groupOf(other.col) == group {
				columns[i].status, columns[i].statRaw = "", ""
				break
			}
		}
	}
}

// ownStatus is what the header of a column says of its status below a group's cell.
func (r *Reader) ownStatus(b *block, col int, group *cell) nhip.ObsStatus {
	var parts []string
	for _, row := range b.head {
		if x := b.grid.at(row, col); x != nil && x != group && x.text != "" && x.row == row {
			parts = append(parts, x.text)
		}
	}
	return r.units.understand(strings.Join(parts, " ")).status
}

func isAnnual(p period) bool { return p.freq() == "A" || p.freq() == "O" }

// holds reports a column with the status word whose period the test accepts.
func holds(columns []column, status nhip.ObsStatus, test func(period) bool) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.status == status && test(c.main) })
}

// covers reports whether a number for p includes one for q: q lies within p and ends
// with it, or both run to the same day in series of the same frequency.
func covers(p, q period) bool {
	ps, pe := p.bounds()
	qs, qe := q.bounds()
	return pe == qe && (ps.Compare(qs) <= 0 || p.freq() == q.freq()) || pe.Compare(qe) > 0 && ps.Compare(qs) <= 0
}

// isCurrent reports a column of the report's own month or quarter whose numbers are
// first estimates by practice.
func isCurrent(col column, s subject, end nhip.Date, c context) bool {
	if s.final || col.main.shape == shapePoint {
		return false
	}
	if !c.latest.IsZero() && c.latest.Time().Sub(end.Time()) > 60*24*time.Hour {
		return false // an old table shown again
	}
	return true
}

func applyStatus(o *nhip.Observation, s statusChoice) {
	if o.Value == nil { // the sign says why there is no number
		return
	}
	o.StatusRaw = s.raw
	if s.status != "" {
		o.Status = s.status
	}
	switch {
	case s.plan:
		o.Kind = nhip.KindPlan
	case o.Status == "E":
		o.Kind = nhip.KindEstimate
	case o.Status == "F":
		o.Kind = nhip.KindForecast
	}
	if s.assumed {
		o.Flags = append(o.Flags, FlagStatusAssumed)
	}
}

// checkRelease flags a period that begins long after the document.
func checkRelease(o *nhip.Observation, c context) {
	if c.latest.IsZero() || o.PeriodStart.IsZero() || o.Kind == nhip.KindPlan || o.Kind == nhip.KindForecast {
		return
	}
	if o.PeriodStart.Time().Sub(c.latest.Time()) > 62*24*time.Hour {
		o.Flags = append(o.Flags, FlagPeriodConflict)
	}
}
