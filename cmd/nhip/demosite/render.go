package demosite

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"strings"
	"time"
)

// publisher is one host of the site.
type publisher struct {
	host    string
	folder  string // below content, and the name of its layout
	name    string
	path    func(*document) string
	perPage int                // documents on one page of its listing; 0 for no listing
	listing func(n int) string // address of page n
	feed    string             // address of its feed
	links   []link             // further links of the first listing page
}

type link struct{ Path, Title string }

var publishers = []publisher{
	{
		host: "baocongnghe.example", folder: "baocongnghe", name: "Báo Công nghệ và Sản xuất",
		path: func(d *document) string {
			return "/" + d.slug + "-182" + d.published.Format("060102150405") + "000.htm"
		},
		perPage: 5,
		listing: func(n int) string {
			if n == 1 {
				return "/san-xuat.htm"
			}
			return fmt.Sprintf("/timelinelist/18207/%d.htm", n)
		},
		// robots.txt forbids this one.
		links: []link{{"/noi-bo/ban-nhap-so-lieu-cho-duyet-182260430080000000.htm", "Bản nháp chờ duyệt"}},
	},
	{
		host: "nhipcaucongthuong.example", folder: "nhipcaucongthuong", name: "Nhịp Cầu Công Thương",
		path: func(d *document) string { return "/" + d.slug + "-" + d.field("id") + ".html" },
		feed: "/rss/cong-nghiep.rss",
	},
	{
		host: "tapchixuongtho.example", folder: "tapchixuongtho", name: "Tạp chí Xưởng Thợ",
		path:    func(d *document) string { return d.published.Format("/2006/01/") + d.slug + "/" },
		perPage: 6,
		listing: func(n int) string {
			if n == 1 {
				return "/category/san-xuat/"
			}
			return fmt.Sprintf("/category/san-xuat/page/%d/", n)
		},
		// This one was taken down; the link stayed.
		links: []link{{"/2025/02/bai-da-go/", "Bài đã gỡ"}},
	},
	{
		host: "thongke.example", folder: "thongke", name: "Cục Thống kê (minh họa)",
		path:    func(d *document) string { return d.published.Format("/2006/01/") + d.slug + "/" },
		perPage: 10,
		listing: func(int) string { return "/so-lieu-cong-nghiep/" },
	},
}

// view is what a layout shows.
type view struct {
	Host, Publisher string
	Title, Sapo     string
	Authors         []string
	Credit          string
	Sections        []string
	Tags            []string
	Published       time.Time
	Modified        time.Time
	Blocks          []block
	HTML            template.HTML
	LD              template.JS
	Items           []*document
	Links           []link
	Next            string
	Page            int
}

// JoinAuthors returns the authors as one line.
func (v view) JoinAuthors() string { return strings.Join(v.Authors, ", ") }

// Author returns the first author.
func (v view) Author() string {
	if len(v.Authors) == 0 {
		return ""
	}
	return v.Authors[0]
}

// Deepest returns the innermost section.
func (v view) Deepest() string { return v.Sections[len(v.Sections)-1] }

var weekdays = [...]string{"Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"}

var functions = template.FuncMap{
	"weekday": func(t time.Time) string { return weekdays[t.Weekday()] },
	"url":     func(d *document) string { return d.Path() },
	"title":   func(d *document) string { return d.field("title") },
	"sapo":    func(d *document) string { return d.field("sapo") },
	"slug":    func(d *document) string { return d.slug },
}

func render() (web, error) {
	w := web{}
	for _, p := range publishers {
		if err := p.render(w); err != nil {
			return nil, fmt.Errorf("%s: %w", p.host, err)
		}
	}
	return w, nil
}

