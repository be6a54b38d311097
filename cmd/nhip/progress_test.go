package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhip"
	"nhip/crawler"
)

// screen is a terminal as far as progress uses one: it wraps, goes up, and erases
// what is below.
type screen struct {
	width    int
	rows     [][]rune
	row, col int
}

var escape = regexp.MustCompile(`^\x1b\[(\d*)([AJ])`)

func (s *screen) Write(b []byte) (int, error) {
	for text := string(b); text != ""; {
		if m := escape.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			if m[2] == "A" {
				s.row = max(s.row-max(n, 1), 0)
			} else {
				s.rows = s.rows[:min(len(s.rows), s.row+1)]
				if s.row < len(s.rows) {
					s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
				}
			}
			text = text[len(m[0]):]
			continue
		}
		for _, r := range text {
			s.put(r)
			text = text[len(string(r)):]
			break
		}
	}
	return len(b), nil
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.col = 0
		return
	case '\n':
		s.row, s.col = s.row+1, 0
		return
	}
	if s.col == s.width {
		s.row, s.col = s.row+1, 0
	}
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, nil)
	}
	for len(s.rows[s.row]) <= s.col {
		s.rows[s.row] = append(s.rows[s.row], ' ')
	}
	s.rows[s.row][s.col] = r
	s.col++
}

// resize wraps the rows anew, as terminals do.
func (s *screen) resize(width int) {
	var lines []string
	for _, row := range s.rows {
		lines = append(lines, string(row))
	}
	*s = screen{width: width}
	s.Write([]byte(strings.Join(lines, "\n")))
}

func (s *screen) String() string {
	var out strings.Builder
	for _, row := range s.rows {
		out.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return out.String()
}

func newTestProgress(total int) (*progress, *screen, *time.Time) {
	now := time.Date(2026, 3, 7, 8, 0, 0, 0, nhip.Zone)
	s := &screen{width: 100}
	p := newProgress(&bytes.Buffer{}, "run", total)
	p.w, p.width, p.now, p.started = s, func() int { return s.width }, func() time.Time { return now }, now
	p.stop = make(chan struct{})
	return p, s, &now
}

// TestProgress: what stands on the terminal is the newest state and what was logged,
// whatever the terminal's width becomes in between.
func TestProgress(t *testing.T) {
	p, s, now := newTestProgress(3)
	p.draw()
	if len(s.rows) != 0 {
		t.Errorf("drawn before there is anything to say:\n%s", s)
	}
	p.crawl(crawler.Progress{Source: "vnexpress", Discovered: 200, Done: 12, Bytes: 3_000_000})
	p.draw()
	*now = now.Add(10 * time.Second)
	p.crawl(crawler.Progress{Source: "cafef", Discovered: 50, Done: 8, Failed: 2, Host: "cafef.vn", Waiting: 2 * time.Second})
	p.crawl(crawler.Progress{Source: "vnexpress", Discovered: 200, Done: 52, Bytes: 9_000_000})
	p.draw()
	want := "run 10s: 0 of 3 sources done, 60 of 250 documents (4.8/s, 9.0 MB), 2 failed, 1 waiting, 0 loaded, …\n" +
		"  vnexpress: 52 of 200 documents\n" +
		"  cafef: 8 of 50 documents, 2 failed, waits 2s for cafef.vn\n"
	if got := s.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	s.resize(60)
	fmt.Fprintln(p, "level=WARN msg=slow")
	p.draw()
	s.resize(100)
	a := nhip.NewAccount("cafef")
	a.Discovered, a.Fetched, a.Loaded, a.Observations, a.Error = 50, 40, 40, 7, "closed"
	a.Failed["http_500"] = 10
	p.account(a, true)
	p.draw()
	want = "level=WARN msg=slow\n" +
		"run 10s: 1 of 3 sources done (1 FAILED), 102 of 250 documents (9.0/s, 9.0 MB), 10 failed, 40 loade…\n" +
		"  vnexpress: 52 of 200 documents\n"
	if got := s.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	p.end()
	p.end()
	if got := s.String(); strings.TrimSpace(got) != "level=WARN msg=slow" {
		t.Errorf("after the end: %q", got)
	}
}

// TestProgressForHours: a server's progress stays as small as what is under way.
func TestProgressForHours(t *testing.T) {
	p, s, now := newTestProgress(0)
	for i := range 20_000 {
		id := nhip.SourceID(fmt.Sprintf("s%d", i%70))
		p.crawl(crawler.Progress{Source: id, Discovered: 10, Done: i % 10})
		if i%3 == 0 {
			a := nhip.NewAccount(id)
			a.Discovered, a.Fetched = 10, 10
			p.account(a, true)
		}
		*now = now.Add(time.Second)
		if i%50 == 0 {
			s.resize(60 + i%90)
		}
		p.draw()
		if len(s.rows) > progressLines+2 {
			t.Fatalf("after %d: %d rows\n%s", i, len(s.rows), s)
		}
	}
	if len(p.active) > 70 || p.rate.n < 1000 {
		t.Errorf("%d sources under way, %d samples", len(p.active), p.rate.n)
	}
	for i := range 70 {
		p.account(nhip.NewAccount(nhip.SourceID(fmt.Sprintf("s%d", i))), true)
	}
	p.draw()
	if len(p.active) != 0 || !strings.HasPrefix(s.String(), "run 5h33m20s: 6737 runs, 0 under way") {
		t.Errorf("%d under way:\n%s", len(p.active), s)
	}
}

// A pipe sees nothing.
func TestProgressInAPipe(t *testing.T) {
	var pipe bytes.Buffer
	p := newProgress(&pipe, "run", 1)
	p.crawl(crawler.Progress{Source: "a", Discovered: 1})
	p.account(nhip.NewAccount("a"), true)
	p.bytes(1, 2, "engine")
	p.end()
	if pipe.Len() != 0 {
		t.Errorf("%q", pipe.String())
	}
}
