package article

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"nhip/transform/vi"
)

// reject says why the page is no article, or "".
func (g *reading) reject(t text) string {
	if reason := g.rejectShort(t); reason != "" {
		return reason
	}
	if g.isHome() || g.isList(t) {
		return RejectNotArticle
	}
	return ""
}

// rejectShort judges pages with hardly any text.
func (g *reading) rejectShort(t text) string {
	title := vi.Fold(g.page.title + " " + g.a.Title)
	if g.story == nil && g.a.PublishedAt == nil && hasAny(title, "khong tim thay trang", "trang khong ton tai", "404 not found", "page not found", "error 404", "loi 404", "khong tim thay noi dung", "khong tim thay bai viet") {
		return RejectSoft404 // with lists of other texts below it
	}
	if g.isLocked() {
		return RejectPaywall
	}
	if t.letters >= 600 && t.prose*2 > t.letters {
		return ""
	}
	all := vi.Fold(g.visible(4000))
	switch {
	case hasAny(title, "just a moment", "attention required", "access denied", "403 forbidden", "ddos", "dang kiem tra trinh duyet", "security check") ||
		hasAny(all, "checking your browser", "verify you are human", "enable javascript and cookies to continue"):
		return RejectBlocked
	case g.page.cookieTest && utf8.RuneCountInString(all) < 20:
		return RejectBlocked
	case t.letters < 300 && g.isSoft404(title, all):
		return RejectSoft404
	case g.isPaywalled(all, t):
		return RejectPaywall
	case t.letters >= shortest && (t.prose > 0 || g.story != nil):
		return ""
	case t.letters > 0 && g.story != nil && !g.isVideo() && g.a.PublishedAt != nil && g.a.Title != "" && t.prose > 0:
		return "" // a short item
	case g.needsScript(all):
		return RejectScript
	case utf8.RuneCountInString(all) < 20 && g.page.anchors < 3 && t.images == 0:
		return RejectEmpty
	}
	return RejectNotArticle
}

// isSoft404: the page says that there is nothing, in its title or in little text.
func (g *reading) isSoft404(title, all string) bool {
	if g.story == nil && (strings.HasPrefix(title, "404") || hasAny(title, "error 404", "loi 404", "404 not found", "page not found", "not found", "khong tim thay", "khong ton tai")) {
		return true
	}
	return utf8.RuneCountInString(all) < 1500 && g.story == nil &&
		hasAny(all, "trang ban yeu cau khong ton tai", "trang khong ton tai", "khong tim thay trang", "bai viet khong ton tai", "bai viet da bi xoa",
			"noi dung khong ton tai", "duong dan khong ton tai", "page not found", "404 not found", "khong tim thay noi dung", "dang duoc bao tri", "dang bao tri", "dang duoc nang cap", "dang nang cap", "link ban truy cap khong")
}

// paywallCues invite to pay for the rest of a text.
var paywallCues = []string{"de doc tiep", "danh cho thue bao", "danh rieng cho hoi vien", "dang ky goi doc bao", "noi dung danh cho thanh vien", "tra phi de doc", "mua goi de doc", "dang nhap de xem tiep", "doc toan bo bai viet"}

// isLocked: the page says in its JSON-LD that the text is not free, and invites to pay
// for the rest, however long the part is that it shows.
func (g *reading) isLocked() bool {
	if g.story == nil || !g.isNotFree() {
		return false
	}
	for i := range g.region().page {
		if s := g.region().page[i].text; len(s) < 400 && hasAny(vi.Fold(s), paywallCues...) {
			return true
		}
	}
	return false
}

func (g *reading) isNotFree() bool {
	switch v := g.story["isAccessibleForFree"].(type) {
	case bool:
		return !v
	case string:
		return strings.EqualFold(v, "false")
	}
	return false
}

func (g *reading) isPaywalled(all string, t text) bool {
	if g.story != nil && g.isNotFree() && t.letters < 600 {
		return true
	}
	return t.letters < 600 && hasAny(all, paywallCues...)
}

// needsScript: nearly no text, and the page says or shows that scripts make it.
func (g *reading) needsScript(all string) bool {
	if hasAny(vi.Fold(g.page.noscript), "javascript") && utf8.RuneCountInString(all) < 800 || hasAny(all, "bat javascript", "enable javascript", "javascript is disabled") {
		return true
	}
	return utf8.RuneCountInString(all) < 200 && g.page.scripts > 200 && g.page.anchors < 10
}

