package crawler

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nhip/catalog"
)

const listingHTML = `<!DOCTYPE html><html><head><link rel="next" href="/kinh-te-p2"><base href="https://tin.example/"></head><body>
<nav><a href="/cong-nghiep-che-bien-che-tao">Công nghiệp chế biến, chế tạo</a></nav>
<input id="zone" value="1009">
<main><h3 class="title"><a href="gia-thep-xay-dung-tang-100001.html?utm_source=home">Giá thép xây dựng tăng trở lại</a></h3>
<a href="gia-thep-xay-dung-tang-100001.html"><img src="a.jpg"></a>
<h3 class="title"><a href="/nganh-det-may-them-don-hang-100002.html#binh-luan">Ngành dệt may thêm đơn hàng</a></h3>
<div class="item" ><a href="//m.tin.example/xuat-khau-da-giay-tang-100003.html"><h3>Xuất khẩu da giày tăng hai con số</h3></a></div>
<h3 class="title"><a href="javascript:void(0)">Xem thêm nhiều bài viết khác</a></h3>
<h3 class="title"><a href="https://quangcao.example/mua-hang-giam-gia-ngay-1.html">Mua hàng giảm giá ngay hôm nay</a></h3></main>
<footer><h3><a href="/gioi-thieu-ve-toa-soan-100009.html">Giới thiệu về tòa soạn của chúng tôi</a></h3></footer>
<a class="trang" href="/kinh-te">1</a> <a class="trang" href="/kinh-te?trang=2">2</a> <a class="trang" href="/kinh-te?trang=9">cuối</a></body></html>`

// TestListing: links by selector and by likeness, and the next page in each form.
func TestListing(t *testing.T) {
	base := "https://tin.example/kinh-te"
	chosen := []string{"https://tin.example/gia-thep-xay-dung-tang-100001.html", "https://tin.example/nganh-det-may-them-don-hang-100002.html"}
	third := "https://m.tin.example/xuat-khau-da-giay-tang-100003.html"
	foreign := "https://quangcao.example/mua-hang-giam-gia-ngay-1.html"
	tests := map[string]struct {
		listing *catalog.Listing
		links   []string
		next    string
	}{
		"no selectors":   {nil, append(append([]string(nil), chosen...), third), "https://tin.example/kinh-te-p2"},
		"selector":       {&catalog.Listing{Links: "h3.title a"}, append(append([]string(nil), chosen...), foreign), "https://tin.example/kinh-te-p2"},
		"heading inside": {&catalog.Listing{Links: "main h3"}, append(append([]string(nil), chosen...), third, foreign), "https://tin.example/kinh-te-p2"},
		"next by css":    {&catalog.Listing{Links: "h3.title a[href*='-10000']", Next: catalog.Next{CSS: "a.trang"}}, chosen, "https://tin.example/kinh-te?trang=2"},
		"next by pattern": {&catalog.Listing{Links: "h3.title a[href*='-10000']", Next: catalog.Next{Pattern: "/timeline/{css:#zone@value}/trang-{n}.htm", First: 1}}, chosen,
			"https://tin.example/timeline/1009/trang-1.htm"},
		"pattern without its value": {&catalog.Listing{Links: "h3.title a[href*='-10000']", Next: catalog.Next{Pattern: "/timeline/{css:#none@value}/{n}"}}, chosen, ""},
		"selector out of date":      {&catalog.Listing{Links: "h3.old a"}, append(append([]string(nil), chosen...), third), "https://tin.example/kinh-te-p2"},
	}
	for name, test := range tests {
		links, next, err := ReadListing([]byte(listingHTML), base, test.listing)
		if err != nil || !cmp.Equal(links, test.links) || next != test.next {
			t.Errorf("%s: %v, next %q, want %q%s", name, err, next, test.next, cmp.Diff(test.links, links))
		}
	}
	if _, _, err := ReadListing([]byte(listingHTML), base, &catalog.Listing{Links: "a["}); err == nil || !strings.Contains(err.Error(), "a[") {
		t.Errorf("a broken selector: %v", err)
	}
	if links, next, err := ReadListing(nil, base, nil); err != nil || len(links) > 0 || next != "" {
		t.Errorf("nothing: %v, %q, %v", links, next, err)
	}
}

