package table

import (
	"encoding/json"
	"fmt"
	"strings"

	"nhip/transform/vi"
)

// Answers of the PxWeb API, version 1: the variables of a table (GET), the selected
// cells (POST with format json), or both in one file under "meta" and "data".

type pxwebAnswer struct {
	Title     string
	Variables []pxwebVariable
	Columns   []pxwebColumn
	Data      json.RawMessage
	Meta      *pxwebAnswer
	Comments  json.RawMessage
}

type pxwebVariable struct {
	Code, Text string
	Values     []string
	ValueTexts []string
	Time       bool
}

type pxwebColumn struct {
	Code, Text, Type, Unit string
}

type pxwebRow struct{ Key, Values []string }

// readPxWeb reads an answer. ok is false where the file is no such answer; c is nil
// where it holds no cells.
func readPxWeb(body []byte) (c *cube, problem string, ok bool) {
	var a pxwebAnswer
	if json.Unmarshal(body, &a) != nil {
		return nil, "", false
	}
	meta, data := &a, a
	if a.Meta != nil {
		meta = a.Meta
		if json.Unmarshal(a.Data, &data) != nil {
			return nil, "", false
		}
	}
	if len(data.Columns) == 0 {
		if len(meta.Variables) > 0 {
			return nil, fmt.Sprintf("the description of table %q without its numbers", meta.Title), true
		}
		return nil, "", false
	}
	var rows []pxwebRow
	if err := json.Unmarshal(data.Data, &rows); err != nil {
		return nil, fmt.Sprintf("data: %v", err), true
	}
	c, problem = data.cube(meta, rows)
	return c, problem, true
}

// cube makes the rows a cube. The last dimension is that of the numbers' columns.
func (a *pxwebAnswer) cube(meta *pxwebAnswer, rows []pxwebRow) (*cube, string) {
	c := &cube{name: "data", title: vi.Repair(meta.Title), decimal: -1}
	metric := axis{id: "CONTENTS", label: "contents", role: roleMetric}
	places := []map[string]int{}
	for _, col := range a.Columns {
		if col.Type == "c" {
			cat := newCategory(col.Code, vi.Repair(col.Text))
			cat.unit = col.Unit
			metric.cats = append(metric.cats, cat)
			continue
		}
		x, place := a.axis(col, meta, rows, len(c.axes))
		c.axes, places = append(c.axes, x), append(places, place)
	}
	if c.title == "" && len(metric.cats) == 1 {
		c.title = metric.cats[0].label
	}
	if len(metric.cats) == 1 && metric.cats[0].label == c.title {
		metric.cats[0].label = ""
	}
	if len(metric.cats) == 0 {
		return nil, "no column of numbers"
	}
	c.axes = append(c.axes, metric)
	if _, err := c.size(); err != nil {
		return nil, err.Error()
	}
	for n, row := range rows {
		if len(row.Key) != len(places) || len(row.Values) != len(metric.cats) {
			return nil, fmt.Sprintf("row %d has %d keys and %d values, want %d and %d", n+1, len(row.Key), len(row.Values), len(places), len(metric.cats))
		}
		at := 0
		for i, k := range row.Key {
			at = at*len(c.axes[i].cats) + places[i][k]
		}
		for k, v := range row.Values {
			c.values = append(c.values, cubeValue{at: at*len(metric.cats) + k, text: strings.TrimSpace(v)})
		}
	}
	return c, ""
}

// axis lists the keys that occur, in the order of the variable's values, with its
// texts.
func (a *pxwebAnswer) axis(col pxwebColumn, meta *pxwebAnswer, rows []pxwebRow, at int) (axis, map[string]int) {
	x := axis{id: col.Code, label: vi.Repair(col.Text)}
	if col.Type == "t" {
		x.role = roleTime
	}
	used := map[string]bool{}
	for _, row := range rows {
		if at < len(row.Key) {
			used[row.Key[at]] = true
		}
	}
	place := map[string]int{}
	add := func(code, label string) {
		if _, twice := place[code]; used[code] && !twice {
			place[code] = len(x.cats)
			x.cats = append(x.cats, newCategory(code, vi.Repair(label)))
		}
	}
	for _, v := range meta.Variables {
		if v.Code != col.Code {
			continue
		}
		for i, code := range v.Values {
			label := code
			if i < len(v.ValueTexts) {
				label = v.ValueTexts[i]
			}
			add(code, label)
		}
		if v.Time {
			x.role = roleTime
		}
	}
	for _, row := range rows { // keys the description does not have
		if at < len(row.Key) {
			add(row.Key[at], row.Key[at])
		}
	}
	return x, place
}
