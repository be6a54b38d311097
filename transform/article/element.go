package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

// silent reports whether an element never holds text of the page: code, controls,
// and what is hidden from the reader.
func silent(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Svg, atom.Math, atom.Canvas,
		atom.Object, atom.Embed, atom.Audio, atom.Button, atom.Select, atom.Option, atom.Input,
		atom.Textarea, atom.Datalist, atom.Dialog, atom.Map, atom.Meter, atom.Progress, atom.Title:
		return true
	}
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "hidden":
			return a.Val != "until-found"
		case "style":
			if hiddenStyle(a.Val) {
				return true
			}
		}
	}
	return false
}

func hiddenStyle(style string) bool {
	for {
		i := strings.Index(style, "display")
		if i < 0 {
			return false
		}
		style = strings.TrimLeft(style[i+len("display"):], " \t")
		if rest, ok := strings.CutPrefix(style, ":"); ok && strings.HasPrefix(strings.TrimLeft(rest, " \t"), "none") {
			return true
		}
	}
}

// isBlock reports whether an element begins and ends a line.
func isBlock(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure,
		atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup,
		atom.Hr, atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Pre,
		atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul:
		return true
	}
	return n.DataAtom == 0 && n.Data == "zone" // an advertising slot of a common publishing system
}

// alignment returns "right", "center" or "".
func alignment(n *html.Node) string {
	if n.DataAtom == atom.Center {
		return "center"
	}
	value := strings.ToLower(attr(n, "align"))
	style := attr(n, "style")
	if i := strings.Index(style, "text-align"); i >= 0 {
		value = strings.TrimLeft(style[i+len("text-align"):], " :\t")
	}
	switch {
	case strings.HasPrefix(value, "right"), strings.HasPrefix(value, "end"):
		return "right"
	case strings.HasPrefix(value, "center"):
		return "center"
	}
	return ""
}

// isCaption reports whether an element says of itself that it is the caption of a
// picture: figcaption, or a class whose words say so.
func isCaption(n *html.Node) bool {
	if n.DataAtom == atom.Figcaption {
		return true
	}
	class := attr(n, "class")
	if class == "" {
		return false
	}
	switch n.DataAtom {
	case atom.P, atom.Div, atom.Td, atom.Span, atom.Em, atom.I, atom.Center:
	default:
		return false
	}
	found := false
	words(class, func(w string) {
		switch w {
		case "caption", "figcaption", "cation", "captions", "chuthich", "imgcaption", "imagecaption", "photocaption", "pcaption":
			found = true
		}
	})
	found = found || class == "Image" || strings.Contains(class, "chu_thich") || strings.Contains(class, "chu-thich") ||
		strings.Contains(class, "image-desc") || strings.Contains(class, "image_desc") || strings.Contains(class, "photo-desc")
	return found && letters(n, longestCaption+1) <= longestCaption
}

// longestCaption bounds what a class may call a caption, in letters.
const longestCaption = 1200

// tiny reports whether an image is an icon, a spacer or a tracking pixel.
func tiny(n *html.Node) bool {
	for _, key := range []string{"width", "height"} {
		if v := attr(n, key); v == "0" || v == "1" || v == "1px" || v == "16" || v == "20" || v == "24" {
			return true
		}
	}
	return false
}

// words calls f with every word of a class or id, in lower case: "detail-authorBox"
// gives detail, author, box.
func words(s string, f func(string)) {
	s = s[:min(len(s), longestName)]
	start := -1
	prevLower := false
	emit := func(end int) {
		if start >= 0 && end > start {
			f(strings.ToLower(s[start:end]))
		}
		start = -1
	}
	for i, r := range s {
		lower := 'a' <= r && r <= 'z' // nearly all of them
		upper := 'A' <= r && r <= 'Z'
		if r >= utf8.RuneSelf {
			lower, upper = unicode.IsLower(r), unicode.IsUpper(r)
		}
		switch {
		case !lower && !upper && (r < utf8.RuneSelf || !unicode.IsLetter(r)):
			emit(i)
			prevLower = false
			continue
		case upper && prevLower:
			emit(i)
		}
		if start < 0 {
			start = i
		}
		prevLower = lower
	}
	emit(len(s))
}

// longestName bounds what is looked at of a class or id, in bytes.
const longestName = 2000

// superscript returns what a sup element adds to the text before it. Footnote
// marks add nothing: glued to a number they would change it. Powers of units and
// of ten become superscript signs; words and currency signs are kept.
func superscript(n *html.Node, before []byte) string {
	var b strings.Builder
	linked := false
	var gather func(*html.Node)
	gather = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
			} else if c.Type == html.ElementNode {
				linked = linked || c.DataAtom == atom.A
				gather(c)
			}
		}
	}
	gather(n)
	s := strings.TrimSpace(b.String())
	if linked || s == "" || strings.Trim(s, "*†‡[]()0123456789, ") == "" && strings.ContainsAny(s, "*†‡[](),") {
		return ""
	}
	if strings.Trim(s, "-−0123456789") != "" {
		return s // a word, a currency sign, an ordinal
	}
	word := lastWord(before)
	if !isUnitOfPower(word) && word != "10" {
		return ""
	}
	return strings.Map(raise, s)
}

// lastWord returns the letters, or the digits, at the end of the text.
func lastWord(text []byte) string {
	runes := []rune(string(text[max(0, len(text)-24):]))
	i := len(runes)
	for i > 0 && unicode.IsLetter(runes[i-1]) {
		i--
	}
	if i == len(runes) {
		for i > 0 && (unicode.IsDigit(runes[i-1]) || runes[i-1] == ',' || runes[i-1] == '.') {
			i--
		}
	}
	return string(runes[i:])
}

func isUnitOfPower(word string) bool {
	switch word {
	case "m", "mm", "cm", "dm", "km", "dam", "hm", "Nm", "M", "KM":
		return true
	}
	return false
}

func raise(r rune) rune {
	const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹"
	if r >= '0' && r <= '9' {
		return []rune(raised)[r-'0']
	}
	return '⁻'
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
