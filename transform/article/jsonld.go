package article

import (
	"encoding/json"
	"html"
	"strings"
	"unicode/utf8"

	"nhip/transform/vi"
)

// thing is one object of the page's JSON-LD.
type thing map[string]any

const (
	maxJSONLD      = 1 << 20 // bytes of one script; a longer one is no metadata
	maxJSONLDDepth = 24
)

// parseJSONLD returns the objects of one script, members of @graph and of arrays
// included. Mistakes that real pages make are repaired: raw line breaks and
// unescaped quotes in strings, trailing commas, comments around the script, several
// values in one script. What cannot be read is left out.
func parseJSONLD(script string) []thing {
	if len(script) > maxJSONLD {
		return nil
	}
	script = strings.TrimSpace(script)
	for _, p := range []string{"<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "//"} {
		script = strings.TrimSpace(strings.TrimPrefix(script, p))
	}
	for _, p := range []string{"-->", "/*]]>*/", "//]]>", "]]>", ";"} {
		script = strings.TrimSpace(strings.TrimSuffix(script, p))
	}
	values, ok := decodeValues(script)
	if !ok {
		if repaired, again := decodeValues(repairJSON(script)); again || len(repaired) > len(values) {
			values = repaired
		}
	}
	var things []thing
	for _, v := range values {
		things = gatherThings(things, v, 0)
	}
	return things
}

func decodeValues(s string) (values []any, ok bool) {
	d := json.NewDecoder(strings.NewReader(s))
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			return values, false
		}
		values = append(values, v)
	}
	return values, len(values) > 0
}

func gatherThings(things []thing, v any, depth int) []thing {
	if depth > maxJSONLDDepth {
		return things
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			things = gatherThings(things, e, depth+1)
		}
	case map[string]any:
		things = append(things, thing(v))
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			if inner, ok := v[key]; ok {
				things = gatherThings(things, inner, depth+1)
			}
		}
	}
	return things
}

// repairJSON mends the mistakes named at parseJSONLD.
func repairJSON(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 64)
	inString := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !inString {
			switch {
			case c == '"':
				inString = true
			case c == ',' && endsList(s[i+1:]):
				continue
			case c < ' ':
				c = ' '
			}
			b.WriteByte(c)
			continue
		}
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't', 'u':
				b.WriteByte('\\')
			}
			if s[i] >= ' ' {
				b.WriteByte(s[i])
			}
		case c == '"' && closesString(s[i+1:]):
			inString = false
			b.WriteByte(c)
		case c == '"':
			b.WriteString(`\"`)
		case c < ' ':
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// endsList reports whether only white space and commas stand before the end of an
// object or array.
func endsList(rest string) bool {
	rest = strings.TrimLeft(rest, ", \t\r\n")
	return rest == "" || rest[0] == '}' || rest[0] == ']'
}

// closesString reports whether a quote followed by rest ends a string: a colon, a
// comma before the next value, or the end of its object or array follow.
func closesString(rest string) bool {
	rest = strings.TrimLeft(rest, " \t\r\n")
	if rest == "" {
		return true
	}
	switch rest[0] {
	case '}', ']', ':':
		return true
	case ',':
		rest = strings.TrimLeft(rest[1:], " \t\r\n")
		return rest == "" || strings.IndexByte("\"{[}],-0123456789tfn", rest[0]) >= 0
	}
	return false
}

// is reports whether the thing has one of the given schema.org types.
func (t thing) is(types ...string) bool {
	var own []string
	switch v := t["@type"].(type) {
	case string:
		own = []string{v}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				own = append(own, s)
			}
		}
	}
	for _, o := range own {
		o = o[strings.LastIndexAny(o, "/:#")+1:]
		for _, want := range types {
			if strings.EqualFold(o, want) {
				return true
			}
		}
	}
	return false
}

// isArticle reports whether the thing is a news text.
func (t thing) isArticle() bool {
	return t.is("NewsArticle", "Article", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle",
		"OpinionNewsArticle", "ReviewNewsArticle", "BlogPosting", "TechArticle", "Report", "SocialMediaPosting", "LiveBlogPosting")
}

