package article

import (
	"bytes"
	"flag"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestLighten(t *testing.T) {
	for _, test := range []struct{ name, page, want string }{
		{"script", `<p>a<script>if (a<b) { x("</p>") }</script>b`, `<p>a<script></script>b`},
		{"capitals", `<SCRIPT type='text/javascript'>x</Script >b<STYLE>p{}</STYLE>`, `<SCRIPT type='text/javascript'></Script >b<STYLE></STYLE>`},
		{"JSON-LD", `<script type="application/ld+json">{"a":1}</script>`, `<script type="application/ld+json">{"a":1}</script>`},
		{"JSON-LD by reference", `<script type="application/ld&#x2B;json">{"a":1}</script>`, `<script type="application/ld&#x2B;json">{"a":1}</script>`},
		{"in a comment", `<!-- <script>a</script> --><script>b</script>`, `<!-- <script>a</script> --><script></script>`},
		{"in an attribute", `<p title="<script>">a<script>b</script>`, `<p title="<script>">a<script></script>`},
		{"in a title", `<title>a <script> b</title><script>c</script>`, `<title>a <script> b</title><script></script>`},
		{"end tag alike", `<script>a</scripts></script>b`, `<script></script>b`},
		{"never closed", `<script>a`, `<script>a`},
		{"comment in a script", `<script><!-- a --></script>b`, `<script></script>b`},
		{"script in a comment in a script", `<script><!-- <script>a</script> --></script>b`, `<script><!-- <script>a</script> --></script>b`},
		{"drawing", `<a><svg viewBox="0 0 1 1"> <g><path d="M0"/></g><path d=""></svg>b</a>`, `<a><svg viewBox="0 0 1 1"></svg>b</a>`},
		{"empty drawing", `<svg/>a<script>b</script>`, `<svg/>a<script></script>`},
		{"words in a drawing", `<svg><title>a</title><path d="M0"/></svg><script>b</script>`, `<svg><title>a</title><path d="M0"/></svg><script></script>`},
		{"HTML in a drawing", `<svg><path/><p>a</svg><script>b</script>`, `<svg><path/><p>a</svg><script>b</script>`},
		{"style of a drawing", `<svg><style><a></style></svg><script>b</script>`, `<svg><style><a></style></svg><script>b</script>`},
		{"slash of a value", `<svg><path d=M0/></svg><script>b</script>`, `<svg><path d=M0/></svg><script>b</script>`},
		{"slash of an address", `<a href=https://a.example/>a</a><script>b</script>`, `<a href=https://a.example/>a</a><script></script>`},
		{"frames", `<frameset><script>a</script>`, `<frameset><script>a</script>`},
	} {
		got, err := io.ReadAll(lighten([]byte(test.page)))
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s gives %s, %v, want %s", test.name, test.page, got, err, test.want)
		}
		compareTrees(t, []byte(test.page))
	}
}

// pieces are what tokenizers and tree builders stumble over.
var pieces = strings.Fields(`<script> </script> <script/> <script_type=text/x> <script_type="a+JSON"> <SCRIPT </SCRIPT <style> </style> <style/> <!-- --> --!> <!--> <!---> <! <? </ </> > < / = " ' a &lt;
	<svg> </svg> <svg/> <SVG_a=/> <svg_a="b"_/> <path> <path/> <path_d=a/> <path_d="<p>"/> </path> <g> </g> <G_/> <title> </title> <title/> <text> </text> <use_a=b_c/> <symbol> </symbol> <a> </a> <a_href=b/>
	<math> </math> <mi> </mi> <foreignObject> </foreignObject> <desc> </desc> <![CDATA[ ]]> <p> </p> </br> <br> <b> </b> <i> </i> <font> <font_color=a> </font> <div> </div> <table> </table> <tr> <td> </td> <caption> <colgroup> <col>
	<select> </select> <option> <textarea> </textarea> <xmp> </xmp> <iframe> </iframe> <noscript> </noscript> <noframes> </noframes> <template> </template> <plaintext> <frameset> </frameset> <frame> <html> <head> </head> <body> </body> </html> <meta> <h1> </h1> <li> <ul> </ul> <form> </form> <button> </button>`)

// TestLightenPieces holds the trees of pages made of such pieces against each other.
func TestLightenPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(1, uint64(*lightenPages)))
	for range *lightenPages {
		var page []byte
		for range 2 + r.IntN(14) {
			p := pieces[r.IntN(len(pieces))]
			if r.IntN(3) == 0 { // the kinds that matter stand near each other more often
				p = pieces[r.IntN(45)]
			}
			page = append(page, strings.ReplaceAll(p, "_", " ")...)
			if r.IntN(6) == 0 {
				page = append(page, ' ')
			}
		}
		if compareTrees(t, page); t.Failed() {
			return
		}
	}
}

var lightenPages = flag.Int("lighten.pages", 20_000, "pages that TestLightenPieces makes")

// FuzzLighten: the tree is the one of the whole page, but for the insides of scripts,
// style sheets and drawings.
func FuzzLighten(f *testing.F) {
	for _, page := range []string{
		"<p>a<script>b</script>c", "<svg><path/><title>a</title></svg>", "<svg><p></svg><svg><script></svg></script>", "<style><!--</style>-->",
		"<table><svg><g></table></svg><td>a</td><script>b</script>", "<svg></path></br><a></svg>", "<title></titl></title ><xmp>", "<math><svg></math></svg>",
		"<!--><script>--></script><!---><!----!>", "<p a='<' b=\"'\" =c / d=/><svg/ ></svg>", "</><?><!><! a><![CDATA[>]]>", "<path><svg></path></svg>",
		"<b><p></b><svg><title>a</title></svg>", "<script><!--<script></script></script>", "<textarea><svg></textarea><plaintext></plaintext>",
		"<select><svg><path></select></svg><style>a</style>", "<template><svg></template></svg><script>a</script>", "<svg><![CDATA[</svg>]]></svg><script>a</script>",
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) { compareTrees(t, page) })
}

// compareTrees holds the tree of a page against the tree of what lighten leaves of it.
func compareTrees(t *testing.T, page []byte) {
	t.Helper()
	whole, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return // nested too deep
	}
	left, err := html.Parse(lighten(page))
	if err != nil {
		t.Fatalf("%q: %v", page, err)
	}
	var a, b strings.Builder
	outline(&a, whole)
	outline(&b, left)
	if a.String() != b.String() {
		t.Errorf("%q: the tree is\n%s\nthat of the whole page\n%s", page, b.String(), a.String())
	}
}

// outline writes a tree without what lighten may leave out.
func outline(w *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.ElementNode && (n.DataAtom == atom.Script || n.DataAtom == atom.Style) && n.Namespace == "" && !holdsJSON(n), n.DataAtom == atom.Svg:
		w.WriteString("<" + n.Data + ">")
		return
	case n.Type == html.ElementNode:
		w.WriteString("<" + n.Namespace + ":" + n.Data)
		for _, a := range n.Attr {
			w.WriteString(" " + a.Key + "=" + a.Val)
		}
		w.WriteString(">")
	case n.Type == html.CommentNode:
		w.WriteString("<!--" + n.Data + "-->")
	default:
		w.WriteString("{" + n.Data + "}")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		outline(w, c)
	}
	w.WriteString("</>")
}

func holdsJSON(n *html.Node) bool {
	for _, a := range n.Attr {
		if strings.Contains(strings.ToLower(a.Val), "json") {
			return true
		}
	}
	return false
}
