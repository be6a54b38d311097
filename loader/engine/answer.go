package engine

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"
)

// holdBack is how much of an answer is kept before the first byte is sent. Up to
// there an error still gets a clean status, and the summary is complete.
const holdBack = 1 << 20

// maxWhole bounds an answer that wait_end_of_query=1 keeps whole.
const maxWhole = 256 << 20

// writePatience is how long one write waits for a client that does not read.
const writePatience = 5 * time.Minute

// maxErrorBody is the most that the answer of an error holds.
const maxErrorBody = 64 << 10

// keepAlive tells clients that an idle connection lives for half a minute at least;
// the servers give it two.
const keepAlive = "timeout=30, max=9999"

// maxExceptionText is the most that an exception within a stream may hold.
const maxExceptionText = 16<<10 - 256

// answer writes the response of one statement: headers, compression, and errors
// before and within the body. It is used by one goroutine.
type answer struct {
	w       http.ResponseWriter
	r       *http.Request
	started time.Time
	tag     string // of an exception within the stream
	stats   statistics

	format  string
	queryID string
	frames  bool
	plain   bool // Accept-Encoding is not honoured
	method  compress.Method
	limit   int // how much is held back
	whole   bool

	slot         *slot // of the statement; given to others while the client reads
	progress     bool
	exceptionKey bool
	document     *jsonDocument // of a format that is one JSON document, while it is streamed

	held   []byte
	sent   bool // headers are out
	failed error
	out    io.Writer // where body bytes go once headers are out
	codec  codec     // of Accept-Encoding; nil for none
}

func newAnswer(w http.ResponseWriter, r *http.Request) *answer {
	return &answer{w: w, r: r, started: time.Now(), tag: randomTag(), format: "TabSeparated", limit: holdBack}
}

// accept takes over what the request wants of its answer.
func (a *answer) accept(req *request) {
	a.format, a.queryID, a.frames, a.method = req.format, req.queryID, req.frames, req.method
	a.progress, a.exceptionKey = req.progress, req.exceptionKey
	// ClickHouse compresses a body by Accept-Encoding only if it is told to. Here it does unless told otherwise, but not
	// around its own frames: the JDBC driver's first version says lz4 in the header and means the frames.
	a.plain = req.coding != "" && !isOn(req.coding) || req.coding == "" && req.frames
	if req.wholeBody {
		a.whole, a.limit = true, maxWhole
	}
}

// randomTag makes 16 lower-case letters and digits.
func randomTag() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567" // 32: no bias
	tag := make([]byte, 16)
	_, _ = rand.Read(tag) // never fails
	for i := range tag {
		tag[i] = alphabet[tag[i]%32]
	}
	return string(tag)
}

// randomID makes a UUID of version 4, what ClickHouse gives a query without an id.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// write adds to the body.
func (a *answer) write(data []byte) error {
	if a.failed != nil {
		return a.failed
	}
	if !a.sent && len(a.held)+len(data) <= a.limit {
		a.held = append(a.held, data...)
		return nil
	}
	if a.whole && !a.sent {
		return raise(codeTooLarge, "TOO_LARGE_ARRAY_SIZE", "The result is larger than the %d bytes that wait_end_of_query=1 keeps; ask without it, or limit the result", maxWhole)
	}
	a.slot.pause()
	if !a.sent {
		a.begin(http.StatusOK, contentType(a.format))
		if err := a.push(a.held); err != nil {
			return err
		}
		a.held = nil
	}
	if err := a.push(data); err != nil {
		return err
	}
	if err := a.flush(); err != nil {
		return err
	}
	return a.slot.resume(a.r.Context())
}

// push writes through compression to the client.
func (a *answer) push(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	// A client that stops reading keeps its place among the running statements; it
	// loses it after a while. Errors here are seen by the write.
	_ = http.NewResponseController(a.w).SetWriteDeadline(time.Now().Add(writePatience))
	defer func() { _ = http.NewResponseController(a.w).SetWriteDeadline(time.Time{}) }()
	_, err := a.out.Write(data)
	if err != nil {
		a.failed = fmt.Errorf("the client does not read its answer: %w", err)
	}
	return a.failed
}

func (a *answer) flush() error {
	if a.codec != nil {
		if err := a.codec.Flush(); err != nil {
			a.failed = err
			return err
		}
	}
	if err := http.NewResponseController(a.w).Flush(); err != nil {
		a.failed = err
	}
	return a.failed
}

// begin sends the headers.
func (a *answer) begin(status int, mediaType string) {
	a.sent = true
	h := a.w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("X-ClickHouse-Server-Display-Name", displayName)
	if a.queryID == "" {
		a.queryID = randomID()
	}
	h.Set("X-ClickHouse-Query-Id", a.queryID)
	h.Set("X-ClickHouse-Format", a.format)
	h.Set("X-ClickHouse-Timezone", zone)
	h.Set("X-ClickHouse-Exception-Tag", a.tag)
	h.Set("X-ClickHouse-Summary", a.summary())
	if a.progress { // net/http sends all headers at once: one line, with what is known by then
		h.Set("X-ClickHouse-Progress", a.summary())
	}
	h.Set("Keep-Alive", keepAlive)
	h.Set("Access-Control-Expose-Headers", "X-ClickHouse-Query-Id,X-ClickHouse-Summary,X-ClickHouse-Server-Display-Name,X-ClickHouse-Format,X-ClickHouse-Timezone,X-ClickHouse-Exception-Code,X-ClickHouse-Exception-Tag")
	a.out = a.w
	if !a.plain && len(a.held) > 0 {
		h.Add("Vary", "Accept-Encoding")
		if name, codec := chooseCodec(a.r.Header.Get("Accept-Encoding"), a.w); codec != nil {
			h.Set("Content-Encoding", name)
			a.codec, a.out = codec, codec
		}
	}
	if a.frames && status != http.StatusUnauthorized && status != http.StatusForbidden { // which JDBC reads as they are
		a.out = newFrameWriter(a.out, a.method)
	}
	a.w.WriteHeader(status)
}

