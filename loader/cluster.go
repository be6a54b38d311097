package loader

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A cluster gets the same schema files as one server, each statement rewritten:
//
//   - A table of documents becomes a replicated table NAME_local on every shard and a
//     Distributed table NAME over them. Its rows lie on the shard of their document, so
//     replacing keys, FINAL and joins of one document's rows stay right.
//   - A small table that every query may need (the catalog, accounts, batches,
//     migrations) is one replicated table with all nodes as its replicas.
//   - A view whose rows each come from one document is computed on the shards
//     (NAME_local) and read through a Distributed table NAME. Every other view reads the
//     Distributed tables, with GLOBAL joins and subqueries.
//   - Dictionaries, and changes of tables, go to every node.
//
// The engine of this machine can parse what comes out and cannot run it: the
// embedded engine has no Keeper.
type cluster struct {
	name     string
	database string
}

// shardKeys are the tables that are spread, and by what. Tables not named here are on
// every node.
var shardKeys = map[string]string{
	"pages": "doc_id", "documents": "doc_id", "document_versions": "doc_id", "observations": "doc_id",
	"mentions": "doc_id", "rejects": "doc_id", "visits": "url_id", "article_words": "doc_id",
}

// documentViews are the views each of whose rows is made of one document's rows
// alone, and of tables that are on every node.
var documentViews = []string{"content_readings", "v_articles", "v_observation_vintages", "v_mentions", "v_article_words"}

func (c cluster) spread(name string) bool {
	return shardKeys[name] != "" || slices.Contains(documentViews, name)
}

func (c cluster) on() string { return " ON CLUSTER " + quoteName(c.name) }

var (
	createTable      = regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+)`)
	createView       = regexp.MustCompile(`^CREATE OR REPLACE VIEW (\w+)`)
	createDictionary = regexp.MustCompile(`^CREATE DICTIONARY IF NOT EXISTS (\w+)`)
	alterTable       = regexp.MustCompile(`^ALTER TABLE (\w+)`)
	dropAny          = regexp.MustCompile(`^DROP (?:TABLE|VIEW|DICTIONARY) IF EXISTS (\w+)`)
	onDatabase       = regexp.MustCompile(`^CREATE DATABASE IF NOT EXISTS (\S+)`)
	mergeTree        = regexp.MustCompile(`ENGINE\s*=\s*(\w*MergeTree)\b(?:\(([^)]*)\))?`)
	viewComment      = regexp.MustCompile(`\nCOMMENT '(?:[^'\\]|\\.)*'$`)
	alterColumn      = regexp.MustCompile(`^ALTER TABLE \w+\s+(?:ADD|DROP|MODIFY|RENAME|COMMENT) COLUMN\b`)
)

// statements returns what a statement of a schema file becomes on the cluster. A
// kind of statement that is not known here is an error: guessing would leave one node
// with another schema.
func (c cluster) statements(sql string) ([]string, error) {
	switch {
	case createTable.MatchString(sql):
		return c.table(sql)
	case createView.MatchString(sql):
		return c.view(sql), nil
	case createDictionary.MatchString(sql):
		return []string{after(createDictionary, sql, c.on())}, nil
	case onDatabase.MatchString(sql):
		return []string{after(onDatabase, sql, c.on())}, nil
	case alterTable.MatchString(sql):
		return c.alter(sql), nil
	case dropAny.MatchString(sql):
		name, outer := dropAny.FindStringSubmatch(sql)[1], sql
		if slices.Contains(documentViews, name) { // it is read through a Distributed table
			outer = strings.Replace(sql, "DROP VIEW", "DROP TABLE", 1)
		}
		out := []string{after(dropAny, outer, c.on())}
		if c.spread(name) {
			out = append(out, after(dropAny, sql, "_local"+c.on()))
		}
		return out, nil
	}
	first, _, _ := strings.Cut(sql, "\n")
	return nil, fmt.Errorf("%.60q: loader/cluster.go does not know how this kind of statement is run on a cluster", first)
}

// after inserts text behind the matched beginning of a statement.
func after(head *regexp.Regexp, sql, text string) string {
	end := head.FindStringIndex(sql)[1]
	return sql[:end] + text + sql[end:]
}

