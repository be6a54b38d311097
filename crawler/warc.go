package crawler

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"nhip"
)

// warcIndex lists the records of one WARC file (ISO 28500, versions 1.0 and 1.1),
// plain or packed record by record, without keeping their blocks.
type warcIndex struct {
	path     string
	records  []*warcRecord
	byDigest map[string]*warcRecord // responses, by payload
	byTarget map[string]*warcRecord // responses, by address
	damage   []Damage
}

// warcRecord says where a record stands: its block begins skip bytes into the
// stream that begins at offset of the file.
type warcRecord struct {
	kind, url, digest, refers string
	media                     string // of a resource
	date                      time.Time
	offset                    int64 // of the gzip member, or 0 in a plain file
	packed                    bool
	skip, length              int64
	status                    int           // of the captured response
	page                      string        // its media type
	pageKind                  nhip.PageKind // in archives of our own
	truncated                 string        // why the archive holds a part only
}

const (
	maxWARCHeader = 64 << 10
	maxDamage     = 1000 // after so many a file is no WARC file
)

var errWARC = errors.New("no WARC record")

// position is a reader that knows how far it is. It reads bytes singly where asked,
// so that unpacking one gzip member stops where the next begins.
type position struct {
	*bufio.Reader
	at int64
}

func (p *position) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.at += int64(n)
	return n, err
}

func (p *position) ReadByte() (byte, error) {
	b, err := p.Reader.ReadByte()
	if err == nil {
		p.at++
	}
	return b, err
}

func (p *position) line() (string, error) {
	var line []byte
	for {
		part, err := p.ReadSlice('\n')
		p.at += int64(len(part))
		line = append(line, part...)
		switch {
		case len(line) > maxWARCHeader:
			return "", fmt.Errorf("%w: line too long", errWARC)
		case err == nil:
			return string(line), nil
		case err != bufio.ErrBufferFull:
			return string(line), err
		}
	}
}

// scan reads the file once from end to end.
func (w *warcIndex) scan() error {
	w.byTarget = map[string]*warcRecord{}
	f, err := os.Open(w.path)
	if err != nil {
		return err
	}
	defer f.Close()
	var magic [2]byte
	n, _ := io.ReadFull(f, magic[:])
	if n == 0 {
		return nil // an empty file holds nothing
	}
	if magic != [2]byte{0x1f, 0x8b} {
		w.scanStream(func() (*position, io.Closer, error) { return w.stream(0, false) }, 0, false)
		return nil
	}
	for offset := int64(0); offset >= 0 && len(w.damage) < maxDamage; {
		offset = w.scanMember(f, offset)
	}
	return nil
}

// scanMember reads the gzip member at offset and returns where the next one begins,
// -1 at the end of the file.
func (w *warcIndex) scanMember(f *os.File, offset int64) int64 {
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		w.damaged(offset, err)
		return -1
	}
	file := &position{Reader: bufio.NewReaderSize(f, 64<<10), at: offset}
	if _, err := file.Peek(1); err == io.EOF {
		return -1
	}
	z, err := gzip.NewReader(file)
	if err != nil {
		w.damaged(offset, err)
		return nextMember(f, offset+1)
	}
	z.Multistream(false)
	damage, first := len(w.damage), true
	w.scanStream(func() (*position, io.Closer, error) {
		if !first { // again, behind a damaged record
			return w.stream(offset, true)
		}
		first = false
		return &position{Reader: bufio.NewReaderSize(z, 64<<10)}, io.NopCloser(nil), nil
	}, offset, true)
	if _, err := io.Copy(io.Discard, z); err != nil { // the rest of the member, which tells where it ends
		if len(w.damage) == damage {
			w.damaged(offset, err)
		}
		return nextMember(f, offset+1)
	}
	return file.at
}

// nextMember looks for the next gzip header.
func nextMember(f *os.File, from int64) int64 {
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return -1
	}
	r := &position{Reader: bufio.NewReaderSize(f, 64<<10), at: from}
	for {
		b, err := r.ReadByte()
		if err != nil {
			return -1
		}
		if b != 0x1f {
			continue
		}
		if head, _ := r.Peek(3); len(head) == 3 && head[0] == 0x8b && head[1] == 8 && head[2]&0xe0 == 0 {
			return r.at - 1
		}
	}
}

