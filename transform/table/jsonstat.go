package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhip/transform/vi"
)

// JSON-stat, versions 1.x and 2.0, as json-stat.org describes it. A file is a data
// set, a bundle of named ones (1.x) or a collection with data sets in its links (2.0).

// maxNested ends collections within collections.
const maxNested = 4

// jsonStat is a data set, a bundle or a collection. What publishers write in more than
// one form stays raw.
type jsonStat struct {
	Class     string
	Label     json.RawMessage
	Source    json.RawMessage
	Updated   json.RawMessage
	Note      json.RawMessage
	ID        jsonList
	Size      []jsonInt
	Role      jsonRoles
	Dimension map[string]json.RawMessage
	Value     json.RawMessage
	Status    json.RawMessage
	Link      struct{ Item []json.RawMessage }
	Extension struct {
		PX struct {
			TableID string `json:"tableid"`
			Matrix  string
		}
	}
}

type jsonRoles struct{ Time, Geo, Metric []string }

// jsonList is a list of names; a single one, as other files have under the same key, is
// none.
type jsonList []string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *jsonList) UnmarshalJSON(b []byte) error {
	if len(b) == 0 || b[0] != '[' {
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}

// jsonInt is a whole number that may come as a string.
type jsonInt int

// UnmarshalJSON implements [json.Unmarshaler].
func (n *jsonInt) UnmarshalJSON(b []byte) error {
	v, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil {
		return fmt.Errorf("%s is no whole number", clip(string(b), 20))
	}
	*n = jsonInt(v)
	return nil
}

// jsonDimension is one dimension of a data set.
type jsonDimension struct {
	Label    json.RawMessage
	Category struct {
		Index json.RawMessage
		Label map[string]string
		Unit  map[string]jsonUnit
		Child map[string][]string
	}
	Extension struct {
		RefPeriod   map[string]string
		BasePeriod  map[string]string
		MeasuringTy map[string]string `json:"measuringType"`
		PriceType   map[string]string `json:"priceType"`
		Adjustment  map[string]string
	}
}

type jsonUnit struct {
	Label, Base, Symbol, Name string
	Type                      string
	Decimals                  *jsonInt
	Multiplier, Mult          *jsonInt
}

// readJSONStat finds the data sets of a file. problems name data sets that are broken;
// the others are read.
func readJSONStat(body []byte) (cubes []*cube, problems []string) {
	walkJSONStat(body, "dataset", 0, func(c *cube, err error) {
		if err != nil {
			problems = append(problems, err.Error())
			return
		}
		cubes = append(cubes, c)
	})
	return cubes, problems
}

func walkJSONStat(body []byte, name string, depth int, found func(*cube, error)) {
	if depth > maxNested {
		found(nil, fmt.Errorf("%s: collections nested more than %d deep", name, maxNested))
		return
	}
	var d jsonStat
	if err := json.Unmarshal(body, &d); err != nil {
		found(nil, fmt.Errorf("%s: %w", name, positioned(body, err)))
		return
	}
	switch {
	case len(d.Dimension) > 0:
		c, err := d.cube(name)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		found(c, err)
		return
	case d.Class == "collection" || len(d.Link.Item) > 0:
		for i, item := range d.Link.Item {
			if bytes.Contains(item, []byte(`"dimension"`)) { // other items are addresses
				walkJSONStat(item, fmt.Sprintf("item%d", i+1), depth+1, found)
			}
		}
		return
	}
	var bundle map[string]json.RawMessage
	if json.Unmarshal(body, &bundle) != nil {
		return
	}
	var names []string
	for k, v := range bundle {
		if bytes.HasPrefix(bytes.TrimSpace(v), []byte("{")) && bytes.Contains(v, []byte(`"dimension"`)) {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	for _, k := range names {
		walkJSONStat(bundle[k], k, depth+1, found)
	}
}

// positioned adds the line to an error of the JSON decoder.
func positioned(body []byte, err error) error {
	var at int64 = -1
	switch e := err.(type) {
	case *json.SyntaxError:
		at = e.Offset
	case *json.UnmarshalTypeError:
		at = e.Offset
	}
	if at < 0 || at > int64(len(body)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(body[:at], []byte("\n")), err)
}

// text returns a string, or the strings of a list as one.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return vi.Repair(s)
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return vi.Repair(strings.Join(list, " "))
	}
	return ""
}

// cube reads a data set.
func (d *jsonStat) cube(name string) (*cube, error) {
	if err := d.old(); err != nil {
		return nil, err
	}
	if len(d.ID) != len(d.Size) || len(d.ID) == 0 {
		return nil, fmt.Errorf("%d dimensions and %d sizes", len(d.ID), len(d.Size))
	}
	c := &cube{name: name, title: text(d.Label), updated: text(d.Updated), decimal: -1}
	for _, raw := range []json.RawMessage{d.Source, d.Note} {
		if s := text(raw); s != "" {
			c.lines = append(c.lines, s)
		}
	}
	c.table = d.Extension.PX.TableID
	for i, id := range d.ID {
		a, err := d.axis(id, int(d.Size[i]))
		if err != nil {
			return nil, fmt.Errorf("dimension %q: %w", id, err)
		}
		c.axes = append(c.axes, a)
	}
	c.sparse = bytes.HasPrefix(bytes.TrimSpace(d.Value), []byte("{"))
	size, err := c.size()
	if err != nil {
		return nil, err
	}
	return c, d.fill(c, size)
}

// old moves what version 1 keeps among the dimensions to where version 2 has it.
func (d *jsonStat) old() error {
	if len(d.ID) > 0 {
		return nil
	}
	if err := json.Unmarshal(d.Dimension["id"], &d.ID); err != nil {
		return fmt.Errorf("no list of dimensions: %w", err)
	}
	if err := json.Unmarshal(d.Dimension["size"], &d.Size); err != nil {
		return fmt.Errorf("no sizes of the dimensions: %w", err)
	}
	if raw := d.Dimension["role"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &d.Role); err != nil {
			return fmt.Errorf("roles: %w", err)
		}
	}
	return nil
}

