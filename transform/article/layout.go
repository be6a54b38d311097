package article

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"nhip"
	"nhip/catalog"
)

// selector is one compiled CSS selector with the keys under which the survey keeps the
// elements it can match.
type selector struct {
	css          string
	match        goquery.Matcher
	alternatives []alternative // nil if one of them has no key
}

// alternative is one of the selectors that commas part, as its keys: "#id", ".class", a
// tag name or "[attribute".
type alternative struct {
	key    string   // of the last compound, which every match bears
	others []string // of compounds before it, which some element of the page bears
	around string   // of the others the one that an element around every match bears
}

func compile(css string) (selector, error) {
	match, err := cascadia.Compile(css)
	if err != nil {
		return selector{}, fmt.Errorf("selector %q: %w", css, err)
	}
	group, err := cascadia.ParseGroup(css)
	if err != nil {
		return selector{}, fmt.Errorf("selector %q: %w", css, err)
	}
	s := selector{css: css, match: match}
	for _, one := range group {
		a := keysOf(one.String())
		if a.key == "" {
			s.alternatives = nil
			break
		}
		s.alternatives = append(s.alternatives, a)
	}
	return s, nil
}

// eachKey calls f with the keys that find asks the survey for.
func (s *selector) eachKey(f func(string)) {
	for _, a := range s.alternatives {
		f(a.key)
		for _, key := range a.others {
			f(key)
		}
	}
}

// keysOf takes the id, class, tag or attribute of each compound of a single selector,
// in this order; key is "" where the last compound has none.
func keysOf(css string) (a alternative) {
	css = strings.ReplaceAll(css, `\-`, "-") // cascadia escapes every hyphen
	if strings.IndexByte(css, '\\') >= 0 {
		return alternative{} // other escapes are rare: ask the whole page
	}
	var signs [4]string // id, class, tag, attribute of the compound
	start, end := 0, 0
	take := func() {
		if part := css[start:end]; part != "" {
			switch {
			case part[0] == '#' && signs[0] == "":
				signs[0] = part
			case part[0] == '.' && signs[1] == "":
				signs[1] = part
			case part[0] != '#' && part[0] != '.' && part != "*" && signs[2] == "":
				signs[2] = part
			}
		}
		start = end
	}
	for i := 0; i < len(css); i++ {
		switch c := css[i]; c {
		case ' ', '>', '+', '~':
			if end = i; start < end {
				take()
			}
			if key := firstOf(signs[0], signs[1], signs[3]); key != "" { // a tag is everywhere
				a.others, a.around = append(a.others, key), key
			}
			if c == '+' || c == '~' {
				a.around = ""
			}
			signs = [4]string{}
			start = i + 1
		case '#', '.':
			end = i
			take()
		case '[', '(', ':':
			end = i
			take()
			if name := attributeOf(css[i:]); name != "" && signs[3] == "" {
				signs[3] = "[" + name
			}
			i = skipArgument(css, i)
			start = i + 1
		}
		end = i + 1
	}
	end = len(css)
	if start < end {
		take()
	}
	a.key = firstOf(signs[:]...)
	return a
}

func firstOf(keys ...string) string {
	for _, key := range keys {
		if key != "" {
			return key
		}
	}
	return ""
}

// attributeOf returns the name of the attribute that a test at the beginning of css
// wants to be there, or "". [name!=value] wants nothing.
func attributeOf(css string) string {
	if css == "" || css[0] != '[' {
		return ""
	}
	name := css[1:]
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_':
			continue
		case c == ']', c == '=', strings.IndexByte("~|^$*", c) >= 0 && strings.HasPrefix(name[i+1:], "="):
			return name[:i]
		}
		break
	}
	return ""
}

