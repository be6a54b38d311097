package trends

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"nhip/loader"
)

// maxCells bounds the cube a JSON-stat dataset may span: a number every JSON reader
// keeps exactly. Only cells with a number or a status are written.
const maxCells = 1 << 53

// statDimension collects the categories of one dimension.
type statDimension struct {
	component
	index  map[string]int // code -> place in codes
	codes  []string
	before []string // codes in the order they came
	labels map[string]string
	sortBy map[string]string // of TIME_PERIOD: first and last day
	useful bool              // some value is not the one for "not applicable"
}

func (d *statDimension) add(row exportRow) int {
	v := d.value(row)
	i, ok := d.index[v]
	if !ok {
		i = len(d.codes)
		d.index[v] = i
		d.codes = append(d.codes, v)
		d.labels[v] = d.label(v, row)
		if d.id == "TIME_PERIOD" {
			d.sortBy[v] = row["first_day"] + row["last_day"]
		}
	}
	d.useful = d.useful || v != d.empty
	return i
}

func (d *statDimension) label(v string, row exportRow) string {
	if d.list != "" {
		for _, c := range codeLists[d.list] {
			if c.id == v {
				return c.en + " / " + c.vi
			}
		}
	}
	label := ""
	switch d.id {
	case "INDICATOR":
		label = row["indicator_name"]
	case "REF_AREA":
		label = row["place"]
	case "ITEM": // without an indicator the words of the source are part of it
		if row["indicator"] == "" {
			label = row["label"]
		}
	case "INDUSTRY":
		label = row["industry_name"]
	case "UNIT_MEASURE":
		label = row["unit_name"]
	}
	switch {
	case label != "":
		return label
	case v == "_T":
		return "Total / Tổng số"
	case v == "_Z":
		return "Not applicable / Không áp dụng"
	}
	return v
}

// always are the dimensions a dataset has even if they say nothing.
var always = []string{"SOURCE", "INDICATOR", "REF_AREA", "MEASURE", "COMPARE", "UNIT_MEASURE", "VINTAGE", "TIME_PERIOD"}

// statCell is one number with its place in each dimension.
type statCell struct {
	at                         []int
	value, status, flags, base string
}

