package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"nhip/loader"
	"nhip/loader/engine"
)

// listenClickHouse offers ClickHouse's HTTP interface of the embedded engine to
// the users of the users file, or without one to "default", who reads.
func (s *server) listenClickHouse(ctx context.Context) error {
	addr := s.call.config.ClickHouse
	if addr == "off" || s.call.config.DSN != "" {
		return nil // a server has its own HTTP interface
	}
	known := onlyDefault(loader.DefaultDatabase)
	if path := s.call.config.Users; path != "" {
		var err error
		if known, err = readUsers(path, loader.DefaultDatabase); err != nil {
			return err
		}
	}
	secure, err := s.tlsConfig()
	if err != nil {
		return err
	}
	hosts, err := checkAddress(addr, known, secure != nil)
	if err != nil {
		return err
	}
	if !s.store.Sandboxed() {
		fmt.Fprintf(s.call.stderr, "ClickHouse's HTTP interface stays closed: without Landlock on this system the engine has no sandbox, "+
			"and SQL could reach this user's files; its Unix socket in %s answers (engine.log says more)\n", s.call.config.Data)
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("clickhouse: %w; another address is set by NHIP_CLICKHOUSE", err)
	}
	scheme := "http"
	if secure != nil {
		l, scheme = tls.NewListener(l, secure), "https"
	}
	s.listeners = append(s.listeners, l)
	s.servers = append(s.servers, &http.Server{
		Handler:           s.store.HTTPHandler(engine.ProxyOptions{Users: known, Hosts: hosts}),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 2 << 20, // a URL of 1 MiB, and headers
	})
	fmt.Fprintf(s.call.stderr, "ClickHouse's HTTP interface: %s://%s/?query=SELECT+count()+FROM+v_articles\n", scheme, l.Addr())
	return nil
}

// tlsConfig reads certificate and key; nil without them.
func (s *server) tlsConfig() (*tls.Config, error) {
	cert, key := s.call.config.TLSCert, s.call.config.TLSKey
	switch {
	case cert == "" && key == "":
		return nil, nil
	case cert == "" || key == "":
		return nil, usagef("TLS needs both the certificate (NHIP_TLS_CERT) and the key (NHIP_TLS_KEY)")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, usagef("TLS: %v", err)
	}
	// http/1.1 only: exceptions within a stream cut a chunked answer.
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

// checkAddress gives the host names that are answered besides loopback's. An
// address beyond loopback needs TLS and a password for every user.
func checkAddress(addr string, known *users, secure bool) ([]string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, usagef("clickhouse address %q: want host:port such as 127.0.0.1:8123", addr)
	}
	ip, err := netip.ParseAddr(host)
	hosts := slices.Clone(known.hosts)
	switch {
	case host == "localhost", err == nil && ip.IsLoopback():
		return hosts, nil
	case !secure:
		return nil, usagef("clickhouse address %q: beyond loopback only with TLS: name a certificate (NHIP_TLS_CERT) and its key (NHIP_TLS_KEY)", addr)
	}
	if open := known.withoutPassword(); len(open) > 0 {
		slices.Sort(open)
		return nil, usagef("clickhouse address %q: beyond loopback every user needs a password; without one: %s (NHIP_USERS names the file, `nhip users hash` makes an entry)", addr, strings.Join(open, ", "))
	}
	if host != "" && (err != nil || !ip.IsUnspecified()) {
		hosts = append(hosts, strings.ToLower(host))
	}
	if len(hosts) == 0 {
		return nil, usagef("clickhouse address %q: the users file names no hosts; list the names under which clients will ask", addr)
	}
	return hosts, nil
}
