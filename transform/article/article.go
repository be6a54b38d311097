// Package article reads articles: from the page of a publisher or from plain text
// to title, sapo, paragraphs, captions, authors, times, section and tags.
//
// Each field has witnesses: the page's JSON-LD, its meta elements, and the visible
// page, where a source's layout names the elements (selectors) or the generic
// reader finds them (scores). The first witness with a plausible value wins and is
// kept in Article.Evidence. Text comes from the package's own walker, because
// gluing "2020<br>900" to 2020900 would destroy what the pipeline is after.
//
// The map of files:
//
//	article.go   Reader and the order of reading
//	parse.go     bytes to tree; pages nested too deep; lighten.go what the tree is
//	             built without
//	survey.go    one walk that notes head, JSON-LD, headings, elements by key
//	jsonld.go    JSON-LD as publishers really write it
//	layout.go    the catalog's layouts, compiled
//	family.go    layouts that were never held against pages of the source
//	field.go     title, sapo, section, tags, language
//	when.go      published and modified
//	who.go       authors and credit; names.go takes signatures apart
//	walk.go      subtree to blocks of text; element.go what elements mean
//	body.go      blocks to paragraphs and captions
//	region.go    where the text stands on a page nobody described; generic.go and
//	             clock.go the other fields of it; landmark.go what the names of its
//	             elements say; frame.go and near.go what their places say;
//	             teaser.go boxes of other texts
//	reject.go    pages that are no article
//	text.go      plain text
//	explain.go   what every witness says, for people who write sources
//	learn.go     a source file proposed from a few pages: learnaddress.go addresses and
//	             lists, learnlayout.go the layout, learnselector.go selectors, learndrop.go
//	             boxes inside the text, learnyaml.go the file
//	cues.go      lines that belong to the page, not to the text
package article

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Reasons why a page is no article.
const (
	RejectEmpty      = "empty_document" // no bytes, or no text in them
	RejectParse      = "parse_error"    // no tree could be built
	RejectNotArticle = "not_article"    // a list, a home page, a video page, a gallery
	RejectScript     = "js_required"    // the text is not in the page, a script would fetch it
	RejectSoft404    = "soft_404"       // status 200, and the page says that there is nothing
	RejectPaywall    = "paywall"        // the text is for subscribers
	RejectBlocked    = "blocked"        // a challenge instead of the page
)

// Reader reads articles. It is safe for concurrent use.
type Reader struct {
	plans   map[nhip.SourceID]*plan
	names   map[string]bool // keys of the names of all sources
	longest int             // bytes of the longest of them
}

// New compiles the layouts of every source, those of its family included. It fails
// on the first selector of each source that does not compile.
func New(c *catalog.Catalog) (*Reader, error) {
	r := &Reader{plans: map[nhip.SourceID]*plan{}, names: map[string]bool{}}
	var errs []error
	for _, src := range c.Sources {
		k := nameKey(src.Name)
		r.names[k] = true
		r.longest = max(r.longest, len(k))
		if len(src.Layouts) == 0 {
			continue
		}
		p, err := newPlan(src)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.plans[src.ID] = p
	}
	return r, errors.Join(errs...)
}

// Read reads one page of kind article or text. src is the page's source, nil if it
// has none: then, and where no layout of the source fits, the generic reader finds
// the fields. So it does the fields that the layouts of a source whose selectors are
// unverified do not find. reject is empty if the page is an article; with a reason, the fields
// that were found are returned all the same.
//
// Times without a zone are Asia/Ho_Chi_Minh. Nothing but the page and the catalog
// takes part: p.FetchedAt bounds the printed times and resolves relative ones.
func (r *Reader) Read(p *nhip.Page, src *catalog.Source) (a nhip.Article, issues []nhip.Issue, reject string) {
	g, text, reject := r.open(p, src)
	switch {
	case reject != "":
		return g.a, g.issues, reject
	case p.Kind == nhip.KindText:
		a, more, reject := r.readText(text, p, src)
		return a, append(g.issues, more...), reject
	case g.tentative:
		return g.readTentative()
	}
	return g.read()
}

// open decodes a page, builds its tree, surveys it and chooses the layout. Of a page
// of kind text it only returns the text. reject says why there is nothing to read.
func (r *Reader) open(p *nhip.Page, src *catalog.Source) (g *reading, text, reject string) {
	g = r.begin(p, src, emptyArticle())
	page := p.Body
	notes, plain := vi.IsPlain(p.Body, p.ContentType)
	if !plain || p.Kind == nhip.KindText {
		if text, _, notes = vi.Decode(p.Body, p.ContentType); p.Kind != nhip.KindText {
			page = []byte(text)
		}
	}
	for _, note := range notes {
		g.issue("page", note)
	}
	switch {
	case p.Kind == nhip.KindText && strings.TrimSpace(text) == "", len(bytes.TrimSpace(page)) == 0:
		return g, "", RejectEmpty
	case p.Kind == nhip.KindText:
		return g, text, ""
	}
	tree, err := parse(page)
	if err != nil {
		g.issue("page", err.Error())
		return g, "", RejectParse
	}
	if tree.flattened {
		g.issue("page", "nested too deep for a browser's tree: read flattened")
	}
	var plan *plan
	var keys keySet
	if src != nil {
		if plan = r.plans[src.ID]; plan != nil {
			keys = plan.keys
		}
	}
	g.page = look(tree, keys)
	if plan != nil {
		if g.layout = plan.layoutOf(g.page, dayOf(p.FetchedAt)); g.layout == nil && !plan.tentative {
			g.issue("layout", "the page bears the mark of none of the source's layouts: read generically")
		}
	}
	g.story = g.page.story(p.URL)
	g.learnNames()
	g.tentative = g.layout != nil && plan.tentative
	return g, text, ""
}

