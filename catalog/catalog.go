// Package catalog holds everything a person may change without Go: sources
// and their families, places, units, indicators, industries, organisations, positions and terms.
//
// The data are YAML and CSV files, embedded in the binary and overlaid by the
// folder named in NHIP_CATALOG: a file there replaces the embedded one of the same
// name, and sources/<id>.yaml adds a publisher. Decoding is strict: an unknown
// key, a bad value or a broken reference is a [Problem] with file, line and field,
// and all problems of all files are reported at once. docs/catalog-format.md
// documents every field.
//
// A loaded Catalog is never changed afterwards and is safe for concurrent use.
// The package knows no text: how a name is found in a sentence is the business of
// transform.
package catalog

import (
	"fmt"
	"strings"

	"nhip"
)

// Catalog is the decoded and checked data.
type Catalog struct {
	Sources       []*Source // by id
	Families      []*Family
	Places        []*Place
	Units         []*Unit
	Indicators    []*Indicator
	Industries    []*Industry
	Organisations []*Organisation
	Positions     []*Position
	Terms         []*Term

	// Fingerprint is a short hash of all data that reading depends on: a record
	// names it, so that records of an older catalog can be found and read again.
	Fingerprint string

	sourceByID   map[nhip.SourceID]*Source
	sourceByHost map[string]*Source
	placeByID    map[nhip.PlaceID]*Place
	placeByCode  map[string]*Place // "VN34:01"

	organisationByID map[nhip.OrganisationID]*Organisation
	industryByID     map[nhip.IndustryID]*Industry
}

// Problem is one thing wrong with one file.
type Problem struct {
	File    string // below the catalog's root, or the overlay's path
	Line    int    // 0 where the file as a whole is meant
	Field   string // "layouts[0].title.css[1]", or the CSV column
	Message string // what is wrong and what to do
}

func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Field != "" {
		return where + ": " + p.Field + ": " + p.Message
	}
	return where + ": " + p.Message
}

// Problems is the error of [Load]: everything that is wrong, in file order.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = q.String()
	}
	return fmt.Sprintf("catalog: %d problem(s):\n%s", len(p), strings.Join(lines, "\n"))
}

// Source returns the source with the given id.
func (c *Catalog) Source(id nhip.SourceID) (*Source, bool) {
	s, ok := c.sourceByID[id]
	return s, ok
}

// SourceOfHost returns the source that owns a host name ("www.example.vn").
func (c *Catalog) SourceOfHost(host string) (*Source, bool) {
	s, ok := c.sourceByHost[strings.ToLower(host)]
	return s, ok
}

// Place returns the place with the given id.
func (c *Catalog) Place(id nhip.PlaceID) (*Place, bool) {
	p, ok := c.placeByID[id]
	return p, ok
}

// PlaceByCode returns the province with a two-digit code of the statistics office
// in a vintage, VN63 or VN34: seven codes meant another province before.
func (c *Catalog) PlaceByCode(vintage, code string) (*Place, bool) {
	p, ok := c.placeByCode[vintage+":"+code]
	return p, ok
}

// Organisation returns the organisation with the given id.
func (c *Catalog) Organisation(id nhip.OrganisationID) (*Organisation, bool) {
	o, ok := c.organisationByID[id]
	return o, ok
}

// Industry returns the industry with the given id.
func (c *Catalog) Industry(id nhip.IndustryID) (*Industry, bool) {
	i, ok := c.industryByID[id]
	return i, ok
}

// Place is a country, region, province, district or other place that text may
// name, with the days between which the name meant this territory.
//
// The 63 provinces were valid until 2025-06-30, the 34 from 2025-07-01. A name
// whose territory grew has two entries, "bac-ninh" and "bac-ninh-2025"; a province
// that kept name and territory has one. Code is the two-digit code of the
// statistics office, which means nothing without Vintage.
type Place struct {
	ID         nhip.PlaceID
	Name       string // canonical printed form: "Hà Nội"
	NameEN     string
	Level      string // country, region, province, district, other
	Code       string
	Vintage    string // VN63, VN34, or "VN63 VN34" for the unchanged
	ISO        string // ISO 3166 where it is sure
	Parent     nhip.PlaceID
	ValidFrom  nhip.Date // zero: always
	ValidUntil nhip.Date // inclusive; zero: still
	Successor  nhip.PlaceID
	Aliases    []string
}

// Unit is a unit of measure with the forms in which it is printed.
type Unit struct {
	ID      nhip.UnitID `yaml:"id"`   // the name in records: "tấn"
	SDMX    string      `yaml:"sdmx"` // code for exports: TON
	Family  string      `yaml:"family"`
	Forms   []string    `yaml:"forms"`    // printed forms, the id included: "tấn", "USD", "US$", "đô la Mỹ"
	Mult    int         `yaml:"mult"`     // power of ten from a printed form to the id (tạ to tấn: -1)
	Example string      `yaml:"example"`  // a sentence; checked by a test
	Want    string      `yaml:"want"`     // "7318.6 tấn": what the example must give
	Counted bool        `yaml:"counted"`  // the noun of a count: doanh nghiệp, lao động
	OnlyFor []string    `yaml:"only_for"` // for ambiguous short forms: words that must stand near
}

// Indicator is something that is measured, with the phrases that name it.
type Indicator struct {
	ID      nhip.IndicatorID `yaml:"id"`
	Name    string           `yaml:"name"`
	NameEN  string           `yaml:"name_en"`
	Phrases []string         `yaml:"phrases"`
	Units   []nhip.UnitID    `yaml:"units"`    // units its level may have
	Measure nhip.Measure     `yaml:"measure"`  // what a bare percentage of it means: growth for GDP, level for a rate
	Codes   []string         `yaml:"codes"`    // official codes, "NSDP:IIP"
	Replace nhip.IndicatorID `yaml:"replaces"` // the series it continues
}

// Industry is a class of VSIC or a grouping the trade speaks of.
type Industry struct {
	ID     nhip.IndustryID
	Name   string
	NameEN string
	VSIC   []string // "VSIC2018:C13 C14": version and codes; empty where no class fits
	Parent nhip.IndustryID
	Words  []string // printed forms
}

// Organisation is an office, association or company with its validity and successor.
type Organisation struct {
	ID         nhip.OrganisationID
	Name       string
	NameEN     string
	Kind       string // ministry, office, department, association, company, bank, press, school, party, international, group
	ValidFrom  nhip.Date
	ValidUntil nhip.Date
	Successor  nhip.OrganisationID
	Aliases    []string
}

// Position is a post people hold ("Giám đốc", "Phó Chủ tịch").
type Position struct {
	Name   string
	NameEN string
	Prefix bool // may be prefixed by Phó, Quyền, nguyên ...
}

// Term is a phrase whose mentions are kept for trends.
type Term struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	NameEN  string   `yaml:"name_en"`
	Phrases []string `yaml:"phrases"`
}
