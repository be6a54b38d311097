package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// release is a page of a made-up statistics office and the day it was fetched.
type release struct{ url, day, page string }

// loadReleases loads each release in a run of its own, in the given order.
func loadReleases(t *testing.T, dir string, releases []release) {
	t.Helper()
	sources := filepath.Join(dir, "catalog", "sources")
	if err := os.MkdirAll(sources, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"cuc-a", "cuc-b"} {
		yaml := fmt.Sprintf("id: %s\nname: Cục %s\nkind: statistics\nhosts: [%s.example]\nlanguage: vi\nplace: viet-nam\nselectors: verified\n"+
			"schedule: \"5 */6 * * *\"\ndelay: 10ms\nmax_per_run: 100\nrecheck: [1d]\ndiscover:\n  pages: [\"http://%s.example/bao-cao-2\"]\n", id, id, id, id)
		if err := os.WriteFile(filepath.Join(sources, id+".yaml"), []byte(yaml), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range releases {
		archive := t.TempDir()
		index := "file\turl\tkind\tfetched_at\n1.html\t" + r.url + "\ttable\t" + r.day + "T09:00:00+07:00\n"
		for name, text := range map[string]string{"1.html": r.page, "index.tsv": index} {
			if err := os.WriteFile(filepath.Join(archive, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if run := accounts(t, dir, "--catalog", filepath.Join(dir, "catalog"), "--archive", archive); run.Totals.Loaded != 1 {
			t.Fatalf("%s of %s is not loaded: %+v", r.url, r.day, run.Totals)
		}
	}
}

// iipTable and steelTable are tables of a report; a column is a header and its numbers.
func iipTable(columns ...[3]string) string {
	return table("1. Chỉ số sản xuất công nghiệp", "", []string{"Toàn ngành công nghiệp", "Khai khoáng"}, columns)
}

func steelTable(columns ...[3]string) string {
	return table("2. Sản lượng thép", "<p>Đơn vị tính: Nghìn tấn</p>", []string{"Thép cán", "Thép thanh"}, columns)
}

func table(title, unit string, labels []string, columns [][3]string) string {
	page := "<p>" + title + "</p>" + unit + "<table><tr><td></td>"
	for _, c := range columns {
		page += "<td>" + c[0] + "</td>"
	}
	for i, label := range labels {
		page += "</tr><tr><td>" + label + "</td>"
		for _, c := range columns {
			page += "<td>" + c[i+1] + "</td>"
		}
	}
	return page + "</tr></table>"
}

func releases() []release {
	return []release{
		{"http://cuc-a.example/bao-cao-2", "2031-02-28", iipTable(
			[3]string{"Tháng 1 năm 2031 so với kỳ gốc 2025", "121,3", "..."},
			[3]string{"Tháng 2 năm 2031 so với kỳ gốc 2025", "118,25", "98,2"},
			[3]string{"Tháng 2 năm 2031 so với cùng kỳ năm trước", "104,1", "97,0"}) +
			steelTable([3]string{"Tháng 1 năm 2031", "1.234,5", "88,1"}, [3]string{"Ước tính tháng 2 năm 2031", "1.300,0", "90,1"})},
		{"http://cuc-a.example/bao-cao-3", "2031-03-31", iipTable(
			[3]string{"Tháng 1 năm 2031 so với kỳ gốc 2025", "121,3", "96,0"},
			[3]string{"Tháng 2 năm 2031 so với kỳ gốc 2025", "118,3", "98,2"}) +
			steelTable([3]string{"Tháng 2 năm 2031", "1.450,0", "90,1"}, [3]string{"Ước tính tháng 3 năm 2031", "1.500.000,0", "91,1"})},
		{"http://cuc-a.example/bao-cao-4", "2031-04-30", iipTable(
			[3]string{"Tháng 2 năm 2031 so với kỳ gốc 2030", "102,0", "99,0"})},
		{"http://cuc-b.example/chi-so", "2031-04-15", iipTable(
			[3]string{"Tháng 2 năm 2031 so với cùng kỳ năm trước", "106,1", "97,02"})},
		{"http://cuc-a.example/bao-cao-2", "2031-05-31", iipTable(
			[3]string{"Tháng 1 năm 2031 so với kỳ gốc 2025", "121,3", "..."},
			[3]string{"Tháng 2 năm 2031 so với kỳ gốc 2025", "118,25", "98,2"},
			[3]string{"Tháng 2 năm 2031 so với cùng kỳ năm trước", "104,1", "97,0"}) +
			steelTable([3]string{"Ước tính tháng 2 năm 2031", "1.300,0", "90,1"})},
	}
}

func TestRevisions(t *testing.T) {
	needEngine(t)
	dir := t.TempDir()
	loadReleases(t, dir, releases())
	t.Run("views", func(t *testing.T) { revisionViews(t, dir) })
	t.Run("questions", func(t *testing.T) { revisionQuestions(t, dir) })
}

// revisionViews: a rounding, a revision, a new base, an addition and a removal are told
// apart, and a jump of magnitude and two sources that disagree are shown.
func revisionViews(t *testing.T, dir string) {
	ask := func(sql string) string {
		return strings.TrimSpace(nhipOutput(t, dir, "query", "--format", "TSV", sql))
	}
	got := ask(`SELECT arrayElement(splitByString(' > ', path), -1) AS row, period, class, ifNull(toString(value_before), '-'),
		ifNull(toString(value), '-'), ifNull(toString(difference), '-'), toDate(known_at), concat(base_before, '>', base_period)
		FROM v_revisions WHERE class != 'unchanged' ORDER BY row, period, known_at, class`)
	want := strings.Join([]string{
		"Khai khoáng\t2031-01\tadded\t-\t96\t-\t2031-03-31\t2025>2025",
		"Khai khoáng\t2031-02\tre-base\t98.2\t99\t0.8\t2031-04-30\t2025>2030",
		"Thép cán\t2031-01\tremoved\t1234500\t-\t-\t2031-05-31\t>",
		"Thép cán\t2031-02\trevision\t1300000\t1450000\t150000\t2031-03-31\t>",
		"Thép thanh\t2031-01\tremoved\t88100\t-\t-\t2031-05-31\t>",
		"Toàn ngành công nghiệp\t2031-02\trounding\t118.25\t118.3\t0.05\t2031-03-31\t2025>2025",
		"Toàn ngành công nghiệp\t2031-02\tre-base\t118.3\t102\t-16.3\t2031-04-30\t2025>2030",
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("revisions (-want +got):\n%s", diff)
	}
	got = ask("SELECT finding, path, period, other_period, toString(value), toString(other_value) FROM v_findings ORDER BY finding, path")
	if want := "scale_jump\tThép cán\t2031-03\t2031-02\t1500000000\t1450000"; got != want {
		t.Errorf("findings: %s, want %s", got, want)
	}
	got = ask("SELECT source_a, source_b, item, value_a, value_b, difference, agree FROM v_disagreements ORDER BY item")
	if want := "cuc-a\tcuc-b\t\t104.1\t106.1\t2\t0\ncuc-a\tcuc-b\tvsic-b\t97\t97.02\t0.02\t1"; got != want {
		t.Errorf("disagreements:\n%s\nwant\n%s", got, want)
	}
	first := ask("SELECT toString(value) FROM v_observation_first WHERE path = 'Thép cán' AND period = '2031-02'")
	latest := ask("SELECT toString(value) FROM v_observations WHERE path = 'Thép cán' AND period = '2031-02'")
	if first != "1300000" || latest != "1450000" {
		t.Errorf("first %s, latest %s; want 1300000 and 1450000", first, latest)
	}
}

// revisionQuestions: the questions and exports give what the views hold.
func revisionQuestions(t *testing.T, dir string) {
	out := nhipOutput(t, dir, "trends", "revisions", "steel-output", "--industry", "Thép cán", "--format", "csv")
	if !strings.Contains(out, "2031-02,cuc-a,Việt Nam,level,,,tấn,2031-02-28,1300000,2031-03-31,1450000,150000,11.54,revision,estimate → actual,150000,1,Thép cán") {
		t.Errorf("revisions:\n%s", out)
	}
	out = nhipOutput(t, dir, "trends", "series", "iip", "--compare", "yoy", "--format", "csv")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 3 || !strings.Contains(lines[1], "cuc-a") || !strings.Contains(lines[2], "cuc-b") {
		t.Errorf("one line of each source is wanted:\n%s", out)
	}
	if out := nhipOutput(t, dir, "trends", "disagreements", "iip", "--format", "csv"); !strings.Contains(out, "cuc-a,104.1,cuc-b,106.1,2,1.92,0") {
		t.Errorf("disagreements:\n%s", out)
	}
	if out := nhipOutput(t, dir, "trends", "findings", "--format", "csv"); !strings.Contains(out, "scale_jump") || strings.Count(out, "\n") != 2 {
		t.Errorf("findings:\n%s", out)
	}

	out = nhipOutput(t, dir, "export", "sdmx", "steel-output", "--industry", "Thép cán")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 5 || !strings.Contains(out, ",TON,actual,2031-03-31T09:00:00+07:00,2031-02,1450,A,3,1,") {
		t.Errorf("SDMX-CSV wants four numbers of three months:\n%s", out)
	}
	if out := nhipOutput(t, dir, "export", "sdmx", "steel-output", "--asof", "2031-03-01"); strings.Contains(out, "2031-03-31") || strings.Count(out, "\n") != 5 {
		t.Errorf("SDMX-CSV as of March 1:\n%s", out)
	}
	var set struct {
		Size   []int
		Value  map[string]float64
		Status map[string]string
	}
	if err := json.Unmarshal([]byte(nhipOutput(t, dir, "export", "jsonstat", "steel-output", "--industry", "Thép cán")), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Value) != 4 || len(set.Status) != 4 {
		t.Errorf("JSON-stat: %+v", set)
	}
	if out := nhipOutput(t, dir, "export", "csv", "v_revisions"); !strings.Contains(out, "re-base") {
		t.Errorf("v_revisions:\n%s", out)
	}
	if out := nhipOutput(t, dir, "trends", "vintages", "steel-output", "--industry", "Thép cán", "--format", "svg"); !strings.Contains(out, "Sản lượng thép") || !strings.Contains(out, "</svg>") {
		t.Errorf("picture: %.300s", out)
	}
}
