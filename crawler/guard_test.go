package crawler

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/dns/dnsmessage"

	"nhip"
	"nhip/catalog"
	"nhip/crawler/crawlertest"
)

// TestGuardLiterals judges addresses without dialling any (79).
func TestGuardLiterals(t *testing.T) {
	guard := ssrf.New(ssrf.WithAnyPort())
	for _, private := range []string{"127.0.0.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "224.0.0.1", "255.255.255.255",
		"::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "fd00::1", "64:ff9b::7f00:1", "2001:db8::1", "ff02::1"} {
		if guard.SafeAddr(netip.MustParseAddr(private)) == nil {
			t.Errorf("%s passes", private)
		}
	}
	for _, public := range []string{"8.8.8.8", "203.162.4.190", "2606:4700:4700::1111"} {
		if err := guard.SafeAddr(netip.MustParseAddr(public)); err != nil {
			t.Errorf("%s: %v", public, err)
		}
	}
}

// TestDisguisedAddresses: every spelling of a private address is seen for what it
// is, or is no address (79, 83).
func TestDisguisedAddresses(t *testing.T) {
	for spelling, want := range map[string]string{
		"http://127.1/": "127.0.0.1", "http://0/": "0.0.0.0", "http://0x7f000001/": "127.0.0.1", "http://2130706433/": "127.0.0.1",
		"http://017700000001/": "127.0.0.1", "http://[::ffff:127.0.0.1]/": "[::ffff:7f00:1]", "http://localhost./": "localhost",
		"http://127.0.0.1./": "127.0.0.1", "http:\\\\127.0.0.1\\": "127.0.0.1", "ht\ntp://127.0.0.1/": "127.0.0.1",
		"http://a@127.0.0.1/": "", "http://a@b@127.0.0.1/": "", "http://localhost%00.vn/": "", "http://1.2.3.4.5/": "", "file:///etc/hosts": "", "gopher://x/": "",
	} {
		link, err := Canonical(spelling, "", nil)
		if got := hostOf(link); got != want || (want == "") != (err != nil) {
			t.Errorf("%q: host %q (%v), want %q", spelling, got, err, want)
		}
		if err == nil && inScope(docSource(), hostOf(link), true) {
			t.Errorf("%q is in scope", spelling)
		}
	}
}

// names answers A questions from a table; each question takes the next answer.
func names(t *testing.T, table map[string][][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	asked := map[string]int{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			answers, known := table[q.Name.String()]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			switch {
			case !known:
				m.RCode = dnsmessage.RCodeNameError
			case len(answers) == 0:
				m.RCode = dnsmessage.RCodeServerFailure
			case q.Type == dnsmessage.TypeA:
				turn := min(asked[q.Name.String()], len(answers)-1)
				asked[q.Name.String()]++
				for _, ip := range answers[turn] {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(ip).As4()}})
				}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// TestRebinding: a name that leads to a private address is refused when it is
// dialled, whatever else it leads to; nothing reaches the server there (80, 81, 41).
func TestRebinding(t *testing.T) {
	var reached atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.3:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	}()
	port := l.Addr().(*net.TCPAddr).Port
	resolver := names(t, map[string][][]string{
		"tin.example.":  {{"127.0.0.3"}},
		"hai.example.":  {{"127.0.0.3", "127.0.0.4"}},
		"loi.example.":  {},
		"rong.example.": {{}},
	})
	for host, want := range map[string]string{"tin.example": "address", "hai.example": "address", "khong-co.example": "dns", "loi.example": "dns", "rong.example": "dns"} {
		name := fmt.Sprintf("%s:%d", host, port) // the source's own port: the guard alone is tested
		src := &catalog.Source{ID: "tin", Hosts: []string{name}, Discover: catalog.Discover{Pages: []string{"http://" + name + "/doc"}}}
		c := newTest(t, Options{Resolver: resolver}, nil)
		got, account, err := crawl(t, c, src)
		v := got["http://"+name+"/doc"].Visit
		if v.Outcome == nhip.OutcomeOK || err == nil || account.Failed[classRobotsUnreachable] != 1 {
			t.Errorf("%s: %+v, %v", host, account, err)
		}
		// robots.txt meets the guard first; ask past it for the class.
		_, err = c.network.RoundTrip(request(t, "http://"+name+"/doc"))
		if err == nil || classify(err).class != want {
			t.Errorf("%s: %v, want class %s", host, err, want)
		}
	}
	if reached.Load() > 0 {
		t.Errorf("%d connections reached the forbidden address", reached.Load())
	}
}

