package article

import (
	"strings"
	"testing"
)

// TestCutLongTags: only large pages lose tags, and only those too long for any page.
func TestCutLongTags(t *testing.T) {
	filler := strings.Repeat("<p>Một đoạn văn.</p>", smallEnough/20)
	long := "<div " + strings.Repeat("a=b ", longestTag) + ">"
	script := "<script>if (a <" + strings.Repeat("b", 2*longestTag) + "</script>"
	for _, test := range []struct{ name, page, want string }{
		{"small", "<p>một</p>" + long + "hai", "<p>một</p>" + long + "hai"},
		{"large without", filler, filler},
		{"large", filler + long + "hai", filler + "hai"},
		{"never closed", filler + strings.TrimSuffix(long, ">"), filler},
		{"in a script", filler + script + "hai", filler + "<script>if (a </script>hai"},
	} {
		if got := cutLongTags(test.page); got != test.want {
			t.Errorf("%s: %d bytes, want %d; ends %q", test.name, len(got), len(test.want), tail(got, 40))
		}
	}
}
