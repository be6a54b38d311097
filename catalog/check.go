package catalog

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"nhip"
)

// position is where an entry was read from.
type position struct {
	file  file
	line  int
	path  string         // of the entry in its file: "[3]", empty for CSV rows and sources
	lines map[string]int // of every YAML field by its path
}

// checker holds what was decoded against the rules that one field alone cannot
// break: references, uniqueness, order of days.
type checker struct {
	c        *Catalog
	problems *Problems
	where    map[any]position // by pointer to the entry
}

// decoders read the files of the catalog's root.
var decoders = map[string]func(*checker, file){
	"places.csv":        func(k *checker, f file) { k.c.Places = csvEntries(k, f, placeColumns) },
	"industries.csv":    func(k *checker, f file) { k.c.Industries = csvEntries(k, f, industryColumns) },
	"organisations.csv": func(k *checker, f file) { k.c.Organisations = csvEntries(k, f, organisationColumns) },
	"positions.csv":     func(k *checker, f file) { k.c.Positions = csvEntries(k, f, positionColumns) },
	"families.yaml":     func(k *checker, f file) { k.c.Families = yamlEntries[Family](k, f) },
	"units.yaml":        func(k *checker, f file) { k.c.Units = yamlEntries[Unit](k, f) },
	"indicators.yaml":   func(k *checker, f file) { k.c.Indicators = yamlEntries[Indicator](k, f) },
	"terms.yaml":        func(k *checker, f file) { k.c.Terms = yamlEntries[Term](k, f) },
}

func (k *checker) decode(f file) {
	if decode, ok := decoders[f.name]; ok {
		decode(k, f)
		return
	}
	s := &Source{File: f.shown}
	lines := decodeYAML(f, s, k.problems)
	if len(lines) == 0 {
		return // no YAML: nothing more can be said
	}
	k.where[s] = position{file: f, line: 1, lines: lines}
	k.c.Sources = append(k.c.Sources, s)
}

func csvEntries[T any](k *checker, f file, columns []column[T]) []*T {
	rows, lines := decodeCSV(f, columns, k.problems)
	for i, row := range rows {
		k.where[row] = position{file: f, line: lines[i]}
	}
	return rows
}

func yamlEntries[T any](k *checker, f file) []*T {
	var values []T
	lines := decodeYAML(f, &values, k.problems)
	entries := make([]*T, len(values))
	for i := range values {
		entries[i] = &values[i]
		at := fmt.Sprintf("[%d]", i)
		k.where[entries[i]] = position{file: f, line: lines[at], path: at, lines: lines}
	}
	return entries
}

// problem reports something wrong with a field of an entry.
func (k *checker) problem(entry any, field, format string, args ...any) {
	at := k.where[entry]
	p := Problem{File: at.file.shown, Line: at.line, Field: field, Message: fmt.Sprintf(format, args...)}
	if at.lines != nil {
		p.Field = join(at.path, field)
		for f := p.Field; f != ""; f = f[:max(strings.LastIndexAny(f, ".["), 0)] {
			if line, ok := at.lines[f]; ok {
				p.Line = line
				break
			}
		}
	}
	*k.problems = append(*k.problems, p)
}

// written reports whether the entry's YAML has the key, so that an absent one is
// reported once only.
func (k *checker) written(entry any, field string) bool {
	at := k.where[entry]
	_, ok := at.lines[join(at.path, field)]
	return ok
}

// at says where an entry stands, for sentences that name another one.
func (k *checker) at(entry any) string {
	at := k.where[entry]
	if at.line == 0 {
		return at.file.shown
	}
	return fmt.Sprintf("%s:%d", at.file.shown, at.line)
}

func (k *checker) check() {
	k.checkPlaces()
	k.checkIndustries()
	k.checkOrganisations()
	k.checkPositions()
	k.checkUnits()
	k.checkIndicators()
	k.checkTerms()
	k.checkSources()
}

var slug = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

func (k *checker) checkSlug(entry any, id string) {
	if id != "" && !slug.MatchString(id) {
		k.problem(entry, "id", "is %q: an id has lower-case ASCII letters, digits, and single hyphens or dots between them", id)
	}
}

// oneOf reports a value that is not among the known ones. Empty ones are the
// business of "required".
func (k *checker) oneOf(entry any, field, value string, known ...string) {
	if value != "" && !slices.Contains(known, value) {
		k.problem(entry, field, "is %q%s", value, suggest(value, known))
	}
}

