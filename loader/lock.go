package loader

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// The lock of the migrations is a table, because CREATE TABLE is what a ClickHouse
// server does atomically without a Keeper: of two that create migrating_7 one fails.
// Who holds it renews it by changing its comment; one that was not renewed for
// lockLease belongs to somebody who was killed. Age is judged by the server's clock.
//
// Taking the lock is: see no fresh one, create the one after the newest, look again,
// and give way if another fresh one stands beside it. Of two that created at the same
// time at least one sees the other, so never two hold it; if both see each other,
// both give way and come back at different moments.
const (
	lockPrefix = "migrating_"
	lockLease  = 2 * time.Minute
	lockRenew  = 20 * time.Second
)

// codeTableExists is TABLE_ALREADY_EXISTS.
const codeTableExists = 57

// lockMigrations waits until no other process migrates this database, and keeps
// others waiting until unlock is called.
func (s *Store) lockMigrations(ctx context.Context) (unlock func(), err error) {
	told := false
	for {
		name, holder, err := s.tryLock(ctx)
		if err != nil {
			return nil, s.wrap("lock the migrations", err)
		}
		if name != "" {
			return s.keepLock(ctx, name), nil
		}
		if !told {
			s.log.Info("another nhip is migrating this store, waiting for it", "table", holder)
			told = true
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("lock the migrations: %s is migrating this store: %w", holder, context.Cause(ctx))
		case <-time.After(100*time.Millisecond + rand.N(400*time.Millisecond)):
		}
	}
}

// tryLock takes the lock and returns its table, or says who holds it.
func (s *Store) tryLock(ctx context.Context) (name, holder string, err error) {
	locks, err := s.locks(ctx)
	if err != nil {
		return "", "", err
	}
	next := 1
	for _, l := range locks {
		if l.fresh && !diedHere(l.holder) {
			return "", l.holder, nil
		}
		next = max(next, l.number+1)
	}
	host, _ := os.Hostname()
	name = fmt.Sprint(lockPrefix, next)
	err = s.conn.Exec(ctx, s.everywhere("CREATE TABLE "+name, "(n UInt8) ENGINE = Null COMMENT "+
		quoteText(fmt.Sprintf(lockHolder, os.Getpid(), host))))
	var ex *clickhouse.Exception
	if errors.As(err, &ex) && ex.Code == codeTableExists {
		return "", name, nil
	}
	if err != nil {
		return "", "", err
	}
	if locks, err = s.locks(ctx); err == nil {
		for _, l := range locks {
			if l.fresh && l.number != next && !diedHere(l.holder) {
				holder = l.holder
			}
		}
	}
	if err != nil || holder != "" {
		s.dropLock(ctx, name)
		return "", holder, err
	}
	for _, l := range locks { // left behind by processes that were killed
		if l.number != next {
			s.dropLock(ctx, fmt.Sprint(lockPrefix, l.number))
		}
	}
	return name, "", nil
}

// lockHolder is how a lock names who holds it.
const lockHolder = "process %d on %s"

// diedHere tells that the holder was a process of this machine and is no more: who was
// killed while migrating must not keep the next run waiting for the end of the lease.
func diedHere(holder string) bool {
	var pid int
	var host string
	if n, _ := fmt.Sscanf(holder, lockHolder, &pid, &host); n != 2 {
		return false
	}
	if here, err := os.Hostname(); err != nil || strings.TrimSuffix(host, ",") != here || pid == os.Getpid() {
		return false
	}
	return isGone(pid)
}

// isGone tells that no process of this machine has the number.
func isGone(pid int) bool {
	p, err := os.FindProcess(pid)
	return err != nil || errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

type lock struct {
	number int
	fresh  bool
	holder string
}

func (s *Store) locks(ctx context.Context) ([]lock, error) {
	rows, err := s.admin.Query(ctx, `SELECT name, comment, now() < metadata_modification_time + toIntervalSecond({lease:UInt32})
FROM system.tables WHERE database = {db:String} AND startsWith(name, {prefix:String})`,
		named("lease", uint32(lockLease.Seconds())), named("db", s.database), named("prefix", lockPrefix))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []lock
	for rows.Next() {
		var name string
		var fresh uint8
		var l lock
		if err := rows.Scan(&name, &l.holder, &fresh); err != nil {
			return nil, err
		}
		if _, err := fmt.Sscanf(strings.TrimPrefix(name, lockPrefix), "%d", &l.number); err != nil {
			continue // no table of ours
		}
		l.fresh = fresh != 0
		out = append(out, l)
	}
	return out, rows.Err()
}

// keepLock renews the lock until unlock is called, also where ctx has ended: the
// statement that is running then still needs it.
func (s *Store) keepLock(ctx context.Context, name string) (unlock func()) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	host, _ := os.Hostname()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 1; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-time.After(lockRenew):
			}
			// A failure is no reason to stop: the lease outlives several, and every
			// statement of a migration may run twice.
			_ = s.conn.Exec(ctx, s.everywhere("ALTER TABLE "+name, "MODIFY COMMENT "+
				quoteText(fmt.Sprintf(lockHolder+", renewed %d times", os.Getpid(), host, n))))
		}
	}()
	return func() {
		stop()
		<-done
		s.dropLock(context.WithoutCancel(ctx), name)
	}
}

func (s *Store) dropLock(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := s.conn.Exec(ctx, s.everywhere("DROP TABLE IF EXISTS "+name, "SYNC")); err != nil {
		s.log.Warn("the lock of the migrations was not given back and will be free in two minutes", "table", name, "err", s.wrap("drop", err))
	}
}

// quoteText quotes a string literal.
func quoteText(text string) string {
	return "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'").Replace(text) + "'"
}
