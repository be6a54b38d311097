package loader

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"text/template"
	"time"

	cryptorand "crypto/rand"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"nhip"
)

// These tests speak the native protocol to a real server over TCP: .ci/server
// installs Debian's clickhouse-server 18.16.1 and runs them. That server is from 2018:
// it has the wire protocol, credentials, compression and tables of plain types, and
// neither tokens, bound parameters nor most types of our schema, which the embedded
// engine is there for. clickhouse-go 2.50 speaks to it with two limits: an INSERT must
// name its columns (ours do), and settings whose value is text cannot be sent.

const serverPassword = `bí mật/@:?#[]%` // every byte that a URL gives a meaning

type testServer struct {
	port, tlsPort int
	ca            string // file
}

var serverConfig = template.Must(template.New("").Parse(`<yandex>
<logger><level>warning</level><log>{{.Dir}}/log</log><errorlog>{{.Dir}}/err</errorlog></logger>
<tcp_port>{{.Port}}</tcp_port><tcp_port_secure>{{.TLSPort}}</tcp_port_secure><listen_host>127.0.0.1</listen_host>
<path>{{.Dir}}/data/</path><tmp_path>{{.Dir}}/tmp/</tmp_path>
<user_files_path>{{.Dir}}/files/</user_files_path><format_schema_path>{{.Dir}}/formats/</format_schema_path>
<users_config>{{.Dir}}/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>5368709</mark_cache_size>
<openSSL><server><certificateFile>{{.Dir}}/cert.pem</certificateFile><privateKeyFile>{{.Dir}}/key.pem</privateKeyFile>
<verificationMode>none</verificationMode><loadDefaultCAFile>false</loadDefaultCAFile></server></openSSL>
</yandex>`))

var serverUsers = template.Must(template.New("").Parse(`<yandex>
<profiles><default><max_memory_usage>1000000000</max_memory_usage></default><reader><readonly>2</readonly></reader></profiles>
<users>
<default><password>default-of-the-test</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
<writer><password>{{.}}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></writer>
<reader><password>{{.}}</password><networks><ip>127.0.0.1</ip></networks><profile>reader</profile><quota>default</quota></reader>
</users>
<quotas><default><interval><duration>3600</duration><queries>0</queries><errors>0</errors><result_rows>0</result_rows>
<read_rows>0</read_rows><execution_time>0</execution_time></interval></default></quotas>
</yandex>`))