func (k *checker) checkDays(entry any, prefix string, from, until nhip.Date) {
	if !from.IsZero() && !until.IsZero() && from.Compare(until) > 0 {
		k.problem(entry, prefix+"valid_from", "is %s, after valid_until %s: exchange them", from, until)
	}
}

// uniq indexes entries by id and reports ids that are used twice.
func uniq[T any, I ~string](k *checker, entries []*T, id func(*T) I) map[I]*T {
	byID := make(map[I]*T, len(entries))
	for _, e := range entries {
		if first, ok := byID[id(e)]; ok && id(e) != "" {
			k.problem(e, "id", "%q is already the id of %s: ids are unique", id(e), k.at(first))
			continue
		}
		byID[id(e)] = e
	}
	return byID
}

func refer[T any, I ~string](k *checker, entry any, field string, id I, byID map[I]*T, what string) {
	if id == "" {
		return
	}
	if _, ok := byID[id]; !ok {
		k.problem(entry, field, "%q is no %s of the catalog: add it there or correct the id", id, what)
	}
}

// checkChain reports entries that are their own ancestor or successor.
func checkChain[T any, I ~string](k *checker, entries []*T, field string, byID map[I]*T, id, next func(*T) I) {
	for _, e := range entries {
		steps := 0
		for at := e; at != nil && next(at) != ""; at = byID[next(at)] {
			if steps++; steps > 1 && at == e {
				k.problem(e, field, "leads back to %q itself: break the circle", id(e))
				break
			}
			if steps > len(entries) {
				break
			}
		}
	}
}

var (
	levels        = []string{"country", "region", "province", "district", "other"}
	vintages      = []string{"VN63", "VN34"}
	provinceCode  = regexp.MustCompile(`^\d{2}$`)
	isoCode       = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)
	organisations = []string{"ministry", "office", "department", "association", "company", "bank", "press", "school", "party", "international", "group"}
)

func (k *checker) checkPlaces() {
	places := k.c.Places
	byID := uniq(k, places, func(p *Place) nhip.PlaceID { return p.ID })
	byCode := map[string]*Place{}
	for _, p := range places {
		k.checkSlug(p, string(p.ID))
		k.oneOf(p, "level", p.Level, levels...)
		k.checkDays(p, "", p.ValidFrom, p.ValidUntil)
		refer(k, p, "parent", p.Parent, byID, "place")
		refer(k, p, "successor", p.Successor, byID, "place")
		if p.ISO != "" && !isoCode.MatchString(p.ISO) {
			k.problem(p, "iso", "is %q: write an ISO 3166 code such as VN or VN-HN", p.ISO)
		}
		if (p.Code == "") != (p.Vintage == "") {
			k.problem(p, "code", "needs a vintage and a vintage a code: a code of the statistics office means nothing without %s", strings.Join(vintages, " or "))
		}
		if p.Code != "" && !provinceCode.MatchString(p.Code) {
			k.problem(p, "code", "is %q: the codes of provinces have two digits, the leading zero included", p.Code)
		}
		for _, v := range p.Vintages() {
			k.oneOf(p, "vintage", v, vintages...)
			key := v + ":" + p.Code
			if first, ok := byCode[key]; ok {
				k.problem(p, "code", "%s of %s is already the code of %s", p.Code, v, k.at(first))
			}
			byCode[key] = p
		}
		k.checkAliases(p, p.Name, p.Aliases)
	}
	checkChain(k, places, "parent", byID, func(p *Place) nhip.PlaceID { return p.ID }, func(p *Place) nhip.PlaceID { return p.Parent })
	checkChain(k, places, "successor", byID, func(p *Place) nhip.PlaceID { return p.ID }, func(p *Place) nhip.PlaceID { return p.Successor })
	k.checkSameNames()
}

// checkSameNames reports two places of one level that bear one name on one day:
// nothing could tell them apart.
func (k *checker) checkSameNames() {
	type key struct{ level, name string }
	first := map[key][]*Place{}
	for _, p := range k.c.Places {
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			at := key{p.Level, strings.ToLower(name)}
			for _, q := range first[at] {
				if q != p && overlap(p.ValidFrom, p.ValidUntil, q.ValidFrom, q.ValidUntil) {
					k.problem(p, "name", "%q is also a name of %s on the same days: give them days that do not overlap, or drop the name", name, k.at(q))
				}
			}
			first[at] = append(first[at], p)
		}
	}
}

func overlap(from1, until1, from2, until2 nhip.Date) bool {
	before := func(until, from nhip.Date) bool {
		return !until.IsZero() && !from.IsZero() && until.Compare(from) < 0
	}
	return !before(until1, from2) && !before(until2, from1)
}

