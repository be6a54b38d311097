package schedules

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"nhip"
)

// Job is something that is due now and then.
type Job struct {
	Name string // unique; the source id for sources
	Spec string // five cron fields, read in Asia/Ho_Chi_Minh, or Adaptive
	// Last is when the job last started, the zero time if never. A job that missed
	// its time since then (the process was down) is run once at the start: once, not
	// once for every missed time.
	Last time.Time
	Run  func(context.Context) error
	// Poll runs what is due of the job between its times, at most every PollGap; nil:
	// never. NextPoll says when something is due, the zero time for now; it is asked
	// after every run. A job that never ran is not polled before its first time, unless
	// it is adaptive.
	Poll     func(context.Context) error
	NextPoll func(context.Context) (time.Time, error)
}

// Adaptive is the spec of a job that follows its polls: they begin at once and come
// when they are due, and it runs as a whole once a day, at a time that follows from
// its name.
const Adaptive = "adaptive"

const (
	// PollGap is the least time between two starts of a job of which one is a poll.
	PollGap = 10 * time.Minute
	// pollAgain is when a NextPoll that knows nothing, or fails, is asked again.
	pollAgain = time.Hour
)

// Scheduler runs jobs when they are due. A job never overlaps itself: a time that
// comes while it still runs is skipped. A panic of a job is logged and ends only
// that run. It knows no clock but time.Now, so testing/synctest can drive it.
type Scheduler struct {
	cron    *cron.Cron
	log     *slog.Logger
	grace   time.Duration
	entries []*entry
}

type entry struct {
	job      Job
	schedule cron.Schedule

	ended chan struct{} // holds one token when a run has ended

	mu       sync.Mutex
	running  bool
	polling  bool // it runs as a poll
	owed     bool // its time came during a poll
	last     time.Time
	nextPoll time.Time
	err      error
}

// Status is what a scheduler knows of one job.
type Status struct {
	Name    string
	Running bool
	Last    time.Time // start of the last run, zero if there was none
	Next    time.Time
	Err     error // how the last finished run ended

	NextPoll time.Time // zero if it has none
}

// NewScheduler checks every job and starts nothing. All bad specs are reported at
// once. grace is how long a stop waits for running jobs.
func NewScheduler(jobs []Job, grace time.Duration, log *slog.Logger) (*Scheduler, error) {
	s := &Scheduler{cron: cron.New(cron.WithLocation(nhip.Zone)), log: log, grace: grace}
	var errs []error
	for _, job := range jobs {
		schedule, err := ParseSpec(job.Spec, job.Name)
		if err != nil {
			errs = append(errs, fmt.Errorf("job %s: %w", job.Name, err))
			continue
		}
		s.entries = append(s.entries, &entry{job: job, schedule: schedule, last: job.Last, ended: make(chan struct{}, 1)})
	}
	return s, errors.Join(errs...)
}

// ParseSpec reads five cron fields, or Adaptive. Time zones are refused (every schedule is
// Vietnam time, which has no clock changes), and so is a spec that is never due,
// such as 31 February. name shifts the times by up to a minute, always the same
// for one name, so that jobs of one spec do not all start in the same second.
func ParseSpec(spec, name string) (cron.Schedule, error) {
	if strings.Contains(spec, "TZ=") {
		return nil, fmt.Errorf("schedule %q: a time zone is not allowed, every schedule is read in %s", spec, nhip.Zone)
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	if spec == Adaptive {
		spec = fmt.Sprintf("%d %d * * *", h.Sum32()/60%60, h.Sum32()/3600%24)
	}
	if len(strings.Fields(spec)) != 5 {
		// Also keeps descriptors such as @every away: their phase restarts with the process.
		return nil, fmt.Errorf("schedule %q: want five fields: minute hour day-of-month month day-of-week", spec)
	}
	schedule, err := parse(spec)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", spec, err)
	}
	if schedule.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, nhip.Zone)).IsZero() {
		return nil, fmt.Errorf("schedule %q is never due", spec)
	}
	return shifted{schedule, time.Duration(h.Sum32()%60) * time.Second}, nil
}

// parse contains the parser's panics on input it does not expect.
func parse(spec string) (schedule cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be read: %v", r)
		}
	}()
	return cron.ParseStandard(spec)
}

// shifted is a schedule whose times are all later by the same offset.
type shifted struct {
	cron.Schedule
	by time.Duration
}

