package article

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"nhip"
	"nhip/transform/vi"
)

// stamp is one witness of a time.
type stamp struct {
	vi.Time
	from string
}

// earliest is the year in which the first Vietnamese paper went online; a page time
// before it is a mistake or a migration.
const earliest = 1997

// readTimes reads published and modified.
func (g *reading) readTimes() {
	stamps := g.stamps("published")
	if len(stamps) == 0 {
		stamps = g.genericStamps()
	}
	if len(stamps) == 0 {
		if s, ok := g.stampOfURL(); ok {
			stamps = append(stamps, s)
			g.issue("published_at", "only the address tells a time: when the draft was made, not when it was published")
		}
	}
	if len(stamps) > 0 {
		best, note := choose(stamps)
		if note != "" {
			g.issue("published_at", note)
		}
		for _, issue := range best.Issues {
			g.issue("published_at", issue)
		}
		if best.Precision == vi.PrecisionDay {
			g.issue("published_at", "only a day is printed, no clock: midnight stands for it")
		}
		t := best.Time.Time.In(nhip.Zone)
		g.a.PublishedAt = &t
		g.won("published_at", best.from)
	}
	g.readModified()
}

// readModified takes the most trusted time that is not before the publication.
func (g *reading) readModified() {
	stamps := g.stamps("modified")
	if g.a.PublishedAt != nil {
		first := g.a.PublishedAt.Truncate(time.Minute)
		stamps = slices.DeleteFunc(stamps, func(s stamp) bool { return s.Before(first) })
	}
	if len(stamps) == 0 {
		return
	}
	best, _ := choose(stamps)
	t := best.Time.Time.In(nhip.Zone)
	g.a.ModifiedAt = &t
	g.won("modified_at", best.from)
}

// stamps reads the witnesses of one of the two times in their order of trust. For
// the visible page the datetime attribute speaks before the text.
func (g *reading) stamps(name string) []stamp {
	var out []stamp
	for _, v := range g.witnesses(name) {
		for _, text := range timesOf(v) {
			if s, ok := g.stamp(text, v.from); ok {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

func timesOf(v value) []string {
	if v.node == nil {
		return []string{v.text}
	}
	return append(attributesOfTime(v.node), v.text)
}

func attributesOfTime(n *html.Node) (out []string) {
	for _, key := range []string{"datetime", "content", "data-time", "data-publishtime", "data-date", "title"} {
		if s := attr(n, key); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// absolute is stamp without the relative times: "2 giờ trước" somewhere on the page
// speaks of another text as often as not.
func (g *reading) absolute(text, from string) (stamp, bool) {
	t, ok := vi.ReadTime(text, time.Time{})
	if !ok || !g.plausibleTime(t.Time) {
		return stamp{}, false
	}
	return stamp{t, from}, true
}

// stamp parses a printed time and asks whether it can be one of this page.
func (g *reading) stamp(text, from string) (stamp, bool) {
	t, ok := vi.ReadTime(text, g.p.FetchedAt)
	if !ok || t.Precision < vi.PrecisionDay || !g.plausibleTime(t.Time) {
		return stamp{}, false
	}
	return stamp{t, from}, true
}

// plausibleTime: after the first papers went online and not more than an hour
// after the page was fetched.
func (g *reading) plausibleTime(t time.Time) bool {
	return t.Year() >= earliest && (g.p.FetchedAt.IsZero() || t.Before(g.p.FetchedAt.Add(time.Hour)))
}

// choose takes the most trusted witness, unless another one that agrees with it is
// more precise: a time where the first has a day, seconds where it has none. A
// first witness that prints the same clock in another zone than the page does is
// wrong about the zone. note tells of a contradiction.
func choose(stamps []stamp) (best stamp, note string) {
	best = stamps[0]
	for _, s := range stamps[1:] {
		switch {
		case best.Precision == vi.PrecisionDay && s.Precision > vi.PrecisionDay && sameDay(best.Time.Time, s.Time.Time):
			best = s
		case s.Precision < vi.PrecisionMinute:
		case s.Truncate(time.Minute).Equal(best.Truncate(time.Minute)):
			if best.Second() == 0 && s.Second() != 0 {
				best = s
			}
		case !best.ZoneAssumed && offset(best.Time.Time) != offset(s.Time.Time) && sameClock(best.Time.Time, s.Time.Time):
			note = best.from + " names another zone than " + s.from + " for the same clock: the latter taken"
			best = s
		}
	}
	if note != "" {
		return best, note
	}
	for _, s := range stamps {
		if d := s.Sub(best.Time.Time); s.Precision > vi.PrecisionDay && (d > 24*time.Hour || d < -24*time.Hour) {
			return best, "witnesses contradict each other: " + best.from + " " + best.Format(time.RFC3339) + ", " + s.from + " " + s.Format(time.RFC3339)
		}
	}
	return best, ""
}

func offset(t time.Time) int { _, o := t.Zone(); return o }

func sameDay(a, b time.Time) bool {
	return nhip.DateOf(a.In(nhip.Zone)) == nhip.DateOf(b.In(nhip.Zone))
}

func sameClock(a, b time.Time) bool {
	return a.Format("2006-01-02 15:04") == b.Format("2006-01-02 15:04")
}

// stampOfURL reads the time that many publishing systems put into a text's id:
// yyyymmddHHMMSS, or yymmddHHMMSS after a prefix of three digits, and milliseconds.
func (g *reading) stampOfURL() (stamp, bool) {
	path := g.url.Path
	if i := strings.LastIndexByte(path, '.'); i > 0 {
		path = path[:i]
	}
	i := len(path)
	for i > 0 && path[i-1] >= '0' && path[i-1] <= '9' {
		i--
	}
	id := path[i:]
	for _, form := range []struct {
		from, min, max int
		layout         string
	}{{0, 14, 17, "20060102150405"}, {3, 16, 18, "060102150405"}} {
		if len(id) < form.min || len(id) > form.max || len(id) < form.from+len(form.layout) {
			continue
		}
		t, err := time.ParseInLocation(form.layout, id[form.from:form.from+len(form.layout)], nhip.Zone)
		if err == nil && g.plausibleTime(t) {
			return stamp{vi.Time{Time: t, Precision: vi.PrecisionSecond, ZoneAssumed: true}, "url"}, true
		}
	}
	return stamp{}, false
}