func (k *checker) checkAliases(entry any, name string, aliases []string) {
	for i, a := range aliases {
		if a == name || slices.Contains(aliases[:i], a) {
			k.problem(entry, "aliases", "%q is written twice: keep one", a)
		}
		if strings.ContainsAny(a, "()") {
			k.problem(entry, "aliases", "%q holds brackets: an alias is a printed form, a comment belongs after #", a)
		}
	}
}

var vsicCodes = regexp.MustCompile(`^VSIC20(18|25):[A-V]?\d{0,5}( [A-V]?\d{0,5})*$`)

func (k *checker) checkIndustries() {
	byID := uniq(k, k.c.Industries, func(i *Industry) nhip.IndustryID { return i.ID })
	byWord := map[string]*Industry{}
	for _, i := range k.c.Industries {
		k.checkSlug(i, string(i.ID))
		refer(k, i, "parent", i.Parent, byID, "industry")
		for _, v := range i.VSIC {
			if !vsicCodes.MatchString(v) {
				k.problem(i, "vsic", "is %q: write the version and its codes, VSIC2018:C13 C14", v)
			}
		}
		k.checkAliases(i, "", i.Words)
		for _, w := range i.Words {
			w = strings.ToLower(w)
			if first, ok := byWord[w]; ok && first != i {
				k.problem(i, "words", "%q already means %s (%s)", w, first.ID, k.at(first))
			}
			byWord[w] = i
		}
	}
	checkChain(k, k.c.Industries, "parent", byID, func(i *Industry) nhip.IndustryID { return i.ID }, func(i *Industry) nhip.IndustryID { return i.Parent })
}

func (k *checker) checkOrganisations() {
	orgs := k.c.Organisations
	byID := uniq(k, orgs, func(o *Organisation) nhip.OrganisationID { return o.ID })
	byName := map[string][]*Organisation{}
	for _, o := range orgs {
		k.checkSlug(o, string(o.ID))
		k.oneOf(o, "kind", o.Kind, organisations...)
		k.checkDays(o, "", o.ValidFrom, o.ValidUntil)
		refer(k, o, "successor", o.Successor, byID, "organisation")
		k.checkAliases(o, o.Name, o.Aliases)
		for _, name := range append([]string{o.Name}, o.Aliases...) {
			name = strings.ToLower(name)
			for _, first := range byName[name] {
				if first != o && overlap(o.ValidFrom, o.ValidUntil, first.ValidFrom, first.ValidUntil) {
					k.problem(o, "name", "%q is also a name of %s on the same days: give them days that do not overlap, or drop the name", name, k.at(first))
				}
			}
			byName[name] = append(byName[name], o)
		}
	}
	checkChain(k, orgs, "successor", byID, func(o *Organisation) nhip.OrganisationID { return o.ID }, func(o *Organisation) nhip.OrganisationID { return o.Successor })
}

func (k *checker) checkPositions() {
	byName := map[string]*Position{}
	for _, p := range k.c.Positions {
		name := strings.ToLower(p.Name)
		if first, ok := byName[name]; ok {
			k.problem(p, "name", "%q is already in %s: keep one", p.Name, k.at(first))
		}
		byName[name] = p
	}
}

func (k *checker) checkUnits() {
	type scaled struct {
		id   nhip.UnitID
		mult int
	}
	entries := map[scaled]*Unit{}
	base := map[nhip.UnitID]bool{}
	forms := map[string]*Unit{}
	for _, u := range k.c.Units {
		key := scaled{u.ID, u.Mult}
		if first, ok := entries[key]; ok {
			k.problem(u, "id", "%q with mult %d is already in %s: add the forms there", u.ID, u.Mult, k.at(first))
		}
		entries[key] = u
		base[u.ID] = base[u.ID] || u.Mult == 0
		for i, form := range u.Forms {
			if first, ok := forms[form]; ok && len(u.OnlyFor) == 0 && len(first.OnlyFor) == 0 {
				k.problem(u, fmt.Sprintf("forms[%d]", i), "%q is already a form of %q (%s): a form means one unit, unless only_for says when", form, first.ID, k.at(first))
			}
			forms[form] = u
		}
		if len(u.Forms) == 0 && k.written(u, "forms") {
			k.problem(u, "forms", "is empty: list the printed forms, the id included")
		}
		if (u.Example == "") != (u.Want == "") {
			k.problem(u, "example", "stands without want, or want without it: the example is a test and want what it must give")
		}
	}
	for _, u := range k.c.Units {
		if u.Mult != 0 && !base[u.ID] {
			k.problem(u, "mult", "is %d, but no entry has the id %q with mult 0", u.Mult, u.ID)
			base[u.ID] = true
		}
	}
}