func (d *jsonStat) axis(id string, size int) (axis, error) {
	var dim jsonDimension
	raw, ok := d.Dimension[id]
	if !ok {
		return axis{}, fmt.Errorf("is listed and not described")
	}
	if err := json.Unmarshal(raw, &dim); err != nil {
		return axis{}, err
	}
	a := axis{id: id, label: text(dim.Label)}
	if a.label == "" {
		a.label = id
	}
	switch {
	case slices.Contains(d.Role.Time, id):
		a.role = roleTime
	case slices.Contains(d.Role.Geo, id):
		a.role = roleGeo
	case slices.Contains(d.Role.Metric, id):
		a.role = roleMetric
	}
	codes, err := dim.codes(size)
	if err != nil {
		return axis{}, err
	}
	parent := map[string]string{}
	for _, p := range slices.Sorted(maps.Keys(dim.Category.Child)) { // a child of two is one of the last
		for _, c := range dim.Category.Child[p] {
			parent[c] = p
		}
	}
	for _, code := range codes {
		a.cats = append(a.cats, dim.category(code, parent))
	}
	return a, nil
}

// codes returns the codes of the categories in order: from a list, from an object with
// positions, or from the only label.
func (dim *jsonDimension) codes(size int) ([]string, error) {
	if size < 1 || size > maxCube {
		return nil, fmt.Errorf("a size of %d", size)
	}
	var list []string
	var positions map[string]int
	switch {
	case len(dim.Category.Index) == 0 || string(dim.Category.Index) == "null":
		if len(dim.Category.Label) != 1 || size != 1 {
			return nil, fmt.Errorf("%d categories without an order", len(dim.Category.Label))
		}
		for code := range dim.Category.Label {
			list = append(list, code)
		}
	case json.Unmarshal(dim.Category.Index, &list) == nil:
	case json.Unmarshal(dim.Category.Index, &positions) == nil:
		list = make([]string, len(positions))
		seen := make([]bool, len(positions))
		for code, i := range positions {
			if i < 0 || i >= len(list) || seen[i] {
				return nil, fmt.Errorf("category %q has position %d of %d", code, i, len(list))
			}
			list[i], seen[i] = code, true
		}
	default:
		return nil, fmt.Errorf("the category index is neither a list nor an object")
	}
	if len(list) != size {
		return nil, fmt.Errorf("%d categories, and a size of %d", len(list), size)
	}
	return list, nil
}

