package main

import (
	"fmt"
	"slices"
	"strings"

	"nhip/catalog"
	"nhip/transform/vi"
)

// People name an indicator and a place as they write them: IIP, "chi so san xuat cong
// nghiep", Ha Noi. The store knows ids and canonical names.

var nameMarks = strings.NewReplacer(" ", "", ".", "", "-", "", ",", "")

// nameKey is a name without case, diacritics, blanks and marks.
func nameKey(name string) string { return nameMarks.Replace(vi.Fold(strings.TrimSpace(name))) }

// indicatorNamed returns the id of the indicator that is named by its id, name, phrase
// or official code. An unknown word is a usage error with what comes near.
func indicatorNamed(cat *catalog.Catalog, word string) (string, error) {
	key := nameKey(word)
	var near []string
	for _, x := range cat.Indicators {
		names := append([]string{string(x.ID), x.Name, x.NameEN}, x.Phrases...)
		for _, code := range x.Codes {
			_, after, _ := strings.Cut(code, ":")
			names = append(names, code, after)
		}
		if slices.ContainsFunc(names, func(n string) bool { return nameKey(n) == key }) {
			return string(x.ID), nil
		}
		if len(key) > 2 && slices.ContainsFunc(names, func(n string) bool { return strings.Contains(nameKey(n), key) }) {
			near = append(near, string(x.ID))
		}
	}
	if len(near) > 0 {
		return "", usagef("no indicator %q; near are %s", word, strings.Join(near[:min(len(near), 5)], ", "))
	}
	return "", usagef("no indicator %q in the catalog; nhip trends indicators lists those with numbers", word)
}

// placeNamed returns the id or the canonical name of a place. The
// provinces of before and after a merger may share a name; the name means all of them.
func placeNamed(cat *catalog.Catalog, word string) (string, error) {
	key := nameKey(word)
	for _, level := range []string{"tỉnh", "thành phố", "tp"} {
		if after, ok := strings.CutPrefix(key, nameKey(level)); ok && after != "" {
			if name, err := placeKeyed(cat, after, word); err == nil {
				return name, nil
			}
		}
	}
	return placeKeyed(cat, key, word)
}

func placeKeyed(cat *catalog.Catalog, key, word string) (string, error) {
	for _, p := range cat.Places {
		if string(p.ID) == word {
			return word, nil
		}
	}
	for _, isLarge := range []bool{true, false} { // communes share their names with provinces
		for _, p := range cat.Places {
			if isLarge != (p.Level == "country" || p.Level == "region" || p.Level == "province") {
				continue
			}
			if slices.ContainsFunc(append([]string{p.Name, string(p.ID)}, p.Aliases...), func(n string) bool { return nameKey(n) == key }) {
				return p.Name, nil
			}
		}
	}
	return "", usageError{fmt.Sprintf("--place %s: the catalog has no place of that name", word)}
}

// asked is what an argument of a question names.
type asked int

const (
	asksWords asked = iota
	asksIndicator
	asksEither // an indicator, or words of one
)

// resolveNames brings the argument and the place of a question to what the store knows.
func resolveNames(cat *catalog.Catalog, what asked, args []string, place *string) (out []string, err error) {
	out = slices.Clone(args)
	if what != asksWords && len(out) > 0 {
		id, err := indicatorNamed(cat, strings.Join(out, " "))
		switch {
		case err == nil:
			out = []string{id}
		case what == asksIndicator:
			return nil, err
		}
	}
	if *place != "" {
		if *place, err = placeNamed(cat, *place); err != nil {
			return nil, err
		}
	}
	return out, nil
}
