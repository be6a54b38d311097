package loader

import (
	"encoding/binary"
	"fmt"
	"hash"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/shopspring/decimal"
)

// table says how rows of type R are written: the columns in order, each with the
// type its values have on the wire and where they stand in R.
type table[R any] struct {
	name    string
	columns []columnOf[R]
	key     func(*R) string // tells the row from others of its document, for rejects
	derived int             // columns at the end that are no part of a row's content: see token
}

type columnOf[R any] struct {
	name, kind string
	values     func([]R) any // a slice of the column's Go type
}

// field describes one column. kind is the type over HTTP, where the server casts to
// the table's own: LowCardinality is left out because the driver builds its
// dictionary with a map of any, row by row, which is slower than the cast. Over the
// native protocol the server says which types it wants.
func field[R, T any](name, kind string, value func(*R) T) columnOf[R] {
	return columnOf[R]{name, kind, func(rows []R) any {
		out := make([]T, len(rows))
		for i := range rows {
			out[i] = value(&rows[i])
		}
		return out
	}}
}

// insert returns the INSERT statement and the wire types of its columns.
func (t *table[R]) insert() (string, []clickhouse.ColumnNameAndType) {
	names := make([]string, len(t.columns))
	types := make([]clickhouse.ColumnNameAndType, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
		types[i] = clickhouse.ColumnNameAndType{Name: c.name, Type: c.kind}
	}
	return "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ")", types
}

// block returns the rows column by column.
func (t *table[R]) block(rows []R) []any {
	out := make([]any, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.values(rows)
	}
	return out
}

// writeBlock writes every value of a block, each so that no two different blocks
// give the same bytes.
func writeBlock(h hash.Hash, block []any) {
	b := make([]byte, 0, hashedAtOnce)
	for _, values := range block {
		if v, ok := values.([]string); ok { // texts, by far the most bytes
			b = writeTexts(h, b, v)
		} else {
			b = appendColumn(b[:0], values)
		}
		h.Write(b)
	}
}

// hashedAtOnce is about how many bytes of texts go to the hash in one piece.
const hashedAtOnce = 64 << 10

// writeTexts writes what appendColumn appends, except for a rest that it returns.
func writeTexts(h hash.Hash, b []byte, texts []string) []byte {
	b = appendLen(b[:0], len(texts))
	for _, text := range texts {
		if b = appendText(b, text); len(b) >= hashedAtOnce {
			h.Write(b)
			b = b[:0]
		}
	}
	return b
}

func appendColumn(b []byte, values any) []byte {
	switch v := values.(type) {
	case []uint8:
		return append(appendLen(b, len(v)), v...)
	case []int8:
		return appendFixed(b, v, func(x int8) uint64 { return uint64(x) })
	case []uint16:
		return appendFixed(b, v, func(x uint16) uint64 { return uint64(x) })
	case []uint32:
		return appendFixed(b, v, func(x uint32) uint64 { return uint64(x) })
	case []int32:
		return appendFixed(b, v, func(x int32) uint64 { return uint64(x) })
	case []uint64:
		return appendFixed(b, v, func(x uint64) uint64 { return x })
	case []float32:
		return appendFixed(b, v, func(x float32) uint64 { return uint64(math.Float32bits(x)) })
	case []float64:
		return appendFixed(b, v, math.Float64bits)
	case []time.Time:
		return appendFixed(b, v, func(x time.Time) uint64 { return uint64(x.UnixNano()) })
	case []string:
		return appendEach(b, v, appendText[string])
	case [][]byte:
		return appendEach(b, v, appendText[[]byte])
	case [][]string:
		return appendEach(b, v, func(b []byte, x []string) []byte { return appendEach(b, x, appendText[string]) })
	case [][]uint32:
		return appendEach(b, v, func(b []byte, x []uint32) []byte {
			return appendFixed(b, x, func(x uint32) uint64 { return uint64(x) })
		})
	case []*time.Time:
		return appendEach(b, v, func(b []byte, x *time.Time) []byte {
			if x == nil {
				return append(b, 0)
			}
			return binary.LittleEndian.AppendUint64(append(b, 1), uint64(x.UnixNano()))
		})
	case []*float64:
		return appendEach(b, v, func(b []byte, x *float64) []byte {
			if x == nil {
				return append(b, 0)
			}
			return binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(*x))
		})
	case []*decimal.Decimal:
		return appendEach(b, v, func(b []byte, x *decimal.Decimal) []byte {
			if x == nil {
				return append(b, 0)
			}
			b = binary.LittleEndian.AppendUint32(append(b, 1), uint32(x.Exponent()))
			return appendText(b, x.Coefficient().String())
		})
	case []texts:
		return appendEach(b, v, func(b []byte, x texts) []byte { return appendSorted(b, x, appendText[string]) })
	case []textLists:
		return appendEach(b, v, func(b []byte, x textLists) []byte {
			return appendSorted(b, x, func(b []byte, y []string) []byte { return appendEach(b, y, appendText[string]) })
		})
	case []counts:
		return appendEach(b, v, func(b []byte, x counts) []byte { return appendSorted(b, x, binary.LittleEndian.AppendUint64) })
	}
	panic(fmt.Sprintf("loader: a column of type %T cannot be hashed", values)) // a mistake in a table's description
}

func appendLen(b []byte, n int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(n)) }

func appendText[T string | []byte](b []byte, x T) []byte { return append(appendLen(b, len(x)), x...) }

func appendFixed[T any](b []byte, v []T, bits func(T) uint64) []byte {
	b = slices.Grow(appendLen(b, len(v)), 8*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, bits(x))
	}
	return b
}

func appendEach[T any](b []byte, v []T, add func([]byte, T) []byte) []byte {
	b = appendLen(b, len(v))
	for _, x := range v {
		b = add(b, x)
	}
	return b
}

func appendSorted[M ~map[string]V, V any](b []byte, m M, add func([]byte, V) []byte) []byte {
	b = appendLen(b, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b = add(appendText(b, k), m[k])
	}
	return b
}

// Maps are written in the order of their keys: the driver would take Go's random
// order, and the same row would be other bytes each time.
type (
	texts     map[string]string
	textLists map[string][]string
	counts    map[string]uint64
)

func (m texts) Iterator() column.MapIterator     { return newMapIterator(m) }
func (m textLists) Iterator() column.MapIterator { return newMapIterator(m) }
func (m counts) Iterator() column.MapIterator    { return newMapIterator(m) }

// Put completes the driver's interface; it is used for reading, which this type is not.
func (m texts) Put(any, any)     { panic("loader: write only") }
func (m textLists) Put(any, any) { panic("loader: write only") }
func (m counts) Put(any, any)    { panic("loader: write only") }

type mapIterator[V any] struct {
	m    map[string]V
	keys []string
	at   int
}

func newMapIterator[M ~map[string]V, V any](m M) *mapIterator[V] {
	return &mapIterator[V]{m: m, keys: slices.Sorted(maps.Keys(m)), at: -1}
}

func (it *mapIterator[V]) Next() bool { it.at++; return it.at < len(it.keys) }
func (it *mapIterator[V]) Key() any   { return it.keys[it.at] }
func (it *mapIterator[V]) Value() any { return it.m[it.keys[it.at]] }
