// Package transform turns a page into a record: the article, its observations,
// people, organisations, places and industries, and the issues met on the way.
//
// It is pure: no clock, no network, no store. The same page and catalog always give
// the same record, so kept pages can be read again when a reader has become better.
// The work is done by the packages below this one, which know nothing of each
// other; here they meet:
//
//	article   page or plain text -> title, sapo, paragraphs, authors, times, section
//	entity    article            -> people, organisations, places, industries, terms
//	fact      article, entities  -> observations in prose
//	table     page or workbook   -> observations of official statistics
package transform

import (
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/article"
	"nhip/transform/entity"
	"nhip/transform/fact"
	"nhip/transform/table"
)

// version is the version of the readers as a whole. It goes up with every change
// that makes another record of the same page; records of an older one are found by
// it and read again.
const version = "2"

// Reader reads pages. It is safe for concurrent use.
type Reader struct {
	catalog  *catalog.Catalog
	articles *article.Reader
	entities *entity.Reader
	facts    *fact.Reader
	tables   *table.Reader
}

// RejectNoTable is why a page that should carry official numbers is no document:
// nothing in it is a table, and its prose is no article either.
const RejectNoTable = "no_table"

// New prepares the readers for a catalog. It fails where a selector of a source
// does not compile.
func New(c *catalog.Catalog) (*Reader, error) {
	articles, err := article.New(c)
	if err != nil {
		return nil, fmt.Errorf("transform: %w", err)
	}
	return &Reader{catalog: c, articles: articles, entities: entity.New(c), facts: fact.New(c), tables: table.New(c)}, nil
}

// Read returns the record of a page: of kind article, text or table; an empty kind
// is taken for an article. It never fails: what is no document, or made a reader
// panic, is a record with Reject set and an issue that says why. The slices of the
// record are empty, never nil.
//
// The day the text speaks from is its published time, else Page.FetchedAt.
func (r *Reader) Read(p *nhip.Page) *nhip.Record {
	src := r.sourceOf(p)
	rec := r.emptyRecord(p, src)
	r.guard(rec, func() {
		switch p.Kind {
		case nhip.KindTable:
			r.readTable(rec, p, src)
		case nhip.KindArticle, nhip.KindText, "":
			r.readArticle(rec, p, src)
		default:
			rec.Reject = article.RejectNotArticle
			rec.Issues = append(rec.Issues, nhip.Issue{Field: "page", Reason: "a " + string(p.Kind) + " leads to documents and is none"})
		}
	})
	for i := range rec.Observations {
		if rec.Observations[i].Path == nil {
			rec.Observations[i].Path = []string{} // prose has no rows; scripts want a list all the same
		}
	}
	return rec
}

// Explain returns what every witness says of the fields of a page of kind article or
// text, the one that won first; of other pages, and where a reader panics, nothing.
func (r *Reader) Explain(p *nhip.Page) (claims []article.Claim) {
	if p.Kind != nhip.KindArticle && p.Kind != nhip.KindText && p.Kind != "" {
		return nil
	}
	src := r.sourceOf(p)
	r.guard(r.emptyRecord(p, src), func() { claims = r.articles.Explain(p, src) })
	return claims
}

// guard turns a panic of a reader into a rejected record: one page must not end the
// run of all others.
func (r *Reader) guard(rec *nhip.Record, read func()) {
	defer func() {
		if cause := recover(); cause != nil {
			rec.Reject = article.RejectParse
			rec.Observations = []nhip.Observation{}
			rec.Issues = append(rec.Issues, nhip.Issue{Field: "reader", Reason: fmt.Sprintf("panic: %v at %s", cause, panicSite(debug.Stack()))})
		}
	}()
	read()
}

// panicSite returns the file and line of the first of our frames below the panic.
func panicSite(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	raised := false
	for _, l := range lines {
		if strings.HasPrefix(l, "panic(") {
			raised = true
		} else if at := strings.Index(l, "/transform/"); raised && at >= 0 && strings.HasPrefix(l, "\t") {
			site, _, _ := strings.Cut(l[at+1:], " ")
			return site
		}
	}
	return "an unknown place"
}

