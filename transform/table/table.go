package table

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// ReaderName names the reader and its version; it changes whenever the same page may
// be read differently.
const ReaderName = "table/3"

// Reader reads pages and workbooks with statistical tables. It is safe for concurrent
// use.
type Reader struct {
	units      units
	indicators []indicatorPhrase // longest phrase first
	places     map[string][]*catalog.Place
	industries map[string]*catalog.Industry
	plain      map[string][]*catalog.Place // by name without accents
	placeIDs   map[nhip.PlaceID]*catalog.Place
	unitCodes  map[string]nhip.UnitID // by SDMX code
	country    *catalog.Place
}

type indicatorPhrase struct {
	key       string
	indicator *catalog.Indicator
}

// New prepares a reader with the units, indicators, places and industries of a
// catalog; nil knows the general units only.
func New(c *catalog.Catalog) *Reader {
	r := &Reader{units: newUnits(c), places: map[string][]*catalog.Place{}, plain: map[string][]*catalog.Place{}, industries: map[string]*catalog.Industry{},
		placeIDs: map[nhip.PlaceID]*catalog.Place{}, unitCodes: map[string]nhip.UnitID{}}
	if c == nil {
		return r
	}
	for _, x := range c.Indicators {
		for _, phrase := range append([]string{x.Name}, x.Phrases...) {
			r.indicators = append(r.indicators, indicatorPhrase{phraseKey(words(phrase)), x})
		}
	}
	slices.SortStableFunc(r.indicators, func(a, b indicatorPhrase) int { return len(b.key) - len(a.key) })
	for _, u := range c.Units {
		if u.SDMX != "" && r.unitCodes[u.SDMX] == "" {
			r.unitCodes[u.SDMX] = u.ID
		}
	}
	for _, p := range c.Places {
		r.placeIDs[p.ID] = p
		if p.Level == "country" && p.ISO == "VN" {
			r.country = p
		}
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			key := placeKey(name)
			r.places[key] = append(r.places[key], p)
			if p.Level == "province" || p.Level == "region" {
				r.plain[plainKey(name)] = append(r.plain[plainKey(name)], p)
			}
		}
	}
	for _, x := range c.Industries {
		for _, w := range append([]string{x.Name}, x.Words...) {
			if key := words(w); r.industries[key] == nil {
				r.industries[key] = x
			}
		}
	}
	return r
}

// Result is what the tables of a document say.
type Result struct {
	Title        string
	Lines        []string   // the text of the document in order, table rows with " | " between cells
	PublishedAt  *time.Time // if it is printed
	Observations []nhip.Observation
	Tables       int          // tables with numbers, the quarantined included
	Quarantined  []Quarantine // tables set aside whole
	Issues       []nhip.Issue
}

// Quarantine is a table that was not understood. None of its numbers is used.
type Quarantine struct {
	Cell   string // where its body begins
	Title  string
	Reason string
}

// Read reads the tables of a page: HTML, workbooks (.xlsx, .xls), plain text, SDMX-ML,
// SDMX-CSV, SDMX-JSON, JSON-stat, PC-Axis and answers of PxWeb, told apart by their bytes. It
// never fails as a whole: what cannot be read is an issue or a quarantined table. src may
// be nil; it tells where on a page the text stands and which place the publisher
// stands for.
func (r *Reader) Read(p *nhip.Page, src *catalog.Source) Result {
	var d document
	var err error
	switch formatOf(p) {
	case formatSDMX:
		return r.readSDMXPage(p, src)
	case formatJSON:
		return r.readJSONPage(p, src)
	case formatSDMXCSV:
		return r.readSDMXCSVPage(p, src)
	case formatPCAxis:
		return r.readPCAxisPage(p, src)
	case formatXLSX:
		d, err = readWorkbook(p)
	case formatXLS:
		d, err = readXLS(p)
	case formatText:
		d, err = readText(p)
	default:
		d, err = readHTML(p, src)
	}
	d.fetched = p.FetchedAt
	res := Result{Title: d.title, Lines: d.lines, PublishedAt: d.published, Issues: d.issues}
	if err != nil {
		res.Issues = append(res.Issues, nhip.Issue{Field: "table", Reason: err.Error()})
	}
	r.readGrids(&res, d, src)
	return res
}

// document is a file as grids, with what stands around them.
type document struct {
	title     string
	lines     []string
	published *time.Time
	fetched   time.Time
	grids     []*grid
	issues    []nhip.Issue
}

func (r *Reader) readGrids(res *Result, d document, src *catalog.Source) {
	var all []*block
	for _, g := range d.grids {
		found := blocks(g)
		for i, b := range found {
			b.around(i == 0, i == len(found)-1)
		}
		all = append(all, found...)
	}
	if len(all) == 1 && res.Title == "" {
		res.Title = all[0].title()
	}
	base := context{doc: r.titleMeaning(d.title)}
	if d.published != nil {
		base.latest = nhip.DateOf(d.published.In(nhip.Zone))
	}
	if base.year = r.documentYear(all, base); !d.fetched.IsZero() && base.year > d.fetched.Year()+1 {
		base.year = d.fetched.Year() // a number that looks like a year
	}
	for _, b := range all {
		res.Tables++
		c := base
		c.title = r.titleMeaning(b.title())
		if y := c.title.main.year; y != 0 {
			c.year = y
		} else if y := yearIn(b.title()); y != 0 {
			c.year = y
		}
		c.source = src
		observations, problem := r.observe(b, c)
		if problem != "" {
			q := Quarantine{Title: b.title(), Reason: problem, Cell: b.grid.ref(b.body[0], 0)}
			res.Quarantined = append(res.Quarantined, q)
			res.Issues = append(res.Issues, nhip.Issue{Field: "table", Reason: fmt.Sprintf("quarantined %s %q: %s", q.Cell, q.Title, q.Reason)})
			continue
		}
		for _, k := range b.strays {
			res.Issues = append(res.Issues, nhip.Issue{Field: "table",
				Reason: fmt.Sprintf("%s: numbers in a column without a header are left out", b.grid.ref(b.body[0], k))})
		}
		res.Observations = append(res.Observations, observations...)
	}
	r.check(res, all)
}

