package article

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseJSONLD(t *testing.T) {
	for _, test := range []struct {
		name, script, path string
		want               []string
	}{
		{"plain", `{"@type":"NewsArticle","headline":"Một"}`, "headline", []string{"Một"}},
		{"trailing commas", `{"headline":"Một","author":[{"name":"An",},],}`, "author.name", []string{"An"}},
		{"raw line break", "{\"headline\":\"Một\nhai\"}", "headline", []string{"Một hai"}},
		{"unescaped quotes", `{"headline":"Pin "LFP" đầu tiên","name":"x"}`, "headline", []string{`Pin "LFP" đầu tiên`}},
		{"unescaped quote before a comma", `{"headline":"Pin "LFP", rồi "NMC"","name":"x"}`, "headline", []string{`Pin "LFP", rồi "NMC"`}},
		{"bad escape", `{"headline":"Giá \'chát\' 5\% "}`, "headline", []string{"Giá 'chát' 5%"}},
		{"entities", `{"headline":"Tu&#7893;i &amp;amp; Tr&amp;#7867;"}`, "headline", []string{"Tuổi & Trẻ"}},
		{"comment", "<!-- {\"headline\":\"Một\"} -->", "headline", []string{"Một"}},
		{"several values", `{"x":1}{"headline":"Hai"}`, "headline", []string{"Hai"}},
		{"array", `[{"x":1},{"headline":"Hai"}]`, "headline", []string{"Hai"}},
		{"graph", `{"@graph":[{"@type":"WebPage"},{"headline":"Ba"}]}`, "headline", []string{"Ba"}},
		{"semicolon", `{"headline":"Một"};`, "headline", []string{"Một"}},
		{"markup", `{"description":"<p>Giá &lt; 5 <b>USD</b></p>"}`, "description", []string{"Giá < 5 USD"}},
		{"cut off", `{"headline":"Một`, "headline", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, th := range parseJSONLD(test.script) {
				got = append(got, th.strings(test.path)...)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPersons(t *testing.T) {
	things := parseJSONLD(`{"author":[{"@type":"Person","name":"Trần An"},{"@type":["Organization"],"name":"Báo Mẫu"},"Lê B"]}`)
	people, others := things[0].persons(nil)
	if diff := cmp.Diff([]string{"Trần An"}, people); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Báo Mẫu", "Lê B"}, others); diff != "" {
		t.Error(diff)
	}
}

func FuzzJSONLD(f *testing.F) {
	f.Add(`{"@type":"NewsArticle","headline":"Một "hai" ba",}`)
	f.Add(`[{"itemListElement":[{"position":2,"name":"b"},{"position":1,"item":{"name":"a"}}]}]`)
	f.Add(`<!-- {"a":"\'"} -->`)
	f.Fuzz(func(t *testing.T, script string) {
		for _, th := range parseJSONLD(script) {
			th.persons(nil)
			th.breadcrumb()
			th.is("NewsArticle")
			th.strings("mainEntityOfPage.@id")
		}
	})
}
