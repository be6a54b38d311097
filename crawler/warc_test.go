package crawler

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// warcRecordText writes one record.
func warcRecordText(kind, address, date, digest, contentType, block string) string {
	h := fmt.Sprintf("WARC/1.1\r\nWARC-Type: %s\r\nWARC-Date: %s\r\nWARC-Record-ID: <urn:uuid:%x>\r\nContent-Type: %s\r\nContent-Length: %d\r\n",
		kind, date, len(block), contentType, len(block))
	if address != "" {
		h += "WARC-Target-URI: " + address + "\r\n"
	}
	if digest != "" {
		h += "WARC-Payload-Digest: " + digest + "\r\n"
	}
	return h + "\r\n" + block + "\r\n\r\n"
}

func httpBlock(status, contentType, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, len(body), body)
}

const responseType = "application/http; msgtype=response"

// testRecords is a small crawl: a feed, a robots.txt, three articles of which one
// is packed and chunked as it was sent, a redirect, a revisit.
func testRecords() []string {
	article := crawlertest.Article("Thép tăng", 1200)
	packed := string(crawlertest.Gzip([]byte(crawlertest.Article("Dệt may", 1200))))
	chunked := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(packed), packed)
	feed := `<rss version="2.0"><channel><title>t</title><item><title>a</title><link>https://tin.example/thep-100001.html</link></item>
<item><title>b</title><link>https://tin.example/khong-co-100009.html</link></item></channel></rss>`
	return []string{
		warcRecordText("warcinfo", "", "2026-03-01T00:00:00Z", "", "application/warc-fields", "software: nhip\r\n"),
		warcRecordText("response", "https://tin.example/robots.txt", "2026-03-01T00:00:00Z", "", responseType, httpBlock("200 OK", "text/plain", "User-agent: *\nDisallow: /noi-bo/\n")),
		warcRecordText("request", "https://tin.example/thep-100001.html", "2026-03-01T00:00:01Z", "", "application/http; msgtype=request", "GET /thep-100001.html HTTP/1.1\r\n\r\n"),
		warcRecordText("response", "<https://tin.example/thep-100001.html>", "2026-03-01T00:00:01Z", "sha1:AAA", responseType, httpBlock("200 OK", "text/html; charset=utf-8", article)),
		warcRecordText("response", "https://tin.example/det-100002.html", "2026-03-01T00:00:02Z", "sha1:BBB", responseType, chunked),
		warcRecordText("response", "https://tin.example/cu-100003.html", "2026-03-01T00:00:03Z", "", responseType, "HTTP/1.1 301 Moved\r\nLocation: /thep-100001.html\r\nContent-Length: 0\r\n\r\n"),
		warcRecordText("revisit", "https://tin.example/lai-100004.html", "2026-03-02T00:00:00Z", "sha1:AAA", responseType, "HTTP/1.1 200 OK\r\n\r\n"),
		warcRecordText("resource", "https://tin.example/noi-bo/a-100005.html", "2026-03-01T00:00:04Z", "", "text/html", "<h1>Bản thảo</h1>"),
		warcRecordText("response", "https://tin.example/tin.rss", "2026-03-01T00:00:05Z", "", responseType, httpBlock("200 OK", "application/rss+xml", feed)),
		warcRecordText("response", "https://khac.example/a-100006.html", "2026-03-01T00:00:06Z", "", responseType, httpBlock("200 OK", "text/html", "<h1>Báo khác</h1>")),
	}
}

func archiveSource() *catalog.Source {
	return &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "https://tin.example/tin.rss"}}},
		Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
}

// TestWARC reads the same records plain, packed one by one, and packed as a whole.
func TestWARC(t *testing.T) {
	records := testRecords()
	var each bytes.Buffer
	for _, r := range records {
		each.Write(crawlertest.Gzip([]byte(r)))
	}
	plain := strings.Join(records, "")
	for name, data := range map[string][]byte{"a.warc": []byte(plain), "b.warc.gz": each.Bytes(), "c.warc.gz": crawlertest.Gzip([]byte(plain))} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			archive, err := OpenArchive(file)
			if err != nil || len(archive.Damage()) > 0 {
				t.Fatal(err, archive.Damage())
			}
			c := newTest(t, Options{Archive: archive}, nil)
			got, account, err := crawl(t, c, archiveSource())
			if err != nil {
				t.Fatal(err)
			}
			if account.Discovered != 5 || account.Fetched != 3 || account.Skipped["not_archived"] != 1 || account.Skipped["robots"] != 1 {
				t.Errorf("account %+v\n%v", account, outcomes(got))
			}
			p := got["https://tin.example/thep-100001.html"].Page
			if p == nil || string(p.Body) != crawlertest.Article("Thép tăng", 1200) || p.ContentType != "text/html; charset=utf-8" ||
				!p.FetchedAt.Equal(time.Date(2026, 3, 1, 0, 0, 1, 0, time.UTC)) {
				t.Errorf("page %+v", p)
			}
			if p := got["https://tin.example/det-100002.html"].Page; p == nil || string(p.Body) != crawlertest.Article("Dệt may", 1200) {
				t.Errorf("packed page %+v", p)
			}
			if p := got["https://tin.example/lai-100004.html"].Page; p == nil || !p.FetchedAt.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("revisit %+v", p)
			}
		})
	}
}

