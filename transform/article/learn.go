package article

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Proposal is a source file proposed from a few pages of a publisher that nobody has
// described.
type Proposal struct {
	Source catalog.Source
	Fields []FieldProposal // of the one layout of Source, in the order of a source file
	Notes  []string        // what a person has to look at
}

// FieldProposal is how sure a field of the proposed layout is.
type FieldProposal struct {
	Name      string // as in a source file
	Pages     int    // articles on which the field has a value
	Agree     int    // of these, on which the proposed selectors find the same
	Confirmed int    // of these, on which JSON-LD or meta says the same as the visible page
}

// Confidence sums a field up: high where another witness confirms the selectors on
// every page, fair where only the generic reader does, low where some page differs.
func (f FieldProposal) Confidence() string {
	switch {
	case f.Pages == 0:
		return "none"
	case f.Agree < f.Pages:
		return "low"
	case f.Confirmed == f.Pages:
		return "high"
	}
	return "fair"
}

// Learn proposes a source from saved pages of one publisher: at least one article, and
// as many more articles, section pages and copies of them as there are. It reads the
// articles generically, looks for selectors that find the same on each of them, and
// for patterns that fit their addresses. A page's address is Page.URL, or what the
// page itself calls canonical. Learn knows nothing but the pages: what it proposes has
// to be compared with the site by a person.
func (r *Reader) Learn(pages []*nhip.Page) (*Proposal, error) {
	l := &learning{reader: r}
	for i, p := range pages {
		if err := l.take(p); err != nil {
			l.note("%s: %v", pageName(p, i), err)
		}
	}
	if len(l.samples) == 0 {
		return nil, l.nothing(pages)
	}
	l.settleHost()
	l.learnAddresses()
	l.learnListings()
	l.learnLayout()
	return &Proposal{Source: l.source, Fields: l.fields, Notes: l.notes}, nil
}

// nothing says of each page why it is no article.
func (l *learning) nothing(pages []*nhip.Page) error {
	if len(pages) == 0 {
		return errors.New("learn: no pages; save one or two articles of the publisher, and a section page")
	}
	why := slices.Clone(l.notes)
	for _, s := range l.listings {
		why = append(why, pageName(s.page, 0)+": a list, or no article for another reason")
	}
	return fmt.Errorf("learn: none of the pages is an article (%s); save one or two articles of the publisher, and a section page", strings.Join(why, "; "))
}

func pageName(p *nhip.Page, i int) string {
	if p.URL == "" {
		return fmt.Sprintf("page %d", i+1)
	}
	return p.URL
}

// learning is the state of one Learn.
type learning struct {
	reader   *Reader
	samples  []*sample
	listings []*sample
	source   catalog.Source
	fields   []FieldProposal
	notes    []string
}

// sample is one page: its tree, and what the generic reader makes of it.
type sample struct {
	*reading
	page    *nhip.Page
	address *url.URL // nil: unknown
	truth   nhip.Article
}

func (l *learning) note(format string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(format, args...))
}

// take reads a page generically and sorts it.
func (l *learning) take(p *nhip.Page) error {
	page := *p
	page.Source, page.Kind = "", nhip.KindArticle
	g, _, reject := l.reader.open(&page, nil)
	if reject != "" {
		return fmt.Errorf("left out: %s", reject)
	}
	indexAll(g.page)
	if page.URL == "" {
		page.URL = canonicalAddress(g.page)
		g.url, _ = url.Parse(page.URL)
		if g.url == nil {
			g.url = &url.URL{}
		}
		g.story = g.page.story(page.URL)
		g.learnNames()
	}
	s := &sample{reading: g, page: &page}
	if g.url.Host != "" {
		s.address = g.url
	}
	s.truth, _, reject = g.withoutLayout().read()
	switch reject {
	case "":
		l.samples = append(l.samples, s)
	case RejectNotArticle:
		l.listings = append(l.listings, s)
	default:
		return fmt.Errorf("left out: %s", reject)
	}
	return nil
}

// canonicalAddress returns what a page calls its own address.
func canonicalAddress(s *survey) string {
	for _, n := range s.nodes["link"] {
		if strings.EqualFold(attr(n, "rel"), "canonical") {
			return attr(n, "href")
		}
	}
	return s.first("og:url")
}

// indexAll notes the elements of a page under every key a selector may have.
func indexAll(s *survey) {
	s.nodes = map[string][]*html.Node{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			add := func(key string) {
				if list := s.nodes[key]; len(list) == 0 || list[len(list)-1] != n {
					s.nodes[key] = append(list, n)
				}
			}
			add(n.Data)
			for _, a := range n.Attr {
				add("[" + a.Key)
				switch a.Key {
				case "id":
					add("#" + a.Val)
				case "class":
					for class := range strings.FieldsSeq(a.Val) {
						add("." + class)
					}
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(s.root)
}

// settleHost takes the host most articles stand on, and the name the pages give.
func (l *learning) settleHost() {
	hosts, names, languages := map[string]int{}, map[string]int{}, map[string]int{}
	for _, s := range l.samples {
		if s.truth.Language != "" {
			languages[s.truth.Language]++
		}
	}
	for _, s := range append(slices.Clone(l.samples), l.listings...) {
		if s.address != nil {
			hosts[strings.ToLower(s.address.Host)]++
		}
		for _, name := range append(s.reading.page.meta["og:site_name"], storyPublisher(s)) {
			if name = plain(name); name != "" && len(name) < 60 && !strings.Contains(name, "://") {
				names[name]++
			}
		}
	}
	host := most(hosts)
	if host == "" {
		host = "example.vn"
		l.note("no page tells its address: give them with --url, or save pages with a canonical link; %s stands for the host", host)
	}
	for other := range hosts {
		if bareHost(other) != bareHost(host) {
			l.note("pages of %s are among those of %s: if it is no alias, it is another source", other, host)
		}
	}
	src := &l.source
	src.Hosts = []string{host}
	for _, alias := range []string{bareHost(host), "www." + bareHost(host)} {
		if !slices.Contains(src.Hosts, alias) && !strings.Contains(bareHost(host), ":") {
			src.Hosts = append(src.Hosts, alias)
		}
	}
	labels := strings.Split(bareHost(host), ".")
	src.ID = nhip.SourceID(slugOf(labels[0]))
	if len(labels) > 2 && len(labels[1]) > 3 { // a section's host below the paper's
		src.ID = nhip.SourceID(slugOf(labels[0] + "-" + labels[1]))
	}
	if src.Name = most(names); src.Name == "" {
		src.Name = bareHost(host)
	}
	src.Kind, src.Language, src.Selectors = "news", most(languages), "unverified"
	if src.Language == "" {
		src.Language = "vi"
	}
	src.Schedule = "20 */2 * * *"
	src.Delay = catalog.Duration(2 * time.Second)
}

func storyPublisher(s *sample) string {
	if s.story == nil {
		return ""
	}
	return s.story.string("publisher.name")
}

func bareHost(host string) string {
	for _, p := range []string{"www.", "m.", "amp.", "mobile."} {
		host = strings.TrimPrefix(host, p)
	}
	return host
}

// slugOf keeps of a name what an id may hold.
func slugOf(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, vi.Fold(s)), "-")
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "-")
	}
	if s == "" {
		return "source"
	}
	return s
}

// most returns the key with the greatest count, the first in order of those equal.
func most(counts map[string]int) string {
	best := ""
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		if best == "" || counts[k] > counts[best] {
			best = k
		}
	}
	return best
}