// readArticle reads prose: the article, who and what it speaks of, and its numbers.
func (r *Reader) readArticle(rec *nhip.Record, p *nhip.Page, src *catalog.Source) {
	a, issues, reject := r.articles.Read(p, src)
	rec.Article, rec.Reject = a, reject
	rec.Issues = append(rec.Issues, issues...)
	if reject != "" {
		return
	}
	rec.Fingerprint = fingerprint(rec.Article.Body)
	at := spokenAt(&rec.Article, p)
	r.readEntities(rec, src, at)
	ctx := fact.Context{At: at, Mentions: rec.Mentions}
	if src != nil {
		ctx.Place = src.Place
	}
	if observations := r.facts.Read(withoutRows(&rec.Article), ctx); len(observations) > 0 {
		rec.Observations = observations
	}
}

// withoutRows returns the article with its table rows blank: a row is no sentence,
// and what its numbers mean stands in its headers. Paragraph numbers stay.
func withoutRows(a *nhip.Article) *nhip.Article {
	isRow := func(s string) bool { return strings.Contains(s, "\t") }
	if !slices.ContainsFunc(a.Body, isRow) {
		return a
	}
	prose := *a
	prose.Body = slices.Clone(a.Body)
	for i, s := range prose.Body {
		if isRow(s) {
			prose.Body[i] = ""
		}
	}
	return &prose
}

// readTable reads official statistics. Title and text of the document are kept as an
// article, so that it can be found and read; a page without a table is read as prose.
func (r *Reader) readTable(rec *nhip.Record, p *nhip.Page, src *catalog.Source) {
	res := r.tables.Read(p, src)
	rec.Issues = append(rec.Issues, res.Issues...)
	if res.Tables == 0 {
		r.readArticle(rec, p, src)
		if rec.Reject == article.RejectNotArticle {
			rec.Reject = RejectNoTable
		}
		return
	}
	a := &rec.Article
	a.Title, a.PublishedAt = res.Title, res.PublishedAt
	a.Body = append(a.Body, res.Lines...)
	a.Evidence = map[string]string{"title": "table", "body": "table"}
	if src != nil {
		a.Language = src.Language
	}
	if len(res.Observations) > 0 { // not copied: a file may hold hundreds of thousands
		rec.Observations = res.Observations
	}
	r.readEntities(rec, src, spokenAt(a, p))
}

func (r *Reader) readEntities(rec *nhip.Record, src *catalog.Source, at time.Time) {
	found := r.entities.Read(&rec.Article, src, at)
	rec.People = append(rec.People, found.People...)
	rec.Organisations = append(rec.Organisations, found.Organisations...)
	rec.Places = append(rec.Places, found.Places...)
	rec.Industries = append(rec.Industries, found.Industries...)
	rec.Mentions = found.Mentions
}

// sourceOf returns the source of a page: the one the crawler named, else the one
// whose host it is, else nil.
func (r *Reader) sourceOf(p *nhip.Page) *catalog.Source {
	if src, ok := r.catalog.Source(p.Source); ok {
		return src
	}
	if u, err := url.Parse(p.URL); err == nil {
		if src, ok := r.catalog.SourceOfHost(u.Hostname()); ok {
			return src
		}
	}
	return nil
}

func (r *Reader) emptyRecord(p *nhip.Page, src *catalog.Source) *nhip.Record {
	rec := &nhip.Record{Source: p.Source, URL: p.URL, Kind: p.Kind, Reader: r.name(p.Kind),
		Observations: []nhip.Observation{}, People: []nhip.Person{}, Organisations: []string{}, Places: []nhip.Place{},
		Industries: []nhip.Industry{}, Issues: []nhip.Issue{}}
	rec.Article.Body, rec.Article.Captions, rec.Article.Authors = []string{}, []string{}, []string{}
	rec.Article.Section, rec.Article.Tags = []string{}, []string{}
	if rec.Kind == "" {
		rec.Kind = nhip.KindArticle
	}
	if rec.Source == "" && src != nil {
		rec.Source = src.ID
	}
	return rec
}

// name is the reader's name in records: which reader, which version, which catalog.
func (r *Reader) name(kind nhip.PageKind) string {
	reader := "article"
	switch kind {
	case nhip.KindTable:
		reader = "table"
	case nhip.KindText:
		reader = "text"
	}
	return reader + "/" + r.Version()
}

// spokenAt is the day from which a text speaks.
func spokenAt(a *nhip.Article, p *nhip.Page) time.Time {
	if a.PublishedAt != nil {
		return *a.PublishedAt
	}
	return p.FetchedAt
}
