package loader

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// faultTests names the test of each row of the fault catalogue's groups F to H: what
// can go wrong between a process, its store and a crash, and at the engine's interface.
// Names without a folder are of this package. Groups A to E stand in crawler.
const faultTests = `
F. scheduler, state, crashes
91  loader/engine:TestProcessesShareOneEngine loader/engine:TestForeignEngine loader/engine:TestKilledEngineIsStartedAgain cmd/nhip:TestTwoAtOnce
92  schedules:TestSchedulerNeverOverlapsAJobWithItself schedules:TestSchedulerSurvivesPanics
93  schedules:TestSchedulerCatchesUpOnce
94  cmd/nhip:TestTerminated cmd/nhip:TestServe schedules:TestPipelineCancelledStillLoadsWhatItHas schedules:TestGraceBeginsWithTheCancel
95  TestKilled cmd/nhip:TestKill cmd/nhip:TestKillLosesNoDiscovery
96  TestTablesAreGuarded TestKilled
97  crawler:TestWARCDamage crawler:TestWARCSuite
98  TestExamineBrokenPart TestBackupAndRestore
99  TestMigratorKilled TestHalfReplacedViews TestMigrateKilledHalfWay TestMigrateFromOlderSchemas TestTwoMigrators TestMigrationLock
100 TestMigrateRefuses TestSchemaFilesAreFrozen
101 TestTwoLoaders cmd/nhip:TestTwoAtOnce cmd/nhip:TestSourceLeftToAnotherRun

G. loader and ClickHouse
102 TestCutConnections TestLoadThroughFaults TestServer TestOpenKeepsThePassword
103 TestAnswerLostAndEngineKilled
104 TestLoadThroughFaults TestLoadStops TestLoadGivesUp TestPoisonRow TestClassify
105 loader/loadertest:TestEmbedded loader/engine:TestExceptionWithinAStream
106 TestWindows loader/engine:TestTokens
107 TestWindows TestToken
108 TestWindows TestNoHiddenDuplicates
109 TestLoadThroughFaults
110 TestNoHiddenDuplicates
111 TestSmallLoadsStayFewParts
112 loader/loadertest:TestEmbedded TestLargeValues TestStoreDecimal
113 TestCancelledSend TestServer
114 TestServer TestClassify
115 TestLoadThroughFaults TestLoadStops

H. engine and HTTP interface
116 loader/engine:TestCutLibrary loader/engine:TestVerifySentences loader/engine:TestFetchSentences loader/engine:TestNamedLibraryIsNeverPassedOver
117 loader/engine:TestSignalsStayWithGo loader/engine:TestSIGTERMLetsStatementsFinish
118 loader/engine:TestGate loader/engine:TestSandbox loader/engine:TestWithoutLandlock cmd/nhip:TestServeWithoutLandlock
119 loader/engine:TestCredentials loader/engine:TestProxy cmd/nhip:TestServeUsers cmd/nhip:TestAddressBeyondLoopback
120 loader/engine:TestRequestLimits
121 loader/engine:TestUserLeaves loader/engine:TestDisconnectCancels
122 loader/engine:TestSlowReaders loader/engine:TestPace
123 loader/engine:TestSessions loader/engine:TestSessionsOfUsers
124 loader/engine:TestFrames loader/engine:FuzzFrames
125 loader/engine:TestNativeInsert loader/engine:TestBrokenBody
126 loader/engine:TestParametersAndSettingsDoNotMix
127 loader/engine:TestExceptionWithinAStream cmd/nhip:TestBI
128 loader/engine:TestManyRequests loader/engine:TestAdmissionIsBounded loader/engine:TestManyAtOnce
`

// TestEveryFaultHasATest finds each named test in the folder it is said to be in, and
// wants every row from 91 to 128.
func TestEveryFaultHasATest(t *testing.T) {
	sources := map[string]string{} // by folder
	for n := 91; n <= 128; n++ {
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^%d +(\S.*)$`, n)).FindAllStringSubmatch(faultTests, -1)
		if len(row) != 1 {
			t.Errorf("row %d stands there %d times", n, len(row))
			continue
		}
		for _, name := range strings.Fields(row[0][1]) {
			dir, test, found := strings.Cut(name, ":")
			if !found {
				dir, test = "loader", name
			}
			if _, ok := sources[dir]; !ok {
				files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(dir), "*_test.go"))
				if err != nil {
					t.Fatal(err)
				}
				for _, file := range files {
					text, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					sources[dir] += string(text)
				}
			}
			if !strings.Contains(sources[dir], "func "+test+"(") {
				t.Errorf("row %d: %s has no %s", n, dir, test)
			}
		}
	}
}

// What the engine does with repeated blocks, which the schema and the loader are built
// on: a block with a token it has seen is dropped whatever it holds, one without a
// token if it is the same as another, and a view's target doubles what the table
// dropped unless it has a window of its own.
func TestWindows(t *testing.T) {
	s := openTest(t)
	execSQL(t, s, "CREATE TABLE base (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100")
	for name, window := range map[string]string{"with_window": " SETTINGS non_replicated_deduplication_window = 100", "without": ""} {
		execSQL(t, s, "CREATE TABLE "+name+" (n UInt64, times SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY n"+window)
		execSQL(t, s, "CREATE MATERIALIZED VIEW to_"+name+" TO "+name+" AS SELECT n, count() AS times FROM base GROUP BY n")
	}
	insert := func(token string, settings clickhouse.Settings, n uint64) {
		t.Helper()
		all := clickhouse.Settings{"async_insert": 0}
		for k, v := range settings {
			all[k] = v
		}
		if token != "" {
			all["insert_deduplication_token"] = token
		}
		ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(all))
		batch, err := s.conn.PrepareBatch(ctx, "INSERT INTO base")
		if err != nil {
			t.Fatal(err)
		}
		defer batch.Close()
		if err := batch.Append(n); err != nil {
			t.Fatal(err)
		}
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, base, withWindow uint64) {
		t.Helper()
		var b, w uint64
		err := s.conn.QueryRow(t.Context(), "SELECT (SELECT count() FROM base), (SELECT sum(times) FROM with_window)").Scan(&b, &w)
		if err != nil || b != base || w != withWindow {
			t.Errorf("%s: %d rows, the view counts %d, want %d and %d, %v", what, b, w, base, withWindow, err)
		}
	}
	insert("a", nil, 1)
	want("a block", 1, 1)
	insert("a", nil, 1)
	want("sent again with its token", 1, 1)
	insert("a", nil, 2)
	want("other rows with that token are dropped", 1, 1)
	insert("b", nil, 1)
	want("the same rows with another token", 2, 2)
	insert("", nil, 7)
	insert("", nil, 7)
	want("the same rows without a token are dropped", 3, 3)
	var without uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT sum(times) FROM without").Scan(&without); err != nil {
		t.Fatal(err)
	}
	if without == 3 {
		t.Log("this engine drops repeated blocks for a view's target without a window as well")
	} else if without < 5 {
		t.Errorf("a target without a window counts %d", without)
	}
}