func (k *checker) checkIndicators() {
	byID := uniq(k, k.c.Indicators, func(i *Indicator) nhip.IndicatorID { return i.ID })
	units := map[string]bool{}
	for _, u := range k.c.Units {
		units[string(u.ID)] = true
	}
	byPhrase := map[string]*Indicator{}
	for _, ind := range k.c.Indicators {
		k.checkSlug(ind, string(ind.ID))
		k.oneOf(ind, "measure", string(ind.Measure), measures...)
		refer(k, ind, "replaces", ind.Replace, byID, "indicator")
		for i, u := range ind.Units {
			if !knownUnit(string(u), units) {
				k.problem(ind, fmt.Sprintf("units[%d]", i), "%q is no unit of units.yaml: add it there or correct it", u)
			}
		}
		for i, p := range ind.Phrases {
			at := strings.ToLower(p)
			if first, ok := byPhrase[at]; ok {
				k.problem(ind, fmt.Sprintf("phrases[%d]", i), "%q already names %s (%s): a phrase names one indicator", p, first.ID, k.at(first))
			}
			byPhrase[at] = ind
		}
		if len(ind.Phrases) == 0 && k.written(ind, "phrases") {
			k.problem(ind, "phrases", "is empty: list the words that name it in print")
		}
	}
	checkChain(k, k.c.Indicators, "replaces", byID, func(i *Indicator) nhip.IndicatorID { return i.ID }, func(i *Indicator) nhip.IndicatorID { return i.Replace })
}

var measures = []string{
	string(nhip.MeasureLevel), string(nhip.MeasureIndex), string(nhip.MeasureGrowth), string(nhip.MeasureChange),
	string(nhip.MeasureChangePP), string(nhip.MeasureShare), string(nhip.MeasureContribution), string(nhip.MeasureRatio),
}

// knownUnit takes a unit, or a rate of two of them: USD/tấn.
func knownUnit(u string, units map[string]bool) bool {
	if units[u] {
		return true
	}
	parts := strings.Split(u, "/")
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !units[p] })
}

func (k *checker) checkTerms() {
	uniq(k, k.c.Terms, func(t *Term) string { return t.ID })
	for _, t := range k.c.Terms {
		k.checkSlug(t, t.ID)
		if len(t.Phrases) == 0 && k.written(t, "phrases") {
			k.problem(t, "phrases", "is empty: list the words that are looked for")
		}
	}
}

func (k *checker) checkSources() {
	places := make(map[nhip.PlaceID]*Place, len(k.c.Places))
	for _, p := range k.c.Places {
		places[p.ID] = p
	}
	uniq(k, k.c.Sources, func(s *Source) nhip.SourceID { return s.ID })
	families := k.checkFamilies()
	owner := map[string]*Source{}
	for _, s := range k.c.Sources {
		if want := strings.TrimSuffix(path.Base(k.where[s].file.name), ".yaml"); s.ID != "" && string(s.ID) != want {
			k.problem(s, "id", "is %q, the file's name says %q: make them equal", s.ID, want)
		}
		refer(k, s, "place", s.Place, places, "place")
		refer(k, s, "family", s.Family, families, "family")
		k.checkSource(s)
		for i, h := range s.Hosts {
			if first, ok := owner[h]; ok {
				field := fmt.Sprintf("hosts[%d]", i)
				if first == s {
					k.problem(s, field, "%q is written twice: keep one", h)
				} else {
					k.problem(s, field, "%q already belongs to source %s (%s): a host has one source", h, first.ID, first.File)
				}
				continue
			}
			owner[h] = s
		}
	}
}

// Vintages returns the lists of provinces in which the place has its code.
func (p *Place) Vintages() []string { return strings.Fields(p.Vintage) }

// ValidOn reports whether the name meant this territory on the given day; on an
// unknown day it did.
func (p *Place) ValidOn(d nhip.Date) bool { return validOn(p.ValidFrom, p.ValidUntil, d) }

// ValidOn reports whether the organisation existed under this name on the given
// day; on an unknown day it did.
func (o *Organisation) ValidOn(d nhip.Date) bool { return validOn(o.ValidFrom, o.ValidUntil, d) }

func validOn(from, until, d nhip.Date) bool {
	if d.IsZero() {
		return true
	}
	return (from.IsZero() || d.Compare(from) >= 0) && (until.IsZero() || d.Compare(until) <= 0)
}
