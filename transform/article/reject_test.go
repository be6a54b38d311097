package article_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
	"nhip/transform/article"
)

func TestRejects(t *testing.T) {
	r := newReader(t, loadCatalog(t))
	menu := "<ul>" + strings.Repeat(`<li><a href="/muc-con">Mục con của trang</a></li>`, 40) + "</ul>"
	list := ""
	for i := range 12 {
		list += `<div class="item"><h3><a href="/bai-` + string(rune('a'+i)) + `.html">Một bài viết có tiêu đề dài vừa phải số ` + string(rune('a'+i)) +
			`</a></h3><p>Đoạn tóm tắt của bài viết trong danh sách, đủ dài để trông như một đoạn văn của một bài báo thật.</p></div>`
	}
	for _, test := range []struct {
		name, url, page, want string
	}{
		{"nothing", "https://a.example.vn/x-12345.html", "", article.RejectEmpty},
		{"white space", "https://a.example.vn/x-12345.html", " \n\t ", article.RejectEmpty},
		{"no text", "https://a.example.vn/x-12345.html", "<html><head><title>x</title></head><body></body></html>", article.RejectEmpty},
		{"list", "https://a.example.vn/kinh-te", "<title>Kinh tế</title>" + menu + "<h1>Kinh tế</h1>" + list, article.RejectNotArticle},
		{"home", "https://a.example.vn/", "<title>Báo A</title>" + menu + list, article.RejectNotArticle},
		{"script", "https://a.example.vn/x-12345.html", `<title>Bài</title><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/a.js"></script>`, article.RejectScript},
		{"soft 404", "https://a.example.vn/x-12345.html", "<title>Không tìm thấy trang</title>" + menu + "<h1>404</h1><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p>", article.RejectSoft404},
		{"paywall", "https://a.example.vn/x-12345.html", `<title>Bài trả phí</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"Bài trả phí","isAccessibleForFree":false}</script>` +
			"<h1>Bài trả phí</h1><p>Đoạn đầu của một bài dành cho người đã đăng ký.</p><p>Đăng ký gói đọc báo để đọc tiếp.</p>", article.RejectPaywall},
		{"challenge", "https://a.example.vn/x-12345.html", "<title>Just a moment...</title><p>Checking your browser before accessing a.example.vn.</p>", article.RejectBlocked},
		{"video", "https://a.example.vn/video-12345.html", `<title>Clip</title><meta property="og:type" content="video.other">` +
			`<script type="application/ld+json">{"@type":"VideoObject","name":"Clip"}</script>` + menu + "<h1>Clip</h1><p>Cảnh quay ngắn về xưởng đúc.</p>" + list, article.RejectNotArticle},
		{"video with article data", "https://a.example.vn/video-12345.html", `<title>Xưởng đúc lúc rạng sáng</title>` +
			`<script type="application/ld+json">[{"@type":"NewsArticle","headline":"Xưởng đúc lúc rạng sáng","datePublished":"2026-04-30T08:00:00+07:00"},{"@type":"VideoObject","name":"Xưởng đúc lúc rạng sáng"}]</script>` +
			menu + "<h1>Xưởng đúc lúc rạng sáng</h1><p>Cảnh quay ngắn về xưởng đúc lúc rạng sáng ở ngoại thành.</p>", article.RejectNotArticle},
		{"short item", "https://a.example.vn/tin-ngan-12345.html", `<title>Giá điện giữ nguyên</title>` +
			`<script type="application/ld+json">{"@type":"NewsArticle","headline":"Giá điện giữ nguyên","datePublished":"2026-04-30T08:00:00+07:00"}</script>` +
			menu + "<h1>Giá điện giữ nguyên</h1><p>Giá điện bán lẻ bình quân tháng 5 giữ ở mức 2.204 đồng một kWh.</p>", ""},
		{"number 404 in a title", "https://a.example.vn/nghi-quyet-404-ve-cum-cong-nghiep-12345.html", `<title>Nghị quyết 404 về cụm công nghiệp</title>` +
			menu + "<h1>Nghị quyết 404 về cụm công nghiệp</h1><time datetime='2026-04-30T08:00:00+07:00'>30/4</time><p>Hội đồng nhân dân thành phố thông qua nghị quyết 404 về phát triển cụm công nghiệp trong giai đoạn 2026 - 2030.</p><p>Theo nghị quyết, thành phố có thêm 12 cụm với 640 ha vào năm 2030.</p>", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &nhip.Page{URL: test.url, Kind: nhip.KindArticle, Body: []byte(test.page), FetchedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, nhip.Zone)}
			a, _, got := r.Read(p, nil)
			if got != test.want {
				t.Errorf("reject %q, want %q; read %+v", got, test.want, a)
			}
		})
	}
}

// A page nested deeper than a browser's tree may be is read flattened.
func TestDeepPage(t *testing.T) {
	r := newReader(t, loadCatalog(t))
	deep := strings.Repeat("<div><font>", 700)
	page := "<html><head><title>Bài lồng quá sâu</title></head><body><h1>Bài lồng quá sâu</h1>" + deep
	for range 5 {
		page += "<p>Sản lượng của nhà máy năm 2025 đạt 1.250 tấn, tăng 8,5% so với năm trước, theo báo cáo của công ty.</p>"
	}
	p := &nhip.Page{URL: "https://a.example.vn/bai-long-qua-sau-12345.html", Kind: nhip.KindArticle, Body: []byte(page)}
	a, issues, reject := r.Read(p, nil)
	if reject != "" || len(a.Body) != 5 || !strings.Contains(a.Body[0], "1.250 tấn") {
		t.Errorf("reject %q, body %q, issues %v", reject, a.Body, issues)
	}
	if len(issues) == 0 || issues[0].Field != "page" {
		t.Errorf("issues %v: nothing says that the page was flattened", issues)
	}
}

// TestRejectedPages reads testdata/rejected/pages.txtar: lists, dead templates, locked
// texts, tests of browsers and other pages that hold no article.
func TestRejectedPages(t *testing.T) {
	arc, err := txtar.ParseFile("testdata/rejected/pages.txtar")
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t, loadCatalog(t))
	for _, f := range arc.Files {
		want, name, _ := strings.Cut(f.Name, "/")
		address, page, _ := strings.Cut(string(f.Data), "\n")
		p := &nhip.Page{URL: address, Kind: nhip.KindArticle, Body: []byte(page), FetchedAt: time.Date(2026, 4, 10, 8, 0, 0, 0, nhip.Zone)}
		if a, _, got := r.Read(p, nil); got != want {
			t.Errorf("%s: %q, want %q; title %q, body %.100q", name, got, want, a.Title, a.Body)
		}
	}
}