// reading is the state of one Read.
type reading struct {
	reader    *Reader
	p         *nhip.Page
	src       *catalog.Source
	url       *url.URL
	page      *survey
	layout    *layout         // nil: generic
	story     thing           // JSON-LD of the article, or nil
	tentative bool            // the layout was never held against pages of the source
	own       map[string]bool // keys of the publisher's names, shortened
	full      map[string]bool // and as they are

	a         nhip.Article
	issues    []nhip.Issue
	signed    map[*html.Node]bool // elements that gave authors or credit
	found     *region             // the generic reader's find, once asked for
	titleNode *html.Node          // where the page shows the title
	clockNode *html.Node          // where it prints the time that was taken
	marks     *landmarks          // the same for the elements whose names say what they are
	framed    *frame              // the place of title and text on the page
	holders   map[*html.Node]bool // asides by name that hold the page
	asides    map[*html.Node]bool // elements that were asked whether they are asides by name
	longest   int                 // bytes of the longest key in own or the names of papers
	relayed   value               // a credit that names the author as well
}

func (r *Reader) begin(p *nhip.Page, src *catalog.Source, a nhip.Article) *reading {
	g := &reading{reader: r, p: p, src: src, a: a, own: map[string]bool{}, full: map[string]bool{}, signed: map[*html.Node]bool{}}
	if u, err := url.Parse(p.URL); err == nil {
		g.url = u
	} else {
		g.url = &url.URL{}
	}
	return g
}

// read fills the fields in an order in which each can use those before it: the
// title finds the region of the text, the signatures are kept out of the body.
func (g *reading) read() (nhip.Article, []nhip.Issue, string) {
	g.readTitle()
	g.readSection()
	g.readTimes()
	g.readSapo()
	g.readAuthors()
	body := g.readBody()
	g.readTags()
	g.readLanguage()
	reject := g.reject(body)
	if reject == "" && g.a.PublishedAt == nil {
		g.issue("published_at", "no witness names a time")
	}
	return g.a, g.issues, reject
}

func (g *reading) issue(field, reason string) {
	g.issues = append(g.issues, nhip.Issue{Field: field, Reason: reason})
}

func (g *reading) won(field, evidence string) { g.a.Evidence[field] = evidence }

// emptyArticle has empty lists instead of none: JSON must print [] and not null.
func emptyArticle() nhip.Article {
	return nhip.Article{Body: []string{}, Captions: []string{}, Authors: []string{}, Section: []string{}, Tags: []string{},
		Evidence: map[string]string{}}
}

func dayOf(t time.Time) nhip.Date {
	if t.IsZero() {
		return nhip.Date{}
	}
	return nhip.DateOf(t.In(nhip.Zone))
}

// learnNames gathers the names of the publisher, which are no authors, sections or
// parts of a title.
func (g *reading) learnNames() {
	learn := func(names ...string) {
		for _, n := range names {
			if k := nameKey(n); k != "" {
				g.own[k] = true
				g.longest = max(g.longest, len(k))
				g.full[vi.Fold(n)] = true
			}
		}
	}
	if g.src != nil {
		learn(g.src.Name, string(g.src.ID))
		learn(g.src.Hosts...)
	}
	host := bareHost(g.url.Hostname())
	label, _, _ := strings.Cut(host, ".")
	learn(g.url.Hostname(), host, label, strings.TrimPrefix(label, "bao"), strings.TrimPrefix(label, "tapchi"))
	for _, name := range []string{"og:site_name", "application-name", "apple-mobile-web-app-title", "copyright", "twitter:site", "generator"} {
		for _, v := range g.page.meta[name] {
			learn(plain(v))
		}
	}
	for _, t := range g.page.things {
		learn(t.string("publisher.name"))
		if t.is("Organization", "NewsMediaOrganization", "WebSite") && t.string("url") != g.p.URL {
			learn(t.string("name"), t.string("alternateName"))
		}
	}
}

// isOwn reports whether s is a name of the publisher, or of another paper, and so
// neither a title nor a person.
func (g *reading) isOwn(s string) bool {
	if g.isNoName(s) {
		return false
	}
	k := nameKey(s)
	return k == "" || g.own[k] || g.reader.names[k]
}

// isNoName reports whether a text is so long that its key is none of a paper: the key is
// made of its letters, but for the words that papers put before and behind their names.
func (g *reading) isNoName(s string) bool {
	const words = 100 // more than all of those words have letters
	if len(s) <= words {
		return false
	}
	letters := 0
	for _, r := range s {
		if isLetterOrDigit(r) {
			letters++
		}
	}
	return letters > words+max(g.longest, g.reader.longest)
}

// isPublisher reports whether s is a name of the publisher itself; a credit may well
// name another one.
func (g *reading) isPublisher(s string) bool {
	if g.isNoName(s) {
		return false
	}
	k := nameKey(s)
	return k == "" || g.own[k]
}

// nameKey is the comparison key of a paper's name: without case, diacritics, signs
// and the words that papers put before their names.
func nameKey(s string) string {
	f := vi.Fold(s)
	if strings.ContainsAny(f, "&@") {
		f = strings.ReplaceAll(strings.ReplaceAll(f, "&", " va "), "@", "")
	}
	for _, p := range []string{"https://", "http://", "www.", "bao dien tu ", "bao ", "tap chi ", "trang "} {
		f = strings.TrimPrefix(f, p)
	}
	for _, p := range []string{" online", " dien tu", " newspaper", "/"} {
		f = strings.TrimSuffix(f, p)
	}
	return strings.Join(strings.FieldsFunc(f, func(r rune) bool { return r == ' ' || r == '-' || r == '.' || r == ',' }), "")
}
