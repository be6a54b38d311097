package article

import (
	"slices"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

func TestLastKey(t *testing.T) {
	for css, want := range map[string]string{
		"h1.title-detail": ".title-detail",
		"article.fck_detail p.Normal[style*=right]:last-of-type": ".Normal",
		"#main .detail":                  ".detail",
		"div#content.x":                  "#content",
		"ul.breadcrumb > li a":           "a",
		"[data-role=sapo]":               "[data-role",
		"[data-role!=sapo]":              "",
		"article:has(time[datetime]) h1": "h1",
		"a[href*='/tac-gia/']":           "a",
		"[type^=Related] .x:not(.a.b)":   ".x",
		".a:nth-child(2) + td":           "td",
		"*":                              "",
		".tag h3 a[title='x > y .z']":    "a",
		"span:not([class*=avatar])":      "span",
		".article-meta__author span.b:nth-of-type(2n+1)": ".b",
	} {
		sel, err := cascadia.Parse(css)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{css, sel.String()} {
			if got := keysOf(form).key; got != want {
				t.Errorf("the last key of %s is %q, want %q", form, got, want)
			}
		}
	}
}

// The index by keys finds what asking the whole page finds.
func TestFindByKey(t *testing.T) {
	for _, css := range []string{"p.a", "#x p, .b", "div > p:first-child", "[data-x]", "p[title='.q > r']", "*", "div .a", "#x > .a", "#x + .b p", ".a ~ p", ".a+p", "#none p",
		".b .a, #x p", "#x .b p", ".b #x p", "div:not(.b) > p", "#x p:has(b), .c .c b", ".c .c", ".c > .d b", ".c ~ .d b", "[data-y] b", "[data-y] + i", "body > .b p"} {
		sel, err := compile(css)
		if err != nil {
			t.Fatal(err)
		}
		keys := newKeySet()
		sel.eachKey(keys.add)
		tree, err := parse([]byte(`<div id=x><p class="a b">1</p><p title=".q > r" data-x>2<b>c</b></p></div><div class=b><p>3</p></div>
			<div class=c data-y=1><div class="c e"><div class=d><b>4</b><i>5</i></div></div><div class=d><b>6</b></div></div><i>7</i>`))
		if err != nil {
			t.Fatal(err)
		}
		s := look(tree, keys)
		got, want := s.find(sel), sel.match.MatchAll(tree.root)
		slices.SortFunc(got, func(a, b *html.Node) int { return slices.Index(want, a) - slices.Index(want, b) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d elements by key, %d on the whole page", css, len(got), len(want))
		}
	}
}
