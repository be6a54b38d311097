package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// writtenPages are a document in two versions, a copy of it elsewhere, a workbook, and
// a page with header values that would break a file written carelessly.
func writtenPages() []nhip.Page {
	page := func(url string, kind nhip.PageKind, at time.Time, contentType, body string, header ...string) nhip.Page {
		h := http.Header{"Content-Type": {contentType}}
		for i := 0; i+1 < len(header); i += 2 {
			h.Add(header[i], header[i+1])
		}
		return nhip.Page{Source: "tin", URL: url, Kind: kind, FetchedAt: at, Status: 200, Header: h, ContentType: contentType, Body: []byte(body), SHA256: sha256.Sum256([]byte(body))}
	}
	at := time.Date(2026, 3, 7, 1, 2, 3, 456e6, time.UTC)
	first := crawlertest.Article("Thép tăng", 3000)
	return []nhip.Page{
		page("https://tin.example/thep-100001.html", nhip.KindArticle, at, "text/html; charset=utf-8", first, "Etag", `"1"`, "Vary", "a", "Vary", "b"),
		page("https://tin.example/thep-100001.html", nhip.KindArticle, at.Add(time.Hour), "text/html; charset=utf-8", first+"<p>Cập nhật</p>"),
		page("https://tin.example/chep-100002.html", nhip.KindArticle, at.Add(2*time.Hour), "text/html", first, "Etag", `"3"`),
		page("https://tin.example/so-lieu.xlsx?k=1&y=2", nhip.KindTable, at.Add(3*time.Hour), "application/octet-stream", "PK\x03\x04\x00\r\n\r\nWARC/1.1\r\n"),
		page("https://tin.example/la-100003.html", nhip.KindText, at.Add(4*time.Hour), "text/plain", " \n x \n", "X-Odd", "a: b"),
	}
}