// stream opens the records that begin at offset: one gzip member, or the whole of
// a plain file.
func (w *warcIndex) stream(offset int64, packed bool) (*position, io.Closer, error) {
	f, err := os.Open(w.path)
	if err != nil {
		return nil, nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		f.Close()
		return nil, nil, err
	}
	if !packed {
		return &position{Reader: bufio.NewReaderSize(f, 64<<10)}, f, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	z.Multistream(false)
	return &position{Reader: bufio.NewReaderSize(z, 64<<10)}, f, nil
}

// scanStream reads record after record. Behind a damaged one it goes on at the next
// line that begins a record.
func (w *warcIndex) scanStream(open func() (*position, io.Closer, error), offset int64, packed bool) {
	r, closer, err := open()
	if err != nil {
		w.damaged(offset, err)
		return
	}
	defer func() { closer.Close() }()
	for len(w.damage) < maxDamage {
		rec, start, err := readWARCRecord(r)
		if err == io.EOF {
			return
		}
		if err == nil {
			rec.offset, rec.packed = offset, packed
			w.keep(rec)
			continue
		}
		where := offset
		if !packed {
			where = start
		}
		w.damaged(where, err)
		// A wrong length may have led past good records: look again from the start.
		closer.Close()
		if r, closer, err = open(); err != nil {
			closer = io.NopCloser(nil)
			return
		}
		if !resync(r, start+1) {
			return
		}
	}
}

// resync moves to the first line from position on that begins a record.
func resync(r *position, from int64) bool {
	if _, err := io.CopyN(io.Discard, r, from); err != nil {
		return false
	}
	for {
		for { // to the end of the line
			b, err := r.ReadByte()
			if err != nil {
				return false
			}
			if b == '\n' {
				break
			}
		}
		if head, _ := r.Peek(7); bytes.Equal(head, []byte("WARC/1.")) {
			return true
		}
	}
}

func (w *warcIndex) damaged(offset int64, err error) {
	w.damage = append(w.damage, Damage{w.path, offset, err})
}

func (w *warcIndex) keep(r *warcRecord) {
	w.records = append(w.records, r)
	if r.kind != "response" && r.kind != "resource" {
		return
	}
	if r.digest != "" && w.byDigest[r.digest] == nil {
		w.byDigest[r.digest] = r
	}
	w.byTarget[r.url] = r
}

// readWARCRecord reads one record and passes over its block. io.EOF means the
// stream ended between records.
func readWARCRecord(r *position) (rec *warcRecord, start int64, err error) {
	var version string
	for version == "" { // blank lines stand between records
		start = r.at
		if version, err = r.line(); err != nil {
			if err == io.EOF && strings.TrimSpace(version) == "" {
				return nil, start, io.EOF
			}
			return nil, start, noEOF(err)
		}
		version = strings.TrimSpace(version)
	}
	if !strings.HasPrefix(version, "WARC/1.") {
		return nil, start, fmt.Errorf("%w: %.20q instead of a version", errWARC, version)
	}
	header, err := warcHeader(r)
	if err != nil {
		return nil, start, err
	}
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil || length < 0 {
		return nil, start, fmt.Errorf("%w: Content-Length %.40q", errWARC, header.Get("Content-Length"))
	}
	rec = &warcRecord{
		kind: strings.ToLower(header.Get("WARC-Type")), digest: header.Get("WARC-Payload-Digest"),
		url:    strings.Trim(header.Get("WARC-Target-URI"), "<>"), // version 1.0 prints them, by a slip of its grammar
		refers: strings.Trim(header.Get("WARC-Refers-To-Target-URI"), "<>"),
		media:  header.Get("Content-Type"), skip: r.at, length: length, status: http.StatusOK,
	}
	rec.date, _ = time.Parse(time.RFC3339, header.Get("WARC-Date"))
	rec.pageKind, rec.truncated = archiveKinds[header.Get(fieldKind)], header.Get("WARC-Truncated")
	block := &io.LimitedReader{R: r, N: length}
	if isHTTP(rec.media) && rec.kind == "response" {
		resp, err := http.ReadResponse(bufio.NewReader(block), nil)
		if err != nil {
			return nil, start, fmt.Errorf("captured response: %w", noEOF(err))
		}
		rec.status, rec.page = resp.StatusCode, mediaType(resp.Header.Get("Content-Type"))
	} else {
		rec.page = mediaType(rec.media)
	}
	if _, err := io.Copy(io.Discard, block); err != nil {
		return nil, start, err
	}
	if block.N > 0 {
		return nil, start, fmt.Errorf("block ends %d bytes early: %w", block.N, io.ErrUnexpectedEOF)
	}
	return rec, start, nil
}

func warcHeader(r *position) (textproto.MIMEHeader, error) {
	header := textproto.MIMEHeader{}
	size := 0
	for {
		line, err := r.line()
		if err != nil {
			return nil, noEOF(err)
		}
		if size += len(line); size > maxWARCHeader {
			return nil, fmt.Errorf("%w: header too long", errWARC)
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return header, nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue // a folded line: none that is needed here is ever folded
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func isHTTP(media string) bool { return strings.HasPrefix(strings.ToLower(media), "application/http") }

// entry makes an archive entry of a record that carries a page: a response, a
// resource, or a revisit of one of them.
func (w *warcIndex) entry(r *warcRecord) *archived {
	if link, err := linked(r.url, ""); err != nil || link == "" {
		return nil // warcinfo, dns:, metadata:
	}
	e := &archived{url: r.url, at: r.date, kind: r.pageKind, media: r.page, status: r.status}
	switch r.kind {
	case "response", "resource":
		e.open = func() (*http.Response, error) { return w.open(r) }
		if r.truncated != "" {
			e.open = func() (*http.Response, error) {
				return nil, newFault("archived_truncated", nhip.OutcomeTruncated, "the archive holds a part of it only (%.40q)", r.truncated)
			}
		}
	case "revisit":
		original := w.byDigest[r.digest]
		if original == nil {
			original = w.byTarget[cmp.Or(r.refers, r.url)]
		}
		if original == nil {
			w.damaged(r.offset+r.skip, fmt.Errorf("revisit of %s: the file does not hold what it repeats", r.url))
			return nil
		}
		e.media, e.status = original.page, original.status
		e.open = func() (*http.Response, error) { return w.openRevisit(r, original) }
	default:
		return nil
	}
	return e
}

// open reads the captured response; closing its body closes the file.
func (w *warcIndex) open(r *warcRecord) (*http.Response, error) {
	stream, closer, err := w.stream(r.offset, r.packed)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, stream, r.skip); err != nil {
		closer.Close()
		return nil, noEOF(err)
	}
	block := io.LimitReader(stream, r.length)
	if r.kind == "response" && isHTTP(r.media) {
		resp, err := http.ReadResponse(bufio.NewReader(block), nil)
		if err != nil {
			closer.Close()
			return nil, noEOF(err)
		}
		resp.Body = &onClose{resp.Body, func() { closer.Close() }}
		return resp, nil
	}
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {r.media}}, ContentLength: r.length,
		Body: struct {
			io.Reader
			io.Closer
		}{block, closer}}, nil
}

// openRevisit answers with what the revisit repeats, under the header that came with
// the revisit, where it brought one.
func (w *warcIndex) openRevisit(r, original *warcRecord) (*http.Response, error) {
	resp, err := w.open(original)
	if err != nil || !isHTTP(r.media) || r.length == 0 {
		return resp, err
	}
	stream, closer, err := w.stream(r.offset, r.packed)
	if err != nil {
		return resp, nil // what it repeats is there all the same
	}
	defer closer.Close()
	if _, err := io.CopyN(io.Discard, stream, r.skip); err != nil {
		return resp, nil
	}
	own, err := http.ReadResponse(bufio.NewReader(io.LimitReader(stream, r.length)), nil)
	if err != nil || own.Header.Get("Content-Type") == "" {
		return resp, nil
	}
	for _, name := range []string{"Content-Encoding", "Transfer-Encoding"} { // of the bytes that are there
		own.Header.Del(name)
		if v := resp.Header.Values(name); len(v) > 0 {
			own.Header[name] = v
		}
	}
	resp.Header = own.Header
	return resp, nil
}
