package article_test

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"nhip"
)

const (
	hostileSentence = "Sản lượng của nhà máy năm 2025 đạt 1.250 tấn, tăng 8,5% so với năm trước, theo báo cáo của công ty gửi các cổ đông. "
	hostileHead     = "<html lang=vi><title>Nhà máy tăng sản lượng nhờ dây chuyền mới</title><body>"
)

// hostilePages are made to cost much: depth, length and number without end. Each has
// an article in it, so that nothing of the reader is passed by.
func hostilePages(size int) map[string]string {
	text := "<h1>Nhà máy tăng sản lượng nhờ dây chuyền mới</h1><p>07/04/2026 09:15</p>" + strings.Repeat("<p>"+hostileSentence+"</p>", 6)
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	var attributes strings.Builder
	for i := 0; attributes.Len() < size; i++ {
		fmt.Fprintf(&attributes, " a%d=b", i)
	}
	return map[string]string{
		"nested div":        text + fill("<div>"),
		"nested in text":    fill("<div>") + text,
		"nested formatting": fill("<b><i><font>") + text,
		"unclosed tags":     text + fill("<p><a href=x><span>"),
		"one attribute":     `<div class="` + fill("k ") + `">` + text + "</div>",
		"many attributes":   "<div" + attributes.String() + ">" + text + "</div>",
		"one paragraph":     text + "<p>" + fill(hostileSentence) + "</p>",
		"many paragraphs":   text + fill("<p>"+hostileSentence+"</p>"),
		"many links":        text + fill(`<li><a href="/bai-123456.html">Một bài khác của báo về nghề</a></li>`),
		"many cards":        text + fill(`<div><h3><a href="/b-1.html">Một bài khác của báo về nghề</a></h3><p>`+hostileSentence+`</p></div>`),
		"many headings":     fill("<h1>Nhà máy tăng sản lượng</h1>") + text,
		"many times":        text + fill("<time>07/04/2026 09:15</time>"),
		"many cells":        text + "<table>" + fill("<tr><td>1<td>2<td>3") + "</table>",
		"wide spans":        text + "<table><tr><td colspan=1000000000>1<td rowspan=0>2<tr><td colspan=99999999999999999999>3<td>4</table>",
		"nested tables":     text + fill("<table><tr><td>"),
		"line breaks":       text + fill("x<br>"),
		"script":            text + "<script>" + fill("document.cookie;") + "</script>",
		"deep JSON-LD":      `<script type="application/ld+json">` + fill(`{"@graph":[`) + "</script>" + text,
		"many JSON-LD":      fill(`<script type="application/ld+json">{"@type":"NewsArticle","author":{"@id":"x"}}</script>`) + text,
		"many metas":        fill(`<meta name="author" content="Trần An">`) + text,
		"entities":          text + "<p>" + fill("&amp;&#x110000;&#0;") + "</p>",
		"many tags":         text + `<div class="tags">` + fill(`<a href="/tag/x">x</a>`) + "</div>",
		"replies":           text + fill(`<div><p>`+hostileSentence+`</p><a href="#">Trả lời</a></div>`),
	}
}

func hostilePage(body string) *nhip.Page {
	return &nhip.Page{URL: "https://bao-mau.example.vn/nha-may-tang-san-luong-123456.html", Kind: nhip.KindArticle,
		Body: []byte(hostileHead + body), FetchedAt: time.Date(2026, 4, 10, 8, 0, 0, 0, nhip.Zone)}
}

// TestHostilePages: pages of a quarter of a megabyte of one thing are read, and what
// reading allocates is bounded by the page. BenchmarkLargePages has pages of 10 MB.
func TestHostilePages(t *testing.T) {
	r := newReader(t, loadCatalog(t))
	const size = 256 << 10
	for name, body := range hostilePages(size) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			a, _, reject := r.Read(hostilePage(body), nil)
			runtime.ReadMemStats(&after)
			times := int64(after.TotalAlloc-before.TotalAlloc) / size
			if times > mostAllocated {
				t.Errorf("reading allocated %d times the page", times)
			}
			t.Logf("%-18s allocated %3d times the page in %v; %d paragraphs, reject %q", name, times, time.Since(began).Round(time.Millisecond), len(a.Body), reject)
		})
	}
}

// mostAllocated bounds what reading a page may allocate, in times its size: the tree of
// a page of nothing but small elements alone takes about 60.
const mostAllocated = 300

// BenchmarkLargePages reads pages of 10 MB of one thing, the most the crawler hands
// over, beside html.Parse of
// the same page.
func BenchmarkLargePages(b *testing.B) {
	r := newReader(b, loadCatalog(b))
	const size = 10 << 20
	pages := hostilePages(size)
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		p := hostilePage(pages[name])
		for _, way := range []struct {
			name string
			run  func()
		}{
			{"parse", func() { html.Parse(bytes.NewReader(p.Body)) }},
			{"article", func() { r.Read(p, nil) }},
		} {
			b.Run(strings.ReplaceAll(name, " ", "-")+"/"+way.name, func(b *testing.B) {
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					way.run()
				}
			})
		}
		delete(pages, name)
	}
}