// TestProxyIgnored: a proxy in the environment would pass by the guard (44).
func TestProxyIgnored(t *testing.T) {
	proxy := crawlertest.NewOrigin(t, "127.0.0.3").Handle("*", crawlertest.Body("from the proxy"))
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://"+proxy.Addr().String())
	}
	o := crawlertest.NewOrigin(t, "127.0.0.2").Handle("/doc", crawlertest.Body("<p>a</p>"))
	if _, account, err := crawl(t, newTest(t, Options{}, newsHosts(o)), docSource()); err != nil || account.Fetched != 1 || len(proxy.Hits("")) > 0 {
		t.Errorf("%+v, %v, %d requests at the proxy", account, err, len(proxy.Hits("")))
	}
}

// TestCollyEnvironment: colly's environment variables would override the rules.
func TestCollyEnvironment(t *testing.T) {
	t.Setenv("COLLY_IGNORE_ROBOTSTXT", "y")
	if _, err := New(Options{UserAgent: "nhip/0.1"}); err == nil {
		t.Error("COLLY_IGNORE_ROBOTSTXT is accepted")
	}
}

// TestCertificates: verification is never switched off, and each failure has its
// class (42).
func TestCertificates(t *testing.T) {
	ca, caKey := certificate(t, nil, nil, func(c *x509.Certificate) { c.IsCA = true; c.KeyUsage |= x509.KeyUsageCertSign })
	other, otherKey := certificate(t, nil, nil, func(c *x509.Certificate) { c.IsCA = true })
	between, betweenKey := certificate(t, ca, caKey, func(c *x509.Certificate) { c.IsCA = true; c.KeyUsage |= x509.KeyUsageCertSign })
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	serve := func(parent *x509.Certificate, key *ecdsa.PrivateKey, change func(*x509.Certificate), config func(*tls.Config)) netip.AddrPort {
		cert, leafKey := certificate(t, parent, key, change)
		o := crawlertest.NewTLSOrigin(t, "127.0.0.2")
		o.Handle("/doc", crawlertest.Body("<p>a</p>"))
		o.Server().TLS.Certificates = []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: leafKey}}
		if config != nil {
			config(o.Server().TLS)
		}
		return o.Addr()
	}
	none := func(*x509.Certificate) {}
	tests := map[string]struct {
		addr netip.AddrPort
		want string
	}{
		"good":                        {serve(ca, caKey, none, nil), ""},
		"expired":                     {serve(ca, caKey, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }, nil), "tls_expired"},
		"wrong host":                  {serve(ca, caKey, func(c *x509.Certificate) { c.DNSNames = []string{"khac.example"} }, nil), "tls_hostname"},
		"unknown CA":                  {serve(other, otherKey, none, nil), "tls_unknown_ca"},
		"self":                        {serve(nil, nil, none, nil), "tls_unknown_ca"},
		"a link of the chain missing": {serve(between, betweenKey, none, nil), "tls_unknown_ca"},
		"old TLS":                     {serve(ca, caKey, none, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }), "tls_handshake"},
		"no TLS":                      {crawlertest.NewOrigin(t, "127.0.0.2").Addr(), "tls_protocol"},
		"stalled":                     {stalled(t), "tls_handshake"},
	}
	for name, test := range tests {
		c := newTest(t, Options{RootCAs: roots}, map[string]netip.AddrPort{"tin.example": test.addr})
		resp, err := c.network.RoundTrip(request(t, "https://tin.example/doc"))
		if err == nil {
			resp.Body.Close()
		}
		if test.want == "" && err != nil || test.want != "" && (err == nil || classify(err).class != test.want) {
			t.Errorf("%s: %v, want class %q", name, err, test.want)
		}
	}
}

// TestHTTPS crawls over TLS and HTTP/2, and refuses to be led back to plain HTTP (38).
func TestHTTPS(t *testing.T) {
	ca, caKey := certificate(t, nil, nil, func(c *x509.Certificate) { c.IsCA = true; c.KeyUsage |= x509.KeyUsageCertSign })
	cert, key := certificate(t, ca, caKey, func(*x509.Certificate) {})
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	o := crawlertest.NewTLSOrigin(t, "127.0.0.2").Handle("/a", crawlertest.Body("<p>a</p>")).Handle("/b", crawlertest.Redirect("http://tin.example/c"))
	o.Server().TLS.Certificates = []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}
	c := newTest(t, Options{RootCAs: roots}, map[string]netip.AddrPort{"tin.example": o.Addr()})
	got, account, err := crawl(t, c, docSource("https://tin.example/a", "https://tin.example/b"))
	if err != nil || account.Fetched != 1 || got["https://tin.example/b"].Visit.Reason != "redirect_insecure" {
		t.Errorf("%+v, %v, %v", account, err, outcomes(got))
	}
	if len(o.Hits("/c")) > 0 {
		t.Error("the plain address was asked for")
	}
}

// stalled accepts connections and says nothing.
func stalled(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

func certificate(t *testing.T, parent *x509.Certificate, parentKey *ecdsa.PrivateKey, change func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "nhip test"}, DNSNames: []string{"tin.example"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	change(c)
	if parent == nil {
		parent, parentKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}
