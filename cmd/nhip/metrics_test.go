package main

import (
	"regexp"
	"strings"
	"testing"
)

// checkMetrics holds an answer of /metrics against Prometheus' text format: every
// sample stands below its HELP and TYPE, is named once with the same labels, and the
// gauges a monitor needs are there.
func checkMetrics(t *testing.T, body string) {
	t.Helper()
	sample := regexp.MustCompile(`^(nhip_[a-z_]+)(?:\{([a-z]+="[^"\\]*")\})? ([0-9]+)$`)
	head := regexp.MustCompile(`^# (HELP|TYPE) (nhip_[a-z_]+) (.+)$`)
	kinds, seen, values := map[string]string{}, map[string]bool{}, map[string]string{}
	last := ""
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if m := head.FindStringSubmatch(line); m != nil {
			if m[1] == "TYPE" {
				if kinds[m[2]] != "" {
					t.Errorf("%s is described twice", m[2])
				}
				kinds[m[2]] = m[3]
			}
			last = m[2]
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil || m[1] != last {
			t.Errorf("no sample of %s: %q", last, line)
			continue
		}
		if key := m[1] + m[2]; seen[key] {
			t.Errorf("twice: %s", line)
		} else {
			seen[key] = true
		}
		values[m[1]] = m[3]
	}
	for name, kind := range kinds {
		if want := map[bool]string{true: "counter", false: "gauge"}[strings.HasSuffix(name, "_total")]; kind != want {
			t.Errorf("%s is a %s, want a %s", name, kind, want)
		}
	}
	if values["nhip_store_up"] != "1" {
		t.Errorf("nhip_store_up %s", values["nhip_store_up"])
	}
	for _, name := range []string{"nhip_store_disk_free_bytes", "nhip_store_bytes", "nhip_store_rows", "nhip_store_parts", "nhip_store_parts_max", "nhip_source_last_run_timestamp_seconds"} {
		if values[name] == "" || values[name] == "0" {
			t.Errorf("%s: %q", name, values[name])
		}
	}
}
