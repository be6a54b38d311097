package main

import (
	"math"
	"strconv"
	"strings"
)

// leastMemory is what the engine needs to open a store and answer at all.
const leastMemory = 300 << 20

// parseMemory reads an amount of memory such as 2GiB, 1.5 GB or 800MiB; empty is 0.
func parseMemory(text, from string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	number, unit := strings.TrimSpace(text), 1.0
	for _, u := range []struct {
		suffix string
		bytes  float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"GB", 1e9}, {"MB", 1e6}} {
		if n, ok := strings.CutSuffix(number, u.suffix); ok {
			number, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if bytes := n * unit; err == nil && bytes >= leastMemory && bytes < math.MaxInt64 {
		return uint64(bytes), nil
	}
	return 0, usagef("memory %q from %s: want an amount such as 2GiB, at least %dMiB", text, from, leastMemory>>20)
}
