package demosite

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// document is one file below content: fields up to a line of dashes, then the text.
//
//	section: Kinh tế > Công nghiệp
//	title: ...
//	---
//	A paragraph. A blank line separates blocks.
//
//	## A sub-heading
//
//	[figure] caption | photographer
type document struct {
	name      string // file below content: "baocongnghe/2025-03-11-slug.txt"
	slug      string
	fields    map[string]string
	published time.Time
	modified  time.Time // equal to published where the article was never changed
	blocks    []block
	html      string // of a statistics page: the part below the title
}

// block is a paragraph of an article or what stands between paragraphs.
type block struct {
	Kind string // p, h2, or the word in brackets: figure, related, follow ...
	Text string
	Note string // of a figure: who took it
}

// Path returns the address of the document at its publisher.
func (d *document) Path() string { return d.fields["path"] }

func (d *document) field(name string) string { return d.fields[name] }

// list splits a field of several values.
func (d *document) list(name, sep string) []string {
	var values []string
	for v := range strings.SplitSeq(d.fields[name], sep) {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, v)
		}
	}
	return values
}

// readContent returns the documents of one publisher's folder, newest first.
func readContent(fsys fs.FS, folder string) ([]*document, error) {
	entries, err := fs.ReadDir(fsys, path.Join("content", folder))
	if err != nil {
		return nil, err
	}
	var docs []*document
	for i := len(entries) - 1; i >= 0; i-- { // names start with the day
		name := path.Join(folder, entries[i].Name())
		if entries[i].Name() == "robots.txt" {
			continue
		}
		data, err := fs.ReadFile(fsys, path.Join("content", name))
		if err != nil {
			return nil, err
		}
		doc, err := parseDocument(name, string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if original := doc.field("copy"); original != "" {
			if err := doc.copyFrom(fsys, original); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func parseDocument(name, text string) (*document, error) {
	head, body, ok := strings.Cut(text, "\n---")
	if !ok {
		return nil, fmt.Errorf("no line of dashes between the fields and the text")
	}
	d := &document{name: name, fields: map[string]string{}}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("field %q is not of the form name: value", line)
		}
		d.fields[key] = value
	}
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	day, slug, ok := cutDay(base)
	if !ok {
		return nil, fmt.Errorf("the name does not start with a day")
	}
	d.slug = slug
	if s := d.field("slug"); s != "" {
		d.slug = s
	}
	var err error
	if d.published, err = time.Parse(time.RFC3339, d.field("published")); err != nil {
		return nil, fmt.Errorf("field published: %w", err)
	}
	if got := d.published.Format(time.DateOnly); got != day {
		return nil, fmt.Errorf("the name says %s, the field published %s", day, got)
	}
	d.modified = d.published
	if m := d.field("modified"); m != "" {
		if d.modified, err = time.Parse(time.RFC3339, m); err != nil {
			return nil, fmt.Errorf("field modified: %w", err)
		}
	}
	body = strings.TrimSpace(body)
	if path.Ext(name) == ".html" {
		d.html = body
		return d, nil
	}
	for part := range strings.SplitSeq(body, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			d.blocks = append(d.blocks, parseBlock(part))
		}
	}
	return d, nil
}

func cutDay(base string) (day, slug string, ok bool) {
	if len(base) <= len("2006-01-02-") {
		return "", "", false
	}
	day, slug = base[:10], base[11:]
	_, err := time.Parse(time.DateOnly, day)
	return day, slug, err == nil
}

func parseBlock(s string) block {
	if text, ok := strings.CutPrefix(s, "## "); ok {
		return block{Kind: "h2", Text: text}
	}
	if rest, ok := strings.CutPrefix(s, "["); ok {
		if kind, text, ok := strings.Cut(rest, "] "); ok {
			text, note, _ := strings.Cut(text, " | ")
			return block{Kind: kind, Text: text, Note: note}
		}
	}
	return block{Kind: "p", Text: s}
}

// copyFrom makes the document a syndicated copy: title, lead and paragraphs of the
// original, without its pictures and boxes.
func (d *document) copyFrom(fsys fs.FS, original string) error {
	data, err := fs.ReadFile(fsys, path.Join("content", original))
	if err != nil {
		return err
	}
	from, err := parseDocument(original, string(data))
	if err != nil {
		return err
	}
	d.fields["title"], d.fields["sapo"] = from.field("title"), from.field("sapo")
	for _, b := range from.blocks {
		if b.Kind == "p" || b.Kind == "h2" {
			d.blocks = append(d.blocks, b)
		}
	}
	return nil
}
