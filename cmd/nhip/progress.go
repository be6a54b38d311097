package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"nhip"
)

// progress keeps one line alive on a terminal while long work goes on. On
// anything but a terminal it writes nothing. It is safe for concurrent use.
type progress struct {
	w    io.Writer // nil: silent
	mu   sync.Mutex
	line string // what the line says now
	stop chan struct{}
	done sync.WaitGroup

	started time.Time
	sources map[nhip.SourceID]nhip.Account
	ended   int
	total   int
	label   string
}

// newProgress starts a line on w if it is a terminal. end must be called.
func newProgress(w io.Writer, label string, total int) *progress {
	p := &progress{started: time.Now(), sources: map[nhip.SourceID]nhip.Account{}, total: total, label: label}
	if !isTerminal(w) {
		return p
	}
	p.w, p.stop = w, make(chan struct{})
	p.done.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
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
	p.sources[a.Source] = a
	if done {
		p.ended++
	}
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
	bar := make([]byte, width)
	for i := range bar {
		bar[i] = '.'
		if i < filled {
			bar[i] = '#'
		}
	}
	p.line = fmt.Sprintf("%s [%s] %d of %d MB", what, bar, done>>20, total>>20)
	if total <= 0 {
		p.line = fmt.Sprintf("%s %d MB", what, done>>20)
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := p.line
	if len(p.sources) > 0 {
		var t nhip.Account
		for _, a := range p.sources {
			t.Fetched += a.Fetched
			t.Loaded += a.Loaded
			t.Observations += a.Observations
		}
		took := time.Since(p.started)
		line = fmt.Sprintf("%s: %d of %d sources done, %d pages (%.1f/s), %d loaded, %d observations, %s",
			p.label, p.ended, p.total, t.Fetched, float64(t.Fetched)/took.Seconds(), t.Loaded, t.Observations, took.Round(time.Second))
	}
	if line != "" {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	}
}

// end removes the line.
func (p *progress) end() {
	if p.w == nil {
		return
	}
	close(p.stop)
	p.done.Wait()
	fmt.Fprint(p.w, "\r\x1b[K")
}
