package table

import (
	"regexp"
	"strings"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// unit is a printed unit: its name in records, the power of ten in front of it, and
// the words.
type unit struct {
	id     nhip.UnitID
	mult   int
	raw    string
	known  bool // the catalog has it, or it is made of what the catalog has
	family string
}

func (u unit) isZero() bool { return u.id == "" }

func (u unit) isPercent() bool { return u.id == "%" }

func (u unit) isMoney() bool { return u.family == "money" }

var percentUnit = unit{id: "%", raw: "%", known: true, family: "ratio"}

// units knows the printed forms of the catalog's units.
type units map[string]unit

// scale is a power of ten in words.
type scale struct {
	words string
	power int
	key   string
}

func scaleKeys(list []scale) []scale {
	for i := range list {
		list[i].key = vi.Key(list[i].words)
	}
	return list
}

// keys returns the keys of words that are looked for often.
func keys(list ...string) []string {
	for i := range list {
		list[i] = vi.Key(list[i])
	}
	return list
}

// scales are the words in front of a unit, longest first.
var scales = scaleKeys([]scale{
	{words: "nghìn tỷ", power: 12}, {words: "ngàn tỷ", power: 12}, {words: "triệu tỷ", power: 15}, {words: "nghìn triệu", power: 9}, {words: "trăm triệu", power: 8}, {words: "trăm nghìn", power: 5}, {words: "chục nghìn", power: 4},
	{words: "triệu", power: 6}, {words: "nghìn", power: 3}, {words: "ngàn", power: 3}, {words: "vạn", power: 4}, {words: "tỷ", power: 9}, {words: "trăm", power: 2},
	{words: "thous.", power: 3}, {words: "thousand", power: 3}, {words: "thousands", power: 3}, {words: "mill.", power: 6}, {words: "million", power: 6}, {words: "bill.", power: 9}, {words: "billion", power: 9}, {words: "1000", power: 3}, {words: "1.000", power: 3},
})

// units that tables use and no sentence does; the catalog's own come first.
var tableUnits = []unit{
	{id: "HK", family: "transport"}, {id: "HK.km", family: "transport"}, {id: "lượt HK", family: "transport"}, {id: "lượt HK.km", family: "transport"},
	{id: "tấn.km", family: "transport"}, {id: "lượt người", family: "count"}, {id: "lượt khách", family: "count"},
	{id: "‰", family: "ratio"}, {id: "lần", family: "ratio"}, {id: "điểm", family: "ratio"}, {id: "tuổi", family: "time"},
	{id: "m2", family: "area"}, {id: "m3", family: "volume"}, {id: "m", family: "length"}, {id: "mét", family: "length"}, {id: "km", family: "length"}, {id: "km2", family: "area"}, {id: "lít", family: "volume"},
	{id: "kg", family: "mass"}, {id: "tạ", family: "mass"}, {id: "tấn", family: "mass"}, {id: "ha", family: "area"}, {id: "kWh", family: "energy"}, {id: "MW", family: "energy"},
	{id: "người", family: "count"}, {id: "doanh nghiệp", family: "count"}, {id: "dự án", family: "count"}, {id: "vụ", family: "count"}, {id: "hộ", family: "count"},
	{id: "cái", family: "count"}, {id: "chiếc", family: "count"}, {id: "con", family: "count"}, {id: "cây", family: "count"}, {id: "quả", family: "count"},
	{id: "bộ", family: "count"}, {id: "đôi", family: "count"}, {id: "bao", family: "count"}, {id: "hộp", family: "count"}, {id: "viên", family: "count"},
	{id: "trang", family: "count"}, {id: "ste", family: "volume"}, {id: "cuộn", family: "count"}, {id: "chai", family: "count"}, {id: "tờ", family: "count"}, {id: "ống", family: "count"}, {id: "thùng", family: "count"}, {id: "tấm", family: "count"},
	{id: "lao động", family: "count"}, {id: "TEU", family: "transport"}, {id: "VND", family: "money"}, {id: "USD", family: "money"},
}

var unitAliases = map[string]nhip.UnitID{"đồng": "VND", "DN": "doanh nghiệp", "đô la Mỹ": "USD", "mét vuông": "m2", "mét khối": "m3", "con gia cầm": "con",
	"hành khách": "HK", "lượt hành khách": "lượt HK", "hành khách.km": "HK.km", "T.km": "tấn.km", "xe": "chiếc",
	"person": "người", "persons": "người", "pers.": "người", "pers": "người", "people": "người", "head": "con", "heads": "con", "household": "hộ", "households": "hộ",
	"dong": "VND", "dongs": "VND", "ton": "tấn", "tons": "tấn", "tonne": "tấn", "tonnes": "tấn", "hectare": "ha", "hectares": "ha", "per cent": "%", "percent": "%", "enterprise": "doanh nghiệp", "enterprises": "doanh nghiệp",
	"project": "dự án", "projects": "dự án", "times": "lần", "kilogram": "kg", "kilograms": "kg", "quintal": "tạ"}

func newUnits(c *catalog.Catalog) units {
	u := units{}
	add := func(form string, x unit) {
		key := vi.Key(form)
		if _, taken := u[key]; !taken && key != "" {
			x.known = true
			u[key] = x
		}
	}
	if c != nil {
		for _, x := range c.Units {
			for _, form := range x.Forms {
				add(form, unit{id: x.ID, mult: x.Mult, family: x.Family})
			}
		}
	}
	for _, x := range tableUnits {
		add(string(x.id), x)
	}
	for form, id := range unitAliases {
		if id == "%" {
			add(form, percentUnit)
		}
		for _, x := range tableUnits {
			if x.id == id {
				add(form, x)
			}
		}
	}
	add("%", percentUnit)
	return u
}

// unitIntro are the words before a unit in a caption.
var unitIntro = keys("đơn vị tính", "đơn vị đo", "đơn vị", "đvt", "đv", "unit")

// isIntro reports whether words only announce a unit.
func isIntro(key string) bool {
	key = strings.Trim(key, " :.()")
	for _, w := range unitIntro {
		if key == w {
			return true
		}
	}
	return false
}

// parse reads one printed unit with its scale words. ok is false for what is no unit:
// too many words, digits, nothing. An unknown noun is a unit that is not known.
func (u units) parse(text string) (unit, bool) {
	raw := strings.Trim(oneLine(text), " :;.()")
	key := strings.Trim(words(text), " :;.()")
	for _, w := range unitIntro {
		if rest, ok := strings.CutPrefix(key, w); ok && (rest == "" || strings.ContainsAny(rest[:1], " :(-/")) {
			key = strings.Trim(rest, " :-/().")
			raw = lastWords(raw, key) // another may follow: "Đơn vị tính - Unit: %"
		}
	}
	if key == "" || len(key) > 60 {
		return unit{}, false
	}
	if x, ok := u.lookup(key); ok {
		x.raw = raw
		return x, true
	}
	// "Tỷ đồng - Bill. dongs": the same unit in two languages.
	for _, cut := range []string{"-", "/"} {
		if first, second, found := strings.Cut(key, cut); found {
			x, ok := u.lookup(strings.TrimSpace(first))
			if y, isRate := u.lookup(strings.TrimSpace(second)); ok && cut == "/" && !x.isPercent() {
				x.mult = scaleOf(first) // the unit of a rate keeps its own size: tạ/ha
				x.id = nhip.UnitID(rateName(raw, first, second, y, isRate))
				x.family, x.raw = "rate", raw
				return x, true
			}
			if ok {
				x.raw = raw
				return x, true
			}
		}
	}
	mult, rest := cutScale(key)
	if rest == "" || strings.ContainsAny(rest, "0123456789=%") || len(strings.Fields(rest)) > 3 {
		return unit{}, false
	}
	return unit{id: nhip.UnitID(strings.ToLower(lastWords(raw, rest))), mult: mult, raw: raw}, true
}

// lookup finds scale words followed by a known unit.
func (u units) lookup(key string) (unit, bool) {
	if x, ok := u[key]; ok {
		return x, true
	}
	mult, rest := cutScale(key)
	if mult == 0 {
		return unit{}, false
	}
	if x, ok := u[rest]; ok {
		x.mult += mult
		return x, true
	}
	return unit{}, false
}

// cutScale takes the scale words off a key.
func cutScale(key string) (power int, rest string) {
	for _, s := range scales {
		w := s.key
		if after, ok := strings.CutPrefix(key, w+" "); ok {
			return s.power, after
		}
		if after, ok := strings.CutPrefix(key, w); ok && strings.HasSuffix(w, ".") {
			return s.power, strings.TrimSpace(after)
		}
	}
	return 0, key
}

func scaleOf(key string) int {
	power, _ := cutScale(key)
	return power
}

func rateName(raw, first, second string, denominator unit, known bool) string {
	_, numerator := cutScale(strings.TrimSpace(first))
	name := lastWords(strings.SplitN(raw, "/", 2)[0], numerator)
	if known {
		return strings.ToLower(name) + "/" + string(denominator.id)
	}
	return strings.ToLower(name) + "/" + strings.TrimSpace(second)
}

// lastWords returns as many words from the end of raw as key has.
func lastWords(raw, key string) string {
	r, k := strings.Fields(raw), strings.Fields(key)
	if len(k) >= len(r) {
		return strings.Trim(raw, " :().")
	}
	return strings.Trim(strings.Join(r[len(r)-len(k):], " "), " :().")
}

var severalUnits = regexp.MustCompile(`\s*,\s*|\s+(?:và|and)\s+`)

// caption reads the unit words above a table: one unit, or a quantity and a value
// ("Nghìn tấn; Triệu USD"), of which the sub-headers lượng and trị giá choose.
func (u units) caption(text string) []unit {
	var found []unit
	if x, ok := u.parse(text); !ok || !x.known { // "Nghìn tấn, triệu USD", "Nghìn tấn và Triệu USD"
		if list := severalUnits.ReplaceAllString(oneLine(text), ";"); list != text {
			text = list
		}
	}
	for part := range strings.SplitSeq(oneLine(text), ";") {
		x, ok := u.parse(part)
		if !ok {
			return nil
		}
		found = append(found, x)
	}
	return found
}
