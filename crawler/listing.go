package crawler

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"nhip"
	"nhip/catalog"
)

// listingPage is what one page of a list says.
type listingPage struct {
	links []string   // absolute, in page order, each once
	root  *html.Node // nil for JSON and for pages that no tree can be built of
	base  string     // what its relative addresses refer to
	guess bool       // no selector found the links
}

// ReadListing returns the links of the main list of a section page in page order,
// each once, and the address of the following page ("" if the page names none).
// base is the page's own address. The selectors of l say where the links stand; with
// l nil, without selectors, or where they find nothing (the page was redesigned), links
// are taken that look like documents: a long text, an address of several words, outside
// navigation. JSON answers of timeline
// endpoints are read too; there l.Links is the path of the addresses
// ("data.contents.url"), and without it every object with a title and an address
// counts.
//
// Addresses lose their fragment and tracking parameters and keep their host.
// Whether they belong to the source is not decided here.
func ReadListing(body []byte, base string, l *catalog.Listing) (links []string, next string, err error) {
	if l == nil {
		l = &catalog.Listing{}
	}
	page, err := readListing(body, "", base, l, 1)
	if err != nil {
		return nil, "", err
	}
	next, _ = page.following("", l, 1, base)
	return page.links, next, nil
}

// readListing reads page number n of a listing.
func readListing(body []byte, contentType, base string, l *catalog.Listing, n int) (*listingPage, error) {
	text := decodeText(body, contentType)
	if l.Format == "json" || looksLikeJSON(text) {
		return readJSONListing(text, base, l)
	}
	selectors := []string{l.Links}
	if n > 1 && l.Next.Links != "" {
		selectors = []string{l.Next.Links, l.Links}
	} else if l.Next.Links != "" {
		selectors = append(selectors, l.Next.Links) // a saved page may be any of them
	}
	p := &listingPage{base: base}
	root, err := html.Parse(bytes.NewReader(text))
	if err != nil { // deeper than any tree that is built; the links are there all the same
		p.guess, p.links = true, p.resolve(likelyDocuments(flatAnchors(text), base))
		return p, nil
	}
	p.root = root
	if b := findFirst(root, func(n *html.Node) bool { return n.DataAtom == atom.Base && attr(n, "href") != "" }); b != nil {
		if abs, err := parseAddress(attr(b, "href"), base); err == nil {
			p.base = abs.Href(true)
		}
	}
	for _, sel := range selectors {
		if sel == "" {
			continue
		}
		hrefs, err := selectLinks(root, sel)
		if err != nil {
			return nil, err
		}
		if p.links = p.resolve(hrefs); len(p.links) > 0 {
			return p, nil
		}
	}
	p.guess, p.links = true, p.resolve(likelyDocuments(anchors(root), p.base))
	return p, nil
}

// decodeText makes UTF-8 of a page: its byte order mark decides, then whether it is
// valid UTF-8 (headers and meta elements are wrong more often), then what they say.
func decodeText(body []byte, contentType string) []byte {
	if rest, ok := bytes.CutPrefix(body, []byte("\xEF\xBB\xBF")); ok {
		return rest
	}
	isUTF16 := bytes.HasPrefix(body, []byte("\xFE\xFF")) || bytes.HasPrefix(body, []byte("\xFF\xFE"))
	if !isUTF16 && utf8.Valid(body) {
		return body
	}
	encoding, _, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType)
	text, err := io.ReadAll(encoding.NewDecoder().Reader(bytes.NewReader(body)))
	if err != nil {
		return body
	}
	return bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
}

// selectLinks returns the hrefs a selector finds. It may select the links, or
// elements that hold one or stand in one.
func selectLinks(root *html.Node, selector string) ([]string, error) {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, newFault("selector", nhip.OutcomePermanentError, "selector %q: %w", selector, err)
	}
	var hrefs []string
	for _, n := range cascadia.QueryAll(root, sel) {
		if href := linkOf(n); href != "" {
			hrefs = append(hrefs, href)
		}
	}
	return hrefs, nil
}

func linkOf(n *html.Node) string {
	if href := attr(n, "href"); href != "" {
		return href
	}
	if a := findFirst(n, func(m *html.Node) bool { return m.DataAtom == atom.A && attr(m, "href") != "" }); a != nil {
		return attr(a, "href")
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.A {
			return attr(p, "href")
		}
	}
	return ""
}

