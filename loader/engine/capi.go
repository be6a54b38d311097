package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// The bound functions of libchdb's C API. Only the forms that carry lengths are
// bound, so NUL bytes are safe. Handles of C stay uintptr: they are never Go
// memory. The library may be opened once in a process, and only in the engine
// process: see child.go for the order of calls.
var c struct {
	version           func() unsafe.Pointer
	setSignalHandlers func(on int32)
	connect           func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn         func(outer unsafe.Pointer)
	shutdown          func() int32

	query       func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) uintptr
	queryParams func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, count uintptr) uintptr
	stream       func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) uintptr
	streamParams func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, count uintptr) uintptr
	streamFetch  func(conn, stream uintptr) uintptr
	streamCancel func(conn, stream uintptr)

	insert       func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) uintptr
	insertParams func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr,
		names, nameLens, values, valueLens unsafe.Pointer, count uintptr) uintptr
	insertAppend  func(stream uintptr, data unsafe.Pointer, n uintptr) int32
	insertDone    func(stream uintptr) uintptr
	insertCancel  func(stream uintptr)
	insertError   func(stream uintptr) unsafe.Pointer
	insertDestroy func(stream uintptr)

	resultBuffer           func(result uintptr) unsafe.Pointer
	resultLength           func(result uintptr) uintptr
	resultElapsed          func(result uintptr) float64
	resultRowsRead         func(result uintptr) uint64
	resultBytesRead        func(result uintptr) uint64
	resultStorageRowsRead  func(result uintptr) uint64
	resultStorageBytesRead func(result uintptr) uint64
	resultRowsWritten      func(result uintptr) uint64
	resultBytesWritten     func(result uintptr) uint64
	resultError            func(result uintptr) unsafe.Pointer
	resultDestroy          func(result uintptr)

	classify func(conn uintptr, sql unsafe.Pointer, sqlLen uintptr, db unsafe.Pointer, dbLen uintptr, out unsafe.Pointer) int32
}

// openLibrary loads libchdb and binds its functions.
func openLibrary(path string) error {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return fmt.Errorf("load %s: %w", path, err)
	}
	for _, f := range []struct {
		into any
		name string
	}{
		{&c.version, "chdb_version"},
		{&c.setSignalHandlers, "chdb_set_signal_handlers_enabled"},
		{&c.connect, "chdb_connect"},
		{&c.closeConn, "chdb_close_conn"},
		{&c.shutdown, "chdb_shutdown"},
		{&c.query, "chdb_query_n"},
		{&c.queryParams, "chdb_query_with_params_n"},
		{&c.stream, "chdb_stream_query_n"},
		{&c.streamParams, "chdb_stream_query_with_params_n"},
		{&c.streamFetch, "chdb_stream_fetch_result"},
		{&c.streamCancel, "chdb_stream_cancel_query"},
		{&c.insert, "chdb_stream_insert_n"},
		{&c.insertParams, "chdb_stream_insert_with_params_n"},
		{&c.insertAppend, "chdb_stream_append"},
		{&c.insertDone, "chdb_stream_done"},
		{&c.insertCancel, "chdb_stream_cancel_insert"},
		{&c.insertError, "chdb_stream_insert_error"},
		{&c.insertDestroy, "chdb_destroy_insert_stream"},
		{&c.resultBuffer, "chdb_result_buffer"},
		{&c.resultLength, "chdb_result_length"},
		{&c.resultElapsed, "chdb_result_elapsed"},
		{&c.resultRowsRead, "chdb_result_rows_read"},
		{&c.resultBytesRead, "chdb_result_bytes_read"},
		{&c.resultStorageRowsRead, "chdb_result_storage_rows_read"},
		{&c.resultStorageBytesRead, "chdb_result_storage_bytes_read"},
		{&c.resultRowsWritten, "chdb_result_rows_written"},
		{&c.resultBytesWritten, "chdb_result_bytes_written"},
		{&c.resultError, "chdb_result_error"},
		{&c.resultDestroy, "chdb_destroy_query_result"},
		{&c.classify, "chdb_classify_query_n"},
	} {
		symbol, err := purego.Dlsym(handle, f.name)
		if err != nil || symbol == 0 {
			return fmt.Errorf("%s has no function %s: it is not libchdb %s", path, f.name, libraryVersion)
		}
		purego.RegisterFunc(f.into, symbol)
	}
	return nil
}