func (c cluster) table(sql string) ([]string, error) {
	name := createTable.FindStringSubmatch(sql)[1]
	found := mergeTree.FindAllStringSubmatchIndex(sql, -1)
	if len(found) != 1 {
		return nil, fmt.Errorf("table %s: want one ENGINE = …MergeTree, found %d", name, len(found))
	}
	at := found[0]
	engine, arguments := sql[at[2]:at[3]], ""
	if at[4] >= 0 && strings.TrimSpace(sql[at[4]:at[5]]) != "" {
		arguments = ", " + sql[at[4]:at[5]]
	}
	path, replica := "'/clickhouse/tables/{uuid}/{shard}', '{replica}'", ""
	key := shardKeys[name]
	if key == "" {
		path = "'/clickhouse/tables/{uuid}/every', '{shard}-{replica}'"
	} else {
		replica = "_local"
	}
	local := sql[:at[0]] + "ENGINE = Replicated" + engine + "(" + path + arguments + ")" + sql[at[1]:]
	// A repeated send is recognised for a week, as long as a crawl may be stuck.
	local = strings.Replace(local, "non_replicated_deduplication_window = ",
		"replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = ", 1)
	out := []string{after(createTable, local, replica+c.on())}
	if key != "" {
		out = append(out, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s%s AS %s_local ENGINE = %s", name, c.on(), name, c.distributed(name, key)))
	}
	return out, nil
}

func (c cluster) distributed(name, key string) string {
	return fmt.Sprintf("Distributed(%s, %s, %s, cityHash64(%s))", quoteText(c.name), quoteText(c.database), quoteText(name+"_local"), key)
}

func (c cluster) view(sql string) []string {
	name := createView.FindStringSubmatch(sql)[1]
	if !slices.Contains(documentViews, name) {
		return []string{after(createView, globalQuery(sql), c.on())}
	}
	comment := viewComment.FindString(sql)
	return []string{
		after(createView, c.localQuery(sql), "_local"+c.on()),
		fmt.Sprintf("CREATE OR REPLACE TABLE %s%s AS %s_local ENGINE = %s%s", name, c.on(), name, c.distributed(name, "doc_id"), comment),
	}
}

// alter changes a table on every node. The Distributed table over it has the
// columns, and nothing else of it.
func (c cluster) alter(sql string) []string {
	name := alterTable.FindStringSubmatch(sql)[1]
	if !c.spread(name) {
		return []string{after(alterTable, sql, c.on())}
	}
	out := []string{after(alterTable, sql, "_local"+c.on())}
	if alterColumn.MatchString(sql) {
		out = append(out, after(alterTable, sql, c.on()))
	}
	return out
}

// localQuery lets a query read the shard's own tables: the names after FROM and
// JOIN.
func (c cluster) localQuery(sql string) string {
	return rewriteWords(sql, func(w word) string {
		if (w.before("FROM") || w.before("JOIN")) && c.spread(w.text) {
			return w.text + "_local"
		}
		return w.text
	})
}

// globalQuery makes every join and IN of a subquery GLOBAL: the other side is
// computed once and sent to the shards. On tables that are not distributed the word
// means nothing.
func globalQuery(sql string) string {
	kinds := []string{"INNER", "LEFT", "RIGHT", "FULL", "OUTER", "ANY", "ALL", "SEMI", "ANTI", "ASOF", "CROSS"}
	return rewriteWords(sql, func(w word) string {
		switch {
		case w.text == "IN" && strings.HasPrefix(strings.TrimLeft(w.rest, " \n\t("), "SELECT") && !w.before("NOT") && !w.before("GLOBAL"):
			return "GLOBAL IN"
		case w.text == "NOT" && regexp.MustCompile(`^\s+IN\s*\(\s*SELECT`).MatchString(w.rest):
			return "GLOBAL NOT"
		case w.text == "JOIN" && !w.before("ARRAY") && !w.before("GLOBAL") && !slices.ContainsFunc(kinds, w.before),
			slices.Contains(kinds, w.text) && !slices.ContainsFunc(kinds, w.before) && joinAhead.MatchString(w.rest):
			return "GLOBAL " + w.text
		}
		return w.text
	})
}

var joinAhead = regexp.MustCompile(`^(?:\s+(?:INNER|LEFT|RIGHT|FULL|OUTER|ANY|ALL|SEMI|ANTI|ASOF|CROSS))*\s+JOIN\b`)

// word is a word of a statement outside quotes and comments.
type word struct {
	text, last, rest string // last is the word before it, with nothing but blanks between
}

func (w word) before(text string) bool { return w.last == text }

// rewriteWords returns the statement with each of its words replaced. Keywords of
// the schema files are in capitals.
func rewriteWords(sql string, to func(word) string) string {
	var out strings.Builder
	last := ""
	for i := 0; i < len(sql); {
		end := i
		for end < len(sql) && isWordByte(sql[end]) {
			end++
		}
		if end > i {
			w := word{sql[i:end], last, sql[end:]}
			out.WriteString(to(w))
			last, i = w.text, end
			continue
		}
		if end, _ = tokenEnd(sql, i); end < 0 { // cannot be: the statement was split with the same rules
			end = len(sql)
		}
		if strings.TrimSpace(sql[i:end]) != "" {
			last = ""
		}
		out.WriteString(sql[i:end])
		i = end
	}
	return out.String()
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// clusterSettings are those of the loader's connections to a cluster. Reads must see
// what was written before, through whichever replica: versions are numbered from
// them. An insert is answered when a majority of the shard's replicas has it.
var clusterSettings = map[string]any{
	"distributed_foreground_insert": 1,
	"distributed_product_mode":      "local", // rows of one document lie on one shard
	"insert_quorum":                 "auto",
	"insert_quorum_parallel":        0,
	"select_sequential_consistency": 1,
}

// forCluster returns what the statement becomes on the store's cluster, and the
// statement itself where there is none.
func (s *Store) forCluster(sql string) ([]string, error) {
	if s.cluster == "" {
		return []string{sql}, nil
	}
	return cluster{s.cluster, s.database}.statements(sql)
}

// everywhere runs a statement that concerns one table of the migration lock.
func (s *Store) everywhere(head, tail string) string {
	if s.cluster != "" {
		head += " ON CLUSTER " + quoteName(s.cluster)
	}
	return head + " " + tail
}
