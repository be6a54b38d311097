package article

import (
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"nhip/transform/vi"
)

// value is what one witness says of a field.
type value struct {
	text string
	from string     // evidence
	node *html.Node // for the visible page
}

// Paths and names asked where the layout gives none.
var (
	usualJSONLD = map[string][]string{
		"title": {"headline", "name"}, "sapo": {"description"}, "published": {"datePublished", "dateCreated"},
		"modified": {"dateModified"}, "section": {"articleSection"}, "tags": {"keywords"}, "credit": {},
	}
	usualMeta = map[string][]string{
		"title":     {"og:title", "headline", "twitter:title", "title", "dc.title"},
		"sapo":      {"og:description", "description", "twitter:description"},
		"published": {"article:published_time", "og:published_time", "pubdate", "datepublished", "publish-date", "publishdate", "publication_date", "article:published", "article_date_original", "dc.date.issued", "dc.date", "date", "cxenseparse:recs:publishtime", "parsely-pub-date", "sailthru.date"},
		"modified":  {"article:modified_time", "og:updated_time", "lastmod", "datemodified", "article:updated_time", "article_updatetime", "dc.date.modified", "last-modified"},
		"section":   {"article:section", "articlesection", "parsely-section", "section"},
		"authors":   {"article:author", "dable:author", "author", "parsely-author", "sailthru.author", "dc.creator", "cxenseparse:author", "byl"},
		"tags":      {"article:tag", "parsely-tags"},
	}
)

// field returns the compiled field of the layout; without a layout an empty one.
func (g *reading) field(name string) *field {
	if g.layout != nil {
		return g.layout.fields[name]
	}
	return &field{order: usualOrder}
}

// witnesses returns what the field's witnesses say, in the field's order of trust.
func (g *reading) witnesses(name string) []value {
	f := g.field(name)
	var all []value
	for _, w := range f.order {
		switch w {
		case "jsonld":
			all = append(all, g.fromJSONLD(name, f)...)
		case "meta":
			all = append(all, g.fromMeta(name, f)...)
		case "css":
			all = append(all, g.fromCSS(f)...)
		}
	}
	return all
}

func (g *reading) fromJSONLD(name string, f *field) (values []value) {
	if g.story == nil {
		return nil
	}
	paths := f.JSONLD
	if len(paths) == 0 {
		paths = usualJSONLD[name]
	}
	for _, path := range paths {
		for _, s := range g.story.strings(path) {
			if s = f.clean(s); s != "" {
				values = append(values, value{text: s, from: "jsonld"})
			}
		}
	}
	return values
}

func (g *reading) fromMeta(name string, f *field) (values []value) {
	for _, names := range [][]string{f.Meta, usualMeta[name]} {
		for _, m := range names {
			for _, s := range g.page.meta[strings.ToLower(m)] {
				if s = f.clean(plain(s)); s != "" {
					values = append(values, value{text: s, from: "meta:" + m})
				}
			}
		}
		if len(values) > 0 {
			break
		}
	}
	return values
}

// fromCSS returns the texts of the elements the first selector with any finds.
func (g *reading) fromCSS(f *field) (values []value) {
	for _, sel := range f.css {
		for _, n := range g.page.find(sel) {
			var s string
			if f.Attr != "" {
				s = plain(attr(n, f.Attr))
			} else {
				s = (&walker{skip: droppers(n, f.drop)}).text(n)
			}
			if s = f.clean(s); s != "" {
				values = append(values, value{text: s, from: "css:" + sel.css, node: n})
			}
		}
		if len(values) > 0 {
			return values
		}
	}
	return nil
}

// clean applies the field's Strip and Ignore.
func (f *field) clean(s string) string {
	for _, p := range f.Strip {
		if p.Regexp != nil {
			s = strings.TrimSpace(p.ReplaceAllString(s, ""))
		}
	}
	for _, ignore := range f.Ignore {
		if vi.Key(s) == vi.Key(ignore) {
			return ""
		}
	}
	return s
}

// readTitle takes the first plausible title. Without a layout the heading of the
// page is preferred to what its head says of it: editors correct the one and forget
// the other.
func (g *reading) readTitle() {
	if g.layout != nil {
		for _, v := range g.witnesses("title") {
			if g.plausibleTitle(v.text) {
				g.a.Title, g.titleNode = v.text, v.node
				g.won("title", v.from)
				return
			}
		}
	}
	if v, ok := g.genericTitle(); ok {
		g.a.Title, g.titleNode = v.text, v.node
		g.won("title", v.from)
	}
}

func (g *reading) plausibleTitle(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 4 && n <= 400 && !g.isOwn(s)
}

// readSapo takes the first plausible lead as it is printed, prefix of the paper
// included.
func (g *reading) readSapo() {
	if g.layout == nil {
		return // the generic reader finds it with the body
	}
	for _, v := range g.witnesses("sapo") {
		if s := g.cutSiteName(v.text); g.plausibleSapo(s) {
			g.a.Sapo = s
			g.won("sapo", v.from)
			return
		}
	}
}

func (g *reading) plausibleSapo(s string) bool {
	return utf8.RuneCountInString(s) >= 20 && !(alike(s, g.a.Title) && vi.Key(s) == vi.Key(g.a.Title)) && !g.isOwn(s)
}

