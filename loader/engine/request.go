package engine

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxStatement bounds a statement without its data. The engine's own limit,
// max_query_size, is lower by default and gives the better error.
const maxStatement = 16 << 20

// maxHead is how much of a body is read to find where the data of an INSERT begin.
const maxHead = 1 << 20

// Parameters of the HTTP interface that are no settings.
var reservedParameters = map[string]bool{
	"compress": true, "decompress": true, "user": true, "password": true, "quota_key": true, "query_id": true,
	"stacktrace": true, "role": true, "buffer_size": true, "wait_end_of_query": true, "session_id": true,
	"session_timeout": true, "session_check": true, "close_session": true, "client_protocol_version": true,
	"database": true, "default_format": true, "query": true,
}

// Settings that govern the HTTP interface itself: this server obeys or ignores
// them, the library never sees them.
var interfaceSettings = map[string]bool{
	"enable_http_compression": true, "http_zlib_compression_level": true, "send_progress_in_http_headers": true,
	"http_headers_progress_interval_ms": true, "http_response_buffer_size": true, "http_wait_end_of_query": true,
	"http_write_exception_in_output_format": true, "add_http_cors_header": true,
	"cancel_http_readonly_queries_on_client_close": true, "network_compression_method": true,
	"network_zstd_compression_level": true, "http_native_compression_disable_checksumming_on_decompress": true,
}

// request is what a request asks for.
type request struct {
	statement statement
	data      io.Reader // verbInsert: the rows

	queryID   string
	database  string
	format    string // of the answer: the FORMAT clause, else the request's default
	paramKeys []string
	params    []string // TSV-escaped, as they came
	settings  []setting
	readonly  bool // GET and HEAD
	tables    []external
	access    *Access // of a gated user; nil: bound by nothing

	session        string
	sessionTimeout time.Duration
	sessionCheck   bool
	sessionClose   bool

	frames    bool   // compress=1
	coding    string // enable_http_compression, empty if nothing was said
	method    compress.Method
	wholeBody bool // wait_end_of_query=1

	progress       bool   // send_progress_in_http_headers=1
	exceptionKey   bool   // http_write_exception_in_output_format=1
	clientRevision uint64 // client_protocol_version
}

type setting struct{ name, value string }

// readRequest takes a request apart. Errors are exceptions for the client.
func (s *server) readRequest(r *http.Request) (*request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, raise(codeBadArguments, "BAD_ARGUMENTS", "The URL cannot be read: %v", err)
	}
	req := &request{readonly: r.Method == http.MethodGet || r.Method == http.MethodHead, method: compress.LZ4}
	if req.access, err = accessOf(r); err != nil {
		return nil, err
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost, http.MethodPut:
		if err := checkLength(r); err != nil {
			return nil, err
		}
	default:
		return nil, raise(codeSupportIsDisabled, "SUPPORT_IS_DISABLED", "The method %s is not served; use GET or POST", r.Method)
	}
	tables, isMultipart, err := readMultipart(r, query) // its fields are parameters too
	if err != nil {
		return nil, err
	}
	req.tables = tables
	if err := s.readParameters(req, query); err != nil {
		return nil, err
	}
	if err := req.readDefaults(r, query); err != nil {
		return nil, err
	}
	if isMultipart {
		return req, req.readText(query.Get("query"), strings.NewReader(""))
	}
	body, err := requestBody(r, query)
	if err != nil {
		return nil, err
	}
	return req, req.readText(query.Get("query"), body)
}

// readParameters reads settings and query parameters.
func (s *server) readParameters(req *request, query url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		value := query[name][len(query[name])-1]
		_, known := s.settings[name]
		switch {
		case reservedParameters[name]:
		case strings.HasPrefix(name, "param_"):
			req.paramKeys = append(req.paramKeys, strings.TrimPrefix(name, "param_"))
			req.params = append(req.params, value)
		case interfaceSettings[name]:
			if err := req.obey(name, value); err != nil {
				return err
			}
		case known:
			req.settings = append(req.settings, setting{name, value})
		default:
			return raise(codeUnknownSetting, "UNKNOWN_SETTING", "Setting %s is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings", name)
		}
	}
	return nil
}

