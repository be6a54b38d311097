package table

import (
	"maps"
	"strings"
)

// A PC-Axis file in several languages repeats its statements for each: TITLE[vi]="...",
// VALUES[vi]("ngành")="...". What is the same in all, the numbers and often the codes, is
// said once, under the names of the main language.

// vietnamese is the language that is kept where a file has it.
const vietnamese = "vi"

// inVietnamese makes the Vietnamese statements those of the file, with the main ones, under
// Vietnamese names, where it has none.
func (f *pxFile) inVietnamese() {
	own := f.translated
	if len(own) == 0 || strings.EqualFold(f.word("LANGUAGE"), vietnamese) {
		return
	}
	names := map[string]string{}
	pair := func(from, to []string) {
		for i := range min(len(from), len(to)) {
			if len(from) == len(to) && names[from[i]] == "" {
				names[from[i]] = to[i]
			}
		}
	}
	other := pxFile{entries: own}
	for _, key := range []string{"STUB", "HEADING"} {
		pair(f.first(key), other.first(key))
	}
	for name, translated := range maps.Clone(names) {
		pair(f.first("VALUES", name), other.first("VALUES", translated))
	}
	merged := map[string][]pxEntry{}
	for key, list := range own {
		merged[key] = append(merged[key], list...)
	}
	for key, list := range f.entries {
		for _, e := range list {
			args := make([]string, len(e.args))
			for i, a := range e.args {
				if args[i] = a; names[a] != "" {
					args[i] = names[a]
				}
			}
			e.args = args
			if _, has := own[key]; len(args) == 0 && !has && (key == "STUB" || key == "HEADING" || key == "CONTVARIABLE") {
				values := make([]string, len(e.values))
				for i, v := range e.values {
					if values[i] = v; names[v] != "" {
						values[i] = names[v]
					}
				}
				e.values = values
			}
			merged[key] = append(merged[key], e)
		}
	}
	f.entries = merged
}
