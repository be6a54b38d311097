package entity

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nhip"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// TestRead reads the archives of testdata/read: a title, sapo and body (one
// paragraph a line), the day, and what must be found in them.
func TestRead(t *testing.T) {
	names, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives under testdata/read: %v", err)
	}
	r := reader(t)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range archive.Files {
				part[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
			}
			at, err := time.ParseInLocation(time.DateOnly, part["at"], nhip.Zone)
			if err != nil {
				t.Fatal(err)
			}
			a := &nhip.Article{Title: part["title"], Sapo: part["sapo"], Body: strings.Split(part["body"], "\n")}
			got := print(a, r.Read(a, nil, at))
			if *update {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(part["want"]+"\n", got); d != "" {
				t.Errorf("found (-want +got):\n%s", d)
			}
		})
	}
}

// print shows what was found, one thing a line, and every mention with its words.
func print(a *nhip.Article, f Found) string {
	var b strings.Builder
	for _, p := range f.People {
		fmt.Fprintf(&b, "person: %s | %s | %s\n", p.Name, p.Position, p.Organisation)
	}
	for _, o := range f.Organisations {
		fmt.Fprintf(&b, "organisation: %s\n", o)
	}
	for _, p := range f.Places {
		fmt.Fprintf(&b, "place: %s [%s]\n", p.Name, p.ID)
	}
	for _, n := range f.Industries {
		fmt.Fprintf(&b, "industry: %s [%s]\n", n.Name, n.Code)
	}
	for _, m := range f.Mentions {
		text := string([]rune(a.Text(m.Paragraph))[m.Start:m.End])
		fmt.Fprintf(&b, "%d:%d-%d %s %q = %s", m.Paragraph, m.Start, m.End, m.Kind, text, m.ID)
		if m.Role != "" {
			fmt.Fprintf(&b, " (%s)", m.Role)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestReadUnknownDay: without a day the present territories are meant.
func TestReadUnknownDay(t *testing.T) {
	got := reader(t).Read(&nhip.Article{Body: []string{"Bắc Ninh tăng trưởng."}}, nil, time.Time{})
	want := []nhip.Place{{ID: "bac-ninh-2025", Name: "Bắc Ninh"}}
	if d := cmp.Diff(want, got.Places); d != "" {
		t.Errorf("places (-want +got):\n%s", d)
	}
}

// FuzzRead reads any text: no panic, and every span lies inside its paragraph.
func FuzzRead(f *testing.F) {
	names, _ := filepath.Glob("testdata/read/*.txtar")
	for _, name := range names {
		if archive, err := txtar.ParseFile(name); err == nil {
			for _, part := range archive.Files {
				if part.Name == "body" {
					f.Add(string(part.Data))
				}
			}
		}
	}
	f.Add("Giám đốc Sở")
	f.Add("ông (")
	f.Add("Chủ tịch A-B, kiêm")
	r := reader(f)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || len(text) > 10_000 {
			return
		}
		a := &nhip.Article{Body: strings.Split(text, "\n")}
		got := r.Read(a, nil, time.Date(2025, 7, 1, 0, 0, 0, 0, nhip.Zone))
		for _, m := range got.Mentions {
			if n := utf8.RuneCountInString(a.Text(m.Paragraph)); m.Start < 0 || m.Start >= m.End || m.End > n {
				t.Errorf("span %d-%d in a paragraph of %d code points: %+v", m.Start, m.End, n, m)
			}
			if m.ID == "" || m.Name == "" {
				t.Errorf("a mention without name: %+v", m)
			}
		}
	})
}

// BenchmarkRead reads the body of every archive as one article. The baseline is
// the same text through strings.Fields: what any reader must at least do.
func BenchmarkRead(b *testing.B) {
	names, err := filepath.Glob("testdata/read/*.txtar")
	if err != nil || len(names) == 0 {
		b.Fatal("no archives under testdata/read")
	}
	a := &nhip.Article{}
	size := 0
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "body" {
				a.Body = append(a.Body, strings.Split(string(f.Data), "\n")...)
				size += len(f.Data)
			}
		}
	}
	r := reader(b)
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			r.Read(a, nil, time.Time{})
		}
	})
	b.Run("baseline=fields", func(b *testing.B) {
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, p := range a.Body {
				strings.Fields(p)
			}
		}
	})
}
