package article_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"nhip"
)

// A perturbation changes a page as another publishing system, or the next layout of
// the same one, would write it. The text stays, so the reading should stay.
type perturbation struct {
	name   string
	change func(root *html.Node, body *html.Node) // body: the element of the article's text
	floor  figures                                // over all real articles
}

// figures of a reading, each a mean over pages.
type figures struct{ title, sapo, body, published, authors float64 }

// clockText is a printed day and clock.
var clockText = regexp.MustCompile(`(\d{1,2})[/-](\d{1,2})[/-](\d{4})[ ,-]+(\d{1,2}):(\d{2})`)

var perturbations = []perturbation{
	{"as served", func(_, _ *html.Node) {}, figures{1, 0.99, 0.995, 1, 0.99}},
	{"names scrambled", func(root, _ *html.Node) { scrambleNames(root) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"names gone", func(root, _ *html.Node) { dropNames(root) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"no JSON-LD", func(root, _ *html.Node) { remove(root, isJSONLD) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"no meta", func(root, _ *html.Node) { remove(root, isMeta) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"no head", func(root, _ *html.Node) { remove(root, func(n *html.Node) bool { return isJSONLD(n) || isMeta(n) }) }, figures{1, 0.94, 0.995, 1, 1}},
	{"names scrambled, no head", func(root, _ *html.Node) {
		remove(root, func(n *html.Node) bool { return isJSONLD(n) || isMeta(n) })
		scrambleNames(root)
	}, figures{1, 0.94, 0.995, 1, 0.99}},
	{"only div and span", func(root, _ *html.Node) { plainElements(root) }, figures{1, 0.99, 0.99, 1, 0.99}},
	{"only div and span, names scrambled", func(root, _ *html.Node) { plainElements(root); scrambleNames(root) }, figures{1, 0.99, 0.985, 1, 0.99}},
	{"paragraphs in boxes", func(_, body *html.Node) { boxParagraphs(body) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"paragraphs between line breaks", func(_, body *html.Node) { breakParagraphs(body) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"text in two boxes", func(_, body *html.Node) { splitBody(body) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"related boxes in the text", func(_, body *html.Node) { injectRelated(body) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"related boxes in the text, names scrambled", func(root, body *html.Node) { injectRelated(body); scrambleNames(root) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"summaries after the text", func(_, body *html.Node) { after(body, summaries(8)) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"summaries after the text, names scrambled", func(root, body *html.Node) { after(body, summaries(8)); scrambleNames(root) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"comments after the text", func(_, body *html.Node) { after(body, comments(12)) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"sidebar before the text", func(_, body *html.Node) { before(body, summaries(6)) }, figures{1, 0.99, 0.995, 1, 0.99}},
	{"dates as in offices", func(root, _ *html.Node) { rewriteTimes(root) }, figures{1, 0.94, 0.995, 1, 1}},
}

// TestPerturbedPages reads the real articles, changed, without a source. The labels are
// the hand-made ones, else what the source's own selectors read of the page as served.
func TestPerturbedPages(t *testing.T) {
	needShared(t)
	c := loadCatalog(t)
	r := newReader(t, c)
	labels := map[string]goldArticle{}
	for _, g := range goldArticles(t) {
		labels[g.File] = g
	}
	var pages []labelled
	for _, row := range sharedPages(t) {
		if row.kind != "article" {
			continue
		}
		p := pageOf(t, row.file, row.url)
		g, ok := labels[row.file]
		if !ok {
			a, _, _ := r.Read(p, sourceOf(c, row.url))
			g = goldArticle{Title: a.Title, Sapo: a.Sapo, Body: a.Body, Authors: a.Authors, PublishedAt: *a.PublishedAt}
		}
		pages = append(pages, labelled{row.file, p, g})
	}
	for _, test := range perturbations {
		t.Run(test.name, func(t *testing.T) {
			var mean figures
			for _, l := range pages {
				p := perturb(t, l, test.change)
				a, _, reject := r.Read(p, nil)
				f := figures{title: same(a.Title == l.want.Title), sapo: gramF1([]string{a.Sapo}, []string{l.want.Sapo}), body: gramF1(a.Body, l.want.Body),
					published: same(a.PublishedAt != nil && a.PublishedAt.Truncate(time.Minute).Equal(l.want.PublishedAt.Truncate(time.Minute))),
					authors:   setF1(a.Authors, l.want.Authors)}
				if reject != "" {
					t.Logf("%s: rejected as %s", l.file, reject)
					f = figures{}
				}
				if f != (figures{1, 1, 1, 1, 1}) {
					t.Logf("%-60.60s %.3f %q", filepath.Base(l.file), f, a.Authors)
					if f.body < 0.98 {
						t.Logf("    missing %.160q\n    extra %.160q", minus(l.want.Body, a.Body), minus(a.Body, l.want.Body))
					}
				}
				n := float64(len(pages))
				mean.title += f.title / n
				mean.sapo += f.sapo / n
				mean.body += f.body / n
				mean.published += f.published / n
				mean.authors += f.authors / n
			}
			t.Logf("MEAN %-45s %+.3f", test.name, mean)
			floor(t, "title", mean.title, test.floor.title)
			floor(t, "sapo", mean.sapo, test.floor.sapo)
			floor(t, "body", mean.body, test.floor.body)
			floor(t, "published", mean.published, test.floor.published)
			floor(t, "authors", mean.authors, test.floor.authors)
		})
	}
}

type labelled struct {
	file string
	page *nhip.Page
	want goldArticle
}

// perturb returns the page changed. The element of the text is the one that holds
// most of the labelled paragraphs.
func perturb(t *testing.T, l labelled, change func(root, body *html.Node)) *nhip.Page {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(l.page.Body))
	if err != nil {
		t.Fatal(err)
	}
	change(root, bodyOf(root, l.want.Body))
	var b bytes.Buffer
	if err := html.Render(&b, root); err != nil {
		t.Fatal(err)
	}
	p := *l.page
	p.Body = b.Bytes()
	return &p
}

// bodyOf returns the innermost element that holds four fifths of the paragraphs.
func bodyOf(root *html.Node, paragraphs []string) *html.Node {
	found := root
	for again := true; again; {
		again = false
		for c := found.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode {
				continue
			}
			text, held := strings.Join(strings.Fields(textBelow(c)), " "), 0
			for _, p := range paragraphs {
				if len(p) > 60 {
					p = p[:60]
				}
				if strings.Contains(text, p) {
					held++
				}
			}
			if held*5 >= len(paragraphs)*4 {
				found, again = c, true
				break
			}
		}
	}
	return found
}

func textBelow(n *html.Node) string {
	var b strings.Builder
	each(n, func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent.DataAtom != atom.Script && n.Parent.DataAtom != atom.Style {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	})
	return b.String()
}

func each(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		each(c, f)
		c = next
	}
}

func remove(root *html.Node, is func(*html.Node) bool) {
	each(root, func(n *html.Node) {
		if n.Parent != nil && n.Type == html.ElementNode && is(n) {
			n.Parent.RemoveChild(n)
		}
	})
}

func isJSONLD(n *html.Node) bool {
	return n.DataAtom == atom.Script && strings.Contains(attrOf(n, "type"), "ld+json")
}

func isMeta(n *html.Node) bool { return n.DataAtom == atom.Meta && attrOf(n, "charset") == "" }

func attrOf(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func isNaming(key string) bool {
	return key == "class" || key == "id" || key == "role" || strings.HasPrefix(key, "data-") || strings.HasPrefix(key, "item") || key == "type" || key == "rel"
}

// scrambleNames gives every class, id and data attribute of the body another name, the
// same everywhere, as tools that shorten style sheets do.
func scrambleNames(root *html.Node) {
	each(root, func(n *html.Node) {
		if n.DataAtom == atom.Script || n.DataAtom == atom.Meta || n.DataAtom == atom.Link {
			return
		}
		for i := range n.Attr {
			a := &n.Attr[i]
			if !isNaming(a.Key) {
				continue
			}
			var out []string
			for _, w := range strings.Fields(a.Val) {
				h := fnv.New32a()
				h.Write([]byte(w))
				out = append(out, fmt.Sprintf("k%x", h.Sum32()))
			}
			a.Val = strings.Join(out, " ")
		}
	})
}

func dropNames(root *html.Node) {
	each(root, func(n *html.Node) {
		if n.DataAtom == atom.Script || n.DataAtom == atom.Meta || n.DataAtom == atom.Link {
			return
		}
		kept := n.Attr[:0]
		for _, a := range n.Attr {
			if !isNaming(a.Key) {
				kept = append(kept, a)
			}
		}
		n.Attr = kept
	})
}

// plainElements takes their meaning from the elements of the body; paragraphs and
// links stay, since without those there is no text and no page.
func plainElements(root *html.Node) {
	each(root, func(n *html.Node) {
		switch n.DataAtom {
		case atom.Article, atom.Main, atom.Section, atom.Header, atom.Footer, atom.Nav, atom.Aside, atom.Figure, atom.Figcaption,
			atom.H1, atom.H2, atom.H3, atom.H4, atom.H5:
			n.DataAtom, n.Data = atom.Div, "div"
		case atom.Time:
			n.DataAtom, n.Data = atom.Span, "span"
			n.Attr = nil
		}
	})
}

func boxParagraphs(body *html.Node) {
	each(body, func(n *html.Node) {
		if n.DataAtom == atom.P && n != body {
			n.DataAtom, n.Data = atom.Div, "div"
			inner := element("div")
			for n.FirstChild != nil {
				c := n.FirstChild
				n.RemoveChild(c)
				inner.AppendChild(c)
			}
			n.AppendChild(inner)
		}
	})
}

func breakParagraphs(body *html.Node) {
	each(body, func(n *html.Node) {
		if n.DataAtom != atom.P || n.Parent == nil || n.Parent.DataAtom == atom.Td {
			return
		}
		parent := n.Parent
		for n.FirstChild != nil {
			c := n.FirstChild
			n.RemoveChild(c)
			parent.InsertBefore(c, n)
		}
		parent.InsertBefore(element("br"), n)
		parent.InsertBefore(element("br"), n)
		parent.RemoveChild(n)
	})
}

// splitBody halves the text into two boxes, with an advertisement between them.
func splitBody(body *html.Node) {
	children := 0
	for c := body.FirstChild; c != nil; c = c.NextSibling {
		children++
	}
	first, second := element("div"), element("div")
	for i := 0; body.FirstChild != nil; i++ {
		c := body.FirstChild
		body.RemoveChild(c)
		if i < children/2 {
			first.AppendChild(c)
		} else {
			second.AppendChild(c)
		}
	}
	body.AppendChild(first)
	body.AppendChild(markup(`<div class="ad-slot"><iframe src="https://ads.example.com/x"></iframe><span>Quảng cáo</span></div>`)[0])
	body.AppendChild(second)
}

const relatedBoxes = `<div class="link-box"><h4>Tin liên quan</h4><ul><li><a href="/a-1.html">Xưởng dệt phương Nam mở dây chuyền thứ ba</a></li><li><a href="/a-2.html">Giá sợi nhập khẩu đi ngang sau nửa năm</a></li></ul></div>
|<p><a href="/a-3.html">Thợ hàn bậc cao ngày càng khó tuyển ở vùng ven</a></p>
|<p><strong>&gt;&gt;&gt; Xem thêm: <a href="/a-4.html">Lò luyện kim cũ được thay trong năm tới</a></strong></p>
|<div class="box-news"><a href="/a-5.html"><img src="/5.jpg"></a><div><a href="/a-5.html">Hợp tác xã cơ khí xin thuê thêm mặt bằng</a><p>Hợp tác xã nói nhà xưởng hiện tại không còn chỗ đặt máy, trong khi đơn hàng đã kín đến cuối năm.</p></div></div>`

// injectRelated puts boxes of links to other texts between the paragraphs.
func injectRelated(body *html.Node) {
	var paragraphs []*html.Node
	for c := body.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && len(textBelow(c)) > 200 {
			paragraphs = append(paragraphs, c)
		}
	}
	for i, box := range strings.Split(relatedBoxes, "|") {
		if at := 1 + i*2; at < len(paragraphs) {
			for _, n := range markup(box) {
				paragraphs[at].Parent.InsertBefore(n, paragraphs[at])
			}
		}
	}
}

var others = []string{"Làng nghề ven sông chuyển sang tiện gỗ bằng máy", "Kho lạnh mới nhận lô hàng đầu tiên từ miền Trung", "Hội thợ rèn mở lớp dạy nghề miễn phí",
	"Nhà máy giấy thử nghiệm lò hơi đốt trấu", "Đơn hàng giày thể thao dồn về quý cuối", "Cụm công nghiệp ven biển chờ nối đường gom",
	"Xưởng đúc gang giảm ca đêm vì giá điện", "Chợ máy cũ nhộn nhịp trở lại sau Tết"}

func summaries(n int) []*html.Node {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<div class="card"><a href="/khac-%d.html"><img src="/%d.jpg"></a><h3><a href="/khac-%d.html">%s</a></h3><p>Theo chủ cơ sở, số đơn hàng trong tháng này chỉ bằng một nửa tháng trước, nhưng xưởng vẫn giữ đủ thợ và trả lương đúng hạn cho tất cả mọi người.</p><span>%d giờ trước</span></div>`, i, i, i, others[i%len(others)], i+1)
	}
	return markup(`<div class="more">` + b.String() + `</div>`)
}

func comments(n int) []*html.Node {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<div class="comment-item"><b>Người đọc %d</b><p>Tôi làm trong nghề đã mười năm và thấy chuyện này không mới, ai cũng biết từ lâu mà chẳng ai nói ra. Mong tòa soạn viết tiếp.</p><a href="#">Trả lời</a><span>1%d/03/2026 10:0%d</span></div>`, i, i%10, i%10)
	}
	return markup(`<div class="comment-list"><h3>Bình luận</h3>` + b.String() + `</div>`)
}

func after(body *html.Node, nodes []*html.Node) {
	for _, n := range nodes {
		body.Parent.InsertBefore(n, body.NextSibling)
	}
}

func before(body *html.Node, nodes []*html.Node) {
	for _, n := range nodes {
		body.Parent.InsertBefore(n, body)
	}
}

// rewriteTimes prints the times of the page as provincial portals do, and leaves those
// of the head to nobody.
func rewriteTimes(root *html.Node) {
	remove(root, func(n *html.Node) bool { return isJSONLD(n) || isMeta(n) })
	each(root, func(n *html.Node) {
		if n.DataAtom == atom.Time {
			n.DataAtom, n.Data, n.Attr = atom.Span, "span", nil
		}
		if n.Type != html.TextNode || len(n.Data) > 200 {
			return
		}
		for _, sep := range []string{"/", "-"} {
			if m := clockText.FindStringSubmatch(n.Data); m != nil && strings.Contains(m[0], sep) {
				n.Data = fmt.Sprintf("Ngày đăng: %s/%s/%s | %s:%s", pad(m[1]), pad(m[2]), m[3], m[4], m[5])
				n.Parent.Attr = nil
				return
			}
		}
	})
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func element(name string) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
}

func markup(s string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(s), element("div"))
	if err != nil {
		panic(err)
	}
	return nodes
}
