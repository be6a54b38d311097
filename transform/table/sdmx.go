package table

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// maxObservations ends a file that claims to be a data set and is none.
const maxObservations = 1_000_000

// isSDMX reports an SDMX-ML message by its first bytes.
func isSDMX(body []byte) bool {
	head := body[:min(len(body), 4096)]
	return bytes.Contains(head, []byte("StructureSpecific")) || bytes.Contains(head, []byte("GenericData")) ||
		bytes.Contains(head, []byte("GenericTimeSeries")) || bytes.Contains(head, []byte("sdmx.org/resources/sdmxml"))
}

// sdmxHeader is what a message says of itself.
type sdmxHeader struct {
	id       string
	prepared *time.Time
	dataflow string
}

// sdmxReader walks over the tokens of a message. Elements are known by their local
// names: files exist without namespaces and with others than the standard's.
type sdmxReader struct {
	d      *xml.Decoder
	header sdmxHeader
	each   func(map[string]string) error
	stack  []string
	issues []string

	dataset map[string]string
	groups  []map[string]string
	series  map[string]string
	obs     map[string]string
	into    map[string]string // what a generic Value belongs to
	group   map[string]string
	text    strings.Builder
	sets    int
}

// readSDMX calls each for every observation with its attributes by concept: those of
// the data set, of the groups it belongs to, of its series and its own. An error says
// where the file ends to make sense; the observations before it stand.
func readSDMX(body []byte, contentType string, each func(map[string]string) error) (h sdmxHeader, sets int, issues []string, err error) {
	text, _, issues := vi.Decode(body, contentType)
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded above
	s := sdmxReader{d: d, each: each, issues: issues, dataset: map[string]string{}}
	err = s.run()
	return s.header, s.sets, s.issues, err
}

func (s *sdmxReader) run() error {
	for {
		token, err := s.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, _ := s.d.InputPos()
			return fmt.Errorf("line %d: %w", line, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			if len(t) > 0 {
				s.issues = append(s.issues, "a document type is declared; its entities are not expanded")
			}
		case xml.StartElement:
			if len(s.stack) > 100 {
				return fmt.Errorf("elements nested more than 100 deep")
			}
			s.stack = append(s.stack, t.Name.Local)
			s.text.Reset()
			s.start(t)
		case xml.CharData:
			if s.text.Len() < 1000 {
				s.text.Write(t)
			}
		case xml.EndElement:
			if err := s.end(t.Name.Local); err != nil {
				return err
			}
			if len(s.stack) > 0 {
				s.stack = s.stack[:len(s.stack)-1]
			}
		}
	}
}

func (s *sdmxReader) within(name string) bool { return slices.Contains(s.stack, name) }

func (s *sdmxReader) start(t xml.StartElement) {
	switch t.Name.Local {
	case "DataSet":
		s.sets++
		s.dataset, s.groups = concepts(t), nil
		s.into = s.dataset
	case "Group":
		if s.within("DataSet") {
			s.group = concepts(t)
			delete(s.group, "type") // which group it is, in generic messages
			s.into = s.group
		}
	case "Series":
		s.series = concepts(t)
		s.into = s.series
	case "Obs":
		s.obs = concepts(t)
		s.into = s.obs
	case "Ref":
		if s.within("Header") && s.header.dataflow == "" {
			s.header.dataflow = attribute(t, "id")
		}
	case "Value": // <generic:Value id="FREQ" value="M"/>
		if s.into != nil && s.within("DataSet") {
			if id := attribute(t, "id", "concept"); id != "" {
				s.into[id] = attribute(t, "value")
			}
		}
	case "ObsDimension", "Time": // in 2.0 the time is text
		if s.obs != nil {
			id := attribute(t, "id")
			if id == "" {
				id = "TIME_PERIOD"
			}
			if v := attribute(t, "value"); v != "" {
				s.obs[id] = v
			}
		}
	case "ObsValue":
		if s.obs != nil {
			s.obs["OBS_VALUE"] = attribute(t, "value")
		}
	}
}

