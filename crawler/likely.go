package crawler

import (
	"bytes"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// anchor is a link with what surrounds it.
type anchor struct {
	href    string
	text    string
	heading bool // the link stands in a heading, or in what is styled as a title
	aside   bool // in navigation, header, footer or a side column
}

var titleClass = regexp.MustCompile(`(?i)(^|[-_ ])(title|headline|heading|tieu-?de|tit)([-_ ]|$)`)

// besideClass marks boxes beside or below the entries of a list: related, most read,
// recommended. Only the nearest elements count; a page's outer frame may well be called
// "has-sidebar".
var besideClass = regexp.MustCompile(`(?i)(related|relation|lien-?quan|most-?(view|read)|xem-?nhieu|doc-?nhieu|tieu-?diem|popular|trending|recommend|side-?bar|sub-item)`)

const besideLevels = 5

// anchors lists the links of a page in order.
func anchors(root *html.Node) []anchor {
	var all []anchor
	walk(root, func(n *html.Node) bool {
		if n.DataAtom == atom.A {
			a := anchor{href: attr(n, "href"), text: textOf(n)}
			if title := attr(n, "title"); utf8.RuneCountInString(title) > utf8.RuneCountInString(a.text) {
				a.text = title
			}
			a.heading = titleClass.MatchString(attr(n, "class"))
			for p, level := n.Parent, 1; p != nil; p, level = p.Parent, level+1 {
				if level <= besideLevels && besideClass.MatchString(attr(p, "class")) {
					a.aside = true
				}
				switch p.DataAtom {
				case atom.Nav, atom.Header, atom.Footer, atom.Aside:
					a.aside = true
				case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5:
					a.heading = true
				}
			}
			if p := n.Parent; p != nil && titleClass.MatchString(attr(p, "class")) {
				a.heading = true
			}
			if h := n.FirstChild; h != nil && !a.heading {
				a.heading = findFirst(n, func(m *html.Node) bool {
					return m.DataAtom == atom.H2 || m.DataAtom == atom.H3 || m.DataAtom == atom.H4
				}) != nil
			}
			all = append(all, a)
		}
		return true
	})
	return all
}

// flatAnchors lists the links of a page whose tree is too deep to be built.
func flatAnchors(text []byte) []anchor {
	var all []anchor
	z := html.NewTokenizer(bytes.NewReader(text))
	z.SetMaxBuf(1 << 20)
	open := -1
	for {
		switch z.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken:
			t := z.Token()
			if t.DataAtom != atom.A {
				continue
			}
			open = len(all)
			all = append(all, anchor{})
			for _, a := range t.Attr {
				if a.Key == "href" {
					all[open].href = a.Val
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				open = -1
			}
		case html.TextToken:
			if open >= 0 && len(all[open].text) < 500 {
				all[open].text += string(z.Text())
			}
		}
	}
}

// likelyDocuments picks the links that look like documents: on the same site, an
// address of several words, a text long enough for a headline, not in navigation. If
// enough of them stand in headings, the others are teasers and boxes.
func likelyDocuments(all []anchor, base string) []string {
	site := bareHost(hostOf(base))
	type candidate struct {
		href    string
		text    int
		heading bool
	}
	var order []*candidate
	byLink := map[string]*candidate{}
	for _, a := range all {
		link, err := linked(a.href, base)
		if err != nil || a.aside || bareHost(hostOf(link)) != site || !looksLikeDocument(link) {
			continue
		}
		c := byLink[link]
		if c == nil {
			c = &candidate{href: link}
			byLink[link] = c
			order = append(order, c)
		}
		c.text = max(c.text, utf8.RuneCountInString(a.text))
		c.heading = c.heading || a.heading
	}
	var headed, plain []string
	for _, c := range order {
		if c.text < 20 {
			continue
		}
		plain = append(plain, c.href)
		if c.heading {
			headed = append(headed, c.href)
		}
	}
	if len(headed) >= 5 {
		return headed
	}
	return plain
}

var (
	documentID   = regexp.MustCompile(`\d{4,}`)
	notDocuments = regexp.MustCompile(`(?i)\.(jpe?g|png|gif|webp|svg|ico|css|js|mp[34]|apk|ipa)$|(^|/)(tag|tags|tac-gia|author|video|videos|podcast|rss|topic|chu-de|login|dang-nhap)(/|$)`)
)

// looksLikeDocument judges an address by its form: a last segment of at least four
// words, or of three with a number such as publishers give to articles.
func looksLikeDocument(address string) bool {
	u, err := url.Parse(address)
	if err != nil || notDocuments.MatchString(u.Path) {
		return false
	}
	last := path.Base(u.Path)
	last = strings.TrimSuffix(last, path.Ext(last))
	words := strings.Count(last, "-") + 1
	return words >= 4 || words >= 3 && documentID.MatchString(last) || words == 1 && len(last) >= 6 && documentID.MatchString(last) && strings.Count(path.Dir(u.Path), "-") >= 3
}
