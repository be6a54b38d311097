package article

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Selectors of one element, for [Reader.Learn]: which of its names are worth one, and
// which of the selectors say best what it is.

// selectorsOf returns selectors that match an element, the plainest first: its own
// names, then the names of elements up to depth above it with its tag or names.
func selectorsOf(n *html.Node, depth int) []string {
	own := ownSelectors(n)
	all := slices.Clone(own)
	if len(own) == 0 {
		own = []string{n.Data}
	}
	for up := n.Parent; up != nil && depth > 0 && up.Type == html.ElementNode; up, depth = up.Parent, depth-1 {
		for _, above := range ownSelectors(up) {
			if above == up.Data && up.DataAtom != atom.Article && up.DataAtom != atom.Main {
				continue
			}
			for _, inner := range append([]string{n.Data}, own[:min(len(own), 2)]...) {
				if css := above + " " + inner; !slices.Contains(all, css) {
					all = append(all, css)
				}
			}
		}
	}
	return all
}

// isBareTag reports whether a selector ends with a tag that says nothing.
func isBareTag(css string) bool {
	switch css[strings.LastIndexByte(css, ' ')+1:] {
	case "div", "p", "span", "td", "tr", "table", "section", "ul", "li", "font", "b", "strong":
		return true
	}
	return false
}

var cssName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// looks are classes that say how an element looks, and may say something else on the
// next page or after the next change of the design.
var looks = regexp.MustCompile(`(?i)^(-?(text|font|mt|mb|ml|mr|mx|my|pt|pb|pl|pr|px|py|p|m|w|h|fs|lh|flex|grid|col|cols|row|d|bg|border|rounded|leading|tracking|items|justify|gap|space|max|min|sm|md|lg|xl|xs|float|pos|position|inline|block|relative|absolute|overflow|order|align|center|left|right|top|bottom|bold|italic|uppercase|color|size|width|height)(-.*|\d*)|fl|fr|cf|clearfix|clear|active|show|hide|hidden|container|wrapper|first|last|current|lazy|loading|loaded|fade|js-.*|css-.*|sc-.*|jsx-.*|ng-.*|v-.*|wow|animated)$`)

var volatile = regexp.MustCompile(`\d{3,}|^[a-z]{0,3}[0-9a-f]{6,}$`)

func named(s string) bool {
	return cssName.MatchString(s) && !looks.MatchString(s) && !volatile.MatchString(s)
}

// ownSelectors returns selectors made of an element's own tag, id, classes and roles.
func ownSelectors(n *html.Node) (out []string) {
	id, class := attr(n, "id"), attr(n, "class")
	for _, key := range []string{"data-role", "itemprop", "data-slot", "data-field"} {
		if v := attr(n, key); named(v) {
			out = append(out, "["+key+"="+v+"]")
		}
	}
	for c := range strings.FieldsSeq(class) {
		if named(c) {
			out = append(out, n.Data+"."+c, "."+c)
		}
	}
	if named(id) {
		out = append(out, n.Data+"#"+id, "#"+id)
	}
	switch n.DataAtom {
	case atom.H1, atom.Time, atom.Article, atom.Main, atom.Figcaption:
		out = append(out, n.Data)
	case atom.A:
		if attr(n, "rel") == "tag" || attr(n, "rel") == "author" {
			out = append(out, "a[rel="+attr(n, "rel")+"]")
		}
		for _, dir := range []string{"/tac-gia/", "/author/", "/tag/", "/tu-khoa/"} {
			if strings.Contains(attr(n, "href"), dir) {
				out = append(out, "a[href*='"+dir+"']")
			}
		}
	}
	return out
}

// says are words in names of elements that tell a field.
var says = map[string][]string{
	"title": {"title", "headline", "tieu"}, "sapo": {"sapo", "lead", "desc", "summary", "excerpt", "standfirst"},
	"authors": {"author", "byline", "tacgia", "writer"}, "published": {"date", "time", "publish"},
	"section": {"crumb", "cate", "section"}, "tags": {"tag", "keyword"}, "body": {"content", "body", "detail", "main", "text", "article"},
}

// liking prefers selectors that say what a thing is, then short ones.
func liking(name, css string) int {
	l := 40 - min(len(css), 60)/2
	last := css[strings.LastIndexByte(css, ' ')+1:]
	says := func(part string) bool {
		lower := strings.ToLower(part)
		return slices.ContainsFunc(says[name], func(w string) bool { return strings.Contains(lower, w) })
	}
	switch {
	case says(last):
		l += 30
	case says(css):
		l += 20
	}
	if strings.HasPrefix(last, "[") {
		l += 10
	}
	if (name == "section" || name == "tags") && (last == "a" || strings.HasPrefix(last, "a.")) {
		l += 25 // each of them is a link; a box around them would be one value
	}
	if tag, rest, ok := strings.Cut(last, "."); ok && tag != "" && rest != "" {
		l += 8 // h1.title is safer than .title
	}
	return l
}