func (s *sdmxReader) end(name string) error {
	switch name {
	case "ID":
		if s.within("Header") && s.header.id == "" {
			s.header.id = strings.TrimSpace(s.text.String())
		}
	case "Prepared":
		s.prepared(strings.TrimSpace(s.text.String()))
	case "Time":
		if s.obs != nil && s.obs["TIME_PERIOD"] == "" {
			s.obs["TIME_PERIOD"] = strings.TrimSpace(s.text.String())
		}
	case "Group":
		if len(s.group) > 0 && len(s.groups) < 100_000 {
			s.groups = append(s.groups, s.group)
		}
		s.group, s.into = nil, s.dataset
	case "Obs":
		o := maps.Clone(s.dataset)
		maps.Copy(o, s.series)
		maps.Copy(o, s.obs)
		s.applyGroups(o)
		s.obs, s.into = nil, s.series
		return s.each(o)
	case "Series":
		s.series, s.into = nil, s.dataset
	case "DataSet":
		s.dataset, s.into = map[string]string{}, nil
	}
	return nil
}

func (s *sdmxReader) prepared(text string) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, nhip.Zone); err == nil {
			s.header.prepared = &t
			return
		}
	}
}

// applyGroups gives an observation the attributes of the groups it belongs to: those
// whose dimensions are all its own.
func (s *sdmxReader) applyGroups(o map[string]string) {
	for _, g := range s.groups {
		belongs := true
		for k, v := range g {
			if !isAttribute(k) && o[k] != v {
				belongs = false
				break
			}
		}
		if !belongs {
			continue
		}
		for k, v := range g {
			if _, own := o[k]; !own {
				o[k] = v
			}
		}
	}
}

// concepts returns the attributes of an element that are concepts, which have no
// namespace.
func concepts(t xml.StartElement) map[string]string {
	m := map[string]string{}
	for _, a := range t.Attr {
		if a.Name.Space == "" && a.Name.Local != "xmlns" {
			m[a.Name.Local] = a.Value
		}
	}
	return m
}

func attribute(t xml.StartElement, names ...string) string {
	for _, a := range t.Attr {
		if slices.Contains(names, a.Name.Local) {
			return a.Value
		}
	}
	return ""
}

// sdmxAttributes are the concepts that describe an observation and are no part of its
// key, of the cross-domain concepts of SDMX and of ECOFIN. A structure would say
// it; messages come without theirs.
var sdmxAttributes = map[string]bool{}

func init() {
	for _, k := range strings.Fields(`OBS_VALUE OBS_STATUS CONF_STATUS OBS_CONF CONF_STATUS_OBS PRE_BREAK_VALUE OBS_PRE_BREAK OBS_COM COMMENT COMMENT_OBS
		COMMENT_TS COMMENT_DSET DECIMALS UNIT UNIT_MEASURE UNIT_MULT UNIT_MULTIPLIER TITLE TITLE_COMPL COLL_METHOD COLLECTION TIME_FORMAT BASE_PER BASE_YEAR
		REF_PERIOD_DETAIL REF_PERIOD SOURCE_AGENCY PUBL_PUBLIC PUBL_ECB PUBL_MU BREAKS NAT_TITLE COMPILATION COVERAGE AVAILABILITY DOM_SER_IDS EMBARGO_TIME
		EMBARGO_DATE METHODOLOGY_REFERENCE TIME_PER_COLLECT VALUATION LAST_UPDATE UPDATED DATA_COMP CURRENCY_TRANS action TIME_PERIOD`) {
		sdmxAttributes[k] = true
	}
}

// isMarked reports a concept that the file itself says is an attribute.
func isMarked(a map[string]string, concept string) bool {
	_, ok := a["@"+concept]
	return ok
}

func isAttribute(concept string) bool { return sdmxAttributes[concept] }

