package crawler

import (
	"bytes"
	"net/http"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// directives are what a publisher asks of those who fetched a page, in its X-Robots-Tag
// header or in a meta element named robots or after the crawler. There is no standard;
// the words are those that search engines document.
type directives struct {
	noIndex   bool // not to be found by search
	noArchive bool // no copy is to be kept
}

// pageHead is what the head of a page says about the page's address and its keeping.
type pageHead struct {
	canonical string // "" for none, and for two that differ
	og        string // og:url
	directives
}

// headBytes is how far into a page its head is looked for.
const headBytes = 256 << 10

// readHead reads header and head of a page for a crawler of that product token.
func readHead(token string, header http.Header, body []byte) (h pageHead) {
	for _, value := range header.Values("X-Robots-Tag") {
		h.read(token, value)
	}
	z := html.NewTokenizer(bytes.NewReader(body[:min(len(body), headBytes)]))
	z.SetMaxBuf(64 << 10)
	contradicts := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return h
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			switch what := atom.Lookup(name); {
			case what == atom.Body:
				return h
			case what == atom.Link && hasAttr:
				a := attributes(z, "rel", "href")
				if !strings.EqualFold(a[0], "canonical") || a[1] == "" || contradicts {
					continue
				}
				if contradicts = h.canonical != "" && h.canonical != a[1]; contradicts {
					a[1] = ""
				}
				h.canonical = a[1]
			case what == atom.Meta && hasAttr:
				a := attributes(z, "name", "property", "content")
				if strings.EqualFold(a[0], "robots") || strings.EqualFold(a[0], token) {
					h.read(token, a[2])
				}
				if h.og == "" && strings.EqualFold(a[1], "og:url") {
					h.og = a[2]
				}
			}
		}
	}
}

// attributes returns the values of attributes of the tag the tokenizer stands at.
func attributes(z *html.Tokenizer, names ...string) []string {
	values := make([]string, len(names))
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		for i, name := range names {
			if string(key) == name {
				values[i] = strings.TrimSpace(string(value))
			}
		}
	}
	return values
}

// read takes a list of words. One with a crawler's name before it is about that crawler,
// and so are the words behind it.
func (d *directives) read(token, list string) {
	mine := true
	for word := range strings.SplitSeq(list, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		if agent, rest, ok := strings.Cut(word, ":"); ok {
			switch agent = strings.TrimSpace(agent); agent {
			case "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview":
				continue // a directive with a value
			}
			mine, word = strings.EqualFold(agent, token), strings.TrimSpace(rest)
		}
		if !mine {
			continue
		}
		switch word {
		case "noindex":
			d.noIndex = true
		case "noarchive":
			d.noArchive = true
		case "none": // noindex and nofollow
			d.noIndex = true
		}
	}
}

// String is how a visit names them, "" for none.
func (d directives) String() string {
	switch {
	case d.noIndex && d.noArchive:
		return "noindex,noarchive"
	case d.noIndex:
		return "noindex"
	case d.noArchive:
		return "noarchive"
	}
	return ""
}
