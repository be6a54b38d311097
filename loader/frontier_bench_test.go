package loader

import (
	"fmt"
	"testing"
	"time"

	"nhip"
)

// BenchmarkFrontier is what a crawl asks of a store that knows a million addresses of
// its source, half of them only discovered: to write down a thousand more, the next
// thousand that are due, when the first is due, and what is known of a thousand.
func BenchmarkFrontier(b *testing.B) {
	s := openTest(b)
	now := time.Now().Truncate(time.Millisecond)
	address := func(i int) string {
		return fmt.Sprintf("https://bao.example/san-xuat/cong-nghiep-che-bien-che-tao-%07d.html", i)
	}
	visits := func(from, n int) []nhip.Visit {
		out := make([]nhip.Visit, n)
		for i := range out {
			out[i] = nhip.Visit{Source: "bao", URL: address(from + i), Kind: nhip.KindArticle, NextDue: now.Add(-time.Duration(from+i) * time.Millisecond)}
		}
		return out
	}
	const known, block = 1_000_000, 100_000
	for from := 0; from < known; from += block {
		list := visits(from, block)
		if err := s.Discovered(b.Context(), list); err != nil {
			b.Fatal(err)
		}
		if from >= known/2 {
			continue
		}
		items := make([]nhip.Item, len(list))
		for i, v := range list {
			v.At, v.Outcome, v.NextDue = now, nhip.OutcomeOK, time.Time{}
			items[i].Visit = v
		}
		if _, err := s.Load(b.Context(), "run", items); err != nil {
			b.Fatal(err)
		}
	}
	thousand := make([]string, 1000)
	for i := range thousand {
		thousand[i] = address(i * 997)
	}
	next := known
	for name, do := range map[string]func() (int, error){
		"discovered": func() (int, error) { next += 1000; return 1000, s.Discovered(b.Context(), visits(next, 1000)) },
		"due":        func() (int, error) { v, err := s.Due(b.Context(), "bao", now, 1000); return len(v), err },
		"next due":   func() (int, error) { at, err := s.NextDue(b.Context(), "bao"); return 1000, errOr(err, at.IsZero()) },
		"known":      func() (int, error) { v, err := s.Visits(b.Context(), "bao", thousand); return len(v), err },
		"lease": func() (int, error) {
			_, release, _, err := s.Lease(b.Context(), "bao", "run")
			if err == nil {
				release()
			}
			return 1000, err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if n, err := do(); err != nil || n != 1000 {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func errOr(err error, isWrong bool) error {
	if err == nil && isWrong {
		return fmt.Errorf("nothing is due")
	}
	return err
}