// TestListingPages follows a timeline endpoint whose pages no longer show the value
// the pattern takes from the first.
func TestListingPages(t *testing.T) {
	l := &catalog.Listing{Links: "h3.title a", Next: catalog.Next{Pattern: "/timeline/{css:#zone@value}/trang-{n}.htm", Links: "h4 a"}}
	first, err := readListing([]byte(listingHTML), "", "https://tin.example/kinh-te", l, 1)
	if err != nil {
		t.Fatal(err)
	}
	next, filled := first.following("", l, 1, "https://tin.example/kinh-te")
	if next != "https://tin.example/timeline/1009/trang-2.htm" {
		t.Fatal(next)
	}
	second, err := readListing([]byte(`<h4><a href="/a-100004.html">a</a></h4>`), "", next, l, 2)
	if err != nil || len(second.links) != 1 {
		t.Fatal(second, err)
	}
	if next, _ = second.following(filled, l, 2, next); next != "https://tin.example/timeline/1009/trang-3.htm" {
		t.Error(next)
	}
}

// TestListingJSON: by path, by likeness, and HTML inside a string.
func TestListingJSON(t *testing.T) {
	text := `{"data":{"contents":[{"id":1,"title":"Giá thép xây dựng tăng trở lại","avatar_url":"/a.jpg","url":"/gia-thep-100001.html?utm_source=api","zone":{"name":"Doanh nghiệp lớn","url":"/doanh-nghiep/"}},
{"url":"/det-may-100002.html","title":"Ngành dệt may thêm đơn hàng","redirect_link":""}]},"html":"<h3><a href=\"/khac\">x</a></h3>"}`
	want := []string{"https://tin.example/gia-thep-100001.html", "https://tin.example/det-may-100002.html"}
	links, _, err := ReadListing([]byte(text), "https://tin.example/api/1", &catalog.Listing{Format: "json", Links: "data.contents.url"})
	if err != nil || !cmp.Equal(links, want) {
		t.Errorf("by path: %v, %v", links, err)
	}
	links, _, err = ReadListing([]byte(text), "https://tin.example/api/1", nil)
	if err != nil || f1(links, want) < 0.7 {
		t.Errorf("by likeness: %v, %v", links, err)
	}
	fragment := `{"ok":true,"html":"<ul><li><h3><a href='/gia-thep-xay-dung-tang-100001.html'>Giá thép xây dựng tăng trở lại</a></h3></li></ul>"}`
	links, _, err = ReadListing([]byte(fragment), "https://tin.example/api/1", nil)
	if err != nil || !cmp.Equal(links, []string{"https://tin.example/gia-thep-xay-dung-tang-100001.html"}) {
		t.Errorf("HTML inside: %v, %v", links, err)
	}
	if _, _, err = ReadListing([]byte(`{"data":[`), "https://tin.example/", &catalog.Listing{Format: "json"}); err == nil {
		t.Error("cut JSON is read")
	}
}

// TestDeepListing: a page deeper than any tree still gives its links (59).
func TestDeepListing(t *testing.T) {
	text := strings.Repeat("<div>", 100_000) + `<a href="/gia-thep-xay-dung-tang-100001.html">Giá thép xây dựng tăng trở lại</a>`
	links, _, err := ReadListing([]byte(text), "https://tin.example/", nil)
	if err != nil || len(links) != 1 {
		t.Errorf("%v, %v", links, err)
	}
}

