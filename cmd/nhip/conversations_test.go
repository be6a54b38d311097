package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/rogpeppe/go-internal/txtar"
)

// The first conversations of clients that are not run here, one file each:
// testdata/conversations/*.txtar. Their sources were read; what they send is written
// down as it travels, and what they need of the answer beside it.
//
// A file named "WHAT: request" holds the method and the path, one line "?name=value"
// a parameter of the URL, headers, and behind a blank line the body. {basic} in a
// header stands for the credentials of the user bi as Basic sends them, {password}
// for its password.
//
// A file named "WHAT: answer" holds one line for each thing needed:
//
//	status N
//	header NAME REGEXP
//	coding NAME             Content-Encoding
//	frames                  ClickHouse's compressed frames
//	format NAME             decoded by it: the lines below mean columns and rows
//	starts TEXT             the first bytes, quoted as in Go
//	columns NAME TYPE, ...  all of them
//	rows N, rows > N
//	row REGEXP              one of the rows, texts separated by tabs
//	no row REGEXP
//	body REGEXP             of an answer that is text
type exchange struct {
	name, request, answer string
}

// conversations replays every file.
func conversations(t *testing.T, b *bi) {
	files, err := filepath.Glob("testdata/conversations/*.txtar")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d conversations, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			for _, x := range readConversation(t, file) {
				t.Run(x.name, func(t *testing.T) { replay(t, b, x) })
			}
		})
	}
}

func readConversation(t *testing.T, file string) []exchange {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []exchange
	for i := 0; i+1 < len(archive.Files); i += 2 {
		request, answer := archive.Files[i], archive.Files[i+1]
		name, ok := strings.CutSuffix(request.Name, ": request")
		if !ok || answer.Name != name+": answer" {
			t.Fatalf("%s: after %q comes %q", file, request.Name, answer.Name)
		}
		out = append(out, exchange{name, string(request.Data), string(answer.Data)})
	}
	if len(archive.Files)%2 != 0 || len(out) == 0 {
		t.Fatalf("%s holds %d files", file, len(archive.Files))
	}
	return out
}

// parseRequest makes the request of a file.
func parseRequest(t *testing.T, address, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	query, header := url.Values{}, http.Header{}
	for _, line := range lines[1:] {
		if parameter, ok := strings.CutPrefix(line, "?"); ok {
			name, value, _ := strings.Cut(parameter, "=")
			query.Add(name, value)
			continue
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("%q is no header", line)
		}
		value = strings.NewReplacer("{basic}", base64.StdEncoding.EncodeToString([]byte("bi:"+biPassword)), "{password}", biPassword).Replace(value)
		header.Add(name, value)
	}
	body = strings.TrimSuffix(body, "\n")
	target := address + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	return req
}

func replay(t *testing.T, b *bi, x exchange) {
	c := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	res, err := c.Do(parseRequest(t, b.address, x.request))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &answered{t: t, b: b, res: res, body: body, coding: res.Header.Get("Content-Encoding")}
	coded := false
	lines := bufio.NewScanner(strings.NewReader(x.answer))
	for lines.Scan() {
		what, value, _ := strings.Cut(lines.Text(), " ")
		coded = coded || what == "coding"
		a.check(what, value)
	}
	if a.coding != "" && !coded {
		t.Errorf("the answer is in %s", a.coding)
	}
}

// answered is an answer while its lines are gone through.
type answered struct {
	t      *testing.T
	b      *bi
	res    *http.Response
	body   []byte
	coding string

	columns, rows []string
}

func (a *answered) check(what, value string) {
	t := a.t
	switch what {
	case "status":
		if got := strconv.Itoa(a.res.StatusCode); got != value {
			t.Fatalf("status %s, want %s: %.500s", got, value, a.body)
		}
	case "header":
		name, want, _ := strings.Cut(value, " ")
		if got := a.res.Header.Get(name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("header %s is %q, want %s", name, got, want)
		}
	case "coding":
		a.undoCoding(value)
	case "frames":
		a.undoFrames()
	case "starts":
		want, err := strconv.Unquote(value)
		if err != nil || !bytes.HasPrefix(a.body, []byte(want)) {
			t.Errorf("starts %.60q, want %s", a.body, value)
		}
	case "format":
		data, blockInfo := a.body, []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}
		if value == "Native" { // which the engine reads without it
			data = bytes.ReplaceAll(data, blockInfo, nil)
		}
		a.columns, a.rows = a.b.decode(t, value, data)
	case "columns":
		if got := strings.Join(a.columns, ", "); got != value {
			t.Errorf("columns %s\nwant    %s", got, value)
		}
	case "rows":
		a.checkRows(value)
	case "row":
		if want := regexp.MustCompile(value); !slices.ContainsFunc(a.rows, want.MatchString) {
			t.Errorf("no row is %s, among %.500q", value, a.rows)
		}
	case "no":
		value = strings.TrimPrefix(value, "row ")
		if want := regexp.MustCompile(value); slices.ContainsFunc(a.rows, want.MatchString) {
			t.Errorf("there is a row %s", value)
		}
	case "body":
		if !regexp.MustCompile(value).Match(a.body) {
			t.Errorf("body %.500q, want %s", a.body, value)
		}
	default:
		t.Fatalf("%q is no line of an answer", what)
	}
}

func (a *answered) checkRows(value string) {
	least, more := strings.CutPrefix(value, "> ")
	n, err := strconv.Atoi(least)
	if err != nil {
		a.t.Fatalf("rows %q", value)
	}
	if got := len(a.rows); more && got <= n || !more && got != n {
		a.t.Errorf("%d rows, want %s: %.500q", got, value, a.rows)
	}
}

func (a *answered) undoCoding(want string) {
	if a.coding != want {
		a.t.Fatalf("Content-Encoding %q, want %q", a.coding, want)
	}
	var r io.Reader = bytes.NewReader(a.body)
	var err error
	switch want {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	case "lz4":
		r = lz4.NewReader(r)
	default:
		a.t.Fatalf("the coding %s is not undone here", want)
	}
	if err == nil {
		a.body, err = io.ReadAll(r)
	}
	if err != nil {
		a.t.Fatalf("the answer is no %s: %v", want, err)
	}
}

// undoFrames reads LZ4 frames: a checksum of 16 bytes, which the tests of the engine
// look at, 0x82, the packed size with these nine bytes, the size, the data.
func (a *answered) undoFrames() {
	var out []byte
	for rest := a.body; len(rest) > 0; {
		text, n, err := undoFrame(rest)
		if err != nil {
			a.t.Fatalf("after %d bytes: %v", len(a.body)-len(rest), err)
		}
		out, rest = append(out, text...), rest[n:]
	}
	a.body = out
}

func undoFrame(b []byte) (text []byte, length int, err error) {
	if len(b) < 25 || b[16] != 0x82 {
		return nil, 0, fmt.Errorf("no frame: %.40q", b)
	}
	packed, size := int(binary.LittleEndian.Uint32(b[17:])), int(binary.LittleEndian.Uint32(b[21:]))
	if packed < 9 || len(b) < 16+packed || size > 64<<20 {
		return nil, 0, fmt.Errorf("a frame of %d bytes, packed %d, of which %d are there", size, packed, len(b)-16)
	}
	text = make([]byte, size)
	n, err := lz4.UncompressBlock(b[25:16+packed], text)
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes instead of %d", n, size)
	}
	return text, 16 + packed, err
}
