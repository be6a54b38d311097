package loader

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"nhip"
)

// Finding is one thing that was looked at.
type Finding struct {
	Check  string `json:"check"` // version, schema, disk, parts, checksums, detached, interrupted, sources, replicas
	Wrong  bool   `json:"wrong"`
	What   string `json:"what"`             // a sentence
	Advice string `json:"advice,omitempty"` // what to do; empty where nothing is wrong
}

// Limits of what is well. ClickHouse slows inserts down at 1,000 parts and refuses
// them at 3,000; a merge needs the room of the parts it merges.
const (
	partsTooMany  = 300
	diskTooLittle = 2 << 30
	diskTooFull   = 20 // one part in so many left
)

// Examine looks at the store: its version, schema, disks, parts, the checksums of
// every part, loads that were interrupted, and sources that fail. It changes nothing.
// It reads all data once (about a second a gigabyte). An error means that the store
// does not answer; what is wrong with it is a finding.
func (s *Store) Examine(ctx context.Context) ([]Finding, error) {
	var out []Finding
	for _, look := range []func(context.Context) ([]Finding, error){s.examineVersion, s.examineSchema, s.examineDisks} {
		found, err := look(ctx)
		if err != nil {
			return out, s.wrap("examine the store", err)
		}
		out = append(out, found...)
	}
	if have, err := s.appliedMigrations(ctx); err != nil || len(have) == 0 {
		return out, err
	}
	looks := []func(context.Context) ([]Finding, error){s.examineParts, s.examineChecksums, s.examineInterrupted, s.examineSources}
	if s.native {
		looks = append(looks, s.examineReplicas)
	}
	for _, look := range looks {
		found, err := look(ctx)
		var ex *clickhouse.Exception
		if errors.As(err, &ex) && ex.Code == codeAccessDenied {
			found = []Finding{{"rights", false, s.wrap("something was not looked at, for this user may not", err).Error(), "nhip migrate --grants prints what nhip_writer needs"}}
		} else if err != nil {
			// A damaged table fails the question that reads it; the others still count.
			found = []Finding{{"questions", true, s.wrap("a question failed", err).Error(), "a damaged part is the likely cause: see checksums"}}
		}
		out = append(out, found...)
	}
	return out, nil
}

func well(check, format string, args ...any) []Finding {
	return []Finding{{Check: check, What: fmt.Sprintf(format, args...)}}
}

func (s *Store) examineVersion(ctx context.Context) ([]Finding, error) {
	var version string
	var up uint32
	if err := s.admin.QueryRow(ctx, "SELECT version(), uptime()").Scan(&version, &up); err != nil {
		return nil, err
	}
	kind := "the embedded engine"
	if s.native {
		kind = "a server"
	}
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err == nil && (major < 26 || major == 26 && minor < 2) {
		return []Finding{{"version", true, fmt.Sprintf("ClickHouse %s, %s: the schema needs 26.2 (text index)", version, kind), "install a newer ClickHouse server"}}, nil
	}
	return well("version", "ClickHouse %s, %s, up for %s", version, kind, time.Duration(up)*time.Second), nil
}

func (s *Store) examineSchema(ctx context.Context) ([]Finding, error) {
	pending, err := s.Pending(ctx)
	switch {
	case err != nil:
		return []Finding{{"schema", true, err.Error(), "use the nhip that made the schema, or a newer one"}}, nil
	case len(pending) > 0:
		return []Finding{{"schema", true, fmt.Sprintf("%d of %d schema files are not applied, the first: %s", len(pending), len(s.migrations), pending[0].Name), "nhip migrate"}}, nil
	}
	return well("schema", "all %d schema files are applied", len(s.migrations)), nil
}

