package crawler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"nhip"
	"nhip/catalog"
)

func looksLikeJSON(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 1 && (text[0] == '{' || text[0] == '[') && json.Valid(text)
}

// readJSONListing reads the answer of a timeline endpoint: addresses under the path
// l.Links, else of all objects that carry a title and an address, else of the HTML
// that a string of it holds.
func readJSONListing(text []byte, base string, l *catalog.Listing) (*listingPage, error) {
	p := &listingPage{base: base}
	hrefs, fragments, err := jsonLinks(text, l.Links)
	if err != nil {
		return nil, newFault("listing_parse", nhip.OutcomePermanentError, "JSON listing: %w", err)
	}
	if p.links = p.resolve(hrefs); len(p.links) == 0 && l.Links != "" {
		if hrefs, _, err = jsonLinks(text, ""); err != nil {
			return nil, newFault("listing_parse", nhip.OutcomePermanentError, "JSON listing: %w", err)
		}
		p.guess, p.links = true, p.resolve(hrefs)
	}
	if len(p.links) == 0 {
		p.guess = true
		for _, fragment := range fragments {
			if root, err := html.Parse(strings.NewReader(fragment)); err == nil {
				hrefs = append(hrefs, likelyDocuments(anchors(root), base)...)
			}
		}
		p.links = p.resolve(hrefs)
	}
	return p, nil
}

var (
	jsonAddress = regexp.MustCompile(`(?i)(url|link|href|permalink)`)
	jsonNot     = regexp.MustCompile(`(?i)(image|img|avatar|thumb|icon|logo|redirect|frame|source|author|audio|video|amp|api|share|cover|photo)`)
	jsonTitle   = regexp.MustCompile(`(?i)^(.*_)?(title|name|headline|tieude)$`)
)

// jsonLinks reads JSON token by token, so that objects keep the order of the text.
// Depth is bounded by encoding/json.
func jsonLinks(text []byte, at string) (hrefs, fragments []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	type object struct {
		key       string // of the value that follows
		isKey     bool
		array     bool
		title     bool
		addresses []string
	}
	var stack []*object
	path := func() string {
		var keys []string
		for _, o := range stack {
			if !o.array && o.key != "" {
				keys = append(keys, o.key)
			}
		}
		return strings.Join(keys, ".")
	}
	for {
		token, err := dec.Token()
		if err != nil {
			if len(stack) > 0 {
				return nil, nil, fmt.Errorf("offset %d: %w", dec.InputOffset(), err)
			}
			return hrefs, fragments, nil
		}
		if delim, ok := token.(json.Delim); ok {
			switch delim {
			case '{', '[':
				if len(stack) > 1000 {
					return nil, nil, fmt.Errorf("offset %d: nested too deep", dec.InputOffset())
				}
				stack = append(stack, &object{array: delim == '[', isKey: delim == '{'})
				continue
			case '}', ']':
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if top.title && len(top.addresses) > 0 && at == "" {
					hrefs = append(hrefs, top.addresses[0])
				}
			}
		} else if len(stack) > 0 {
			top := stack[len(stack)-1]
			if top.isKey {
				top.key, top.isKey = token.(string), false
				continue
			}
			if value, ok := token.(string); ok {
				switch {
				case at != "" && path() == at:
					hrefs = append(hrefs, value)
				case strings.Contains(value, "<a "):
					fragments = append(fragments, value)
				case jsonTitle.MatchString(top.key) && len(value) > 10:
					top.title = true
				case jsonAddress.MatchString(top.key) && !jsonNot.MatchString(top.key) && isAddress(value):
					top.addresses = append(top.addresses, value)
				}
			}
		}
		if len(stack) > 0 {
			if top := stack[len(stack)-1]; !top.array {
				top.isKey = true
			}
		}
	}
}

func isAddress(value string) bool {
	return (strings.HasPrefix(value, "/") || strings.HasPrefix(value, "http")) && !notDocuments.MatchString(value) && len(value) > 8
}
