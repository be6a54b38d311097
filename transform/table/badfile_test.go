package table_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhip"
	"nhip/transform/table"
)

const entities = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<StructureSpecificData><DataSet><Series FREQ=\"A\"><Obs TIME_PERIOD=\"2031\" OBS_VALUE=\"1\"/><Obs TIME_PERIOD=\"2032\" OBS_VALUE=\"&b;\"/></Series></DataSet></StructureSpecificData>"

// broken builds the files publishers and attackers send; want is in the sentence that
// each must give.
func broken(t testing.TB) map[string]struct {
	body []byte
	want string
} {
	whole := workbook(t)
	return map[string]struct {
		body []byte
		want string
	}{
		"truncated.xlsx":  {whole[:len(whole)/2], "open workbook"},
		"bomb.xlsx":       {zipBomb(t), "open workbook"},
		"empty.zip":       {[]byte("PK\x03\x04"), "open workbook"},
		"count.px":        {[]byte("CHARSET=\"ANSI\";\nTITLE=\"T\";\nSTUB=\"a\";\nHEADING=\"năm\";\nVALUES(\"a\")=\"x\",\"y\";\nVALUES(\"năm\")=\"2031\";\nDATA=1 2 3;"), "DATA has 3 values, and the variables want 2"},
		"cut.px":          {[]byte("CHARSET=\"ANSI\";\nTITLE=\"T\";\nSTUB=\"a\";\nVALUES(\"a\")=\"x\",\"y"), "VALUES"},
		"huge.px":         {[]byte("CHARSET=\"ANSI\";\nTITLE=\"T\";\nSTUB=\"a\",\"b\",\"c\",\"d\";\n" + hugeValues("abcd") + "DATA=1 2 3;"), "span more than"},
		"entities.xml":    {[]byte(entities), "line 2"},
		"cut.xml":         {[]byte("<StructureSpecificData><DataSet><Series FREQ=\"A\"><Obs TIME_PERIOD=\"2031\" OBS_VALUE=\"1\"/><Obs TIME"), "the 1 observations before that are read"},
		"structure.xml":   {[]byte(`<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"><m:Structures/></m:Structure>`), "structures, without numbers"},
		"brackets.px":     {[]byte("CHARSET=\"ANSI\";\nTITLE=\"T\";\nVALUES(\"a\"=\"x\";\nDATA=1;"), "line 3"},
		"cut.json":        {[]byte("{\"version\":\"2.0\",\n\"class\":\"dataset\",\"value\":[1,2"), "line 2"},
		"count.json":      {[]byte(`{"version":"2.0","class":"dataset","id":["t"],"size":[2],"dimension":{"t":{"category":{"index":["2030","2031"]}}},"value":[1]}`), "1 values, and dimensions for 2"},
		"size.json":       {[]byte(`{"version":"2.0","class":"dataset","id":["t"],"size":[2000000000],"dimension":{"t":{"category":{"index":["2030","2031"]}}},"value":[1]}`), "a size of 2000000000"},
		"place.json":      {[]byte(`{"version":"2.0","class":"dataset","id":["t"],"size":[2],"dimension":{"t":{"category":{"index":["2030","2031"]}}},"value":{"7":1}}`), `place "7" of 2`},
		"position.json":   {[]byte(`{"version":"2.0","class":"dataset","id":["t"],"size":[2],"dimension":{"t":{"category":{"index":{"2030":0,"2031":9}}}},"value":[1,2]}`), "has position 9 of 2"},
		"notime.json":     {[]byte(`{"version":"2.0","class":"dataset","label":"x","id":["a"],"size":[1],"dimension":{"a":{"label":"Năm","category":{"index":["x"]}}},"value":[1]}`), "no dimension of time"},
		"other.json":      {[]byte(`{"a":1}`), "neither JSON-stat"},
		"rows.json":       {[]byte(`{"columns":[{"code":"t","type":"t"},{"code":"v","type":"c"}],"data":[{"key":["2031"],"values":["1"]},{"key":[],"values":["2"]}]}`), "row 2 has 0 keys"},
		"nested.json":     {[]byte(strings.Repeat(`{"dataset":`, 20000)), "broken"},
		"words.txt":       {[]byte("Không có bảng nào ở đây.\nChỉ có lời."), "no table of numbers"},
		"formula.xlsx":    {whole, "1 formulas have no stored value"},
		"locked.xlsx":     {locked(t), "protected by a password"},
		"columns.xlsx":    {emptyColumns(t), ""},
		"macro.xlsm":      {macroLaden(t), ""},
		"numberdate.xlsx": {dates(t), ""},
	}
}

