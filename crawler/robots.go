package crawler

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxRobots is how much of a robots.txt is read (RFC 9309 §2.5 asks for at least
// this much); the rest is ignored.
const maxRobots = 512 << 10

// robots is a parsed robots.txt (RFC 9309) with two lines that the RFC leaves to
// others: Crawl-delay and Sitemap.
type robots struct {
	groups   []robotsGroup
	sitemaps []string
}

type robotsGroup struct {
	agents []string // lower-case product tokens, or "*"
	rules  []robotsRule
	delay  time.Duration
}

type robotsRule struct {
	allow   bool
	pattern string // as matched: see encodeRobotsPattern
}

// parseRobots reads any bytes; what is no rule is no rule. A line that cannot be
// read is skipped and never ends the file.
func parseRobots(body []byte) *robots {
	if len(body) > maxRobots {
		body = body[:maxRobots]
		if end := bytes.LastIndexAny(body, "\r\n"); end > 0 {
			body = body[:end] // half a rule may say the opposite of the whole
		}
	}
	for _, mark := range []string{"\xEF\xBB\xBF", "\xEF\xBB", "\xEF"} {
		if rest, ok := bytes.CutPrefix(body, []byte(mark)); ok {
			body = rest
			break
		}
	}
	r := &robots{}
	open := false // whether further User-agent lines join the last group
	for line := range strings.FieldsFuncSeq(string(body), func(c rune) bool { return c == '\n' || c == '\r' }) {
		key, value, ok := robotsLine(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent":
			if !open {
				r.groups = append(r.groups, robotsGroup{})
				open = true
			}
			g := &r.groups[len(r.groups)-1]
			g.agents = append(g.agents, productToken(value))
		case "allow", "disallow":
			open = false
			if len(r.groups) > 0 && value != "" {
				g := &r.groups[len(r.groups)-1]
				g.rules = append(g.rules, robotsRule{key == "allow", encodeRobotsPattern(value)})
			}
		case "crawl-delay":
			if len(r.groups) > 0 {
				r.groups[len(r.groups)-1].delay = crawlDelay(value)
			}
		case "sitemap":
			r.sitemaps = append(r.sitemaps, value)
		}
	}
	return r
}

func robotsLine(line string) (key, value string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	key, value, ok = strings.Cut(line, ":")
	return strings.ToLower(strings.Trim(key, " \t\x00")), strings.Trim(value, " \t\x00"), ok
}

// productToken is the leading part of a User-agent value that RFC 9309 §2.2.1
// allows in a product token, so that "nhip/0.1" means nhip. A star stays a star.
func productToken(value string) string {
	if value == "*" || strings.HasPrefix(value, "* ") {
		return "*"
	}
	end := strings.IndexFunc(value, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_'
	})
	if end >= 0 {
		value = value[:end]
	}
	return strings.ToLower(value)
}

// crawlDelay reads seconds; anything else means no delay was given.
func crawlDelay(value string) time.Duration {
	s, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(s) || s <= 0 {
		return 0
	}
	if s > (1000 * time.Hour).Seconds() {
		return 1000 * time.Hour
	}
	return time.Duration(s * float64(time.Second))
}

// encodeRobotsPattern writes octets outside ASCII as %XX and the digits of escapes
// in capitals (RFC 9309 §2.2.2).
func encodeRobotsPattern(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c >= 0x80:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		case c == '%' && i+2 < len(p) && isHex(p[i+1]) && isHex(p[i+2]):
			b.WriteString(strings.ToUpper(p[i : i+3]))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

const upperHex = "0123456789ABCDEF"

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// allowed decides about a path with its query, written as it will be sent. The
// longest matching rule wins, Allow before Disallow at equal length (§2.2.2).
// Reading robots.txt itself never asks.
func (r *robots) allowed(token, path string) bool {
	if path == "" || path[0] != '/' {
		path = "/" + path
	}
	bestAllow, bestDeny := -1, -1
	for _, g := range r.groupsFor(token) {
		for _, rule := range g.rules {
			switch {
			case rule.allow && len(rule.pattern) > bestAllow && matchRobots(rule.pattern, path):
				bestAllow = len(rule.pattern)
			case !rule.allow && len(rule.pattern) > bestDeny && matchRobots(rule.pattern, path):
				bestDeny = len(rule.pattern)
			}
		}
	}
	return bestAllow >= bestDeny
}

// delay returns the Crawl-delay for the token, 0 if none is given.
func (r *robots) delay(token string) time.Duration {
	var longest time.Duration
	for _, g := range r.groupsFor(token) {
		longest = max(longest, g.delay)
	}
	return longest
}

// groupsFor returns the groups naming the token, else those for everybody. Groups
// of the same token are one group (§2.2.1).
func (r *robots) groupsFor(token string) []robotsGroup {
	var named, everybody []robotsGroup
	own := productToken(token)
	for _, g := range r.groups {
		for _, agent := range g.agents {
			switch {
			// A token with other characters in it ("Foo Bar") is no token: no group names it.
			case own != "" && own == strings.ToLower(token) && agent == own:
				named = append(named, g)
			case agent == "*":
				everybody = append(everybody, g)
			}
		}
	}
	if named != nil {
		return named
	}
	return everybody
}

// matchRobots tells whether the pattern matches a prefix of the path, or all of it
// if it ends in $. It takes time proportional to the product of the lengths at
// worst and never recurses.
func matchRobots(pattern, path string) bool {
	end := strings.HasSuffix(pattern, "$")
	pattern = strings.TrimSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	if len(parts) == 1 {
		return !end || path == ""
	}
	for i, part := range parts[1:] {
		if last := i == len(parts)-2; last && end {
			return strings.HasSuffix(path, part)
		}
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return true
}