// sdmxObservation turns the concepts of one observation into ours.
func (r *Reader) sdmxObservation(a map[string]string, cell string, h sdmxHeader, src *catalog.Source) (nhip.Observation, string) {
	t, ok := readTimeCode(a["TIME_PERIOD"])
	if !ok {
		return nhip.Observation{}, fmt.Sprintf("%s: %q is no time period", cell, clip(a["TIME_PERIOD"], 40))
	}
	o := nhip.Observation{Bound: nhip.BoundExactly, Kind: nhip.KindActual, Status: "A", Rule: ReaderName, Adjustment: "N", Confidence: 1, Cell: cell,
		Period: t.code, PeriodStart: t.start, PeriodEnd: t.end, Freq: t.freq, Printed: a["OBS_VALUE"]}
	if f := a["FREQ"]; f != "" {
		o.Freq = sdmxFreq(f)
	}
	code := a["INDICATOR"]
	o.TableCode = h.dataflow
	if d := a["DATA_DOMAIN"]; d != "" {
		o.TableCode = d
	}
	o.Label = a["TITLE"]
	if o.Label == "" {
		o.Label = code
	}
	if x := r.indicatorCoded(code); x != nil {
		o.Indicator = x.ID
	}
	r.sdmxKey(&o, a, src)
	if problem := sdmxValue(&o, a); problem != "" {
		return o, fmt.Sprintf("%s: %s", cell, problem)
	}
	r.sdmxUnit(&o, a, code)
	if o.Label == "" {
		o.Label = strings.Join(o.Path, " ")
	}
	o.Quote = clip(strings.Join(o.Path, " | ")+" | "+a["TIME_PERIOD"]+" | "+a["OBS_VALUE"], 400)
	return o, ""
}

// sdmxFreq returns our frequency of a CL_FREQ code.
func sdmxFreq(f string) string {
	switch f {
	case "A", "S", "Q", "M", "W", "D":
		return f
	case "B":
		return "D" // business days
	}
	return "O"
}

// sdmxKey names place and partner, and keeps the other dimensions.
func (r *Reader) sdmxKey(o *nhip.Observation, a map[string]string, src *catalog.Source) {
	dims := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(a)) {
		v := a[k]
		switch {
		case v == "" || isAttribute(k) || strings.HasPrefix(k, "@"):
		case isMarked(a, k): // a column of attributes
		case k == "FREQ", k == "DATA_DOMAIN":
		case k == "REF_AREA":
			if p := r.placeCoded(v); p != nil {
				o.Place, o.PlaceID, o.GeoVintage = p.Name, p.ID, vintageAt(p)
			} else {
				o.Place = v
				dims[k] = v
			}
		case k == "COUNTERPART_AREA":
			if o.Counterpart = v; v == "_Z" {
				o.Counterpart = ""
			}
		case k == "ADJUSTMENT" || k == "SEASONAL_ADJUST":
			o.Adjustment = v
		default:
			dims[k] = plainCode(v)
			o.Path = append(o.Path, v)
		}
	}
	if o.Place == "" && src != nil { // messages of other countries look the same
		if p := r.placeIDs[src.Place]; p != nil {
			o.Place, o.PlaceID = p.Name, p.ID
			o.Flags = append(o.Flags, FlagPlaceAssumed)
		}
	}
	if len(dims) > 0 {
		o.Dims = dims
	}
}

// placeCoded finds a country by its ISO code, or a place by its id.
func (r *Reader) placeCoded(code string) *catalog.Place {
	if code == "VN" || code == "VNM" {
		return r.country
	}
	return nil
}

func (r *Reader) indicatorCoded(code string) *catalog.Indicator {
	if code == "" {
		return nil
	}
	for _, p := range r.indicators {
		for _, c := range p.indicator.Codes {
			if _, after, ok := strings.Cut(c, ":"); ok && after == code {
				return p.indicator
			}
		}
	}
	return nil
}

// sdmxMarked is a number as people typed it into a file for machines: with blanks
// between thousands, or sb (sơ bộ) behind it.
var (
	sdmxMarked = regexp.MustCompile(`^(-?\d{1,3}(?: \d{3})*(?:\.\d+)?|-?\d+(?:\.\d+)?)\s*((?i)sb|p|e|f)?$`)
	sdmxMarks  = map[string]nhip.ObsStatus{"sb": "P", "p": "P", "e": "E", "f": "F"}
)

