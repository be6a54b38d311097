package crawler

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"nhip"
)

// TestConnectHangs: a host that takes no connection, because its queue of them is full,
// is left after the connect timeout (14).
func TestConnectHangs(t *testing.T) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 2}}); err != nil {
		t.Skip(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 2}), uint16(name.(*syscall.SockaddrInet4).Port))
	full := false
	for range 16 { // nobody accepts them
		conn, err := net.DialTimeout("tcp", addr.String(), 300*time.Millisecond)
		if full = err != nil; full {
			break
		}
		defer conn.Close()
	}
	if !full {
		t.Skip("the queue of a listener cannot be filled here")
	}
	c := newTest(t, Options{}, map[string]netip.AddrPort{"tin.example": addr})
	began := time.Now()
	got, account, err := crawl(t, c, docSource())
	if v := got[docURL].Visit; err == nil || v.Outcome != nhip.OutcomeRetryLater || account.Failed[classRobotsUnreachable] != 1 {
		t.Errorf("%+v, %v, %+v", account, err, v)
	}
	if _, err := c.network.RoundTrip(request(t, docURL)); err == nil || classify(err).class != "timeout" {
		t.Errorf("%v, want class timeout", err)
	}
	if took := time.Since(began); took > 20*time.Second { // quick says a second, twice
		t.Errorf("it took %v", took)
	}
}
