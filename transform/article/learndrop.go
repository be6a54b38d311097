package article

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"nhip/catalog"
	"nhip/transform/vi"
)

// Boxes inside the text that are no part of it, for [Reader.Learn]: their selectors
// become the drop list of a layout.

// drops returns the selectors of boxes inside the text that are no part of it: on the
// elements of the body, what only the layout's reading keeps.
func (l *learning) drops(layout *catalog.Layout) (drop []string) {
	if len(layout.Body.CSS) == 0 {
		return nil
	}
	for _, s := range l.samples {
		root := s.firstOf(layout.Body.CSS)
		if root == nil {
			continue
		}
		for _, n := range s.boxes(root) {
			names := boxSelectors(n)
			if len(drop) == 12 || slices.ContainsFunc(names, func(css string) bool { return slices.Contains(drop, css) }) {
				continue
			}
			for _, css := range names { // the first may be the name of photos too
				if l.helps(layout, append(slices.Clone(drop), css), isJunk(n)) {
					drop = append(drop, css)
					break
				}
			}
		}
	}
	return drop
}

// firstOf returns the first element of a page that one of the selectors finds.
func (s *sample) firstOf(selectors []string) *html.Node {
	for _, css := range selectors {
		if sel, err := compile(css); err == nil {
			if found := s.reading.page.find(sel); len(found) > 0 {
				return found[0]
			}
		}
	}
	return nil
}

// boxes returns the topmost elements below root with text of which the sample's body
// and captions hold none.
func (s *sample) boxes(root *html.Node) (nodes []*html.Node) {
	own := map[string]bool{}
	for _, p := range slices.Concat(s.truth.Body, s.truth.Captions) {
		own[vi.Key(p)] = true
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || silent(c) || letters(c, 1) == 0 {
				continue
			}
			w := walker{}
			w.walk(c)
			holds := slices.ContainsFunc(w.blocks, func(b block) bool { return own[vi.Key(b.text)] || own[vi.Key(strings.TrimSpace(b.text))] })
			switch {
			case holds:
				walk(c)
			case !isBlock(c) && !isJunk(c) && c.DataAtom != 0:
			case len(boxSelectors(c)) > 0:
				nodes = append(nodes, c)
			default:
				walk(c)
			}
		}
	}
	walk(root)
	return nodes
}

// helps reports whether dropping what the selectors match takes no paragraph or caption
// of any article away, and leaves fewer lines that are none; a box that is called one
// needs only do no harm.
func (l *learning) helps(layout *catalog.Layout, drop []string, called bool) bool {
	old, spec := *layout, *layout
	old.Body.Drop, spec.Body.Drop = drop[:len(drop)-1], drop
	fewer := called
	for _, s := range l.samples {
		before, after := s.try(&old, ""), s.try(&spec, "")
		lost, extra := difference(s.truth.Body, before.Body)
		still, left := difference(s.truth.Body, after.Body)
		switch {
		case !strings.HasPrefix(after.Evidence["body"], "css:"), still > lost, left > extra,
			len(after.Captions) < min(len(before.Captions), len(s.truth.Captions)):
			return false
		case left < extra:
			fewer = true
		}
	}
	return fewer
}

// boxSelectors name a box by what it is called.
func boxSelectors(n *html.Node) (out []string) {
	if v := attr(n, "type"); named(v) {
		out = append(out, "[type="+v+"]")
	}
	for _, css := range ownSelectors(n) {
		if strings.ContainsAny(css, ".#[") && !strings.HasPrefix(css, "a[") {
			out = append(out, css)
		}
	}
	if n.DataAtom == 0 { // an element of the publishing system's own
		out = append(out, n.Data)
	}
	return out
}