func (s *Store) examineDisks(ctx context.Context) ([]Finding, error) {
	rows, err := s.admin.Query(ctx, "SELECT name, path, free_space, total_space FROM system.disks ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	for rows.Next() {
		var name, path string
		var free, total uint64
		if err := rows.Scan(&name, &path, &free, &total); err != nil {
			return nil, err
		}
		f := Finding{Check: "disk", What: fmt.Sprintf("%s: %.1f of %.1f GB free (%s)", name, float64(free)/1e9, float64(total)/1e9, path)}
		if free < diskTooLittle || free < total/diskTooFull {
			f.Wrong, f.Advice = true, "make room: merges need as much as the parts they merge, and a full disk stops every load"
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func (s *Store) examineParts(ctx context.Context) ([]Finding, error) {
	rows, err := s.admin.Query(ctx, `SELECT table, count(), sum(rows), sum(bytes_on_disk), max(parts) FROM (
  SELECT table, rows, bytes_on_disk, count() OVER (PARTITION BY table, partition_id) AS parts
  FROM system.parts WHERE database = {db:String} AND active
) GROUP BY table ORDER BY table`, named("db", s.database))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	var parts, count, bytes uint64
	for rows.Next() {
		var table string
		var n, r, b, most uint64
		if err := rows.Scan(&table, &n, &r, &b, &most); err != nil {
			return nil, err
		}
		parts, count, bytes = parts+n, count+r, bytes+b
		if most > partsTooMany {
			out = append(out, Finding{"parts", true, fmt.Sprintf("table %s has %d parts in one partition", table, most),
				"merges fall behind: load in larger batches, give the machine more disk speed, or wait; at 3,000 inserts are refused"})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	out = append(out, well("parts", "%d parts, %d rows, %.1f MB", parts, count, float64(bytes)/1e6)...)
	detached, err := s.detachedParts(ctx)
	return append(out, detached...), err
}

// detachedParts names what the engine put aside because it could not read it.
func (s *Store) detachedParts(ctx context.Context) ([]Finding, error) {
	rows, err := s.admin.Query(ctx, "SELECT table, name, reason FROM system.detached_parts WHERE database = {db:String} AND reason != '' ORDER BY table, name", named("db", s.database))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	for rows.Next() {
		var table, name, reason string
		if err := rows.Scan(&table, &name, &reason); err != nil {
			return nil, err
		}
		out = append(out, Finding{"detached", true, fmt.Sprintf("table %s: part %s was put aside by the engine (%s); its rows are missing", table, name, reason), repairAdvice(table)})
	}
	return out, rows.Err()
}

// repairAdvice says how rows of a table come back.
func repairAdvice(table string) string {
	switch table {
	case "pages", "visits", "runs", "batches", "migrations":
		return "nhip restore a back-up into another folder and copy the table's rows from it; what is newer than the back-up is fetched again when it is due"
	}
	return "nhip restore a back-up, or nhip replay: the kept pages hold everything that was read out of them"
}

// examineChecksums lets the engine read every part against its checksums.
func (s *Store) examineChecksums(ctx context.Context) ([]Finding, error) {
	tables, err := s.dataTables(ctx)
	if err != nil {
		return nil, err
	}
	var out []Finding
	parts := 0
	for _, table := range tables {
		n, found, err := s.checkTable(ctx, table)
		var ex *clickhouse.Exception
		if errors.As(err, &ex) && ex.Code == codeAccessDenied {
			return nil, err
		}
		if err != nil {
			found = []Finding{{"checksums", true, s.wrap("table "+table+" cannot be checked", err).Error(), repairAdvice(table)}}
		}
		parts += n
		out = append(out, found...)
	}
	if len(out) == 0 {
		return well("checksums", "%d parts of %d tables agree with their checksums", parts, len(tables)), nil
	}
	return out, nil
}

// dataTables are the tables of the database that hold rows themselves.
func (s *Store) dataTables(ctx context.Context) ([]string, error) {
	rows, err := s.admin.Query(ctx, "SELECT name FROM system.tables WHERE database = {db:String} AND engine LIKE '%MergeTree' ORDER BY name", named("db", s.database))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, rows.Err()
}

func (s *Store) checkTable(ctx context.Context, table string) (parts int, broken []Finding, err error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"check_query_single_value_result": 0}))
	rows, err := s.conn.Query(ctx, "CHECK TABLE "+quoteName(table))
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var part, message string
		var passed uint8
		if err := rows.Scan(&part, &passed, &message); err != nil {
			return parts, broken, err
		}
		parts++
		if passed == 0 {
			broken = append(broken, Finding{"checksums", true, fmt.Sprintf("table %s: part %s is damaged: %s", table, part, strings.TrimSpace(message)),
				fmt.Sprintf("ALTER TABLE %s DETACH PART '%s' lets everything else be asked again; then %s", table, part, repairAdvice(table))})
		}
	}
	return parts, broken, rows.Err()
}

// examineInterrupted counts documents whose load did not end. They are no loss:
// their visits are missing too, so they are fetched or read again.
func (s *Store) examineInterrupted(ctx context.Context) ([]Finding, error) {
	var n uint64
	err := s.conn.QueryRow(ctx, "SELECT uniqExact(doc_id) FROM document_versions WHERE batch_id NOT IN (SELECT batch_id FROM batches)").Scan(&n)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return well("interrupted", "no load was interrupted"), nil
	}
	return well("interrupted", "%d documents are of interrupted loads; the next run reads them again by itself", n), nil
}

