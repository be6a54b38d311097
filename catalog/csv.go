package catalog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"nhip"
)

// column is one column of a CSV file: how its cells get into a T.
type column[T any] struct {
	name     string
	required bool // no cell may be empty
	set      func(*T, string) error
}

// decodeCSV decodes the rows of f and returns them with the line of each. The
// first row names the columns, in any order; lines that start with # are comments.
// A row with a mistake is left out after all its mistakes are reported.
func decodeCSV[T any](f file, columns []column[T], problems *Problems) (rows []*T, lines []int) {
	problem := func(line int, field, format string, args ...any) {
		*problems = append(*problems, Problem{File: f.shown, Line: line, Field: field, Message: fmt.Sprintf(format, args...)})
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.data, []byte("\ufeff"))))
	r.Comment = '#'
	r.FieldsPerRecord = -1
	var header []column[T]
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var pe *csv.ParseError
			if !errors.As(err, &pe) {
				problem(0, "", "cannot be read: %v", err)
				break
			}
			problem(pe.Line, "", "is not CSV: %v; a cell that holds a quote or a comma stands in quotes, and a quote in it is doubled", pe.Err)
			continue
		}
		line, _ := r.FieldPos(0)
		if header == nil {
			if header = csvHeader(cells, line, columns, problem); header == nil {
				return nil, nil
			}
			continue
		}
		if len(cells) != len(header) {
			problem(line, "", "has %d cells, the header has %d: check the commas and quotes", len(cells), len(header))
			continue
		}
		if row, ok := csvRow(cells, line, header, problem); ok {
			rows, lines = append(rows, row), append(lines, line)
		}
	}
	if header == nil {
		problem(0, "", "is empty: its first line must be %s", columnNames(columns))
	}
	return rows, lines
}

type report func(line int, field, format string, args ...any)

func csvHeader[T any](cells []string, line int, columns []column[T], problem report) []column[T] {
	var header []column[T]
	ok := true
	for _, name := range cells {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(columns, func(c column[T]) bool { return c.name == name })
		if i < 0 {
			problem(line, name, "is no known column%s", suggest(name, strings.Split(columnNames(columns), ",")))
			ok = false
			continue
		}
		if slices.ContainsFunc(header, func(c column[T]) bool { return c.name == name }) {
			problem(line, name, "is a column twice: keep one")
			ok = false
		}
		header = append(header, columns[i])
	}
	for _, c := range columns {
		if c.required && !slices.ContainsFunc(header, func(h column[T]) bool { return h.name == c.name }) {
			problem(line, c.name, "is missing from the header, which must name %s", columnNames(columns))
			ok = false
		}
	}
	if !ok {
		return nil
	}
	return header
}

func csvRow[T any](cells []string, line int, header []column[T], problem report) (*T, bool) {
	row, ok := new(T), true
	for i, cell := range cells {
		cell = norm.NFC.String(strings.TrimSpace(cell))
		c := header[i]
		if cell == "" {
			if c.required {
				problem(line, c.name, "is empty: every row needs it")
				ok = false
			}
			continue
		}
		if err := c.set(row, cell); err != nil {
			problem(line, c.name, "%v", err)
			ok = false
		}
	}
	return row, ok
}

func columnNames[T any](columns []column[T]) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ",")
}

// text, list and day make setters of the usual kinds of cells. A list is
// separated by bars.
func text[T any, S ~string](field func(*T) *S) func(*T, string) error {
	return func(row *T, cell string) error {
		*field(row) = S(cell)
		return nil
	}
}

func list[T any](field func(*T) *[]string) func(*T, string) error {
	return func(row *T, cell string) error {
		for item := range strings.SplitSeq(cell, "|") {
			if item = strings.TrimSpace(item); item == "" {
				return fmt.Errorf("%q holds an empty item: separate with a single |", cell)
			}
			*field(row) = append(*field(row), item)
		}
		return nil
	}
}

func day[T any](field func(*T) *nhip.Date) func(*T, string) error {
	return func(row *T, cell string) error { return field(row).UnmarshalText([]byte(cell)) }
}

func truth[T any](field func(*T) *bool) func(*T, string) error {
	return func(row *T, cell string) error {
		switch cell {
		case "yes":
			*field(row) = true
		case "no":
		default:
			return fmt.Errorf("is %q: write yes or no", cell)
		}
		return nil
	}
}

var placeColumns = []column[Place]{
	{"id", true, text(func(p *Place) *nhip.PlaceID { return &p.ID })},
	{"name", true, text(func(p *Place) *string { return &p.Name })},
	{"name_en", false, text(func(p *Place) *string { return &p.NameEN })},
	{"level", true, text(func(p *Place) *string { return &p.Level })},
	{"code", false, text(func(p *Place) *string { return &p.Code })},
	{"vintage", false, text(func(p *Place) *string { return &p.Vintage })},
	{"iso", false, text(func(p *Place) *string { return &p.ISO })},
	{"parent", false, text(func(p *Place) *nhip.PlaceID { return &p.Parent })},
	{"valid_from", false, day(func(p *Place) *nhip.Date { return &p.ValidFrom })},
	{"valid_until", false, day(func(p *Place) *nhip.Date { return &p.ValidUntil })},
	{"successor", false, text(func(p *Place) *nhip.PlaceID { return &p.Successor })},
	{"aliases", false, list(func(p *Place) *[]string { return &p.Aliases })},
}

var industryColumns = []column[Industry]{
	{"id", true, text(func(i *Industry) *nhip.IndustryID { return &i.ID })},
	{"name", true, text(func(i *Industry) *string { return &i.Name })},
	{"name_en", false, text(func(i *Industry) *string { return &i.NameEN })},
	{"vsic", false, list(func(i *Industry) *[]string { return &i.VSIC })},
	{"parent", false, text(func(i *Industry) *nhip.IndustryID { return &i.Parent })},
	{"words", false, list(func(i *Industry) *[]string { return &i.Words })},
}

var organisationColumns = []column[Organisation]{
	{"id", true, text(func(o *Organisation) *nhip.OrganisationID { return &o.ID })},
	{"name", true, text(func(o *Organisation) *string { return &o.Name })},
	{"name_en", false, text(func(o *Organisation) *string { return &o.NameEN })},
	{"kind", true, text(func(o *Organisation) *string { return &o.Kind })},
	{"valid_from", false, day(func(o *Organisation) *nhip.Date { return &o.ValidFrom })},
	{"valid_until", false, day(func(o *Organisation) *nhip.Date { return &o.ValidUntil })},
	{"successor", false, text(func(o *Organisation) *nhip.OrganisationID { return &o.Successor })},
	{"aliases", false, list(func(o *Organisation) *[]string { return &o.Aliases })},
}

var positionColumns = []column[Position]{
	{"name", true, text(func(p *Position) *string { return &p.Name })},
	{"name_en", false, text(func(p *Position) *string { return &p.NameEN })},
	{"prefix", true, truth(func(p *Position) *bool { return &p.Prefix })},
}
