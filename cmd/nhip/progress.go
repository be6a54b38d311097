package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"nhip"
	"nhip/crawler"
)

const (
	redrawEvery   = 200 * time.Millisecond
	progressLines = 5 // of sources under way, below the line of the whole
	// The rate is that of the last minute: over hours an average says nothing.
	rateEvery   = 5 * time.Second
	rateSamples = 12
)

// progress keeps a few lines alive on a terminal while long work goes on: the whole,
// and the sources that are under way. On anything but a terminal it writes nothing.
// What it holds is bounded by the number of sources under way, however long it lives.
// It is safe for concurrent use.
type progress struct {
	w     io.Writer // nil: silent
	width func() int
	now   func() time.Time

	mu    sync.Mutex
	line  string   // of other work than crawling
	drawn []string // what stands on the terminal
	stop  chan struct{}
	once  sync.Once // stop is closed once
	done  sync.WaitGroup

	label    string
	total    int // of sources; 0: it never ends
	started  time.Time
	active   map[nhip.SourceID]*underWay
	ended    int // runs of sources
	finished nhip.Account
	failures int // of sources as a whole
	rate     rate
}

// underWay is a source that is being crawled or read.
type underWay struct {
	account nhip.Account
	crawl   crawler.Progress
	since   time.Time
}

// rate remembers how many documents were done at the last few moments.
type rate struct {
	at   [rateSamples]time.Time
	done [rateSamples]int
	n    int
}

// add takes a sample, at most one in rateEvery.
func (r *rate) add(now time.Time, done int) {
	if r.n > 0 && now.Sub(r.at[(r.n-1)%rateSamples]) < rateEvery {
		return
	}
	r.at[r.n%rateSamples], r.done[r.n%rateSamples] = now, done
	r.n++
}

// perSecond is the rate since the oldest sample.
func (r *rate) perSecond(now time.Time, done int) float64 {
	if r.n == 0 {
		return 0
	}
	oldest := max(0, r.n-rateSamples) % rateSamples
	took := now.Sub(r.at[oldest]).Seconds()
	if took <= 0 {
		return 0
	}
	return float64(max(done-r.done[oldest], 0)) / took
}

// newProgress starts to draw on w if it is a terminal. end must be called. total is
// the number of sources, 0 where their runs never end.
func newProgress(w io.Writer, label string, total int) *progress {
	p := &progress{now: time.Now, label: label, total: total, started: time.Now(), active: map[nhip.SourceID]*underWay{}, finished: nhip.NewAccount("")}
	if !isTerminal(w) {
		return p
	}
	p.w, p.width, p.stop = w, func() int { return terminalWidth(w) }, make(chan struct{})
	p.done.Go(func() {
		tick := time.NewTicker(redrawEvery)
		defer tick.Stop()
		for {
			select {
			case <-p.stop:
				return
			case <-tick.C:
				p.draw()
			}
		}
	})
	return p
}

// account takes the newest account of a source.
func (p *progress) account(a nhip.Account, done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.of(a.Source)
	if u.account = a; !done {
		return
	}
	p.finished.Add(a)
	p.ended++
	if a.Error != "" {
		p.failures++
	}
	delete(p.active, a.Source)
}

// crawl takes how far the crawl of a source is.
func (p *progress) crawl(c crawler.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(c.Source).crawl = c
}

func (p *progress) of(id nhip.SourceID) *underWay {
	u := p.active[id]
	if u == nil {
		u = &underWay{account: nhip.NewAccount(id), since: p.now()}
		p.active[id] = u
	}
	return u
}

// bytes shows a download or copy of known size.
func (p *progress) bytes(done, total int64, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const width = 30
	filled := 0
	if total > 0 {
		filled = int(min(done, total) * width / total)
	}
	bar := strings.Repeat("#", filled) + strings.Repeat(".", width-filled)
	p.line = fmt.Sprintf("%s [%s] %d of %d MB", what, bar, done>>20, total>>20)
	if total <= 0 {
		p.line = fmt.Sprintf("%s %d MB", what, done>>20)
	}
}

// draw replaces what stands on the terminal if it says something else now.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	width := p.width()
	var lines []string
	for _, line := range p.lines() {
		lines = append(lines, fit(line, width))
	}
	if slices.Equal(lines, p.drawn) {
		return
	}
	fmt.Fprint(p.w, p.erase(width)+strings.Join(lines, "\n"))
	p.drawn = lines
}

