package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// survey is what one walk over the page notes: the evidence of its head, and the
// elements that selectors may ask for.
type survey struct {
	root       *html.Node
	body       *html.Node
	title      string // of the title element
	language   string // of the html element
	meta       map[string][]string
	things     []thing
	headings   []*html.Node            // h1
	times      []*html.Node            // time elements
	nodes      map[string][]*html.Node // by selector key, for the keys of the layout
	attributes []string                // of the keys, those that name an attribute
	anchors    int                     // links with an address
	scripts    int                     // bytes of script; one from elsewhere counts 300
	cookieTest bool                    // a script sets a cookie and loads the page again
	noscript   string                  // raw text of the noscript elements
	refresh    string                  // content of meta http-equiv=refresh
}

// look surveys the page. keys are those of the selectors that will be asked.
func look(t tree, keys keySet) *survey {
	s := &survey{root: t.root, scripts: t.scripts, cookieTest: t.cookieTest, meta: map[string][]string{}, nodes: map[string][]*html.Node{}}
	for key := range keys.names {
		if key[0] == '[' {
			s.attributes = append(s.attributes, key)
		}
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			s.element(n)
			if len(keys.names) > 0 {
				s.index(n, keys)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(t.root)
	if s.body == nil {
		s.body = t.root
	}
	return s
}

func (s *survey) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Html:
		s.language = attr(n, "lang")
	case atom.Body:
		s.body = n
	case atom.Title:
		if s.title == "" && (n.Parent == nil || n.Parent.DataAtom != atom.Svg) {
			s.title = plain(rawText(n))
		}
	case atom.Meta:
		s.metaElement(n)
	case atom.Script:
		text := rawText(n)
		s.scripts += len(text)
		if attr(n, "src") != "" {
			s.scripts += 300
		}
		if len(text) < 8192 && strings.Contains(text, "document.cookie") && strings.Contains(text, "location") {
			s.cookieTest = true
		}
		if strings.Contains(strings.ToLower(attr(n, "type")), "ld+json") && len(s.things) < 256 {
			s.things = append(s.things, parseJSONLD(text)...)
		}
	case atom.Noscript:
		if len(s.noscript) < 4096 {
			s.noscript += rawText(n)
		}
	case atom.H1:
		s.headings = append(s.headings, n)
	case atom.Time:
		s.times = append(s.times, n)
	case atom.A:
		if attr(n, "href") != "" {
			s.anchors++
		}
	}
}

// metaElement notes a meta element under its name, property, itemprop and
// http-equiv. Those in the body are noted too: some publishers put them there.
func (s *survey) metaElement(n *html.Node) {
	var content string
	var names [4]string
	k := 0
	for _, a := range n.Attr {
		switch a.Key {
		case "content":
			content = a.Val
		case "name", "property", "itemprop", "http-equiv":
			if k < len(names) {
				names[k] = strings.ToLower(strings.TrimSpace(a.Val))
				k++
			}
		}
	}
	if content == "" {
		return
	}
	for _, name := range names[:k] {
		switch {
		case name == "":
		case name == "refresh":
			s.refresh = content
		case len(s.meta[name]) < 32:
			s.meta[name] = append(s.meta[name], content)
		}
	}
}

func (s *survey) index(n *html.Node, keys keySet) {
	if keys.has("", n.Data) {
		s.nodes[n.Data] = append(s.nodes[n.Data], n)
	}
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "id":
			s.indexKey("#", a.Val, keys, n)
		case "class":
			for class := range strings.FieldsSeq(a.Val) {
				s.indexKey(".", class, keys, n)
			}
		}
		for _, key := range s.attributes { // few: comparing beats a look into the map
			if key[1:] == n.Attr[i].Key {
				s.nodes[key] = append(s.nodes[key], n)
			}
		}
	}
}

func (s *survey) indexKey(sign, name string, keys keySet, n *html.Node) {
	if len(name) <= 100 && keys.has(sign, name) {
		s.nodes[sign+name] = append(s.nodes[sign+name], n)
	}
}

// keySet is a set of selector keys that is asked for every class of a page: a hint tells
// most of those that are not in it without a look into the map.
type keySet struct {
	names map[string]bool
	hint  *[64]uint64
}

func newKeySet() keySet { return keySet{names: map[string]bool{}, hint: new([64]uint64)} }

func (k keySet) add(key string) {
	k.names[key] = true
	bit := hintOf(key)
	k.hint[bit>>6] |= 1 << (bit & 63)
}

// has reports whether sign and name are a key of the set; sign is "" for tags.
func (k keySet) has(sign, name string) bool {
	if name == "" || k.hint == nil {
		return false
	}
	if bit := hintOf2(sign, name); k.hint[bit>>6]&(1<<(bit&63)) == 0 {
		return false
	}
	var buf [101]byte
	return k.names[string(append(append(buf[:0], sign...), name...))]
}

// hintOf mixes what is quickly read of a key: its length, sign, last two letters and
// one in the middle.
func hintOf(key string) uint {
	if c := key[0]; c == '#' || c == '.' {
		return hintOf2(key[:1], key[1:])
	}
	return hintOf2("", key)
}

func hintOf2(sign, name string) uint {
	n := len(name)
	if n == 0 {
		return 0
	}
	h := uint(n)<<5 ^ uint(name[n-1])<<3 ^ uint(name[n/2])*37 ^ uint(name[0])*131
	if sign != "" {
		h ^= uint(sign[0]) << 4
	}
	return h & 4095
}

// rawText returns the text directly below an element whose content is raw.
func rawText(n *html.Node) string {
	if n.FirstChild != nil && n.FirstChild.NextSibling == nil && n.FirstChild.Type == html.TextNode {
		return n.FirstChild.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// story returns the JSON-LD of the text itself: the article whose address is the
// page's, else the first with a headline.
func (s *survey) story(url string) thing {
	var first thing
	for _, t := range s.things {
		if !t.isArticle() {
			continue
		}
		if t.string("headline") == "" && t.string("name") == "" && t.string("datePublished") == "" {
			continue
		}
		if first == nil {
			first = t
		}
		for _, path := range []string{"mainEntityOfPage.@id", "mainEntityOfPage", "url", "@id"} {
			if v := t.string(path); v != "" && v == url {
				return t
			}
		}
	}
	return first
}

// first returns the first non-empty content of the named meta elements.
func (s *survey) first(names ...string) string {
	for _, name := range names {
		for _, v := range s.meta[name] {
			if v = plain(v); v != "" {
				return v
			}
		}
	}
	return ""
}
