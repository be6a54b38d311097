package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"nhip"
	"nhip/catalog"
	"nhip/transform/vi"
)

// fileFormat is a format in which tables are published.
type fileFormat uint8

const (
	formatHTML fileFormat = iota
	formatXLSX
	formatXLS
	formatSDMX
	formatSDMXCSV
	formatJSON
	formatPCAxis
	formatText
)

// compound begins an OLE compound file: .xls, and .xlsx behind a password.
const compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// formatOf tells formats apart by the first bytes; the content type decides only
// between plain text and HTML.
func formatOf(p *nhip.Page) fileFormat {
	head := bytes.TrimLeft(bytes.TrimPrefix(p.Body[:min(len(p.Body), 4096)], []byte("\xEF\xBB\xBF")), " \t\r\n")
	contentType := strings.ToLower(p.ContentType)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return formatXLSX
	case bytes.HasPrefix(head, []byte(compound)):
		return formatXLS
	case bytes.HasPrefix(head, []byte("<")) && isSDMX(p.Body):
		return formatSDMX
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")) && strings.Contains(contentType, "json"), isWorldBank(p.Body):
		return formatJSON
	case isSDMXCSV(p.Body):
		return formatSDMXCSV
	case isPCAxis(p.Body):
		return formatPCAxis
	case strings.HasPrefix(contentType, "text/plain"), p.Kind == nhip.KindText, len(head) > 0 && !looksLikeHTML(head):
		return formatText
	}
	return formatHTML
}

// looksLikeHTML reports a tag in the first bytes.
func looksLikeHTML(head []byte) bool {
	for i, b := range head {
		if b == '<' && i+1 < len(head) && (head[i+1] == '!' || head[i+1] == '/' || head[i+1] == '?' || head[i+1]|0x20 >= 'a' && head[i+1]|0x20 <= 'z') {
			return true
		}
	}
	return false
}

func issue(format string, args ...any) nhip.Issue {
	return nhip.Issue{Field: "table", Reason: fmt.Sprintf(format, args...)}
}

// readCubes reads the cubes of a file into a result.
func (r *Reader) readCubes(res *Result, cubes []*cube, src *catalog.Source) {
	for _, c := range cubes {
		res.Tables++
		if res.Title == "" {
			res.Title = vi.Repair(c.title)
		}
		res.Lines = append(res.Lines, c.title)
		res.Lines = append(res.Lines, c.lines...)
		if t := updateTime(c.updated); t != nil && res.PublishedAt == nil {
			res.PublishedAt = t
		}
		var observations []nhip.Observation
		words, problem := 0, ""
		if c.isExported() {
			observations, problem = r.observeExported(c)
		} else {
			observations, words, problem = r.observeCube(c, src)
		}
		if problem != "" {
			res.quarantine(c.name, c.title, problem)
			continue
		}
		if words > 0 {
			res.Issues = append(res.Issues, issue("%s: %d values are words and no numbers; they are left out", c.name, words))
		}
		if len(res.Observations) == 0 { // not copied: a cube may hold hundreds of thousands
			res.Observations = observations
		} else {
			res.Observations = append(res.Observations, observations...)
		}
	}
	r.check(res, nil)
}

// quarantine sets a table aside with its reason.
func (res *Result) quarantine(cell, title, reason string) {
	res.Quarantined = append(res.Quarantined, Quarantine{Cell: cell, Title: title, Reason: reason})
	res.Issues = append(res.Issues, issue("quarantined %s %q: %s", cell, title, reason))
}

// updateTime reads when a table was updated: RFC 3339, a day, or the form of PC-Axis.
func updateTime(s string) *time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02", "20060102 15:04", "20060102"} {
		if t, err := time.ParseInLocation(layout, s, nhip.Zone); err == nil && plausible(t.Year()) { // 9999-12-31 means never set
			return &t
		}
	}
	return nil
}

func (r *Reader) readPCAxisPage(p *nhip.Page, src *catalog.Source) (res Result) {
	c, issues, err := readPCAxis(p.Body)
	for _, s := range issues {
		res.Issues = append(res.Issues, issue("%s", s))
	}
	if err != nil {
		res.Tables = 1
		res.quarantine("DATA", "", err.Error())
		return res
	}
	r.readCubes(&res, []*cube{c}, src)
	return res
}

