package loader

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"nhip"
)

// A source is crawled by one run at a time: whoever wants to crawl it leases it. The
// lease is of the source and not of single addresses, because a source is about one
// host, and two runs that shared its addresses would each keep the host's delay and
// together break it. ClickHouse has no compare-and-set; the lease needs none (see
// schema/0009_frontier.sql, and lock.go for the same thought).
const (
	leaseFor   = 2 * time.Minute
	leaseRenew = 20 * time.Second
	leaseTries = 4 // looks, until somebody else's claim counts as a lease
)

// errLeaseLost ends the context of a lease that could not be renewed in time.
var errLeaseLost = errors.New("the lease of the source could not be renewed in time, another run may have taken it over")

// Lease gives the source to the run until release is called or the process ends: the
// lease of a process of this machine that is no more is free at once, that of another
// machine's two minutes after its last renewal. The returned context is ctx, and also
// ends when the lease is lost. Where another run holds it, the holder says which, and
// nothing else is set. It does not wait for the other.
func (s *Store) Lease(ctx context.Context, source nhip.SourceID, run string) (leased context.Context, release func(), holder string, err error) {
	for try := 1; ; try++ {
		if holder, err = s.claim(ctx, source, run); err != nil {
			return nil, nil, "", s.wrap("lease source "+string(source), err)
		}
		if holder == "" {
			leased, release = s.keepLease(ctx, source, run)
			return leased, release, "", nil
		}
		if try == leaseTries {
			return nil, nil, holder, nil
		}
		// Perhaps both only claimed it: the one that comes back first finds it free.
		select {
		case <-ctx.Done():
			return nil, nil, "", context.Cause(ctx)
		case <-time.After(rand.N(time.Duration(try) * 60 * time.Millisecond)):
		}
	}
}

// claim makes the run the owner, or says who else is.
func (s *Store) claim(ctx context.Context, source nhip.SourceID, run string) (holder string, err error) {
	if holder, err = s.leaseholder(ctx, source, run); err != nil || holder != "" {
		return holder, err
	}
	if err := s.writeLease(ctx, source, run, leaseFor); err != nil {
		return "", err
	}
	if holder, err = s.leaseholder(ctx, source, run); err != nil || holder != "" {
		return holder, errors.Join(err, s.writeLease(context.WithoutCancel(ctx), source, run, 0))
	}
	return "", nil
}

// leaseholder names the run, other than the given one, that holds the source.
func (s *Store) leaseholder(ctx context.Context, source nhip.SourceID, run string) (string, error) {
	rows, err := s.conn.Query(ctx, `SELECT owner, holder FROM leases FINAL
WHERE source = {source:String} AND owner != {owner:String} AND until > now64(3)`, named("source", string(source)), named("owner", run))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	found := ""
	for rows.Next() {
		var owner, holder string
		if err := rows.Scan(&owner, &holder); err != nil {
			return "", err
		}
		if !diedHere(holder) && !isOurPredecessor(holder) {
			found = fmt.Sprintf("run %s (%s)", owner, holder)
		}
	}
	return found, rows.Err()
}

// leaseHolder is how a lease names who holds it: as a lock, and since when.
const leaseHolder = lockHolder + ", begun %d"

// processBegun tells this process from one that had its number before it.
var processBegun = time.Now().UnixNano()

// isOurPredecessor tells that the holder was a process of this machine that had the
// number which this process has now: in a container that was started again everybody is
// process 1.
func isOurPredecessor(holder string) bool {
	host, _ := os.Hostname()
	ours := fmt.Sprintf(lockHolder, os.Getpid(), host) + ", begun "
	return strings.HasPrefix(holder, ours) && holder != ours+strconv.FormatInt(processBegun, 10)
}

// writeLease sets the end of a lease; 0 gives it back.
func (s *Store) writeLease(ctx context.Context, source nhip.SourceID, run string, d time.Duration) error {
	host, _ := os.Hostname()
	return s.send(ctx, "leases", func(ctx context.Context) error {
		return s.conn.Exec(ctx, `INSERT INTO leases (source, owner, holder, at, until)
SELECT {source:String}, {owner:String}, {holder:String}, now64(3) AS t, if({ms:UInt32} = 0, fromUnixTimestamp64Milli(0), t + toIntervalMillisecond({ms:UInt32}))`,
			named("source", string(source)), named("owner", run), named("holder", fmt.Sprintf(leaseHolder, os.Getpid(), host, processBegun)), named("ms", uint32(d.Milliseconds())))
	})
}

// keepLease renews a lease until release is called, which waits for the last renewal.
func (s *Store) keepLease(ctx context.Context, source nhip.SourceID, run string) (context.Context, func()) {
	leased, lose := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for last := time.Now(); ; {
			select {
			case <-renewing.Done():
				return
			case <-time.After(leaseRenew):
			}
			// A process that was suspended may wake up when its lease is long another's.
			if time.Since(last) > leaseFor {
				lose(errLeaseLost)
				return
			}
			if now := time.Now(); s.writeLease(renewing, source, run, leaseFor) == nil {
				last = now
			}
		}
	}()
	return leased, func() {
		stop()
		<-done
		lose(nil)
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := s.writeLease(ending, source, run, 0); err != nil {
			s.log.Warn("the lease of a source was not given back and will be free in two minutes", "source", source, "err", s.wrap("release", err))
		}
	}
}
