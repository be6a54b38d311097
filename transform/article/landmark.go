package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// landmarks are the elements of a page whose names say what they hold. They are
// gathered in one walk, because asking the page for a dozen selectors would take
// longer than building its tree.
type landmarks struct {
	titles   []*html.Node // h2, and classes that say title
	leads    []*html.Node // classes that say lead for sure
	maybe    []*html.Node // elements that are the lead if a description says the same
	dates    []*html.Node
	authors  []*html.Node
	crumbs   []*html.Node // links of a breadcrumb
	category []*html.Node // links that name one section
	tags     []*html.Node // links of a box of tags
	bodies   []*html.Node // itemprop=articleBody
	credits  []*html.Node // classes that say source
}

const mostLandmarks = 120 // of one kind; lists of links have hundreds of titles

// landmarks gathers them once.
func (g *reading) landmarks() *landmarks {
	if g.marks != nil {
		return g.marks
	}
	g.marks = &landmarks{}
	g.marks.walk(g.page.body, 0)
	return g.marks
}

// Boxes that a link may stand in.
const (
	inCrumbs = 1 << iota
	inTags
	inCategory
)

func (m *landmarks) walk(n *html.Node, boxes int) {
	if n.Type == html.ElementNode {
		if silent(n) {
			return
		}
		boxes = m.element(n, boxes)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		m.walk(c, boxes)
	}
}

func (m *landmarks) element(n *html.Node, boxes int) int {
	var class, href, itemprop, rel, role, id string
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "class":
			class = a.Val
		case "id":
			id = a.Val
		case "href":
			href = a.Val
		case "itemprop":
			itemprop = a.Val
		case "rel":
			rel = a.Val
		case "data-role":
			role = a.Val
		case "itemtype":
			if strings.Contains(a.Val, "BreadcrumbList") {
				boxes |= inCrumbs
			}
		}
	}
	class, id = class[:min(len(class), longestName)], id[:min(len(id), longestName)]
	m.named(n, strings.ToLower(class), strings.ToLower(id), role, itemprop, &boxes)
	switch n.DataAtom {
	case atom.H2, atom.H3:
		if n.DataAtom == atom.H2 {
			put(&m.titles, n)
		}
		put(&m.maybe, n)
	case atom.Nav:
		if letters(n, 141) <= 140 && arePath(linksBelow(n, 8)) {
			boxes |= inCrumbs
		}
	case atom.Strong:
		put(&m.maybe, n)
	case atom.A:
		if boxes&inCrumbs != 0 {
			put(&m.crumbs, n)
		}
		if boxes&inTags != 0 || rel == "tag" {
			put(&m.tags, n)
		}
		if rel == "author" || strings.Contains(href, "/tac-gia/") || strings.Contains(href, "/author/") {
			put(&m.authors, n)
		}
		if boxes&inCategory != 0 || role == "cate-name" || itemprop == "genre" || itemprop == "articleSection" || strings.Contains(class, "category") {
			put(&m.category, n)
		}
	}
	return boxes
}

// named sorts an element by its class, id and roles.
func (m *landmarks) named(n *html.Node, class, id, role, itemprop string, boxes *int) {
	if class == "" && id == "" && role == "" && itemprop == "" {
		return
	}
	has := func(root string) bool { return strings.Contains(class, root) }
	if has("title") || has("headline") || has("tieu") || strings.Contains(id, "title") || strings.Contains(id, "tieude") || role == "title" || itemprop == "headline" {
		put(&m.titles, n)
	}
	if has("sapo") || role == "sapo" || has("standfirst") || has("chapeau") || has("tomtat") || has("article-lead") || has("__lead") || itemprop == "description" {
		put(&m.leads, n)
	}
	if has("lead") || has("desc") || has("summary") || has("excerpt") || has("intro") {
		put(&m.maybe, n)
	}
	if has("date") || has("time") || strings.Contains(id, "date") || role == "publishdate" || itemprop == "datePublished" {
		put(&m.dates, n)
	}
	if has("author") || has("byline") || has("tacgia") || has("tac-gia") || has("pen-name") || itemprop == "author" {
		put(&m.authors, n)
	}
	if has("source") || has("nguon") || strings.Contains(id, "source") || strings.Contains(id, "nguon") {
		put(&m.credits, n)
	}
	if has("bread") || has("crumb") || has("detail-cate") {
		*boxes |= inCrumbs
	}
	if has("category") && n.DataAtom != atom.A && letters(n, 81) <= 80 {
		*boxes |= inCategory
	}
	if has("tags") || has("tag-") || has("detail-tab") || has("tagdetail") || has("keyword") || has("tukhoa") || has("tu-khoa") || has("tag") && hasWord(class, "tag") {
		*boxes |= inTags
	}
	if strings.HasPrefix(itemprop, "articleBody") {
		put(&m.bodies, n)
	}
}

func hasWord(names, word string) (found bool) {
	words(names, func(w string) { found = found || w == word })
	return found
}

func put(list *[]*html.Node, n *html.Node) {
	if len(*list) < mostLandmarks {
		*list = append(*list, n)
	}
}
