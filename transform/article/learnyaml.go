package article

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"nhip/catalog"
)

// YAML writes the proposal as a source file, with what a person has to know of each
// line as comments. It holds no day: the same pages give the same file.
func (p *Proposal) YAML() []byte {
	w := &yamlWriter{}
	s := &p.Source
	w.line("# %s, to be saved as %s.yaml: proposed from saved pages, compared with the site by nobody. The generic reader fills", oneLine(s.Name), s.ID)
	w.line("# what the selectors miss, until `selectors: verified` says that a person has looked.")
	for _, n := range p.Notes {
		w.line("# - %s", oneLine(n))
	}
	w.line("id: %s", quoted1(string(s.ID)))
	w.line("name: %s", quoted1(s.Name))
	w.line("kind: %s", s.Kind)
	w.line("hosts: %s", flow(s.Hosts))
	w.line("language: %s", s.Language)
	w.line("selectors: %s", s.Selectors)
	w.line("schedule: %s", strconv.Quote(s.Schedule))
	w.line("delay: %s", time.Duration(s.Delay))
	w.discover(&s.Discover)
	w.documents(&s.Documents)
	w.layout(p)
	return []byte(w.String())
}

type yamlWriter struct{ strings.Builder }

func (w *yamlWriter) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *yamlWriter) discover(d *catalog.Discover) {
	w.line("discover:")
	if len(d.Feeds) > 0 {
		w.line("  feeds:")
	}
	for _, f := range d.Feeds {
		w.line("    - url: %s", quoted1(f.URL))
		if f.Section != "" {
			w.line("      section: %s", quoted1(f.Section))
		}
	}
	if len(d.Listings) > 0 {
		w.line("  listings:")
	}
	for _, l := range d.Listings {
		w.line("    - url: %s", quoted1(l.URL))
		if l.Links != "" {
			w.line("      links: %s", quoted1(l.Links))
		}
		if l.Next.CSS != "" {
			w.line("      next: {css: %s}", quoted1(l.Next.CSS))
			w.line("      pages: %d", l.Pages)
		}
	}
}

func (w *yamlWriter) documents(d *catalog.Documents) {
	if d.URL == nil {
		return
	}
	w.line("documents:")
	w.line("  url: %s", quoted1(d.URL.String()))
	if d.ID != nil {
		w.line("  id: %s", quoted1(d.ID.String()))
	}
	for _, list := range []struct {
		name      string
		addresses []string
	}{{"examples", d.Examples}, {"counterexamples", d.Counterexamples}} {
		if len(list.addresses) > 0 {
			w.line("  %s:", list.name)
		}
		for _, a := range list.addresses {
			w.line("    - %s", quoted1(a))
		}
	}
}

func (w *yamlWriter) layout(p *Proposal) {
	l := &p.Source.Layouts[0]
	begun := false
	key := func(format string, args ...any) {
		indent := "    "
		if !begun {
			w.line("layouts:")
			indent, begun = "  - ", true
		}
		w.line(indent+format, args...)
	}
	if l.Match != "" {
		key("match: %s", quoted1(l.Match))
	}
	for _, field := range p.Fields {
		f := fieldOf(l, field.Name)
		if len(f.CSS) == 0 {
			continue
		}
		parts := []string{"css: " + flow(f.CSS)}
		if len(f.Drop) > 0 {
			parts = append(parts, "drop: "+flow(f.Drop))
		}
		if len(f.Order) > 0 {
			parts = append(parts, "order: ["+strings.Join(f.Order, ", ")+"]")
		}
		key("%s: {%s} # %s: as the generic reader on %d of %d; the page's head confirms %d", field.Name, strings.Join(parts, ", "),
			field.Confidence(), field.Agree, field.Pages, field.Confirmed)
	}
}

// quoted1 quotes a scalar so that nothing in it means anything to YAML.
func quoted1(s string) string { return "'" + strings.ReplaceAll(oneLine(s), "'", "''") + "'" }

func flow(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quoted1(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
