package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"nhip/loader"
	"nhip/trends"
)

var trendsCommand = command{
	name:    "trends",
	takes:   true,
	args:    "[NAME] [ARGS] [FLAGS]",
	summary: "Ask a named question; without NAME list them",
	example: `nhip trends                                             the questions there are
nhip trends mentions công nghiệp hỗ trợ                 how often a phrase is written, by month
nhip trends mentions "cong nghiep ho tro" --by quarter  diacritics are optional
nhip trends observations iip --place "Hà Nội" --from 2025-01-01
nhip trends series iip --asof 2025-06-30                as it was known on that day
nhip trends mentions "dệt may" --format csv > det-may.csv
nhip trends vintages iip --compare yoy --freq M --format svg > iip.svg`,
	flags: func(flags *pflag.FlagSet) {
		flags.String("by", "", "`step` of time: day, week, month, quarter or year; default month")
		flags.String("place", "", "only this `place`, by name or id")
		flags.String("industry", "", "only this `industry`, by name or id; of official tables also a row by its words")
		flags.String("measure", "", "only this `measure`: level, index, growth, share ...")
		flags.String("compare", "", "only numbers compared with this `base`: yoy, mom, qoq, vs_dec ...")
		flags.String("freq", "", "only this `frequency`: A, Q, M ...")
		flags.String("from", "", "from this `day` on")
		flags.String("to", "", "up to this `day`")
		flags.String("asof", "", "what was known at the end of this `day`")
		flags.Int("limit", 0, "at most so many `rows`; default 1000")
		flags.String("format", "table", "`form` of the answer: table, csv, json (one object a line), parquet, or svg (a picture of mentions, series, vintages)")
	},
	run: func(ctx context.Context, c *call) error {
		if len(c.args) == 0 {
			return listQuestions(c.stdout)
		}
		format, err := oneOf(c, "format", "table", "csv", "json", "parquet", "svg")
		if err != nil {
			return err
		}
		if format == "svg" && !slices.Contains(trends.Drawable, c.args[0]) {
			return usagef("--format svg: %s cannot be drawn; %s can", c.args[0], strings.Join(trends.Drawable, ", "))
		}
		f, err := filters(c)
		if err != nil {
			return err
		}
		// A question that cannot be asked is refused before an engine is started for it.
		if err := checkQuestion(c.args[0], c.args[1:], f); err != nil {
			return err
		}
		cat, err := openCatalog(c)
		if err != nil {
			return err
		}
		args, err := resolveNames(cat, argumentOf(c.args[0]), c.args[1:], &f.Place)
		if err != nil {
			return err
		}
		store, err := openStoreToRead(ctx, c)
		if err != nil {
			return err
		}
		defer store.Close()
		return answer(ctx, c.stdout, store, c.args[0], args, f, format)
	},
}

func filters(c *call) (f trends.Filters, err error) {
	f.By, _ = c.flags.GetString("by")
	f.Place, _ = c.flags.GetString("place")
	f.Industry, _ = c.flags.GetString("industry")
	f.Measure, _ = c.flags.GetString("measure")
	f.Compare, _ = c.flags.GetString("compare")
	f.Freq, _ = c.flags.GetString("freq")
	f.Source, _ = c.flags.GetString("source")
	f.Table, _ = c.flags.GetString("table")
	f.Limit, _ = c.flags.GetInt("limit")
	if f.Limit < 0 {
		return f, usagef("--limit %d: want a positive number", f.Limit)
	}
	if f.From, err = dateFlag(c, "from"); err != nil {
		return f, err
	}
	if f.To, err = dateFlag(c, "to"); err != nil {
		return f, err
	}
	f.AsOf, err = dateFlag(c, "asof")
	return f, err
}

// argumentOf says what the argument of a question names.
func argumentOf(name string) asked {
	q, err := trends.Find(name)
	switch {
	case err != nil || len(q.Args) != 1 || q.Args[0].Name != "indicator":
		return asksWords
	case strings.Contains(q.Args[0].Meaning, "words"):
		return asksEither
	}
	return asksIndicator
}

