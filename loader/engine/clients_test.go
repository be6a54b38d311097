package engine

import (
	"net/http"
	"strings"
	"testing"
)

// TestFirstConversations sends what BI clients ask first, as a BI user through the
// proxy: the clients themselves are not run here, their sources were read.
func TestFirstConversations(t *testing.T) {
	cl, _, c := startProxy(t, oneUser{access: reader})
	makeStore(t, cl)
	for _, tt := range []struct {
		client, sql string
		header      []string // name: value
		parameters  []string
		want        string // part of the answer
	}{
		{"clickhouse-connect", "SELECT version(), timezone()", nil, nil, "26.7.2.1\tAsia/Ho_Chi_Minh\n"},
		{"clickhouse-connect", "SELECT name, value, readonly as readonly FROM system.settings LIMIT 10000 FORMAT Native", []string{"Accept-Encoding: gzip"},
			[]string{"session_id=a", "wait_end_of_query=1", "send_progress_in_http_headers=1", "date_time_input_format=best_effort", "client_protocol_version=54405"}, ""},
		{"clickhouse-connect", "SELECT 1 AS check FORMAT Native", nil, []string{"client_protocol_version=54405", "session_id=a"}, "\x01\x01\x05check"},
		{"Superset", "SELECT name FROM system.tables WHERE database = 'nhip'", nil, []string{"session_id=a", "wait_end_of_query=1"}, "v_articles\n"},
		{"Superset", "DESCRIBE TABLE `nhip`.`v_articles`", nil, nil, "observations\tUInt64"},
		{"JDBC", "SELECT currentUser() AS user, timezone() AS timezone, version() AS version LIMIT 1",
			[]string{"X-ClickHouse-Format: RowBinaryWithNamesAndTypes", "X-ClickHouse-Database: nhip"}, nil, "Asia/Ho_Chi_Minh"},
		{"JDBC", "SELECT database AS TABLE_SCHEM, name AS TABLE_NAME, engine AS TABLE_TYPE, comment AS REMARKS FROM system.tables AS t JOIN system.databases AS d ON t.database = d.name WHERE t.database LIKE 'nhip'", nil, nil, "nhip\tv_articles\tView\tArticles"},
		{"JDBC", "SELECT name, type, position FROM system.columns WHERE database = 'nhip' AND table = 'v_articles' ORDER BY position", nil, []string{"compress=0"}, "n\tUInt64\t1"},
		{"Metabase", "SELECT `nhip`.`v_articles`.`observations` AS `observations`, COUNT(*) AS `count` FROM `nhip`.`v_articles` GROUP BY `nhip`.`v_articles`.`observations` ORDER BY `nhip`.`v_articles`.`observations` ASC LIMIT 2", nil, nil, "0\t1\n2\t1\n"},
		{"Grafana", "SELECT version()", []string{"Accept-Encoding: gzip"}, nil, ""},
		{"Grafana", "SHOW DATABASES", nil, nil, "nhip\n"},
		{"Grafana", `SHOW TABLES FROM "nhip"`, nil, nil, "v_articles\n"},
		{"Grafana", `DESC TABLE "nhip"."v_articles"`, nil, nil, "n\tUInt64"},
		{"Grafana", "SELECT name, is_aggregate, case_insensitive, alias_to, origin, syntax, description, categories FROM system.functions LIMIT 10000", nil, nil, "arrayMap"},
		{"Grafana", "SELECT toStartOfInterval(toDateTime(n), INTERVAL 60 second) AS time, sum(observations) AS v FROM nhip.v_articles WHERE toDateTime(n) >= toDateTime(0) GROUP BY time ORDER BY time", nil, []string{"max_execution_time=65"}, "\t20\n"},
		{"clickhouse-go", "SELECT displayName(), version(), revision(), timezone()", nil, []string{"client_protocol_version=54460", "default_format=Native", "database=nhip"}, "displayName()"},
		{"@clickhouse/client", "SELECT 'ping'", nil, []string{"query_id=q"}, "ping\n"},
		{"DBeaver", "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'nhip' AND column_name = 'url'", nil, nil, "v_articles\turl\n"},
	} {
		header := http.Header{}
		for _, line := range tt.header {
			name, value, _ := strings.Cut(line, ": ")
			header.Set(name, value)
		}
		header.Set("Authorization", "Basic Ymk6xJHDum5n") // bi:đúng
		r := askWith(t, c, "POST", strings.NewReader(tt.sql), header, tt.parameters...)
		if r.status != 200 || r.err != nil || !strings.Contains(r.body, tt.want) {
			t.Errorf("%s: %s: %d %v %.300q", tt.client, tt.sql, r.status, r.err, r.body)
		}
	}
}
