package crawler

import (
	"bytes"
	"html"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"nhip"
)

// FeedItem is one entry of a feed.
type FeedItem struct {
	URL       string    // absolute, without fragment and tracking parameters; "" if it names none
	Title     string    // NFC, without markup, entities decoded however often they were escaped
	Published time.Time // the zero time if there is none that can be read
	Printed   string    // the date as the feed prints it
}

const (
	maxFeedItems = 2000
	maxFeedDepth = 10_000 // of elements; the parser recurses
)

// ReadFeed returns the entries of an RSS, Atom or JSON feed in its order, at most
// 2,000 of them. base is the address the feed came from. A date without a zone is
// Asia/Ho_Chi_Minh.
//
// It reads what publishers send: byte order marks, blank lines before the prolog, a
// prolog that names another encoding than the bytes have, entities escaped twice,
// relative links. Its errors say what came instead: an HTML page
// ("feed_is_html"), nothing ("empty_document"), or no feed ("feed_parse").
func ReadFeed(body []byte, base string) ([]FeedItem, error) {
	return readFeed(body, base, maxFeedItems)
}

func readFeed(body []byte, base string, most int) ([]FeedItem, error) {
	text := feedText(body)
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, newFault("empty_document", nhip.OutcomePermanentError, "the feed is empty")
	case isHTML(text):
		return nil, newFault("feed_is_html", nhip.OutcomePermanentError, "an HTML page instead of a feed")
	case xmlDepth(text) > maxFeedDepth:
		return nil, newFault("feed_parse", nhip.OutcomePermanentError, "elements nested deeper than %d", maxFeedDepth)
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(text))
	if err != nil {
		return nil, newFault("feed_parse", nhip.OutcomePermanentError, "feed: %w", err)
	}
	if feed.FeedType == "json" && feed.FeedVersion == "" && len(feed.Items) == 0 {
		return nil, newFault("feed_parse", nhip.OutcomePermanentError, "JSON that is no feed")
	}
	if resolved, err := linked(feed.Link, base); err == nil && base == "" {
		base = resolved // a saved feed of unknown address: its own link is the next best
	}
	items := make([]FeedItem, 0, min(len(feed.Items), most))
	for _, item := range feed.Items[:min(len(feed.Items), most)] {
		if item == nil {
			continue
		}
		items = append(items, feedItem(item, base))
	}
	return items, nil
}

func feedItem(item *gofeed.Item, base string) FeedItem {
	out := FeedItem{Title: feedTitle(item.Title), Printed: strings.TrimSpace(item.Published)}
	if out.Printed == "" {
		out.Printed = strings.TrimSpace(item.Updated)
	}
	links := append([]string{item.Link}, item.Links...)
	if strings.HasPrefix(item.GUID, "http") {
		links = append(links, item.GUID)
	}
	for _, link := range links {
		if u, err := linked(html.UnescapeString(link), base); err == nil {
			out.URL = u
			break
		}
	}
	out.Published = feedTime(out.Printed)
	if out.Published.IsZero() {
		for _, t := range []*time.Time{item.PublishedParsed, item.UpdatedParsed} {
			if t != nil && !t.IsZero() {
				out.Published = *t
				break
			}
		}
	}
	return out
}

var tags = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)

// feedTitle decodes entities until nothing changes, three times at most, and drops
// markup.
func feedTitle(title string) string {
	for range 3 {
		decoded := html.UnescapeString(title)
		if decoded == title {
			break
		}
		title = decoded
	}
	title = tags.ReplaceAllString(title, "")
	return norm.NFC.String(strings.Join(strings.Fields(title), " "))
}

var prolog = regexp.MustCompile(`(?is)^\s*<\?xml([^>]*)\?>`)
var prologEncoding = regexp.MustCompile(`(?i)encoding\s*=\s*["']\s*([A-Za-z0-9._:-]+)`)

// feedText returns XML or JSON as UTF-8 without byte order mark, prolog and what
// stands before it. The bytes decide about the encoding; the prolog only where they
// are no UTF-8.
func feedText(body []byte) []byte {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		body = body[3:]
	case bytes.HasPrefix(body, []byte("\xFE\xFF")), bytes.HasPrefix(body, []byte("\xFF\xFE")):
		body = decodeUTF16(body, unicode.ExpectBOM, unicode.BigEndian)
	case bytes.HasPrefix(body, []byte{0, '<'}), bytes.HasPrefix(body, []byte{0, 0, 0, '<'}):
		body = decodeUTF16(body, unicode.IgnoreBOM, unicode.BigEndian)
	case bytes.HasPrefix(body, []byte{'<', 0}):
		body = decodeUTF16(body, unicode.IgnoreBOM, unicode.LittleEndian)
	}
	head := prolog.FindSubmatchIndex(body)
	if head == nil {
		if !utf8.Valid(body) {
			body = bytes.ToValidUTF8(body, []byte("�"))
		}
		return bytes.TrimLeft(body, " \t\r\n\x00\u200b")
	}
	declaration, rest := body[head[2]:head[3]], body[head[1]:]
	if !utf8.Valid(rest) {
		if m := prologEncoding.FindSubmatch(declaration); m != nil {
			if r, err := charset.NewReaderLabel(string(m[1]), bytes.NewReader(rest)); err == nil {
				if decoded, err := io.ReadAll(r); err == nil {
					rest = decoded
				}
			}
		}
		rest = bytes.ToValidUTF8(rest, []byte("�"))
	}
	return bytes.TrimSpace(rest)
}

func decodeUTF16(body []byte, mark unicode.BOMPolicy, order unicode.Endianness) []byte {
	text, err := unicode.UTF16(order, mark).NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return text
}

// isHTML recognises a page where a feed was expected: its first element is html, or
// one that only stands in HTML.
func isHTML(text []byte) bool {
	text = bytes.TrimSpace(text)
	for bytes.HasPrefix(text, []byte("<!--")) {
		end := bytes.Index(text, []byte("-->"))
		if end < 0 {
			return false
		}
		text = bytes.TrimSpace(text[end+3:])
	}
	head := bytes.ToLower(text[:min(len(text), 200)])
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<div", "<p>", "<title", "<h1"} {
		if bytes.HasPrefix(head, []byte(start)) {
			return true
		}
	}
	return false
}

// xmlDepth returns how deep elements nest at most, by their brackets alone.
func xmlDepth(text []byte) int {
	depth, deepest := 0, 0
	for {
		at := bytes.IndexByte(text, '<')
		if at < 0 || at+1 >= len(text) {
			return deepest
		}
		text = text[at:]
		var end string
		switch {
		case bytes.HasPrefix(text, []byte("<![CDATA[")):
			end = "]]>"
		case bytes.HasPrefix(text, []byte("<!--")):
			end = "-->"
		case text[1] == '/':
			depth = max(depth-1, 0)
			end = ">"
		case text[1] == '!' || text[1] == '?':
			end = ">"
		default:
			end = ">"
			if close := bytes.IndexByte(text, '>'); close < 1 || text[close-1] != '/' {
				depth++
				deepest = max(deepest, depth)
			}
		}
		skip := bytes.Index(text, []byte(end))
		if skip < 0 {
			return deepest
		}
		text = text[skip+len(end):]
	}
}
