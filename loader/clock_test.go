package loader

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nhip"
)

func TestCheckClock(t *testing.T) {
	s := openUnmigrated(t)
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, nhip.Zone)
	if err := s.CheckClock(t.Context(), long); err != nil {
		t.Errorf("a new store: %v", err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(what string, now time.Time, wrong bool) {
		t.Helper()
		err := s.CheckClock(t.Context(), now)
		if errors.Is(err, ErrClock) != wrong || !wrong && err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if wrong && err != nil && !strings.Contains(err.Error(), now.In(nhip.Zone).Format("2006-01-02 15:04")) {
			t.Errorf("%s: the sentence does not say what this machine says: %v", what, err)
		}
	}
	check("before the schema was made", long, true)
	check("now", time.Now(), false)
	check("a little behind", time.Now().Add(-clockSkew/2), false)
	check("far ahead", time.Now().AddDate(3, 0, 0), false) // a machine that slept for years
	soon := time.Now().Add(48 * time.Hour)
	if err := s.SaveRun(t.Context(), nhip.Run{ID: "r", StartedAt: soon, Totals: nhip.NewAccount("")}); err != nil {
		t.Fatal(err)
	}
	check("before the last run", time.Now(), true)
	check("after the last run", soon.Add(time.Hour), false)
	// Archives hold any time; they say nothing about the clock.
	items := testItems(1)
	items[0].Page.FetchedAt, items[0].Visit.At = soon.AddDate(9, 0, 0), soon.AddDate(9, 0, 0)
	if _, err := s.Load(t.Context(), "r", items); err != nil {
		t.Fatal(err)
	}
	check("a page of the future", soon.Add(time.Hour), false)
}