// TestCanonical: one address of each document, whatever it is linked as (72, 73).
func TestCanonical(t *testing.T) {
	src := newsSource()
	src.Discover.Feeds[0].URL = "https://tin.example/rss/kinh-te.rss"
	for raw, want := range map[string]string{
		"https://tin.example/a-1.html":                              "https://tin.example/a-1.html",
		"http://TIN.example:80/a-1.html":                            "https://tin.example/a-1.html",
		"https://www.tin.example/a-1.html#x":                        "https://tin.example/a-1.html",
		"https://m.tin.example/a-1.html?":                           "https://tin.example/a-1.html",
		"//amp.tin.example/a-1.html":                                "https://tin.example/a-1.html",
		"/x/../a-1.html?utm_source=a&utm_medium=b&fbclid=c&gclid=d": "https://tin.example/a-1.html",
		"a-1.html":                               "https://tin.example/muc/a-1.html",
		"?trang=2&utm_x=1":                       "https://tin.example/muc/?trang=2",
		" https://tin.example./a-1.html\n":       "https://tin.example/a-1.html",
		"https:\\\\tin.example\\a-1.html":        "https://tin.example/a-1.html",
		"https://tin.example/th\u00e9p?q=\u0111": "https://tin.example/th%C3%A9p?q=%C4%91",
		"https://tin.example/tang-10%-nam.html":  "https://tin.example/tang-10%25-nam.html",
		"https://tin.example/a%2Fb":              "https://tin.example/a%2Fb",
		"https://khac.example/a":                 "https://khac.example/a",
		"https://tin.example:8443/a":             "https://tin.example:8443/a",
		"https://tin.example/a?PHPSESSID=1&b=2":  "https://tin.example/a?b=2",
		"https://b\u00e1o.example/":              "https://xn--bo-mia.example/",
	} {
		got, err := Canonical(raw, "https://tin.example/muc/", src)
		if err != nil || got != want {
			t.Errorf("%q: %q (%v), want %q", raw, got, err, want)
		}
		if again, err := Canonical(got, "", src); err != nil || again != got {
			t.Errorf("%q: again %q (%v)", got, again, err)
		}
	}
	for _, raw := range []string{"", "javascript:void(0)", "mailto:a@tin.example", "tel:1", "data:text/html,a", "ftp://tin.example/", "https://u:p@tin.example/", "http://[::1", "https://tin.example/" + strings.Repeat("a", 3000)} {
		if got, err := Canonical(raw, "https://tin.example/muc/", src); err == nil {
			t.Errorf("%q: %q", raw, got)
		}
	}
	src.Documents.KeepQuery = []string{"id"}
	if got, _ := Canonical("https://tin.example/xem?id=7&page=2", "", src); got != "https://tin.example/xem?id=7" {
		t.Errorf("kept query: %s", got)
	}
	src.Documents = catalog.Documents{URL: &catalog.Pattern{Regexp: regexp.MustCompile(`^https://tin\.example/[a-z-]+-\d+\.html$`)}}
	for raw, want := range map[string]string{
		"https://tin.example/thep-tang-1.html?rss=1":                        "https://tin.example/thep-tang-1.html", // a mark of the feed
		"https://tin.example/xem?id=7":                                      "https://tin.example/xem?id=7",         // no document with or without
		"https://tin.example/amp/thep-tang-1.html":                          "https://tin.example/thep-tang-1.html",
		"https://tin.example/thep-tang-1.html/amp":                          "https://tin.example/thep-tang-1.html",
		"https://tin.example/thep-tang-1.amp.html?x=1":                      "https://tin.example/thep-tang-1.html",
		"https://tin.example/thep-tang-1.html/":                             "https://tin.example/thep-tang-1.html",
		"https://amp.tin.example/m/thep-tang-1.html?z=1":                    "https://tin.example/thep-tang-1.html",
		"https://tin.example/print/1.html":                                  "https://tin.example/print/1.html", // only its page can tell
		"https://tin.example/thep-tang-1.html;jsessionid=AB12?utm_source=x": "https://tin.example/thep-tang-1.html",
	} {
		if got, err := Canonical(raw, "", src); err != nil || got != want {
			t.Errorf("%q of a source that says what its documents look like: %q (%v), want %q", raw, got, err, want)
		}
	}
	for address, trap := range map[string]bool{
		"https://tin.example/a/b/a/b/a/b/a/b": true, "https://tin.example/" + strings.Repeat("x/", 25): true, "https://tin.example/?a=1&a=1&a=1&a=1": true,
		"https://tin.example/kinh-te/cong-nghiep/a-100001.html": false, "https://tin.example/2026/03/07/03/a": false,
	} {
		if isTrap(address) != trap {
			t.Errorf("%s: trap = %v", address, !trap)
		}
	}
}
