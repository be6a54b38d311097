package article

import (
	"testing"

	"github.com/andybalholm/cascadia"
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
			if got := lastKey(form); got != want {
				t.Errorf("lastKey(%s) = %q, want %q", form, got, want)
			}
		}
	}
}

// The index by keys finds what asking the whole page finds.
func TestFindByKey(t *testing.T) {
	for _, css := range []string{"p.a", "#x p, .b", "div > p:first-child", "[data-x]", "p[title='.q > r']", "*"} {
		sel, err := compile(css)
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		for _, k := range sel.keys {
			keys[k] = true
		}
		tree, err := parse([]byte(`<div id=x><p class="a b">1</p><p title=".q > r" data-x>2</p></div><div class=b><p>3</p></div>`))
		if err != nil {
			t.Fatal(err)
		}
		s := look(tree, keys)
		if got, want := len(s.find(sel)), len(sel.match.MatchAll(tree.root)); got != want {
			t.Errorf("%s: %d elements by key, %d on the whole page", css, got, want)
		}
	}
}
