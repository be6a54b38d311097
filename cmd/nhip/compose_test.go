package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// These tests read compose.yaml and the Dockerfile; they start no container. What
// they hold: the files are of their specifications, what they name is there, nothing
// has a default password, nothing is open beyond loopback, nhip is not root and its
// command lines are nhip's.

// Elements of the Compose Specification that the file may use.
var (
	composeKeys = []string{"name", "services", "volumes", "networks", "configs", "secrets"}
	serviceKeys = []string{"image", "build", "command", "entrypoint", "environment", "volumes", "ports", "ulimits", "healthcheck", "depends_on",
		"restart", "user", "read_only", "tmpfs", "cap_drop", "security_opt", "stop_grace_period", "expose", "networks", "labels", "deploy"}
	healthKeys = []string{"test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"}
	conditions = []string{"service_started", "service_healthy", "service_completed_successfully"}
)

type object = map[string]any

func readCompose(t *testing.T) (text string, file object) {
	t.Helper()
	data, err := os.ReadFile(grafanaFolder + "/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return string(data), file
}

func onlyKeys(t *testing.T, where string, o object, known []string) {
	t.Helper()
	for key := range o {
		if !slices.Contains(known, key) {
			t.Errorf("%s: %s is not known", where, key)
		}
	}
}

// list reads a list of texts.
func list(t *testing.T, where string, value any) []string {
	t.Helper()
	items, ok := value.([]any)
	if value != nil && !ok {
		t.Errorf("%s is no list: %v", where, value)
	}
	var texts []string
	for _, item := range items {
		texts = append(texts, fmt.Sprint(item))
	}
	return texts
}

func TestCompose(t *testing.T) {
	text, file := readCompose(t)
	onlyKeys(t, "compose.yaml", file, composeKeys)
	services, _ := file["services"].(object)
	if got := slices.Sorted(maps.Keys(services)); !slices.Equal(got, []string{"clickhouse", "grafana", "migrate", "nhip"}) {
		t.Fatalf("services %v", got)
	}
	named, _ := file["volumes"].(object)
	used := map[string]bool{}
	for name := range services {
		s, ok := services[name].(object)
		if !ok {
			t.Fatalf("service %s is no mapping", name)
		}
		onlyKeys(t, name, s, serviceKeys)
		checkImage(t, name, s)
		for _, port := range list(t, name+".ports", s["ports"]) {
			if !regexp.MustCompile(`^127\.0\.0\.1:\d+:\d+$`).MatchString(port) {
				t.Errorf("%s: port %s is open beyond loopback", name, port)
			}
		}
		for _, mount := range list(t, name+".volumes", s["volumes"]) {
			from, _, _ := strings.Cut(mount, ":")
			if !strings.HasPrefix(from, ".") {
				if _, ok := named[from]; !ok {
					t.Errorf("%s: there is no volume %s", name, from)
				}
				used[from] = true
			} else if _, err := os.Stat(filepath.Join(grafanaFolder, from)); err != nil || !strings.HasSuffix(mount, ":ro") {
				t.Errorf("%s: mount %s: %v", name, mount, err)
			}
		}
		health, _ := s["healthcheck"].(object)
		onlyKeys(t, name+".healthcheck", health, healthKeys)
		if health == nil && name != "nhip" { // whose image has one
			t.Errorf("%s has no health check", name)
		}
		needs, _ := s["depends_on"].(object)
		for other, how := range needs {
			o, _ := how.(object)
			if condition := fmt.Sprint(o["condition"]); services[other] == nil || !slices.Contains(conditions, condition) {
				t.Errorf("%s depends on %s, %s", name, other, condition)
			}
		}
		if s["image"] == "nhip" {
			if s["user"] != "10001:10001" || s["read_only"] != true || !slices.Equal(list(t, "cap_drop", s["cap_drop"]), []string{"ALL"}) {
				t.Errorf("%s runs as %v, read only %v, without %v", name, s["user"], s["read_only"], s["cap_drop"])
			}
			parseCommand(t, list(t, name+".command", s["command"]))
			for key := range s["environment"].(object) {
				if !slices.ContainsFunc(settings, func(s setting) bool { return s.env == key }) {
					t.Errorf("%s: nhip knows no %s", name, key)
				}
			}
		}
	}
	if len(used) != len(named) {
		t.Errorf("volumes %v, used %v", named, used)
	}
	checkVariables(t, text)
}

func checkImage(t *testing.T, name string, s object) {
	t.Helper()
	image := fmt.Sprint(s["image"])
	if build, ok := s["build"].(object); ok {
		onlyKeys(t, name+".build", build, []string{"context", "dockerfile", "args", "target"})
		context := filepath.Join(grafanaFolder, fmt.Sprint(build["context"]))
		for _, file := range []string{"go.mod", fmt.Sprint(build["dockerfile"])} {
			if _, err := os.Stat(filepath.Join(context, file)); err != nil {
				t.Errorf("%s: build: %v", name, err)
			}
		}
		return
	}
	if !regexp.MustCompile(`^[\w/.-]+:(\$\{\w+:-)?\d+\.\d+\.\d+(\.\d+)?\}?$`).MatchString(image) {
		t.Errorf("%s: the image %s is not pinned", name, image)
	}
}

// parseCommand reads a command line as nhip does.
func parseCommand(t *testing.T, args []string) {
	t.Helper()
	if len(args) == 0 {
		t.Fatal("no command")
	}
	cmd, ok := find(args[0])
	if !ok {
		t.Fatalf("nhip has no command %s", args[0])
	}
	flags := flagSet(cmd)
	if err := flags.Parse(args[1:]); err != nil || !cmd.takes && flags.NArg() > 0 {
		t.Errorf("nhip %s: %v, %d arguments left", strings.Join(args, " "), err, flags.NArg())
	}
}

// checkVariables: every variable is in the example of .env, and the other way round;
// what is secret must be set, and the example sets none.
func checkVariables(t *testing.T, text string) {
	t.Helper()
	example, err := os.ReadFile(grafanaFolder + "/compose.env.example")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(#?)([A-Z_]+)=(.*)$`).FindAllStringSubmatch(string(example), -1) {
		documented[m[2]] = true
		if m[1] == "" && m[3] != "" {
			t.Errorf("the example sets %s", m[2])
		}
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`[^$]\$\{(\w+)(:[?-])?([^}]*)\}`).FindAllStringSubmatch(text, -1) {
		named[m[1]] = true
		if !documented[m[1]] {
			t.Errorf("compose.env.example says nothing of %s", m[1])
		}
		if strings.Contains(m[1], "PASSWORD") && m[2] != ":?" {
			t.Errorf("%s need not be set", m[1])
		}
	}
	for name := range documented {
		if !named[name] {
			t.Errorf("compose.yaml does not use %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^\s+(\w*(?:PASSWORD|SECRET|KEY)\w*):\s*(.*)$`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[2], "${") {
			t.Errorf("%s is written into compose.yaml", m[1])
		}
	}
}

// composeUsers runs the script that makes the users, with a clickhouse-client that
// keeps what it is given, and has the engine parse every statement.
func composeUsers(t *testing.T, b *bi) {
	dir := t.TempDir()
	client := "#!/bin/sh\ncat > '" + dir + "/sql'\n"
	if err := os.WriteFile(filepath.Join(dir, "clickhouse-client"), []byte(client), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", grafanaFolder+"/clickhouse-users.sh")
	_, file := readCompose(t)
	environment := file["services"].(object)["clickhouse"].(object)["environment"].(object)
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	for name := range environment { // and no other
		cmd.Env = append(cmd.Env, name+"=it's $(secret)")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sql, err := os.ReadFile(filepath.Join(dir, "sql"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sql), "secret") {
		t.Errorf("a password is in the statements: %s", sql)
	}
	grants, err := os.ReadFile("../../loader/grants.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements := strings.Split(strings.TrimSpace(string(sql)), ";\n")
	if len(statements) != 6 {
		t.Errorf("%d statements: %s", len(statements), sql)
	}
	for _, statement := range statements {
		quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(strings.TrimSuffix(statement, ";"))
		if status, body := b.ask(t, "SELECT formatQuery('"+quoted+"')"); status != 200 {
			t.Errorf("%s: %s", statement, body)
		}
		if m := regexp.MustCompile(`^GRANT (\w+) TO`).FindStringSubmatch(statement); m != nil && !strings.Contains(string(grants), "CREATE ROLE IF NOT EXISTS "+m[1]+";") {
			t.Errorf("grants.sql makes no role %s", m[1])
		}
	}
}

func TestDockerfile(t *testing.T) {
	data, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	user, stages := "root", 0
	var entry []string
	for line := range strings.Lines(strings.ReplaceAll(string(data), "\\\n", " ")) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch instruction {
		case "", "#", "WORKDIR", "RUN", "ENV", "VOLUME":
		case "FROM":
			stages++
			user = "root"
			if !regexp.MustCompile(`^[\w/.-]+:[\w.-]+( AS \w+)?$`).MatchString(rest) || strings.Contains(rest, "latest") {
				t.Errorf("FROM %s is not pinned", rest)
			}
		case "COPY":
			words := strings.Fields(rest)
			for _, from := range words[:len(words)-1] {
				if _, err := os.Stat(filepath.Join("../..", from)); err != nil && !strings.HasPrefix(words[0], "--from=") {
					t.Errorf("COPY %s: %v", from, err)
				}
			}
		case "USER":
			user = rest
		case "HEALTHCHECK":
			if _, command, ok := strings.Cut(rest, "CMD "); !ok || json.Unmarshal([]byte(command), new([]string)) != nil {
				t.Errorf("HEALTHCHECK %s", rest)
			}
		case "ENTRYPOINT", "CMD":
			var words []string
			if err := json.Unmarshal([]byte(rest), &words); err != nil {
				t.Errorf("%s %s: %v", instruction, rest, err)
			}
			entry = append(entry, words...)
		default:
			if !strings.HasPrefix(instruction, "#") {
				t.Errorf("%s is no instruction", instruction)
			}
		}
	}
	if stages != 2 || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		t.Errorf("%d stages, user %s", stages, user)
	}
	if len(entry) == 0 || entry[0] != "nhip" {
		t.Fatalf("the image runs %v", entry)
	}
	parseCommand(t, entry[1:])
}
