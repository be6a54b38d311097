package engine

import (
	"encoding/binary"
	"errors"
	"strings"
)

// How a format's result may be cut into chunks. The library makes every chunk of
// a stream a whole document of its format: only where documents may be joined
// can a result be streamed.
type chunking uint8

const (
	chunkWhole   chunking = iota // one document: XML, Parquet, Pretty ...
	chunkJSON                    // one document whose rows are put together (jsonDocument)
	chunkJoins                   // documents may stand behind each other
	chunkLines1                  // the same after a header of one line
	chunkLines2                  // of two lines
	chunkCSV1                    // of one CSV record
	chunkCSV2                    // of two CSV records
	chunkBinary1                 // of RowBinary names
	chunkBinary2                 // of RowBinary names and types
)

// chunkings holds formats by their lower-case names; every other is chunkWhole.
var chunkings = map[string]chunking{
	"native": chunkJoins, "rawblob": chunkJoins, "msgpack": chunkJoins, "rowbinary": chunkJoins,
	"tabseparated": chunkJoins, "tsv": chunkJoins, "tabseparatedraw": chunkJoins, "tsvraw": chunkJoins, "raw": chunkJoins,
	"csv": chunkJoins, "tskv": chunkJoins, "jsoneachrow": chunkJoins, "jsonlines": chunkJoins, "ndjson": chunkJoins,
	"jsonstringseachrow": chunkJoins, "jsoncompacteachrow": chunkJoins, "jsoncompactstringseachrow": chunkJoins,

	"json": chunkJSON, "jsonstrings": chunkJSON, "jsoncompact": chunkJSON, "jsoncompactstrings": chunkJSON,

	"tabseparatedwithnames": chunkLines1, "tsvwithnames": chunkLines1,
	"tabseparatedwithnamesandtypes": chunkLines2, "tsvwithnamesandtypes": chunkLines2,
	"jsoncompacteachrowwithnames": chunkLines1, "jsoncompacteachrowwithnamesandtypes": chunkLines2,
	"csvwithnames": chunkCSV1, "csvwithnamesandtypes": chunkCSV2,
	"rowbinarywithnames": chunkBinary1, "rowbinarywithnamesandtypes": chunkBinary2,
}

// streams tells whether the statement's result can be sent chunk by chunk.
func (x *execution) streams() bool {
	for _, set := range x.req.settings {
		switch set.name {
		case "extremes", "output_format_json_array_of_rows":
			return false
		}
	}
	chunks := chunkings[strings.ToLower(x.req.format)]
	return !x.req.statement.whole && chunks != chunkWhole && !(chunks == chunkJSON && x.req.statement.few)
}

var errHeader = errors.New("a chunk of the result has no whole header")

// withoutHeader takes the header off a chunk behind the first.
func withoutHeader(format string, chunk []byte) ([]byte, error) {
	n, ok := 0, true
	switch chunkings[strings.ToLower(format)] {
	case chunkLines1:
		n, ok = linesLength(chunk, 1)
	case chunkLines2:
		n, ok = linesLength(chunk, 2)
	case chunkCSV1:
		n, ok = csvLength(chunk, 1)
	case chunkCSV2:
		n, ok = csvLength(chunk, 2)
	case chunkBinary1:
		n, ok = binaryLength(chunk, 1)
	case chunkBinary2:
		n, ok = binaryLength(chunk, 2)
	}
	if !ok {
		return nil, errHeader
	}
	return chunk[n:], nil
}

// linesLength is the length of the first lines; names in these formats escape
// their line ends.
func linesLength(chunk []byte, lines int) (int, bool) {
	for i, b := range chunk {
		if b != '\n' {
			continue
		}
		if lines--; lines == 0 {
			return i + 1, true
		}
	}
	return 0, false
}

// csvLength is the length of the first records; a quoted name may hold line ends.
func csvLength(chunk []byte, records int) (int, bool) {
	quoted := false
	for i, b := range chunk {
		switch {
		case b == '"':
			quoted = !quoted // a doubled quote toggles twice
		case b == '\n' && !quoted:
			if records--; records == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// binaryLength is the length of a count n and rows*n strings, numbers as varints.
func binaryLength(chunk []byte, rows int) (int, bool) {
	count, pos := binary.Uvarint(chunk)
	if pos <= 0 || count > uint64(len(chunk)) {
		return 0, false
	}
	for range count * uint64(rows) {
		length, n := binary.Uvarint(chunk[pos:])
		if n <= 0 || length > uint64(len(chunk)-pos-n) {
			return 0, false
		}
		pos += n + int(length)
	}
	return pos, true
}

// contentType is the media type ClickHouse gives a format.
func contentType(format string) string {
	switch name := strings.ToLower(format); {
	case strings.HasPrefix(name, "csv"):
		if strings.Contains(name, "withnames") {
			return "text/csv; charset=UTF-8; header=present"
		}
		return "text/csv; charset=UTF-8; header=absent"
	case name == "ndjson", name == "jsonlines", strings.HasPrefix(name, "json") && strings.Contains(name, "eachrow"):
		return "application/x-ndjson; charset=UTF-8"
	case strings.HasPrefix(name, "json"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(name, "tabseparated"), strings.HasPrefix(name, "tsv"), name == "raw":
		return "text/tab-separated-values; charset=UTF-8"
	case name == "native", strings.HasPrefix(name, "rowbinary"), strings.HasPrefix(name, "parquet"), strings.HasPrefix(name, "arrow"),
		name == "orc", name == "avro", name == "msgpack", name == "npy", name == "rawblob", strings.HasPrefix(name, "protobuf"):
		return "application/octet-stream"
	case name == "xml":
		return "application/xml; charset=UTF-8"
	case strings.HasPrefix(name, "html"):
		return "text/html; charset=UTF-8"
	}
	return "text/plain; charset=UTF-8"
}
