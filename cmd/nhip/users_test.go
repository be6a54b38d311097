package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"

	"nhip/loader/engine"
)

// writeUsers makes a users file; HASH is the hash of "mật khẩu".
func writeUsers(t *testing.T, text string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte("mật khẩu"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "HASH", string(hash))), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUsers(t *testing.T) {
	u, err := readUsers(writeUsers(t, `
hosts: [BI.example.vn]
users:
  - name: bi
    password: "HASH"
    max_execution_time: 30s
    max_memory_bytes: 1000000000
    max_result_rows: 1000
    quota: {interval: 1h, requests: 100, rows: 5000}
  - name: chủ
    password: "sha256:5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
    role: admin
  - name: guest
`), "nhip")
	if err != nil {
		t.Fatal(err)
	}
	want := engine.Access{User: "bi", Databases: []string{"nhip"},
		Limits: engine.Limits{ExecutionSeconds: 30, MemoryBytes: 1_000_000_000, ResultRows: 1000},
		Quota:  engine.Quota{Interval: time.Hour, Requests: 100, Rows: 5000}}
	for range 2 { // the second time from memory
		got, ok := u.Access("bi", "mật khẩu")
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("bi: %v\n%s", ok, diff)
		}
	}
	for _, tt := range []struct {
		name, password string
		ok             bool
	}{
		{"bi", "", false}, {"bi", "mật khẩU", false}, {"bi", u.byName["bi"].hash, false}, {"BI", "mật khẩu", false},
		{"chủ", "password", true}, {"chủ", "Password", false}, {"guest", "", true}, {"guest", "x", false},
		{"default", "", false}, {"nobody", "x", false}, {"", "", false},
	} {
		if _, ok := u.Access(tt.name, tt.password); ok != tt.ok {
			t.Errorf("%s with %q: let in %v, want %v", tt.name, tt.password, ok, tt.ok)
		}
	}
	if a, _ := u.Access("chủ", "password"); !a.Admin {
		t.Error("the admin is none")
	}
	if diff := cmp.Diff([]string{"guest"}, u.withoutPassword()); diff != "" {
		t.Error(diff)
	}
}

func TestUsersSentences(t *testing.T) {
	for text, want := range map[string]string{
		"users: []":                                                "no users",
		"users:\n  - password: \"HASH\"":                           "at least one character",
		"users:\n  - {name: a, password: geheim}":                  "never the password itself",
		"users:\n  - {name: a, role: root}":                        "want reader or admin",
		"users:\n  - {name: a, role: admin}":                       "an admin needs a password",
		"users:\n  - {name: a}\n  - {name: a}":                     "stands twice",
		"users:\n  - {name: a, quota: {interval: x}}":              "quota interval",
		"users:\n  - {name: a, max_execution_time: 1m, colour: x}": "colour",
		"users:\n  - {name: a, password: 'sha256:12'}":             "64 hexadecimal digits",
	} {
		if _, err := readUsers(writeUsers(t, text), "nhip"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a sentence with %q", text, err, want)
		}
	}
}

func TestAddressBeyondLoopback(t *testing.T) {
	locked := newUsers()
	locked.byName["bi"] = user{hash: "x"}
	named := newUsers()
	named.byName["bi"], named.hosts = user{hash: "x"}, []string{"bi.example.vn"}
	for _, tt := range []struct {
		addr   string
		users  *users
		secure bool
		want   string // part of the sentence; empty: let through
		hosts  []string
	}{
		{"127.0.0.1:8123", onlyDefault("nhip"), false, "", nil},
		{"[::1]:8123", locked, true, "", nil},
		{"localhost:8123", onlyDefault("nhip"), false, "", nil},
		{"0.0.0.0:8123", named, false, "only with TLS", nil},
		{"192.0.2.1:8123", onlyDefault("nhip"), true, "without one: default", nil},
		{"192.0.2.1:8123", locked, true, "", []string{"192.0.2.1"}},
		{"bi.example.vn:8123", locked, false, "only with TLS", nil},
		{":8123", locked, true, "names no hosts", nil},
		{":8123", named, true, "", []string{"bi.example.vn"}},
		{"8123", locked, true, "want host:port", nil},
	} {
		hosts, err := checkAddress(tt.addr, tt.users, tt.secure)
		if tt.want == "" && (err != nil || !cmp.Equal(hosts, tt.hosts)) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s, TLS %v: %q, %v, want %q", tt.addr, tt.secure, hosts, err, tt.want)
		}
	}
}
