package article

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip/transform/vi"
)

// What stands around title and text without a name: the path of sections above the
// title, the tags, the signature and the credit below the text.

// crumbsByPlace returns the few links that begin with the home page and stand before
// the text, else the section's link just above the title that the menu has too.
func (g *reading) crumbsByPlace() []string {
	f := g.frame()
	if f.end < f.begin {
		return nil
	}
	for i := f.begin - 1; i >= 0; i-- {
		b := &f.all[i]
		if b.link == 0 || len(b.text) > 120 || !isHomeLink(b.text) {
			continue
		}
		box := b.node
		for depth := 0; box.Parent != nil && box.Parent != g.page.body && depth < 4 && letters(box.Parent, 141) <= 140; depth++ {
			box = box.Parent
		}
		if links := linksBelow(box, 8); arePath(links) {
			return textsOf(links)
		}
	}
	if f.title < 0 {
		return nil
	}
	for i := f.title - 1; i >= max(0, f.title-3); i-- {
		b := &f.all[i]
		if links := linksBelow(b.node, 3); b.link > 0 && len(b.text) < 80 && len(links) > 0 && len(links) <= 2 && g.inMenu(links[0], f.all[:i]) {
			return textsOf(links)
		}
	}
	return nil
}

// arePath tells a path of sections from a menu that begins with the home page too: one
// section, or each below the one before.
func arePath(links []*html.Node) bool {
	if len(links) < 2 || len(links) > 5 || !isHomeLink((&walker{}).text(links[0])) {
		return false
	}
	for i := 2; i < len(links); i++ {
		above := strings.TrimSuffix(strings.TrimSuffix(attr(links[i-1], "href"), "/"), ".html")
		if above == "" || !strings.HasPrefix(attr(links[i], "href"), above) {
			return false
		}
	}
	return true
}

func isHomeLink(s string) bool {
	f := vi.Fold(s)
	return hasPrefix(f, []string{"trang chu", "trang nhat"}) || f == "home" || strings.HasPrefix(f, "home ")
}

// inMenu reports whether an earlier block links to the same address.
func (g *reading) inMenu(link *html.Node, before []block) bool {
	href := attr(link, "href")
	for i := range before {
		if before[i].href == href && href != "" && href != "/" {
			return true
		}
	}
	return false
}

// linksBelow returns up to limit links with an address in or below n.
func linksBelow(n *html.Node, limit int) (links []*html.Node) {
	var look func(n *html.Node)
	look = func(n *html.Node) {
		if len(links) >= limit || n.Type == html.ElementNode && silent(n) {
			return
		}
		if n.DataAtom == atom.A && attr(n, "href") != "" {
			links = append(links, n)
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			look(c)
		}
	}
	look(n)
	return links
}

// tagsByPlace returns the links below the text that a label introduces, or whose
// addresses say that they are tags.
func (g *reading) tagsByPlace() (values []value) {
	tail := g.frame().tail()
	labelled := false
	for i := range tail {
		b := &tail[i]
		if b.kind == kindImage || b.kind == kindCaption {
			continue
		}
		starts := isTagLabel(b.text)
		if b.link == 0 {
			labelled = starts && len(b.text) < 40
			continue
		}
		if len(b.text) > 400 {
			break
		}
		for _, a := range linksBelow(b.node, 30) {
			s := (&walker{}).text(a)
			if s != "" && utf8.RuneCountInString(s) <= 50 && (starts || labelled || isTagAddress(attr(a, "href"))) && !containsValue(values, s) {
				values = append(values, value{text: s, from: "generic", node: a})
			}
		}
	}
	return values
}

func containsValue(values []value, s string) bool {
	for _, v := range values {
		if v.text == s {
			return true
		}
	}
	return false
}

func isTagLabel(s string) bool {
	return hasPrefix(vi.Fold(s), []string{"tu khoa", "tags", "tag:", "chu de:", "the:"})
}

func isTagAddress(href string) bool {
	href = strings.ToLower(href)
	for _, mark := range []string{"/tag/", "/tags/", "-tag", ".tag", "/tu-khoa", "/keyword", "/chu-de/", "/hashtag/", "/topic/"} {
		if strings.Contains(href, mark) {
			return true
		}
	}
	return false
}

// signatureByPlace returns the name that stands alone below the text; the title of a
// box, which links follow, is none.
func (g *reading) signatureByPlace() (values []value) {
	tail := g.frame().tail()
	for i := range tail[:min(len(tail), 5)] {
		b := &tail[i]
		if b.kind == kindImage || b.kind == kindCaption {
			continue
		}
		if isCreditOfPhoto(b.text) || isRoleCredit(b.text) {
			continue
		}
		if b.kind != kindParagraph || b.isLink() || b.letters() > 60 {
			return nil
		}
		if i+1 < len(tail) && tail[i+1].isLink() && !isTagAddress(tail[i+1].href) || isFurniture(b.text) || endMarks[bareCue(vi.Fold(b.text))] {
			continue
		}
		if isSignature(b.text) && !g.isLinkText(b.text, b.node) {
			return []value{{text: b.text, from: "generic", node: b.node}}
		}
	}
	return nil
}

// creditsByPlace returns the texts around the article that begin with "Theo" or
// "Nguồn" and go on with a name.
func (g *reading) creditsByPlace() (values []value) {
	f := g.frame()
	for _, blocks := range [][]block{f.head(), f.tail()} {
		for i := range blocks[:min(len(blocks), 8)] {
			b := &blocks[i]
			if b.kind == kindImage || b.kind == kindCaption || b.letters() > 120 || b.node == nil || letters(b.node, 161) > 160 {
				continue
			}
			eachText(b.node, func(n *html.Node) {
				s := vi.Repair(n.Data)
				rest, ok := cutCredit(s)
				if !ok || rest == "" || endsSentence(s) || mostlyDigits(s) || utf8.RuneCountInString(s) > 80 || strings.Contains(s, "://") {
					return
				}
				if first, _ := utf8.DecodeRuneInString(rest); unicode.IsUpper(first) {
					values = append(values, value{text: s, from: "generic"})
				}
			})
		}
	}
	return values
}
