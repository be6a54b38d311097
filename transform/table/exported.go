package table

import (
	"fmt"
	"strconv"
	"strings"

	"nhip"
)

// What package trends exports is read back: SDMX-CSV of the dataflow NHIP:VINTAGES and
// the JSON-stat data set with the same dimensions. An export holds the numbers of several
// publishers and days of publication; SOURCE and VINTAGE stay dimensions, so that none of
// them takes another's place.

// exportedFlow is the id of the dataflow of our exports.
const exportedFlow = "NHIP:VINTAGES("

// exportedAxes are the dimensions every data set of our exports has.
var exportedAxes = []string{"SOURCE", "INDICATOR", "REF_AREA", "MEASURE", "COMPARE", "UNIT_MEASURE", "VINTAGE", "TIME_PERIOD"}

// isExported reports a cube that nhip wrote.
func (c *cube) isExported() bool {
	found := 0
	for _, a := range c.axes {
		for _, id := range exportedAxes {
			if a.id == id {
				found++
			}
		}
	}
	return found == len(exportedAxes)
}

// observeExported reads a cube that nhip wrote.
func (r *Reader) observeExported(c *cube) (out []nhip.Observation, problem string) {
	for _, v := range c.values {
		a := map[string]string{"OBS_VALUE": v.text, "OBS_STATUS": v.status}
		for i, k := range c.index(v.at) {
			x, cat := c.axes[i].id, c.axes[i].cats[k]
			a[x] = cat.code
			switch x {
			case "UNIT_MEASURE":
				a["UNIT_NAME"] = cat.label
			case "INDICATOR":
				if cat.code != "_Z" {
					a["TITLE"] = cat.label
				}
			case "ITEM":
				if a["TITLE"] == "" {
					a["TITLE"] = cat.label
				}
			}
		}
		o, problem := r.exportedObservation(a, fmt.Sprintf("%s[%d]", c.name, v.at))
		if problem != "" {
			return nil, problem
		}
		out = append(out, o)
	}
	return out, ""
}

// exportedObservation turns the concepts of an export into the observation it was made
// of, as far as the export says it.
func (r *Reader) exportedObservation(a map[string]string, cell string) (nhip.Observation, string) {
	t, ok := readTimeCode(a["TIME_PERIOD"])
	if a["TIME_PERIOD"] == nhip.PeriodNone {
		t, ok = timeCode{code: nhip.PeriodNone}, true
	}
	if !ok {
		return nhip.Observation{}, fmt.Sprintf("%s: %q is no time period", cell, clip(a["TIME_PERIOD"], 40))
	}
	get := func(concept string) string {
		if v := a[concept]; v != "_Z" && v != "_T" {
			return v
		}
		return ""
	}
	o := nhip.Observation{Bound: nhip.BoundExactly, Kind: nhip.Kind(get("OBS_KIND")), Rule: ReaderName, Confidence: 1, Cell: cell,
		Period: t.code, PeriodStart: t.start, PeriodEnd: t.end, Freq: t.freq, Label: a["TITLE"], Indicator: nhip.IndicatorID(get("INDICATOR")),
		TableCode: get("TABLE"), Industry: nhip.IndustryID(get("INDUSTRY")), GeoVintage: get("GEO_VINTAGE"), Counterpart: get("COUNTERPART_AREA"),
		Accumulation: get("ACCUMULATION"), TimeCollect: get("TIME_COLLECT"), Measure: nhip.Measure(get("MEASURE")), Compare: nhip.Compare(get("COMPARE")),
		PriceBasis: get("PRICES"), BasePeriod: a["BASE_PER"], Adjustment: a["ADJUSTMENT"], Printed: a["PRINTED"], Status: "A"}
	if o.BasePeriod == "" {
		o.BasePeriod = get("FIXED_BASE")
	}
	if o.Kind == "" {
		o.Kind = nhip.KindActual
	}
	switch f := get("FREQ"); {
	case t.code == nhip.PeriodNone: // nothing that could be frequent
	case f == "_O":
		o.Freq = otherFreq(t)
	case f != "":
		o.Freq = f
	}
	o.Place = get("REF_AREA")
	if p := r.placeIDs[nhip.PlaceID(o.Place)]; p != nil {
		o.Place, o.PlaceID = p.Name, p.ID
	}
	r.exportedUnit(&o, get("UNIT_MEASURE"), a["UNIT_NAME"])
	exportedDims(&o, a, get)
	if problem := sdmxValue(&o, a); problem != "" {
		return o, fmt.Sprintf("%s: %s", cell, problem)
	}
	if n, err := strconv.Atoi(a["DECIMALS"]); err == nil && n >= 0 && n < 20 {
		o.Decimals = n
	}
	if f := a["FLAGS"]; f != "" {
		o.Flags = strings.Split(f, "; ")
	}
	if o.Measure == nhip.MeasureGrowth || o.Measure == nhip.MeasureChange || o.Measure == nhip.MeasureChangePP {
		o.Direction = direction(o.Value)
	}
	if p := a["PATH"]; p != "" {
		o.Path = strings.Split(p, " > ")
	}
	o.Quote = clip(strings.Join(append([]string{o.Label, o.Period}, o.Printed), " | "), 400)
	return o, ""
}

// otherFreq returns the frequency that SDMX does not have: half months, else other.
func otherFreq(t timeCode) string {
	isLast := nhip.DateOf(t.end.Time().AddDate(0, 0, 1)).Day == 1
	sameMonth := t.start.Year == t.end.Year && t.start.Month == t.end.Month
	if sameMonth && (t.start.Day == 1 && t.end.Day == 15 || t.start.Day == 16 && isLast) {
		return "H2M"
	}
	return "O"
}

// exportedUnit takes the name of the unit, else the unit the code stands for.
func (r *Reader) exportedUnit(o *nhip.Observation, code, name string) {
	switch {
	case name != "" && name != "_Z" && !strings.HasPrefix(name, "Not applicable"):
		o.Unit = nhip.UnitID(name)
	case r.unitCodes[code] != "":
		o.Unit = r.unitCodes[code]
	default:
		o.Unit = nhip.UnitID(code)
	}
}

// exportedDims restores the dimensions that have no concept of their own.
func exportedDims(o *nhip.Observation, a map[string]string, get func(string) string) {
	dims := map[string]string{"SOURCE": a["SOURCE"], "VINTAGE": a["VINTAGE"]}
	item := get("ITEM")
	if o.Indicator == "" { // the words stand before it, being part of the identity
		item = strings.TrimSpace(strings.TrimPrefix(item, strings.ToLower(o.Label)))
	}
	if item != "" {
		dims["ITEM"] = item
	}
	if v := get("VARIABLE"); v != "" {
		dims["VARIABLE"] = v
	}
	for pair := range strings.SplitSeq(get("OTHER_DIMS"), "; ") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			dims[k] = v
		}
	}
	o.Dims = dims
}