func writeWARC(t testing.TB, pages []nhip.Page) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWARCWriter(&b, WARCInfo{Software: "nhip/0.1", Operator: "bot@nhip.example", Description: "thử\r\nInjected: 1", At: time.Unix(1_772_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range pages {
		if err := w.Write(&pages[i]); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func openWARCBytes(t testing.TB, data []byte) *Archive {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.warc.gz")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := OpenArchive(file)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestWARCWrite: pages written and crawled from the file are the same pages, whatever
// was in them, each version in the order of time.
func TestWARCWrite(t *testing.T) {
	pages := writtenPages()
	data := writeWARC(t, pages)
	if !bytes.Equal(data, writeWARC(t, pages)) {
		t.Error("the same pages give other bytes")
	}
	archive := openWARCBytes(t, data)
	if len(archive.Damage()) > 0 {
		t.Fatal(archive.Damage())
	}
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
	var got []nhip.Page
	mem := memory{}
	for _, pass := range archive.Passes() {
		c := newTest(t, Options{Archive: pass, Memory: mem}, nil)
		account, err := c.Crawl(t.Context(), src, func(_ context.Context, f nhip.Fetch) error {
			mem.keep([]nhip.Fetch{f})
			if f.Page != nil {
				f.Page.Header.Del("Content-Length")
				got = append(got, *f.Page)
			}
			return nil
		})
		if err != nil || len(account.Failed) > 0 {
			t.Errorf("%+v, %v", account, err)
		}
	}
	want := []nhip.Page{pages[0], pages[2], pages[3], pages[4], pages[1]}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("pages (-written +read):\n%s", d)
	}
}

// TestWARCWriteForm holds the file to the standard: a member a record, the fields each
// type must have, lengths and digests that are true.
func TestWARCWriteForm(t *testing.T) {
	var kinds []string
	r := bytes.NewReader(writeWARC(t, writtenPages()))
	ids := map[string]bool{}
	for r.Len() > 0 {
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		record, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		head, block, ok := strings.Cut(string(record), "\r\n\r\n")
		if !ok || !strings.HasPrefix(head, "WARC/1.1\r\n") || !strings.HasSuffix(block, "\r\n\r\n") {
			t.Fatalf("record %q", record)
		}
		block = strings.TrimSuffix(block, "\r\n\r\n")
		field := func(name string) string {
			if m := regexp.MustCompile(`(?m)^` + name + `: (.*)\r?$`).FindStringSubmatch(head); m != nil {
				return strings.TrimSpace(m[1])
			}
			return ""
		}
		kind := field("WARC-Type")
		kinds = append(kinds, kind)
		if field("Content-Length") != fmt.Sprint(len(block)) || !regexp.MustCompile(`^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>$`).MatchString(field("WARC-Record-ID")) || ids[field("WARC-Record-ID")] {
			t.Errorf("%s: %q of a block of %d bytes", kind, head, len(block))
		}
		ids[field("WARC-Record-ID")] = true
		_, body, _ := strings.Cut(block, "\r\n\r\n")
		switch kind {
		case "warcinfo":
			if strings.Contains(block, "\nInjected") {
				t.Errorf("a value broke its line: %q", block)
			}
		case "response":
			if field("WARC-Payload-Digest") != fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(body))) {
				t.Errorf("digest of %s", field("WARC-Target-URI"))
			}
		case "revisit":
			if body != "" || !ids[field("WARC-Refers-To")] || field("WARC-Refers-To-Target-URI") != "https://tin.example/thep-100001.html" || field("WARC-Refers-To-Date") != "2026-03-07T01:02:03.456Z" || !strings.HasSuffix(field("WARC-Profile"), "/1.1/revisit/identical-payload-digest") {
				t.Errorf("revisit %q", head)
			}
		case "request":
			if !ids[field("WARC-Concurrent-To")] || !strings.Contains(block, "\r\nHost: tin.example\r\n") || !strings.Contains(block, "User-Agent: nhip/0.1 (+bot@nhip.example)\r\n") {
				t.Errorf("request %q of %q", block, head)
			}
		}
	}
	want := []string{"warcinfo", "response", "request", "response", "request", "revisit", "request", "response", "request", "response", "request"}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// TestWARCWriteDamaged: of a written file that is cut anywhere or has a wrong byte, every
// whole record is read and the damage told.
func TestWARCWriteDamaged(t *testing.T) {
	data := writeWARC(t, writtenPages())
	whole := openWARCBytes(t, data).Len()
	file := filepath.Join(t.TempDir(), "a.warc.gz")
	open := func(data []byte) (int, int) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := OpenArchive(file)
		if err != nil {
			return 0, 1 // not even the first bytes are a WARC file's
		}
		return a.Len(), len(a.Damage())
	}
	before := 0
	for cut := 1; cut <= len(data); cut += 23 {
		n, damage := open(data[:cut])
		if n < before || n > whole || n < whole && damage > 1 {
			t.Errorf("cut at %d of %d: %d captures, %d damages, %d captures before", cut, len(data), n, damage, before)
		}
		before = n
	}
	for at := 0; at < len(data); at += 37 {
		// A flipped byte costs its own record, and a revisit of it.
		if n, damage := open(flipped(bytes.Clone(data), at)); n < whole-2 && at > 1 || n < whole && damage == 0 {
			t.Errorf("flip at %d: %d captures of %d, %d damages", at, n, whole, damage)
		}
	}
}

// TestCommonCrawlNews imports a file in the form of Common Crawl's news archive: WARC
// 1.0 packed by record, request before response, sha1 digests, payloads that were
// unpacked when they were stored, with their old fields under the prefix X-Crawl-.
func TestCommonCrawlNews(t *testing.T) {
	body := crawlertest.Article("Sản lượng ô tô tăng", 1500)
	record := func(kind, extra, contentType, block string) []byte {
		return crawlertest.Gzip([]byte(fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Date: 2026-03-07T01:02:03Z\r\nWARC-Record-ID: <urn:uuid:%032x>\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n",
			kind, len(block)+len(extra), extra, contentType, len(block), block)))
	}
	target := func(u string) string {
		return "WARC-Target-URI: " + u + "\r\nWARC-IP-Address: 203.162.4.190\r\n"
	}
	var file bytes.Buffer
	file.Write(record("warcinfo", "WARC-Filename: CC-NEWS-20260307010000-00001.warc.gz\r\n", "application/warc-fields", "robots: checked via crawler-commons 1.4\r\nsoftware: StormCrawler 2.11 https://stormcrawler.example/\r\nformat: WARC File Format 1.0\r\n\r\n"))
	for i, u := range []string{"https://tin.example/o-to-100001.html", "https://www.tin.example/xe-may-100002.html", "https://tin.example/kinh-te", "https://khac.example/o-to-100003.html"} {
		file.Write(record("request", target(u), "application/http; msgtype=request", "GET / HTTP/1.1\r\nUser-Agent: CCBot/2.0\r\nHost: tin.example\r\n\r\n"))
		text := strings.Replace(body, "</h1>", fmt.Sprintf(" %d</h1>", i), 1)
		file.Write(record("response", target(u)+"WARC-Payload-Digest: sha1:ABCDEFGHIJKLMNOPQRSTUVWXYZ23456"+fmt.Sprint(i)+"\r\n", "application/http; msgtype=response",
			fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nX-Crawl-Content-Encoding: gzip\r\nX-Crawl-Transfer-Encoding: chunked\r\nX-Crawl-Content-Length: 400\r\nContent-Length: %d\r\n\r\n%s", len(text), text)))
	}
	file.Write(record("response", target("https://tin.example/dai-100009.html")+"WARC-Truncated: length\r\n", "application/http; msgtype=response", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Dài"))
	archive := openWARCBytes(t, file.Bytes())
	if len(archive.Damage()) > 0 {
		t.Fatal(archive.Damage())
	}
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "https://tin.example/rss"}}}, Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
	got, account, err := crawl(t, newTest(t, Options{Archive: archive}, nil), src)
	if err != nil || account.Fetched != 2 || account.Discovered != 3 || account.Failed["archived_truncated"] != 1 {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	p := got["https://tin.example/xe-may-100002.html"].Page
	if p == nil || !strings.Contains(string(p.Body), " 1</h1>") || !p.FetchedAt.Equal(time.Date(2026, 3, 7, 1, 2, 3, 0, time.UTC)) {
		t.Errorf("page %+v", p)
	}
}
