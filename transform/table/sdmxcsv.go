package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"nhip/transform/vi"
)

// SDMX-CSV, versions 1 (a column DATAFLOW first) and 2 (STRUCTURE, STRUCTURE_ID, ACTION
// first), as the SDMX technical working group's field guides have them.

var (
	sdmxCSVHead = regexp.MustCompile(`^(?:\x{FEFF}|\xEF\xBB\xBF)?"?(?:DATAFLOW|STRUCTURE(?:\[.\])?)"?([,;\t|])`)
	sdmxCSVFlow = regexp.MustCompile(`^(?:[^:()]+:)?([^:()]+)(?:\(.*\))?$`) // ESTAT:NA_MAIN(1.6.0)
)

// isSDMXCSV reports the header of an SDMX-CSV file.
func isSDMXCSV(body []byte) bool {
	head := body[:min(len(body), 4096)]
	return sdmxCSVHead.Match(head) && strings.Contains(string(head), "OBS_VALUE")
}

// sdmxColumn is a column with its concept.
type sdmxColumn struct {
	concept   string
	labelled  bool // "FREQ: Frequency": its cells are "M: Monthly"
	attribute bool // behind the value: no part of the key
}

// readSDMXCSV calls each for every row with its cells by concept. Where no column is
// TIME_PERIOD, the last one before the value that holds nothing but periods is. An error
// says where the file ends to make sense; the rows before it stand.
func readSDMXCSV(body []byte, contentType string, each func(map[string]string) error) (h sdmxHeader, issues []string, err error) {
	text, _, issues := vi.Decode(body, contentType)
	text = strings.TrimPrefix(text, "\uFEFF")
	in := csv.NewReader(strings.NewReader(text))
	in.Comma = rune(sdmxCSVHead.FindSubmatch(body)[1][0])
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return h, issues, err
	}
	columns := sdmxColumns(head)
	var rows [][]string
	for {
		row, rowErr := in.Read()
		if errors.Is(rowErr, io.EOF) {
			break
		}
		if rowErr == nil && len(row) != len(columns) {
			line, _ := in.FieldPos(0)
			rowErr = fmt.Errorf("line %d has %d cells, and the header %d", line, len(row), len(columns))
		}
		if rowErr == nil && len(rows) == maxObservations {
			rowErr = fmt.Errorf("more than %d rows", maxObservations)
		}
		if err = rowErr; err != nil {
			break
		}
		rows = append(rows, row)
	}
	findSDMXTime(columns, rows)
	deleted := 0
	for _, row := range rows {
		a := map[string]string{}
		for i, c := range columns {
			v := strings.TrimSpace(row[i])
			if c.labelled {
				v, _, _ = strings.Cut(v, ": ")
			}
			a[c.concept] = v
			if c.attribute {
				a["@"+c.concept] = "" // known as an attribute, whatever its name
			}
		}
		if a["ACTION"] == "D" {
			deleted++
			continue
		}
		for _, k := range []string{"STRUCTURE_ID", "DATAFLOW"} {
			id, _, _ := strings.Cut(a[k], ": ") // its name may follow
			if m := sdmxCSVFlow.FindStringSubmatch(id); m != nil && !strings.HasPrefix(id, exportedFlow) {
				h.dataflow = m[1]
			}
		}
		for _, k := range []string{"STRUCTURE", "STRUCTURE_NAME", "ACTION", "DATAFLOW"} {
			delete(a, k)
		}
		if err := each(a); err != nil {
			return h, issues, err
		}
	}
	if deleted > 0 {
		issues = append(issues, fmt.Sprintf("%d rows delete what another file said; they are left out", deleted))
	}
	return h, issues, err
}

func sdmxColumns(head []string) []sdmxColumn {
	columns := make([]sdmxColumn, len(head))
	value := slices.IndexFunc(head, func(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "OBS_VALUE") })
	for i, name := range head {
		id, _, labelled := strings.Cut(strings.TrimSpace(name), ": ")
		if strings.HasPrefix(id, "STRUCTURE[") {
			id = "STRUCTURE"
		}
		columns[i] = sdmxColumn{concept: id, labelled: labelled, attribute: value >= 0 && i > value}
	}
	return columns
}

func findSDMXTime(columns []sdmxColumn, rows [][]string) {
	if slices.ContainsFunc(columns, func(c sdmxColumn) bool { return c.concept == "TIME_PERIOD" }) || len(rows) == 0 {
		return
	}
	for i := len(columns) - 1; i >= 0; i-- {
		isTime := func(row []string) bool {
			code, _, _ := strings.Cut(row[i], ": ")
			_, ok := readTimeCode(code)
			return ok
		}
		if columns[i].attribute || columns[i].concept == "OBS_VALUE" || slices.ContainsFunc(rows, func(row []string) bool { return !isTime(row) }) {
			continue
		}
		columns[i].concept = "TIME_PERIOD"
		return
	}
}
