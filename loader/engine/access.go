package engine

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Access is what a user of the TCP interface may do. The proxy sends it along
// with every request; a client cannot choose or change it.
type Access struct {
	// User names whose sessions and quota these are.
	User string
	// Admin may do all that the socket may; what follows does not bind it.
	Admin bool
	// Databases are those whose views v_* may be read, besides the metadata of
	// system and information_schema that BI tools ask for. The first is the
	// database of requests that name none.
	Databases []string
	// Limits of one statement; 0 means DefaultLimits'. A client's settings can
	// only lower them.
	Limits Limits
	// Quota of the user over all statements; the zero value is none.
	Quota Quota
}

// Limits bound one statement of a user who is no admin.
type Limits struct {
	ExecutionSeconds uint64 // max_execution_time
	MemoryBytes      uint64 // max_memory_usage
	ResultRows       uint64 // max_result_rows
}

// DefaultLimits hold where an Access says nothing.
var DefaultLimits = Limits{ExecutionSeconds: 60, MemoryBytes: 2 << 30, ResultRows: 10_000_000}

func (l Limits) orDefault() Limits {
	pick := func(v, fallback uint64) uint64 {
		if v == 0 {
			return fallback
		}
		return v
	}
	return Limits{
		ExecutionSeconds: pick(l.ExecutionSeconds, DefaultLimits.ExecutionSeconds),
		MemoryBytes:      pick(l.MemoryBytes, DefaultLimits.MemoryBytes),
		ResultRows:       pick(l.ResultRows, DefaultLimits.ResultRows),
	}
}

// Quota bounds what a user takes per interval: statements, and rows of their
// results. 0 leaves a bound out. Intervals are multiples of Interval since 1970.
type Quota struct {
	Interval time.Duration
	Requests uint64
	Rows     uint64
}

// accessHeader carries an Access from the proxy to the engine. Whoever may open
// the socket may do everything, so a request without it is bound by nothing.
const accessHeader = "X-Nhip-Access"

func (a Access) header() (string, error) {
	text, err := json.Marshal(a)
	return base64.StdEncoding.EncodeToString(text), err
}

// accessOf reads who asks; nil is the socket itself, and admins.
func accessOf(r *http.Request) (*Access, error) {
	value := r.Header.Get(accessHeader)
	if value == "" {
		return nil, nil
	}
	text, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", accessHeader, err)
	}
	var a Access
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("read %s: %w", accessHeader, err)
	}
	if a.Admin {
		return nil, nil
	}
	if len(a.Databases) == 0 {
		return nil, raise(codeNotEnoughPrivileges, "ACCESS_DENIED", "The user %s may read no database", a.User)
	}
	a.Limits = a.Limits.orDefault()
	return &a, nil
}

// quotas count what users took in the current interval. They live as long as the
// engine process. Safe for concurrent use.
type quotas struct {
	mu   sync.Mutex
	used map[string]*usage
}

type usage struct {
	interval time.Time
	requests uint64
	rows     uint64
}

func newQuotas() *quotas { return &quotas{used: map[string]*usage{}} }

// begin counts a statement in, or says that the quota is used up.
func (q *quotas) begin(a *Access, now time.Time) error {
	if a.Quota.Interval <= 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	interval := now.Truncate(a.Quota.Interval)
	u := q.used[a.User]
	if u == nil || !u.interval.Equal(interval) {
		u = &usage{interval: interval}
		q.used[a.User] = u
	}
	for _, bound := range []struct {
		what        string
		used, limit uint64
	}{{"requests", u.requests, a.Quota.Requests}, {"result rows", u.rows, a.Quota.Rows}} {
		if bound.limit > 0 && bound.used >= bound.limit {
			return raise(codeQuotaExceeded, "QUOTA_EXCEEDED", "Quota of the user %s is used up: %d of %d %s in %s; it is free again at %s",
				a.User, bound.used, bound.limit, bound.what, a.Quota.Interval, interval.Add(a.Quota.Interval).UTC().Format(time.RFC3339))
		}
	}
	u.requests++
	return nil
}

// end adds the rows of a statement's result.
func (q *quotas) end(a *Access, rows uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if u := q.used[a.User]; u != nil {
		u.rows += rows
	}
}