// bytesPointer points to the first byte of s, or is nil for an empty s. The
// caller keeps s alive over the call.
func bytesPointer(s string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(s)) }

// goString copies a NUL-terminated text of C.
func goString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

// parameters are query parameters laid out for C: four parallel arrays. The
// values are TSV-escaped text. Pins are held until release.
type parameters struct {
	names, values         []unsafe.Pointer
	nameLens, valueLens   []uintptr
	keepNames, keepValues []string
	pin                   runtime.Pinner
}

func newParameters(names, values []string) *parameters {
	p := &parameters{keepNames: names, keepValues: values}
	for i, name := range names {
		p.names = append(p.names, p.pinned(name))
		p.nameLens = append(p.nameLens, uintptr(len(name)))
		p.values = append(p.values, p.pinned(values[i]))
		p.valueLens = append(p.valueLens, uintptr(len(values[i])))
	}
	return p
}

func (p *parameters) pinned(s string) unsafe.Pointer {
	if s == "" {
		s = "\x00" // C wants a pointer even for a text of length 0
	}
	data := unsafe.StringData(s)
	p.pin.Pin(data)
	return unsafe.Pointer(data)
}

func (p *parameters) release() { p.pin.Unpin() }

// errConnect says that chdb_connect gave no connection; the reason went to the
// process's standard error only.
var errConnect = errors.New("the engine refused the connection")

// connection is one libchdb connection with its own settings, parameters and
// temporary tables. It runs one statement at a time; different connections run
// in parallel. Methods must not be called concurrently.
type connection struct {
	outer unsafe.Pointer
	conn  uintptr
}

// openConnection connects with options such as "--max_threads=1".
func openConnection(options ...string) (*connection, error) {
	args := append([]string{"nhip"}, options...)
	var pin runtime.Pinner
	defer pin.Unpin()
	argv := make([]unsafe.Pointer, len(args)+1) // NULL-terminated as in main
	for i, arg := range args {
		data := unsafe.SliceData(append([]byte(arg), 0))
		pin.Pin(data)
		argv[i] = unsafe.Pointer(data)
	}
	outer := c.connect(int32(len(args)), unsafe.Pointer(&argv[0]))
	runtime.KeepAlive(argv)
	if outer == nil {
		return nil, errConnect
	}
	return &connection{outer: outer, conn: *(*uintptr)(outer)}, nil
}

// close waits for a running statement.
func (k *connection) close() { c.closeConn(k.outer) }

// statistics are what the engine says of a finished statement.
type statistics struct {
	resultRows, resultBytes   uint64
	readRows, readBytes       uint64
	writtenRows, writtenBytes uint64
	elapsed                   float64 // seconds
}

// result is a copied result or chunk.
type result struct {
	data  []byte
	stats statistics
}

// take copies a C result and destroys it.
func take(handle uintptr) (result, error) {
	if handle == 0 {
		return result{}, errors.New("the engine gave no result")
	}
	defer c.resultDestroy(handle)
	if p := c.resultError(handle); p != nil {
		return result{}, parseException(goString(p))
	}
	r := result{stats: statistics{
		resultRows: c.resultRowsRead(handle), resultBytes: c.resultBytesRead(handle),
		readRows: c.resultStorageRowsRead(handle), readBytes: c.resultStorageBytesRead(handle),
		writtenRows: c.resultRowsWritten(handle), writtenBytes: c.resultBytesWritten(handle),
		elapsed: c.resultElapsed(handle),
	}}
	if n := c.resultLength(handle); n > 0 {
		r.data = append(r.data, unsafe.Slice((*byte)(c.resultBuffer(handle)), n)...)
	}
	return r, nil
}

// query runs one statement and holds its whole result in memory.
func (k *connection) query(sql, format string, params *parameters) (result, error) {
	defer runtime.KeepAlive(sql)
	defer runtime.KeepAlive(format)
	if params == nil || len(params.names) == 0 {
		return take(c.query(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format))))
	}
	return take(c.queryParams(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format)),
		unsafe.Pointer(&params.names[0]), unsafe.Pointer(&params.nameLens[0]),
		unsafe.Pointer(&params.values[0]), unsafe.Pointer(&params.valueLens[0]), uintptr(len(params.names))))
}