// cutSiteName removes the paper's name at the end: " - VnExpress", " | Báo X".
func (g *reading) cutSiteName(s string) string {
	for _, sep := range []string{" | ", " - ", " – ", " — ", " » ", " :: "} {
		if i := strings.LastIndex(s, sep); i > 0 && g.isOwn(s[i+len(sep):]) {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

// readSection takes the path of sections, outermost first: the breadcrumb of the
// JSON-LD, the visible one, or the one section that JSON-LD or meta name.
func (g *reading) readSection() {
	f := g.field("section")
	try := func(names []string, from string) bool {
		if names = g.crumbs(names); len(names) == 0 {
			return false
		}
		g.a.Section = names
		g.won("section", from)
		return true
	}
	for _, w := range f.order {
		switch w {
		case "jsonld":
			for _, t := range g.page.things {
				if t.is("BreadcrumbList") && try(t.breadcrumb(), "jsonld:BreadcrumbList") {
					return
				}
			}
		case "css":
			for _, sel := range f.css {
				one := field{Field: f.Field, css: []selector{sel}, drop: f.drop}
				if try(texts(g.fromCSS(&one)), "css:"+sel.css) {
					return
				}
			}
		}
	}
	if try(g.genericBreadcrumb(), "generic") {
		return
	}
	for _, values := range [][]value{g.fromJSONLD("section", f), g.fromMeta("section", f)} {
		if len(values) > 0 && try(texts(values), values[0].from) {
			return
		}
	}
}

// crumbs leaves the home page, repetitions and the text's own title out of a
// breadcrumb.
func (g *reading) crumbs(names []string) []string {
	var out []string
	for _, n := range names {
		n = strings.Trim(n, " /›»>|•-")
		switch f := vi.Fold(n); {
		case n == "" || utf8.RuneCountInString(n) > 60 || g.full[f]: // "Đầu tư" is a section, although Báo Đầu tư is a paper
		case f == "trang chu" || f == "home" || f == "trang nhat" || f == "homepage" || f == "tin tuc 24h" || f == "gioi thieu" || f == "lien he":
		case vi.Key(n) == vi.Key(g.a.Title) || containsFold(out, n):
		default:
			out = append(out, n)
		}
		if len(out) == 6 {
			break
		}
	}
	return out
}

func texts(values []value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.text
	}
	return out
}

// readTags takes the visible tags where there are some, else the publisher's own
// list in the head; not the keywords made for search engines.
func (g *reading) readTags() {
	f := g.field("tags")
	values := g.fromCSS(f)
	if len(values) == 0 && g.layout == nil {
		values = g.genericTags()
	}
	for _, w := range f.order {
		if len(values) > 0 {
			break
		}
		switch w {
		case "meta":
			values = firstSource(g.fromMeta("tags", f))
			if g.layout == nil && !g.areShown(values) {
				values = nil
			}
		case "jsonld":
			values = g.fromJSONLD("tags", f)
		}
	}
	for _, v := range values {
		parts := []string{v.text}
		if v.node == nil {
			parts = strings.FieldsFunc(v.text, func(r rune) bool { return r == ',' || r == ';' })
		}
		for _, s := range parts {
			s = f.clean(strings.Trim(s, " ,;#.-"))
			if s != "" && utf8.RuneCountInString(s) <= 80 && len(g.a.Tags) < 50 && !containsFold(g.a.Tags, s) {
				g.a.Tags = append(g.a.Tags, s)
			}
		}
		g.won("tags", v.from)
	}
	if len(g.a.Tags) == 0 {
		delete(g.a.Evidence, "tags")
	}
}

// areShown reports whether the page shows most of the tags its head names: what
// readers never see is written for search engines.
func (g *reading) areShown(values []value) bool {
	all, shown := 0, 0
	for _, v := range values {
		for s := range strings.FieldsFuncSeq(v.text, func(r rune) bool { return r == ',' || r == ';' }) {
			key := vi.Key(strings.TrimSpace(s))
			all++
			for i := range g.region().page {
				if b := &g.region().page[i]; b.isLink() && strings.Trim(vi.Key(b.text), " #") == key {
					shown++
					break
				}
			}
		}
	}
	return shown > 0 && shown*2 >= all
}

// firstSource keeps the values of the first witness only.
func firstSource(values []value) []value {
	for i, v := range values {
		if v.from != values[0].from {
			return values[:i]
		}
	}
	return values
}

// readLanguage takes what the page declares, as a BCP 47 tag without region, or the
// source's language, or Vietnamese where the text looks like it.
func (g *reading) readLanguage() {
	declared := g.page.language
	from := "html"
	if g.story != nil {
		if s := g.story.string("inLanguage"); s != "" {
			declared, from = s, "jsonld"
		}
	}
	if declared == "" {
		declared, from = g.page.first("inlanguage", "content-language", "language", "og:locale"), "meta"
	}
	tag := strings.ToLower(declared)
	if i := strings.IndexAny(tag, "-_,; "); i > 0 {
		tag = tag[:i]
	}
	switch tag {
	case "vietnamese", "vn", "vie", "tiếng việt":
		tag = "vi"
	case "english", "eng":
		tag = "en"
	}
	if len(tag) != 2 && g.src != nil && g.src.Language != "" {
		tag, from = g.src.Language, "source"
	}
	if len(tag) != 2 && looksVietnamese(g.a.Title+" "+strings.Join(g.a.Body, " ")) {
		tag, from = "vi", "text"
	}
	if len(tag) == 2 {
		g.a.Language = tag
		g.won("language", from)
	}
}

// below returns the text of the first element below n that css matches; used for
// the few marks that are the same everywhere.
func below(n *html.Node, css string) *goquery.Selection {
	return goquery.NewDocumentFromNode(n).Find(css)
}
