package loader

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nhip"
)

// The counts of a day follow the documents: an edit takes its document out of the day
// and the numbers it has left, a withdrawal takes it out of all, and loading anything
// again counts nothing twice.
func TestDailyCounts(t *testing.T) {
	s := openTest(t)
	items := testItems(4)
	daily := func() []string {
		t.Helper()
		rows, err := s.Query(t.Context(), "SELECT day, articles, edited, observations, mentions FROM v_daily ORDER BY day", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		out := []string{}
		for rows.Next() {
			cells, err := rows.Strings()
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(cells))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	edited := items[1]
	page, record := *edited.Page, *edited.Record
	page.FetchedAt, page.Body = page.FetchedAt.Add(72*time.Hour), []byte("sửa")
	page.SHA256 = sha256.Sum256(page.Body)
	moved := record.Article.PublishedAt.Add(24 * time.Hour)
	record.Article.PublishedAt, record.Article.Body = &moved, []string{"Đã sửa."}
	record.Observations = record.Observations[:1]
	edited.Page, edited.Record, edited.Visit.At = &page, &record, page.FetchedAt
	gone := items[2]
	gone.Page, gone.Record = nil, nil
	gone.Visit.Outcome, gone.Visit.At = nhip.OutcomeGone, gone.Visit.At.Add(96*time.Hour)
	for _, step := range []struct {
		what  string
		items []nhip.Item
		want  []string
	}{
		{"loaded", items, []string{"[2024-03-07 4 0 12 4]"}},
		{"loaded again", items, []string{"[2024-03-07 4 0 12 4]"}},
		{"one edited, to the next day", []nhip.Item{edited}, []string{"[2024-03-07 3 0 9 3]", "[2024-03-08 1 1 1 1]"}},
		{"one withdrawn", []nhip.Item{gone}, []string{"[2024-03-07 2 0 6 2]", "[2024-03-08 1 1 1 1]"}},
		{"all again", []nhip.Item{gone, edited}, []string{"[2024-03-07 2 0 6 2]", "[2024-03-08 1 1 1 1]"}},
	} {
		if _, err := s.Load(t.Context(), step.what, step.items); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(step.want, daily()); d != "" {
			t.Errorf("%s: %s", step.what, d)
		}
	}
}
