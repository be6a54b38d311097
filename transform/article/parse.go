package article

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tree is a page as a browser would build it, but for what [lighten] leaves out.
type tree struct {
	root       *html.Node
	flattened  bool // the page was nested too deep and lost elements
	scripts    int  // as in light
	cookieTest bool
}

// parse builds the tree of a page in UTF-8. Pages nested deeper than the parser
// accepts (512 elements) are flattened first.
func parse(page []byte) (tree, error) {
	if len(page) >= large {
		text := string(page)
		if cut := cutTags(cutLongTags(text)); len(cut) < len(text) {
			page = []byte(cut)
		}
	}
	l := lighten(page)
	t := tree{scripts: l.scripts, cookieTest: l.cookieTest}
	var err error
	if t.root, err = html.Parse(l); err == nil {
		return t, nil
	}
	t.flattened = true
	var again error
	if t.root, again = html.Parse(bytes.NewReader(flatten(lighten(page)))); again != nil {
		return t, fmt.Errorf("html: %w", err)
	}
	return t, nil
}

// large is the size in bytes from which a page may be made to fill memory.
const large = min(3*mostTags, smallEnough)

// mostTags bounds the tree of a page made to fill memory; the greatest real pages have a
// tenth of it.
const mostTags = 200_000

// cutTags ends a page after mostTags tags.
func cutTags(text string) string {
	if len(text) < 3*mostTags || strings.Count(text, "<") <= mostTags {
		return text
	}
	at := 0
	for range mostTags {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			return text
		}
		at += i + 1
	}
	return text[:at-1]
}

const (
	longestTag  = 64 << 10 // bytes; a picture in an attribute may be lost by it, not a text
	smallEnough = 1 << 20  // bytes of a page whose tags cannot fill memory
)

// cutLongTags takes tags out of a large page that are made of nothing but attributes:
// the parser needs sixty times their size. It stops at the next tag, so that a script
// that only looks like one loses nothing but itself.
func cutLongTags(text string) string {
	if len(text) <= smallEnough {
		return text
	}
	var b strings.Builder
	kept := 0 // what stands before it is in b, or dropped
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 {
			break
		}
		start := at + i
		at = start + 1
		j := strings.IndexAny(text[at:min(len(text), at+longestTag)], "<>")
		if j >= 0 || at+longestTag > len(text) {
			continue
		}
		end := len(text)
		if j = strings.IndexAny(text[at:], "<>"); j >= 0 {
			end = at + j
			if text[end] == '>' {
				end++
			}
		}
		b.WriteString(text[kept:start])
		kept, at = end, end
	}
	if kept == 0 {
		return text
	}
	b.WriteString(text[kept:])
	return b.String()
}

// flatDepth is where flatten begins to leave elements out. Formatting elements are
// reopened by the parser, so it stays well below the parser's own limit.
const flatDepth = 60

// flatten writes the page again without the tags of elements nested deeper than
// flatDepth; a line break takes the place of every block's boundary, so that no two
// paragraphs are glued.
func flatten(page io.Reader) []byte {
	z := html.NewTokenizer(page)
	z.SetMaxBuf(1 << 20)
	var out bytes.Buffer
	depth := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.Bytes()
		case html.StartTagToken:
			raw := z.Raw()
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if isVoid(a) || a == atom.Script || a == atom.Style {
				out.Write(raw)
				continue
			}
			if depth++; depth <= flatDepth && a != atom.Font && a != atom.B && a != atom.I {
				out.Write(raw)
			} else if isBlock(&html.Node{DataAtom: a}) {
				out.WriteString("<br>")
			}
		case html.EndTagToken:
			raw := z.Raw()
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if isVoid(a) || a == atom.Script || a == atom.Style {
				out.Write(raw)
				continue
			}
			if depth <= flatDepth {
				out.Write(raw)
			} else if isBlock(&html.Node{DataAtom: a}) {
				out.WriteString("<br>")
			}
			depth = max(0, depth-1)
		default:
			out.Write(z.Raw())
		}
	}
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link,
		atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}
