package loader

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"nhip"
	"nhip/loader/corpus"
)

const benchObservations = 100_000

// benchItems are documents with 100 observations each, of the size real ones have.
func benchItems(documents, round int) []nhip.Item {
	items := make([]nhip.Item, documents)
	for d := range items {
		at := time.Date(2024, 3, 7, 8, 0, 0, 0, nhip.Zone)
		u := fmt.Sprintf("https://thongke.vn/%d/%d", round, d)
		body := fmt.Appendf(nil, "<html>%s</html>", u)
		page := &nhip.Page{Source: "thong-ke", URL: u, Kind: nhip.KindTable, FetchedAt: at, Status: 200, Body: body, SHA256: sha256.Sum256(body)}
		record := &nhip.Record{Source: "thong-ke", URL: u, Kind: nhip.KindTable, Reader: "table/1",
			Article: nhip.Article{Title: "Chỉ số sản xuất công nghiệp", Body: []string{"Bảng 1."}, PublishedAt: &at}}
		for i := range 100 {
			value := nhip.NewDecimal(int64(900+i+d), -1)
			month := time.Date(2015+i/12, time.Month(1+i%12), 1, 0, 0, 0, 0, time.UTC)
			record.Observations = append(record.Observations, nhip.Observation{Label: "Chế biến, chế tạo", Indicator: "iip", Value: &value,
				Bound: nhip.BoundExactly, Unit: "%", Measure: nhip.MeasureIndex, Compare: nhip.CompareYoY, Kind: nhip.KindActual, Status: "A",
				Freq: "M", Period: month.Format("2006-01"), PeriodStart: nhip.DateOf(month), PeriodEnd: nhip.DateOf(month.AddDate(0, 1, -1)),
				Place: "Cả nước", PlaceID: "vn", Industry: nhip.IndustryID(fmt.Sprint("C", 10+d%20)), TableCode: "IIP", Printed: value.String(), Decimals: 1,
				Quote: "Công nghiệp chế biến, chế tạo | 104,5 | 103,2 | 105,1", Cell: fmt.Sprintf("IIP!%c%d", 'B'+i%12, 5+i/12),
				Path: []string{"Toàn ngành công nghiệp", "Chế biến, chế tạo"}, Rule: "table/1", Confidence: 1})
		}
		items[d] = nhip.Item{Visit: nhip.Visit{Source: "thong-ke", URL: u, Kind: nhip.KindTable, At: at, Outcome: nhip.OutcomeOK}, Page: page, Record: record}
	}
	return items
}

// BenchmarkLoad loads 1,000 documents with 100,000 observations from records to
// acknowledged, counted and committed rows. The baselines send the same 100,000
// observations with a bare clickhouse-go batch, row by row, into a table of the same
// columns: one that drops everything (null), and a plain MergeTree (plain).
func BenchmarkLoad(b *testing.B) {
	s := openTest(b)
	execSQL(b, s, "CREATE TABLE observations_null AS observations ENGINE = Null")
	execSQL(b, s, "CREATE TABLE observations_plain AS observations ENGINE = MergeTree ORDER BY (series_id, period_end, doc_id, content_version, reading, ordinal)")
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(benchObservations)*float64(b.N)/b.Elapsed().Seconds(), "observations/s")
	}
	b.Run("load", func(b *testing.B) {
		round := 0
		for b.Loop() {
			b.StopTimer()
			round++
			items := benchItems(benchObservations/100, round*1000+b.N)
			b.StartTimer()
			if _, err := s.Load(b.Context(), fmt.Sprint("bench", round), items); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b)
	})
	for _, baseline := range []string{"null", "plain"} {
		b.Run("baseline-"+baseline, func(b *testing.B) {
			built := newBatch("bench", benchItems(benchObservations/100, 0))
			built.build(history{}, map[pageKey]bool{}, nil)
			rows := bareRows(built.observations)
			t := observationsTable
			t.name += "_" + baseline
			query, types := t.insert()
			for b.Loop() {
				ctx := clickhouse.Context(b.Context(), clickhouse.WithColumnNamesAndTypes(types), clickhouse.WithSettings(clickhouse.Settings{"async_insert": 0}))
				batch, err := s.conn.PrepareBatch(ctx, query)
				if err != nil {
					b.Fatal(err)
				}
				for _, row := range rows {
					if err := batch.Append(row...); err != nil {
						b.Fatal(err)
					}
				}
				if err := batch.Send(); err != nil {
					b.Fatal(err)
				}
			}
			perRow(b)
		})
	}
}

// bareRows returns the values of each row as a caller of clickhouse-go would hold
// them.
func bareRows(rows []observationRow) [][]any {
	out := make([][]any, len(rows))
	for i := range rows {
		for _, c := range observationsTable.columns {
			out[i] = append(out[i], reflect.ValueOf(c.values(rows[i:i+1])).Index(0).Interface())
		}
	}
	return out
}

// benchArticles is how many articles one call of Load gets: what is asked of a second.
const benchArticles = 8000