// resolve makes addresses to ask for, each once, without the page itself.
func (p *listingPage) resolve(hrefs []string) []string {
	self, _ := linked(p.base, "")
	seen := map[string]bool{self: true}
	var links []string
	for _, href := range hrefs {
		if strings.HasPrefix(strings.TrimSpace(href), "#") {
			continue
		}
		link, err := linked(href, p.base)
		if err == nil && !seen[link] {
			seen[link] = true
			links = append(links, link)
		}
	}
	return links
}

var pageValue = regexp.MustCompile(`\{css:([^{}@]+)@([A-Za-z_:-]+)\}`)

// following returns the address of the page after page number n, and the pattern
// with the values of the first page filled in, since the pages of a timeline
// endpoint no longer show them.
func (p *listingPage) following(pattern string, l *catalog.Listing, n int, self string) (next, filled string) {
	switch {
	case l.Next.Pattern != "":
		if pattern == "" {
			var ok bool
			if pattern, ok = p.fill(l.Next.Pattern); !ok {
				return "", ""
			}
		}
		first := l.Next.First
		if first == 0 {
			first = 2
		}
		next = strings.ReplaceAll(pattern, "{n}", strconv.Itoa(first+n-1))
	case p.root == nil:
		return "", ""
	case l.Next.CSS != "":
		next = p.pager(l.Next.CSS, n, self)
	default:
		next = p.pager(`link[rel~="next"][href], a[rel~="next"][href]`, n, self)
	}
	if next == "" {
		return "", ""
	}
	link, err := linked(next, p.base)
	if own, _ := linked(self, ""); err != nil || link == own {
		return "", ""
	}
	return link, pattern
}

// fill replaces the {css:SELECTOR@ATTR} parts of a pattern.
func (p *listingPage) fill(pattern string) (string, bool) {
	ok := true
	filled := pageValue.ReplaceAllStringFunc(pattern, func(part string) string {
		m := pageValue.FindStringSubmatch(part)
		sel, err := cascadia.ParseGroup(m[1])
		if err != nil || p.root == nil {
			ok = false
			return ""
		}
		n := cascadia.Query(p.root, sel)
		if n == nil || attr(n, m[2]) == "" {
			ok = false
			return ""
		}
		return strings.TrimSpace(attr(n, m[2]))
	})
	return filled, ok
}

// pager picks the next page among what the selector finds: the link that carries the
// next number or says so, else the first that leads elsewhere.
func (p *listingPage) pager(selector string, n int, self string) string {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return ""
	}
	own, _ := linked(self, "")
	first := ""
	for _, node := range cascadia.QueryAll(p.root, sel) {
		href := linkOf(node)
		link, err := linked(href, p.base)
		if err != nil || link == own {
			continue
		}
		text := strings.ToLower(strings.TrimSpace(textOf(node)))
		if text == strconv.Itoa(n+1) || strings.Contains(" "+attr(node, "rel")+" ", " next ") || saysNext(text) {
			return href
		}
		if _, err := strconv.Atoi(text); first == "" && err != nil {
			first = href
		}
	}
	return first
}

func saysNext(text string) bool {
	switch strings.Trim(text, " .…") {
	case "sau", "tiếp", "tiếp theo", "trang sau", "trang tiếp", "trang tiếp theo", "xem thêm", "next", "next page", ">", "›", "»", "→":
		return true
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// findFirst walks the tree in document order without recursion: trees are deep.
func findFirst(root *html.Node, ok func(*html.Node) bool) *html.Node {
	var found *html.Node
	walk(root, func(n *html.Node) bool {
		if found == nil && ok(n) {
			found = n
		}
		return found == nil
	})
	return found
}

// walk calls visit for each node below and including root in document order; it
// does not enter a node for which visit returns false.
func walk(root *html.Node, visit func(*html.Node) bool) {
	for n := root; n != nil; {
		if visit(n) && n.FirstChild != nil {
			n = n.FirstChild
			continue
		}
		for n != root && n.NextSibling == nil {
			n = n.Parent
		}
		if n == root {
			return
		}
		n = n.NextSibling
	}
}

// textOf returns the text of a link for judging it; numbers are not read from it.
func textOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) bool {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
		return n.DataAtom != atom.Script && n.DataAtom != atom.Style
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

func (p *listingPage) String() string { return fmt.Sprintf("%s: %d links", p.base, len(p.links)) }