func (p publisher) render(w web) error {
	layout, err := template.New("").Funcs(functions).ParseFS(embedded, "layouts/"+p.folder+".html")
	if err != nil {
		return err
	}
	docs, err := readContent(embedded, p.folder)
	if err != nil {
		return err
	}
	robots, err := fs.ReadFile(embedded, "content/"+p.folder+"/robots.txt")
	if err != nil {
		return err
	}
	newest := docs[0].modified
	if err := w.add(p.host, "/robots.txt", "text/plain; charset=utf-8", newest, robots); err != nil {
		return err
	}
	for _, d := range docs {
		d.fields["path"] = p.path(d)
		body, err := execute(layout, "document", p.document(d))
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		if err := w.add(p.host, d.Path(), "text/html; charset=utf-8", d.modified, body); err != nil {
			return err
		}
	}
	if p.feed != "" {
		if err := w.add(p.host, p.feed, "text/xml; charset=utf-8", newest, p.rss(docs)); err != nil {
			return err
		}
	}
	if p.perPage > 0 {
		return p.renderListing(w, layout, docs)
	}
	return nil
}

func (p publisher) renderListing(w web, layout *template.Template, docs []*document) error {
	newest := docs[0].modified
	for n := 1; len(docs) > 0; n++ {
		count := min(p.perPage, len(docs))
		v := view{Host: p.host, Publisher: p.name, Items: docs[:count], Page: n}
		docs = docs[count:]
		if n == 1 {
			v.Links = p.links
		}
		if len(docs) > 0 {
			v.Next = p.listing(n + 1)
		}
		body, err := execute(layout, "listing", v)
		if err != nil {
			return err
		}
		if err := w.add(p.host, p.listing(n), "text/html; charset=utf-8", newest, body); err != nil {
			return err
		}
	}
	return nil
}

func (p publisher) document(d *document) view {
	v := view{
		Host: p.host, Publisher: p.name,
		Title: d.field("title"), Sapo: d.field("sapo"), Credit: d.field("credit"),
		Authors: d.list("author", ";"), Sections: d.list("section", ">"), Tags: d.list("tags", ";"),
		Published: d.published, Modified: d.modified, Blocks: d.blocks,
		HTML: template.HTML(d.html), // our own bundled markup
	}
	v.LD = template.JS(v.jsonLD())
	return v
}

func execute(t *template.Template, name string, v view) ([]byte, error) {
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, name, v)
	return b.Bytes(), err
}

// jsonLD writes the structured data the way several real systems do: HTML entities
// inside JSON strings, and times cut to the minute.
func (v view) jsonLD() string {
	entities := func(s string) string { // "Quỳnh" becomes "Qu&#x1EF3;nh"
		var b strings.Builder
		for _, r := range s {
			if r < 0x80 {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, "&#x%X;", r)
			}
		}
		return b.String()
	}
	cut := func(t time.Time) string {
		return strings.Replace(t.Truncate(time.Minute).Format(time.RFC3339), "+", "&#x2B;", 1)
	}
	return fmt.Sprintf(`{"@context":"https://schema.org","@type":"NewsArticle",`+
		`"headline":%q,"datePublished":%q,"dateModified":%q,`+
		`"author":{"@type":"Person","name":%q},"publisher":{"@type":"Organization","name":%q}}`,
		strings.ReplaceAll(v.Title, `"`, "&quot;"), cut(v.Published), cut(v.Modified),
		entities(strings.Join(v.Authors, ", ")), entities(v.Publisher))
}

// rss writes an RSS 2.0 feed as the papers do: the picture and the lead as escaped
// markup in the description, the day in the RFC's own form.
func (p publisher) rss(docs []*document) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>`)
	fmt.Fprintf(&b, "<title>%s</title><link>http://%s/</link><description>RSS</description>\n",
		html.EscapeString(p.name), p.host)
	for _, d := range docs {
		address := "http://" + p.host + d.Path()
		lead := fmt.Sprintf(`<a href="%s"><img src="/stores/news_dataimages/%s.jpg"></a>%s`,
			address, d.slug, html.EscapeString(d.field("sapo")))
		fmt.Fprintf(&b, "<item><title>%s</title><description>%s</description><link>%s?rss=1</link><guid isPermaLink=\"true\">%s</guid><pubDate>%s</pubDate></item>\n",
			html.EscapeString(d.field("title")), html.EscapeString(lead), address, address,
			d.published.Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>\n")
	return b.Bytes()
}
