package table

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhip/transform/vi"
)

// SDMX-JSON 1.0 data messages: flat observations or series, with keys that count the
// values of the dimensions.

type sdmxJSON struct {
	Structure *sdmxJSONStructure
	DataSets  []sdmxJSONSet
	Data      *struct { // version 2 puts both one level down
		Structure *sdmxJSONStructure
		DataSets  []sdmxJSONSet
	}
}

type sdmxJSONStructure struct {
	Name       json.RawMessage
	Dimensions struct{ DataSet, Series, Observation []sdmxJSONConcept }
	Attributes struct{ DataSet, Series, Observation []sdmxJSONConcept }
}

type sdmxJSONConcept struct {
	ID     string
	Values []struct{ ID, Name string }
}

type sdmxJSONSet struct {
	Observations map[string][]json.RawMessage
	Series       map[string]struct {
		Attributes   []json.RawMessage
		Observations map[string][]json.RawMessage
	}
}

// readSDMXJSON turns the observations of a message into attributes by concept. ok is
// false where the file is no such message.
func readSDMXJSON(body []byte, each func(map[string]string)) (problems []string, ok bool) {
	var m sdmxJSON
	if json.Unmarshal(body, &m) != nil {
		return nil, false
	}
	if m.Data != nil {
		m.Structure, m.DataSets = m.Data.Structure, m.Data.DataSets
	}
	if m.Structure == nil || len(m.DataSets) == 0 {
		return nil, false
	}
	s := m.Structure
	common := map[string]string{}
	for _, list := range [][]sdmxJSONConcept{s.Dimensions.DataSet, s.Attributes.DataSet} {
		for _, c := range list {
			if len(c.Values) == 1 {
				common[c.ID] = c.value(0)
			}
		}
	}
	observations := func(attrs map[string]string, list map[string][]json.RawMessage) {
		for _, key := range inOrder(list) {
			cells := list[key]
			o := maps.Clone(attrs)
			if err := place(o, key, s.Dimensions.Observation); err != nil {
				problems = append(problems, fmt.Sprintf("observation %q: %v", clip(key, 40), err))
				continue
			}
			if len(cells) > 0 && string(cells[0]) != "null" {
				o["OBS_VALUE"] = strings.Trim(string(cells[0]), `"`)
			}
			attributes(o, cells[min(1, len(cells)):], s.Attributes.Observation)
			each(o)
		}
	}
	for _, set := range m.DataSets {
		observations(common, set.Observations)
		for _, key := range inOrder(set.Series) {
			series := set.Series[key]
			attrs := maps.Clone(common)
			if err := place(attrs, key, s.Dimensions.Series); err != nil {
				problems = append(problems, fmt.Sprintf("series %q: %v", clip(key, 40), err))
				continue
			}
			attributes(attrs, series.Attributes, s.Attributes.Series)
			observations(attrs, series.Observations)
		}
	}
	return problems, true
}

// inOrder returns keys such as "0:3:1" by their numbers: the same file gives the same
// observations in the same order.
func inOrder[V any](m map[string]V) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		x, y := strings.Split(a, ":"), strings.Split(b, ":")
		for i := range min(len(x), len(y)) {
			n, err1 := strconv.Atoi(x[i])
			k, err2 := strconv.Atoi(y[i])
			if c := cmp.Compare(n, k); c != 0 && err1 == nil && err2 == nil {
				return c
			}
		}
		return strings.Compare(a, b)
	})
}

func (c sdmxJSONConcept) value(i int) string {
	if v := c.Values[i]; v.ID != "" {
		return vi.Repair(v.ID)
	}
	return vi.Repair(c.Values[i].Name)
}

// place reads a key such as "0:3:1".
func place(o map[string]string, key string, list []sdmxJSONConcept) error {
	parts := strings.Split(key, ":")
	if len(parts) != len(list) {
		return fmt.Errorf("%d parts for %d dimensions", len(parts), len(list))
	}
	for i, c := range list {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n >= len(c.Values) {
			return fmt.Errorf("value %q of %s, which has %d", clip(parts[i], 20), c.ID, len(c.Values))
		}
		o[c.ID] = c.value(n)
	}
	return nil
}

func attributes(o map[string]string, cells []json.RawMessage, list []sdmxJSONConcept) {
	for i, c := range list {
		if i >= len(cells) {
			return
		}
		n, err := strconv.Atoi(string(cells[i]))
		if err == nil && n >= 0 && n < len(c.Values) {
			o[c.ID] = c.value(n)
		}
	}
}
