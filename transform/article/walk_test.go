package article

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

func blockTexts(t testing.TB, page string) (texts []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var w walker
	w.walk(root)
	for _, b := range w.blocks {
		if b.kind != kindImage {
			texts = append(texts, b.text)
		}
	}
	return texts
}

func TestWalk(t *testing.T) {
	for _, test := range []struct {
		name, page string
		want       []string
	}{
		{"line break", "<p>2020<br>900</p>", []string{"2020", "900"}},
		{"inline tags", "<p>đạt <b>1.2</b><i>50</i> tỷ, <a href=x>Hà N</a>ội</p>", []string{"đạt 1.250 tỷ, Hà Nội"}},
		{"footnotes", "<p>tăng 11,5<sup>1</sup>% và 12<sup>[2]</sup>, 3<sup><a href='#n'>a</a></sup></p>", []string{"tăng 11,5% và 12, 3"}},
		{"powers", "<p>12 m<sup>2</sup>, 3km<sup>2</sup>, 10<sup>-6</sup>, 210<sup>3</sup></p>", []string{"12 m², 3km², 10⁻⁶, 210"}},
		{"currency", "<p>15.000<sup>đ</sup>/kg, CO<sub>2</sub></p>", []string{"15.000đ/kg, CO2"}},
		{"blanks", "<p>1\u00a0250 tấn,\u202f 5\u200b6</p>", []string{"1 250 tấn, 56"}},
		{"code", "<p>một<script>var x=1</script><style>p{}</style><template>hai</template></p>", []string{"một"}},
		{"hidden", "<p>một</p><p style='display: none'>hai</p><p hidden>ba</p><p style='display:block'>bốn</p>", []string{"một", "bốn"}},
		{"table", "<table><tr><th>Năm</th><th>Tấn</th></tr><tr><td>2025</td><td>1<br>250</td></tr><tr><td></td><td> </td></tr></table>", []string{"Năm\tTấn", "2025\t1 250"}},
		{"layout table", "<table><tr><td><p>Đoạn một.</p><p>Đoạn hai.</p></td></tr></table>", []string{"Đoạn một.", "Đoạn hai."}},
		{"cells without table of figures", "<table><tr><td>2025</td><td>900</td></tr></table>", []string{"2025", "900"}},
		{"list", "<ul><li>một</li><li>hai<ul><li>ba</li></ul></li></ul>", []string{"một", "hai", "ba"}},
		{"text between blocks", "trước<div>trong</div>sau", []string{"trước", "trong", "sau"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, blockTexts(t, test.page)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzWalk: whatever the page, every block is NFC text without markup's white space,
// and rows alone hold tabs.
func FuzzWalk(f *testing.F) {
	f.Add("<p>2020<br>900</p>")
	f.Add("<table><tr><td>a<td>b<tr><td>c<td>d</table>")
	f.Add("<sup>1</sup><div style='display:none'>x</div>\u00ad\u200b")
	f.Fuzz(func(t *testing.T, page string) {
		tree, err := parse([]byte(page))
		if err != nil {
			t.Skip()
		}
		var w walker
		w.walk(tree.root)
		for _, b := range w.blocks {
			if !utf8.ValidString(b.text) || !norm.NFC.IsNormalString(b.text) || strings.ContainsAny(b.text, "\n\r\u00a0") ||
				b.kind != kindRow && strings.Contains(b.text, "\t") || strings.Contains(b.text, "  ") {
				t.Errorf("block %q of kind %d", b.text, b.kind)
			}
			if b.link > b.size || b.kind != kindImage && b.text == "" {
				t.Errorf("block %+v", b)
			}
		}
	})
}

func TestWords(t *testing.T) {
	var got []string
	words("detail-authorBox tin_lien-quan2 VCSortable", func(w string) { got = append(got, w) })
	want := []string{"detail", "author", "box", "tin", "lien", "quan", "vcsortable"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
