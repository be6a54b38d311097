package article_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"nhip"
)

// benchPage is a page of the size and shape of real ones: a long head, menus,
// scripts, twenty-odd paragraphs, boxes of links.
func benchPage() []byte {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Sản lượng thép tháng ba tăng - VnExpress</title>
<meta property="og:title" content="Sản lượng thép tháng ba tăng"><meta name="pubdate" content="2026-04-12T09:10:00+07:00">
<script type="application/ld+json">{"@context":"http://schema.org","@type":"NewsArticle","headline":"Sản lượng thép tháng ba tăng","datePublished":"2026-04-12T09:10:00+07:00","author":{"@type":"Organization","name":"VnExpress"}}</script>`)
	b.WriteString("<script>" + strings.Repeat("var quangCao = {vung: 'tren', rong: 970, cao: 250};\n", 600) + "</script></head><body>")
	menu := func(n int) {
		b.WriteString("<ul class=\"menu\">")
		for i := range n {
			fmt.Fprintf(&b, `<li class="muc-%d"><a href="/muc-%d" title="Mục số %d" data-medium="Menu-%d">Mục số %d</a></li>`, i, i, i, i, i)
		}
		b.WriteString("</ul>")
	}
	menu(300)
	b.WriteString(`<ul class="breadcrumb"><li><a href="/kinh-doanh">Kinh doanh</a></li></ul><span class="date">Chủ nhật, 12/4/2026, 09:10 (GMT+7)</span><h1 class="title-detail">Sản lượng thép tháng ba tăng</h1>
<p class="description">Sản lượng thép tháng ba đạt 1,35 triệu tấn, tăng 6,2% so với tháng trước.</p><article class="fck_detail ">`)
	for i := range 24 {
		fmt.Fprintf(&b, `<p class="Normal">Theo báo cáo thứ %d của hiệp hội, sản lượng thép thô trong tháng đạt <b>1.%d</b> nghìn tấn, tăng 6,2%% so với tháng trước và 3,1%% so với cùng kỳ năm 2025; xuất khẩu <a href="/x">đạt 210.000 tấn</a>, giảm 12%%. Giá thép cây ở mức 14,2 triệu đồng một tấn, các nhà máy cho biết đơn hàng quý II đã đạt 85%% công suất.</p>`, i, 100+i)
	}
	b.WriteString(`<p class="Normal" style="text-align:right;"><strong>Trần Hạnh</strong></p></article>`)
	for i := range 40 {
		fmt.Fprintf(&b, `<article class="item-news"><h3 class="title-news"><a href="/bai-%d.html">Một bài khác về thép và xây dựng, số %d</a></h3><p class="description"><a href="/bai-%d.html">Tóm tắt của bài khác này.</a></p></article>`, i, i, i)
	}
	menu(200)
	b.WriteString("<script>" + strings.Repeat("theoDoi('luot xem', 1234567890);\n", 800) + "</script></body></html>")
	return []byte(b.String())
}

// BenchmarkRead reads one page; BenchmarkRead/parse is the baseline: what
// golang.org/x/net/html alone takes for the tree of the same page.
func BenchmarkRead(b *testing.B) {
	c := loadCatalog(b)
	r := newReader(b, c)
	body := benchPage()
	p := &nhip.Page{URL: "https://vnexpress.net/san-luong-thep-thang-ba-tang-5999002.html", Kind: nhip.KindArticle, Body: body,
		FetchedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, nhip.Zone)}
	src := sourceOf(c, p.URL)
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := html.Parse(strings.NewReader(string(body))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("source", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if a, _, reject := r.Read(p, src); reject != "" || len(a.Body) != 24 {
				b.Fatalf("reject %q, %d paragraphs", reject, len(a.Body))
			}
		}
	})
	b.Run("generic", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if a, _, reject := r.Read(p, nil); reject != "" || len(a.Body) != 24 {
				b.Fatalf("reject %q, %d paragraphs", reject, len(a.Body))
			}
		}
	})
}
