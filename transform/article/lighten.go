package article

import (
	"bytes"
	"io"
)

// Half of the bytes of a publisher's page are scripts, and a third of the rest are
// the curves of drawn icons. No reader looks into either, and the tokenizer takes a
// byte at a time; so their insides are left out before the tree is built. The tree is
// the same but for them: every element, svg and script themselves too, stands where
// it stood (FuzzLighten holds the two trees against each other).
//
// Where a page could be read in two ways, because markup of HTML stands inside a
// drawing, a script hides a script in a comment, or the page has frames, all that
// follows is left as it is: being wrong would lose text, being careful only time.

// light is a page without the insides of scripts, style sheets and drawings. It is
// read once, from its beginning.
type light struct {
	page       []byte
	cuts       []span // in order; what is left out
	scripts    int    // bytes of the scripts left out
	cookieTest bool   // one of them sets a cookie and loads the page again

	at, cut int // where Read stands: byte of the page, index of the next cut
}

type span struct{ from, to int }

// lighten finds what can be left out. Scripts that hold JSON-LD are kept.
func lighten(page []byte) *light {
	l := &light{page: page, cuts: make([]span, 0, 64)}
	for at := 0; at >= 0; {
		at = l.next(at)
	}
	return l
}

// Read hands over what is left of the page.
func (l *light) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if l.cut < len(l.cuts) && l.at == l.cuts[l.cut].from {
			l.at = l.cuts[l.cut].to
			l.cut++
			continue
		}
		end := len(l.page)
		if l.cut < len(l.cuts) {
			end = l.cuts[l.cut].from
		}
		if l.at == end {
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		k := copy(p[n:], l.page[l.at:end])
		n, l.at = n+k, l.at+k
	}
	return n, nil
}

// next reads the first tag, comment or declaration after at and returns where it
// ends; -1 where the page ends or nothing more may be left out.
func (l *light) next(at int) int {
	i := bytes.IndexByte(l.page[at:], '<')
	if i < 0 {
		return -1
	}
	t := l.tag(at + i)
	if t.end < 0 || t.name == nil || t.closes {
		return t.end
	}
	switch kindOfTag(t.name) {
	case tagScript:
		return l.script(t)
	case tagStyle, tagRaw:
		end := l.endOfRaw(t.end, t.name)
		if end > t.end && kindOfTag(t.name) == tagStyle {
			l.cuts = append(l.cuts, span{t.end, end})
		}
		return end
	case tagSVG:
		switch {
		case !t.empty:
			return l.drawing(t.end)
		case t.doubtful:
			return -1
		}
	case tagDoubtful:
		return -1
	}
	return t.end
}

// script leaves out what is inside a script that begins with tag t.
func (l *light) script(t tag) int {
	end := l.endOfRaw(t.end, t.name)
	if end < 0 {
		return -1
	}
	inside := l.page[t.end:end]
	if i := bytes.Index(inside, []byte("<!--")); i >= 0 && hasFoldASCII(inside[i:], "<script") {
		return -1 // the end tag may be part of what the comment hides
	}
	// The type may be written with character references.
	if head := l.page[t.start:t.end]; hasFoldASCII(head, "json") || bytes.IndexByte(head, '&') >= 0 {
		return end
	}
	if len(inside) > 0 {
		l.cuts = append(l.cuts, span{t.end, end})
		l.scripts += len(inside)
		l.cookieTest = l.cookieTest || isCookieTest(inside)
	}
	return end
}

// isCookieTest recognises the script of a page that sets a cookie and loads itself again.
func isCookieTest(script []byte) bool {
	return len(script) < 8192 && bytes.Contains(script, []byte("document.cookie")) && bytes.Contains(script, []byte("location"))
}