// WriteJSONStat writes rows of [Export] as one JSON-stat 2.0 dataset: values in base
// units with the status of each, published (VINTAGE) as a dimension, flags and base
// periods in its extension. Dimensions that apply to no row are left out; values are
// sparse, by the index of the cell. The rows are held in memory. It is an error if
// there are none, or if they span more cells than a JSON number counts.
func WriteJSONStat(w io.Writer, rows loader.Rows, units Units) error {
	var dims []*statDimension
	for _, c := range append(slices.Clone(dimensions), component{"TIME_PERIOD", "Time period", "Kỳ", "period", "", ""}) {
		dims = append(dims, &statDimension{component: c, index: map[string]int{}, labels: map[string]string{}, sortBy: map[string]string{}})
	}
	var cells []statCell
	decimals := map[string]int{}
	err := exportRows(rows, func(row exportRow) error {
		units.prepare(row)
		c := statCell{at: make([]int, len(dims)), value: row["value"], status: row["status"], flags: row["flags"], base: row["base_period"]}
		for i, d := range dims {
			c.at[i] = d.add(row)
		}
		cells = append(cells, c)
		if n, err := strconv.Atoi(row["decimals"]); err == nil {
			mult, _ := strconv.Atoi(row["unit_mult"])
			decimals[row["unit"]] = max(decimals[row["unit"]], n-mult, 0)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeDataset(w, dims, cells, decimals)
}

func writeDataset(w io.Writer, dims []*statDimension, cells []statCell, decimals map[string]int) error {
	var kept []int
	strides := map[int]int{}
	for i, d := range dims {
		d.order()
		if d.useful || slices.Contains(always, d.id) {
			kept = append(kept, i)
		}
	}
	stride := 1
	for _, i := range slices.Backward(kept) {
		strides[i] = stride
		if n := len(dims[i].codes); stride > maxCells/n {
			return fmt.Errorf("the numbers span more than 2^53 cells; choose an indicator, a --place or a --measure, or write SDMX")
		}
		stride *= len(dims[i].codes)
	}
	at := make(map[int]statCell, len(cells))
	for _, c := range cells {
		place := 0
		for _, i := range kept {
			place += strides[i] * dims[i].index[dims[i].before[c.at[i]]]
		}
		if _, twice := at[place]; twice {
			return fmt.Errorf("two numbers of one series, period and vintage: %s and %s", at[place].value, c.value)
		}
		at[place] = c
	}
	set := struct {
		Version   string         `json:"version"`
		Class     string         `json:"class"`
		Label     string         `json:"label"`
		Source    string         `json:"source"`
		ID        []string       `json:"id"`
		Size      []int          `json:"size"`
		Role      map[string]any `json:"role"`
		Dimension map[string]any `json:"dimension"`
	}{"2.0", "dataset", "Vintages of official statistics / Các lần công bố của số liệu chính thức", "nhip", nil, nil,
		map[string]any{"time": []string{"TIME_PERIOD"}, "geo": []string{"REF_AREA"}, "metric": []string{"UNIT_MEASURE"}}, map[string]any{}}
	for _, i := range kept {
		d := dims[i]
		set.ID, set.Size = append(set.ID, d.id), append(set.Size, len(d.codes))
		category := map[string]any{"index": d.codes, "label": d.labels}
		if d.id == "UNIT_MEASURE" {
			unit := map[string]any{}
			for _, c := range d.codes {
				unit[c] = map[string]any{"label": d.labels[c], "decimals": decimals[c]}
			}
			category["unit"] = unit
		}
		dimension := map[string]any{"label": d.en + " / " + d.vi, "category": category}
		if x := d.extension(); x != nil {
			dimension["extension"] = x
		}
		set.Dimension[d.id] = dimension
	}
	head, err := json.Marshal(set)
	if err != nil {
		return err
	}
	bw := bufio.NewWriter(w)
	bw.Write(head[:len(head)-1]) // the object goes on
	places := slices.Sorted(maps.Keys(at))
	writeSparse(bw, `,"value":{`, places, func(p int) string { return at[p].value })
	writeSparse(bw, `},"status":{`, places, func(p int) string { return quoted(at[p].status) })
	writeSparse(bw, `},"extension":{"flags":{`, places, func(p int) string { return quoted(at[p].flags) })
	writeSparse(bw, `},"base_period":{`, places, func(p int) string { return quoted(at[p].base) })
	bw.WriteString("}}}\n")
	return bw.Flush()
}

// extension says of base years and prices what PxWeb says of them, in its words.
func (d *statDimension) extension() map[string]any {
	name, words := "", map[string]string{}
	for _, c := range d.codes {
		switch {
		case d.id == "FIXED_BASE" && c != d.empty:
			name, words[c] = "basePeriod", c
		case d.id == "PRICES" && c == "current":
			name, words[c] = "priceType", "Current"
		case d.id == "PRICES" && c == "constant":
			name, words[c] = "priceType", "Fixed"
		}
	}
	if name == "" {
		return nil
	}
	return map[string]any{name: words}
}

// order sorts periods and vintages; what came first stays first elsewhere.
func (d *statDimension) order() {
	d.before = slices.Clone(d.codes)
	switch d.id {
	case "TIME_PERIOD":
		slices.SortStableFunc(d.codes, func(a, b string) int { return cmp.Compare(d.sortBy[a], d.sortBy[b]) })
	case "VINTAGE":
		slices.Sort(d.codes)
	}
	for i, c := range d.codes {
		d.index[c] = i
	}
}

// quoted is a JSON string, "" for an empty text.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	b, _ := json.Marshal(s) // a string always has a form
	return string(b)
}

// writeSparse writes the members of a sparse object; an empty text is left out.
func writeSparse(w *bufio.Writer, open string, places []int, text func(int) string) {
	w.WriteString(open)
	first := true
	for _, p := range places {
		s := text(p)
		if s == "" {
			continue
		}
		if !first {
			w.WriteByte(',')
		}
		first = false
		fmt.Fprintf(w, "%q:%s", strconv.Itoa(p), s)
	}
}
