package crawler

import (
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	whatwg "github.com/nlnwa/whatwg-url/url"

	"nhip/catalog"
)

// maxURL is the longest address that is followed; longer ones are traps or data.
const maxURL = 2048

// addressParser reads addresses as browsers do. net/url only ever sees its output.
var addressParser = whatwg.NewParser()

var (
	errNoAddress = errors.New("no address")
	errScheme    = errors.New("not an http or https address")
	errUserInfo  = errors.New("address with a user name or password")
	errTooLong   = fmt.Errorf("address longer than %d bytes", maxURL)
)

// tracking are query parameters that say where a reader came from and never which
// document is meant; names ending in * are prefixes.
var tracking = []string{
	"utm_*", "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "zarsrc", "zclid",
	"igshid", "igsh", "mc_cid", "mc_eid", "_ga", "_gl", "vn_source", "vn_campaign", "vn_medium", "vn_term", "vn_thumb", "vn_zone",
	"mibextid", "ref_src", "ref_url", "spm", "fb_*", "_openstat", "at_campaign", "at_medium",
	"phpsessid", "jsessionid", "aspsessionid*", "cfid", "cftoken",
}

// Canonical returns the address that identifies a document: raw resolved against
// base (which may be empty if raw is absolute) as the WHATWG URL standard says,
// without fragment, tracking parameters and default port. Where src is not nil,
// its alias hosts and the usual copies of a host (www., m., amp.) become its first
// host, http becomes https if the first address the source file names is https, and
// only the query parameters of Documents.KeepQuery stay, if it lists any. A query, or the
// mark of a copy for phones or printers, with which the address has not the form
// Documents.URL asks for, and has it without, goes.
//
// It refuses addresses that are not http or https, carry a user name or password,
// or are longer than 2048 bytes. Canonical(Canonical(x)) is Canonical(x).
func Canonical(raw, base string, src *catalog.Source) (string, error) {
	u, err := parseAddress(raw, base)
	if err != nil {
		return "", err
	}
	return canonical(u, src)
}

// linked returns the address to ask for: like Canonical without a source, so the
// host stays as the publisher linked it.
func linked(raw, base string) (string, error) {
	return Canonical(raw, base, nil)
}

// both returns linked and Canonical of one address.
func both(raw, base string, src *catalog.Source) (link, identity string, err error) {
	u, err := parseAddress(raw, base)
	if err != nil {
		return "", "", err
	}
	if link, err = canonical(u, nil); err != nil {
		return "", "", err
	}
	identity, err = canonical(u, src)
	return link, identity, err
}

// canonical changes u.
func canonical(u *whatwg.Url, src *catalog.Source) (string, error) {
	var keep []string
	if src != nil {
		keep = src.Documents.KeepQuery
		if host, ok := canonicalHost(src, hostPort(u)); ok && host != hostPort(u) {
			u.SetHost(host)
		}
		if u.Scheme() == "http" && u.Port() == "" && publishesHTTPS(src) {
			u.SetProtocol("https")
		}
	}
	if query := u.Query(); query != "" || strings.HasSuffix(u.Href(true), "?") {
		if clean := cleanQuery(query, keep); clean != query || clean == "" {
			u.SetSearch(clean)
		}
	}
	if path := u.Pathname(); strings.Contains(path, ";") {
		if clean := sessionPath.ReplaceAllString(path, ""); clean != path {
			u.SetPathname(clean)
		}
	}
	address, err := href(u)
	if err != nil || src == nil || src.Documents.URL == nil || src.Documents.URL.MatchString(address) {
		return address, err
	}
	// A query that the addresses of the source's documents do not have is a mark of
	// where the link stood (?rss=1, ?src=box), if the address is one without it.
	if bare, _, _ := strings.Cut(address, "?"); src.Documents.URL.MatchString(bare) {
		return bare, nil
	}
	return original(address, src.Documents.URL), nil
}

// original returns the address of the document that an address is a copy of, as far as
// its form tells, else the address itself: /amp/a.html, /a.html/amp, /a.amp.html and
// /m/a.html are copies of /a.html, and /a is /a/, wherever the source's documents have the
// one form and not the other.
func original(address string, form *catalog.Pattern) string {
	site := strings.Index(address, "://") + len("://")
	slash := strings.IndexByte(address[site:], '/')
	if slash < 0 {
		return address
	}
	host, path, query := address[:site+slash], address[site+slash:], ""
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	var others []string
	for _, first := range []string{"/amp/", "/m/", "/mobile/", "/print/", "/in/"} {
		if rest, ok := strings.CutPrefix(path, first); ok {
			others = append(others, "/"+rest)
		}
	}
	for _, last := range []string{"/amp/", "/amp", "/print", "/in", ".amp"} {
		if rest, ok := strings.CutSuffix(path, last); ok {
			others = append(others, rest, rest+"/")
		}
	}
	others = append(others, strings.Replace(path, ".amp.", ".", 1), strings.TrimSuffix(path, "/"), path+"/")
	for _, other := range others {
		for _, tail := range []string{query, ""} {
			if candidate := host + other + tail; form.MatchString(candidate) {
				return candidate
			}
		}
	}
	return address
}

