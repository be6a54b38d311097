package engine

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// execution runs one statement on its connection.
type execution struct {
	k   *connection
	ctx context.Context // ends when the client leaves or the engine stops; the statement is then killed by its tag
	tag string
	req *request
	a   *answer
}

func (x *execution) run() error {
	var params *parameters
	if len(x.req.params) > 0 {
		params = newParameters(x.req.paramKeys, x.req.params)
		defer params.release()
	}
	sql := x.tag + x.req.statement.head
	switch {
	case x.req.statement.verb == verbInsert:
		return x.insert(sql, params)
	case x.req.statement.verb == verbSelect && x.streams():
		return x.stream(sql, params)
	}
	return x.whole(sql, params)
}

// whole runs a statement whose result comes in one piece.
func (x *execution) whole(sql string, params *parameters) error {
	// The lexer has seen one statement; the engine's parser must agree before a
	// text may run that the library would run statement by statement.
	switch class, err := x.k.classify(sql, ""); {
	case err != nil:
		return err
	case class.statements > 1:
		return raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	case class.statements == 0:
		return x.syntaxError(sql, params)
	}
	r, err := x.k.query(sql, x.req.format, params)
	if err != nil {
		return err
	}
	x.a.stats = r.stats
	if x.blockInfo() && len(r.data) > 0 { // SHOW, DESCRIBE, EXPLAIN: one block
		r.data = append(slices.Clone(noBlockInfo), r.data...)
	}
	return x.a.write(r.data)
}

// noBlockInfo is what stands before a block that is neither of overflown
// groups nor of a bucket.
var noBlockInfo = []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}

// blockInfo tells whether the client reads Native blocks with block info, which
// the library does not write. A client of an older revision, or of a newer one that
// asked for the revision (handshake.go), reads them as they are.
func (x *execution) blockInfo() bool {
	const revisionWithBlockInfo = 51903
	return strings.EqualFold(x.req.format, "Native") && x.req.clientRevision >= revisionWithBlockInfo && x.req.clientRevision < handshakeRevision
}

// syntaxError asks for the reason why a text cannot be parsed. A streaming query
// takes one SELECT and nothing else, so nothing of the text can run.
func (x *execution) syntaxError(sql string, params *parameters) error {
	s, err := x.k.openStream(sql, x.req.format, params)
	if err != nil {
		return err
	}
	s.close(false)
	return raise(codeSyntaxError, "SYNTAX_ERROR", "Syntax error: the statement cannot be classified")
}

// stream runs a query chunk by chunk: memory stays that of a few chunks however
// long the result is, and a slow client slows the query down.
func (x *execution) stream(sql string, params *parameters) error {
	s, err := x.k.openStream(sql, x.req.format, params)
	if isNotStreamable(err) {
		return x.whole(sql, params)
	}
	if err != nil {
		return err
	}
	finished := false
	defer func() { s.close(finished) }()
	first := true
	if isJSONDocument(x.req.format) {
		x.a.document = &jsonDocument{}
	}
	for {
		r, err := s.next()
		if err != nil {
			finished = true
			return err
		}
		if len(r.data) == 0 && r.stats.resultRows == 0 {
			finished = true
			if x.a.document != nil {
				return x.a.write(x.a.document.finish(x.a.stats, time.Since(x.a.started)))
			}
			return nil
		}
		if x.ctx.Err() != nil {
			return raise(codeQueryWasCancelled, "QUERY_WAS_CANCELLED", "Query was cancelled: %v", context.Cause(x.ctx))
		}
		x.a.stats.add(r.stats)
		data := r.data
		switch {
		case x.a.document != nil:
			var ok bool
			if data, ok = x.a.document.add(data); !ok && first { // another layout, by a setting
				x.a.document, x.a.stats = nil, statistics{}
				s.close(false)
				finished = true
				return x.whole(sql, params)
			} else if !ok {
				return errHeader
			}
		case !first && len(data) > 0:
			if data, err = withoutHeader(x.req.format, data); err != nil {
				return err
			}
		}
		first = false
		if x.blockInfo() && len(data) > 0 { // a chunk is exactly one block
			if err := x.a.write(noBlockInfo); err != nil {
				return err
			}
		}
		if err := x.a.write(data); err != nil {
			return err
		}
	}
}

// isNotStreamable recognises the library's refusal to stream a statement that the
// lexer took for a query; it refuses before it runs anything.
func isNotStreamable(err error) bool {
	var e *exception
	return errors.As(err, &e) && e.code == codeBadArguments && strings.HasPrefix(e.text, "Streaming query is not supported")
}

// insertChunk is how much data is handed to the engine at once.
const insertChunk = 256 << 10

// insert streams the request's data into a table. Data are never part of the
// statement's text: the library would run what follows a blank line as SQL.
func (x *execution) insert(sql string, params *parameters) error {
	s, err := x.k.openInsert(sql, x.req.statement.format, params)
	if err != nil {
		return err
	}
	buffer := make([]byte, insertChunk)
	for {
		n, readErr := fill(x.req.data, buffer)
		if n > 0 {
			if err := s.append(buffer[:n]); err != nil {
				return s.failed(err)
			}
		}
		switch {
		case readErr == io.EOF:
			r, err := s.done()
			if err != nil {
				return err
			}
			x.a.stats = r.stats
			return nil
		case readErr != nil:
			s.cancel() // never done: what came is not all that was meant
			return bodyError(readErr)
		}
	}
}

// fill reads until the buffer is full. Other than io.ReadFull it keeps the two
// ends apart: io.EOF is the whole body, io.ErrUnexpectedEOF a broken one.
func fill(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var more int
		more, err = r.Read(buffer[n:])
		n += more
	}
	return n, err
}

// failed closes an insert that refused data, with the engine's own reason.
func (s *insert) failed(err error) error {
	if _, why := s.done(); why != nil {
		return why
	}
	return err
}

func (st *statistics) add(more statistics) {
	st.resultRows += more.resultRows
	st.resultBytes += more.resultBytes
	st.readRows += more.readRows
	st.readBytes += more.readBytes
	st.writtenRows += more.writtenRows
	st.writtenBytes += more.writtenBytes
	st.elapsed += more.elapsed
}

// untagged takes the tag out of an engine's message: clients count positions in
// the text they sent.
func untagged(err error, tag string) error {
	var e *exception
	if !errors.As(err, &e) {
		return err
	}
	e.text = strings.ReplaceAll(e.text, tag, "")
	e.text = syntaxPosition.ReplaceAllStringFunc(e.text, func(found string) string {
		words, digits := found[:strings.LastIndexByte(found, ' ')+1], found[strings.LastIndexByte(found, ' ')+1:]
		n, err := strconv.Atoi(digits)
		if err != nil || n <= len(tag) {
			return found
		}
		return words + strconv.Itoa(n-len(tag))
	})
	return e
}

// syntaxPosition is where a syntax error says that it is; columns count in the
// line, and the tag stands in the first.
var syntaxPosition = regexp.MustCompile(`\bposition \d+|\bline 1, col \d+`)
