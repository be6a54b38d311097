package crawler

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// faultTests names the test of each row of the fault catalogue's groups A to E: what a
// publisher's robots.txt, server, bodies, pages and addresses may do to a crawler, and
// what must come of it. Names without a folder are of this package; after a slash stands
// the beginning of a subtest's name, or the file of a script. The numbers are the
// catalogue's, and stand in the names and comments of the tests too.
const faultTests = `
A. robots.txt (RFC 9309)
1   TestRobotsGoogle TestRobotsSpecification
2   TestRobotsAsked TestRobotsSitemaps
3   TestRobotsAsked
4   TestRobotsStatus
5   TestRobotsStatus TestRobotsCache TestUnreachable TestNames
6   TestRobotsRedirects
7   TestRobotsStatus
8   TestRobotsStatus FuzzRobots
9   TestRobotsCache
10  TestRobotsStatus TestProductToken TestPace
11  TestProductToken TestCrawl
12  TestRobotsDirectives

B. network and origin
13  TestUnreachable
14  TestConnectHangs
15  TestFaults/15
16  TestFaults/16
17  TestFaults/17
18  TestFaults/18 TestResets
19  TestFaults/19
20  TestFaults/20 TestMoreThanAnnounced TestBodiesThatMayNotBe
21  TestFaults/21
22  TestFaults/22 TestNoCookies
23  TestFaults/23
24  TestFaults/24
25  TestKeepAlive TestResendKeepsPace
26  TestKeepAlive TestBodiesThatMayNotBe
27  TestFaults/27
28  TestConditional
29  TestFaults/29 TestRetryAfter TestPause
30  TestFaults/30 TestBreaker
31  TestFaults/31 TestBreaker
32  TestFaults/32 TestConfirmedGone transform/article:TestRejectedPages
33  TestFaults/33 TestLoginWall transform/article:TestRejects
34  TestFaults/34 TestRedirects
35  TestRedirects
36  TestFaults/36
37  TestFaults/37
38  TestHTTPS
39  TestFaults/39 TestRedirects TestAddressSuite
40  TestMetaRefresh
41  TestNames TestRebinding
42  TestCertificates
43  TestHTTP2Faults
44  TestProxyIgnored
45  TestNoCookies
46  TestLimiter TestPace TestResendKeepsPace TestFaultyWeb cmd/nhip:TestSimulatedWeb
47  TestLimiter

C. size, compression, encoding
48  TestFaults/48
49  TestFaults/49 TestBombMemory
50  TestFaults/50 TestBombMemory TestPackedSitemap
51  TestFaults/51
52  TestFaults/52
53  TestFaults/53
54  TestCharsetKept transform/vi:TestDecode transform/vi:FuzzDecode
55  transform/vi:TestKeyMakesSpellingsEqual transform/vi:TestRepair transform/vi:FuzzRepair
56  TestFeedQuirks transform/article:TestWalk transform/article:FuzzRead
57  TestFaults/57
58  TestFaults/58

D. HTML, feeds, sitemaps, content
59  TestDeepListing transform/article:TestDeepPage transform/article:FuzzWalk
60  transform/table:TestBadFiles transform/table:TestSpans
61  transform/vi:TestParseNumber transform/vi:FuzzParseNumber loader:TestStoreDecimal
62  TestFeedTime transform/article:TestContradictingTimesAreFlagged transform/vi:TestReadTimeIssues
63  loader/loadertest:TestEmbedded
64  TestFeedQuirks TestCanonical
65  TestFeedBounds transform/table:TestEntitiesAreNotExpanded
66  TestFeedSuites FuzzFeed
67  TestFeedBounds
68  TestFeedQuirks
69  TestSitemapIndexBounds TestSitemap
70  TestRobotsSitemaps
71  TestCanonicalLink TestSameDocument
72  TestCanonical TestAddressSuite FuzzCanonical
73  TestEndlessSite
74  transform:TestFingerprintTellsCopies loader/loadertest:TestEmbedded
75  TestConditional loader:TestAssign
76  TestConfirmedGone loader/loadertest:TestEmbedded
77  transform/article:TestRejectedPages
78  transform/article:TestRejects

E. addresses, scope, local abuse
79  TestGuardLiterals TestDisguisedAddresses TestFaults/79
80  TestRebinding
81  TestRebinding TestNames
82  TestFaults/82
83  TestDisguisedAddresses TestFaults/83 TestAddressSuite
84  catalog:TestBadFiles
85  loader:TestOpenKeepsThePassword cmd/nhip:TestScripts
86  TestArchiveFolder
87  loader:TestDiskFull
88  loader/engine:TestDataDirectorySentences
89  cmd/nhip:TestFewDescriptors
90  loader/engine:TestMemoryCeiling loader/engine:TestSlowReaders
`

// TestEveryFaultHasATest finds each named test in the folder it is said to be in, and
// wants all rows from 1 to 90.
func TestEveryFaultHasATest(t *testing.T) {
	sources := map[string]string{} // by folder
	textOf := func(dir string) string {
		if text, ok := sources[dir]; ok {
			return text
		}
		files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(dir), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(data)
		}
		sources[dir] = all.String()
		return all.String()
	}
	rows := regexp.MustCompile(`(?m)^\d+ +\S.*$`).FindAllString(faultTests, -1)
	if len(rows) != 90 {
		t.Errorf("%d rows, the catalogue has 90", len(rows))
	}
	for _, row := range rows {
		fields := strings.Fields(row)
		for _, name := range fields[1:] {
			dir, test := "crawler", name
			if i := strings.IndexByte(name, ':'); i >= 0 {
				dir, test = name[:i], name[i+1:]
			}
			test, sub, _ := strings.Cut(test, "/")
			text := textOf(dir)
			if !strings.Contains(text, "func "+test+"(") {
				t.Errorf("row %s: %s has no %s", fields[0], dir, test)
			}
			if sub != "" && !strings.Contains(text, `name: "`+sub+" ") {
				t.Errorf("row %s: %s has no case %q", fields[0], test, sub)
			}
		}
	}
	if numbers := regexp.MustCompile(`(?m)^\d+`).FindAllString(faultTests, -1); len(slices.Compact(slices.Sorted(slices.Values(numbers)))) != len(rows) {
		t.Error("a row is there twice")
	}
}