// obey applies a setting of the HTTP interface.
func (req *request) obey(name, value string) error {
	switch name {
	case "network_compression_method":
		switch strings.ToUpper(value) {
		case "LZ4", "":
			req.method = compress.LZ4
		case "LZ4HC":
			req.method = compress.LZ4HC
		case "ZSTD":
			req.method = compress.ZSTD
		case "NONE":
			req.method = compress.None
		default:
			return raise(codeBadArguments, "BAD_ARGUMENTS", "Unknown network_compression_method %s: use LZ4, ZSTD or NONE", value)
		}
	case "enable_http_compression":
		req.coding = value
	case "send_progress_in_http_headers":
		req.progress = isOn(value)
	case "http_write_exception_in_output_format":
		req.exceptionKey = isOn(value)
	case "http_wait_end_of_query":
		req.wholeBody = isOn(value)
	}
	return nil
}

func isOn(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

// readDefaults reads database, format, session and compression.
func (req *request) readDefaults(r *http.Request, query url.Values) error {
	first := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	req.queryID = first(query.Get("query_id"), r.Header.Get("X-ClickHouse-Query-Id"))
	req.database = first(r.Header.Get("X-ClickHouse-Database"), query.Get("database"))
	req.format = first(r.Header.Get("X-ClickHouse-Format"), query.Get("default_format"), "TabSeparated")
	req.clientRevision, _ = strconv.ParseUint(query.Get("client_protocol_version"), 10, 32) // absent and odd are both 0
	req.frames = isOn(query.Get("compress"))
	req.wholeBody = req.wholeBody || isOn(query.Get("wait_end_of_query"))
	req.session = query.Get("session_id")
	req.sessionCheck = isOn(query.Get("session_check"))
	req.sessionClose = isOn(query.Get("close_session"))
	req.sessionTimeout = defaultSessionTimeout
	if text := query.Get("session_timeout"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil || time.Duration(seconds)*time.Second > maxSessionTimeout {
			return raise(codeInvalidSessionValue, "INVALID_SESSION_TIMEOUT", "Invalid session timeout %q: seconds from 0 to %d", text, int(maxSessionTimeout.Seconds()))
		}
		req.sessionTimeout = time.Duration(seconds) * time.Second
	}
	return nil
}

// readText joins query parameter and body, finds the statement, and leaves the
// data of an INSERT unread.
func (req *request) readText(query string, body io.Reader) error {
	if query != "" {
		if s, err := readStatement(query); err == nil && s.verb == verbInsert {
			req.statement = s
			req.data = body
			if rest := query[s.data:]; strings.TrimSpace(rest) != "" {
				req.data = io.MultiReader(strings.NewReader(rest+"\n"), body)
			}
			return nil
		}
		query += "\n"
	}
	head, more, err := readHead(query, body)
	if err != nil {
		return err
	}
	s, err := readStatement(head)
	if s.verb != verbInsert && more {
		var rest []byte
		if rest, err = io.ReadAll(io.LimitReader(body, maxStatement)); err != nil {
			return bodyError(err)
		}
		if len(rest) == maxStatement {
			return raise(codeQueryTooLarge, "QUERY_IS_TOO_LARGE", "The statement is too large: it may hold %d bytes", maxStatement)
		}
		head += string(rest)
		s, err = readStatement(head)
	}
	if err != nil {
		return err
	}
	req.statement = s
	if s.verb == verbInsert {
		req.data = io.MultiReader(strings.NewReader(head[s.data:]), body)
	}
	if s.verb != verbInsert && s.format != "" {
		req.format = s.format
	}
	return nil
}

// readHead reads up to maxHead bytes of the body behind the query parameter. more
// says that the body may go on.
func readHead(query string, body io.Reader) (head string, more bool, err error) {
	buffer, err := io.ReadAll(io.LimitReader(body, maxHead))
	if err != nil {
		return "", false, bodyError(err)
	}
	return query + string(buffer), len(buffer) == maxHead, nil
}

func bodyError(err error) error {
	var e *exception
	if errors.As(err, &e) {
		return e
	}
	return raise(codeCannotReadAll, "CANNOT_READ_ALL_DATA", "The request's body broke off: %v", err)
}

// requestBody undoes Content-Encoding and decompress=1.
func requestBody(r *http.Request, query url.Values) (io.Reader, error) {
	var body io.Reader = r.Body
	var err error
	if r.ContentLength == 0 {
		return body, nil // nothing to undo
	}
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		body, err = gzip.NewReader(body)
	case "deflate":
		body, err = zlib.NewReader(body)
	case "br":
		body = brotli.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	case "lz4":
		body = lz4.NewReader(body)
	default:
		return nil, raise(codeBadArguments, "BAD_ARGUMENTS", "Unknown Content-Encoding %q: gzip, deflate, br, zstd and lz4 are read", encoding)
	}
	if err != nil {
		return nil, raise(codeCannotDecompress, "CANNOT_DECOMPRESS", "The body is not what its Content-Encoding says: %v", err)
	}
	if isOn(query.Get("decompress")) {
		body = newFrameReader(body)
	}
	return body, nil
}

