package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestSources lints the project's own sources, one subtest a file, by rules that are
// no law for other people's: what is enabled was seen, patterns have examples,
// requests are slow and spread over the hour, nothing is asked for twice.
func TestSources(t *testing.T) {
	c, err := Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) < 40 {
		t.Errorf("%d sources, want at least 40", len(c.Sources))
	}
	files, err := embeddedFiles()
	if err != nil {
		t.Fatal(err)
	}
	owner := map[string]*Source{} // of hosts without www. and the like, of addresses, of schedules
	minutes := map[int][]string{}
	for _, s := range c.Sources {
		t.Run(string(s.ID), func(t *testing.T) {
			lintComment(t, s, string(files["sources/"+string(s.ID)+".yaml"].data))
			if s.Selectors == "unverified" && s.IsEnabled() {
				t.Error("is enabled, but no page of it was ever seen: write enabled: false")
			}
			if s.Selectors == "verified" && len(s.Layouts) == 0 {
				t.Error("is verified, but has no layout that could have been")
			}
			if time.Duration(s.Delay) < 2*time.Second {
				t.Errorf("delay is %v: two seconds are the least for other people's servers", time.Duration(s.Delay))
			}
			if s.Kind == "statistics" && len(s.Recheck) == 0 {
				t.Error("has no recheck: statistics are revised at the same address")
			}
			if d := s.Documents; d.URL != nil && (len(d.Examples) == 0 || len(d.Counterexamples) == 0) {
				t.Error("documents.url has no example or no counterexample")
			}
			for _, what := range claims(s) {
				if first := owner[what]; first != nil && first != s {
					t.Errorf("%s is %s's already", what, first.ID)
				}
				owner[what] = s
			}
			for _, m := range minutesOf(t, s.Schedule) {
				minutes[m] = append(minutes[m], string(s.ID))
			}
		})
	}
	for m, ids := range minutes {
		if len(ids) > 4 {
			t.Errorf("%d sources begin at minute %d, spread them over the hour: %v", len(ids), m, ids)
		}
	}
}

// lintComment wants a head that says what is known of the source and how.
func lintComment(t *testing.T, s *Source, text string) {
	head, _, _ := strings.Cut(text, "\nid:")
	head = strings.ToLower(head)
	if !strings.HasPrefix(head, "#") {
		t.Fatal("does not begin with a comment that says what was seen, and when")
	}
	if known := regexp.MustCompile(`seen|reported|known|documented`); s.Selectors == "unverified" && !known.MatchString(head) {
		t.Error("its comment does not say what was seen, what is only reported, what is known")
	}
	if year := regexp.MustCompile(`20\d\d`); s.Selectors == "verified" && !year.MatchString(head) {
		t.Error("its comment does not say when its pages were seen")
	}
}

// claims is what only one source may have.
func claims(s *Source) []string {
	var out []string
	if s.Schedule != adaptiveSchedule {
		out = append(out, "schedule "+s.Schedule)
	}
	for _, h := range s.Hosts {
		for _, copy := range []string{"www.", "m.", "amp."} {
			h = strings.TrimPrefix(h, copy)
		}
		out = append(out, "host "+h)
	}
	d := s.Discover
	for _, f := range d.Feeds {
		out = append(out, f.URL)
	}
	for _, l := range d.Listings {
		out = append(out, l.URL)
	}
	own := slices.DeleteFunc(slices.Clone(d.Sitemaps), func(s string) bool { return s == RobotsSitemaps })
	return slices.Concat(out, own, d.Pages)
}

// minutesOf returns the minutes of the hour at which a schedule begins.
func minutesOf(t *testing.T, schedule string) (minutes []int) {
	if schedule == adaptiveSchedule {
		return nil
	}
	field, _, _ := strings.Cut(schedule, " ")
	for part := range strings.SplitSeq(field, ",") {
		m, err := strconv.Atoi(part)
		if err != nil {
			t.Errorf("schedule %q: name the minute, so that the sources can be spread over the hour", schedule)
			continue
		}
		minutes = append(minutes, m)
	}
	return minutes
}

// TestFamilyLayouts checks that a member has its family's layouts after its own and
// that the family itself is left as it is.
func TestFamilyLayouts(t *testing.T) {
	c, err := Load(overlayOf(map[string]string{
		"families.yaml": "- id: he\n  name: Hệ\n  layouts:\n    - match: .he\n      title: {css: h1.he}\n- id: mastercms\n  name: M\n  layouts:\n    - match: .m\n- id: vccorp\n  name: V\n  layouts:\n    - match: .v\n",
		"sources/a.yaml": "id: a\nname: A\nkind: news\nhosts: [a.example]\nselectors: unverified\nfamily: he\nschedule: \"0 6 * * *\"\ndiscover: {listings: [{url: \"https://a.example/\"}]}\n" +
			"layouts:\n  - match: .own\n    title: {css: h1.own}\n",
		"sources/b.yaml": "id: b\nname: B\nkind: news\nhosts: [b.example]\nselectors: unverified\nfamily: he\nschedule: \"0 6 * * *\"\ndiscover: {listings: [{url: \"https://b.example/\"}]}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"a": "[.own .he]", "b": "[.he]"} {
		var got []string
		for _, s := range c.Sources {
			if string(s.ID) != id {
				continue
			}
			for _, l := range s.Layouts {
				got = append(got, l.Match)
			}
		}
		if fmt.Sprint(got) != want {
			t.Errorf("source %s has the layouts %v, want %s", id, got, want)
		}
	}
}

// TestAdaptiveSchedule: a source may follow its feeds instead of a clock.
func TestAdaptiveSchedule(t *testing.T) {
	source := "id: a\nname: A\nkind: news\nhosts: [a.example]\nselectors: unverified\nschedule: %s\ndiscover: {listings: [{url: \"https://a.example/\"}]}\n"
	for schedule, ok := range map[string]bool{"adaptive": true, `"5 * * * *"`: true, "sometimes": false, `"adaptive 5"`: false} {
		_, err := Load(overlayOf(map[string]string{"sources/a.yaml": fmt.Sprintf(source, schedule)}))
		if (err == nil) != ok {
			t.Errorf("schedule %s: %v", schedule, err)
		}
	}
}

func overlayOf(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}
