package engine

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A result in a format of one JSON document is streamed as well. The library makes
// every chunk a whole document; their rows are put between the head of the first
// and the tail of the last. What is looked for holds raw line ends, which JSON
// escapes within names and values, so it is never found in them.
var (
	jsonRows = []byte("\n\t\"data\":\n\t[\n")
	jsonTail = []byte("\n\t],\n\n\t\"rows\": ")
)

// jsonDocument joins chunks into one document.
type jsonDocument struct {
	head []byte // what stands before the rows; held until there is a row or the end
	sent bool   // the head is out
	rows uint64
	tail []byte // what stands behind the number of rows in the last chunk
}

// add takes a chunk and returns what can be sent of the document. ok is false for a
// chunk of another layout.
func (d *jsonDocument) add(chunk []byte) (out []byte, ok bool) {
	from := bytes.Index(chunk, jsonRows)
	to := bytes.LastIndex(chunk, jsonTail)
	if from < 0 || to < from+len(jsonRows)-1 {
		return nil, false
	}
	from += len(jsonRows)
	rest := chunk[to+len(jsonTail):]
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	rows, err := strconv.ParseUint(string(rest[:digits]), 10, 64)
	if err != nil {
		return nil, false
	}
	if d.head == nil {
		d.head = bytes.Clone(chunk[:from])
	}
	d.tail = append(d.tail[:0], rest[digits:]...)
	if rows == 0 {
		return nil, true
	}
	if d.sent {
		out = append(out, ",\n"...)
	} else {
		out = append(out, d.head...)
		d.sent = true
	}
	d.rows += rows
	return append(out, chunk[from:to]...), true
}

// finish returns the end of the document, with the numbers of the whole result where
// the last chunk has its own; nothing if there was no chunk.
func (d *jsonDocument) finish(stats statistics, took time.Duration) []byte {
	if d.head == nil {
		return nil
	}
	var out []byte
	if !d.sent {
		out = append(out, d.head...)
	}
	out = append(out, jsonTail...)
	out = strconv.AppendUint(out, d.rows, 10)
	tail := d.tail
	if at := bytes.Index(tail, []byte(",\n\n\t\"statistics\":\n")); at >= 0 {
		out = append(out, tail[:at]...)
		out = append(out, ",\n\n\t\"statistics\":\n\t{\n\t\t\"elapsed\": "...)
		out = strconv.AppendFloat(out, took.Seconds(), 'f', 9, 64)
		out = append(out, ",\n\t\t\"rows_read\": "...)
		out = strconv.AppendUint(out, stats.readRows, 10)
		out = append(out, ",\n\t\t\"bytes_read\": "...)
		out = strconv.AppendUint(out, stats.readBytes, 10)
		return append(out, "\n\t}\n}\n"...)
	}
	return append(out, tail...)
}

// broken returns the end of a document whose statement failed, as
// http_write_exception_in_output_format=1 asks for it.
func (d *jsonDocument) broken(message string) []byte {
	text, _ := json.Marshal(message) // a string never fails
	return append(strconv.AppendUint(bytes.Clone(jsonTail), d.rows, 10), ",\n\n\t\"exception\": "+string(text)+"\n}\n"...)
}

// isJSONDocument tells whether a format's result is one JSON document with a list of
// rows.
func isJSONDocument(format string) bool {
	switch strings.ToLower(format) {
	case "json", "jsonstrings", "jsoncompact", "jsoncompactstrings":
		return true
	}
	return false
}