// drawing leaves out what is inside an svg element whose start tag ends at at, if that
// is nothing but elements of drawings and white space.
func (l *light) drawing(at int) int {
	var open [32]string
	depth, start, bare := 0, at, true
	for {
		i := bytes.IndexByte(l.page[at:], '<')
		if i < 0 {
			return -1
		}
		t := l.tag(at + i)
		bare = bare && !t.text && isWhite(l.page[at:at+i])
		switch {
		case t.end < 0, t.cdata, t.empty && t.doubtful:
			return -1
		case t.name == nil: // a comment
		case t.closes:
			k := depth - 1
			for k >= 0 && !equalFoldASCII(t.name, open[k]) {
				k--
			}
			if k < 0 && equalFoldASCII(t.name, "svg") {
				if at += i; bare && at > start {
					l.cuts = append(l.cuts, span{start, at})
				}
				return t.end
			}
			if k < 0 {
				return -1 // the end tag of an element around the drawing
			}
			depth = k
		default:
			name, words := drawn(t.name)
			if name == "" || depth == len(open) {
				return -1
			}
			bare = bare && !words
			if t.empty {
				break
			}
			open[depth] = name
			depth++
			if name == "title" || name == "style" { // raw text in HTML, and not in a drawing
				end := l.endOfRaw(t.end, t.name)
				if end < 0 || bytes.IndexByte(l.page[t.end:end], '<') >= 0 {
					return -1
				}
				t.end = end
			}
		}
		at = t.end
	}
}

// tag is a tag, comment or declaration of the page.
type tag struct {
	start, end int    // end is -1 where it does not end
	name       []byte // nil for comments and declarations
	closes     bool   // an end tag
	empty      bool   // ends in a slash
	doubtful   bool   // in one that may belong to a value without quotes
	cdata      bool   // begins like <![CDATA[
	text       bool   // a "<" that begins nothing
}

// tag reads what begins with the "<" at start as the tokenizer of
// golang.org/x/net/html does.
func (l *light) tag(start int) tag {
	t := tag{start: start, end: -1}
	p := l.page
	i := start + 1
	if i >= len(p) {
		return t
	}
	switch c := p[i]; {
	case isASCIILetter(c):
		l.attributes(&t, i)
	case c == '/':
		switch i++; {
		case i >= len(p):
		case isASCIILetter(p[i]):
			t.closes = true
			l.attributes(&t, i)
		default:
			t.end = l.after(i, '>')
		}
	case c == '!':
		switch i++; {
		case bytes.HasPrefix(p[i:], []byte("--")):
			t.end = l.endOfComment(i + 2)
		default:
			t.cdata = bytes.HasPrefix(p[i:], []byte("[CDATA["))
			t.end = l.after(i, '>')
		}
	case c == '?':
		t.end = l.after(i, '>')
	default:
		t.end, t.text = i, true
	}
	return t
}

// after returns the byte after the next c, -1 if there is none.
func (l *light) after(at int, c byte) int {
	i := bytes.IndexByte(l.page[at:], c)
	if i < 0 {
		return -1
	}
	return at + i + 1
}

// attributes reads name and attributes of the tag whose name begins at i.
func (l *light) attributes(t *tag, i int) {
	p := l.page
	j := i
	for j < len(p) && !isSpace(p[j]) && p[j] != '/' && p[j] != '>' {
		j++
	}
	t.name = p[i:j]
	for {
		for j < len(p) && isSpace(p[j]) {
			j++
		}
		if j >= len(p) {
			return
		}
		if p[j] == '>' {
			t.empty, t.end = p[j-1] == '/', j+1
			return
		}
		// The name: an "=" at its beginning is a part of it.
		for k := j; j < len(p) && !isSpace(p[j]) && p[j] != '/' && p[j] != '>' && (p[j] != '=' || j == k); {
			j++
		}
		for j < len(p) && isSpace(p[j]) {
			j++
		}
		if j >= len(p) {
			return
		}
		if p[j] == '/' {
			j++
			t.doubtful = false
			continue
		}
		if p[j] != '=' {
			continue
		}
		for j++; j < len(p) && isSpace(p[j]); {
			j++
		}
		if j >= len(p) {
			return
		}
		switch c := p[j]; c {
		case '>':
		case '"', '\'':
			if j = l.after(j+1, c); j < 0 {
				return
			}
		default:
			for j < len(p) && !isSpace(p[j]) && p[j] != '>' {
				j++
			}
			t.doubtful = p[j-1] == '/'
		}
	}
}

