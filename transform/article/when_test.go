package article

import (
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
)

func published(t *testing.T, url, head, body string) (string, nhip.Article, []nhip.Issue) {
	t.Helper()
	r, err := New(&catalog.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(body, "<h1>") {
		body = "<h1>Sản lượng thép tháng ba tăng</h1>" + body
	}
	page := "<html><head><title>Sản lượng thép tháng ba tăng</title>" + head + "</head><body>" + body +
		"<p>Sản lượng thép tháng ba đạt 1,35 triệu tấn, tăng 6,2% so với tháng trước, theo hiệp hội.</p><p>Bán hàng đạt 1,28 triệu tấn, trong đó xuất khẩu 210.000 tấn.</p></body></html>"
	a, issues, _ := r.Read(&nhip.Page{URL: url, Kind: nhip.KindArticle, Body: []byte(page), FetchedAt: time.Date(2026, 6, 1, 0, 0, 0, 0, nhip.Zone)}, nil)
	if a.PublishedAt == nil {
		return "", a, issues
	}
	return a.PublishedAt.Format(time.RFC3339), a, issues
}

func TestPublished(t *testing.T) {
	ld := func(s string) string {
		return `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Sản lượng thép tháng ba tăng","datePublished":"` + s + `"}</script>`
	}
	meta := func(s string) string { return `<meta property="article:published_time" content="` + s + `">` }
	for _, test := range []struct{ name, url, head, body, want, from string }{
		{"JSON-LD first", "", ld("2026-04-12T09:10:11+07:00") + meta("2026-04-12T09:10:00+07:00"), "", "2026-04-12T09:10:11+07:00", "jsonld"},
		{"seconds from meta", "", ld("2026-04-12T09:10:00+07:00") + meta("2026-04-12T09:10:53+07:00"), "", "2026-04-12T09:10:53+07:00", "meta:article:published_time"},
		{"no zone", "", ld("2026-04-12T09:10:00"), "", "2026-04-12T09:10:00+07:00", "jsonld"},
		{"UTC", "", ld("2026-04-12T02:10:00Z"), "", "2026-04-12T09:10:00+07:00", "jsonld"},
		{"local clock called UTC", "", ld("2026-04-12T09:10:00Z") + meta("2026-04-12T09:10:00+07:00"), "", "2026-04-12T09:10:00+07:00", "meta:article:published_time"},
		{"day, then a clock", "", ld("2026-04-12") + meta("2026-04-12T09:10:00+07:00"), "", "2026-04-12T09:10:00+07:00", "meta:article:published_time"},
		{"in the future", "", ld("2027-04-12T09:10:00+07:00") + meta("2026-04-12T09:10:00+07:00"), "", "2026-04-12T09:10:00+07:00", "meta:article:published_time"},
		{"before the web", "", ld("1970-01-01T00:00:00Z") + meta("2026-04-12T09:10:00+07:00"), "", "2026-04-12T09:10:00+07:00", "meta:article:published_time"},
		{"visible", "", "", `<div class="post-date">Chủ nhật, 12/4/2026 | 09:10 GMT+7</div>`, "2026-04-12T09:10:00+07:00", "generic"},
		{"time element without T and zone", "", "", `<time datetime="2026-04-12 09:10">hôm qua</time>`, "2026-04-12T09:10:00+07:00", "generic"},
		{"today in the header", "", "", `<div class="datetime">Thứ hai, 1/6/2026 00:30</div><div class="a"><p><a href="/b">Một bài khác</a></p></div><h1>Sản lượng thép tháng ba tăng</h1><span class="post-time"> - 12/4/2026 09:10</span>`, "2026-04-12T09:10:00+07:00", "generic"},
		{"relative times are no date", "", "", `<span class="time">2 giờ trước</span>`, "", ""},
		{"dates in the text are no date", "", "", `<p>Ngày 12/4/2026, 09:10, hiệp hội công bố số liệu mới nhất của ngành.</p>`, "", ""},
		{"address, 17 digits", "https://a.example.vn/san-luong-20260412091011123.htm", "", "", "2026-04-12T09:10:11+07:00", "url"},
		{"address, prefix and short milliseconds", "https://a.example.vn/san-luong-1962604120910117.htm", "", "", "2026-04-12T09:10:11+07:00", "url"},
		{"address, an id and no time", "https://a.example.vn/san-luong-5047363.html", "", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, a, issues := published(t, test.url, test.head, test.body)
			if got != test.want || a.Evidence["published_at"] != test.from {
				t.Errorf("published %q by %q, want %q by %q; issues %v", got, a.Evidence["published_at"], test.want, test.from, issues)
			}
		})
	}
}

func TestContradictingTimesAreFlagged(t *testing.T) {
	_, _, issues := published(t, "", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Sản lượng thép tháng ba tăng","datePublished":"2026-04-12T09:10:00+07:00"}</script>`+
		`<meta property="article:published_time" content="2026-04-02T09:10:00+07:00">`, "")
	if len(issues) != 1 || issues[0].Field != "published_at" {
		t.Errorf("issues %v, want one about published_at", issues)
	}
}
