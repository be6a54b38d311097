package crawler

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// shared returns a folder of the test data, or skips the test.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skipf("the shared test data are absent (%s)", name)
	}
	return name
}

func readJSON(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// Google's own extensions to RFC 9309, which a crawler of another house does not
// follow: lines without a colon, "index.html" meaning its folder, an empty address
// being forbidden, agents that are no product tokens.
var googleExtensions = map[string]string{
	"user-agent FooBot\ndisallow /\n":                                "lines without a colon",
	"User-Agent: *\nAllow: /allowed-slash/index.html\nDisallow: /\n": "index.html means its folder",
}

// TestRobotsGoogle holds the matcher against the 142 assertions of Google's own.
func TestRobotsGoogle(t *testing.T) {
	var cases []struct {
		Test, Robots, Agent, URL string
		Allowed                  bool
	}
	readJSON(t, shared(t, "cases", "robots", "google_robots_cases.json"), &cases)
	passed, extensions := 0, 0
	for i, c := range cases {
		got := parseRobots([]byte(c.Robots)).allowed(c.Agent, pathOf(c.URL))
		switch {
		case got == c.Allowed:
			passed++
		case strings.HasPrefix(c.Test, "GoogleOnly_") && c.Test != "GoogleOnly_DocumentationChecks" || googleExtensions[c.Robots] != "":
			extensions++
			t.Logf("case %d %s: an extension of Google's", i, c.Test)
		default:
			t.Errorf("case %d %s: agent %q url %q: allowed = %v\n%.300s", i, c.Test, c.Agent, c.URL, got, c.Robots)
		}
	}
	t.Logf("%d of %d pass, %d are extensions", passed, len(cases), extensions)
	if extensions > 6 {
		t.Errorf("%d cases count as extensions", extensions)
	}
}

// TestRobotsSpecification holds it against the 400 of the specification test.
func TestRobotsSpecification(t *testing.T) {
	var cases []struct {
		File, Agent, URL, Type, Robots string
		B64                            string `json:"robots_b64"`
		Allowed                        bool
	}
	readJSON(t, shared(t, "cases", "robots", "spec_test_cases.json"), &cases)
	passed, extensions := 0, 0
	for i, c := range cases {
		body := []byte(c.Robots)
		if c.B64 != "" {
			var err error
			if body, err = base64.StdEncoding.DecodeString(c.B64); err != nil {
				t.Fatal(err)
			}
		}
		got := parseRobots(body).allowed(c.Agent, pathOf(c.URL))
		switch {
		case got == c.Allowed:
			passed++
		case c.Type != "STANDARD":
			extensions++
			t.Logf("case %d %s: an extension of Google's", i, c.File)
		default:
			t.Errorf("case %d %s: agent %q url %q: allowed = %v\n%.300s", i, c.File, c.Agent, c.URL, got, c.Robots)
		}
	}
	t.Logf("%d of %d pass, %d are extensions", passed, len(cases), extensions)
	if extensions > 5 {
		t.Errorf("%d cases count as extensions", extensions)
	}
}

// pathOf cuts path and query out of an address, whose octets may be anything: the
// suites test the matcher, not an address parser.
func pathOf(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	address, _, _ = strings.Cut(address, "#")
	at := strings.IndexAny(address, "/?;")
	if at < 0 {
		return "/"
	}
	return address[at:]
}

// TestAddressSuite holds the address parser against the web platform's cases, and
// what leaves this package against net/url, which net/http parses it with again.
func TestAddressSuite(t *testing.T) {
	var cases []json.RawMessage
	readJSON(t, shared(t, "cases", "url", "urltestdata.json"), &cases)
	total, wrong := 0, 0
	for _, raw := range cases {
		var c struct {
			Input   string
			Base    *string
			Href    string
			Failure bool
		}
		if json.Unmarshal(raw, &c) != nil {
			continue // a comment
		}
		total++
		var u *whatwg.Url
		var err error
		if c.Base != nil {
			u, err = addressParser.ParseRef(*c.Base, c.Input)
		} else {
			u, err = addressParser.Parse(c.Input)
		}
		if c.Failure != (err != nil) || err == nil && u.Href(false) != c.Href {
			wrong++
			t.Errorf("%q: %v", c.Input, err)
		}
		base := ""
		if c.Base != nil {
			base = *c.Base
		}
		if link, err := Canonical(c.Input, base, nil); err == nil {
			again, err := Canonical(link, "", nil)
			if err != nil || again != link {
				t.Errorf("%q: canonical %q, again %q (%v)", c.Input, link, again, err)
			}
			if strings.Contains(link, "#") || strings.Contains(strings.SplitN(link, "/", 4)[2], "@") {
				t.Errorf("%q: canonical %q", c.Input, link)
			}
		}
	}
	t.Logf("%d of %d pass", total-wrong, total)
}
