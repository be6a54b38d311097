package article

import (
	"unicode/utf8"

	"golang.org/x/net/html"

	"nhip/transform/vi"
)

// genericStamps reads times from the visible page: time elements and elements whose
// names say date or time. Of several the one nearest to the title counts: headers
// print today's date, boxes of other texts theirs.
func (g *reading) genericStamps() []stamp {
	times := g.page.times[:min(len(g.page.times), 60)]
	type found struct {
		stamp
		node *html.Node
	}
	var all []found
	for _, n := range append(times[:len(times):len(times)], g.landmarks().dates...) {
		if letters(n, 81) > 80 {
			continue
		}
		for _, text := range append(attributesOfTime(n), (&walker{}).text(n)) {
			if s, ok := g.absolute(text, "generic"); ok && s.Precision >= vi.PrecisionMinute {
				all = append(all, found{s, n})
				break
			}
		}
	}
	if len(all) == 0 {
		return g.stampOfText()
	}
	best := all[0]
	if len(all) > 1 && g.titleNode != nil {
		nodes := make([]*html.Node, 0, len(all)+1)
		for _, f := range all {
			nodes = append(nodes, f.node)
		}
		at := positions(g.page.body, append(nodes, g.titleNode))
		title, nearest := at[g.titleNode], -1
		for _, f := range all {
			d := at[f.node] - title
			if d < 0 {
				d = -d
			}
			if nearest < 0 || d < nearest {
				best, nearest = f, d
			}
		}
	}
	return []stamp{best.stamp}
}

// stampOfText looks for a text beside the title that is a time and nothing else:
// among the eight texts after it, then among the eight before.
func (g *reading) stampOfText() []stamp {
	if g.titleNode == nil {
		return nil
	}
	for _, step := range []func(*html.Node) *html.Node{following, preceding} {
		texts := 0
		for n := step(g.titleNode); n != nil && texts < 8; n = step(n) {
			if n.Type != html.TextNode || n.Parent != nil && silent(n.Parent) {
				continue // of scripts first: repairing one takes long
			}
			s := vi.Repair(n.Data)
			if s == "" || inside(n, g.titleNode) {
				continue
			}
			texts++
			if utf8.RuneCountInString(s) > 60 || !mostlyDigits(s) {
				continue
			}
			if t, ok := g.absolute(s, "generic"); ok && t.Precision >= vi.PrecisionMinute {
				return []stamp{t}
			}
		}
	}
	return nil
}

// following and preceding return the next node in the order of the page and
// against it.
func following(n *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	for ; n != nil; n = n.Parent {
		if n.NextSibling != nil {
			return n.NextSibling
		}
	}
	return nil
}

func preceding(n *html.Node) *html.Node {
	if n.PrevSibling == nil {
		return n.Parent
	}
	n = n.PrevSibling
	for n.LastChild != nil {
		n = n.LastChild
	}
	return n
}

// positions numbers elements in page order and returns the numbers of some.
func positions(body *html.Node, nodes []*html.Node) map[*html.Node]int {
	at := map[*html.Node]int{}
	for _, n := range nodes {
		at[n] = 0
	}
	count := 0
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			count++
			if _, ok := at[n]; ok {
				at[n] = count
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(body)
	return at
}
