package table

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"nhip"
	"nhip/transform/vi"
)

// class is what the text of a cell is.
type class uint8

const (
	classEmpty  class = iota
	classText         // words
	classNumber       // a number in any format
	classYear         // 1900 to 2099: a number, or a header
	classSymbol       // stands where a number is missing
)

// symbols are the printed signs for a missing number, with their SDMX status.
var symbols = map[string]nhip.ObsStatus{
	"-": "M", "–": "M", "—": "M", "−": "M", // does not occur
	"...": "L", "…": "L", "..": "L", "....": "L", // exists, not collected
	":": "O", "na": "O", "n/a": "O", "#n/a": "O",
	"x": "Q", "c": "Q", "(b)": "Q", // suppressed
}

var (
	// A number with its sign, groups and decimals, and at the end what may be glued on:
	// a per cent sign, a footnote mark, an asterisk.
	numberForm = regexp.MustCompile(`^(\()?([+−–-]?)\s?((?:\d{1,3}(?:[ .,]\d{3})+|\d+)?(?:[.,]\d+)?)(\))?\s?(%)?((?:\s?\(\*+\)|\s?\*+|\s?\(\d\)|\d\))?)$`)
	yearForm   = regexp.MustCompile(`^(?:19|20)\d\d$`)
)

// classify says what a text is. It does not know the column: whether a year is a
// header or a number, and whether x is a symbol or a word, the block decides.
func classify(text string) class {
	t := strings.TrimSpace(text)
	switch {
	case t == "":
		return classEmpty
	case yearForm.MatchString(t):
		return classYear
	case symbols[strings.ToLower(t)] != "":
		return classSymbol
	case len(t) <= 40 && isNumber(t):
		return classNumber
	}
	return classText
}

func isNumber(t string) bool {
	_, ok := parts(t)
	return ok
}

// numeral is a printed number taken apart.
type numeral struct {
	sign    string
	digits  string // with its separators, blanks within removed
	bracket bool   // (1.250)
	percent bool
	mark    string // footnote mark
}

func parts(t string) (numeral, bool) {
	if !strings.ContainsAny(t, "0123456789") {
		return numeral{}, false
	}
	m := numberForm.FindStringSubmatch(strings.Join(strings.Fields(t), " "))
	if m == nil || m[3] == "" || (m[1] == "") != (m[4] == "") {
		return numeral{}, false
	}
	return numeral{sign: m[2], digits: strings.ReplaceAll(m[3], " ", ""), bracket: m[1] != "",
		percent: m[5] != "", mark: strings.TrimSpace(m[6])}, true
}

// format is how a table writes numbers.
type format struct {
	decimal  byte // ',' or '.', 0 where no cell decides
	group    byte // the thousands separator, 0 where no cell decides
	negative bool // the table has negative numbers, so brackets may mean minus
}

// vote decides the format of a table by its unambiguous cells.
//
// A lone separator with other than three digits behind it, or the second of two
// different ones, is the decimal sign; one that occurs twice is the group sign. Where
// no cell decides, a separator that stands before three digits in every cell that has
// one is the group sign, because decimals do not come in threes by chance.
func vote(texts []string) format {
	var f format
	decimals, groups := map[byte]int{}, map[byte]int{}
	triples := map[byte]int{}
	for _, t := range texts {
		n, ok := parts(t)
		if !ok {
			continue
		}
		if n.sign != "" && n.sign != "+" {
			f.negative = true
		}
		d, g := separators(n.digits)
		if d != 0 {
			decimals[d]++
		}
		if g != 0 {
			groups[g]++
		}
		if d == 0 && g == 0 {
			if i := strings.IndexAny(n.digits, ".,"); i >= 0 {
				triples[n.digits[i]]++
			}
		}
	}
	point, comma := decimals['.']+groups[','], decimals[',']+groups['.']
	switch {
	case comma > 0 && comma >= point: // this is how Vietnamese prints them, in doubt too
		f.decimal, f.group = ',', '.'
	case point > 0:
		f.decimal, f.group = '.', ','
	case triples['.'] > 0 && triples[','] == 0:
		f.decimal, f.group = ',', '.'
	case triples[','] > 1 && triples['.'] == 0:
		f.decimal, f.group = '.', ','
	}
	return f
}

// separators returns the decimal and the group sign of digits, as far as the digits
// alone decide it.
func separators(digits string) (decimal, group byte) {
	first := strings.IndexAny(digits, ".,")
	if first < 0 {
		return 0, 0
	}
	last := strings.LastIndexAny(digits, ".,")
	switch {
	case digits[first] != digits[last]:
		return digits[last], digits[first]
	case first != last:
		return 0, digits[first]
	case len(digits)-first-1 != 3, first == 0, first > 3, digits[0] == '0' && first == 1:
		return digits[first], 0
	}
	return 0, 0
}

// reading is a number with what was noticed.
type reading struct {
	value    nhip.Decimal
	decimals int
	percent  bool
	mark     string // footnote mark behind the number
	full     *float64
	flags    []string
}

// read reads a printed number under the format of its table. A cell that can be read
// in one way only is read in that way, whatever the table does elsewhere.
func (f format) read(text string) (reading, bool) {
	n, ok := parts(text)
	if !ok {
		return reading{}, false
	}
	r := reading{percent: n.percent, mark: n.mark}
	decimal, group := separators(n.digits)
	hasSeparator := strings.ContainsAny(n.digits, ".,")
	switch {
	case decimal == 0 && group == 0 && hasSeparator: // d.ddd or d,ddd
		sign := n.digits[strings.IndexAny(n.digits, ".,")]
		switch {
		case f.decimal == sign:
			decimal = sign
		case f.group == sign:
			group = sign
		case sign == '.': // the prose rule: a dot groups, a comma is decimal
			group, r.flags = sign, append(r.flags, FlagNumberAssumed)
		default:
			decimal, r.flags = sign, append(r.flags, FlagNumberAssumed)
		}
	case hasSeparator && (decimal != 0 && f.decimal != 0 && decimal != f.decimal ||
		group != 0 && f.group != 0 && group != f.group):
		r.flags = append(r.flags, FlagMixedFormat)
	}
	digits := n.digits
	if group != 0 {
		digits = strings.ReplaceAll(digits, string(group), "")
	}
	if decimal != 0 {
		digits = strings.Replace(digits, string(decimal), ".", 1)
		r.decimals = len(digits) - strings.IndexByte(digits, '.') - 1
	}
	if digits[0] == '.' {
		digits = "0" + digits
	}
	v, err := nhip.ParseDecimal(digits)
	if err != nil {
		return reading{}, false
	}
	if n.sign != "" && n.sign != "+" || n.bracket && f.negative {
		v = v.Neg()
	}
	r.value = v
	return r, true
}

// longDecimal reads a number with an exponent or with more digits than a decimal holds.
func longDecimal(text string) (nhip.Decimal, error) {
	if d, err := nhip.ParseDecimal(text); err == nil {
		return d, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) || !strings.ContainsAny(text, "0123456789") || strings.ContainsAny(text, "xXpP_") {
		return nhip.Decimal{}, fmt.Errorf("%q is no number", clip(text, 40))
	}
	return nhip.ParseDecimal(strconv.FormatFloat(x, 'f', -1, 64))
}

// words returns the key of a text in which header words are looked for: vi.Key with
// line breaks as blanks.
func words(s string) string { return vi.Key(oneLine(s)) }
