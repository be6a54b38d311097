package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/cmd/nhip/demosite"
	"nhip/trends"
)

var demoCommand = command{
	name:    "demo",
	summary: "Do the whole job on a small bundled site: crawl, read, load, answer; needs no network but to fetch the engine once",
	example: `nhip demo                    into ./data/demo
nhip demo --data /tmp/demo   into another folder
nhip demo                    again: nothing is loaded twice`,
	run: func(ctx context.Context, c *call) error {
		if c.config.from["data"] == "default" {
			c.config.Data = filepath.Join(c.config.Data, "demo")
		}
		return demo(ctx, c)
	},
}

// demoQuestions are what the demo asks when everything is loaded.
var demoQuestions = []struct {
	name, say string
	args      []string
	filters   trends.Filters
}{
	{name: "mentions", args: []string{"công nghiệp hỗ trợ"},
		say: "How often do the papers write about supporting industries (công nghiệp hỗ trợ)?"},
	{name: "observations", args: []string{"xuất khẩu"}, filters: trends.Filters{Limit: 12},
		say: "What numbers did they print about exports (xuất khẩu), and in which sentence?"},
}

func demo(ctx context.Context, c *call) error {
	cat, err := openCatalog(c, demosite.Catalog())
	if err != nil {
		return err
	}
	site, err := serveDemo(ctx)
	if err != nil {
		return err
	}
	defer site.Close()
	var sources []*catalog.Source
	for _, src := range cat.Sources {
		if strings.HasPrefix(string(src.ID), "demo-") {
			sources = append(sources, src)
		}
	}
	fmt.Fprintf(c.stdout, `nhip turns Vietnamese industry news and official statistics into numbers you can ask about.
This demo serves a small made-up web on %s (%d publishers and offices), crawls it politely,
reads every page, loads what it says into ClickHouse below %s, and asks two questions.

`, site.addr, len(sources), c.config.Data)

	resolve := map[string]netip.AddrPort{}
	for _, host := range demosite.Hosts() {
		resolve[host] = site.addr
	}
	run, err := ingest(ctx, c, ingestion{catalog: cat, sources: sources, resolve: resolve})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, "1. What the run found, fetched, skipped and loaded. Every address is accounted for:")
	fmt.Fprintln(c.stdout)
	if err := printAccounts(c.stdout, run, "table"); err != nil {
		return err
	}
	if err := runError(nil, run); err != nil {
		return err
	}
	store, err := openStoreAsItIs(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	for i, q := range demoQuestions {
		fmt.Fprintf(c.stdout, "\n%d. %s\n   nhip trends %s %q%s\n\n", i+2, q.say, q.name, strings.Join(q.args, " "), limitFlag(q.filters.Limit))
		if err := answer(ctx, c.stdout, store, q.name, q.args, q.filters, "table"); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.stdout, `
Look further (the store stays in %[1]s):
  nhip trends --data %[1]s                                  every question there is
  nhip trends mentions "dệt may" --by quarter --data %[1]s
  nhip query "SELECT published_at, source, title FROM v_articles ORDER BY published_at DESC LIMIT 5" --data %[1]s
  nhip demo                                                 run again: nothing is loaded twice
  nhip sources                                              the real publishers; nhip run asks them into ./data
`, c.config.Data)
	return nil
}

func limitFlag(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" --limit %d", n)
}

// demoServer is the bundled site on a loopback port.
type demoServer struct {
	http.Server
	addr netip.AddrPort
}

func serveDemo(ctx context.Context) (*demoServer, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo site: %w", err)
	}
	addr, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("demo site: %w", err)
	}
	s := &demoServer{addr: addr, Server: http.Server{Handler: demosite.Handler(), ReadHeaderTimeout: 10 * time.Second}}
	go s.Serve(l) // ends with Close
	return s, nil
}

// dateFlag reads a day given on the command line.
func dateFlag(c *call, name string) (nhip.Date, error) {
	s, err := c.flags.GetString(name)
	if err != nil || s == "" {
		return nhip.Date{}, err
	}
	var d nhip.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		return d, usagef("--%s: %v", name, err)
	}
	return d, nil
}
