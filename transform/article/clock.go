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

// stampOfText looks for a line beside the title that is a time and nothing else.
func (g *reading) stampOfText() []stamp {
	if g.titleNode == nil {
		return nil
	}
	w := walker{}
	w.walk(g.page.body)
	title := -1
	for i := range w.blocks {
		if n := w.blocks[i].node; n != nil && (inside(n, g.titleNode) || inside(g.titleNode, n)) && overlap(w.blocks[i].text, g.a.Title) >= 80 {
			title = i
			break
		}
	}
	if title < 0 {
		return nil
	}
	for d := 1; d <= 8; d++ {
		for _, i := range []int{title + d, title - d} {
			if i < 0 || i >= len(w.blocks) || utf8.RuneCountInString(w.blocks[i].text) > 60 || !mostlyDigits(w.blocks[i].text) {
				continue
			}
			if s, ok := g.absolute(w.blocks[i].text, "generic"); ok && s.Precision >= vi.PrecisionMinute {
				return []stamp{s}
			}
		}
	}
	return nil
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