// around gives the first block of a grid the lines of text above it, and the last one
// those below.
func (b *block) around(first, last bool) {
	if last {
		for _, t := range b.grid.below {
			if noteForm.MatchString(t) {
				b.notes = append(b.notes, t)
			}
		}
	}
	if !first {
		return
	}
	for i := len(b.grid.above) - 1; i >= 0; i-- { // from the nearest
		t := b.grid.above[i]
		switch {
		case isCaption(t) || isBracketed(t) && looksLikeUnit(t):
			b.captions = append([]string{t}, b.captions...)
		case len(b.titles) == 0:
			b.titles = []string{t}
			return
		}
	}
}

func isBracketed(t string) bool {
	return strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")")
}

// titleMeaning reads the periods and the status of a title. Two periods with và
// between them fit no column that names none.
func (r *Reader) titleMeaning(title string) meaning {
	m := r.units.understand(title)
	m.header = title
	n := 0
	for _, t := range r.units.scan(title) {
		if t.kind == tokenPeriod {
			n++
		}
	}
	if n > 1 || strings.Contains(words(title), words("các quý")) {
		m.main = period{}
	}
	if m.compared && !m.fixed { // a title that compares names the base of its columns
		m.base = period{}
	}
	m.problem = ""
	return m
}

var (
	rxYear     = regexp.MustCompile(`(?:^|[^\d.,])((?:19|20)\d\d)(?:$|[^\d.,]|[.,](?:$|\D))`)
	rxConstant = regexp.MustCompile(words(`so sánh`) + `(?: năm)? ((?:19|20)\d\d)`)
)

// yearIn returns the last year a text names, 0 for none.
func yearIn(text string) int {
	year := 0
	for _, m := range rxYear.FindAllStringSubmatch(text, -1) {
		year = number(m[1])
	}
	return year
}

// documentYear returns the year for headers that name none: of the document's title,
// else the latest that the titles and headers of its tables name, else of the release.
func (r *Reader) documentYear(all []*block, c context) int {
	if y := yearIn(c.doc.header); y != 0 {
		return y
	}
	year := 0
	for _, b := range all {
		year = max(year, yearIn(b.title()))
		for _, k := range b.data {
			year = max(year, yearIn(oneLine(b.header(k))))
		}
	}
	if year == 0 {
		year = c.latest.Year
	}
	return year
}

// tableCode names the table as its releases do from month to month: the code of its
// indicator, or the title without the words of time.
func (r *Reader) tableCode(s subject) string {
	if s.indicator != nil {
		for _, code := range s.indicator.Codes {
			if _, after, ok := strings.Cut(code, ":"); ok {
				return after
			}
		}
	}
	var kept []string
	for _, t := range r.units.scan(s.title) {
		switch t.kind {
		case tokenWord, tokenStatus, tokenMeasure:
			kept = append(kept, t.text)
		}
	}
	for len(kept) > 0 && slices.Contains([]string{words("và"), words("các"), words("của")}, kept[len(kept)-1]) {
		kept = kept[:len(kept)-1]
	}
	return strings.ReplaceAll(vi.Fold(strings.Join(kept, " ")), " ", "-")
}

func placeKey(name string) string {
	key := words(name)
	for _, w := range placeLevels {
		if after, ok := strings.CutPrefix(key, w); ok && after != "" && strings.ContainsAny(after[:1], " .") {
			key = after
		}
	}
	return joined.Replace(key)
}

var (
	placeLevels = keys("tỉnh", "thành phố", "tp")
	joined      = strings.NewReplacer(" ", "", ".", "", "-", "")
)

// placeNamed returns the province, region or country with the key, as it was on the
// given day.
func (r *Reader) placeNamed(key string, day nhip.Date) *catalog.Place {
	var found *catalog.Place
	for _, p := range r.places[key] {
		switch {
		case p.Level != "province" && p.Level != "region" && p != r.country:
		case !validOn(p, day):
			if found == nil {
				found = p
			}
		default:
			return p
		}
	}
	return found
}

func validOn(p *catalog.Place, day nhip.Date) bool {
	return day.IsZero() || (p.ValidFrom.IsZero() || p.ValidFrom.Compare(day) <= 0) &&
		(p.ValidUntil.IsZero() || p.ValidUntil.Compare(day) >= 0)
}

// placeOf returns the place a table is about: the one its title names, the source's, or
// the whole country.
func (r *Reader) placeOf(key string, c context) (p *catalog.Place, assumed bool) {
	for _, w := range []string{"tỉnh", "thành phố", "của", "tại", "trên địa bàn"} {
		if _, after, ok := strings.Cut(key, words(w)+" "); ok {
			fields := strings.Fields(after)
			for n := min(4, len(fields)); n > 0; n-- {
				for _, p := range r.places[placeKey(strings.Join(fields[:n], " "))] {
					if p.Level == "province" {
						return p, false
					}
				}
			}
		}
	}
	if c.source != nil && c.source.Place != "" {
		if p := r.placeIDs[c.source.Place]; p != nil {
			return p, true
		}
	}
	return r.country, true
}
