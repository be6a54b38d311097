//go:build unix

package crawler

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gocolly/colly/v2"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// The comparison of docs/performance.md; it needs a quiet machine, and Scrapy for its
// row (Debian's python3-scrapy):
//
//	go test ./crawler -run 'TestThroughput$' -throughput 20000 -v
var (
	throughput       = flag.Int("throughput", 0, "pages of the comparison with colly and Scrapy; 0 leaves it out")
	throughputRounds = flag.Int("throughput.rounds", 3, "rounds of the comparison")
)

// roleVariable tells a process of the test binary which part it plays.
const roleVariable = "NHIP_TEST_THROUGHPUT"

// contestant is one of those compared, with what its rounds showed.
type contestant struct {
	name    string
	command func(addresses string) *exec.Cmd
	speeds  []float64 // pages a second
	cpu     []float64 // milliseconds a page, of all threads
	memory  int64     // KiB at most
}

// TestThroughput has nhip's whole fetch path (robots.txt, a sitemap, scope, limiter
// without delay, conditions, caps, account), bare colly and Scrapy fetch the same packed
// pages of one loopback server, each in a process of its own, in turns. It asserts no
// time; a page that is missing fails it.
func TestThroughput(t *testing.T) {
	if *throughput == 0 {
		t.Skip("a comparison for a quiet machine: -throughput 20000")
	}
	base := serveThroughput(t)
	var list strings.Builder
	for i := range *throughput {
		fmt.Fprintln(&list, base+throughputPath(i))
	}
	addresses := filepath.Join(t.TempDir(), "addresses")
	if err := os.WriteFile(addresses, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	contestants := []*contestant{
		{name: "nhip, whole fetch path", command: func(a string) *exec.Cmd { return throughputRole("nhip", a) }},
		{name: "bare colly", command: func(a string) *exec.Cmd { return throughputRole("colly", a) }},
	}
	if python, version := findScrapy(); python != "" {
		contestants = append(contestants, &contestant{name: "Scrapy " + version, command: func(a string) *exec.Cmd {
			return exec.Command(python, filepath.Join("testdata", "throughput", "spider.py"), a)
		}})
	} else {
		t.Log("no Scrapy here: its row is left out")
	}
	for range *throughputRounds {
		for _, c := range contestants {
			c.round(t, addresses)
		}
	}
	first := median(contestants[0].speeds)
	for _, c := range contestants {
		t.Logf("| %-22s | %6.0f pages/s | nhip / it %.2f | %.2f ms CPU a page | %d MiB |  rounds %.0f", c.name, median(c.speeds), first/median(c.speeds), median(c.cpu), c.memory>>10, c.speeds)
	}
}

// findScrapy returns the interpreter that knows Scrapy: the system's package is not seen
// by one that was installed beside it.
func findScrapy() (python, version string) {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if out, err := exec.Command(python, "-c", "import scrapy; print(scrapy.__version__)").Output(); err == nil {
			return python, strings.TrimSpace(string(out))
		}
	}
	return "", ""
}

func (c *contestant) round(t *testing.T, addresses string) {
	t.Helper()
	cmd := c.command(addresses)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", c.name, err, out, errors.String())
	}
	var pages int
	var seconds float64
	if _, err := fmt.Sscan(string(out), &pages, &seconds); err != nil || pages != *throughput {
		t.Fatalf("%s: %d pages of %d, %v: %s%s", c.name, pages, *throughput, err, out, errors.String())
	}
	state := cmd.ProcessState
	c.speeds = append(c.speeds, float64(pages)/seconds)
	c.cpu = append(c.cpu, (state.UserTime()+state.SystemTime()).Seconds()*1000/float64(pages))
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		c.memory = max(c.memory, int64(usage.Maxrss))
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func throughputPath(i int) string { return fmt.Sprintf("/bai-viet-so-%06d.html", 100000+i) }

// throughputRole is the test binary in a part of the comparison.
func throughputRole(role, addresses string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestThroughputRole$", "-throughput", fmt.Sprint(*throughput))
	cmd.Env = append(os.Environ(), roleVariable+"="+role+" "+addresses)
	return cmd
}

// serveThroughput starts the server in a process of its own and returns its address.
func serveThroughput(t *testing.T) string {
	t.Helper()
	cmd := throughputRole("serve", "")
	in, err := cmd.StdinPipe() // whose end ends it
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// TestThroughputRole is no test of its own: it is the processes of TestThroughput.
func TestThroughputRole(t *testing.T) {
	role, addresses, _ := strings.Cut(os.Getenv(roleVariable), " ")
	var pages int
	began := time.Now()
	switch role {
	case "":
		t.Skip("a part of TestThroughput")
	case "serve":
		throughputServer(t)
		return
	case "nhip":
		pages = throughputNhip(t, addresses)
	case "colly":
		pages = throughputColly(t, addresses)
	}
	fmt.Println(pages, time.Since(began).Seconds())
}

func throughputServer(t *testing.T) {
	page := crawlertest.Coded("gzip", crawlertest.Gzip([]byte(crawlertest.Article("Sản xuất công nghiệp", 40_000))))
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	var sitemap bytes.Buffer
	fmt.Fprint(&sitemap, "<urlset>")
	for i := range *throughput {
		fmt.Fprintf(&sitemap, "<url><loc>%s%s</loc></url>", base, throughputPath(i))
	}
	fmt.Fprint(&sitemap, "</urlset>")
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			_, _ = io.WriteString(w, "User-agent: *\nDisallow: /cam/\nAllow: /\n")
		case "/sitemap.xml":
			_, _ = w.Write(sitemap.Bytes())
		default:
			page.ServeHTTP(w, r)
		}
	}))
	fmt.Println(base)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func throughputNhip(t *testing.T, addresses string) (pages int) {
	host := strings.TrimPrefix(throughputHost(t, addresses), "http://")
	c := newTest(t, Options{Limits: Limits{NoDelay: true}}, map[string]netip.AddrPort{host[:strings.LastIndex(host, ":")]: netip.MustParseAddrPort(host)})
	src := &catalog.Source{ID: "tin", Hosts: []string{host}, MaxPerRun: *throughput, Discover: catalog.Discover{Sitemaps: []string{"http://" + host + "/sitemap.xml"}},
		Documents: catalog.Documents{URL: pattern(`-\d{6}\.html$`)}}
	account, err := c.Crawl(t.Context(), src, func(_ context.Context, f nhip.Fetch) error {
		if f.Page != nil && len(f.Page.Body) > 0 {
			pages++
		}
		return nil
	})
	if err != nil {
		t.Fatal(account, err)
	}
	return pages
}

func throughputColly(t *testing.T, addresses string) (pages int) {
	c := colly.NewCollector()
	c.OnResponse(func(r *colly.Response) {
		if len(r.Body) > 0 {
			pages++
		}
	})
	f, err := os.Open(addresses)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if err := c.Visit(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

// throughputHost is the server's address, by the first of the pages.
func throughputHost(t *testing.T, addresses string) string {
	data, err := os.ReadFile(addresses)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line[:strings.LastIndex(line, "/")]
}
