package table

import (
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
// A status word decides. A column without one that ends with the period of an
// estimated column holds that estimate, so it is one too (cộng dồn 5 tháng beside ước
// tính tháng 5). Where no column has a word, the numbers of the table's last period
// are first estimates, as the office's practice is, unless numbers of that kind are
// final at release or a point in time is counted.
func statusOf(columns []column, s subject, c context) []statusChoice {
	out := make([]statusChoice, len(columns))
	var estimated, last nhip.Date
	printed := false
	for _, col := range columns {
		_, end := col.main.bounds()
		if end.Compare(last) > 0 {
			last = end
		}
		if col.status != "" {
			printed = true
		}
		if col.status == "E" && end.Compare(estimated) > 0 {
			estimated = end
		}
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
		case !estimated.IsZero() && end.Compare(estimated) >= 0:
			choice.status, choice.assumed = "E", true
		case !printed && isCurrent(col, s, end, last, c):
			choice.status, choice.assumed = "E", true
		}
		out[i] = choice
	}
	return out
}

// isCurrent reports a column of the report's own month or quarter whose numbers are
// first estimates by practice.
func isCurrent(col column, s subject, end, last nhip.Date, c context) bool {
	if s.final || end != last || col.main.shape == shapePoint || col.main.freq() == "A" || col.main.freq() == "O" {
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