// sessionPath is a session's number in a path, as servlets write it.
var sessionPath = regexp.MustCompile(`(?i);(jsessionid|phpsessid)=[^/;]*`)

// parseAddress resolves and checks an address.
func parseAddress(raw, base string) (*whatwg.Url, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return nil, errNoAddress
	}
	if len(raw) > 2*maxURL {
		return nil, errTooLong
	}
	var u *whatwg.Url
	var err error
	if base == "" {
		u, err = addressParser.Parse(raw)
	} else {
		u, err = addressParser.ParseRef(base, raw)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("address %.80q: %w", raw, err)
	case u.Scheme() != "http" && u.Scheme() != "https":
		return nil, errScheme
	case u.Username() != "" || u.Password() != "":
		return nil, errUserInfo
	}
	if host := strings.TrimRight(u.Hostname(), "."); host != u.Hostname() && host != "" {
		u.SetHostname(host)
	}
	u.SetHash("")
	return u, nil
}

var strayPercent = regexp.MustCompile(`%([^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|[0-9A-Fa-f]?$)`)

// href prints u so that net/url, which net/http needs, reads the same.
func href(u *whatwg.Url) (string, error) {
	s := u.Href(true)
	if strings.Contains(s, "%") {
		// "tang-10%-nam": browsers send the bare sign, net/url refuses it, servers
		// read both forms alike.
		for strayPercent.MatchString(s) {
			s = strayPercent.ReplaceAllString(s, "%25$1")
		}
	}
	if len(s) > maxURL {
		return "", errTooLong
	}
	if _, err := url.Parse(s); err != nil {
		return "", err
	}
	return s, nil
}

// cleanQuery drops tracking parameters, and all but those of keep if it lists any.
// Order and spelling of the others stay: some servers read the raw query.
func cleanQuery(query string, keep []string) string {
	if query == "" {
		return ""
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		switch {
		case part == "" || isTracking(name):
		case len(keep) > 0 && !slices.Contains(keep, name):
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

func isTracking(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(tracking, func(t string) bool {
		if prefix, ok := strings.CutSuffix(t, "*"); ok {
			return strings.HasPrefix(name, prefix)
		}
		return name == t
	})
}

// canonicalHost maps a host (with port, if it is not the default one) of the source
// to the source's first host; ok is false for hosts that are not the source's.
func canonicalHost(src *catalog.Source, host string) (string, bool) {
	if len(src.Hosts) == 0 {
		return host, false
	}
	bare := bareHost(host)
	for _, h := range src.Hosts {
		if h = strings.ToLower(h); h == host || bareHost(h) == bare {
			return strings.ToLower(src.Hosts[0]), true
		}
	}
	return host, false
}

// ownsHost tells whether documents of the source may stand on the host.
func ownsHost(src *catalog.Source, host string) bool {
	_, ok := canonicalHost(src, strings.ToLower(host))
	return ok
}

// bareHost drops the labels of copies of a site.
func bareHost(host string) string {
	for _, label := range []string{"www.", "m.", "amp.", "mobile."} {
		if rest, ok := strings.CutPrefix(host, label); ok && strings.Contains(rest, ".") {
			return rest
		}
	}
	return host
}

func hostPort(u *whatwg.Url) string {
	if port := u.Port(); port != "" {
		return net.JoinHostPort(strings.Trim(u.Hostname(), "[]"), port)
	}
	return u.Hostname()
}

// publishesHTTPS goes by the first address the source file names.
func publishesHTTPS(src *catalog.Source) bool {
	for a := range declared(src) {
		return strings.HasPrefix(a, "https:")
	}
	return slices.Contains(src.Discover.Sitemaps, catalog.RobotsSitemaps) // where else would they be looked for?
}

// declared yields all addresses a source file names.
func declared(src *catalog.Source) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range src.Discover.Feeds {
			if !yield(src.Discover.Feeds[i].URL) {
				return
			}
		}
		for i := range src.Discover.Listings {
			if !yield(src.Discover.Listings[i].URL) {
				return
			}
		}
		for i := range src.Discover.Archives {
			if l, _ := src.Discover.Archives[i].On(time.Time{}); !yield(l.URL) {
				return
			}
		}
		for _, more := range [][]string{src.Discover.Sitemaps, src.Discover.Pages} {
			for _, a := range more {
				if a != catalog.RobotsSitemaps && !yield(a) {
					return
				}
			}
		}
	}
}

// isTrap recognises addresses that pages make for ever: too many segments, or the
// same segment or query part again and again.
func isTrap(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if len(segments) > 20 {
		return true
	}
	times := map[string]int{}
	for _, s := range segments {
		if times[s]++; s != "" && times[s] > 3 {
			return true
		}
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if times["?"+part]++; part != "" && times["?"+part] > 3 {
			return true
		}
	}
	return false
}
