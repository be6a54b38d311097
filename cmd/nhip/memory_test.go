package main

import "testing"

func TestParseMemory(t *testing.T) {
	for text, want := range map[string]uint64{"": 0, "2GiB": 2 << 30, "1.5 GB": 1_500_000_000, "800MiB": 800 << 20, "500 MB": 500_000_000, "1073741824": 1 << 30} {
		if got, err := parseMemory(text, "x"); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "-2GiB", "1MiB", "2 TB", "NaN", "Inf", "1e300GiB", "GiB"} {
		if got, err := parseMemory(text, "x"); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}
