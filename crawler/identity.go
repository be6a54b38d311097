package crawler

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"nhip"
	"nhip/catalog"
)

// Identities is a [Memory] that knows documents by the publisher's own number too, so
// that one whose title, and with it its address, was edited stays the same document.
type Identities interface {
	// SameDocument returns the address of the document of the source, loaded by an
	// earlier run, in whose address the first group of the pattern (of package regexp)
	// is id; "" if there is none, the first known of several.
	SameDocument(ctx context.Context, source nhip.SourceID, pattern, id string) (address string, err error)
}

// identity returns the address under which a document is kept that came from the
// address final: the one its page calls canonical, where that is sane, else final; and
// in its place the one under which the same document is known by the publisher's
// number.
func (s *session) identity(d *document, final string, ans *answer, h *pageHead) (string, error) {
	if d.kind == nhip.KindArticle {
		if own := canonicalLink(s.src, final, ans, h); own != "" {
			final = own
		}
	}
	id := publisherID(s.src, final)
	if id == "" {
		return final, nil
	}
	if known, ok := s.byID[id]; ok {
		return known, nil
	}
	if known, ok := s.crawler.memory.(Identities); ok && d.before == nil && s.crawler.archive == nil {
		address, err := known.SameDocument(s.ctx, s.src.ID, s.src.Documents.ID.String(), id)
		if err != nil {
			return "", fmt.Errorf("source %s: documents by their number: %w", s.src.ID, err)
		}
		if address != "" {
			final = address
		}
	}
	if s.byID == nil {
		s.byID = map[string]string{}
	}
	s.byID[id] = final
	return final, nil
}

// publisherID is the publisher's own number of a document, "" where its source has no
// pattern for it or the address none.
func publisherID(src *catalog.Source, address string) string {
	if src.Documents.ID == nil {
		return ""
	}
	if m := src.Documents.ID.FindStringSubmatch(address); len(m) > 1 {
		return m[1]
	}
	return ""
}

// canonicalLink returns the address that a page calls its own, "" if it calls itself so
// or what it says cannot be: another site, the home page or a section, or another
// document. Publishers' templates do all of that. Copies (AMP, mobile, print) share with
// their original the publisher's number, a long number, or the last part of the path.
// Where og:url insists on the page's own address, the two contradict each other and
// neither is believed.
func canonicalLink(src *catalog.Source, own string, ans *answer, h *pageHead) string {
	if h.canonical == "" {
		return ""
	}
	address, err := Canonical(h.canonical, ans.url, src)
	if err != nil || address == own || !inScope(src, hostOf(address), false) {
		return ""
	}
	if p := src.Documents.URL; p != nil && !p.MatchString(address) || p == nil && !looksLikeDocument(address) {
		return ""
	}
	if ogAddress, err := Canonical(h.og, ans.url, src); err == nil && ogAddress == own {
		return ""
	}
	if !isSameDocument(src, own, address) {
		return ""
	}
	return address
}

var longNumber = regexp.MustCompile(`\d{5,}`)

// isSameDocument tells whether two addresses of a site may be of one document.
func isSameDocument(src *catalog.Source, a, b string) bool {
	if idA, idB := publisherID(src, a), publisherID(src, b); idA != "" && idB != "" {
		return idA == idB
	}
	numbers := map[string]bool{}
	for _, n := range longNumber.FindAllString(a, -1) {
		numbers[n] = true
	}
	for _, n := range longNumber.FindAllString(b, -1) {
		if numbers[n] {
			return true
		}
	}
	return len(numbers) == 0 && lastSegment(a) == lastSegment(b)
}

// lastSegment is the last part of a path that says something, without its extension.
func lastSegment(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	p := strings.TrimSuffix(u.Path, "/")
	for _, copy := range []string{"/amp", "/print", "/in"} {
		p = strings.TrimSuffix(p, copy)
	}
	last := path.Base(p)
	for _, copy := range []string{".amp", ".print", "-amp", "-print"} {
		last = strings.TrimSuffix(last, copy)
	}
	last = strings.TrimSuffix(last, path.Ext(last))
	return strings.TrimSuffix(last, ".amp")
}