// isVideo is asked where there is hardly any text: an article may hold a film too.
func (g *reading) isVideo() bool {
	for _, t := range g.page.things {
		if t.is("VideoObject", "AudioObject", "PodcastEpisode") {
			return true
		}
	}
	return strings.HasPrefix(g.page.first("og:type"), "video")
}

// isHome: the address has no path.
func (g *reading) isHome() bool {
	path := strings.Trim(g.url.Path, "/")
	return g.url.Host != "" && g.url.RawQuery == "" && (path == "" || path == "index.html" || path == "index.htm" || path == "home" || path == "trang-chu.html")
}

// isList recognises lists of articles that came through as text: no JSON-LD of an
// article, no layout, and the prose is broken by linked headings as a list's
// summaries are; or an address that is no document of its source.
func (g *reading) isList(t text) bool {
	if g.story != nil && g.a.PublishedAt != nil {
		return false
	}
	if g.layout != nil && t.letters >= shortest {
		return false
	}
	if g.isForeignAddress() && g.story == nil {
		return true
	}
	for _, s := range g.page.things {
		if s.is("CollectionPage", "ItemList", "SearchResultsPage", "Product", "JobPosting") && g.story == nil {
			return true
		}
	}
	r := g.region()
	if g.story == nil && !isDocumentPath(g.url.Path) && (r.summaries > 2*t.letters || r.bare && r.summaries > 300) {
		return true
	}
	paragraphs := len(t.body)
	if r.links >= 3 && r.links*2 >= paragraphs {
		return true
	}
	if summaries, prose := linkedSummaries(r.blocks); g.story == nil && summaries >= 3 && summaries*2 >= prose {
		return true
	}
	return g.story == nil && g.marksOfArticle(t) < 3
}

// isForeignAddress reports whether the address, on the source's first host, is none
// of its documents.
func (g *reading) isForeignAddress() bool {
	if g.src == nil || g.src.Documents.URL == nil || g.src.Documents.URL.Regexp == nil || g.url.Host == "" {
		return false
	}
	u := url.URL{Scheme: "https", Host: g.url.Host, Path: g.url.Path}
	if len(g.src.Hosts) > 0 {
		u.Host = g.src.Hosts[0]
	}
	return !g.src.Documents.URL.MatchString(u.String()) && !g.src.Documents.URL.MatchString(g.p.URL)
}

// linkedSummaries counts the paragraphs before which, since the paragraph before, a
// link stands: the summaries of a list do, the paragraphs of an article do not.
func linkedSummaries(blocks []block) (summaries, prose int) {
	linked := false
	for i := range blocks {
		b := &blocks[i]
		switch {
		case b.isLink() && b.letters() >= 15:
			linked = true
		case b.kind != kindCaption && weigh(b) > 0:
			prose++
			if linked {
				summaries++
			}
			linked = false
		}
	}
	return summaries, prose
}

// marksOfArticle counts what speaks for an article on a page whose JSON-LD names
// none: a visible title, a time, an address made of a title or an id, much prose.
func (g *reading) marksOfArticle(t text) (marks int) {
	if e := g.a.Evidence["title"]; e == "generic" || strings.HasPrefix(e, "css:") {
		marks++
	}
	if g.a.PublishedAt != nil && g.a.Evidence["published_at"] != "url" {
		marks++
	}
	if g.p.URL == "" || isDocumentPath(g.url.Path) {
		marks++
	}
	if t.prose >= 200 && g.region().links == 0 {
		marks++
	}
	for _, n := range []int{800, 2000} {
		if t.letters >= n {
			marks++
		}
	}
	return marks
}

// isDocumentPath tells the address of a text, with a long slug or an id, from that
// of a section.
func isDocumentPath(path string) bool {
	path = strings.Trim(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	digits, hyphens := 0, strings.Count(last, "-")
	longest := 0
	for i := 0; i < len(last); i++ {
		if last[i] >= '0' && last[i] <= '9' {
			digits++
			longest = max(longest, digits)
		} else {
			digits = 0
		}
	}
	return hyphens >= 5 || longest >= 5 || longest >= 3 && hyphens >= 3
}

// visible returns the visible text of the page, up to about limit bytes.
func (g *reading) visible(limit int) string {
	w := walker{}
	w.walk(g.page.body)
	var b strings.Builder
	for i := range w.blocks {
		if b.Len() > limit {
			break
		}
		b.WriteString(w.blocks[i].text)
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

func hasAny(s string, cues ...string) bool {
	for _, c := range cues {
		if strings.Contains(s, c) {
			return true
		}
	}
	return false
}
