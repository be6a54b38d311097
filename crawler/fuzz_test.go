package crawler

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// FuzzRobots: any bytes are a robots.txt, and no pattern makes matching slow.
func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: nhip\nDisallow: /*a*b*c$\nAllow: /\nCrawl-delay: 1\nSitemap: x"), "/aXbXc")
	f.Add([]byte("\xEF\xBB\xBFuser-agent:*\rdisallow:/\x00%e1%ba%bf"), "/%E1%BA%BF")
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		r := parseRobots(body)
		r.allowed("nhip", path)
		if d := r.delay("nhip"); d < 0 || d > 1000*time.Hour {
			t.Errorf("delay %v", d)
		}
	})
}

// FuzzCanonical: what leaves is an http address without user info and fragment, and
// it is its own canonical form.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"https://tin.example/a?utm_source=b#c", "//m.tin.example", "http://a@b@c/", "http://127.1/%zz", "\\\\x", "http://[::1]:80/", "https://tin.example/?a=%&b"} {
		f.Add(s, "https://www.tin.example/x/y")
	}
	src := newsSource()
	f.Fuzz(func(t *testing.T, raw, base string) {
		got, err := Canonical(raw, base, src)
		if err != nil {
			return
		}
		if !strings.HasPrefix(got, "http://") && !strings.HasPrefix(got, "https://") || strings.Contains(got, "#") || len(got) > maxURL {
			t.Errorf("%q: %q", raw, got)
		}
		if again, err := Canonical(got, "", src); err != nil || again != got {
			t.Errorf("%q: %q, again %q (%v)", raw, got, again, err)
		}
		lookupKey(got)
		isTrap(got)
		looksLikeDocument(got)
	})
}

// FuzzFeed: any bytes are read or refused; addresses that leave are canonical.
func FuzzFeed(f *testing.F) {
	f.Add([]byte(rss("<item><title>a &amp;amp; b</title><link>/x</link><pubDate>9/14/2026 6:44:00 PM</pubDate></item>")))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"url":"/a"}]}`))
	f.Add([]byte("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><link href='a'/></entry></feed>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := ReadFeed(body, "https://tin.example/rss")
		if err != nil {
			return
		}
		for _, item := range items {
			if again, err := linked(item.URL, ""); item.URL != "" && (err != nil || again != item.URL) {
				t.Errorf("%q: %q (%v)", item.URL, again, err)
			}
		}
	})
}

// FuzzListing: any bytes are a page.
func FuzzListing(f *testing.F) {
	f.Add([]byte(listingHTML))
	f.Add([]byte(`[{"title":"a long enough title","url":"/a-b-c-d"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		l := &catalog.Listing{Links: "h3 a", Next: catalog.Next{CSS: "a", Pattern: ""}}
		links, _, err := ReadListing(body, "https://tin.example/", l)
		seen := map[string]bool{}
		for _, link := range links {
			if seen[link] {
				t.Errorf("%s twice", link)
			}
			seen[link] = true
		}
		_ = err
	})
}

// FuzzSitemap: any bytes end.
func FuzzSitemap(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>https://tin.example/a</loc></url></urlset>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if m, err := readSitemap(body); err == nil && len(m.urls) > maxSitemapURLs {
			t.Error(len(m.urls))
		}
	})
}

// FuzzTimes: no header and no printed date panics, and no pause is longer than the clamp.
func FuzzTimes(f *testing.F) {
	for _, s := range []string{"120", "Sat, 07 Mar 2026 08:05:00 GMT", "9/14/2026 6:44:00 PM", "Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "+99:99", "NaN"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if at := retryAfter(s, now); at.After(now.Add(maxRetryAfter)) || !at.IsZero() && !at.After(now) {
			t.Errorf("%q: %v", s, at)
		}
		feedTime(s)
	})
}

// FuzzWARC: any file is indexed or refused, and what is indexed can be opened or
// fails.
func FuzzWARC(f *testing.F) {
	plain := strings.Join(testRecords(), "")
	f.Add([]byte(plain))
	f.Add(crawlertest.Gzip([]byte(plain)))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "a.warc")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := OpenArchive(file)
		if err != nil {
			return
		}
		for _, e := range a.entries {
			if resp, err := e.open(); err == nil {
				var b bytes.Buffer
				_, _ = b.ReadFrom(resp.Body)
				resp.Body.Close()
			}
		}
	})
}
