package article_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
	"nhip/catalog"
)

// learnFrom proposes a source from pages, holds the file against the catalog's rules
// and returns the source as loaded, its selectors taken for verified.
func learnFrom(t *testing.T, pages ...*nhip.Page) (*catalog.Catalog, *catalog.Source, string) {
	t.Helper()
	r := newReader(t, &catalog.Catalog{}) // without any source: nobody has described the publisher
	for _, p := range pages {
		p.Source = ""
	}
	proposal, err := r.Learn(pages)
	if err != nil {
		t.Fatal(err)
	}
	text := proposal.YAML()
	file := filepath.Join(t.TempDir(), string(proposal.Source.ID)+".yaml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Check(file)
	if err != nil {
		t.Fatalf("catalog.Check: %v\n%s", err, text)
	}
	src, ok := c.Source(proposal.Source.ID)
	if !ok {
		t.Fatalf("no source %s in the catalog", proposal.Source.ID)
	}
	src.Selectors = "verified" // the layout must stand alone, nothing is filled in
	return c, src, string(text)
}

var (
	ldScript    = regexp.MustCompile(`(?s)<script[^>]*ld\+json[^>]*>.*?</script>`)
	metaElement = regexp.MustCompile(`(?s)<meta [^>]*(property|name|itemprop)=[^>]*>`)
)

// otherPage returns another article of the same layout: other words, more paragraphs
// are not needed, and no JSON-LD or meta, so that the selectors must find everything.
func otherPage(p *nhip.Page) *nhip.Page {
	q := *p
	body := metaElement.ReplaceAll(ldScript.ReplaceAll(p.Body, nil), nil)
	q.Body = otherWords(body)
	return &q
}

var words = strings.NewReplacer("thép", "nhôm", "Thép", "Nhôm", "tăng", "giảm", "Tăng", "Giảm", "nhà máy", "xí nghiệp", "Nhà máy", "Xí nghiệp",
	"khu công nghiệp", "cụm công nghiệp", "Khu công nghiệp", "Cụm công nghiệp")

func otherWords(b []byte) []byte { return []byte(words.Replace(string(b))) }

// TestLearnFixtures learns every verified news source from its fixture, as if nobody
// had described it, and reads another page of the same layout with what was learned.
func TestLearnFixtures(t *testing.T) {
	full := loadCatalog(t)
	reader := newReader(t, full)
	for _, src := range full.Sources {
		if src.Selectors != "verified" || src.Kind != "news" {
			continue
		}
		arc, ok := fixtures(t)[string(src.ID)]
		if !ok {
			continue // TestFixtureOfEverySource asks for it
		}
		t.Run(string(src.ID), func(t *testing.T) {
			p, _ := fixturePage(t, full, arc)
			c, learned, text := learnFrom(t, p)
			if a := learned.Documents.URL; a == nil || !a.MatchString(p.URL) {
				t.Errorf("documents.url does not match %s", p.URL)
			}
			other := otherPage(p)
			want, _, _ := reader.Read(other, src)
			found, _, _ := reader.Read(&nhip.Page{URL: p.URL, Body: otherWords(p.Body), FetchedAt: p.FetchedAt, Kind: p.Kind}, nil)
			got, _, reject := newReader(t, c).Read(other, learned)
			if reject != "" {
				t.Errorf("rejected as %s", reject)
			}
			minute := func(at *time.Time) string {
				if at == nil {
					return ""
				}
				return at.Format("2006-01-02 15:04 -07:00")
			}
			type fields struct {
				Title, Sapo, Published string
				Body, Authors          []string
			}
			w := fields{want.Title, want.Sapo, minute(want.PublishedAt), want.Body, want.Authors}
			g := fields{got.Title, got.Sapo, minute(got.PublishedAt), got.Body, got.Authors}
			// What the generic reader did not find on the page cannot be learned from it.
			if found.Sapo != want.Sapo {
				g.Sapo, w.Sapo = "", ""
			}
			if !slices.Equal(found.Body, want.Body) {
				g.Body, w.Body = nil, nil
			}
			if !slices.Equal(found.Authors, want.Authors) {
				g.Authors, w.Authors = nil, nil
			}
			if diff := cmp.Diff(w, g); diff != "" {
				t.Errorf("with the source's own selectors and with the learned ones (-own +learned):\n%s\n%s", diff, text)
			}
		})
	}
}

// TestLearnListing learns from a list and an article: the selector of the links, the
// next page, feeds of the head, and addresses that are and are not documents.
func TestLearnListing(t *testing.T) {
	list := &nhip.Page{URL: "https://congnghiepmau.vn/san-xuat", Body: []byte(`<!DOCTYPE html><html><head><title>Sản xuất</title>
<link rel="alternate" type="application/rss+xml" title="Sản xuất" href="/rss/san-xuat.rss"><link rel="next" href="/san-xuat?p=2"></head><body>
<nav class="menu"><a href="/">Trang chủ</a><a href="/thi-truong">Thị trường</a><a href="/san-xuat">Sản xuất</a></nav>
<div class="list-main">` + strings.Join(items(8), "\n") + `</div>
<div class="hot-box"><a class="hot" href="/gia-than-giu-nguyen-20250.html">Giá than giữ nguyên</a><a class="hot" href="/chuyen-muc/than">Than</a></div>
<footer><a href="/lien-he">Liên hệ</a></footer></body></html>`)}
	paragraph := `<p>Nhà máy cơ khí của tỉnh đã lắp xong dây chuyền thứ hai trong tháng này, và dự kiến chạy thử vào đầu quý sau với hơn hai trăm công nhân.</p>`
	article := &nhip.Page{URL: "https://congnghiepmau.vn/nha-may-co-khi-lap-day-chuyen-20301.html", FetchedAt: time.Date(2026, 6, 1, 0, 0, 0, 0, nhip.Zone),
		Body: []byte(`<!DOCTYPE html><html><head><title>Nhà máy cơ khí lắp dây chuyền thứ hai</title></head><body><div class="page">
<h1 class="tin-title">Nhà máy cơ khí lắp dây chuyền thứ hai</h1><span class="tin-date">30/05/2026 08:15</span>
<div class="tin-sapo">Dây chuyền thứ hai đưa công suất của nhà máy lên gấp rưỡi so với năm trước.</div>
<div class="tin-body">` + strings.Repeat(paragraph, 5) + `<div class="tin-lienquan"><a href="/x-20303.html">Một bài khác của báo về cơ khí</a></div></div></div></body></html>`)}
	_, src, text := learnFrom(t, list, article)
	if len(src.Discover.Listings) != 1 || len(src.Discover.Feeds) != 1 {
		t.Fatalf("lists and feeds:\n%s", text)
	}
	l := src.Discover.Listings[0]
	links, next := listingLinks(t, &l, list.Body, list.URL)
	want := make([]string, 8)
	for i := range want {
		want[i] = "https://congnghiepmau.vn/bai-so-" + string(rune('1'+i)) + "-cua-san-xuat-2031" + string(rune('1'+i)) + ".html"
	}
	slices.Sort(links)
	if diff := cmp.Diff(want, slices.Compact(links)); diff != "" || next == "" {
		t.Errorf("links (-want +got), next %q:\n%s\n%s", next, diff, text)
	}
	for address, is := range map[string]bool{
		"https://congnghiepmau.vn/khoi-cong-nha-may-moi-21000.html": true,
		"https://congnghiepmau.vn/san-xuat":                         false,
		"https://congnghiepmau.vn/chuyen-muc/than":                  false,
	} {
		if src.Documents.URL.MatchString(address) != is {
			t.Errorf("documents.url matches %s: %v", address, !is)
		}
	}
	if m := src.Documents.ID.FindStringSubmatch(article.URL); m == nil || m[1] != "20301" {
		t.Errorf("documents.id finds %q", m)
	}
	if !bytes.Contains([]byte(text), []byte("# fair: as the generic reader on 1 of 1")) {
		t.Errorf("no confidence beside the fields:\n%s", text)
	}
}

func items(n int) (out []string) {
	for i := range n {
		digit := string(rune('1' + i))
		href := "/bai-so-" + digit + "-cua-san-xuat-2031" + digit + ".html"
		out = append(out, `<article class="item"><a class="thumb" href="`+href+`"><img src="/a.jpg"></a><h3 class="item-title"><a href="`+href+`">Bài số `+digit+` của sản xuất</a></h3><a class="cate" href="/san-xuat">Sản xuất</a></article>`)
	}
	return out
}

// TestLearnNothing refuses what holds no article.
func TestLearnNothing(t *testing.T) {
	r := newReader(t, &catalog.Catalog{})
	if _, err := r.Learn([]*nhip.Page{{URL: "https://x.vn/a", Body: []byte("<p>404</p>")}}); err == nil {
		t.Error("no error although no page is an article")
	}
}

// TestLearnGold learns from one real article of each publisher that has several, and
// reads the others with it.
func TestLearnGold(t *testing.T) {
	needShared(t)
	all := loadCatalog(t)
	full := newReader(t, all)
	for _, publisher := range []string{"dantri.com.vn", "cafef.vn", "vnexpress.net"} {
		pages := realArticles(t, publisher)
		if len(pages) < 3 {
			continue
		}
		t.Run(publisher, func(t *testing.T) {
			known := min(3, len(pages)-1)
			c, src, text := learnFrom(t, pages[:known]...)
			r := newReader(t, c)
			title, body, published, n := 0.0, 0.0, 0.0, 0.0
			for _, p := range pages[known:] {
				want, _, reject := full.Read(p, sourceOf(all, p.URL))
				if reject != "" {
					continue
				}
				got, _, _ := r.Read(p, src)
				n++
				title += same(got.Title == want.Title)
				body += gramF1(got.Body, want.Body)
				published += same(got.PublishedAt != nil && got.PublishedAt.Truncate(time.Minute).Equal(want.PublishedAt.Truncate(time.Minute)))
			}
			t.Logf("%v pages: title %.3f body %.3f published %.3f\n%s", n, title/n, body/n, published/n, text)
			floor(t, "title", title/n, 0.95)
			floor(t, "body", body/n, 0.97)
			floor(t, "published", published/n, 0.95)
		})
	}
}

// TestLearnGoldListings learns the lists of the shared data with an article of the same
// publisher, and holds the links against the labelled ones.
func TestLearnGoldListings(t *testing.T) {
	needShared(t)
	sum, n := 0.0, 0.0
	for _, host := range []string{"cafef.vn", "nld.com.vn", "tuoitre.vn", "vietnamnet.vn", "vnexpress.net"} {
		gold := goldListing(t, host)
		list := pageOf(t, gold.File, gold.Base)
		_, src, text := learnFrom(t, append(realArticles(t, host), list)...)
		if len(src.Discover.Listings) != 1 {
			t.Errorf("%s: no list proposed:\n%s", host, text)
			continue
		}
		links, _ := listingLinks(t, &src.Discover.Listings[0], list.Body, gold.Base)
		slices.Sort(links)
		f := setF1(slices.Compact(links), gold.Links)
		t.Logf("%s: F1 %.3f with %s", host, f, src.Discover.Listings[0].Links)
		sum, n = sum+f, n+1
	}
	floor(t, "links", sum/n, 0.85)
}

type labelledList struct {
	File  string   `json:"file"`
	Base  string   `json:"base_url"`
	Links []string `json:"article_links"`
}

func goldListing(t *testing.T, host string) (gold labelledList) {
	files, _ := filepath.Glob(shared + "/gold/listings/*" + host + "*_list.json")
	if len(files) == 0 {
		t.Fatalf("no labelled list of %s", host)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &gold); err != nil {
		t.Fatal(err)
	}
	return gold
}

// realArticles returns the article pages of one publisher in the shared data.
func realArticles(t *testing.T, publisher string) (pages []*nhip.Page) {
	b, err := os.ReadFile(shared + "/pages/index.tsv")
	if err != nil {
		t.Skipf("no list of real pages: %v", err)
	}
	for line := range strings.Lines(string(b)) {
		col := strings.Split(line, "\t")
		if len(col) > 3 && col[2] == publisher && col[3] == "article" && strings.HasSuffix(col[0], ".html") {
			pages = append(pages, pageOf(t, "pages/"+col[0], col[1]))
		}
	}
	return pages
}

// TestLearnedIsNoWorse learns from the page of every fixture and reads it, and another
// page of the same layout, with what was proposed as it stands: unverified, so that the
// generic reader fills what the selectors miss. No field may get worse by that.
func TestLearnedIsNoWorse(t *testing.T) {
	full := loadCatalog(t)
	generic := newReader(t, &catalog.Catalog{})
	for name, arc := range fixtures(t) {
		p, of := fixturePage(t, full, arc)
		if p.Kind != nhip.KindArticle || of != nil && of.Selectors != "verified" {
			continue // a host of the catalog under another id
		}
		p.Source = ""
		if _, _, reject := generic.Read(p, nil); reject != "" {
			continue // nothing to learn from
		}
		t.Run(name, func(t *testing.T) {
			c, src, text := learnFrom(t, p)
			src.Selectors = "unverified"
			learned := newReader(t, c)
			for _, page := range []*nhip.Page{p, {URL: p.URL, Kind: p.Kind, FetchedAt: p.FetchedAt, Body: otherWords(p.Body)}} {
				want, _, _ := generic.Read(page, nil)
				got, _, reject := learned.Read(page, src)
				want.Evidence, got.Evidence = nil, nil
				if diff := cmp.Diff(want, got); diff != "" || reject != "" {
					t.Errorf("rejected as %q; generic and learned (-generic +learned):\n%s\n%s", reject, diff, text)
				}
			}
		})
	}
}
