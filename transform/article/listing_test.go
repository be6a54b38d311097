package article_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"nhip/catalog"
)

// TestListingSelectors holds the links and next pages of the catalog's listings
// against the labelled ones. Following them is the crawler's business; here only the
// selectors are measured.
func TestListingSelectors(t *testing.T) {
	needShared(t)
	c := loadCatalog(t)
	files, err := filepath.Glob(shared + "/gold/listings/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no labelled listings: %v", err)
	}
	sum, n := 0.0, 0
	for _, file := range files {
		var gold struct {
			File  string   `json:"file"`
			Base  string   `json:"base_url"`
			Links []string `json:"article_links"`
			Next  string   `json:"next_page"`
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &gold); err != nil {
			t.Fatal(err)
		}
		src := sourceOf(c, gold.Base)
		l := listingOf(src, gold.Base, filepath.Ext(gold.File))
		if l == nil {
			t.Logf("%s: the catalog has no listing of this form", gold.File)
			continue
		}
		page, err := os.ReadFile(filepath.Join(shared, gold.File))
		if err != nil {
			t.Fatal(err)
		}
		links, next := listingLinks(t, l, page, gold.Base)
		f := setF1(links, gold.Links)
		t.Logf("%s: F1 %.3f, next %q", gold.File, f, next)
		if f < 1 {
			t.Logf("    missing %q, extra %q", minus(gold.Links, links), minus(links, gold.Links))
		}
		if gold.Next != "" && next != gold.Next {
			t.Errorf("%s: next page %q, want %q", gold.File, next, gold.Next)
		}
		sum += f
		n++
	}
	if n < 6 {
		t.Errorf("%d listings measured, want 6 or more", n)
	}
	floor(t, "links", sum/float64(n), 0.99)
}

func listingOf(src *catalog.Source, base, ext string) *catalog.Listing {
	if src == nil {
		return nil
	}
	for i := range src.Discover.Listings {
		if l := &src.Discover.Listings[i]; l.URL == base || ext == ".json" && l.Format == "json" {
			return l
		}
	}
	return nil
}

func listingLinks(t *testing.T, l *catalog.Listing, page []byte, base string) (links []string, next string) {
	t.Helper()
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	add := func(href string) {
		u, err := at.Parse(href)
		if err != nil {
			return
		}
		u.Fragment = ""
		if s := u.String(); !seen[s] {
			seen[s] = true
			links = append(links, s)
		}
	}
	if l.Format == "json" {
		var v any
		if err := json.Unmarshal(page, &v); err != nil {
			t.Fatal(err)
		}
		for _, s := range atPath(v, strings.Split(l.Links, ".")) {
			add(s)
		}
		return links, ""
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range cascadia.QueryAll(root, cascadia.MustCompile(l.Links)) {
		add(href(n))
	}
	if l.Next.CSS != "" {
		if n := cascadia.Query(root, cascadia.MustCompile(l.Next.CSS)); n != nil {
			if u, err := at.Parse(href(n)); err == nil {
				next = u.String()
			}
		}
	}
	return links, next
}

func href(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "href" {
			return a.Val
		}
	}
	return ""
}

func atPath(v any, path []string) (out []string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, atPath(e, path)...)
		}
	case map[string]any:
		if len(path) > 0 {
			return atPath(v[path[0]], path[1:])
		}
	case string:
		if len(path) == 0 {
			return []string{v}
		}
	}
	return out
}
