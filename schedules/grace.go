package schedules

import (
	"context"
	"time"
)

// outlive returns a context that is cancelled the grace period after ctx is, or by its
// own cancel. As long as ctx stands it has no end: a large batch on a slow machine takes
// the time it takes.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() {
		stop()
		cancel()
	}
}
