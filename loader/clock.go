package loader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nhip"
)

// ErrClock says that this machine's clock cannot be right.
var ErrClock = errors.New("the clock is wrong")

// clockSkew is how far clocks may differ: no more than a page's edit may be missed by.
const clockSkew = 10 * time.Minute

// CheckClock holds now, this machine's clock, against what the store knows of time:
// runs and migrations of the past, and a server's own clock. Times order everything a
// store holds: under a clock that lies in the past an edit would stand before the
// content it replaces and be set aside, and a visit would be forgotten for an older
// one. It is an [ErrClock] if now is earlier than the newest of them, or differs from
// the server's. It changes nothing.
func (s *Store) CheckClock(ctx context.Context, now time.Time) error {
	if s.native {
		var server time.Time
		if err := s.admin.QueryRow(ctx, "SELECT now('UTC')").Scan(&server); err != nil {
			return s.wrap("ask the server for the time", err)
		}
		if d := now.Sub(server); d.Abs() > clockSkew {
			return fmt.Errorf("%w: this machine says %s, the server %s; set the one that is wrong; nothing was changed", ErrClock, clockText(now), clockText(server))
		}
	}
	have, err := s.appliedMigrations(ctx)
	if err != nil || len(have) == 0 {
		return err
	}
	var last time.Time
	err = s.conn.QueryRow(ctx, "SELECT greatest((SELECT max(started_at) FROM runs), (SELECT max(applied_at) FROM migrations))").Scan(&last)
	if err != nil {
		return s.wrap("look up the last run", err)
	}
	if last.Sub(now) > clockSkew {
		return fmt.Errorf("%w: this machine says %s, but the store was used at %s already; set the clock; nothing was changed", ErrClock, clockText(now), clockText(last))
	}
	return nil
}

func clockText(t time.Time) string { return t.In(nhip.Zone).Format("2006-01-02 15:04 -07:00") }
