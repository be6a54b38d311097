package schedules

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nhip"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// start runs a scheduler in the bubble until the returned stop is called.
func start(t *testing.T, jobs ...Job) (s *Scheduler, stop func() error) {
	t.Helper()
	s, err := NewScheduler(jobs, time.Minute, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return s, func() error { cancel(); return <-ended }
}

func TestSchedulerRunsWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		_, stop := start(t, Job{Name: "a", Spec: "17 */2 * * *", Run: func(context.Context) error {
			at = append(at, time.Now())
			return nil
		}})
		time.Sleep(7 * 24 * time.Hour)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if len(at) != 84 {
			t.Errorf("ran %d times in a week, want 84", len(at))
		}
		for _, when := range at {
			if local := when.In(nhip.Zone); local.Minute() != 17 || local.Hour()%2 != 0 {
				t.Errorf("ran at %s, want minute 17 of an even hour in Vietnam", local)
			}
		}
	})
}

func TestSchedulerNeverOverlapsAJobWithItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, most, runs := 0, 0, 0
		_, stop := start(t, Job{Name: "slow", Spec: "* * * * *", Run: func(context.Context) error {
			running++
			most = max(most, running)
			runs++
			time.Sleep(150 * time.Second)
			running--
			return nil
		}})
		time.Sleep(time.Hour)
		if err := stop(); err != nil {
			t.Errorf("stop: %v, want the running job awaited", err)
		}
		if most != 1 || runs < 15 || runs > 25 {
			t.Errorf("%d at once, %d runs in an hour; want 1 at once, about 20 runs", most, runs)
		}
	})
}

func TestSchedulerSurvivesPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		panics, others := 0, 0
		s, stop := start(t,
			Job{Name: "bad", Spec: "* * * * *", Run: func(context.Context) error { panics++; panic("bad page") }},
			Job{Name: "good", Spec: "* * * * *", Run: func(context.Context) error { others++; return nil }})
		time.Sleep(10 * time.Minute)
		status := s.Status()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if panics < 9 || others < 9 {
			t.Errorf("after ten minutes the panicking job ran %d times, the other %d; want both about 10", panics, others)
		}
		if err := status[0].Err; err == nil || !strings.Contains(err.Error(), "bad page") {
			t.Errorf("status of the panicking job: %v", err)
		}
	})
}

func TestSchedulerCatchesUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		missed, fresh, never := 0, 0, 0
		count := func(n *int) func(context.Context) error {
			return func(context.Context) error { *n++; return nil }
		}
		_, stop := start(t,
			Job{Name: "missed", Spec: "0 3 * * *", Last: time.Now().Add(-72 * time.Hour), Run: count(&missed)},
			Job{Name: "fresh", Spec: "0 3 * * *", Last: time.Now().Add(-time.Second), Run: count(&fresh)},
			Job{Name: "never", Spec: "0 3 * * *", Run: count(&never)})
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if missed != 1 || fresh != 0 || never != 0 {
			t.Errorf("caught up %d, %d, %d times; want 1, 0, 0", missed, fresh, never)
		}
	})
}

func TestSchedulerStopCancelsJobsAndNamesTheLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		_, stop := start(t, Job{Name: "obedient", Spec: "* * * * *", Run: func(ctx context.Context) error {
			<-ctx.Done()
			cause = ctx.Err()
			return cause
		}})
		time.Sleep(2 * time.Minute)
		if err := stop(); err != nil || !errors.Is(cause, context.Canceled) {
			t.Errorf("stop: %v, the job saw %v; want nil and context.Canceled", err, cause)
		}

		_, stop = start(t, Job{Name: "deaf", Spec: "* * * * *", Run: func(context.Context) error {
			time.Sleep(10 * time.Minute)
			return nil
		}})
		time.Sleep(2 * time.Minute)
		if err := stop(); err == nil || !strings.Contains(err.Error(), "deaf") {
			t.Errorf("stop with a job that does not end: %v, want its name", err)
		}
		time.Sleep(20 * time.Minute) // let it end inside the bubble
	})
}

func TestParseSpecRefuses(t *testing.T) {
	for _, tt := range []struct{ spec, want string }{
		{"TZ=UTC", "time zone"},
		{"TZ=UTC 0 * * * *", "time zone"},
		{"CRON_TZ=America/New_York 0 * * * *", "time zone"},
		{"@every 1h", "five fields"},
		{"0 0 0 * * *", "five fields"},
		{"", "five fields"},
		{"0 0 31 2 *", "never due"},
		{"0 0 * * 7", "above maximum"},
		{"61 * * * *", "above maximum"},
		{"a b c d e", "parse"},
	} {
		if _, err := ParseSpec(tt.spec, "x"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseSpec(%q) = %v, want an error with %q", tt.spec, err, tt.want)
		}
	}
}

func TestParseSpecSpreadsNames(t *testing.T) {
	midnight := time.Date(2027, 1, 1, 0, 0, 0, 0, nhip.Zone)
	seconds := map[int]bool{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		schedule, err := ParseSpec("0 * * * *", name)
		if err != nil {
			t.Fatal(err)
		}
		next := schedule.Next(midnight.Add(-time.Second))
		if next.Before(midnight) || next.Sub(midnight) >= time.Minute {
			t.Errorf("%s is next due at %s, want within the minute", name, next)
		}
		if again := schedule.Next(next); again.Sub(next) != time.Hour {
			t.Errorf("%s is due again after %s, want an hour", name, again.Sub(next))
		}
		seconds[next.Second()] = true
	}
	if len(seconds) < 3 {
		t.Errorf("six names share %d second(s)", len(seconds))
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"*/20 * * * *", "0 0 31 2 *", "TZ=", "@daily", "1-2/3,4 ? L # W"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		if schedule, err := ParseSpec(spec, "x"); err == nil && schedule.Next(time.Unix(0, 0)).IsZero() {
			t.Errorf("ParseSpec(%q) accepts a schedule that is never due", spec)
		}
	})
}