// sdmxValue reads the number with its scale, and the status.
func sdmxValue(o *nhip.Observation, a map[string]string) string {
	if n, err := strconv.Atoi(a["UNIT_MULT"]); err == nil && n >= -12 && n <= 15 {
		o.UnitMult = n
	}
	if s := a["OBS_STATUS"]; s != "" {
		o.StatusRaw = s
		if status, ok := statusCode(s); ok {
			o.Status = status
		}
	}
	for _, k := range []string{"CONF_STATUS", "OBS_CONF", "CONF_STATUS_OBS"} {
		if v := a[k]; v != "" && v != "F" && a["OBS_VALUE"] == "" {
			o.Status = "Q"
		}
	}
	setKind(o)
	text := strings.TrimSpace(a["OBS_VALUE"])
	missing, isSign := statusCode(text)
	switch {
	case text == "" || isSign && missing != "A":
		if text != "" {
			o.StatusRaw = text
		}
		if o.Status == "A" || o.Status == "E" || o.Status == "P" || o.Status == "F" {
			o.Status = "O"
			if isSign {
				o.Status = missing
			}
		}
		return ""
	}
	if m := sdmxMarked.FindStringSubmatch(text); m != nil { // 7 902.3, 519.4sb
		text = strings.ReplaceAll(m[1], " ", "")
		if m[2] != "" {
			o.Status, o.StatusRaw = sdmxMarks[strings.ToLower(m[2])], m[2]
			setKind(o)
		}
	}
	d, err := longDecimal(text)
	if err != nil {
		return fmt.Sprintf("%q is no number", clip(text, 40))
	}
	v := d.Shift(o.UnitMult)
	o.Value = &v
	o.Decimals = printedDecimals(text)
	if n, err := strconv.Atoi(a["DECIMALS"]); err == nil && n >= 0 && n < 20 {
		o.Decimals = n
	}
	if len(text) > 12 {
		full := v.Float64()
		o.ValueFull = &full
	}
	return ""
}

// sdmxUnit reads unit and measure from the concepts, and where a file has none from the
// ends of the IMF's indicator codes: _IX index, _XDC national currency, _PT per cent.
func (r *Reader) sdmxUnit(o *nhip.Observation, a map[string]string, code string) {
	o.Measure = nhip.MeasureLevel
	base := a["BASE_PER"]
	if base == "" {
		base = a["BASE_YEAR"]
	}
	if base = strings.TrimPrefix(base, "_Z"); base != "" {
		o.BasePeriod = base
	}
	parts := strings.Split(code, "_")
	has := func(s string) bool { return slices.Contains(parts, s) }
	raw := a["UNIT_MEASURE"]
	if raw == "" {
		raw = a["UNIT"]
	}
	switch {
	case raw != "":
		if x, ok := r.units.parse(raw); ok && x.known {
			o.Unit, o.UnitRaw = x.id, raw
		} else if id := r.unitCodes[raw]; id != "" {
			o.Unit, o.UnitRaw = id, raw
		} else if raw == "PT" || raw == "PC" || raw == "PERCENT" {
			o.Unit, o.UnitRaw = "%", raw
		} else {
			o.Unit, o.UnitRaw = nhip.UnitID(raw), raw
		}
	case has("IX"), has("PT"), has("PC"), has("PCH"):
		o.Unit = "%"
	case has("XDC"):
		o.Unit = "VND"
	case has("USD"):
		o.Unit = "USD"
	case has("EUR"):
		o.Unit = "EUR"
	case has("PE"):
		o.Unit = "người"
	default:
		o.Flags = append(o.Flags, FlagUnitMissing)
	}
	switch {
	case has("PC") && has("CP") && has("A"), has("PCH") || has("PC"):
		o.Measure, o.Direction = nhip.MeasureGrowth, direction(o.Value)
		if o.Compare = nhip.CompareYoY; has("PP") {
			o.Compare = map[string]nhip.Compare{"M": nhip.CompareMoM, "Q": nhip.CompareQoQ, "A": nhip.CompareYoY}[o.Freq]
		}
	case has("IX") || raw == "IX":
		o.Measure = nhip.MeasureIndex
		if o.Compare = nhip.CompareVsBase; o.BasePeriod == "" {
			o.Compare = ""
		}
	case o.BasePeriod != "":
		o.PriceBasis = "constant"
	}
}