// BenchmarkLoadArticles loads 8,000 articles of 3 KB of the corpus, each with its page,
// three observations and a mention, folded and indexed for search, from records to
// committed rows. The baselines send the current rows of the same articles and their
// words with a bare clickhouse-go batch into plain MergeTrees of the same columns, the
// words with the text index (indexed) and without (plain), in blocks of 1,000: no pages,
// no history, no versions, no facts, nothing counted. Beside the wall time stands the
// processor time of this process and of the engine with its merges, which other
// processes on the machine do not disturb.
func BenchmarkLoadArticles(b *testing.B) {
	c, err := corpus.New(1)
	if err != nil {
		b.Fatal(err)
	}
	made := func(round int) []nhip.Item {
		items := make([]nhip.Item, benchArticles)
		for i := range items {
			items[i] = c.Item(round*benchArticles+i, 0)
		}
		return items
	}
	s := openTest(b)
	round := 0
	// measure calls prepare untimed and what it returns timed.
	measure := func(b *testing.B, prepare func(items []nhip.Item) func() error) {
		var took, ours, engines time.Duration
		for b.Loop() {
			b.StopTimer()
			run := prepare(made(round))
			round++
			runtime.GC()
			began, us, engine := time.Now(), ownTime(b), engineTime(b)
			b.StartTimer()
			if err := run(); err != nil {
				b.Fatal(err)
			}
			took, ours, engines = took+time.Since(began), ours+ownTime(b)-us, engines+engineTime(b)-engine
		}
		articles := float64(benchArticles * b.N)
		b.ReportMetric(articles/took.Seconds(), "articles/s")
		b.ReportMetric(float64(ours.Microseconds())/articles, "own-us/article")
		b.ReportMetric(float64(engines.Microseconds())/articles, "engine-us/article")
	}
	b.Run("load", func(b *testing.B) {
		measure(b, func(items []nhip.Item) func() error {
			return func() error {
				_, err := s.Load(b.Context(), "bench", items)
				return err
			}
		})
	})
	for _, baseline := range []string{"plain", "indexed"} {
		execSQL(b, s, "CREATE TABLE documents_"+baseline+" AS documents ENGINE = MergeTree ORDER BY (source, doc_id)")
		execSQL(b, s, "CREATE TABLE article_words_"+baseline+" AS article_words ENGINE = MergeTree ORDER BY (source, doc_id) SETTINGS allow_experimental_text_index_phrase_search = 1")
	}
	execSQL(b, s, "ALTER TABLE article_words_plain DROP INDEX folded_words")
	for _, baseline := range []string{"plain", "indexed"} {
		b.Run("baseline-"+baseline, func(b *testing.B) {
			documents, words := documentsTable, wordsTable
			documents.name += "_" + baseline
			words.name += "_" + baseline
			measure(b, func(items []nhip.Item) func() error {
				built := newBatch("bench", items)
				built.build(history{}, map[pageKey]bool{}, nil)
				rows := make([]wordsRow, len(built.documents))
				for i := range rows {
					rows[i] = newWordsRow(&built.documents[i])
				}
				return func() error {
					for from := 0; from < len(rows); from += 1000 {
						to := min(from+1000, len(rows))
						if err := sendBare(b, s, &documents, built.documents[from:to]); err != nil {
							return err
						}
						if err := sendBare(b, s, &words, rows[from:to]); err != nil {
							return err
						}
					}
					return nil
				}
			})
		})
	}
}

func sendBare[R any](b *testing.B, s *Store, t *table[R], rows []R) error {
	query, types := t.insert()
	ctx := clickhouse.Context(b.Context(), clickhouse.WithColumnNamesAndTypes(types), clickhouse.WithSettings(clickhouse.Settings{"async_insert": 0}))
	batch, err := s.conn.PrepareBatch(ctx, query)
	if err != nil {
		return err
	}
	for i, values := range t.block(rows) {
		if err := batch.Column(i).Append(values); err != nil {
			return err
		}
	}
	return batch.Send()
}

// ownTime is the processor time of this process, engineTime that of the engine the
// tests share; zero where the system does not show it.
func ownTime(b *testing.B) time.Duration { return processorTime(b, "self") }

func engineTime(b *testing.B) time.Duration {
	pid, err := os.ReadFile(filepath.Join(testDataDir, "engine.lock"))
	if err != nil {
		b.Fatal(err)
	}
	return processorTime(b, strings.TrimSpace(string(pid)))
}

// processorTime reads utime and stime of proc_pid_stat(5), in ticks of 10 ms.
func processorTime(b *testing.B, pid string) time.Duration {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	_, behind, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(behind)
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkVisits looks up 10,000 addresses among 100,000.
func BenchmarkVisits(b *testing.B) {
	s := openTest(b)
	urls := make([]string, 100_000)
	items := make([]nhip.Item, len(urls))
	for i := range urls {
		urls[i] = fmt.Sprintf("https://bao.vn/%d", i)
		items[i].Visit = nhip.Visit{Source: "bao", URL: urls[i], Kind: nhip.KindArticle, At: time.Date(2024, 3, 7, 0, 0, 0, 0, time.UTC), Outcome: nhip.OutcomeOK}
	}
	if _, err := s.Load(b.Context(), "bench", items); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got, err := s.Visits(b.Context(), "bao", urls[:10_000]); err != nil || len(got) != 10_000 {
			b.Fatal(len(got), err)
		}
	}
}
