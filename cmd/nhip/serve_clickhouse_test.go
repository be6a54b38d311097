package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certificate makes a certificate of 127.0.0.1 that signs itself.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(cert)
	return certFile, keyFile, pool
}

// serveClickHouse runs `nhip serve` on an empty store and returns the address of its
// ClickHouse interface.
func serveClickHouse(t *testing.T, environment ...string) string {
	t.Helper()
	return serveClickHouseOf(t, t.TempDir(), environment...)
}

// serveClickHouseOf does so on the store below dir.
func serveClickHouseOf(t *testing.T, dir string, environment ...string) string {
	t.Helper()
	cmd := nhipCommand(t, dir, "serve", "--no-crawl")
	cmd.Env = append(cmd.Env, "NHIP_WEB=127.0.0.1:0", "NHIP_CLICKHOUSE=127.0.0.1:0")
	cmd.Env = append(cmd.Env, environment...)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("nhip serve ended with %v", err)
		}
	})
	address := regexp.MustCompile(`ClickHouse's HTTP interface: (https?://[^/]+)/`)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, said)
			return m[1]
		}
		if strings.Contains(lines.Text(), "stays closed: without Landlock") {
			go io.Copy(io.Discard, said)
			t.Skip("this kernel has no Landlock, so nhip serve offers no ClickHouse interface")
		}
	}
	t.Fatal("nhip serve offers no ClickHouse interface")
	return ""
}

// TestServeUsers asks `nhip serve` over TLS as its users.
func TestServeUsers(t *testing.T) {
	certFile, keyFile, pool := certificate(t)
	file := writeUsers(t, `
hosts: [bi.example.vn]
users:
  - {name: bi, password: "HASH", quota: {interval: 24h, requests: 50}}
  - {name: chủ, password: "HASH", role: admin}
`)
	url := serveClickHouse(t, "NHIP_USERS="+file, "NHIP_TLS_CERT="+certFile, "NHIP_TLS_KEY="+keyFile)
	if !strings.HasPrefix(url, "https://") {
		t.Fatalf("served on %s", url)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	ask := func(user, password, host, sql string) (int, string) {
		req, err := http.NewRequest("POST", url+"/", strings.NewReader(sql))
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			req.SetBasicAuth(user, password)
		}
		if host != "" {
			req.Host = host
		}
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	for _, tt := range []struct {
		user, password, host, sql string
		status                    int
		want                      string
	}{
		{"bi", "mật khẩu", "", "SELECT count() FROM v_articles", 200, "0\n"},
		{"bi", "mật khẩu", "bi.example.vn", "SELECT count() FROM nhip.v_observations", 200, "0\n"},
		{"bi", "mật khẩu", "evil.example", "SELECT 1", 403, "is not served here"},
		{"bi", "sai", "", "SELECT 1", 403, "Code: 516."},
		{"", "", "", "SELECT 1", 401, "Code: 194."},
		{"bi", "mật khẩu", "", "SELECT count() FROM documents", 403, "Code: 497."},
		{"bi", "mật khẩu", "", "DROP TABLE nhip.documents", 403, "Code: 497."},
		{"bi", "mật khẩu", "", "SHOW TABLES", 200, "v_articles\n"},
		{"chủ", "mật khẩu", "", "SELECT count() FROM nhip.documents", 200, "0\n"},
		{"chủ", "mật khẩu", "", "CREATE TABLE nhip.mine (n UInt8) ENGINE = Memory", 200, ""},
	} {
		if status, body := ask(tt.user, tt.password, tt.host, tt.sql); status != tt.status || !strings.HasPrefix(body, tt.want) && !strings.Contains(body, tt.want) {
			t.Errorf("%s on %q: %s: %d %s, want %d %q", tt.user, tt.host, tt.sql, status, body, tt.status, tt.want)
		}
	}
	// Every view can be read, with its columns named as they are.
	_, views := ask("bi", "mật khẩu", "", "SELECT name FROM system.tables WHERE database = 'nhip'")
	for _, view := range strings.Fields(views) {
		_, columns := ask("bi", "mật khẩu", "", "SELECT arrayStringConcat(groupArray(name), ', ') FROM system.columns WHERE database = 'nhip' AND table = '"+view+"'")
		sql := "SELECT " + strings.TrimSpace(columns) + " FROM " + view + " ORDER BY " + strings.TrimSpace(columns)
		if status, body := ask("bi", "mật khẩu", "", sql); status != 200 {
			t.Errorf("%s: %d %.300s", sql, status, body)
		}
	}
}
