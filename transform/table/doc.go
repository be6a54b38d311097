// Package table reads the tables in which official statistics are published: it
// turns a page or a workbook into a grid, finds the header, the row labels and the
// numbers in it, and says what every number means.
//
// The work goes in steps that know nothing of each other's input: a grid from HTML or
// from a workbook; blocks in the grid (title, unit, header, body, notes); the meaning
// of each column by a grammar of header words; the unit by a fixed order of
// precedence; the place of each row among the others; the reading of the number by a
// vote of the table. docs/tables.md shows each with an example.
//
// Files of dimensions (JSON-stat, PC-Axis, PxWeb) become a cube, whose labels are read
// with the same grammar of periods, statuses and units; SDMX messages name their
// concepts. Both meet the grids' observations in [Result] only. Formats are told apart
// by the first bytes (format.go).
//
// Nothing is guessed. A table with a column that the grammar does not understand is
// set aside whole, with the reason ([Quarantine]); what was concluded rather than read
// is a flag on the observation.
package table

// Flags of an observation: what was concluded and not read, or does not add up.
const (
	FlagHidden         = "hidden"          // the row or column is hidden
	FlagUnitInherited  = "unit_inherited"  // from a heading or caption, not from the row or column
	FlagUnitMissing    = "unit_missing"    // no unit is printed anywhere
	FlagUnitUnknown    = "unit_unknown"    // the catalog does not have it; the printed word is kept
	FlagBaseAssumed    = "base_assumed"    // an index whose base is not printed
	FlagStatusAssumed  = "status_assumed"  // no status word; concluded from the table's kind or the other columns
	FlagYearAssumed    = "year_assumed"    // the header names no year; taken from the title or the release
	FlagPlaceAssumed   = "place_assumed"   // no place is printed; the publisher's
	FlagNumberAssumed  = "number_assumed"  // the separator could be read either way
	FlagMixedFormat    = "mixed_format"    // the cell uses other separators than its table
	FlagHeaderConflict = "header_conflict" // the first part of the table names another period for the column
	FlagPeriodConflict = "period_conflict" // the period is more than two months after the document
)
