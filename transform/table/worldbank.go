package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// Answers of the World Bank's indicators API, version 2, with format=json: a list of what
// the answer is and of its numbers, one a country and period.

type worldBankHead struct {
	Page, Pages int
	LastUpdated string
	Message     []struct{ Key, Value string }
}

type worldBankRow struct {
	Indicator, Country struct{ ID, Value string }
	Date               string
	Value              *json.Number
	Unit               string
	Status             string `json:"obs_status"`
	Decimal            int
}

// isWorldBank reports such an answer by its first bytes.
func isWorldBank(body []byte) bool {
	head := bytes.TrimLeft(body[:min(len(body), 400)], "\xEF\xBB\xBF \t\r\n")
	return bytes.HasPrefix(head, []byte("[")) && (bytes.Contains(head, []byte(`"lastupdated"`)) || bytes.Contains(head, []byte(`"message"`)))
}

func (r *Reader) readWorldBank(res *Result, body []byte, src *catalog.Source) {
	var parts []json.RawMessage
	var head worldBankHead
	if err := json.Unmarshal(body, &parts); err != nil || len(parts) == 0 || json.Unmarshal(parts[0], &head) != nil {
		res.Issues = append(res.Issues, issue("the World Bank's answer is broken: %v", positioned(body, err)))
		return
	}
	for _, m := range head.Message {
		res.Issues = append(res.Issues, issue("the World Bank answers: %s: %s", m.Key, m.Value))
	}
	if len(parts) < 2 {
		return
	}
	var rows []worldBankRow
	if err := json.Unmarshal(parts[1], &rows); err != nil {
		res.Tables = 1
		res.quarantine("rows", "", err.Error())
		return
	}
	if head.Pages > head.Page {
		res.Issues = append(res.Issues, issue("page %d of %d: per_page asks for more", head.Page, head.Pages))
	}
	res.PublishedAt = updateTime(head.LastUpdated)
	res.Tables = 1
	left := 0
	for i, row := range rows {
		if i == maxObservations {
			break
		}
		o, ok := r.worldBankObservation(row, fmt.Sprintf("obs%d", i+1))
		if !ok {
			left++
			continue
		}
		if res.Title == "" {
			res.Title = vi.Repair(row.Indicator.Value)
			res.Lines = append(res.Lines, res.Title)
		}
		res.Observations = append(res.Observations, o)
	}
	if left > 0 {
		res.Issues = append(res.Issues, issue("%d rows without a period or with words for a number are left out", left))
	}
}

// worldBankUnit is what stands in the last brackets of an indicator's name.
var worldBankUnit = regexp.MustCompile(`^(.*\S)\s*\(([^()]+)\)\s*$`)

func (r *Reader) worldBankObservation(row worldBankRow, cell string) (nhip.Observation, bool) {
	t, ok := readTimeCode(row.Date)
	if !ok {
		return nhip.Observation{}, false
	}
	name, unitWords := vi.Repair(row.Indicator.Value), ""
	if m := worldBankUnit.FindStringSubmatch(name); m != nil {
		name, unitWords = m[1], m[2]
	}
	o := nhip.Observation{Label: name, Bound: nhip.BoundExactly, Kind: nhip.KindActual, Status: "O", StatusRaw: row.Status, Rule: ReaderName, Adjustment: "N", Confidence: 1,
		TableCode: row.Indicator.ID, Cell: cell, Period: t.code, PeriodStart: t.start, PeriodEnd: t.end, Freq: t.freq, Place: row.Country.Value,
		Decimals: row.Decimal, Quote: clip(strings.Join([]string{name, row.Country.Value, row.Date}, " | "), 400)}
	if x := r.indicatorCoded(row.Indicator.ID); x != nil {
		o.Indicator = x.ID
	}
	if p := r.placeCoded(row.Country.ID); p != nil {
		o.Place, o.PlaceID = p.Name, p.ID
	} else if row.Country.ID != "" {
		o.Dims = map[string]string{"REF_AREA": row.Country.ID}
	}
	if row.Value != nil {
		v, err := longDecimal(row.Value.String())
		if err != nil {
			return o, false
		}
		o.Value, o.Status, o.Printed = &v, "A", row.Value.String()
		if s, known := statusCode(row.Status); known {
			o.Status = s
			setKind(&o)
		}
	}
	r.worldBankMeasure(&o, unitWords)
	return o, true
}

var worldBankBase = regexp.MustCompile(`constant (\d{4})`)

// worldBankMeasure reads "annual % growth", "% of GDP", "constant 2015 US$".
func (r *Reader) worldBankMeasure(o *nhip.Observation, text string) {
	o.Measure, o.UnitRaw = nhip.MeasureLevel, text
	key := strings.ToLower(text)
	switch {
	case strings.Contains(key, "% growth"):
		o.Measure, o.Compare, o.Unit = nhip.MeasureGrowth, nhip.CompareYoY, "%"
		o.Direction = direction(o.Value)
	case strings.HasPrefix(key, "% of"), strings.HasPrefix(key, "share of"):
		o.Measure, o.Unit = nhip.MeasureShare, "%"
	case strings.Contains(key, "= 100") || strings.Contains(key, "=100"):
		o.Measure, o.Unit = nhip.MeasureIndex, "%"
		if y := yearIn(strings.ReplaceAll(key, "=", " ")); y != 0 {
			o.Compare, o.BasePeriod = nhip.CompareVsBase, fmt.Sprint(y)
		}
	case strings.Contains(key, "%"):
		o.Unit = "%"
	case strings.Contains(key, "us$"):
		o.Unit = "USD"
	case strings.Contains(key, "lcu"):
		o.Unit = "VND"
	case text == "":
		o.Flags = append(o.Flags, FlagUnitMissing)
	default:
		if u, ok := r.units.parse(text); ok && u.known {
			o.Unit = u.id
		} else {
			o.Unit = nhip.UnitID(key)
			o.Flags = append(o.Flags, FlagUnitUnknown)
		}
	}
	if m := worldBankBase.FindStringSubmatch(key); m != nil {
		o.PriceBasis, o.BasePeriod = "constant", m[1]
	} else if strings.HasPrefix(key, "current") {
		o.PriceBasis = "current"
	}
}
