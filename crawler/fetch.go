package crawler

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/gocolly/colly/v2"

	"nhip"
)

// answer is what one request brought: a status with a body, or a fault.
type answer struct {
	url         string // after redirects
	status      int
	header      http.Header
	contentType string // as the publisher sent it
	body        []byte
	digest      *digest
	sha256      [sha256.Size]byte // once it was judged
	at          time.Time
	fault       *fault
}

// newCollector builds the source's collector: a fetcher with callbacks, nothing
// more. It is never cloned, since a clone would keep this one's redirect policy.
func (s *session) newCollector() *colly.Collector {
	c := colly.NewCollector(
		colly.UserAgent(s.crawler.agent),
		colly.StdlibContext(context.WithValue(s.ctx, attemptKey{}, s)),
		colly.AllowURLRevisit(),        // the store remembers, not colly
		colly.IgnoreRobotsTxt(),        // ours stands in the transport, for every hop
		colly.ParseHTTPErrorResponse(), // statuses are ours to judge
		colly.MaxBodySize(0),           // colly would cut silently; the transport fails instead
	)
	c.DisableCookies()
	c.WithTransport(s.crawler.chain(s))
	// Waiting for the host's turn is part of a request here, so colly's own deadline
	// would count it. Each hop has its deadline in the transport.
	c.SetRequestTimeout(0)
	c.SetRedirectHandler(s.redirect)
	c.OnResponse(func(r *colly.Response) {
		s.got = &answer{url: r.Request.URL.String(), status: r.StatusCode, header: *r.Headers, body: s.attempt.body, digest: s.attempt.digest}
	})
	return c
}

// loginPath recognises pages that ask who one is; no credentials are ever tried.
var loginPath = regexp.MustCompile(`(?i)(^|/)(log-?in|sign-?in|dang-?nhap|sso|oauth2?|paywall|subscribe|dat-mua)(\.[a-z]+)?(/|$)`)

// redirect decides about following; scope, robots and pace come with the request.
func (s *session) redirect(req *http.Request, via []*http.Request) error {
	for _, v := range via {
		if v.URL.String() == req.URL.String() {
			return newFault("redirect_loop", nhip.OutcomePermanentError, "%s redirects to itself", req.URL)
		}
	}
	if len(via) > s.crawler.limits.Redirects {
		return newFault("redirect_too_many", nhip.OutcomePermanentError, "more than %d redirects", s.crawler.limits.Redirects)
	}
	if loginPath.MatchString(req.URL.Path) && !loginPath.MatchString(via[0].URL.Path) {
		return newFault("login", nhip.OutcomeBlockedPolicy, "redirect to %s, where one has to log in", req.URL)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return newFault("redirect_insecure", nhip.OutcomeBlockedPolicy, "redirect from https to %s", req.URL)
	}
	return nil
}

// fetch performs one request and its redirects. It always returns an answer; a
// panic below becomes one too.
func (s *session) fetch(address string, a attempt) (ans answer) {
	defer func() {
		if p := recover(); p != nil {
			ans = answer{url: address, at: s.crawler.now(), fault: newFault("panic", nhip.OutcomePermanentError, "%v", p)}
		}
	}()
	s.attempt, s.got = a, nil
	err := s.collector.Request(http.MethodGet, address, nil, nil, http.Header{
		"User-Agent":      {s.crawler.agent},
		"Accept":          {"text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.8"},
		"Accept-Encoding": {acceptEncoding},
		"Accept-Language": {"vi,en;q=0.5"},
	})
	s.account.Bytes = s.bytes.Load()
	now := s.crawler.now()
	switch {
	case s.ctx.Err() != nil:
		return answer{url: address, at: now, fault: &fault{class: classStopped, outcome: nhip.OutcomeRetryLater, err: context.Cause(s.ctx)}}
	case err != nil:
		return answer{url: address, at: now, fault: classify(err)}
	case s.got == nil:
		return answer{url: address, at: now, fault: newFault("network", nhip.OutcomeRetryLater, "no answer for %s", address)}
	}
	ans = *s.got
	ans.at, ans.contentType = now, s.attempt.contentType
	if !s.attempt.capturedAt.IsZero() {
		ans.at = s.attempt.capturedAt
	}
	ans.header.Set("Content-Type", ans.contentType)
	return ans
}

// judge makes the visit of an answer: what it taught about the address, given the
// visit before (nil if there was none).
func (s *session) judge(canonical string, kind nhip.PageKind, ans *answer, before *nhip.Visit) nhip.Visit {
	v := nhip.Visit{Source: s.src.ID, URL: canonical, Kind: kind, At: s.crawler.now(), Status: ans.status}
	failures := 0
	if before != nil {
		failures = before.Failures
	}
	f := ans.fault
	if f == nil {
		f = statusFault(ans.status, ans.header, failures, s.crawler.now())
	}
	if f == nil && ans.status != http.StatusNotModified {
		f = contentFault(kind, ans)
	}
	if f != nil {
		if before != nil { // what we hold stays what we hold
			v.ETag, v.LastModified, v.BodySHA256 = before.ETag, before.LastModified, before.BodySHA256
		}
		v.Outcome, v.Reason, v.Failures = f.outcome, f.class, failures+1
		v.NextDue = nextTry(f, v.Failures, s.crawler.now())
		ans.fault = f
		return v
	}
	v.Outcome = nhip.OutcomeOK
	v.ETag, v.LastModified = ans.header.Get("ETag"), ans.header.Get("Last-Modified")
	if ans.status == http.StatusNotModified {
		v.Outcome = nhip.OutcomeNotModified
		if before != nil {
			v.ETag, v.LastModified, v.BodySHA256 = before.ETag, before.LastModified, before.BodySHA256
		}
		return v
	}
	ans.sha256 = ans.digest.of()
	v.BodySHA256 = ans.sha256
	if before != nil && before.BodySHA256 == v.BodySHA256 {
		v.Outcome = nhip.OutcomeNotModified // whatever its validators say
	}
	return v
}

// contentFault refuses bodies that no reader of this kind can use.
func contentFault(kind nhip.PageKind, ans *answer) *fault {
	if len(bytes.TrimSpace(ans.body)) == 0 {
		return newFault("empty_document", nhip.OutcomePermanentError, "the body is empty")
	}
	if kind == nhip.KindTable {
		return nil // workbooks are zip files
	}
	if what := binaryType(ans.body); what != "" {
		return newFault("not_text", nhip.OutcomePermanentError, "the body is %s, announced as %.60q", what, ans.contentType)
	}
	return nil
}

// binaryType recognises files that servers send under the name of a page.
func binaryType(body []byte) string {
	if bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff")) {
		return "" // UTF-16
	}
	switch t := mediaType(http.DetectContentType(body)); t {
	case "text/html", "text/plain", "text/xml", "application/octet-stream":
		return "" // the last is only "I do not know": old character sets look so
	default:
		return t
	}
}

// page makes the page of an answer that was judged OK.
func (s *session) page(canonical string, kind nhip.PageKind, ans *answer) *nhip.Page {
	return &nhip.Page{Source: s.src.ID, URL: canonical, Kind: kind, FetchedAt: ans.at, Status: ans.status,
		Header: ans.header, ContentType: ans.contentType, Body: ans.body, SHA256: ans.sha256}
}

func (a *answer) String() string {
	if a.fault != nil {
		return fmt.Sprintf("%s: %v", a.url, a.fault)
	}
	return fmt.Sprintf("%s: %d, %d bytes", a.url, a.status, len(a.body))
}