// strings returns the texts at a path such as "author.name"; arrays on the way are
// entered. Entities are decoded, markup is left out.
func (t thing) strings(path string) []string {
	return stringsAt(map[string]any(t), strings.Split(path, "."), nil, 0)
}

func stringsAt(v any, path []string, out []string, depth int) []string {
	if depth > maxJSONLDDepth {
		return out
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = stringsAt(e, path, out, depth+1)
		}
	case map[string]any:
		if len(path) > 0 {
			if inner, ok := v[path[0]]; ok {
				out = stringsAt(inner, path[1:], out, depth+1)
			}
		}
	case string:
		if len(path) == 0 || len(path) == 1 && path[0] == "name" {
			if s := plain(v); s != "" {
				out = append(out, s)
			}
		}
	case float64:
		if len(path) == 0 {
			if b, err := json.Marshal(int64(v)); err == nil {
				out = append(out, string(b))
			}
		}
	}
	return out
}

func (t thing) string(path string) string {
	if all := t.strings(path); len(all) > 0 {
		return all[0]
	}
	return ""
}

// plain returns foreign text without entities (decoded until stable, at most
// three times: scripts and feeds escape twice, JSON once more) and without tags.
func plain(s string) string {
	for range 3 {
		if strings.IndexByte(s, '&') < 0 {
			break
		}
		u := html.UnescapeString(s)
		if u == s {
			break
		}
		s = u
	}
	if strings.IndexByte(s, '<') >= 0 {
		s = stripTags(s)
	}
	return vi.Repair(s)
}

// stripTags removes markup; a lone "<" before something else stays.
func stripTags(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		r, _ := utf8.DecodeRuneInString(s[i+1:])
		end := strings.IndexByte(s[i:], '>')
		if end < 0 || r != '/' && r != '!' && (r < 'A' || r > 'z') {
			b.WriteByte('<')
			s = s[i+1:]
			continue
		}
		b.WriteByte(' ')
		s = s[i+end+1:]
	}
}

// persons returns the names of the authors: people first; organisations and bare
// strings where no person is named. An author that is only a reference is looked up
// among all things of the page.
func (t thing) persons(all []thing) (people, others []string) {
	var look func(v any, depth int)
	look = func(v any, depth int) {
		if depth > maxJSONLDDepth {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				look(e, depth+1)
			}
		case string:
			if s := plain(v); s != "" {
				others = append(others, s)
			}
		case map[string]any:
			o := thing(v)
			names := o.strings("name")
			if id := o.string("@id"); len(names) == 0 && id != "" {
				for _, other := range all {
					if other.string("@id") == id && other.string("name") != "" {
						o, names = other, other.strings("name")
						break
					}
				}
			}
			if o.is("Organization", "NewsMediaOrganization") {
				others = append(others, names...)
			} else {
				people = append(people, names...)
			}
		}
	}
	look(t["author"], 0)
	return people, others
}

// breadcrumb returns the names of a BreadcrumbList in the order of their positions.
func (t thing) breadcrumb() []string {
	items, _ := t["itemListElement"].([]any)
	type crumb struct {
		position float64
		name     string
	}
	var crumbs []crumb
	for i, e := range items {
		m, ok := e.(map[string]any)
		if !ok {
			continue
		}
		o := thing(m)
		name := o.string("name")
		if name == "" {
			name = o.string("item.name")
		}
		position := float64(i + 1)
		if p, ok := m["position"].(float64); ok {
			position = p
		}
		if name == "" {
			continue
		}
		at := len(crumbs)
		for at > 0 && crumbs[at-1].position > position {
			at--
		}
		crumbs = append(crumbs[:at], append([]crumb{{position, name}}, crumbs[at:]...)...)
	}
	names := make([]string, len(crumbs))
	for i, c := range crumbs {
		names[i] = c.name
	}
	return names
}