// startServer starts a ClickHouse server of its own for the test, on loopback and in
// a temporary folder. The test is skipped where none is installed.
func startServer(t *testing.T) testServer {
	t.Helper()
	binary, err := exec.LookPath("clickhouse-server")
	if err != nil {
		t.Skip("no clickhouse-server on this machine; .ci/server installs one")
	}
	dir := t.TempDir()
	s := testServer{port: freePort(t), tlsPort: freePort(t), ca: filepath.Join(dir, "cert.pem")}
	writeCertificate(t, dir)
	var config, users bytes.Buffer
	var text strings.Builder
	template.HTMLEscape(&config, []byte(serverPassword))
	text.WriteString(config.String())
	config.Reset()
	if err := errors.Join(serverConfig.Execute(&config, struct {
		Dir           string
		Port, TLSPort int
	}{dir, s.port, s.tlsPort}), serverUsers.Execute(&users, text.String()),
		os.WriteFile(filepath.Join(dir, "config.xml"), config.Bytes(), 0o600), os.WriteFile(filepath.Join(dir, "users.xml"), users.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	command := exec.Command(binary, "--config-file="+filepath.Join(dir, "config.xml"))
	command.Dir, command.Stdout, command.Stderr = dir, &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() { _ = command.Process.Kill(); <-ended })
	for range 300 {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.tlsPort)); err == nil {
			conn.Close()
			return s
		}
		select {
		case err := <-ended:
			ended <- err
			log, _ := os.ReadFile(filepath.Join(dir, "err"))
			t.Fatalf("the server ended: %v\n%s\n%.2000s", err, output.String(), log)
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatal("the server does not answer")
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(cryptorand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// dsn names the database default, which is there; options is what follows the "?".
func (s testServer) dsn(user, hosts, options string) string {
	if hosts == "" {
		hosts = fmt.Sprintf("127.0.0.1:%d", s.port)
	}
	return "clickhouse://" + url.UserPassword(user, serverPassword).String() + "@" + hosts + "/default?" + options
}

// openServer opens a store that sends no settings, which that server would refuse.
func openServer(t *testing.T, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{DSN: dsn, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.settings = func(string) clickhouse.Settings { return nil }
	s.retry = backoff{attempts: 6, first: time.Millisecond, most: 5 * time.Millisecond}
	return s
}

// wireRow has a column of every plain type of our tables.
type wireRow struct {
	id      uint64
	text    string
	sum     [32]byte
	at      time.Time
	maybeAt *time.Time
	value   *decimal.Decimal
	full    *float64
	list    []string
	numbers []uint32
	small   int8
	flag    uint8
	status  uint16
	place   int32
	sure    float32
}

var wireTable = table[wireRow]{
	name: "wire",
	key:  func(r *wireRow) string { return fmt.Sprint(r.id) },
	columns: []columnOf[wireRow]{
		field("id", "UInt64", func(r *wireRow) uint64 { return r.id }),
		field("text", "String", func(r *wireRow) string { return r.text }),
		field("sum", "FixedString(32)", func(r *wireRow) []byte { return r.sum[:] }),
		field("at", "DateTime", func(r *wireRow) time.Time { return r.at }),
		field("maybe_at", "Nullable(DateTime)", func(r *wireRow) *time.Time { return r.maybeAt }),
		field("value", "Nullable(Decimal(38, 10))", func(r *wireRow) *decimal.Decimal { return r.value }),
		field("full", "Nullable(Float64)", func(r *wireRow) *float64 { return r.full }),
		field("list", "Array(String)", func(r *wireRow) []string { return r.list }),
		field("numbers", "Array(UInt32)", func(r *wireRow) []uint32 { return r.numbers }),
		field("small", "Int8", func(r *wireRow) int8 { return r.small }),
		field("flag", "UInt8", func(r *wireRow) uint8 { return r.flag }),
		field("status", "UInt16", func(r *wireRow) uint16 { return r.status }),
		field("place", "Int32", func(r *wireRow) int32 { return r.place }),
		field("sure", "Float32", func(r *wireRow) float32 { return r.sure }),
	},
}

func wireRows(seed uint64, n int) []wireRow {
	random := rand.New(rand.NewPCG(seed, 3))
	rows := make([]wireRow, n)
	for i := range rows {
		r := &rows[i]
		r.id = seed<<32 | uint64(i)
		r.text = strings.Repeat("công nghiệp hỗ trợ ", i%7) + fmt.Sprint(random.Uint64())
		r.sum[random.IntN(32)] = byte(i)
		r.at = time.Unix(1_700_000_000+int64(i), 0).In(nhip.Zone)
		r.small, r.flag, r.status, r.place, r.sure = int8(i), uint8(i%2), uint16(i), -int32(i), float32(i)/3
		r.list, r.numbers = make([]string, i%4), make([]uint32, i%3)
		for k := range r.list {
			r.list[k] = fmt.Sprint("từ ", k, "\n\x00")
		}
		if i%2 == 0 {
			value, full := decimal.New(random.Int64()-random.Int64(), -10), random.NormFloat64()
			r.value, r.full, r.maybeAt = &value, &full, &r.at
		}
	}
	return rows
}

// makeWireTable makes the table anew; ReplacingMergeTree, as ours are.
func makeWireTable(t *testing.T, s *Store) {
	t.Helper()
	execSQL(t, s, "DROP TABLE IF EXISTS wire")
	var columns []string
	for _, c := range wireTable.columns {
		columns = append(columns, c.name+" "+c.kind)
	}
	execSQL(t, s, "CREATE TABLE wire ("+strings.Join(columns, ", ")+") ENGINE = ReplacingMergeTree ORDER BY id")
}

func readWireRows(t *testing.T, s *Store, seed uint64) []wireRow {
	t.Helper()
	rows, err := s.conn.Query(t.Context(), fmt.Sprintf("SELECT * FROM wire FINAL WHERE bitShiftRight(id, 32) = %d ORDER BY id", seed))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []wireRow
	for rows.Next() {
		var r wireRow
		var sum string
		if err := rows.Scan(&r.id, &r.text, &sum, &r.at, &r.maybeAt, &r.value, &r.full, &r.list, &r.numbers, &r.small, &r.flag, &r.status, &r.place, &r.sure); err != nil {
			t.Fatal(err)
		}
		copy(r.sum[:], sum)
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

var compareWireRows = cmp.Options{cmp.AllowUnexported(wireRow{}),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })}

func TestServer(t *testing.T) {
	server := startServer(t)
	t.Run("credentials", func(t *testing.T) { serverCredentials(t, server) })
	t.Run("types and compression", func(t *testing.T) { serverTypes(t, server) })
	t.Run("TLS", func(t *testing.T) { serverTLS(t, server) })
	t.Run("move", func(t *testing.T) { serverMove(t, server) })
	t.Run("failover", func(t *testing.T) { serverFailover(t, server) })
	t.Run("cut connections", func(t *testing.T) { serverCuts(t, server) })
	t.Run("silence", func(t *testing.T) { serverSilence(t, server) })
	t.Run("cancelled", func(t *testing.T) { serverCancelled(t, server) })
	t.Run("pool exhausted", func(t *testing.T) { serverPool(t, server) })
}

func serverCredentials(t *testing.T, server testServer) {
	s := openServer(t, server.dsn("writer", "", ""))
	makeWireTable(t, s)
	wrong := strings.Replace(server.dsn("writer", "", ""), ":b", ":wr%40ng-b", 1)
	for name, dsn := range map[string]string{"wrong password": wrong, "no such user": server.dsn("nobody", "", ""),
		"no password": fmt.Sprintf("clickhouse://writer@127.0.0.1:%d", server.port)} {
		_, err := Open(t.Context(), Options{DSN: dsn})
		var ex *clickhouse.Exception
		if !errors.As(err, &ex) || classify(err) != errorOfStore || !strings.Contains(err.Error(), "does not let this user in") {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "wr@ng") || strings.Contains(err.Error(), "wr%40ng") {
			t.Errorf("%s: the error holds the password: %v", name, err)
		}
	}
	reader := openServer(t, server.dsn("reader", "", ""))
	if _, err := insert(t.Context(), reader, "job", &wireTable, wireRows(1, 10)); err == nil || classify(err) != errorOfStore || !strings.Contains(err.Error(), "164") {
		t.Errorf("a reader inserts: %v", err)
	}
	if n := len(readWireRows(t, reader, 1)); n != 0 {
		t.Errorf("a reader inserted %d rows", n)
	}
	// A database that is not there, and a server that is none.
	if _, err := Open(t.Context(), Options{DSN: fmt.Sprintf("clickhouse://127.0.0.1:%d/x", freePort(t))}); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("no server: %v", err)
	}
}

func serverTypes(t *testing.T, server testServer) {
	for seed, options := range []string{"", "compress=zstd", "compress=none", "compress=lz4hc"} {
		s := openServer(t, server.dsn("writer", "", options))
		if seed == 0 {
			makeWireTable(t, s)
		}
		rows := wireRows(uint64(seed), 5000)
		if _, err := insert(t.Context(), s, "job", &wireTable, rows); err != nil {
			t.Fatalf("%q: %v", options, err)
		}
		if d := cmp.Diff(rows, readWireRows(t, s, uint64(seed)), compareWireRows, cmp.Comparer(func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }),
			cmp.Comparer(func(a, b []uint32) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); d != "" {
			t.Errorf("%q: %.2000s", options, d)
		}
	}
	// A block is one part, also of 100,000 rows; the rest is a second block.
	s := openServer(t, server.dsn("writer", "", ""))
	makeWireTable(t, s)
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(9, maxBlock+1)); err != nil {
		t.Fatal(err)
	}
	var n uint64
	if err := s.conn.QueryRow(t.Context(), "SELECT count() FROM wire").Scan(&n); err != nil || n != maxBlock+1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func serverTLS(t *testing.T, server testServer) {
	host := fmt.Sprintf("127.0.0.1:%d", server.tlsPort)
	s := openServer(t, server.dsn("writer", host, "secure=true&ca_file="+url.QueryEscape(server.ca)))
	makeWireTable(t, s)
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(1, 100)); err != nil {
		t.Fatal(err)
	}
	if n := len(readWireRows(t, s, 1)); n != 100 {
		t.Errorf("%d rows", n)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for options, want := range map[string]string{
		"secure=true":                               "certificate",
		"secure=true&ca_file=" + empty:              "no certificate",
		"secure=true&ca_file=/nowhere/ca.pem":       "/nowhere/ca.pem",
		"ca_file=" + url.QueryEscape(server.ca):     "secure=true",
		"secure=true&tls_server_name=other.example": "certificate",
	} {
		_, err := Open(t.Context(), Options{DSN: server.dsn("writer", host, options+"&dial_timeout=5s")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", options, err)
		}
	}
	if _, err := Open(t.Context(), Options{DSN: server.dsn("writer", host, "dial_timeout=2s")}); err == nil {
		t.Error("a TLS port answered without TLS")
	}
}

// serverMove: blocks of the embedded store's export go into a server, and its own
// come back, value by value. (The schema as a whole needs a newer server.)
func serverMove(t *testing.T, server testServer) {
	embedded, s := openTest(t), openServer(t, server.dsn("writer", "", ""))
	lists := cmp.Options{cmp.Comparer(func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }),
		cmp.Comparer(func(a, b []uint32) bool { return fmt.Sprint(a) == fmt.Sprint(b) })}
	makeWireTable(t, embedded)
	makeWireTable(t, s)
	rows := wireRows(4, 3000)
	if _, err := insert(t.Context(), embedded, "job", &wireTable, rows); err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct{ from, to *Store }{{embedded, s}, {s, embedded}} {
		count, err := way.from.exportRows(t.Context(), "SELECT * FROM wire FINAL", func(_ int, block []byte) error {
			return way.to.importBlock(t.Context(), "wire", block)
		})
		if err != nil || count != 3000 {
			t.Fatalf("%d rows, %v", count, err)
		}
		if d := cmp.Diff(rows, readWireRows(t, way.to, 4), compareWireRows, lists); d != "" {
			t.Errorf("%.2000s", d)
		}
		execSQL(t, embedded, "TRUNCATE TABLE wire") // what comes back is the server's
	}
}

// serverFailover: of several addresses the next is taken where one does not answer,
// at the first connection and in the middle of a load.
func serverFailover(t *testing.T, server testServer) {
	target := func() (net.Conn, error) { return net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", server.port)) }
	first, second := newCutter(t, target), newCutter(t, target)
	first.set(func() { first.down = true })
	dsn := server.dsn("writer", first.addr()+","+second.addr(), "dial_timeout=5s")
	s := openServer(t, dsn)
	makeWireTable(t, s)
	first.set(func() { first.down = false })
	s = openServer(t, dsn)
	for seed := range uint64(6) {
		rows := wireRows(seed, 3000)
		if seed == 3 { // gone in the middle of a block, and for good
			first.set(func() { first.limit[up] = first.bytes[up] + 20_000; first.down = true })
		}
		if _, err := insert(t.Context(), s, "job", &wireTable, rows); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if n := len(readWireRows(t, s, seed)); n != len(rows) {
			t.Errorf("seed %d: %d rows", seed, n)
		}
	}
	if second.bytes[up] == 0 || first.bytes[up] == 0 {
		t.Errorf("bytes by the first address %d, by the second %d", first.bytes[up], second.bytes[up])
	}
	second.set(func() { second.down = true })
	second.cutAll()
	first.cutAll()
	s.retry.attempts = 2
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(9, 10)); err == nil || classify(err) != errorMayPass {
		t.Errorf("no address answers: %v", err)
	}
}

// serverCuts: a block whose connection was cut at any byte is there once. The
// server has no tokens, so a copy is dropped by its key.
func serverCuts(t *testing.T, server testServer) {
	c := newCutter(t, func() (net.Conn, error) { return net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", server.port)) })
	s := openServer(t, server.dsn("writer", c.addr(), ""))
	makeWireTable(t, s)
	before := c.bytes
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(1000, 2000)); err != nil {
		t.Fatal(err)
	}
	length := [2]int64{c.bytes[up] - before[up], c.bytes[down] - before[down]}
	for seed := range uint64(*cuts) {
		random := rand.New(rand.NewPCG(seed, 13))
		direction := int(seed % 2)
		at := 1 + random.Int64N(length[direction]-1)
		c.set(func() { c.limit[direction] = c.bytes[direction] + at })
		rows := wireRows(seed, 2000)
		if _, err := insert(t.Context(), s, "job", &wireTable, rows); err != nil {
			t.Fatalf("seed %d, byte %d of direction %d: %v", seed, at, direction, err)
		}
		c.set(func() { c.limit = [2]int64{} })
		if got := readWireRows(t, s, seed); len(got) != len(rows) {
			t.Errorf("seed %d, byte %d of direction %d: %d of %d rows", seed, at, direction, len(got), len(rows))
		}
	}
}

// serverSilence: a server that stops answering is given up after read_timeout and
// asked again.
func serverSilence(t *testing.T, server testServer) {
	c := newCutter(t, func() (net.Conn, error) { return net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", server.port)) })
	s := openServer(t, server.dsn("writer", c.addr(), "read_timeout=300ms&dial_timeout=2s"))
	makeWireTable(t, s)
	c.set(func() { c.stalled = true })
	s.retry.attempts = 1
	_, err := insert(t.Context(), s, "job", &wireTable, wireRows(1, 10))
	if err == nil || classify(err) != errorMayPass {
		t.Errorf("a silent server: %v", err)
	}
	c.cutAll()
	s.retry.attempts = 6
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(1, 10)); err != nil {
		t.Fatal(err)
	}
	if n := len(readWireRows(t, s, 1)); n != 10 {
		t.Errorf("%d rows", n)
	}
}

// serverCancelled: a cancelled insert leaves neither goroutine nor connection. (The
// driver's handshake does not see the cancellation: it ends by dial_timeout.)
func serverCancelled(t *testing.T, server testServer) {
	c := newCutter(t, func() (net.Conn, error) { return net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", server.port)) })
	s := openServer(t, server.dsn("writer", c.addr(), ""))
	makeWireTable(t, s)
	before := runtime.NumGoroutine()
	for range 5 {
		if err := s.conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.set(func() { c.stalled = true })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, err := insert(ctx, s, "job", &wireTable, wireRows(2, 1000)); err == nil || ctx.Err() == nil {
			t.Fatalf("cancelled: %v", err)
		}
		c.cutAll()
	}
	for range 200 {
		if runtime.NumGoroutine() <= before && s.conn.Stats().Open == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before; %d open connections", runtime.NumGoroutine(), before, s.conn.Stats().Open)
}

// serverPool: a pool without a free connection is an error that may pass.
func serverPool(t *testing.T, server testServer) {
	s := openServer(t, server.dsn("writer", "", "max_open_conns=1&dial_timeout=200ms"))
	makeWireTable(t, s)
	query, _ := wireTable.insert()
	busy, err := s.conn.PrepareBatch(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	s.retry.attempts = 1
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(1, 10)); !errors.Is(err, clickhouse.ErrAcquireConnTimeout) || classify(err) != errorMayPass {
		t.Errorf("exhausted: %v", err)
	}
	s.retry = backoff{attempts: 20, first: 50 * time.Millisecond, most: 50 * time.Millisecond}
	time.AfterFunc(300*time.Millisecond, func() { busy.Close() })
	if _, err := insert(t.Context(), s, "job", &wireTable, wireRows(1, 10)); err != nil {
		t.Errorf("after the other gave its connection back: %v", err)
	}
}
