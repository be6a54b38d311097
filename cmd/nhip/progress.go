package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"nhip"
	"nhip/crawler"
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
	crawls  map[nhip.SourceID]crawler.Progress
	ended   int
	total   int
	label   string
}

// newProgress starts a line on w if it is a terminal. end must be called.
func newProgress(w io.Writer, label string, total int) *progress {
	p := &progress{started: time.Now(), sources: map[nhip.SourceID]nhip.Account{}, crawls: map[nhip.SourceID]crawler.Progress{}, total: total, label: label}
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

// crawl takes how far the crawl of a source is.
func (p *progress) crawl(c crawler.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crawls[c.Source] = c
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
	if len(p.sources)+len(p.crawls) > 0 {
		line = p.summary(time.Since(p.started))
	}
	if line != "" {
		fmt.Fprintf(p.w, "\r\x1b[K%s", fit(line, terminalWidth(p.w)))
	}
}

// fit cuts a line to the width of the terminal: one that wraps cannot be redrawn.
func fit(line string, width int) string {
	if runes := []rune(line); len(runes) >= width {
		return string(runes[:max(width-2, 0)]) + "…"
	}
	return line
}

// summary is the line of a run; p.mu is held.
func (p *progress) summary(took time.Duration) string {
	var loaded, observations, read int
	for _, a := range p.sources {
		read += a.Fetched
		loaded += a.Loaded
		observations += a.Observations
	}
	line := fmt.Sprintf("%s %s: %d of %d sources done", p.label, took.Round(time.Second), p.ended, p.total)
	if len(p.crawls) > 0 {
		var all crawler.Progress
		for _, c := range p.crawls {
			all.Discovered += c.Discovered
			all.Done += c.Done
			all.Failed += c.Failed
			all.Bytes += c.Bytes
			if c.Waiting > all.Waiting {
				all.Host, all.Waiting = c.Host, c.Waiting
			}
		}
		line += fmt.Sprintf(", %d of %d documents (%.1f/s, %.1f MB)", all.Done, all.Discovered, float64(all.Done)/took.Seconds(), float64(all.Bytes)/1e6)
		if all.Failed > 0 {
			line += fmt.Sprintf(", %d failed", all.Failed)
		}
		if all.Waiting >= time.Second {
			line += fmt.Sprintf(", %s waits %s", all.Host, all.Waiting.Round(time.Second))
		}
	} else {
		line += fmt.Sprintf(", %d pages", read)
	}
	return line + fmt.Sprintf(", %d loaded, %d observations", loaded, observations)
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
