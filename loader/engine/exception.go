package engine

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Versions of the pinned library, as it reports them itself.
const (
	libraryVersion = "26.7.3"
	serverVersion  = "26.7.2.1"
)

// Codes of ClickHouse errors that this package raises or tells apart itself.
const (
	codeBadArguments        = 36
	codeTooLarge            = 128
	codeSyntaxError         = 62
	codeUnknownSetting      = 115
	codeTooManyQueries      = 202
	codeCannotDecompress    = 271
	codeQueryWasCancelled   = 394
	codeSessionIsLocked     = 373
	codeSessionNotFound     = 372
	codeHTTPLengthRequired  = 381
	codeNetworkError        = 210
	codeSupportIsDisabled   = 344
	codeCannotReadAll       = 33
	codeUnknownException    = 1002
	codeInvalidSessionValue = 374
	codeReadonly            = 164
	codeSocketTimeout       = 209
	codeRequiredPassword    = 194
	codeQuotaExceeded       = 201
	codeQueryTooLarge       = 223
	codeNotEnoughPrivileges = 497
	codeAuthenticationFail  = 516
)

// exception is an error with ClickHouse's numeric code and symbolic name. text
// is the message between "DB::Exception: " and the name.
type exception struct {
	code int
	name string
	text string
	http int // status where the code alone does not say it
}

func (e *exception) Error() string { return e.message() }

// message is the form ClickHouse sends over HTTP; clients read code, name and
// text out of it.
func (e *exception) message() string {
	return fmt.Sprintf("Code: %d. DB::Exception: %s. (%s) (version %s (official build))",
		e.code, strings.TrimRight(e.text, ". \n"), e.name, serverVersion)
}

// status is the HTTP status ClickHouse gives an error. Clients read the header and
// the text; some retry by status.
func (e *exception) status() int {
	if e.http != 0 {
		return e.http
	}
	switch e.code {
	case 194:
		return http.StatusUnauthorized
	case 192, 193, 497, 516:
		return http.StatusForbidden
	case 46, 47, 50, 56, 60, 63, 73, 78, 81, 115:
		return http.StatusNotFound
	case 159:
		return http.StatusRequestTimeout
	case codeQuotaExceeded:
		return http.StatusTooManyRequests
	case codeQueryTooLarge:
		return http.StatusRequestEntityTooLarge
	case 381:
		return http.StatusLengthRequired
	case 48:
		return http.StatusNotImplemented
	case 76, 202, 209:
		return http.StatusServiceUnavailable
	case 6, 8, 15, 26, 27, 32, 33, 36, 38, 41, 43, 44, 53, 62, 69, 72, 117, 131, 167, 168, 271, 344, 372, 373, 374, 456, 457:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func raise(code int, name, format string, args ...any) *exception {
	return &exception{code: code, name: name, text: fmt.Sprintf(format, args...)}
}

var (
	exceptionCode    = regexp.MustCompile(`^Code:\s*(\d+)\.\s*(?:DB::[A-Za-z:]*Exception:\s*)?`)
	exceptionVersion = regexp.MustCompile(`\s*\(version [^()]*(?:\([^()]*\))?\)\s*$`)
	exceptionName    = regexp.MustCompile(`[.\s]*\(([A-Z][A-Z0-9_]{2,})\)\s*$`)
)

// parseException reads the engine's error text "Code: N. DB::Exception: text.
// (NAME)". A text of another form keeps its words under code 1002.
func parseException(text string) *exception {
	e := &exception{code: codeUnknownException, name: "UNKNOWN_EXCEPTION", text: strings.TrimSpace(text)}
	m := exceptionCode.FindStringSubmatchIndex(e.text)
	if m == nil {
		return e
	}
	if n, err := strconv.Atoi(e.text[m[2]:m[3]]); err == nil && n > 0 {
		e.code = n
	}
	e.text = exceptionVersion.ReplaceAllString(e.text[m[1]:], "")
	if m := exceptionName.FindStringSubmatchIndex(e.text); m != nil {
		e.name = e.text[m[2]:m[3]]
		e.text = e.text[:m[0]]
	}
	return e
}
