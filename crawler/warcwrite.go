package crawler

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"nhip"
)

// Fields of ours in WARC records, which other readers pass over: whose page it is and
// how it is read. An archive of other people says neither.
const (
	fieldSource = "Nhip-Source"
	fieldKind   = "Nhip-Kind"
)

// WARCInfo says in an archive's first record who made it and when.
type WARCInfo struct {
	Software    string // "nhip/0.1"
	Operator    string // a contact, "" if unknown
	Description string
	At          time.Time
}

// WARCWriter writes pages as a WARC file, version 1.1 (ISO 28500:2017), each record a
// gzip member of its own, as archives and their indexes expect. The same pages give
// the same bytes. It is not safe for concurrent use.
//
// A page becomes a response and a request, or a revisit and a request where the file
// already holds the same bytes. What is written is what nhip keeps: the body without
// content codings, so the header fields that describe codings and lengths are left out
// or made anew, and the request as nhip sends it, rebuilt from the address.
type WARCWriter struct {
	w       io.Writer
	agent   string
	info    string // id of the warcinfo record
	written map[[sha256.Size]byte]warcOriginal
	count   int
}

// warcOriginal is the response that a revisit repeats.
type warcOriginal struct{ id, url, date string }

// NewWARCWriter writes the first record, which says where the file comes from.
func NewWARCWriter(w io.Writer, info WARCInfo) (*WARCWriter, error) {
	out := &WARCWriter{w: w, agent: info.Software, written: map[[sha256.Size]byte]warcOriginal{}}
	if info.Operator != "" {
		out.agent += " (+" + info.Operator + ")"
	}
	var fields bytes.Buffer
	for _, f := range [][2]string{{"software", info.Software}, {"operator", info.Operator}, {"description", info.Description},
		{"format", "WARC File Format 1.1"}, {"conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"}, {"robots", "obey"}} {
		if f[1] != "" {
			fmt.Fprintf(&fields, "%s: %s\r\n", f[0], oneLine(f[1]))
		}
	}
	date := warcDate(info.At)
	out.info = recordID("warcinfo", date, fields.String())
	err := out.record(fields.Bytes(), "warcinfo", out.info, date, "Content-Type", "application/warc-fields")
	return out, err
}

// Write adds a page. An error is the underlying writer's; the file ends behind the last
// whole record then, since a record is written at once.
func (w *WARCWriter) Write(p *nhip.Page) error {
	u, err := url.Parse(p.URL)
	if err != nil {
		return fmt.Errorf("page %s: %w", p.URL, err)
	}
	date := warcDate(p.FetchedAt)
	sum := sha256.Sum256(p.Body)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	w.count++
	id := recordID("response", date, p.URL, digest, fmt.Sprint(w.count))
	head := responseHead(p)
	common := []string{"WARC-Target-URI", p.URL, "WARC-Warcinfo-ID", w.info, "WARC-Payload-Digest", digest,
		"Content-Type", "application/http;msgtype=response", fieldSource, string(p.Source), fieldKind, string(p.Kind)}
	original, known := w.written[sum]
	if known && len(p.Body) > 0 {
		err = w.record(head, "revisit", id, date, append(common,
			"WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
			"WARC-Refers-To", original.id, "WARC-Refers-To-Target-URI", original.url, "WARC-Refers-To-Date", original.date)...)
	} else {
		w.written[sum] = warcOriginal{id, p.URL, date}
		err = w.record(append(head, p.Body...), "response", id, date, common...)
	}
	if err != nil {
		return err
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", cmp.Or(u.RequestURI(), "/"), u.Host, oneLine(w.agent))
	return w.record([]byte(request), "request", recordID("request", id), date,
		"WARC-Target-URI", p.URL, "WARC-Warcinfo-ID", w.info, "WARC-Concurrent-To", id, "Content-Type", "application/http;msgtype=request")
}

// responseHead prints status line and header as they came, but for what no longer
// describes the body.
func responseHead(p *nhip.Page) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", p.Status, http.StatusText(p.Status))
	if p.Header.Get("Content-Type") == "" && p.ContentType != "" {
		fmt.Fprintf(&b, "Content-Type: %s\r\n", oneLine(p.ContentType))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Header)) {
		switch http.CanonicalHeaderKey(name) {
		case "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Trailer":
			continue
		}
		for _, v := range p.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, oneLine(v))
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(p.Body))
	return b.Bytes()
}

// record writes one record as one gzip member. fields are name, value, name, value.
func (w *WARCWriter) record(block []byte, kind, id, date string, fields ...string) error {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprintf(z, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: %s\r\nWARC-Date: %s\r\n", kind, id, date)
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] != "" {
			fmt.Fprintf(z, "%s: %s\r\n", fields[i], oneLine(fields[i+1]))
		}
	}
	fmt.Fprintf(z, "Content-Length: %d\r\n\r\n", len(block))
	_, _ = z.Write(block)
	_, _ = io.WriteString(z, "\r\n\r\n")
	if err := z.Close(); err != nil {
		return err
	}
	_, err := w.w.Write(b.Bytes())
	return err
}

// warcDate prints milliseconds, as the store keeps them.
func warcDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// recordID is a UUID of version 8 (RFC 9562 §5.8) made of the parts, so that the same
// page has the same id in every export.
func recordID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	id := h.Sum(nil)[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// oneLine keeps a value from beginning another field.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, s)
}
