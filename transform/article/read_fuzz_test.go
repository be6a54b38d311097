package article_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nhip"
)

// FuzzRead: no page makes the reader panic, and what it returns is text.
func FuzzRead(f *testing.F) {
	f.Add([]byte("<h1>Một</h1><p>Hai ba bốn.</p>"), false, "https://vnexpress.net/a-1234567.html")
	f.Add([]byte("Một\nTheo dõi Báo Mẫu trênẢnh chụp |\nHai.\n"), true, "")
	f.Add([]byte(`<article class="fck_detail"><p class="Normal">Một</p></article><script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>`), false, "https://vnexpress.net/a-1234567.html")
	for _, arc := range fixtures(f) {
		if page := section(arc, "page.html"); page != nil {
			f.Add(page, false, "https://bao-mau.example.vn/cum-cong-nghiep-ven-song-don-ba-xuong-812345.html")
		}
	}
	c := loadCatalog(f)
	r := newReader(f, c)
	f.Fuzz(func(t *testing.T, body []byte, text bool, url string) {
		p := &nhip.Page{URL: url, Kind: nhip.KindArticle, Body: body, FetchedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, nhip.Zone)}
		if text {
			p.Kind = nhip.KindText
		}
		a, _, _ := r.Read(p, sourceOf(c, url))
		if a.Body == nil || a.Captions == nil || a.Authors == nil || a.Section == nil || a.Tags == nil {
			t.Error("a nil list")
		}
		for _, s := range append(append([]string{a.Title, a.Sapo, a.Credit}, a.Body...), a.Captions...) {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\u00a0") || strings.TrimSpace(s) != s && !strings.Contains(s, "\t") {
				t.Errorf("text %q", s)
			}
		}
	})
}
