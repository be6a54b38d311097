package crawler

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

func rss(items string) string {
	return `<rss version="2.0"><channel><title>Kinh tế</title><link>https://tin.example/kinh-te</link>` + items + `</channel></rss>`
}

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// TestFeedQuirks: one item, sent in every way publishers send it, reads the same.
func TestFeedQuirks(t *testing.T) {
	item := `<item><title>Giá thép tăng 5% so với "quý I"</title><link>https://tin.example/gia-thep-100001.html</link><pubDate>Sat, 07 Mar 2026 08:05:00 +0700</pubDate></item>`
	want := []FeedItem{{URL: "https://tin.example/gia-thep-100001.html", Title: `Giá thép tăng 5% so với "quý I"`,
		Published: time.Date(2026, 3, 7, 8, 5, 0, 0, nhip.Zone), Printed: "Sat, 07 Mar 2026 08:05:00 +0700"}}
	feeds := map[string]string{
		"plain":                  `<?xml version="1.0" encoding="utf-8"?>` + rss(item),
		"byte order mark":        "\xEF\xBB\xBF" + `<?xml version="1.0" encoding="utf-8"?>` + rss(item),
		"UTF-16 only by name":    `<?xml version="1.0" encoding="utf-16"?>` + rss(item),
		"UTF-16 with mark":       "\xFF\xFE" + utf16le(`<?xml version="1.0" encoding="utf-16"?>`+rss(item)),
		"UTF-16 without mark":    utf16le(`<?xml version="1.0" encoding="utf-16"?>` + rss(item)),
		"Latin only by name":     `<?xml version="1.0" encoding="iso-8859-1"?>` + rss(item),
		"unknown encoding":       `<?xml version="1.0" encoding="no-such"?>` + rss(item),
		"no prolog":              rss(item),
		"blank lines before":     "\n\n  " + `<?xml version="1.0"?>` + "\n" + rss(item),
		"XML 1.1":                `<?xml version="1.1"?>` + rss(item),
		"comment before":         `<!-- cache 12:00 -->` + rss(item),
		"CDATA":                  rss(`<item><title><![CDATA[Giá thép tăng 5% so với "quý I"]]></title><link><![CDATA[ https://tin.example/gia-thep-100001.html ]]></link><pubDate>Sat, 07 Mar 2026 08:05:00 +0700</pubDate></item>`),
		"entities in CDATA":      rss(strings.NewReplacer("<title>", "<title><![CDATA[", "</title>", "]]></title>", `"quý I"`, "&quot;qu&yacute; I&quot;").Replace(item)),
		"entities twice":         rss(strings.NewReplacer(`"quý I"`, "&amp;quot;qu&amp;#253; I&amp;quot;").Replace(item)),
		"NFD":                    rss(strings.NewReplacer("á", "a\u0301").Replace(item)),
		"bare ampersand":         rss(`<item><title>A & B</title><link>https://tin.example/a?x=1&utm_source=rss</link></item>` + item),
		"relative, tracked":      rss(strings.NewReplacer("https://tin.example/gia-thep-100001.html", "/gia-thep-100001.html?utm_source=rss#binh-luan").Replace(item)),
		"only a GUID":            rss(strings.NewReplacer("<link>", "<guid>", "</link>", "</guid>").Replace(item)),
		"markup in the title":    rss(strings.NewReplacer("<title>", "<title>&lt;b&gt;", "</title>", "&lt;/b&gt;</title>").Replace(item)),
		"invalid tags in a text": rss(strings.NewReplacer("<pubDate>", `<description><![CDATA[<img src="a.jpg"></br>tóm tắt]]></description><pubDate>`).Replace(item)),
	}
	for name, text := range feeds {
		items, err := ReadFeed([]byte(text), "https://tin.example/rss")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "bare ampersand" {
			if items[0].URL != "https://tin.example/a?x=1" {
				t.Errorf("%s: %s", name, items[0].URL)
			}
			items = items[1:]
		}
		if diff := cmp.Diff(want, items); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFeedKinds: Atom and JSON feeds, a feed without items, and what is no feed.
func TestFeedKinds(t *testing.T) {
	atom := `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tin.example/"><title>t</title><entry><title>Điện</title><link href="dien-100002.html"/><updated>2026-03-07T01:00:00Z</updated></entry></feed>`
	jsonFeed := `{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","url":"https://tin.example/dien-100002.html","title":"Điện","date_published":"2026-03-07T08:00:00+07:00"}]}`
	for name, text := range map[string]string{"atom": atom, "json": jsonFeed} {
		items, err := ReadFeed([]byte(text), "https://tin.example/feed")
		if err != nil || len(items) != 1 || items[0].URL != "https://tin.example/dien-100002.html" || items[0].Title != "Điện" ||
			!items[0].Published.Equal(time.Date(2026, 3, 7, 1, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v, %v", name, items, err)
		}
	}
	if items, err := ReadFeed([]byte(rss("")), ""); err != nil || len(items) != 0 {
		t.Errorf("empty but valid: %v, %v", items, err)
	}
	for text, class := range map[string]string{
		"": "empty_document", " \n ": "empty_document", "\xEF\xBB\xBF": "empty_document",
		"<!DOCTYPE html><html></html>": "feed_is_html", "<!-- x --><html lang=vi>": "feed_is_html", "\n<script>location='/'</script>": "feed_is_html",
		"Service unavailable": "feed_parse", "<a><b></b></a>": "feed_parse", "{}": "feed_parse", `{"error":"no"}`: "feed_parse",
		rss(strings.Repeat("<a>", 20_000)): "feed_parse",
	} {
		_, err := ReadFeed([]byte(text), "")
		var f *fault
		if !errors.As(err, &f) || f.class != class {
			t.Errorf("%.40q: %v, want class %s", text, err, class)
		}
	}
}

// TestFeedBounds: many items are cut to the limit, entities are never expanded and
// nothing outside is asked for (65, 67).
func TestFeedBounds(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "<item><title>Tin %d</title><link>https://tin.example/tin-%06d.html</link></item>", i, i)
	}
	items, err := ReadFeed([]byte(rss(b.String())), "")
	if err != nil || len(items) != maxFeedItems || items[0].URL != "https://tin.example/tin-000000.html" {
		t.Errorf("%d items, %v", len(items), err)
	}
	laughs := `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/hostname">]>` +
		rss(`<item><title>&c;&x;</title><link>https://tin.example/a-100001.html</link></item>`)
	if items, err := ReadFeed([]byte(laughs), ""); err == nil {
		if len(items) != 1 || strings.Contains(items[0].Title, "haha") {
			t.Errorf("entities: %+v", items)
		}
	}
}

// TestFeedTime: the date forms of Vietnamese feeds.
func TestFeedTime(t *testing.T) {
	want := time.Date(2026, 9, 14, 18, 44, 0, 0, nhip.Zone)
	for _, printed := range []string{
		"Mon, 14 Sep 2026 18:44:00 +0700", "Mon, 14 Sep 2026 18:44:00 +07", "Mon, 14 Sep 2026 18:44:00 +07:00", "Mon, 14 Sep 2026 18:44:00 GMT+7",
		"Mon, 14 Sep 2026 18:44:00 GMT+07:00", "Mon, 14 Sep 26 18:44:00 +0700", "Mon, 14 Sep 2026 11:44:00 GMT", "14 Sep 2026 11:44 UTC",
		"9/14/2026 6:44:00 PM", "9/14/2026 06:44 PM", "14/9/2026 18:44:00", "14/09/2026 18:44", "14-09-2026 - 18:44", "2026-09-14T18:44:00+07:00",
		"2026-09-14T11:44:00Z", "2026-09-14T11:44:00.000Z", "2026-09-14T18:44:00.123 +07:00", "2026-09-14 18:44:00", "2026-09-14T18:44:00", "2026-09-14 18:44",
		"Thứ Hai, 14/09/2026, 18:44 (GMT+7)", "Thứ 2, 14/09/2026 18:44", "14/09/2026 6:44 CH", "  Mon,  14  Sep 2026  18:44:00  +0700 ", "14/09/2026 18:44 PM", "Mon, 14 Sep 2026 18:44:00 ICT",
	} {
		if got := feedTime(printed); !got.Equal(want) && got.Truncate(time.Second) != want {
			t.Errorf("%q: %v", printed, got)
		}
	}
	for printed, day := range map[string]string{"2026-03-07": "2026-03-07", "7/3/2026": "2026-03-07", "7/3/2026 8:00:00 AM": "2026-07-03"} {
		if got := feedTime(printed).Format(time.DateOnly); got != day {
			t.Errorf("%q: %s, want %s", printed, got, day)
		}
	}
	for _, printed := range []string{"", "hôm qua", "31/02/2026 10:00", "2 giờ trước", "99/99/9999", "0000-00-00 00:00:00", strings.Repeat("1", 200)} {
		if got := feedTime(printed); !got.IsZero() {
			t.Errorf("%q: %v", printed, got)
		}
	}
}

// TestSitemap: plain, index, news, with foreign locs, text, cut.
func TestSitemap(t *testing.T) {
	news := `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="x" xmlns:image="y">
<url><loc> https://tin.example/a-100001.html </loc><image:image><image:loc>https://tin.example/a.jpg</image:loc></image:image><news:news><news:title>A &amp; B</news:title></news:news></url>
<url><loc><![CDATA[https://tin.example/b-100002.html?x=1&y=2]]></loc></url></urlset>`
	m, err := readSitemap([]byte(news))
	if err != nil || !cmp.Equal(m.urls, []string{"https://tin.example/a-100001.html", "https://tin.example/b-100002.html?x=1&y=2"}) || len(m.sitemaps) > 0 {
		t.Errorf("%+v, %v", m, err)
	}
	m, err = readSitemap([]byte(`<sitemapindex><sitemap><loc>https://tin.example/s1.xml</loc></sitemap><sitemap><loc>/s2.xml.gz</loc></sitemap></sitemapindex>`))
	if err != nil || len(m.sitemaps) != 2 || len(m.urls) > 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err = readSitemap([]byte("https://tin.example/a\r\nhttps://tin.example/b\n")); err != nil || len(m.urls) != 2 {
		t.Errorf("text: %+v, %v", m, err)
	}
	if m, err = readSitemap([]byte(news[:len(news)-60])); err != nil || len(m.urls) == 0 {
		t.Errorf("cut: %+v, %v", m, err)
	}
	many := xml.Header + "<urlset>" + strings.Repeat("<url><loc>https://tin.example/a</loc></url>", maxSitemapURLs+5) + "</urlset>"
	if m, err = readSitemap([]byte(many)); err != nil || len(m.urls) != maxSitemapURLs || !m.cut {
		t.Errorf("too many: %d, %v", len(m.urls), err)
	}
	for text, class := range map[string]string{"<html><body></body></html>": "sitemap_is_html", "<a></a>": "sitemap_parse"} {
		var f *fault
		if _, err := readSitemap([]byte(text)); !errors.As(err, &f) || f.class != class {
			t.Errorf("%q: %v", text, err)
		}
	}
}