// stream is a running streaming query.
type stream struct {
	k      *connection
	handle uintptr
}

// openStream starts a query whose result is fetched chunk by chunk.
func (k *connection) openStream(sql, format string, params *parameters) (*stream, error) {
	defer runtime.KeepAlive(sql)
	defer runtime.KeepAlive(format)
	var handle uintptr
	if params == nil || len(params.names) == 0 {
		handle = c.stream(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format)))
	} else {
		handle = c.streamParams(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format)),
			unsafe.Pointer(&params.names[0]), unsafe.Pointer(&params.nameLens[0]),
			unsafe.Pointer(&params.values[0]), unsafe.Pointer(&params.valueLens[0]), uintptr(len(params.names)))
	}
	if handle == 0 {
		return nil, errors.New("the engine started no stream")
	}
	if p := c.resultError(handle); p != nil {
		text := goString(p)
		c.resultDestroy(handle)
		return nil, parseException(text)
	}
	return &stream{k: k, handle: handle}, nil
}

// next fetches a chunk; an empty one without an error is the end.
func (s *stream) next() (result, error) { return take(c.streamFetch(s.k.conn, s.handle)) }

// close ends the stream; unless it was fetched to its end the query is cancelled.
func (s *stream) close(finished bool) {
	if !finished {
		c.streamCancel(s.k.conn, s.handle)
	}
	c.resultDestroy(s.handle)
}

// insert is an open streaming insert; the connection refuses other statements
// until it is closed.
type insert struct{ handle uintptr }

// openInsert starts an insert. sql is the head only: no FORMAT clause, no data.
func (k *connection) openInsert(sql, format string, params *parameters) (*insert, error) {
	defer runtime.KeepAlive(sql)
	defer runtime.KeepAlive(format)
	var handle uintptr
	if params == nil || len(params.names) == 0 {
		handle = c.insert(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format)))
	} else {
		handle = c.insertParams(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(format), uintptr(len(format)),
			unsafe.Pointer(&params.names[0]), unsafe.Pointer(&params.nameLens[0]),
			unsafe.Pointer(&params.values[0]), unsafe.Pointer(&params.valueLens[0]), uintptr(len(params.names)))
	}
	s := &insert{handle: handle}
	if err := s.err(); err != nil {
		c.insertDestroy(handle)
		return nil, err
	}
	return s, nil
}

func (s *insert) err() error {
	if p := c.insertError(s.handle); p != nil {
		return parseException(goString(p))
	}
	return nil
}

// append hands data over; it may block until the engine has room. data is copied.
func (s *insert) append(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	state := c.insertAppend(s.handle, unsafe.Pointer(&data[0]), uintptr(len(data)))
	runtime.KeepAlive(data)
	if state != 0 {
		if err := s.err(); err != nil {
			return err
		}
		return errors.New("the engine took no more data of the insert")
	}
	return nil
}

// done commits and closes the insert.
func (s *insert) done() (result, error) {
	defer c.insertDestroy(s.handle)
	return take(c.insertDone(s.handle))
}

// cancel gives the insert up; blocks that were already written stay.
func (s *insert) cancel() {
	c.insertCancel(s.handle)
	c.insertDestroy(s.handle)
}

// classification is what the parser says of a text without running it. class is 0
// for reading, 1 mutating, 2 mutating beyond a database, 3 control, 4 unknown.
type classification struct {
	size, statements, flags, class uint32
}

// classify parses sql; the head only where the statement carries data.
func (k *connection) classify(sql, database string) (classification, error) {
	out := classification{size: uint32(unsafe.Sizeof(classification{}))}
	state := c.classify(k.conn, bytesPointer(sql), uintptr(len(sql)), bytesPointer(database), uintptr(len(database)), unsafe.Pointer(&out))
	runtime.KeepAlive(sql)
	runtime.KeepAlive(database)
	if state != 0 {
		return out, errors.New("the engine could not classify the statement")
	}
	return out, nil
}

var errRow = errors.New("the engine's row is cut")

// binaryString reads a String of RowBinary.
func binaryString(data []byte) (string, []byte, error) {
	length, n := binary.Uvarint(data)
	if n <= 0 || length > uint64(len(data)-n) {
		return "", nil, errRow
	}
	end := n + int(length)
	return string(data[n:end]), data[end:], nil
}
