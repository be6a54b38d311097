package crawler

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"nhip"
)

// fault is how a request ended that brought no page: a fixed class for counting,
// and the outcome that follows from it.
type fault struct {
	class   string
	outcome nhip.Outcome
	until   time.Time // not before, where somebody said so
	err     error
}

func (f *fault) Error() string {
	if f.err != nil {
		return f.class + ": " + f.err.Error()
	}
	return f.class
}

func (f *fault) Unwrap() error { return f.err }

func newFault(class string, outcome nhip.Outcome, format string, args ...any) *fault {
	return &fault{class: class, outcome: outcome, err: fmt.Errorf(format, args...)}
}

// Classes that more than one place branches on.
const (
	classRobots            = "robots"             // robots.txt forbids the address
	classRobotsUnreachable = "robots_unreachable" // robots.txt cannot be read, which forbids it for now
	classNotArchived       = "not_archived"
	classStopped           = "stopped"
	classBackoff           = "backoff"     // the host asked to wait, or failed too often in a row
	classCrawlDelay        = "crawl_delay" // robots.txt asks for a longer delay than a run can keep
)

// classify names the reason of an error. It never fails: what it does not know is
// "network", to be tried again.
func classify(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	retry := func(class string) *fault { return &fault{class: class, outcome: nhip.OutcomeRetryLater, err: err} }
	cut := func(class string) *fault { return &fault{class: class, outcome: nhip.OutcomeTruncated, err: err} }
	if class := tlsClass(err); class != "" {
		return retry(class)
	}
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return &fault{class: "address", outcome: nhip.OutcomeBlockedPolicy, err: err}
	case errors.As(err, &dns):
		return retry("dns")
	case errors.Is(err, context.Canceled):
		return retry(classStopped)
	case errors.Is(err, syscall.ECONNREFUSED):
		return retry("refused")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return retry("reset")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return retry("unreachable")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &netErr) && netErr.Timeout():
		return retry("timeout")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return cut("short_body")
	case errors.Is(err, io.EOF):
		return retry("closed")
	}
	return classifyText(err, retry, cut)
}

// classifyText reads the messages of net/http for which it exports no error value.
func classifyText(err error, retry, cut func(string) *fault) *fault {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("server response headers exceeded", "header list", "headers exceeded"):
		return &fault{class: "header_too_large", outcome: nhip.OutcomePermanentError, err: err}
	case has("invalid byte in chunk length", "malformed chunked encoding", "chunked line too long", "header line too long", "invalid chunk", "empty hex number"):
		return cut("bad_chunk")
	case has("malformed HTTP", "malformed MIME", "bad Content-Length", "invalid Content-Length", "multiple Content-Length",
		"too many transfer encodings", "unsupported transfer encoding", "unexpected trailer", "server gave HTTP response",
		"invalid header", "too many 1xx", "unknown status code", "PROTOCOL_ERROR", "COMPRESSION_ERROR", "FRAME_SIZE_ERROR"):
		return retry("protocol")
	case has("GOAWAY", "stream error", "REFUSED_STREAM", "INTERNAL_ERROR"):
		return retry("reset")
	case has("server closed idle connection", "transport connection broken", "connection closed"):
		return retry("closed")
	}
	return retry("network")
}

func tlsClass(err error) string {
	var (
		authority *x509.UnknownAuthorityError
		unknown   x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &authority):
		return "tls_unknown_ca"
	case errors.As(err, &host):
		return "tls_hostname"
	case errors.As(err, &invalid):
		if invalid.Reason == x509.Expired {
			return "tls_expired"
		}
		return "tls_invalid"
	case errors.As(err, &verify):
		return "tls_invalid"
	case errors.As(err, &record):
		return "tls_protocol"
	case errors.As(err, &alert):
		return "tls_handshake"
	case strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "TLS handshake"):
		return "tls_handshake"
	}
	return ""
}

// statusFault judges an HTTP status that is not an answer to read; nil means the
// body counts. failures is how often in a row the address failed before.
func statusFault(status int, header http.Header, failures int, now time.Time) *fault {
	f := &fault{class: "http_" + strconv.Itoa(status), err: errors.New(http.StatusText(status))}
	switch {
	case status == http.StatusOK, status == http.StatusNonAuthoritativeInfo, status == http.StatusNotModified:
		return nil
	case status == http.StatusGone:
		f.outcome = nhip.OutcomeGone
	case status == http.StatusNotFound:
		// A page that is missing once may be a hiccup of the publisher's cache.
		if f.outcome = nhip.OutcomeRetryLater; failures+1 >= confirmGone {
			f.outcome = nhip.OutcomeGone
		}
	case status == 401, status == 402, status == 403, status == 406, status == 407, status == 451:
		f.outcome = nhip.OutcomeBlockedPolicy
	case status == 408, status == 421, status == 425, status == 429, status >= 500 && status != 501 && status != 505:
		f.outcome = nhip.OutcomeRetryLater
		f.until = retryAfter(header.Get("Retry-After"), now)
	case status == 204, status == 205:
		f.class, f.outcome = "empty_document", nhip.OutcomePermanentError
	default:
		f.outcome = nhip.OutcomePermanentError
	}
	return f
}

const (
	confirmGone   = 3             // so many 404 in a row make an address gone
	maxRetryAfter = 6 * time.Hour // longer waits are the schedule's, not the header's
)

// retryAfter reads the header (RFC 9110 §10.2.3: seconds or a date), clamped to six
// hours; the zero time where it says nothing sensible.
func retryAfter(value string, now time.Time) time.Time {
	value = strings.TrimSpace(value)
	if value == "" {
		return time.Time{}
	}
	at, err := http.ParseTime(value)
	if err != nil {
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil || !(seconds > 0) {
			return time.Time{}
		}
		at = now.Add(time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second)))
	}
	if !at.After(now) {
		return time.Time{}
	}
	if latest := now.Add(maxRetryAfter); at.After(latest) {
		return latest
	}
	return at
}

// nextTry says when a failed address is due again: what the publisher asked for, or
// a backoff that doubles with each failure in a row, with full jitter in its upper
// half so that addresses which failed together do not come back together.
func nextTry(f *fault, failures int, now time.Time) time.Time {
	if !f.until.IsZero() {
		return f.until
	}
	var first, longest time.Duration
	switch f.outcome {
	case nhip.OutcomeRetryLater:
		first, longest = 15*time.Minute, 24*time.Hour
	case nhip.OutcomeTruncated:
		first, longest = 6*time.Hour, 7*24*time.Hour
	case nhip.OutcomeBlockedPolicy:
		first, longest = 24*time.Hour, 14*24*time.Hour
	case nhip.OutcomeBlockedRobots: // robots.txt may have changed; asking it costs the publisher nothing
		first, longest = 7*24*time.Hour, 60*24*time.Hour
	case nhip.OutcomePermanentError:
		first, longest = 7*24*time.Hour, 60*24*time.Hour
	case nhip.OutcomeGone:
		first, longest = 30*24*time.Hour, 180*24*time.Hour
	default:
		return time.Time{}
	}
	wait := first << min(max(failures-1, 0), 16)
	if wait > longest || wait <= 0 {
		wait = longest
	}
	return now.Add(wait/2 + rand.N(wait/2+1))
}
