package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"nhip/catalog"
)

// config is what every command needs to know. A value comes from the flag, else
// the environment, else nhip.yaml, else the default.
type config struct {
	values
	LogLevel    slog.Level
	MemoryBytes uint64 // 0: the engine's own rule

	from map[string]string // setting -> where its value came from
}

// values are the settings as they are written, in nhip.yaml and elsewhere.
type values struct {
	Data       string `yaml:"data"`
	DSN        string `yaml:"dsn"`
	Cluster    string `yaml:"cluster"`
	Catalog    string `yaml:"catalog"`
	Contact    string `yaml:"contact"`
	Web        string `yaml:"web"`
	ClickHouse string `yaml:"clickhouse"`
	Users      string `yaml:"users"`
	TLSCert    string `yaml:"tls_cert"`
	TLSKey     string `yaml:"tls_key"`
	Library    string `yaml:"library"`
	Memory     string `yaml:"memory"`
	Log        string `yaml:"log"`
}

// setting is one row of the configuration.
type setting struct {
	key, env, flag, fallback, usage string
	field                           func(*values) *string
}

var settings = []setting{
	{"data", "NHIP_DATA", "data", "./data", "`folder` of the embedded store", func(v *values) *string { return &v.Data }},
	{"dsn", "NHIP_DSN", "dsn", "", "clickhouse://user:password@host:9000/nhip: a `server` instead of the embedded store", func(v *values) *string { return &v.DSN }},
	{"cluster", "NHIP_CLUSTER", "cluster", "", "`name` of a cluster of that server: the schema is made replicated and spread over its nodes", func(v *values) *string { return &v.Cluster }},
	{"catalog", "NHIP_CATALOG", "catalog", "", "`folder` whose files replace or extend the built-in catalog", func(v *values) *string { return &v.Catalog }},
	{"contact", "NHIP_CONTACT", "contact", "", "`address` publishers can write to; sent in the User-Agent", func(v *values) *string { return &v.Contact }},
	{"web", "NHIP_WEB", "", "127.0.0.1:8080", "where serve answers people and monitors", func(v *values) *string { return &v.Web }},
	{"clickhouse", "NHIP_CLICKHOUSE", "", "127.0.0.1:8123", "where serve offers ClickHouse's HTTP interface; off for nowhere", func(v *values) *string { return &v.ClickHouse }},
	{"users", "NHIP_USERS", "", "", "`file` of the users of that interface; none: default, without a password, reads", func(v *values) *string { return &v.Users }},
	{"tls_cert", "NHIP_TLS_CERT", "", "", "certificate `file` of that interface; needed beyond loopback", func(v *values) *string { return &v.TLSCert }},
	{"tls_key", "NHIP_TLS_KEY", "", "", "key `file` of the certificate", func(v *values) *string { return &v.TLSKey }},
	{"library", "NHIP_LIBCHDB", "", "", "libchdb, where it is not to be looked for or fetched", func(v *values) *string { return &v.Library }},
	{"memory", "NHIP_MEMORY", "", "", "how much memory the embedded engine may take, such as 2GiB; none: nine tenths of the machine's", func(v *values) *string { return &v.Memory }},
	{"log", "NHIP_LOG", "log", "warn", "`level` of the log on standard error: debug, info, warn or error", func(v *values) *string { return &v.Log }},
}

const configFile = "nhip.yaml"

func configFlags(flags *pflag.FlagSet) {
	for _, s := range settings {
		if s.flag != "" {
			flags.String(s.flag, s.fallback, s.usage)
		}
	}
	flags.String("config", configFile, "configuration `file`; it may be absent")
}

// loadConfig settles every setting.
func loadConfig(flags *pflag.FlagSet, lookup func(string) (string, bool)) (config, error) {
	c := config{from: map[string]string{}}
	path, _ := flags.GetString("config")
	file, err := readConfigFile(path, flags.Changed("config"))
	if err != nil {
		return c, err
	}
	for _, s := range settings {
		value, from := s.fallback, "default"
		if v := *s.field(&file); v != "" {
			value, from = v, path
		}
		if v, ok := lookup(s.env); ok {
			value, from = v, s.env
		}
		if s.flag != "" && flags.Changed(s.flag) {
			value, _ = flags.GetString(s.flag)
			from = "--" + s.flag
		}
		*s.field(&c.values) = value
		c.from[s.key] = from
	}
	if err := c.LogLevel.UnmarshalText([]byte(c.Log)); err != nil {
		return c, usagef("log level %q from %s: want debug, info, warn or error", c.Log, c.from["log"])
	}
	if c.MemoryBytes, err = parseMemory(c.Memory, c.from["memory"]); err != nil {
		return c, err
	}
	if c.Data == "" {
		return c, usagef("data from %s is empty: name the folder of the embedded store", c.from["data"])
	}
	return c, nil
}

// readConfigFile reads nhip.yaml, which may be absent unless it was asked for.
func readConfigFile(path string, required bool) (values, error) {
	var file values
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return file, nil
	}
	if err != nil {
		return file, usagef("read the configuration: %v", err)
	}
	if problems := catalog.DecodeYAML(path, data, &file); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, p := range problems {
			lines[i] = p.String()
		}
		return file, usagef("configuration:\n%s", strings.Join(lines, "\n"))
	}
	return file, nil
}

var configCommand = command{
	name:    "config",
	summary: "Print every setting, its value and where the value comes from; passwords are masked",
	run: func(_ context.Context, c *call) error {
		tw := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "SETTING\tVALUE\tFROM\tENVIRONMENT\tMEANING")
		for _, s := range settings {
			value := *s.field(&c.config.values)
			if s.key == "dsn" {
				value = maskDSN(value)
			}
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", s.key, value, c.config.from[s.key], s.env, strings.ReplaceAll(s.usage, "`", ""))
		}
		return tw.Flush()
	},
}

// maskDSN hides everything of a DSN that may be a secret.
func maskDSN(dsn string) string {
	if dsn == "" {
		return ""
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return "(not shown: cannot be read)"
	}
	if u.User != nil {
		u.User = url.UserPassword(u.User.Username(), "***")
	}
	q := u.Query()
	for key := range q {
		if lower := strings.ToLower(key); strings.Contains(lower, "pass") || strings.Contains(lower, "secret") || strings.Contains(lower, "token") {
			q.Set(key, "***")
		}
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "%2A%2A%2A", "***")
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", "***")
}