// examineSources names sources whose last run failed, or most of whose addresses do.
func (s *Store) examineSources(ctx context.Context) ([]Finding, error) {
	rows, err := s.conn.Query(ctx, `SELECT source, urls, urls_failing, last_run, last_error FROM v_sources
WHERE enabled AND (last_error != '' OR urls >= 20 AND urls_failing * 2 > urls) ORDER BY source`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	for rows.Next() {
		var source, last string
		var urls, failing uint64
		var at *time.Time
		if err := rows.Scan(&source, &urls, &failing, &at, &last); err != nil {
			return nil, err
		}
		f := Finding{"sources", true, fmt.Sprintf("%s: %d of %d addresses failed at the last visit", source, failing, urls),
			"nhip sources --health; if its pages have moved, nhip check and its catalog file"}
		if last != "" {
			f.What = fmt.Sprintf("%s: %s", source, last)
			if at != nil {
				f.What += " (" + at.In(nhip.Zone).Format("2006-01-02 15:04") + ")"
			}
		}
		out = append(out, f)
	}
	if err := rows.Err(); err != nil || len(out) > 0 {
		return out, err
	}
	return well("sources", "no source failed in its last run"), nil
}

// examineReplicas looks at the replicated tables of a server.
func (s *Store) examineReplicas(ctx context.Context) ([]Finding, error) {
	rows, err := s.admin.Query(ctx, `SELECT table, is_readonly, absolute_delay, toUInt64(queue_size), last_queue_update_exception
FROM system.replicas WHERE database = {db:String} AND (is_readonly OR absolute_delay > 300 OR queue_size > 1000)`, named("db", s.database))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	for rows.Next() {
		var table, exception string
		var readOnly uint8
		var delay, queue uint64
		if err := rows.Scan(&table, &readOnly, &delay, &queue, &exception); err != nil {
			return nil, err
		}
		out = append(out, Finding{"replicas", true, fmt.Sprintf("table %s: read-only %d, %d s behind, %d entries in its queue %s", table, readOnly, delay, queue, exception),
			"look at Keeper and at the network between the replicas"})
	}
	if err := rows.Err(); err != nil || len(out) > 0 {
		return out, err
	}
	return well("replicas", "no replica is read-only or behind"), nil
}

// Rows counts the rows of every table of the store, without what replaced rows
// wait for a merge.
func (s *Store) Rows(ctx context.Context) (map[string]uint64, error) {
	tables, err := s.dataTables(ctx)
	if err != nil {
		return nil, s.wrap("count rows", err)
	}
	return s.countTables(ctx, tables)
}
