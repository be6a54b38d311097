package loader

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// serverOptions reads the DSN of a server:
//
//	clickhouse://user:password@host1:9000,host2:9000/database?secure=true&ca_file=/etc/nhip/ca.pem
//
// The addresses are tried in their order at every new connection, so they must be
// replicas of each other. Options are those of clickhouse-go (secure, skip_verify,
// tls_server_name, dial_timeout, read_timeout, max_open_conns, compress …) and
// ca_file: certificates to trust instead of the system's. What is none of these is a
// setting of ClickHouse. Its errors name no part of the DSN, for it may hold a
// password that a typing mistake has moved to the wrong place.
func (s *Store) serverOptions(o Options) (*clickhouse.Options, error) {
	if !strings.HasPrefix(o.DSN, "clickhouse://") && !strings.HasPrefix(o.DSN, "tcp://") {
		return nil, errors.New("open the store: the DSN must begin with clickhouse:// (native protocol)")
	}
	dsn, ca, err := cutCAFile(o.DSN)
	var opts *clickhouse.Options
	if err == nil {
		opts, err = clickhouse.ParseDSN(dsn)
	}
	if err != nil {
		return nil, errors.New("open the store: the DSN is not of the form clickhouse://user:password@host:9000/database?option=value; special characters of a password are written as %XX")
	}
	if ca != "" {
		if err := trust(opts, ca); err != nil {
			return nil, fmt.Errorf("open the store: %w", err)
		}
	}
	s.native = true
	s.password = opts.Auth.Password
	s.database = o.Database
	if s.database == "" {
		s.database = opts.Auth.Database
	}
	if opts.Compression == nil {
		opts.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	if opts.DialTimeout == 0 {
		opts.DialTimeout = 10 * time.Second // per address
	}
	if s.cluster != "" {
		for name, value := range clusterSettings {
			if _, said := opts.Settings[name]; !said {
				opts.Settings[name] = value
			}
		}
	}
	return opts, nil
}

// cutCAFile takes the option ca_file, which is ours, out of the DSN.
func cutCAFile(dsn string) (rest, ca string, err error) {
	at := strings.LastIndexByte(dsn, '?')
	if at < 0 {
		return dsn, "", nil
	}
	options, err := url.ParseQuery(dsn[at+1:])
	if err != nil {
		return "", "", err
	}
	if ca = options.Get("ca_file"); ca == "" {
		return dsn, "", nil
	}
	options.Del("ca_file")
	return dsn[:at] + "?" + options.Encode(), ca, nil
}

// trust lets only the certificates of a file vouch for the server.
func trust(opts *clickhouse.Options, file string) error {
	if opts.TLS == nil {
		return errors.New("the DSN's ca_file needs secure=true")
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the DSN's ca_file: %w", err)
	}
	opts.TLS.RootCAs = x509.NewCertPool()
	if !opts.TLS.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("the DSN's ca_file %s holds no certificate in PEM form", file)
	}
	return nil
}