// readJSONPage tells JSON-stat, PxWeb and SDMX-JSON apart by their members. PxWeb ends
// its files with a NUL.
func (r *Reader) readJSONPage(p *nhip.Page, src *catalog.Source) (res Result) {
	text, _, issues := vi.Decode(p.Body, p.ContentType)
	for _, s := range issues {
		res.Issues = append(res.Issues, nhip.Issue{Field: "charset", Reason: s})
	}
	body := []byte(strings.Trim(strings.TrimPrefix(text, "\uFEFF"), "\x00 \t\r\n"))
	if isWorldBank(body) {
		r.readWorldBank(&res, body, src)
		return res
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(body, &top); err != nil {
		if json.Valid(body) {
			res.Issues = append(res.Issues, issue("a JSON list is no table of numbers; ask for the table itself"))
			return res
		}
		res.Issues = append(res.Issues, issue("the JSON file is broken, nothing of it is read: %v", positioned(body, err)))
		return res
	}
	if c, problem, ok := readPxWeb(body); ok {
		switch {
		case c != nil && problem == "":
			r.readCubes(&res, []*cube{c}, src)
		case strings.Contains(problem, "without its numbers"):
			res.Issues = append(res.Issues, issue("%s", problem))
		default:
			res.Tables = 1
			res.quarantine("data", "", problem)
		}
		return res
	}
	s := r.newSDMXSink(src)
	if problems, ok := readSDMXJSON(body, func(a map[string]string) { _ = s.add(a) }); ok {
		s.problems = append(s.problems, problems...)
		s.into(&res, sdmxHeader{}, 1)
		return res
	}
	cubes, problems := readJSONStat(body)
	for _, s := range problems {
		res.Tables++
		name, reason, _ := strings.Cut(s, ": ")
		res.quarantine(name, "", reason)
	}
	r.readCubes(&res, cubes, src)
	if len(cubes)+len(problems) == 0 {
		res.Issues = append(res.Issues, issue("the JSON file is neither JSON-stat, an answer of PxWeb, nor SDMX-JSON with numbers"))
	}
	return res
}

// sdmxSink gathers the observations of a message. What is wrong is counted and shown
// by its first cases.
type sdmxSink struct {
	r        *Reader
	src      *catalog.Source
	out      []nhip.Observation
	problems []string
	n        int
	header   *sdmxHeader
}

func (r *Reader) newSDMXSink(src *catalog.Source) *sdmxSink {
	return &sdmxSink{r: r, src: src, header: &sdmxHeader{}}
}

func (s *sdmxSink) add(a map[string]string) error {
	var o nhip.Observation
	var problem string
	if s.n++; s.n > maxObservations {
		return fmt.Errorf("more than %d observations", maxObservations)
	}
	cell := fmt.Sprintf("obs%d", s.n)
	if strings.HasPrefix(a["STRUCTURE_ID"], exportedFlow) {
		o, problem = s.r.exportedObservation(a, cell)
	} else {
		delete(a, "STRUCTURE_ID")
		o, problem = s.r.sdmxObservation(a, cell, *s.header, s.src)
	}
	if problem != "" {
		s.problems = append(s.problems, problem)
		return nil
	}
	s.out = append(s.out, o)
	return nil
}

func (s *sdmxSink) into(res *Result, h sdmxHeader, sets int) {
	res.Tables += sets
	for i := range s.out {
		if s.out[i].TableCode == "" {
			s.out[i].TableCode = h.dataflow
		}
	}
	res.Observations = s.out
	for i, p := range s.problems {
		if i == 5 {
			res.Issues = append(res.Issues, issue("%d more observations are left out", len(s.problems)-i))
			break
		}
		res.Issues = append(res.Issues, issue("observation left out: %s", p))
	}
}

func (r *Reader) readSDMXCSVPage(p *nhip.Page, src *catalog.Source) (res Result) {
	s := r.newSDMXSink(src)
	h, issues, err := readSDMXCSV(p.Body, p.ContentType, s.add)
	for _, text := range issues {
		res.Issues = append(res.Issues, issue("%s", text))
	}
	if err != nil {
		res.Issues = append(res.Issues, issue("the SDMX-CSV file is broken, the %d observations before that are read: %v", len(s.out), err))
	}
	s.into(&res, h, 1)
	r.check(&res, nil)
	return res
}

func (r *Reader) readSDMXPage(p *nhip.Page, src *catalog.Source) (res Result) {
	s := r.newSDMXSink(src)
	h, sets, issues, err := readSDMX(p.Body, p.ContentType, s.add)
	for _, text := range issues {
		res.Issues = append(res.Issues, issue("%s", text))
	}
	if err != nil {
		res.Issues = append(res.Issues, issue("the SDMX message is broken, the %d observations before that are read: %v", len(s.out), err))
	}
	res.PublishedAt = h.prepared
	s.into(&res, h, sets)
	r.check(&res, nil)
	if sets == 0 && err == nil {
		res.Issues = append(res.Issues, issue("an SDMX message of structures, without numbers"))
	}
	return res
}