// endOfComment returns where the comment ends whose text begins at i: after "-->" or
// "--!>", or "<!-->" and "<!--->".
func (l *light) endOfComment(i int) int {
	p := l.page
	for j := i; ; {
		k := bytes.IndexByte(p[j:], '>')
		if k < 0 {
			return -1
		}
		end := j + k
		text := p[i:end]
		if bytes.HasSuffix(text, []byte("--")) || bytes.HasSuffix(text, []byte("--!")) || len(text) == 0 || len(text) == 1 && text[0] == '-' {
			return end + 1
		}
		j = end + 1
	}
}

// endOfRaw returns where the end tag begins that ends the raw text at at, -1 if none
// does.
func (l *light) endOfRaw(at int, name []byte) int {
	p := l.page
	for {
		i := bytes.IndexByte(p[at:], '<')
		if i < 0 {
			return -1
		}
		at += i
		end := at + 2 + len(name)
		if end >= len(p) {
			return -1
		}
		if p[at+1] == '/' && sameFoldASCII(p[at+2:end], name) {
			if c := p[end]; isSpace(c) || c == '/' || c == '>' {
				return at
			}
		}
		at++
	}
}

type tagKind uint8

const (
	tagOther    tagKind = iota
	tagScript           // raw text that is left out
	tagStyle            // the same
	tagRaw              // raw text that is kept
	tagSVG              // a drawing
	tagDoubtful         // what follows may be read otherwise than we know
)

// longestElement is the length of the longest name of an element we ask for.
const longestElement = len("feComponentTransfer")

func kindOfTag(name []byte) tagKind {
	switch name[0] | 0x20 { // most tags are div, a, p, li, span
	case 'f', 'i', 'm', 'n', 'p', 's', 't', 'x':
	default:
		return tagOther
	}
	var buf [longestElement]byte
	switch string(lowered(buf[:0], name)) {
	case "script":
		return tagScript
	case "style":
		return tagStyle
	case "iframe", "noembed", "noframes", "noscript", "textarea", "title", "xmp":
		return tagRaw
	case "svg":
		return tagSVG
	case "plaintext", "frameset", "math":
		return tagDoubtful
	}
	return tagOther
}

// drawn returns the name of an element of a drawing that holds no markup of HTML, and
// tells those that may hold words or links. Of other elements it returns "".
func drawn(name []byte) (known string, words bool) {
	var buf [longestElement]byte
	switch string(lowered(buf[:0], name)) {
	case "path":
		return "path", false
	case "g":
		return "g", false
	case "rect":
		return "rect", false
	case "circle":
		return "circle", false
	case "ellipse":
		return "ellipse", false
	case "line":
		return "line", false
	case "polyline":
		return "polyline", false
	case "polygon":
		return "polygon", false
	case "defs":
		return "defs", false
	case "use":
		return "use", false
	case "symbol":
		return "symbol", false
	case "clippath":
		return "clippath", false
	case "mask":
		return "mask", false
	case "pattern":
		return "pattern", false
	case "lineargradient":
		return "lineargradient", false
	case "radialgradient":
		return "radialgradient", false
	case "stop":
		return "stop", false
	case "marker":
		return "marker", false
	case "filter":
		return "filter", false
	case "svg":
		return "svg", false
	case "animate":
		return "animate", false
	case "animatetransform":
		return "animatetransform", false
	case "title":
		return "title", true
	case "style":
		return "style", true
	case "text":
		return "text", true
	case "tspan":
		return "tspan", true
	case "a":
		return "a", true
	}
	return "", false
}

// lowered appends name in lower case, nothing if it is too long to be asked for.
func lowered(dst, name []byte) []byte {
	if len(name) > longestElement {
		return dst
	}
	for _, c := range name {
		dst = append(dst, lowerASCII(c))
	}
	return dst
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isWhite(b []byte) bool {
	for _, c := range b {
		if !isSpace(c) {
			return false
		}
	}
	return true
}

// equalFoldASCII compares with a text in lower case.
func equalFoldASCII(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if lowerASCII(c) != lower[i] {
			return false
		}
	}
	return true
}

// sameFoldASCII compares two texts of one length.
func sameFoldASCII(a, b []byte) bool {
	for i, c := range a {
		if lowerASCII(c) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

// hasFoldASCII looks for a text in lower case.
func hasFoldASCII(b []byte, lower string) bool {
	for i := 0; i+len(lower) <= len(b); i++ {
		if b[i]|0x20 == lower[0]|0x20 && equalFoldASCII(b[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}
