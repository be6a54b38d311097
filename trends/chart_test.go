package trends

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// picture draws an answer and returns its words in the order they are drawn, and how
// many paths have each colour of stroke or fill.
func picture(t *testing.T, question, args, text string) (words []string, colours map[string]int) {
	t.Helper()
	q, err := Find(question)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteSVG(&out, q, strings.Fields(args), answer(t, text)); err != nil {
		t.Fatal(err)
	}
	colours = map[string]int{}
	d := xml.NewDecoder(&out)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words, colours
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "text" {
			var word string
			if err := d.DecodeElement(&word, &start); err != nil {
				t.Fatal(err)
			}
			words = append(words, word)
		}
		for _, a := range start.Attr {
			if a.Name.Local != "style" {
				continue
			}
			for part := range strings.SplitSeq(a.Value, ";") {
				if _, colour, ok := strings.Cut(part, ":#"); ok && start.Name.Local == "path" {
					colours[colour]++
				}
			}
		}
	}
}

const vintageHead = "period,source,place,measure,compare,accumulation,unit,known,value,value_full,kind,status,series,indicator_name\n"

func vintageRows(compare string, months int) string {
	var b strings.Builder
	for m := 1; m <= months; m++ {
		fmt.Fprintf(&b, "2031-%02d,nso,Việt Nam,index,%s,,%%,2031-%02d-28,%d,,estimate,E,Toàn ngành,Chỉ số sản xuất công nghiệp\n", m, compare, m, 100+m)
		fmt.Fprintf(&b, "2031-%02d,nso,Việt Nam,index,%s,,%%,2031-%02d-28,%d,,actual,A,Toàn ngành,Chỉ số sản xuất công nghiệp\n", m, compare, m+1, 103-m)
	}
	return b.String()
}

func TestDrawVintages(t *testing.T) {
	words, colours := picture(t, "vintages", "iip", vintageHead+vintageRows("mom", 4)+vintageRows("yoy", 4))
	all := strings.Join(words, "\n")
	for _, want := range []string{
		"Chỉ số sản xuất công nghiệp: Toàn ngành, Việt Nam", "Chỉ số, cùng kỳ năm trước = 100", "Index, same period of the previous year = 100",
		"Kỳ / Period. Nguồn / Source: nso", "01/2031", "04/2031", "Công bố lần đầu / First published", "Mới nhất / Latest", "Điều chỉnh / Revision",
		"Còn 1 chuỗi khác", "100",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the picture lacks %q; it says\n%s", want, all)
		}
	}
	// February was published as 102 and revised to 101; January 101 became 102: four
	// sticks, one for the legend.
	if colours["D97B0D"] != 5 {
		t.Errorf("%d paths of revisions, want 4 and the legend's: %v", colours["D97B0D"], colours)
	}
}

func TestDrawSeriesAndMentions(t *testing.T) {
	words, _ := picture(t, "series", "steel-output", vintageHead+
		"2030,nso,Việt Nam,level,,,tấn,2031-02-28,21500000,,actual,A,Thép cán,Sản lượng thép\n2031,nso,Việt Nam,level,,,tấn,2032-02-28,22250000,,estimate,E,Thép cán,Sản lượng thép\n")
	for _, want := range []string{"Sản lượng thép: Thép cán, Việt Nam", "triệu tấn", "Thực hiện / Actual", "Ước tính / Estimate", "21,5"} {
		if !strings.Contains(strings.Join(words, "\n"), want) {
			t.Errorf("the series lacks %q: %q", want, words)
		}
	}
	words, colours := picture(t, "mentions", "công nghiệp hỗ trợ", "period,articles,of_articles,percent,bar\n2031-01-01,3,10,30,3\n2031-02-01,0,10,0,0\n2031-03-01,5,10,50,5\n")
	if all := strings.Join(words, "\n"); !strings.Contains(all, "“công nghiệp hỗ trợ”") || !strings.Contains(all, "Số bài có cụm từ") || colours["00509D"] != 2 {
		t.Errorf("mentions: %q %v, want two bars", words, colours)
	}
}

func TestDrawRefuses(t *testing.T) {
	q, err := Find("people")
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteSVG(io.Discard, q, nil, answer(t, "period,name\n2031,x\n")); err == nil || !strings.Contains(err.Error(), "mentions, series, vintages") {
		t.Errorf("people: %v", err)
	}
	if q, err = Find("series"); err != nil {
		t.Fatal(err)
	}
	if err := WriteSVG(io.Discard, q, nil, answer(t, vintageHead)); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("no rows: %v", err)
	}
}

func TestPeriodOf(t *testing.T) {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	for _, tt := range []struct{ code, first, last, freq string }{
		{"2031", "2031-01-01", "2031-12-31", "A"}, {"2031-Q2", "2031-04-01", "2031-06-30", "Q"}, {"2031-S2", "2031-07-01", "2031-12-31", "S"},
		{"2031-02", "2031-02-01", "2031-02-28", "M"}, {"2031-02-03", "2031-02-03", "2031-02-03", "D"}, {"2031-01-01/P5M", "2031-01-01", "2031-05-31", "P"},
		{"2031-03-01/P15D", "2031-03-01", "2031-03-15", "P"}, {"1996-01-01/P5Y", "1996-01-01", "2000-12-31", "P"},
	} {
		first, last, freq := periodOf(tt.code)
		if diff := cmp.Diff([]string{tt.first, tt.last, tt.freq}, []string{day(first), day(last), freq}); diff != "" {
			t.Errorf("%s: %s", tt.code, diff)
		}
	}
	for _, bad := range []string{"", "x", "2031-13", "2031-01-01/P", "2031-01-01/PxM", "31-01"} {
		if first, _, _ := periodOf(bad); !first.IsZero() {
			t.Errorf("%q is read as %s", bad, first)
		}
	}
}
