package catalog

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"nhip"
)

//go:embed all:sources *.csv *.yaml
var embedded embed.FS

// Load decodes and checks the embedded catalog overlaid by the files of overlay
// (nil for none). The error is a [Problems] with everything that is wrong, or the
// reason why overlay cannot be read. Load keeps nothing of overlay open.
func Load(overlay fs.FS) (*Catalog, error) {
	files, err := embeddedFiles()
	if err != nil {
		return nil, err
	}
	var problems Problems
	if overlay != nil {
		if err := files.overlay(overlay, &problems); err != nil {
			return nil, fmt.Errorf("catalog: reading the overlay: %w", err)
		}
	}
	return build(files, problems)
}

// Check reports everything that is wrong with the catalog when the given files
// and folders lie over the embedded data: a folder has the form of the catalog's
// root, a file replaces the one of its name, and any other YAML file is taken for
// a source. Without paths it checks the embedded data. The error is a [Problems]
// whose files are the given paths, or the reason why a path cannot be read.
func Check(paths ...string) (*Catalog, error) {
	files, err := embeddedFiles()
	if err != nil {
		return nil, err
	}
	var problems Problems
	for _, p := range paths {
		if err := files.overlayPath(p, &problems); err != nil {
			return nil, fmt.Errorf("catalog: %w", err)
		}
	}
	return build(files, problems)
}

// build decodes every file and then holds the whole against the rules, so that
// one run names everything there is to repair.
func build(files fileSet, problems Problems) (*Catalog, error) {
	c := &Catalog{}
	k := &checker{c: c, problems: &problems, where: map[any]position{}}
	for _, f := range files.sorted() {
		k.decode(f)
	}
	k.check()
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, problems
	}
	families := make(map[string]*Family, len(c.Families))
	for _, f := range c.Families {
		families[f.ID] = f
	}
	for _, s := range c.Sources {
		s.setDefaults()
		if f := families[s.Family]; f != nil {
			s.Layouts = slices.Concat(s.Layouts, f.Layouts)
		}
	}
	slices.SortFunc(c.Sources, func(a, b *Source) int { return cmp.Compare(a.ID, b.ID) })
	c.index()
	fingerprint, err := c.fingerprint()
	if err != nil {
		return nil, fmt.Errorf("catalog: fingerprint: %w", err)
	}
	c.Fingerprint = fingerprint
	return c, nil
}

func (c *Catalog) index() {
	c.sourceByID = make(map[nhip.SourceID]*Source, len(c.Sources))
	c.sourceByHost = make(map[string]*Source, 2*len(c.Sources))
	for _, s := range c.Sources {
		c.sourceByID[s.ID] = s
		for _, h := range s.Hosts {
			c.sourceByHost[h] = s
		}
	}
	c.placeByID = make(map[nhip.PlaceID]*Place, len(c.Places))
	c.placeByCode = map[string]*Place{}
	for _, p := range c.Places {
		c.placeByID[p.ID] = p
		for _, v := range p.Vintages() {
			c.placeByCode[v+":"+p.Code] = p
		}
	}
	c.organisationByID = make(map[nhip.OrganisationID]*Organisation, len(c.Organisations))
	for _, o := range c.Organisations {
		c.organisationByID[o.ID] = o
	}
	c.industryByID = make(map[nhip.IndustryID]*Industry, len(c.Industries))
	for _, i := range c.Industries {
		c.industryByID[i.ID] = i
	}
}

// fingerprint hashes the decoded values, not the bytes: a comment or a schedule
// changes nothing that is read.
func (c *Catalog) fingerprint() (string, error) {
	type reading struct {
		ID        nhip.SourceID
		Kind      string
		Selectors string
		Family    string
		Hosts     []string
		Language  string
		Place     nhip.PlaceID
		Documents Documents
		Layouts   []Layout
	}
	var sources []reading
	for _, s := range c.Sources {
		sources = append(sources, reading{s.ID, s.Kind, s.Selectors, s.Family, s.Hosts, s.Language, s.Place, s.Documents, s.Layouts})
	}
	h := sha256.New()
	err := json.NewEncoder(h).Encode([]any{sources, c.Places, c.Units, c.Indicators, c.Industries, c.Organisations, c.Positions, c.Terms})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}