// erase returns what takes the drawn lines off a terminal of that width: where it has
// become narrower, they stand on more rows than they were drawn on. p.mu is held.
func (p *progress) erase(width int) string {
	if len(p.drawn) == 0 {
		return ""
	}
	rows := 0
	for _, line := range p.drawn {
		rows += max(1, (len([]rune(line))+width-1)/max(width, 1))
	}
	p.drawn = nil
	if rows == 1 {
		return "\r\x1b[J"
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", rows-1)
}

// logThrough returns the call's log, written so that it does not tear the lines.
func (c *call) logThrough(p *progress) *slog.Logger {
	if p.w == nil {
		return c.log
	}
	return slog.New(slog.NewTextHandler(p, &slog.HandlerOptions{Level: c.config.LogLevel}))
}

// Write writes below, where the lines are drawn anew: what is logged while they stand
// must not be written into them.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if gone := p.erase(p.width()); gone != "" {
		if _, err := io.WriteString(p.w, gone); err != nil {
			return 0, err
		}
	}
	return p.w.Write(b)
}

// fit cuts a line to the width of the terminal: one that wraps cannot be redrawn.
func fit(line string, width int) string {
	if runes := []rune(line); len(runes) >= width {
		return string(runes[:max(width-2, 0)]) + "…"
	}
	return line
}

// lines are the lines to be drawn; p.mu is held.
func (p *progress) lines() []string {
	if len(p.active) == 0 && p.ended == 0 {
		if p.line == "" {
			return nil
		}
		return []string{p.line}
	}
	out := []string{p.summary()}
	var ids []nhip.SourceID
	for id := range p.active {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b nhip.SourceID) int { // the longest under way first
		if c := p.active[a].since.Compare(p.active[b].since); c != 0 {
			return c
		}
		return strings.Compare(string(a), string(b))
	})
	for _, id := range ids[:min(len(ids), progressLines)] {
		out = append(out, "  "+p.active[id].String())
	}
	if more := len(ids) - progressLines; more > 0 {
		out = append(out, fmt.Sprintf("  and %d more", more))
	}
	return out
}

func (u *underWay) String() string {
	c := u.crawl
	line := fmt.Sprintf("%s: %d of %d documents", u.account.Source, c.Done, c.Discovered)
	if c.Source == "" { // read again, or from elsewhere
		line = fmt.Sprintf("%s: %d pages, %d loaded", u.account.Source, u.account.Fetched, u.account.Loaded)
	}
	if c.Failed > 0 {
		line += fmt.Sprintf(", %d failed", c.Failed)
	}
	if c.Waiting >= time.Second {
		line += fmt.Sprintf(", waits %s for %s", c.Waiting.Round(time.Second), c.Host)
	}
	return line
}

// summary is the line of the whole; p.mu is held.
func (p *progress) summary() string {
	now := p.now()
	done := p.finished.Fetched + p.finished.Unchanged + sum(p.finished.Failed)
	discovered, failed, bytes := p.finished.Discovered, sum(p.finished.Failed), p.finished.Bytes
	loaded, observations := p.finished.Loaded, p.finished.Observations
	waiting := 0
	for _, u := range p.active {
		done += max(u.crawl.Done, u.account.Fetched)
		discovered += max(u.crawl.Discovered, u.account.Fetched)
		failed += u.crawl.Failed
		bytes += u.crawl.Bytes
		loaded += u.account.Loaded
		observations += u.account.Observations
		if u.crawl.Waiting > 0 {
			waiting++
		}
	}
	p.rate.add(now, done)
	line := fmt.Sprintf("%s %s: ", p.label, now.Sub(p.started).Round(time.Second))
	if p.total > 0 {
		line += fmt.Sprintf("%d of %d sources done", p.ended, p.total)
	} else {
		line += fmt.Sprintf("%d runs, %d under way", p.ended, len(p.active))
	}
	if p.failures > 0 {
		line += fmt.Sprintf(" (%d FAILED)", p.failures)
	}
	line += fmt.Sprintf(", %d of %d documents (%.1f/s, %.1f MB)", done, discovered, p.rate.perSecond(now, done), float64(bytes)/1e6)
	if failed > 0 {
		line += fmt.Sprintf(", %d failed", failed)
	}
	if waiting > 0 {
		line += fmt.Sprintf(", %d waiting", waiting)
	}
	return line + fmt.Sprintf(", %d loaded, %d observations", loaded, observations)
}

// end removes the lines; it may be called again.
func (p *progress) end() {
	if p.w == nil {
		return
	}
	p.once.Do(func() { close(p.stop) })
	p.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.w, p.erase(p.width()))
}