// escapeIdentifier quotes a name for SQL.
func escapeIdentifier(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

// connectionFor opens the request's own connection, or takes its session's; g is
// nil for who is bound by nothing.
func (s *server) connectionFor(req *request, g *gate) (*connection, func(), error) {
	if g != nil {
		return s.gatedConnection(req, g)
	}
	if req.session == "" {
		k, err := s.open(req.settings, req.readonly, req.database)
		if err != nil {
			return nil, nil, err
		}
		if err := k.attach(req.tables); err != nil {
			k.close()
			return nil, nil, err
		}
		return k, k.close, nil
	}
	k, fresh, err := s.sessions.take(req.session, req.sessionCheck, func() (*connection, error) {
		return s.open(nil, false, req.database)
	})
	if err != nil {
		return nil, nil, err
	}
	give := func() { s.sessions.release(req.session, req.sessionTimeout, req.sessionClose) }
	undo, err := k.borrow(req, fresh)
	if err != nil {
		give()
		return nil, nil, err
	}
	if err := k.attach(req.tables); err != nil {
		undo()
		give()
		return nil, nil, err
	}
	return k, func() { undo(); k.detach(req.tables); give() }, nil
}

// gatedConnection opens the connection of a gated user's request. Such a user can
// change nothing, so a session of one has no state; its connection is as fresh.
func (s *server) gatedConnection(req *request, g *gate) (*connection, func(), error) {
	settings, err := g.settingsFor(req.settings)
	if err != nil {
		return nil, nil, err
	}
	release := func() {}
	if req.session != "" {
		id := req.access.User + "\x00" + req.session // apart from other users', and from the socket's own
		if _, _, err := s.sessions.take(id, req.sessionCheck, func() (*connection, error) { return nil, nil }); err != nil {
			return nil, nil, err
		}
		release = func() { s.sessions.release(id, req.sessionTimeout, req.sessionClose) }
	}
	database := req.database
	if database == "" {
		database = req.access.Databases[0]
	}
	k, err := s.open(settings, false, database)
	if err == nil {
		if err = k.attach(req.tables); err != nil {
			k.close()
		}
	}
	if err == nil {
		if _, err = k.query("SET readonly = 1", "Null", nil); err != nil { // last: it forbids the others
			k.close()
		}
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return k, func() { k.close(); release() }, nil
}

// open connects with settings and database. A bad value makes the connect fail
// without a reason, so the reason is asked for with SET.
func (s *server) open(settings []setting, readonly bool, database string) (*connection, error) {
	options := slices.Clone(s.base)
	last := ""
	for _, set := range settings {
		if set.name == "readonly" { // after the others, which it would forbid
			last = set.value
			continue
		}
		options = append(options, "--"+set.name+"="+set.value)
	}
	if readonly && (last == "" || last == "0") {
		last = "2"
	}
	if last != "" {
		options = append(options, "--readonly="+last)
	}
	k, err := openConnection(options...)
	if err != nil {
		return nil, s.whyRefused(settings, err)
	}
	if database != "" {
		if _, err := k.query("USE "+escapeIdentifier(database), "Null", nil); err != nil {
			k.close()
			return nil, err
		}
	}
	return k, nil
}

func (s *server) whyRefused(settings []setting, refused error) error {
	k, err := openConnection(s.base...)
	if err != nil {
		return err
	}
	defer k.close()
	for _, set := range settings {
		if _, err := k.query(setStatement(set), "Null", nil); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s", refused, settings)
}

func setStatement(set setting) string {
	return "SET " + set.name + " = '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(set.value) + "'"
}

// borrow applies a request's settings and database to a session's connection for
// the length of the request.
func (k *connection) borrow(req *request, fresh bool) (undo func(), err error) {
	if req.database != "" && !fresh {
		if _, err := k.query("USE "+escapeIdentifier(req.database), "Null", nil); err != nil {
			return nil, err
		}
	}
	var names []string
	undo = func() {
		for _, name := range names {
			_, _ = k.query("SET "+name+" = DEFAULT", "Null", nil) // a session set readonly refuses; it stays as it is
		}
	}
	settings := req.settings
	if req.readonly {
		settings = append(slices.Clone(settings), setting{"readonly", "2"})
	}
	for _, set := range settings {
		if _, err := k.query(setStatement(set), "Null", nil); err != nil {
			undo()
			return nil, err
		}
		names = append(names, set.name)
	}
	return undo, nil
}
