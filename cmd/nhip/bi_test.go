package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"nhip/cmd/nhip/demosite"
)

// TestBI asks `nhip serve` as BI tools do: as a user who only reads, on the store of
// the demo and a statistics office that revises its numbers. One store serves all.
func TestBI(t *testing.T) {
	needEngine(t)
	dir := t.TempDir()
	t.Cleanup(func() { endEngine(t, dir+"/data") }) // merges of the loads would come between the removal of the folder
	loadReleases(t, dir, releases())
	// What runs on the store afterwards has to know its sources: they are written to it at every start.
	if err := os.CopyFS(dir+"/catalog", demosite.Catalog()); err != nil {
		t.Fatal(err)
	}
	nhipOutput(t, dir, "demo", "--catalog", dir+"/catalog")
	users := writeUsers(t, `
users:
  - {name: bi, password: "HASH"}
  - {name: owner, password: "HASH", role: admin}
`)
	b := &bi{address: serveClickHouseOf(t, dir, "NHIP_USERS="+users, "NHIP_CATALOG="+dir+"/catalog")}
	t.Run("conversations", func(t *testing.T) { conversations(t, b) })
	t.Run("dashboards", func(t *testing.T) { dashboards(t, b) })
	t.Run("compose", func(t *testing.T) { composeUsers(t, b) })
}

// endEngine ends the engine of a data folder and waits for its end.
func endEngine(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(dir + "/engine.lock")
	if err != nil {
		return // no engine was started
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 2 {
		t.Fatalf("engine.lock holds %q", text)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return // it has ended
	}
	for range 3000 {
		f, err := os.Open(dir + "/engine.lock")
		if err != nil {
			t.Fatal(err)
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		f.Close()
		if err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the engine does not end")
}

// bi is a running `nhip serve` with the users bi, who reads, and owner.
type bi struct{ address string }

const biPassword = "mật khẩu"

// ask sends a statement as the user bi. Parameters are "name=value".
func (b *bi) ask(t *testing.T, sql string, parameters ...string) (status int, body string) {
	t.Helper()
	query := url.Values{}
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		query.Add(name, value)
	}
	req, err := http.NewRequest("POST", b.address+"/?"+query.Encode(), strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("bi", biPassword)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%v after %d bytes: %s", err, len(text), text[max(0, len(text)-500):])
	}
	return res.StatusCode, string(text)
}

// decode has the engine read a result in one of its binary formats: its columns as
// "name Type", and its rows as texts separated by tabs.
func (b *bi) decode(t *testing.T, format string, data []byte) (columns, rows []string) {
	t.Helper()
	status, text := b.read(t, "DESC format("+format+", {data:String}) FORMAT TSV", data)
	if status != http.StatusOK {
		t.Fatalf("the answer is not in the format %s: %.300s", format, text)
	}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "\t")
		columns = append(columns, cells[0]+" "+strings.ReplaceAll(cells[1], `\'`, `'`))
	}
	status, text = b.read(t, "SELECT * FROM format("+format+", {data:String}) FORMAT TSV", data)
	switch {
	case status != http.StatusOK && strings.Contains(text, "(NOT_FOUND_COLUMN_IN_BLOCK)"): // what the engine says of a result without rows
		return columns, nil
	case status != http.StatusOK:
		t.Fatalf("the answer is not in the format %s: %.300s", format, text)
	}
	return columns, strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// read runs a statement over data.
func (b *bi) read(t *testing.T, sql string, data []byte) (status int, answer string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{
		"query":      sql,
		"param_data": strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r", "\x00", "\\0").Replace(string(data)),
	} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", b.address+"/", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.SetBasicAuth("owner", biPassword)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%v after %d bytes: %s", err, len(text), text[max(0, len(text)-500):])
	}
	return res.StatusCode, string(text)
}