// skipArgument returns the index of the last byte of what begins at i: an attribute
// test, an argument in brackets, or the name of a pseudo-class.
func skipArgument(css string, i int) int {
	if css[i] == ':' {
		for i+1 < len(css) && (css[i+1] == '-' || css[i+1] == ':' || 'a' <= css[i+1] && css[i+1] <= 'z') {
			i++
		}
		return i
	}
	depth, quote := 0, byte(0)
	for ; i < len(css); i++ {
		switch c := css[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(css) - 1
}

// find returns the elements a selector matches.
func (s *survey) find(sel selector) []*html.Node {
	if sel.alternatives == nil {
		return sel.match.MatchAll(s.root)
	}
	var found []*html.Node
	for i := range sel.alternatives {
		a := &sel.alternatives[i]
		if slices.ContainsFunc(a.others, func(key string) bool { return len(s.nodes[key]) == 0 }) {
			continue
		}
		var around []*html.Node
		if a.around != "" {
			around = s.nodes[a.around]
		}
		for _, n := range s.nodes[a.key] {
			// Comparing nodes is cheap, a selector reads the classes of all elements around.
			if len(around) > 0 && len(around) <= 4 && !insideAny(n.Parent, around) {
				continue
			}
			if sel.match.Match(n) && (i == 0 || !contains(found, n)) {
				found = append(found, n)
			}
		}
	}
	return found
}

func insideAny(n *html.Node, ancestors []*html.Node) bool {
	for ; n != nil; n = n.Parent {
		if contains(ancestors, n) {
			return true
		}
	}
	return false
}

func contains(nodes []*html.Node, n *html.Node) bool {
	for _, m := range nodes {
		if m == n {
			return true
		}
	}
	return false
}

// field is a compiled [catalog.Field].
type field struct {
	catalog.Field
	css   []selector
	drop  []selector
	order []string
}

// layout is a compiled [catalog.Layout].
type layout struct {
	from, until nhip.Date
	match       *selector
	fields      map[string]*field
}

// plan is what is compiled of one source.
type plan struct {
	layouts   []*layout
	keys      keySet // of all its selectors
	tentative bool   // they were never compared with pages of the source
}

var usualOrder = []string{"jsonld", "meta", "css"}

// newPlan compiles the layouts of a source. The catalog has checked the selectors
// when it was loaded; a catalog made by hand is checked here.
func newPlan(src *catalog.Source) (*plan, error) {
	p := &plan{keys: newKeySet(), tentative: src.Selectors != "verified"}
	var errs []error
	get := func(where, css string) selector {
		s, err := compile(css)
		if err != nil {
			errs = append(errs, fmt.Errorf("source %s: %s: %w", src.ID, where, err))
		}
		s.eachKey(p.keys.add)
		return s
	}
	for i := range src.Layouts {
		spec := &src.Layouts[i]
		l := &layout{from: spec.ValidFrom, until: spec.ValidUntil, fields: map[string]*field{}}
		if spec.Match != "" {
			s := get("match", spec.Match)
			l.match = &s
		}
		for name, f := range map[string]catalog.Field{"title": spec.Title, "sapo": spec.Sapo, "body": spec.Body,
			"captions": spec.Captions, "authors": spec.Authors, "credit": spec.Credit, "published": spec.Published,
			"modified": spec.Modified, "section": spec.Section, "tags": spec.Tags} {
			c := &field{Field: f, order: usualOrder}
			if len(f.Order) > 0 {
				c.order = f.Order
			}
			for _, css := range f.CSS {
				c.css = append(c.css, get(name, css))
			}
			for _, css := range f.Drop {
				c.drop = append(c.drop, get(name+".drop", css))
			}
			l.fields[name] = c
		}
		p.layouts = append(p.layouts, l)
	}
	return p, errors.Join(errs...)
}

// layoutOf returns the layout of the page's day that the page bears the mark of, or
// nil: then the page is read generically.
func (p *plan) layoutOf(s *survey, day nhip.Date) *layout {
	for _, l := range p.layouts {
		if !day.IsZero() && (!l.from.IsZero() && day.Compare(l.from) < 0 || !l.until.IsZero() && day.Compare(l.until) > 0) {
			continue
		}
		if l.match == nil || len(s.find(*l.match)) > 0 {
			return l
		}
	}
	return nil
}

// droppers returns a skip function for the elements below root that one of the
// selectors matches.
func droppers(root *html.Node, drop []selector) func(*html.Node) bool {
	if len(drop) == 0 {
		return nil
	}
	out := map[*html.Node]bool{}
	doc := goquery.NewDocumentFromNode(root)
	for _, d := range drop {
		for _, n := range doc.FindMatcher(d.match).Nodes {
			out[n] = true
		}
	}
	if len(out) == 0 {
		return nil
	}
	return func(n *html.Node) bool { return out[n] }
}
