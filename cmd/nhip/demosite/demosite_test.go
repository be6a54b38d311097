package demosite_test

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"nhip/cmd/nhip/demosite"
)

func get(t *testing.T, address string, header ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	demosite.Handler().ServeHTTP(rec, req)
	return rec.Result()
}

func body(t *testing.T, address string) string {
	t.Helper()
	res := get(t, address)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: status %d", address, res.StatusCode)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var hrefs = regexp.MustCompile(`<h[23] class="(?:box-title-text|entry-title|archive-title)"><a [^>]*?href="([^"]+)"`)

// listing follows a listing to its end and returns the addresses of all items.
func listing(t *testing.T, first string, next func(page string, n int) string) (items []string, pages int) {
	t.Helper()
	base, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	for address := first; address != ""; {
		page := body(t, address)
		pages++
		for _, m := range hrefs.FindAllStringSubmatch(strings.ReplaceAll(page, ` rel="bookmark"`, ""), -1) {
			ref, err := base.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, ref.String())
		}
		path := next(page, pages+1)
		if path == "" || pages > 20 {
			break
		}
		ref, err := base.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if get(t, ref.String()).StatusCode == http.StatusNotFound {
			break
		}
		address = ref.String()
	}
	return items, pages
}

func documents(t *testing.T) []string {
	t.Helper()
	vcc, pages := listing(t, "http://baocongnghe.example/san-xuat.htm", func(_ string, n int) string {
		return "/timelinelist/18207/" + string(rune('0'+n)) + ".htm"
	})
	if pages != 3 {
		t.Errorf("the listing of baocongnghe has %d pages, want 3", pages)
	}
	nextLink := regexp.MustCompile(`<link rel="next" href="([^"]+)"`)
	wp, pages := listing(t, "http://tapchixuongtho.example/category/san-xuat/", func(page string, _ int) string {
		if m := nextLink.FindStringSubmatch(page); m != nil {
			return m[1]
		}
		return ""
	})
	if pages != 2 {
		t.Errorf("the listing of tapchixuongtho has %d pages, want 2", pages)
	}
	statistics, _ := listing(t, "http://thongke.example/so-lieu-cong-nghiep/", func(string, int) string { return "" })

	var feed struct {
		Items []struct {
			Link string `xml:"link"`
			Date string `xml:"pubDate"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal([]byte(body(t, "http://nhipcaucongthuong.example/rss/cong-nghiep.rss")), &feed); err != nil {
		t.Fatalf("feed: %v", err)
	}
	all := slices.Concat(vcc, wp, statistics)
	for _, it := range feed.Items {
		if _, err := time.Parse(time.RFC1123Z, it.Date); err != nil {
			t.Errorf("feed: %v", err)
		}
		all = append(all, it.Link)
	}
	return all
}

func TestEveryDocumentIsThere(t *testing.T) {
	published := regexp.MustCompile(`<(?:div class="detail-time"[^>]*|span class="(?:format_date|posted-on)"|time class="entry-date"[^>]*)>([^<]+)<`)
	day := regexp.MustCompile(`\d{2}/(\d{2}/\d{4})`)
	months := map[string]bool{}
	var articles, tables, missing int
	for _, address := range documents(t) {
		res := get(t, address)
		if res.StatusCode == http.StatusNotFound {
			missing++
			continue
		}
		page := body(t, address)
		if _, err := xhtml.Parse(strings.NewReader(page)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") {
			t.Errorf("%s: the layout escaped something away", address)
		}
		m := published.FindStringSubmatch(page)
		if m == nil {
			t.Errorf("%s: no date to see", address)
			continue
		}
		if strings.Contains(address, "thongke.example") {
			tables += strings.Count(page, "<table")
			continue
		}
		articles++
		months[day.FindStringSubmatch(m[1])[1]] = true
	}
	if articles < 24 || tables < 2 || len(months) < 14 {
		t.Errorf("%d articles, %d tables, %d months; want at least 24, 2 and 14", articles, tables, len(months))
	}
	if missing != 2 { // one behind robots.txt, one taken down
		t.Errorf("%d links lead nowhere, want 2", missing)
	}
}

func TestStructuredData(t *testing.T) {
	script := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)
	n := 0
	for _, address := range documents(t) {
		if !strings.HasPrefix(address, "http://baocongnghe.example/") || strings.Contains(address, "/noi-bo/") {
			continue
		}
		var ld struct{ Headline, DatePublished string }
		m := script.FindStringSubmatch(body(t, address))
		if m == nil {
			t.Fatalf("%s: no JSON-LD", address)
		}
		if err := json.Unmarshal([]byte(m[1]), &ld); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := time.Parse(time.RFC3339, html.UnescapeString(ld.DatePublished)); err != nil || ld.Headline == "" {
			t.Errorf("%s: JSON-LD %+v: %v", address, ld, err)
		}
		n++
	}
	if n == 0 {
		t.Error("no page with structured data")
	}
}

func TestRobots(t *testing.T) {
	for _, host := range demosite.Hosts() {
		if robots := body(t, "http://"+host+"/robots.txt"); !strings.Contains(robots, "User-agent: *") {
			t.Errorf("%s: robots.txt: %q", host, robots)
		}
	}
	if robots := body(t, "http://baocongnghe.example/robots.txt"); !strings.Contains(robots, "Disallow: /noi-bo/") {
		t.Error("nothing is forbidden")
	}
	if !strings.Contains(body(t, "http://baocongnghe.example/san-xuat.htm"), `href="/noi-bo/`) {
		t.Error("no listing links to the forbidden address")
	}
}

func TestSyndicatedCopy(t *testing.T) {
	paragraph := "Chỉ số sản xuất công nghiệp tháng 1/2026 của TP.HCM ước giảm 1,8%"
	for _, address := range []string{
		"http://nhipcaucongthuong.example/tphcm-don-hang-dau-nam-333508.html",
		"http://tapchixuongtho.example/2026/02/tphcm-don-hang-dau-nam/",
	} {
		if !strings.Contains(body(t, address), paragraph) {
			t.Errorf("%s lacks the paragraph", address)
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	const address = "http://THONGKE.example:80/2026/04/chi-so-san-xuat-cong-nghiep-thang-4-nam-2026/"
	first := get(t, address)
	etag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if etag == "" || modified == "" {
		t.Fatalf("ETag %q, Last-Modified %q", etag, modified)
	}
	tests := []struct {
		name   string
		header []string
		want   int
	}{
		{"same etag", []string{"If-None-Match", etag}, http.StatusNotModified},
		{"same date", []string{"If-Modified-Since", modified}, http.StatusNotModified},
		{"other etag", []string{"If-None-Match", `"0"`}, http.StatusOK},
		{"older date", []string{"If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"}, http.StatusOK},
	}
	for _, tt := range tests {
		if got := get(t, address, tt.header...).StatusCode; got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := get(t, "http://other.example/").StatusCode; got != http.StatusMisdirectedRequest {
		t.Errorf("unknown host: status %d", got)
	}
}

func TestCatalog(t *testing.T) {
	files, err := fs.Glob(demosite.Catalog(), "sources/demo-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		data, err := fs.ReadFile(demosite.Catalog(), name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, host := range demosite.Hosts() {
		if !strings.Contains(all.String(), "hosts: ["+host+"]") {
			t.Errorf("no source owns %s", host)
		}
	}
	if len(files) != len(demosite.Hosts()) {
		t.Errorf("%d sources for %d hosts", len(files), len(demosite.Hosts()))
	}
}
