package article

import (
	"slices"

	"nhip"
)

// readTentative reads a page with a layout that nobody has held against pages of the
// source, that of its family as a rule, and then without it: what the layout does
// not find is the generic reader's. g has the page and the layout.
func (g *reading) readTentative() (nhip.Article, []nhip.Issue, string) {
	generic, genericIssues, genericReject := g.withoutLayout().read()
	a, issues, reject := g.read()
	if reject != "" {
		return generic, genericIssues, genericReject
	}
	if genericReject == "" {
		if a.PublishedAt == nil {
			issues = genericIssues // what was said of the missing time
		}
		if len(g.field("sapo").css) == 0 && a.Sapo != generic.Sapo { // what the head says may be an excerpt
			a.Sapo = generic.Sapo
			delete(a.Evidence, "sapo")
			if e := generic.Evidence["sapo"]; e != "" {
				a.Evidence["sapo"] = e
			}
		}
		if len(g.field("tags").css) == 0 { // readers never see those of the head
			a.Tags = generic.Tags
			delete(a.Evidence, "tags")
			if e := generic.Evidence["tags"]; e != "" {
				a.Evidence["tags"] = e
			}
		}
		if len(g.field("captions").css) == 0 && len(generic.Captions) > len(a.Captions) { // of photos outside the layout's body
			a.Captions = generic.Captions
			a.Evidence["captions"] = generic.Evidence["captions"]
		}
		fill(&a, &generic)
	}
	return a, issues, ""
}

// withoutLayout returns the same page at the state before reading, for the generic
// reader.
func (g *reading) withoutLayout() *reading {
	h := g.reader.begin(g.p, g.src, emptyArticle())
	h.page, h.story, h.issues = g.page, g.story, slices.Clone(g.issues)
	h.own, h.full = g.own, g.full
	return h
}

// fill gives a the fields it lacks, with their evidence.
func fill(a, from *nhip.Article) {
	take := func(empty bool, field string, set func()) {
		evidence, has := from.Evidence[field]
		if empty && has {
			set()
			a.Evidence[field] = evidence
		}
	}
	take(a.Title == "", "title", func() { a.Title = from.Title })
	take(a.Sapo == "", "sapo", func() { a.Sapo = from.Sapo })
	take(len(a.Captions) == 0, "captions", func() { a.Captions = from.Captions })
	take(len(a.Authors) == 0, "authors", func() { a.Authors = from.Authors })
	take(a.Credit == "", "credit", func() { a.Credit = from.Credit })
	take(a.PublishedAt == nil, "published_at", func() { a.PublishedAt = from.PublishedAt })
	take(a.ModifiedAt == nil, "modified_at", func() { a.ModifiedAt = from.ModifiedAt })
	take(len(a.Section) == 0, "section", func() { a.Section = from.Section })
	take(len(a.Tags) == 0, "tags", func() { a.Tags = from.Tags })
	take(len(a.Body) == 0, "body", func() { a.Body = from.Body })
	if len(a.Body) > 1 && a.Body[0] == a.Sapo {
		a.Body = a.Body[1:] // the generic reader found the lead where the layout saw a paragraph
	}
}