func (dim *jsonDimension) category(code string, parent map[string]string) category {
	label := func(code string) string {
		if s := dim.Category.Label[code]; s != "" {
			return vi.Repair(s)
		}
		return code
	}
	c := newCategory(code, label(code))
	for p, n := parent[code], 0; p != "" && n < 20; p, n = parent[p], n+1 {
		c.parents = append([]string{label(p)}, c.parents...)
	}
	if u, ok := dim.Category.Unit[code]; ok {
		c.unit = u.Base
		if c.unit == "" || u.Label != "" && u.Base == "" {
			c.unit = u.Label
		}
		if c.unit == "" {
			c.unit = u.Symbol
		}
		for _, m := range []*jsonInt{u.Mult, u.Multiplier} {
			if m != nil && *m >= -12 && *m <= 15 {
				c.mult, c.hasMult = int(*m), true
			}
		}
		if !c.hasMult && u.Base != "" && u.Label != "" && u.Label != u.Base {
			c.unit = u.Label // the size is in the words only
		}
		if u.Decimals != nil {
			c.decimals = int(*u.Decimals)
		}
	}
	c.base = yearCode(dim.Extension.BasePeriod[code])
	switch strings.ToLower(dim.Extension.PriceType[code]) {
	case "current":
		c.price = "current"
	case "fixed":
		c.price = "constant"
	}
	c.collect = collectOf(dim.Extension.MeasuringTy[code])
	c.adjustment = adjustmentOf(dim.Extension.Adjustment[code])
	return c
}

func adjustmentOf(s string) string {
	switch strings.ToLower(s) {
	case "workonly":
		return "W"
	case "sesonly":
		return "S"
	case "workandses":
		return "Y"
	}
	return ""
}

// collectOf reads stock, flow or average in the spelling of JSON-stat or PC-Axis.
func collectOf(s string) string {
	switch strings.ToLower(s) {
	case "stock", "s":
		return "P"
	case "average", "a":
		return "A"
	case "flow", "f":
		return "S"
	}
	return ""
}

// yearCode returns a base period that is a time code; words are none.
func yearCode(s string) string {
	if t, ok := readTimeCode(strings.TrimSuffix(strings.TrimSpace(s), "=100")); ok {
		return t.code
	}
	return ""
}

// fill reads values and statuses in all their forms.
func (d *jsonStat) fill(c *cube, size int) error {
	values, given, err := series(d.Value, size, "value")
	if err != nil {
		return err
	}
	status, _, err := series(d.Status, size, "status")
	if err != nil {
		return err
	}
	switch list := bytes.TrimSpace(d.Value); {
	case given == 0 && len(status) == 0:
		return fmt.Errorf("the description of a table of %d cells without its numbers", size)
	case len(list) > 0 && list[0] == '[' && given != size:
		return fmt.Errorf("%d values, and dimensions for %d: which belongs where cannot be told", given, size)
	}
	all := ""
	if len(status) == 0 && len(d.Status) > 0 {
		_ = json.Unmarshal(d.Status, &all) // one status for all; other forms are empty lists
	}
	if list := bytes.TrimSpace(d.Status); len(list) > 0 && list[0] == '[' && len(status) == 1 && size > 1 {
		all, status = status[0], nil // a list of one stands for all
	}
	places := slices.Collect(maps.Keys(values))
	for at := range status {
		if _, has := values[at]; !has {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	for _, at := range places {
		text, has := values[at]
		s := status[at]
		if s == "" {
			s = all
		}
		if has || s != "" {
			c.values = append(c.values, cubeValue{at: at, text: text, status: s})
		}
	}
	return nil
}

// series reads a list, or an object by position, of numbers, words and null. given
// counts its entries.
func series(raw json.RawMessage, size int, what string) (found map[int]string, given int, err error) {
	raw = bytes.TrimSpace(raw)
	found = map[int]string{}
	if len(raw) == 0 || raw[0] == '"' || string(raw) == "null" {
		return found, 0, nil
	}
	put := func(at int, v json.RawMessage) {
		switch s := strings.TrimSpace(string(v)); {
		case s == "null":
		case strings.HasPrefix(s, `"`):
			found[at] = text(v)
		default:
			found[at] = s
		}
	}
	var list []json.RawMessage
	var sparse map[string]json.RawMessage
	switch {
	case json.Unmarshal(raw, &list) == nil:
		if len(list) > size {
			return nil, 0, fmt.Errorf("%d entries of %s, and dimensions for %d", len(list), what, size)
		}
		for at, v := range list {
			put(at, v)
		}
		return found, len(list), nil
	case json.Unmarshal(raw, &sparse) == nil:
		for k, v := range sparse {
			at, err := strconv.Atoi(k)
			if err != nil || at < 0 || at >= size {
				return nil, 0, fmt.Errorf("%s at place %q of %d", what, clip(k, 20), size)
			}
			put(at, v)
		}
		return found, len(sparse), nil
	}
	return nil, 0, fmt.Errorf("%s is neither a list nor an object", what)
}
