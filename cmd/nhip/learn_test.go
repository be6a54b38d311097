package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"nhip/catalog"
	"nhip/crawler"
)

// TestLearn learns a publisher from its site on loopback and from a saved page: the
// robots.txt is asked first, and the file passes the catalog's check.
func TestLearn(t *testing.T) {
	arc, err := txtar.ParseFile("../../transform/article/testdata/generic-wordpress.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var page []byte
	for _, f := range arc.Files {
		if f.Name == "page.html" {
			page = f.Data
		}
	}
	var asked []string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if r.URL.Path == "/robots.txt" {
			io.WriteString(w, "User-agent: *\nDisallow: /kin/\n")
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(page)
	}))
	defer site.Close()
	opts := crawler.Options{
		Resolve: map[string]netip.AddrPort{"mau.example": netip.MustParseAddrPort(site.Listener.Addr().String())},
		Now:     func() time.Time { return time.Date(2026, 5, 5, 1, 0, 0, 0, time.UTC) },
		Limits:  crawler.Limits{NoDelay: true},
	}
	saved := filepath.Join(t.TempDir(), "saved.html")
	if err := os.WriteFile(saved, page, 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		flags := flagSet(learnCommand)
		if err := flags.Parse(args); err != nil {
			t.Fatal(err)
		}
		c := &call{flags: flags, args: flags.Args(), config: config{from: map[string]string{}}, log: slog.New(slog.DiscardHandler), stdout: &out, stderr: io.Discard}
		err := learn(t.Context(), c, opts)
		return out.String(), err
	}
	out, err := run("--id", "mau", "--url", "http://mau.example/nha-may-hai-12346.html", saved, "http://mau.example/nha-may-mot-12345.html")
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) < 2 || asked[0] != "/robots.txt" {
		t.Errorf("asked for %v: robots.txt comes first", asked)
	}
	file := filepath.Join(t.TempDir(), "mau.yaml")
	if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Check(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	src, ok := c.Source("mau")
	if !ok || src.Hosts[0] != "mau.example" || src.Documents.URL == nil || !src.Documents.URL.MatchString("http://mau.example/nha-may-ba-12399.html") {
		t.Errorf("source:\n%s", out)
	}
	if _, err := run("http://mau.example/kin/a-1.html"); err == nil || !strings.Contains(err.Error(), "robots") {
		t.Errorf("a page that robots.txt forbids: %v", err)
	}
	feed := filepath.Join(t.TempDir(), "feed.xml")
	if err := os.WriteFile(feed, []byte("<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>"), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.html")
	if err := os.WriteFile(empty, []byte("<p>404</p>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []struct {
		args []string
		says string
	}{
		{nil, "name files or addresses"},
		{[]string{"--id", "A b", saved}, "small letters"},
		{[]string{"--url", "mau.example/x", saved}, "absolute address"},
		{[]string{"--url", "http://mau.example/x", "--url", "http://mau.example/y", saved}, "more --url than files"},
		{[]string{"ftp://mau.example/x"}, "only http and https"},
		{[]string{filepath.Join(t.TempDir(), "none.html")}, "none.html"},
		{[]string{feed}, "is a feed"},
		{[]string{"--url", "http://mau.example/x", empty}, "http://mau.example/x: "},
	} {
		if out, err := run(wrong.args...); err == nil || !strings.Contains(err.Error(), wrong.says) || out != "" {
			t.Errorf("learn %q: %v, want %q in it; output %q", wrong.args, err, wrong.says, out)
		}
	}
}