// TestWARCDamage cuts and flips a file everywhere: what is left is read, the rest is
// reported, nothing panics.
func TestWARCDamage(t *testing.T) {
	records := testRecords()
	plain := strings.Join(records, "")
	var each bytes.Buffer
	var starts []int
	for _, r := range records {
		starts = append(starts, each.Len())
		each.Write(crawlertest.Gzip([]byte(r)))
	}
	file := filepath.Join(t.TempDir(), "a.warc")
	open := func(data []byte) *Archive {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := OpenArchive(file)
		if err != nil {
			return nil
		}
		return a
	}
	whole := open([]byte(plain)).Len()
	for cut := 100; cut < len(plain); cut += 97 {
		a := open([]byte(plain[:cut]))
		good := strings.Count(plain[:cut], "\r\n\r\nWARC/1.1") // each closes the one before
		if a == nil || a.Len() > whole || good > 8 && a.Len() < 5 {
			t.Fatalf("cut at %d: %d entries", cut, a.Len())
		}
	}
	// The fourth record is damaged in its member: every other one is kept.
	data := bytes.Clone(each.Bytes())
	flipped(data, starts[4]+60)
	a := open(data)
	if a == nil || a.Len() != whole-1 || len(a.Damage()) != 1 || a.Damage()[0].Offset != int64(starts[4]) || a.Has("https://tin.example/det-100002.html") {
		t.Errorf("damaged member: %d entries of %d, damage %v, want offset %d", a.Len(), whole, a.Damage(), starts[4])
	}
	// A length far too large in a plain file: the records behind it are found again.
	broken := strings.Replace(plain, "WARC-Type: request\r\n", "WARC-Type: request\r\nContent-Length: 99999999\r\n", 1)
	if a = open([]byte(broken)); a == nil || a.Len() != whole || len(a.Damage()) != 1 {
		t.Errorf("wrong length: %d entries of %d, damage %v", a.Len(), whole, a.Damage())
	}
	for at := 0; at < each.Len(); at += 53 {
		if a := open(flipped(bytes.Clone(each.Bytes()), at)); a != nil && a.Len() > whole {
			t.Errorf("flip at %d: %d entries", at, a.Len())
		}
	}
}

// TestWARCSuite reads the public files: every record before the damage is kept, and
// the damage reported.
func TestWARCSuite(t *testing.T) {
	dir := shared(t, "cases", "warc", "ia-gowarc")
	for name, want := range map[string]struct{ records, damage int }{
		"good.warc.gz.open": {50, 0}, "single-record.warc.gz.open": {1, 0}, "empty.warc.gz.open": {0, 0}, "test.warc.gz": {1, 0},
		"skip-non-open.warc.gz": {10, 0}, "corrupted-trailing-bytes.warc.gz.open": {30, 1}, "corrupted-mid-record.warc.gz.open": {12, 1},
	} {
		a, err := OpenArchive(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %d captures, damage %v", name, a.Len(), a.Damage())
		if a.Len() != want.records || len(a.Damage()) != want.damage {
			t.Errorf("%s: %d captures and %d damages, want %d and %d", name, a.Len(), len(a.Damage()), want.records, want.damage)
		}
		for _, e := range a.entries {
			resp, err := e.open()
			if err != nil {
				t.Errorf("%s: %s: %v", name, e.url, err)
				continue
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Errorf("%s: %s: %v", name, e.url, err)
			}
			resp.Body.Close()
		}
	}
}

// TestArchiveFolder: what an index says wrong is reported, and no name leads out of
// the folder.
func TestArchiveFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenArchive(dir); err == nil || !strings.Contains(err.Error(), "index.tsv") {
		t.Errorf("without an index: %v", err)
	}
	write("index.tsv", "file\turl\n")
	if _, err := OpenArchive(dir); err == nil || !strings.Contains(err.Error(), `"kind"`) {
		t.Errorf("without a column: %v", err)
	}
	write("a.html", "<h1>A</h1>")
	write("b.html", "")
	write("index.tsv", "kind\tfile\turl\tpublisher\tfetched_at\n"+
		"article\ta.html\thttps://tin.example/a.html\ttin.example\t2026-03-07T00:05:00+07:00\n"+
		"article\tb.html\thttps://tin.example/b.html\ttin.example\t\n"+
		"article\ta.html\t\ttin.example\t\n"+
		"article\tgone.html\thttps://tin.example/c.html\ttin.example\t\n"+
		"article\t../../etc/hosts\thttps://tin.example/d.html\ttin.example\t\n"+
		"poem\ta.html\thttps://tin.example/e.html\ttin.example\t\n")
	a, err := OpenArchive(dir)
	if err != nil || len(a.Damage()) != 3 || a.Len() != 3 {
		t.Fatalf("%v, %d entries, damage %v", err, a.Len(), a.Damage())
	}
	got, account, err := crawl(t, newTest(t, Options{Archive: a}, nil), &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}})
	if err != nil || account.Fetched != 1 || account.Skipped[nhip.SkipNoURL] != 1 || account.Failed["empty_document"] != 1 {
		t.Errorf("%+v, %v", account, err)
	}
	if p := got["https://tin.example/a.html"].Page; p == nil || !p.FetchedAt.Equal(time.Date(2026, 3, 6, 17, 5, 0, 0, time.UTC)) || p.Status != http.StatusOK {
		t.Errorf("page %+v", p)
	}
	if _, err := OpenArchive(filepath.Join(dir, "a.html")); err == nil {
		t.Error("an HTML file is no archive")
	}
}
