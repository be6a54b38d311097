package table

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// The builder below writes the smallest .xls that shows what the reader must see.

func u16(n ...int) []byte {
	var b []byte
	for _, v := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func biffRec(id int, data ...[]byte) []byte {
	body := slices.Concat(data...)
	return slices.Concat(u16(id, len(body)), body)
}

// wide is a string of BIFF8 behind its length.
func wide(s string) []byte { return slices.Concat([]byte{1}, u16s(s)) }

func u16s(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// narrow is a string of bytes, as TCVN3 text is stored.
func narrow(s string) []byte { return append([]byte{0}, s...) }

func real64(v float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)) }

// xlsStream writes a workbook stream with one sheet: a merged header, TCVN3 letters in
// their font, a number with a format, an RK number, a formula with and one without a
// value, a formula with a text, a hidden row, and a string that a CONTINUE goes on.
func xlsStream(extra ...[]byte) []byte {
	texts := []string{"2. Chỉ số sản xuất công nghiệp", "Tháng 4 năm 2031 so với", "Tháng trước", "Cùng kỳ năm trước", "Khai khoáng", "%"}
	// "Toàn ngành công nghiệp" in TCVN3
	tcvn3 := "To\xb5n ng\xb5nh c\xabng nghi\xd6p"
	sst := slices.Concat(u16(len(texts)+1, 0, len(texts)+1, 0))
	for _, s := range texts {
		sst = slices.Concat(sst, u16(len([]rune(s))), wide(s))
	}
	sst = slices.Concat(sst, u16(len(tcvn3)), narrow(tcvn3[:5]))
	font := func(name string) []byte {
		return biffRec(recFont, u16(200, 0, 0, 400, 0), []byte{0, 0, 0, 0}, []byte{byte(len(name))}, narrow(name))
	}
	xf := func(font, format, align, indent int) []byte {
		return biffRec(recXF, u16(font, format, 0, align, indent), make([]byte, 10))
	}
	globals := slices.Concat(
		biffRec(recBOF, u16(0x0600, 5), make([]byte, 12)), slices.Concat(extra...),
		font("Arial"), font(".VnTime"),
		biffRec(recFormat, u16(170, 3), narrow("0.0")),
		xf(0, 0, 0, 0), xf(1, 0, 0, 0), xf(0, 170, 3, 0), xf(0, 0, 1, 2))
	name := "IIP"
	bound := func(at int) []byte {
		return biffRec(recBoundSheet, binary.LittleEndian.AppendUint32(nil, uint32(at)), []byte{0, 0, byte(len(name))}, narrow(name))
	}
	rest := slices.Concat(biffRec(recSST, sst), biffRec(recContinue, narrow(tcvn3[5:])), biffRec(recEOF))
	at := len(globals) + len(bound(0)) + len(rest)
	label := func(row, col, style, text int) []byte { return biffRec(recLabelSST, u16(row, col, style, text, 0)) }
	formula := func(row, col int, value []byte) []byte {
		return biffRec(recFormula, u16(row, col, 2), value, make([]byte, 6))
	}
	sheet := slices.Concat(
		biffRec(recBOF, u16(0x0600, 0x10), make([]byte, 12)),
		biffRec(recRow, u16(6, 0, 3, 0, 0, 0), []byte{0x20, 0, 0, 0}),
		label(0, 0, 0, 0), label(1, 2, 0, 5), label(2, 1, 0, 1), label(3, 1, 0, 2), label(3, 2, 0, 3),
		label(4, 0, 1, len(texts)), biffRec(recNumber, u16(4, 1, 2), real64(102.44)), formula(4, 2, real64(108.96)),
		label(5, 0, 3, 4), biffRec(recRK, u16(5, 1, 2), binary.LittleEndian.AppendUint32(nil, 9861<<2|3)), // 98.61
		formula(5, 2, []byte{2, 0, 42, 0, 0, 0, 0xFF, 0xFF}), // an error
		biffRec(recFormula, u16(6, 0, 0), []byte{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, make([]byte, 6)), biffRec(recString, u16(9), narrow("Quang Nam")),
		biffRec(recMulRK, u16(6, 1), u16(2), binary.LittleEndian.AppendUint32(nil, 99<<2|2), u16(2), binary.LittleEndian.AppendUint32(nil, 101<<2|2), u16(2)),
		biffRec(recMerged, u16(1, 2, 2, 1, 2)),
		biffRec(recEOF))
	return slices.Concat(globals, bound(at), rest, sheet)
}

// compoundOf writes a compound file with one stream, of at least the size that goes
// into ordinary sectors.
func compoundOf(name string, stream []byte) []byte {
	if len(stream) < 4096 {
		stream = append(stream, make([]byte, 4096-len(stream))...)
	}
	for len(stream)%512 != 0 {
		stream = append(stream, 0)
	}
	n := len(stream) / 512
	header := make([]byte, 512)
	copy(header, compound)
	le := binary.LittleEndian
	le.PutUint16(header[30:], 9)
	le.PutUint16(header[32:], 6)
	le.PutUint32(header[44:], 1)
	le.PutUint32(header[48:], 1) // directory
	le.PutUint32(header[56:], 4096)
	le.PutUint32(header[60:], endOfChain)
	le.PutUint32(header[68:], endOfChain)
	for i := 76; i < 512; i += 4 {
		le.PutUint32(header[i:], freeSector)
	}
	le.PutUint32(header[76:], 0)
	fat := bytes.Repeat([]byte{0xFF}, 512)
	le.PutUint32(fat[0:], 0xFFFFFFFD)
	le.PutUint32(fat[4:], endOfChain)
	for i := range n {
		next := uint32(i + 3)
		if i == n-1 {
			next = endOfChain
		}
		le.PutUint32(fat[4*(i+2):], next)
	}
	entry := func(name string, kind byte, start, size int) []byte {
		e := make([]byte, 128)
		copy(e, u16s(name))
		le.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = kind
		le.PutUint32(e[116:], uint32(start))
		le.PutUint32(e[120:], uint32(size))
		return e
	}
	dir := slices.Concat(entry("Root Entry", 5, endOfChain, 0), entry(name, 2, 2, len(stream)), make([]byte, 256))
	return slices.Concat(header, fat, dir, stream)
}

func TestXLS(t *testing.T) {
	d, err := readXLS(&nhip.Page{Body: compoundOf("Workbook", xlsStream())})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.grids) != 1 {
		t.Fatalf("%d grids: %v", len(d.grids), d.issues)
	}
	want := []string{"2. Chỉ số sản xuất công nghiệp", "%", "Tháng 4 năm 2031 so với", "Tháng trước | Cùng kỳ năm trước",
		"Toàn ngành công nghiệp | 102.4 | 109.0", "Khai khoáng | 98.6", "Quang Nam | 99.0 | 101.0"}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	g := d.grids[0]
	if x := g.at(2, 2); x == nil || x.col != 1 {
		t.Error("the merged header does not cover its second column")
	}
	if !g.hiddenRow[6] || g.hiddenRow[5] {
		t.Error("row 7 is hidden, row 6 is not")
	}
	if g.at(5, 0).indent != 2 || g.at(4, 1).stored != "102.44" {
		t.Errorf("indent %d, stored %q", g.at(5, 0).indent, g.at(4, 1).stored)
	}
	if len(d.issues) != 1 || !strings.Contains(d.issues[0].Reason, "1 formulas have no stored value") {
		t.Errorf("issues: %v", d.issues)
	}
}