func hugeValues(names string) string {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "VALUES(\"%c\")=", n)
		for i := range 400 {
			fmt.Fprintf(&b, "\"%d\",", i)
		}
		b.WriteString("\"z\";\n")
	}
	return b.String()
}

// TestBadFiles: a sentence for each, the rest goes on, memory is bounded.
func TestBadFiles(t *testing.T) {
	r := table.New(fixtureCatalog())
	for name, c := range broken(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res := r.Read(&nhip.Page{Kind: nhip.KindTable, Body: c.body}, nil)
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 700 {
			t.Errorf("%s: %d MB were allocated", name, got)
		}
		if c.want == "" {
			if len(res.Observations) == 0 {
				t.Errorf("%s: no observation: %v", name, res.Issues)
			}
			continue
		}
		var all []string
		for _, i := range res.Issues {
			all = append(all, i.Reason)
		}
		if !strings.Contains(strings.Join(all, "\n"), c.want) {
			t.Errorf("%s: issues %q, want %q", name, all, c.want)
		}
	}
}

// TestEntitiesAreNotExpanded: the observation before the entity stands.
func TestEntitiesAreNotExpanded(t *testing.T) {
	res := table.New(nil).Read(&nhip.Page{Body: []byte(entities)}, nil)
	if len(res.Observations) != 1 || res.Observations[0].Value.String() != "1" {
		t.Errorf("%d observations", len(res.Observations))
	}
}

// locked is a workbook behind a password.
func locked(t testing.TB) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out bytes.Buffer
	if err := f.Write(&out, excelize.Options{Password: "x"}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFormulaWithoutValue: the sentence, and the numbers beside it.
func TestFormulaWithoutValue(t *testing.T) {
	res := table.New(fixtureCatalog()).Read(&nhip.Page{Body: workbook(t)}, nil)
	if len(res.Observations) != 10 {
		t.Errorf("%d observations, want the 10 others", len(res.Observations))
	}
}

// zipBomb is a workbook whose sheet unpacks to 201 MB.
func zipBomb(t testing.TB) []byte {
	t.Helper()
	return rezip(t, workbook(t), func(name string, w io.Writer, data []byte) {
		if !strings.HasPrefix(name, "xl/worksheets/sheet1") {
			_, _ = w.Write(data)
			return
		}
		zeros := make([]byte, 1<<20)
		for range 201 {
			_, _ = w.Write(zeros)
		}
	})
}

func rezip(t testing.TB, body []byte, write func(name string, w io.Writer, data []byte)) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		src, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(src)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		write(f.Name, w, data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// macroLaden adds a project of macros; they are never run, and the numbers are read.
func macroLaden(t testing.TB) []byte {
	t.Helper()
	return rezip(t, workbook(t), func(name string, w io.Writer, data []byte) {
		if name == "[Content_Types].xml" {
			data = bytes.Replace(data, []byte("</Types>"), []byte(`<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`), 1)
		}
		_, _ = w.Write(data)
	})
}

// edited opens the small report, changes it, and writes it.
func edited(t testing.TB, edit func(f *excelize.File, sheet string) error) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := edit(f, f.GetSheetList()[0]); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// emptyColumns has 16,384 columns with a format and nothing in them.
func emptyColumns(t testing.TB) []byte {
	return edited(t, func(f *excelize.File, sheet string) error {
		style, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
		if err != nil {
			return err
		}
		return f.SetCellStyle(sheet, "A20", "XFD20", style)
	})
}

// dates has a day where numbers stand.
func dates(t testing.TB) []byte {
	return edited(t, func(f *excelize.File, sheet string) error {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			return err
		}
		if err := f.SetCellValue(sheet, "B8", 47000); err != nil {
			return err
		}
		return f.SetCellStyle(sheet, "B8", "B8", style)
	})
}

// TestDateIsNoNumber: a serial day shown as a day is not read as a value.
func TestDateIsNoNumber(t *testing.T) {
	for _, o := range table.New(fixtureCatalog()).Read(&nhip.Page{Body: dates(t)}, nil).Observations {
		if strings.HasSuffix(o.Cell, "!B8") {
			t.Errorf("a day became %v", o.Value)
		}
	}
}