func (s shifted) Next(t time.Time) time.Time {
	next := s.Schedule.Next(t.In(nhip.Zone).Add(-s.by))
	if next.IsZero() {
		return next
	}
	return next.Add(s.by)
}

// Run runs jobs until ctx is cancelled, then cancels the running ones and waits
// for them, at most for the grace period. It returns nil after a clean stop, and
// an error that names the jobs which did not end in time.
func (s *Scheduler) Run(ctx context.Context) error {
	var others sync.WaitGroup
	for _, e := range s.entries {
		s.cron.Schedule(e.schedule, cron.FuncJob(func() { s.once(ctx, e, false) }))
		if last := e.job.Last; !last.IsZero() && e.schedule.Next(last).Before(time.Now()) {
			s.log.Info("catching up on a missed run", "source", e.job.Name, "last", last)
			others.Go(func() { s.once(ctx, e, false) })
		}
		if e.job.Poll != nil && e.job.NextPoll != nil {
			others.Go(func() { s.poll(ctx, e) })
		}
	}
	s.cron.Start()
	<-ctx.Done()
	running := s.cron.Stop() // no new job starts

	done := make(chan struct{})
	go func() { others.Wait(); <-running.Done(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(s.grace):
		var late []string
		for _, st := range s.Status() {
			if st.Running {
				late = append(late, st.Name)
			}
		}
		return fmt.Errorf("still running %s after the stop: %s", s.grace, strings.Join(late, ", "))
	}
}

// poll runs the job's Poll whenever it is due, until ctx is cancelled.
func (s *Scheduler) poll(ctx context.Context, e *entry) {
	for ctx.Err() == nil {
		at := s.pollTime(ctx, e)
		if wait := time.Until(at); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
			case <-timer.C:
			case <-e.ended: // which may have changed what is due
			}
			timer.Stop()
			continue // and ask again: a run meanwhile may have left nothing due
		}
		s.once(ctx, e, true)
	}
}

// pollTime is when the job may be polled next.
func (s *Scheduler) pollTime(ctx context.Context, e *entry) time.Time {
	now := time.Now()
	e.mu.Lock()
	last, running := e.last, e.running
	e.mu.Unlock()
	var at time.Time
	switch due, err := e.job.NextPoll(ctx); {
	case err != nil:
		if ctx.Err() == nil {
			s.log.Warn("not known when to poll next, asked again in an hour", "source", e.job.Name, "err", err)
		}
		at = now.Add(pollAgain)
	case running, last.IsZero() && e.job.Spec != Adaptive:
		at = now.Add(pollAgain) // or when the run has ended
	default:
		if at = due; !last.IsZero() && at.Before(last.Add(PollGap)) {
			at = last.Add(PollGap)
		}
	}
	e.mu.Lock()
	e.nextPoll = at
	e.mu.Unlock()
	return at
}

// once runs a job, or polls it, unless it runs already or the scheduler is stopping. A
// time that comes during a poll is not lost: the run follows the poll.
func (s *Scheduler) once(ctx context.Context, e *entry, poll bool) {
	if ctx.Err() != nil {
		return
	}
	e.mu.Lock()
	if e.running {
		e.owed = e.owed || e.polling && !poll
		owed := e.owed
		e.mu.Unlock()
		if !owed && !poll {
			s.log.Info("skipped: the run before has not ended", "source", e.job.Name)
		}
		return
	}
	e.running, e.polling, e.last = true, poll, time.Now()
	e.mu.Unlock()

	run := e.job.Run
	if poll {
		run = e.job.Poll
	}
	err := recovered(ctx, run)

	e.mu.Lock()
	e.running, e.err = false, err // also after a panic, or the job would never run again
	owed := e.owed
	e.owed = false
	e.mu.Unlock()
	select {
	case e.ended <- struct{}{}:
	default:
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("job failed", "source", e.job.Name, "err", err)
	}
	if owed {
		s.once(ctx, e, false)
	}
}

func recovered(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return run(ctx)
}

// Status tells of every job, in the order they were given.
func (s *Scheduler) Status() []Status {
	out := make([]Status, len(s.entries))
	for i, e := range s.entries {
		e.mu.Lock()
		out[i] = Status{Name: e.job.Name, Running: e.running, Last: e.last, Next: e.schedule.Next(time.Now()), Err: e.err, NextPoll: e.nextPoll}
		e.mu.Unlock()
	}
	return out
}