// summary is X-ClickHouse-Summary: one JSON object whose values are strings.
func (a *answer) summary() string {
	u := func(n uint64) string { return strconv.FormatUint(n, 10) }
	fields := [][2]string{
		{"read_rows", u(a.stats.readRows)}, {"read_bytes", u(a.stats.readBytes)},
		{"written_rows", u(a.stats.writtenRows)}, {"written_bytes", u(a.stats.writtenBytes)},
		{"total_rows_to_read", "0"},
		{"result_rows", u(a.stats.resultRows)}, {"result_bytes", u(a.stats.resultBytes)},
		{"elapsed_ns", strconv.FormatInt(time.Since(a.started).Nanoseconds(), 10)}, {"memory_usage", "0"},
	}
	var b strings.Builder
	for i, f := range fields {
		b.WriteString([]string{"{", ","}[min(i, 1)])
		text, _ := json.Marshal(f[1]) // a string never fails
		b.WriteString(strconv.Quote(f[0]) + ":" + string(text))
	}
	return b.String() + "}"
}

// finish ends a good answer.
func (a *answer) finish() {
	if !a.sent {
		held := a.held
		if len(held) == 0 {
			a.w.Header().Set("Content-Length", "0") // clients read "no block" out of it
		}
		a.begin(http.StatusOK, contentType(a.format))
		if a.push(held) != nil {
			return
		}
	}
	if a.codec != nil {
		_ = a.codec.Close() // a client that has gone gets nothing more
	}
}

// fail ends an answer with an exception: with a status if nothing was sent yet,
// else within the stream, which is then cut so that no client takes it for whole.
func (a *answer) fail(err error) {
	var e *exception
	if !errors.As(err, &e) {
		e = raise(codeUnknownException, "UNKNOWN_EXCEPTION", "%v", err)
	}
	if !a.sent {
		if len(e.text) > maxErrorBody-512 { // the name behind it is read by clients
			short := *e
			short.text = strings.ToValidUTF8(e.text[:maxErrorBody-512], "")
			e = &short
		}
		a.held = []byte(e.message() + "\n")
		mediaType := "text/plain; charset=UTF-8"
		if text, ok := exceptionAsJSON(a.format, e.message()); ok && a.exceptionKey {
			a.held, mediaType = []byte(text), contentType(a.format)
		}
		h := a.w.Header()
		h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
		status := e.status()
		switch status {
		case http.StatusServiceUnavailable:
			h.Set("Retry-After", "1")
		case http.StatusUnauthorized:
			h.Set("WWW-Authenticate", `Basic realm="ClickHouse server HTTP API"`)
		}
		a.begin(status, mediaType)
		if a.push(a.held) == nil && a.codec != nil {
			_ = a.codec.Close()
		}
		return
	}
	if text, ok := a.lateException(e.message()); ok && a.failed == nil {
		if a.push(text) == nil && a.codec != nil {
			_ = a.codec.Close()
		}
		return
	}
	if a.failed == nil {
		a.out = a.w // ClickHouse's frames end here: clients look for the block behind the last frame
		if a.codec != nil {
			a.out = a.codec
		}
		if a.push([]byte(exceptionBlock(a.tag, e.message()))) == nil {
			_ = a.flush()
		}
	}
	panic(http.ErrAbortHandler) // cuts the chunked stream without its last chunk
}

// lateException is an exception within a stream as
// http_write_exception_in_output_format=1 asks for it: a last line, or the end of the
// document with the key "exception".
func (a *answer) lateException(message string) ([]byte, bool) {
	switch {
	case !a.exceptionKey:
	case isLines(a.format):
		text, _ := exceptionAsJSON(a.format, message)
		return []byte(text), true
	case a.document != nil:
		return a.document.broken(message), true
	}
	return nil, false
}

// exceptionBlock is the form of an exception within a stream. Clients look for it
// from the end of the body, so its bytes and lengths are exact.
func exceptionBlock(tag, message string) string {
	if len(message) > maxExceptionText {
		message = strings.ToValidUTF8(message[:maxExceptionText], "")
	}
	message += "\n"
	return "\r\n__exception__\r\n" + tag + "\r\n" + message + strconv.Itoa(len(message)) + " " + tag + "\r\n__exception__\r\n"
}

// isLines tells whether a format is JSON objects, one a line.
func isLines(format string) bool {
	switch strings.ToLower(format) {
	case "jsoneachrow", "jsonstringseachrow", "jsonlines", "ndjson":
		return true
	}
	return false
}

// exceptionAsJSON is an exception as http_write_exception_in_output_format=1 asks
// for it: the key "exception" of the document, or of a last line. It knows the
// JSON formats whose rows are objects or whose document has keys.
func exceptionAsJSON(format, message string) (string, bool) {
	text, _ := json.Marshal(message) // a string never fails
	if isJSONDocument(format) {
		return `{"meta":[],"data":[],"rows":0,"exception":` + string(text) + "}\n", true
	}
	return `{"exception":` + string(text) + "}\n", isLines(format)
}
