package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// configFile holds the settings of the engine that no option of its command line has. It
// is written anew at every start.
const configFile = "engine.xml"

// tableSettings are the settings of MergeTree that differ from ClickHouse's own, whose
// defaults are for servers: a table keeps two buffers of 1 MiB for each file it writes, so
// that an insert into fifty columns took 230 MB and a merge 370 MB, whatever they
// wrote. Here buffers grow with what they hold, and also small merges go column by
// column.
var tableSettings = [][2]string{
	{"min_columns_to_activate_adaptive_write_buffer", "1"},
	{"vertical_merge_algorithm_min_rows_to_activate", "1"},
}

// boundedCaches are caches whose own bounds are gigabytes. Under a cap of memory each may
// take this part of it: what they hold counts, and statements need the rest. A search
// for a phrase needs the postings of its words, of which the most frequent take 10 MB in a
// million articles.
var boundedCaches = []struct {
	name string
	part uint64
}{
	{"text_index_postings_cache_size", 4}, {"mark_cache_size", 16}, {"index_mark_cache_size", 16}, {"primary_index_cache_size", 16}, {"text_index_tokens_cache_size", 16},
	{"text_index_header_cache_size", 16}, {"query_condition_cache_size", 16}, {"compiled_expression_cache_size", 16},
}

// configText is the content of the file for a cap of memory, 0 for none.
func configText(memory uint64) string {
	var b strings.Builder
	b.WriteString("<!-- Written by nhip at every start of the engine; changes are lost. -->\n<clickhouse>\n")
	if memory > 0 {
		for _, cache := range boundedCaches {
			fmt.Fprintf(&b, "  <%s>%d</%[1]s>\n", cache.name, memory/cache.part)
		}
	}
	b.WriteString("  <merge_tree>\n")
	for _, s := range tableSettings {
		fmt.Fprintf(&b, "    <%s>%s</%[1]s>\n", s[0], s[1])
	}
	b.WriteString("  </merge_tree>\n</clickhouse>\n")
	return b.String()
}

// configOption writes the file into the data directory, whose lock is held, and returns
// the option that names it.
func configOption(dataDir string, memory uint64) (string, error) {
	name := filepath.Join(dataDir, configFile)
	if err := os.WriteFile(name, []byte(configText(memory)), 0o600); err != nil {
		return "", fmt.Errorf("write the engine's settings: %w", err)
	}
	return "--config-file=" + name, nil
}