// TestXLSMeaning reads the same workbook to the end.
func TestXLSMeaning(t *testing.T) {
	res := New(nil).Read(&nhip.Page{Body: compoundOf("Workbook", xlsStream())}, nil)
	if len(res.Observations) != 5 || len(res.Quarantined) > 0 {
		t.Fatalf("%d observations, %v %v", len(res.Observations), res.Quarantined, res.Issues)
	}
	o := res.Observations[1]
	if o.Cell != "IIP!C5" || o.Value.String() != "109" || *o.ValueFull != 108.96 || o.Measure != nhip.MeasureIndex || o.Compare != nhip.CompareYoY || o.Period != "2031-04" {
		t.Errorf("%+v", o)
	}
}

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		v      float64
		format string
		want   string
		number bool
	}{
		{1234.567, "#,##0.0", "1234.6", true},
		{0.125, "0.0%", "12.5%", true},
		{-3.14159, "0.00_);[Red](0.00)", "-3.14", true},
		{12.000000000001, "", "12", true},
		{1234567, "#,##0,", "1235", true},
		{36526, "dd/mm/yyyy", "1/1/2000", false},
		{5, `0" tấn"`, "5", true},
	} {
		if got, number := formatNumber(c.v, c.format); got != c.want || number != c.number {
			t.Errorf("%v as %q: got %q %v, want %q", c.v, c.format, got, number, c.want)
		}
	}
}

// TestBrokenXLS cuts a workbook anywhere and damages its chains: never a panic, always
// numbers or a sentence.
func TestBrokenXLS(t *testing.T) {
	whole := compoundOf("Workbook", xlsStream())
	r := New(nil)
	for n := 8; n < len(whole); n += 61 {
		if res := r.Read(&nhip.Page{Body: whole[:n]}, nil); len(res.Observations) == 0 && len(res.Issues) == 0 {
			t.Fatalf("cut at %d: neither numbers nor a sentence", n)
		}
	}
	circle := slices.Clone(whole)
	binary.LittleEndian.PutUint32(circle[512+12:], 2) // the stream's second sector leads back to its first
	for _, c := range []struct {
		name string
		body []byte
		want string
	}{
		{"circle", circle, "runs in a circle"},
		{"password", compoundOf("Workbook", xlsStream(biffRec(recFilePass, make([]byte, 54)))), "protected by a password"},
		{"encrypted xlsx", compoundOf("EncryptedPackage", make([]byte, 5000)), "protected by a password"},
		{"no workbook", compoundOf("WordDocument", make([]byte, 5000)), "without a workbook"},
		{"not a compound file", []byte(compound + strings.Repeat("x", 600)), "no compound file"},
	} {
		res := r.Read(&nhip.Page{Body: c.body}, nil)
		found := slices.ContainsFunc(res.Issues, func(i nhip.Issue) bool { return strings.Contains(i.Reason, c.want) })
		if !found {
			t.Errorf("%s: issues %v, want %q", c.name, res.Issues, c.want)
		}
	}
}
