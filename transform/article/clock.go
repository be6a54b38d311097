package article

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"nhip/transform/vi"
)

// A printed time is known by its place as much as by its name: headers print today's
// date, boxes of other texts theirs, comments that of each. sighting is one of them.
type sighting struct {
	stamp
	node *html.Node
	at   int // texts of the page before it
}

// genericStamps reads the time from the visible page: from time elements, elements
// whose names say date or time, and texts that are a time and little else. The place
// decides between several: between title and text, just before the title, just after
// the text, and only then anywhere, if the page names it a time.
func (g *reading) genericStamps() []stamp {
	s := &sightseer{reading: g, named: map[*html.Node]bool{}, from: -1, title: -1, end: -1}
	times := g.page.times[:min(len(g.page.times), 60)]
	for _, n := range append(times[:len(times):len(times)], g.landmarks().dates...) {
		s.named[n] = true
	}
	s.walk(g.page.body, false)
	if len(s.seen) == 0 {
		return nil // where title and text stand takes longer to find
	}
	s.seen, s.texts, s.before = nil, 0, ""
	f := g.frame()
	if f.end >= f.begin {
		s.first, s.last = f.all[f.begin].start, f.all[f.end].start
	}
	if f.title >= 0 {
		s.heading = f.all[f.title].start
	} else if g.titleNode != nil {
		eachText(g.titleNode, func(n *html.Node) {
			if s.heading == nil {
				s.heading = n
			}
		})
	}
	s.walk(g.page.body, false)
	best, rank := s.best()
	if best == nil {
		return nil
	}
	if draft, ok := g.stampOfURL(); ok && rank >= afterText && !sameDay(draft.Time.Time, best.Time.Time) {
		return nil // a comment's, or another text's: the draft tells more
	}
	g.clockNode = best.node
	return []stamp{best.stamp}
}

// sightseer walks the page once and notes every printed time with its place.
type sightseer struct {
	*reading
	named                map[*html.Node]bool
	heading, first, last *html.Node // texts with which title, first and last prose begin

	texts            int
	title, from, end int // texts before heading, first and last; -1: not passed
	seen             []sighting
	before           string // the text before, if it is a clock alone
	beforeAt         int
}

func (s *sightseer) walk(n *html.Node, named bool) {
	switch n.Type {
	case html.TextNode:
		s.text(n)
		return
	case html.ElementNode:
		if silent(n) {
			return
		}
	}
	if !named && s.named[n] && letters(n, 81) <= 80 {
		named = true
		for _, text := range append(attributesOfTime(n), (&walker{}).text(n)) {
			if s.note(text, n) {
				break
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.walk(c, named)
	}
}

// note keeps what is a time; of two at one place the more precise one.
func (s *sightseer) note(text string, n *html.Node) bool {
	t, ok := s.absolute(text, "generic")
	if !ok || t.Precision < vi.PrecisionDay {
		return false
	}
	s.seen = append(s.seen, sighting{t, n, s.texts})
	return true
}

// text looks at one text of the page. A day and a clock in two elements beside each
// other are one time.
func (s *sightseer) text(n *html.Node) {
	switch n {
	case s.heading:
		s.title = s.texts
	case s.first:
		s.from = s.texts
	}
	if n == s.last {
		s.end = s.texts + 1
	}
	if len(n.Data) > 400 {
		s.texts++
		return
	}
	text := strings.TrimSpace(n.Data)
	if text == "" {
		return
	}
	s.texts++
	if len(text) > 160 || !hasDigit(text) {
		return
	}
	text = vi.Repair(text)
	if utf8.RuneCountInString(text) > 70 {
		return
	}
	if isClock(text) {
		if k := len(s.seen) - 1; k >= 0 && s.seen[k].Precision == vi.PrecisionDay && s.texts-s.seen[k].at <= 2 {
			if t, ok := s.absolute(s.seen[k].Format("02/01/2006")+" "+text, "generic"); ok && t.Precision >= vi.PrecisionMinute {
				s.seen[k].stamp = t
			}
		} else {
			s.before, s.beforeAt = text, s.texts
		}
		return
	}
	if !mostlyDigits(text) || !namesDay(text) || !s.note(text, n.Parent) {
		return
	}
	if k := len(s.seen) - 1; s.seen[k].Precision == vi.PrecisionDay && s.before != "" && s.texts-s.beforeAt <= 2 {
		if t, ok := s.absolute(s.seen[k].Format("02/01/2006")+" "+s.before, "generic"); ok && t.Precision >= vi.PrecisionMinute {
			s.seen[k].stamp = t
		}
	}
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// isClock recognises a clock alone: "09:15", "09h15", "Lúc 09:15", "09:15 AM".
func isClock(s string) bool {
	digits, marks, letters := 0, 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == ':' || r == 'h' || r == 'g':
			marks++
		case r == '/' || r == '-':
			return false
		case isLetterOrDigit(r):
			letters++
		}
	}
	return digits >= 3 && digits <= 6 && marks >= 1 && marks <= 3 && letters <= 8
}

// namesDay tells a date from a telephone number or a price: signs or words part it.
func namesDay(s string) bool {
	signs := strings.Count(s, "/") + strings.Count(s, "-") + strings.Count(s, ".")
	if signs >= 2 {
		return true
	}
	word := 0
	for _, r := range s {
		if isLetterOrDigit(r) && (r < '0' || r > '9') {
			if word++; word >= 3 {
				return true
			}
		} else {
			word = 0
		}
	}
	return false
}

// afterText is the rank from which on a sighting may belong to another text.
const afterText = 2000

// near is how many texts from the title or the text a time may stand that nothing
// names.
const near = 12

// best returns the sighting at the best place; a day is given up for a clock of the
// same day elsewhere.
func (s *sightseer) best() (best *sighting, least int) {
	for i := range s.seen {
		c := &s.seen[i]
		rank, ok := s.rank(c)
		if ok && (best == nil || rank < least) {
			best, least = c, rank
		}
	}
	if best == nil || best.Precision > vi.PrecisionDay {
		return best, least
	}
	for i := range s.seen {
		if c := &s.seen[i]; c.Precision > vi.PrecisionDay && sameDay(c.Time.Time, best.Time.Time) {
			return c, least
		}
	}
	return best, least
}

// rank says how bad the place of a sighting is.
func (s *sightseer) rank(c *sighting) (rank int, ok bool) {
	title := s.title
	if title < 0 {
		title = s.from - near
	}
	distance := c.at - title
	if distance < 0 {
		distance = -distance
	}
	rank = min(distance, 900)
	if c.Precision == vi.PrecisionDay {
		rank += 300
	}
	named := s.isNamed(c.node)
	switch {
	case s.from >= 0 && c.at > title && c.at <= s.from+1:
	case c.at <= title && title-c.at <= near:
		rank += 1000
	case s.inJunk(c.node, s.page.body):
		return 0, false
	case s.end >= 0 && c.at >= s.end && c.at-s.end <= near:
		rank += afterText
	case s.from < 0 && distance <= near:
		rank += 3000
	case named && c.Precision > vi.PrecisionDay:
		rank += 4000
	default:
		return 0, false
	}
	if !named {
		rank += 100
	}
	return rank, true
}

func (s *sightseer) isNamed(n *html.Node) bool {
	for depth := 0; n != nil && depth < 4; n, depth = n.Parent, depth+1 {
		if s.named[n] {
			return true
		}
	}
	return false
}
