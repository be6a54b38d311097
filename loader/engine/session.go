package engine

import (
	"sync"
	"time"
)

// Lifetimes of sessions, as ClickHouse has them.
const (
	defaultSessionTimeout = 60 * time.Second
	maxSessionTimeout     = time.Hour
)

// sessions are connections that outlive a request: temporary tables, USE and SET
// of a session_id live on its connection. It is safe for concurrent use.
type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

type session struct {
	k     *connection // nil: a session without state
	busy  bool
	timer *time.Timer
}

func (s *session) end() {
	if s.k != nil {
		s.k.close()
	}
}

func newSessions() *sessions { return &sessions{byID: map[string]*session{}} }

// take gives the connection of a session to one request; open makes it when the
// session is new. release gives it back, or ends the session.
func (all *sessions) take(id string, mustExist bool, open func() (*connection, error)) (k *connection, fresh bool, err error) {
	all.mu.Lock()
	defer all.mu.Unlock()
	s := all.byID[id]
	switch {
	case s == nil && mustExist:
		return nil, false, raise(codeSessionNotFound, "SESSION_NOT_FOUND", "Session %s not found", id)
	case s != nil && s.busy:
		return nil, false, raise(codeSessionIsLocked, "SESSION_IS_LOCKED", "Session %s is locked by a concurrent client", id)
	case s != nil:
		s.busy = true
		s.timer.Stop()
		return s.k, false, nil
	}
	if k, err = open(); err != nil {
		return nil, false, err
	}
	all.byID[id] = &session{k: k, busy: true}
	return k, true, nil
}

func (all *sessions) release(id string, timeout time.Duration, end bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	s := all.byID[id]
	if s == nil {
		return
	}
	if end {
		delete(all.byID, id)
		s.end()
		return
	}
	s.busy = false
	s.timer = time.AfterFunc(timeout, func() {
		all.mu.Lock()
		defer all.mu.Unlock()
		if all.byID[id] == s && !s.busy {
			delete(all.byID, id)
			s.end()
		}
	})
}

// closeAll ends every session that no request uses.
func (all *sessions) closeAll() {
	all.mu.Lock()
	defer all.mu.Unlock()
	for id, s := range all.byID {
		if !s.busy {
			delete(all.byID, id)
			s.end()
		}
	}
}
