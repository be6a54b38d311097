package crawler

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestCanonicalLink: what a page calls its own address is believed of copies of a
// document, and of nothing else (71).
func TestCanonicalLink(t *testing.T) {
	numbered := &catalog.Source{ID: "tin", Hosts: []string{"tin.example", "www.tin.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "https://tin.example/rss"}}},
		Documents: catalog.Documents{URL: pattern(`^https://tin\.example/[a-z/-]+-\d+\.html$`), ID: pattern(`-(\d+)\.html$`)}}
	plain := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: "https://tin.example/rss"}}}}
	head := func(canonical, more string) string {
		return `<!DOCTYPE html><html><head><title>a</title><link rel="stylesheet" href="/a.css">` + fmt.Sprintf(`<link href="%s" rel="Canonical">`, canonical) + more + `</head><body><link rel="canonical" href="https://tin.example/x-999999.html"></body></html>`
	}
	for _, test := range []struct {
		name      string
		src       *catalog.Source
		own, page string
		want      string
	}{
		{"its own", numbered, "https://tin.example/thep-tang-100001.html", head("https://tin.example/thep-tang-100001.html", ""), ""},
		{"an edited title", numbered, "https://tin.example/thep-tang-100001.html", head("/thep-tang-manh-100001.html", ""), "https://tin.example/thep-tang-manh-100001.html"},
		{"the mobile copy's", numbered, "https://tin.example/amp/thep-tang-100001.html", head("https://www.tin.example/thep-tang-100001.html?utm_source=amp", ""), "https://tin.example/thep-tang-100001.html"},
		{"print by number alone", numbered, "https://tin.example/print/100001.html", head("https://tin.example/thep-tang-100001.html", ""), "https://tin.example/thep-tang-100001.html"},
		{"another article", numbered, "https://tin.example/thep-tang-100001.html", head("https://tin.example/giay-100002.html", ""), ""},
		{"the home page", numbered, "https://tin.example/thep-tang-100001.html", head("https://tin.example/", ""), ""},
		{"a section", numbered, "https://tin.example/thep-tang-100001.html", head("/kinh-te", ""), ""},
		{"another host", numbered, "https://tin.example/thep-tang-100001.html", head("https://khac.example/thep-tang-100001.html", ""), ""},
		{"a script", numbered, "https://tin.example/thep-tang-100001.html", head("javascript:void(0)", ""), ""},
		{"none", numbered, "https://tin.example/thep-tang-100001.html", "<html><head></head><body>a</body></html>", ""},
		{"two that differ", numbered, "https://tin.example/thep-tang-100001.html", head("/thep-100001.html", `<link rel="canonical" href="/thep-khac-100001.html">`), ""},
		{"og:url disagrees", numbered, "https://tin.example/thep-tang-100001.html", head("/thep-100001.html", `<meta property="og:url" content="https://tin.example/thep-tang-100001.html">`), ""},
		{"og:url agrees", numbered, "https://tin.example/thep-tang-100001.html", head("/thep-100001.html", `<meta property="og:url" content="/thep-100001.html">`), "https://tin.example/thep-100001.html"},
		{"AMP without a number", plain, "https://tin.example/kinh-te/san-luong-thep-tang/amp/", head("/kinh-te/san-luong-thep-tang/", ""), "https://tin.example/kinh-te/san-luong-thep-tang/"},
		{"AMP as an ending", plain, "https://tin.example/kinh-te/san-luong-thep-tang.amp", head("/kinh-te/san-luong-thep-tang.htm", ""), "https://tin.example/kinh-te/san-luong-thep-tang.htm"},
		{"another without a number", plain, "https://tin.example/kinh-te/san-luong-thep-tang.htm", head("/kinh-te/gia-thep-lai-giam-sau.htm", ""), ""},
	} {
		h := readHead("nhip", nil, []byte(test.page))
		got := canonicalLink(test.src, test.own, &answer{url: test.own}, &h)
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// numberedMemory is a memory that knows documents by the publisher's number.
type numberedMemory struct {
	memory
	documents []string
}

func (m numberedMemory) SameDocument(_ context.Context, _ nhip.SourceID, pattern, id string) (string, error) {
	for _, address := range m.documents {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(address); found != nil && found[1] == id {
			return address, nil
		}
	}
	return "", nil
}

// TestSameDocument: an article whose title was edited, and with it its address, stays
// the document it was; copies that one run finds are one document.
func TestSameDocument(t *testing.T) {
	site := "http://tin.example/"
	o := crawlertest.NewOrigin(t, "127.0.0.2")
	o.Handle("/rss", crawlertest.Typed("application/rss+xml", rss("<item><link>"+site+"thep-tang-manh-100001.html</link></item><item><link>"+site+"giay-100002.html</link></item><item><link>"+site+"giay-va-bot-giay-100002.html</link></item>")))
	for _, p := range []string{"/thep-tang-manh-100001.html", "/giay-100002.html", "/giay-va-bot-giay-100002.html"} {
		o.Handle(p, crawlertest.Body("<h1>"+p+"</h1>"))
	}
	src := &catalog.Source{ID: "tin", Hosts: []string{"tin.example"}, Discover: catalog.Discover{Feeds: []catalog.Feed{{URL: site + "rss"}}},
		Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`), ID: pattern(`-(\d{6})\.html$`)}}
	mem := numberedMemory{memory{}, []string{site + "thep-tang-100001.html"}}
	c := newTest(t, Options{Memory: mem}, newsHosts(o))
	got, account, err := crawl(t, c, src)
	if err != nil || account.Fetched != 3 {
		t.Fatalf("%+v, %v", account, err)
	}
	for visited, document := range map[string]string{"thep-tang-manh-100001.html": "thep-tang-100001.html", "giay-100002.html": "giay-100002.html", "giay-va-bot-giay-100002.html": "giay-100002.html"} {
		if p := got[site+visited].Page; p == nil || p.URL != site+document {
			t.Errorf("%s is kept as %+v, want %s", visited, p, document)
		}
	}
	keep(mem.memory, got)
	if _, account, err := crawl(t, c, src); err != nil || account.Fetched != 0 || len(o.Hits("/thep-tang-manh-100001.html")) != 1 {
		t.Errorf("again: %+v, %v", account, err)
	}
}
