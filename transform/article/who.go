package article

import (
	"strings"

	"golang.org/x/net/html"
)

// readAuthors takes the people who signed, and the credit. Witnesses that name only
// the paper say nothing.
func (g *reading) readAuthors() {
	g.readCredit()
	f := g.field("authors")
	for _, w := range f.order {
		var values []value
		switch w {
		case "jsonld":
			values = g.authorsOfJSONLD()
		case "meta":
			values = g.fromMeta("authors", f)
		case "css":
			values = g.fromCSS(f)
		}
		if g.sign(values, f) {
			return
		}
	}
	if g.layout == nil && (g.sign(g.genericBylines(), f) || g.sign(g.framedBylines(), f) || g.sign(g.besideTime(), f) || g.sign(g.signatureByPlace(), f)) {
		return
	}
	if g.relayed.text != "" {
		g.sign([]value{g.relayed}, f)
	}
}

func (g *reading) authorsOfJSONLD() (values []value) {
	if g.story == nil {
		return nil
	}
	people, others := g.story.persons(g.page.things)
	if len(people) == 0 {
		people = others
	}
	for _, p := range people {
		values = append(values, value{text: p, from: "jsonld"})
	}
	return values
}

// sign adds the names of the values' first witness that gives any.
func (g *reading) sign(values []value, f *field) bool {
	for i := 0; i < len(values); {
		j := i
		for ; j < len(values) && values[j].from == values[i].from; j++ {
			g.signOne(values[j], f)
		}
		if len(g.a.Authors) > 0 {
			g.won("authors", values[i].from)
			return true
		}
		i = j
	}
	return false
}

func (g *reading) signOne(v value, f *field) {
	parts := []string{v.text}
	if f.Split != "" {
		parts = strings.Split(v.text, f.Split)
	}
	for _, part := range parts {
		names, credit := signature(part)
		for _, name := range names {
			name = f.clean(name)
			if name != "" && !g.isOwn(name) && !containsFold(g.a.Authors, name) && len(g.a.Authors) < 12 {
				g.a.Authors = append(g.a.Authors, name)
			}
		}
		if credit != "" && g.a.Credit == "" && !g.isPublisher(credit) {
			g.a.Credit = credit
			g.won("credit", v.from)
		}
		if v.node != nil && (len(names) > 0 || credit != "") {
			g.signed[v.node] = true
		}
	}
}

// readCredit takes where the text was taken from, if the page prints it.
func (g *reading) readCredit() {
	f := g.field("credit")
	values := append(g.fromCSS(f), g.fromJSONLD("credit", f)...)
	if g.layout == nil {
		values = append(values, g.genericCredits()...)
	}
	for _, v := range values {
		bare := v.text
		if strings.HasPrefix(bare, "(") {
			bare = strings.Trim(bare, "()")
		}
		_, credit, relay := relayed(bare)
		if relay {
			g.relayed = v
		} else if rest, ok := cutCredit(bare); ok {
			credit = rest
		} else {
			credit = tidy(bare)
		}
		if credit == "" || len(credit) > 200 || g.isPublisher(credit) || strings.EqualFold(credit, "tổng hợp") {
			continue
		}
		g.a.Credit = credit
		g.won("credit", v.from)
		if v.node != nil {
			g.signed[v.node] = true
		}
		return
	}
}

// isSigned reports whether an element gave an author or the credit, so that it is
// no paragraph of the body.
func (g *reading) isSigned(n *html.Node) bool { return g.signed[n] }
