package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// readText reads plain text as an extractor left it: a line is a paragraph, the
// first one the title, unless it is all there is and a sentence. Page furniture, captions, a printed time and a signature are
// recognised by their form, since no markup tells them. There is no sapo, and no
// time unless one is printed on a line of its own.
func (r *Reader) readText(text string, p *nhip.Page, src *catalog.Source) (nhip.Article, []nhip.Issue, string) {
	g := r.begin(p, src, emptyArticle())
	g.page = &survey{meta: map[string][]string{}}
	g.learnNames()
	lines := linesOf(text)
	g.learnFromFollowUs(lines)
	lines = g.trimFurniture(cutAtEndMark(lines))
	if len(lines) == 0 {
		return g.a, g.issues, RejectEmpty
	}
	if len(lines) > 1 || !endsSentence(lines[0].text) {
		g.a.Title = lines[0].text
		g.won("title", "text")
		lines = lines[1:]
	}
	t := g.textBody(lines)
	if len(t.body) > 0 {
		g.a.Body = t.body
		g.won("body", "text")
	}
	if len(t.captions) > 0 {
		g.a.Captions = t.captions
		g.won("captions", "text")
	}
	if src != nil && src.Language != "" {
		g.a.Language = src.Language
		g.won("language", "source")
	} else if looksVietnamese(text) {
		g.a.Language = "vi"
		g.won("language", "text")
	}
	switch {
	case t.letters == 0 && len(t.captions) == 0:
		return g.a, g.issues, RejectEmpty
	case g.a.PublishedAt == nil:
		g.issue("published_at", "the text prints no time")
	}
	return g.a, g.issues, ""
}

// line is one line of a text. cell tells that a "|" ended it: extractors leave one
// where a table framed a photo.
type line struct {
	text string
	cell bool
}

func linesOf(text string) (lines []line) {
	for raw := range strings.Lines(text) {
		s := vi.Repair(raw)
		trimmed := strings.TrimSpace(strings.Trim(s, "|"))
		if trimmed == "" || isOrnament(trimmed) {
			continue
		}
		lines = append(lines, line{trimmed, trimmed != s})
	}
	return lines
}

// learnFromFollowUs takes the paper's name from its own invitation.
func (g *reading) learnFromFollowUs(lines []line) {
	for _, l := range lines {
		if name, _, ok := cutFollowUs(l.text); ok {
			k := nameKey(name)
			g.own[k] = true
			g.longest = max(g.longest, len(k))
		}
	}
}

// cutFollowUs takes "Theo dõi <name> trên" off the beginning of a line. What
// follows is either the name of a network or, glued without a blank, the caption
// that stood beside the button.
func cutFollowUs(s string) (name, rest string, ok bool) {
	after, ok := cutPrefixFold(s, "theo dõi ")
	if !ok {
		return "", s, false
	}
	i := strings.Index(after, " trên")
	if i <= 0 || utf8.RuneCountInString(after[:i]) > 60 {
		return "", s, false
	}
	name, rest = after[:i], after[i+len(" trên"):]
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return name, "", true
	case unicode.IsUpper(first): // glued
		return name, rest, true
	case isFollowUs(vi.Fold(s)):
		return name, "", true
	}
	return "", s, false
}

// cutAtEndMark ends the text at a line such as "Tin liên quan", if most of it stands
// before that line.
func cutAtEndMark(lines []line) []line {
	all, seen := 0, 0
	for _, l := range lines {
		all += len(l.text)
	}
	for i, l := range lines {
		if seen*10 >= all*6 && endMarks[strings.Trim(vi.Fold(l.text), " :.>»-")] {
			return lines[:i]
		}
		seen += len(l.text)
	}
	return lines
}

// trimFurniture leaves out furniture before the title and after the text.
func (g *reading) trimFurniture(lines []line) []line {
	for len(lines) > 0 && (isFurniture(lines[0].text) || g.isOwn(lines[0].text)) {
		lines = lines[1:]
	}
	for len(lines) > 1 {
		last := lines[len(lines)-1].text
		b := block{text: last, size: len(last), br: true}
		if !g.isClosing(&b) {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

// textBody sorts the lines after the title into paragraphs, captions and the rest.
func (g *reading) textBody(lines []line) (t text) {
	for i, l := range lines {
		s, glued := l.text, false
		if _, rest, ok := cutFollowUs(s); ok {
			if s, glued = rest, rest != ""; !glued {
				continue
			}
		}
		switch {
		case i < 6 && g.isTimeLine(s):
		case hasPhotoCredit(s) && utf8.RuneCountInString(s) <= 400,
			(l.cell || glued) && !endsSentence(s) && utf8.RuneCountInString(s) <= 300:
			t.captions = append(t.captions, s)
		case isFurniture(s):
		default:
			t.add(s)
		}
	}
	return t
}

// isTimeLine reports whether a short line is a printed time and nothing else, and
// takes it as the time of publication.
func (g *reading) isTimeLine(s string) bool {
	if g.a.PublishedAt != nil || utf8.RuneCountInString(s) > 60 || strings.Count(s, " ") > 9 {
		return false
	}
	st, ok := g.stamp(s, "text")
	if !ok || st.Precision < vi.PrecisionDay || !mostlyDigits(s) {
		return false
	}
	published := st.Time.Time.In(nhip.Zone)
	g.a.PublishedAt = &published
	g.won("published_at", "text")
	return true
}

// mostlyDigits tells "Thứ bảy, 7/3/2026, 00:05 (GMT+7)" from a sentence with a date.
func mostlyDigits(s string) bool {
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits >= 4 && letters <= 2*digits+6
}

// looksVietnamese reports whether letters that only Vietnamese writes are frequent.
func looksVietnamese(s string) bool {
	own, all := 0, 0
	for _, r := range s {
		if all >= 4000 {
			break
		}
		if unicode.IsLetter(r) {
			all++
			if r >= 0x1EA0 && r <= 0x1EF9 || strings.ContainsRune("ăđơưĂĐƠƯ", r) {
				own++
			}
		}
	}
	return all > 0 && own*20 > all
}
