package nhip_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// faultTests names the tests of each row of the fault catalogue: what a publisher's
// robots.txt, server, bodies, pages and addresses may do to a crawler (A to E), what can
// go wrong between a process, its store and a crash (F), and at the engine's interface (G
// and H). Before the colon stands the folder, after a slash the beginning of a subtest's
// name. The numbers are the catalogue's, and stand in the comments of the tests too.
const faultTests = `
A. robots.txt (RFC 9309)
1   crawler:TestRobotsGoogle crawler:TestRobotsSpecification
2   crawler:TestRobotsAsked crawler:TestRobotsSitemaps
3   crawler:TestRobotsAsked
4   crawler:TestRobotsStatus
5   crawler:TestRobotsStatus crawler:TestRobotsCache crawler:TestUnreachable crawler:TestNames
6   crawler:TestRobotsRedirects
7   crawler:TestRobotsStatus
8   crawler:TestRobotsStatus crawler:FuzzRobots
9   crawler:TestRobotsCache
10  crawler:TestRobotsStatus crawler:TestProductToken crawler:TestPace
11  crawler:TestProductToken crawler:TestCrawl
12  crawler:TestRobotsDirectives

B. network and origin
13  crawler:TestUnreachable
14  crawler:TestConnectHangs
15  crawler:TestFaults/15
16  crawler:TestFaults/16
17  crawler:TestFaults/17
18  crawler:TestFaults/18 crawler:TestResets
19  crawler:TestFaults/19
20  crawler:TestFaults/20 crawler:TestMoreThanAnnounced crawler:TestBodiesThatMayNotBe
21  crawler:TestFaults/21
22  crawler:TestFaults/22 crawler:TestNoCookies
23  crawler:TestFaults/23
24  crawler:TestFaults/24
25  crawler:TestKeepAlive crawler:TestResendKeepsPace crawler:TestHostsSeeTheDelay
26  crawler:TestKeepAlive crawler:TestBodiesThatMayNotBe
27  crawler:TestFaults/27
28  crawler:TestConditional
29  crawler:TestFaults/29 crawler:TestRetryAfter crawler:TestPause
30  crawler:TestFaults/30 crawler:TestBreaker
31  crawler:TestFaults/31 crawler:TestBreaker
32  crawler:TestFaults/32 crawler:TestConfirmedGone transform/article:TestRejectedPages
33  crawler:TestFaults/33 crawler:TestLoginWall transform/article:TestRejects
34  crawler:TestFaults/34 crawler:TestRedirects
35  crawler:TestRedirects
36  crawler:TestFaults/36
37  crawler:TestFaults/37
38  crawler:TestHTTPS
39  crawler:TestFaults/39 crawler:TestRedirects crawler:TestAddressSuite
40  crawler:TestMetaRefresh
41  crawler:TestNames crawler:TestRebinding
42  crawler:TestCertificates
43  crawler:TestHTTP2Faults crawler:TestHTTP2KeepsTheDelay
44  crawler:TestProxyIgnored
45  crawler:TestNoCookies
46  crawler:TestLimiter crawler:TestPace crawler:TestResendKeepsPace crawler:TestHostsSeeTheDelay crawler:TestFaultyWeb cmd/nhip:TestSimulatedWeb
47  crawler:TestLimiter

C. size, compression, encoding
48  crawler:TestFaults/48
49  crawler:TestFaults/49 crawler:TestBombMemory
50  crawler:TestFaults/50 crawler:TestBombMemory crawler:TestPackedSitemap
51  crawler:TestFaults/51
52  crawler:TestFaults/52
53  crawler:TestFaults/53
54  crawler:TestCharsetKept transform/vi:TestDecode transform/vi:FuzzDecode
55  transform/vi:TestKeyMakesSpellingsEqual transform/vi:TestRepair transform/vi:FuzzRepair
56  crawler:TestFeedQuirks transform/article:TestWalk transform/article:FuzzRead
57  crawler:TestFaults/57
58  crawler:TestFaults/58

D. HTML, feeds, sitemaps, content
59  crawler:TestDeepListing transform/article:TestDeepPage transform/article:TestHostilePages transform/article:FuzzWalk
60  transform/table:TestBadFiles transform/table:TestSpans
61  transform/vi:TestParseNumber transform/vi:FuzzParseNumber loader:TestStoreDecimal
62  crawler:TestFeedTime transform/article:TestContradictingTimesAreFlagged transform/vi:TestReadTimeIssues
63  loader/loadertest:TestEmbedded
64  crawler:TestFeedQuirks crawler:TestCanonical
65  crawler:TestFeedBounds transform/table:TestEntitiesAreNotExpanded
66  crawler:TestFeedSuites crawler:FuzzFeed
67  crawler:TestFeedBounds
68  crawler:TestFeedQuirks
69  crawler:TestSitemapIndexBounds crawler:TestSitemap
70  crawler:TestRobotsSitemaps
71  crawler:TestCanonicalLink crawler:TestSameDocument
72  crawler:TestCanonical crawler:TestAddressSuite crawler:FuzzCanonical
73  crawler:TestEndlessSite
74  transform:TestFingerprintTellsCopies loader/loadertest:TestEmbedded
75  crawler:TestConditional loader:TestAssign
76  crawler:TestConfirmedGone loader/loadertest:TestEmbedded
77  transform/article:TestRejectedPages
78  transform/article:TestRejects

E. addresses, scope, local abuse
79  crawler:TestGuardLiterals crawler:TestDisguisedAddresses crawler:TestFaults/79
80  crawler:TestRebinding
81  crawler:TestRebinding crawler:TestNames
82  crawler:TestFaults/82
83  crawler:TestDisguisedAddresses crawler:TestFaults/83 crawler:TestAddressSuite
84  catalog:TestBadFiles
85  loader:TestOpenKeepsThePassword cmd/nhip:TestScripts
86  crawler:TestArchiveFolder
87  loader:TestDiskFull
88  loader/engine:TestDataDirectorySentences
89  cmd/nhip:TestFewDescriptors
90  loader/engine:TestMemoryCeiling loader/engine:TestSlowReaders

F. scheduler, state, crashes
91  loader/engine:TestProcessesShareOneEngine loader/engine:TestForeignEngine loader/engine:TestKilledEngineIsStartedAgain cmd/nhip:TestTwoAtOnce
92  schedules:TestSchedulerNeverOverlapsAJobWithItself schedules:TestSchedulerSurvivesPanics
93  schedules:TestSchedulerCatchesUpOnce
94  cmd/nhip:TestTerminated cmd/nhip:TestServe schedules:TestPipelineCancelledStillLoadsWhatItHas schedules:TestGraceBeginsWithTheCancel
95  loader:TestKilled cmd/nhip:TestKill cmd/nhip:TestKillLosesNoDiscovery
96  loader:TestTablesAreGuarded loader:TestKilled
97  crawler:TestWARCDamage crawler:TestWARCSuite
98  loader:TestExamineBrokenPart loader:TestBackupAndRestore
99  loader:TestMigratorKilled loader:TestHalfReplacedViews loader:TestMigrateKilledHalfWay loader:TestMigrateFromOlderSchemas loader:TestTwoMigrators loader:TestMigrationLock
100 loader:TestMigrateRefuses loader:TestSchemaFilesAreFrozen
101 loader:TestTwoLoaders cmd/nhip:TestTwoAtOnce cmd/nhip:TestSourceLeftToAnotherRun

G. loader and ClickHouse
102 loader:TestCutConnections loader:TestLoadThroughFaults loader:TestServer loader:TestOpenKeepsThePassword
103 loader:TestAnswerLostAndEngineKilled
104 loader:TestLoadThroughFaults loader:TestLoadStops loader:TestLoadGivesUp loader:TestPoisonRow loader:TestClassify
105 loader/loadertest:TestEmbedded loader/engine:TestExceptionWithinAStream
106 loader:TestWindows loader/engine:TestTokens
107 loader:TestWindows loader:TestToken
108 loader:TestWindows loader:TestNoHiddenDuplicates
109 loader:TestLoadThroughFaults
110 loader:TestNoHiddenDuplicates
111 loader:TestSmallLoadsStayFewParts
112 loader/loadertest:TestEmbedded loader:TestLargeValues loader:TestStoreDecimal
113 loader:TestCancelledSend loader:TestServer
114 loader:TestServer loader:TestClassify
115 loader:TestLoadThroughFaults loader:TestLoadStops

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

const faultRows = 128

// TestEveryFaultHasATest finds each named test in the folder it is said to be in, and
// wants every row once.
func TestEveryFaultHasATest(t *testing.T) {
	sources := map[string]string{} // by folder
	for n := 1; n <= faultRows; n++ {
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^%d +(\S.*)$`, n)).FindAllStringSubmatch(faultTests, -1)
		if len(row) != 1 {
			t.Errorf("row %d stands there %d times", n, len(row))
			continue
		}
		for _, name := range strings.Fields(row[0][1]) {
			dir, test, found := strings.Cut(name, ":")
			if !found {
				t.Errorf("row %d: %s has no folder", n, name)
				continue
			}
			if _, ok := sources[dir]; !ok {
				sources[dir] = testsOf(t, dir)
			}
			test, sub, _ := strings.Cut(test, "/")
			if !strings.Contains(sources[dir], "\nfunc "+test+"(") {
				t.Errorf("row %d: %s has no %s", n, dir, test)
			}
			if sub != "" && !strings.Contains(sources[dir], `name: "`+sub+" ") {
				t.Errorf("row %d: %s has no case %q", n, test, sub)
			}
		}
	}
	if rows := regexp.MustCompile(`(?m)^\d+ `).FindAllString(faultTests, -1); len(rows) != faultRows {
		t.Errorf("%d rows, the catalogue has %d", len(rows), faultRows)
	}
}

// testsOf is the text of a folder's test files.
func testsOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