func checkQuestion(name string, args []string, f trends.Filters) error {
	q, err := trends.Find(name)
	if err != nil {
		return usageError{err.Error()}
	}
	if _, err := q.Params(args, f); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

func listQuestions(w io.Writer) error {
	questions, err := trends.Questions()
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, q := range questions {
		var takes []string
		for _, flag := range []string{"by", "place", "industry", "measure", "compare", "freq", "from", "to", "asof", "limit"} {
			if q.Takes(flag) {
				takes = append(takes, "--"+flag)
			}
		}
		fmt.Fprintf(tw, "%s\t%s\n\t%s\n\t%s\n\t%s\n", q.Usage(), q.Summary, q.VI, strings.Join(takes, " "), q.Example)
	}
	return tw.Flush()
}

// answer asks a question and writes the answer in the given form.
func answer(ctx context.Context, w io.Writer, store trends.Store, name string, args []string, f trends.Filters, format string) error {
	q, err := trends.Find(name)
	if err != nil {
		return usageError{err.Error()}
	}
	params, err := q.Params(args, f)
	if err != nil {
		return usageError{err.Error()}
	}
	if format == "parquet" {
		return store.QueryFormat(ctx, w, q.Text(params), "Parquet", params)
	}
	rows, err := store.Query(ctx, q.Text(params), params)
	if err != nil {
		return fmt.Errorf("trend %s: %w", name, err)
	}
	defer rows.Close()
	switch format {
	case "svg":
		return trends.WriteSVG(w, q, args, rows)
	case "csv":
		return writeCSV(w, rows)
	case "json":
		return writeJSON(w, rows)
	}
	return writeTable(w, rows)
}

// writeJSON writes one object a line, its keys in the order of the columns: the same
// from the embedded engine and from a server, which encodes no answers over its native
// protocol. Days are 2006-01-02, times RFC 3339, decimals numbers.
func writeJSON(w io.Writer, rows loader.Rows) error {
	names, types := rows.Columns(), rows.Types()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		texts, err := rows.Strings()
		if err != nil {
			return err
		}
		line := []byte("{")
		for i, v := range values {
			switch {
			case v == nil:
			case strings.Contains(types[i], "Decimal"):
				v = json.Number(texts[i])
			case strings.Contains(types[i], "Date"):
				v = texts[i]
			}
			var cell bytes.Buffer
			enc := json.NewEncoder(&cell)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return fmt.Errorf("column %s: %w", names[i], err)
			}
			if i > 0 {
				line = append(line, ',')
			}
			line = strconv.AppendQuote(line, names[i])
			line = append(append(line, ':'), bytes.TrimSpace(cell.Bytes())...)
		}
		if _, err := w.Write(append(line, '}', '\n')); err != nil {
			return err
		}
	}
	return rows.Err()
}

func writeCSV(w io.Writer, rows loader.Rows) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(rows.Columns()); err != nil {
		return err
	}
	for rows.Next() {
		row, err := rows.Strings()
		if err != nil {
			return err
		}
		for i, cell := range row {
			row[i] = disarm(cell)
		}
		if err := cw.Write(row); err != nil {
			return err
		}
	}
	cw.Flush()
	return errors.Join(rows.Err(), cw.Error())
}

// disarm keeps a spreadsheet from running a cell of foreign text as a formula.
func disarm(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell // a signed number is no formula
	}
	return "'" + cell
}

const (
	tableRows = 10_000 // held to align the columns; who wants more wants a file
	cellWidth = 100
	barWidth  = 40
)

// writeTable aligns the columns; a column named "bar" is drawn as bars of its values.
func writeTable(w io.Writer, rows loader.Rows) error {
	columns := slices.Clone(rows.Columns())
	var table [][]string
	more := false
	for rows.Next() {
		if len(table) == tableRows {
			more = true
			break
		}
		row, err := rows.Strings()
		if err != nil {
			return err
		}
		table = append(table, slices.Clone(row))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(table) == 0 {
		_, err := fmt.Fprintln(w, "(no rows)")
		return err
	}
	if bar := slices.Index(columns, "bar"); bar >= 0 {
		drawBars(table, bar)
		columns[bar] = ""
	}
	writeAligned(w, columns, table)
	if more {
		fmt.Fprintf(w, "(only the first %d rows; --format csv gives all)\n", tableRows)
	}
	return nil
}

// drawBars replaces the numbers of a column by bars, the longest for the largest.
func drawBars(table [][]string, column int) {
	values := make([]float64, len(table))
	largest := 0.0
	for i, row := range table {
		values[i], _ = strconv.ParseFloat(row[column], 64)
		largest = max(largest, values[i])
	}
	for i, row := range table {
		n := 0
		if largest > 0 {
			n = int(values[i]/largest*barWidth + 0.5)
		}
		row[column] = strings.Repeat("█", max(n, 0))
	}
}

// writeAligned pads every column to its widest cell, numbers to the right. Cells
// are cut at cellWidth, except in the last column, which nothing follows.
func writeAligned(w io.Writer, columns []string, table [][]string) {
	widths := make([]int, len(columns))
	numeric := make([]bool, len(columns))
	for i := range columns {
		widths[i], numeric[i] = utf8.RuneCountInString(columns[i]), true
		for _, row := range table {
			row[i] = oneLine(row[i], i == len(columns)-1)
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
			if _, err := strconv.ParseFloat(row[i], 64); err != nil && row[i] != "" {
				numeric[i] = false
			}
		}
	}
	for _, row := range append([][]string{columns}, table...) {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if numeric[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString("  ")
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// oneLine folds white space and takes control characters out: a page's text must
// not drive the terminal.
func oneLine(cell string, last bool) string {
	cell = strings.Join(strings.Fields(cell), " ")
	cell = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\ufffd'
		}
		return r
	}, cell)
	if runes := []rune(cell); !last && len(runes) > cellWidth {
		return string(runes[:cellWidth-1]) + "…"
	}
	return cell
}
