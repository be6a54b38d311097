package crawler

import (
	"context"
	"fmt"
	"time"

	"nhip"
)

// Frontier is a [Memory] that also keeps addresses before they are asked for. With
// it a run that ends early loses none: what it discovered is due in the next one,
// whether or not a feed still lists it.
type Frontier interface {
	Memory
	// Discovered keeps addresses of documents that are not known yet, in batches. Of
	// each visit Source, URL, Link, Kind and NextDue count. Due returns them from then
	// on, until a visit of the address went out through emit and was stored.
	Discovered(ctx context.Context, visits []nhip.Visit) error
}

const (
	// dueLimit is how many documents that earlier runs left are looked up at once.
	dueLimit = 1000
	// backlogShare: of so many documents that are fetched one is an earlier run's, as
	// long as there are both. New ones come first because they are news; without a
	// share, a source that always has more of them than its budget would never get to
	// the others.
	backlogShare = 4
)

// document is one address that the source published.
type document struct {
	id        uint64
	link      string // as published: what is asked for
	canonical string // what identifies it
	kind      nhip.PageKind
	fixed     bool        // the source file names it: asked for in every run
	archived  bool        // the archive calls it a document
	before    *nhip.Visit // what Memory knows; nil if it was never asked for
}

// fate is what became of an address, as a number: a run may see a million of them,
// and keeps of each no more than this and a hash.
type fate uint8

// The fates that have no name in the account's Skipped. Others are numbered as they
// come, see fateOf.
const (
	fateWaiting fate = iota
	fateFetched      // or unchanged
	fateFailed
	firstSkipped
)

// addresses is every address that the crawl came across, by [nhip.Document].
type addresses struct {
	fates map[uint64]fate
	names []string // of the fates from firstSkipped
}

func (a *addresses) set(id uint64, f fate) {
	if a.fates == nil {
		a.fates = map[uint64]fate{}
	}
	a.fates[id] = f
}

// skip says that an address is not asked for.
func (a *addresses) skip(id uint64, reason string) { a.set(id, a.fateOf(reason)) }

func (a *addresses) fateOf(reason string) fate {
	for i, name := range a.names {
		if name == reason {
			return firstSkipped + fate(i)
		}
	}
	a.names = append(a.names, reason) // a handful of fixed classes
	return firstSkipped + fate(len(a.names)-1)
}

// is tells whether an address is known and has this fate.
func (a *addresses) is(id uint64, f fate) bool {
	have, ok := a.fates[id]
	return ok && have == f
}

// found says how an address was found.
type found struct {
	chosen   bool // as a document: an item of a feed, or by the source's selector
	fixed    bool
	archived bool
	at       time.Time // when it was published or changed, where that is said
}

// add puts an address on the list of documents, once. Addresses that were only guessed to be documents and are none of the
// source's are left out silently; those that the source chose are counted.
func (s *session) add(address, base string, kind nhip.PageKind, how found) {
	link, canonical, err := both(address, base, s.src)
	if err != nil {
		return // javascript:, mailto:, nothing at all
	}
	id := nhip.Document(canonical)
	if f, ok := s.seen.fates[id]; ok {
		s.announced++
		if d := s.held[id]; d != nil {
			d.fixed = d.fixed || how.fixed
			if how.archived {
				d.kind, d.archived = kind, true
			}
		}
		if !how.archived || f != s.seen.fateOf(nhip.SkipScope) {
			return
		}
	}
	d := &document{id: id, link: link, canonical: canonical, kind: kind, fixed: how.fixed, archived: how.archived}
	if !how.fixed && !how.archived && !s.isDocument(link, canonical) {
		if how.chosen {
			s.announced++
			s.seen.skip(id, nhip.SkipScope)
		}
		return
	}
	s.announced++
	if !how.fixed && s.isOldDocument(how.at, canonical) {
		s.seen.skip(id, skipTooOld)
		return
	}
	s.seen.set(id, fateWaiting)
	s.held[id] = d
	if s.unsifted = append(s.unsifted, d); len(s.unsifted) >= memoryBatch && s.siftErr == nil {
		s.siftErr = s.sift()
	}
}

// sift holds what was found against what earlier runs learnt. It drops what is known
// and not due, writes down what is not known, and keeps as much as the run may fetch.
func (s *session) sift() error {
	if s.siftErr != nil {
		return s.siftErr
	}
	batch := s.unsifted
	s.unsifted = s.unsifted[:0]
	if len(batch) == 0 {
		return nil
	}
	known, err := s.visitsOf(batch)
	if err != nil {
		return err
	}
	var discovered []nhip.Visit
	for _, d := range batch {
		v, isKnown := known[d.canonical]
		if isKnown && v.Outcome != nhip.OutcomeDiscovered {
			d.before = &v
		}
		if !isKnown {
			s.unknown++
		}
		if s.keep(d) && !isKnown && !d.fixed {
			discovered = append(discovered, s.discovery(d))
		}
	}
	if s.frontier == nil || len(discovered) == 0 {
		return nil
	}
	if err := s.frontier.Discovered(s.ctx, discovered); err != nil {
		return fmt.Errorf("source %s: what was discovered: %w", s.src.ID, err)
	}
	return nil
}

// discovery is the visit that an address has before anybody asks for it.
func (s *session) discovery(d *document) nhip.Visit {
	v := nhip.Visit{Source: s.src.ID, URL: d.canonical, Kind: d.kind, Outcome: nhip.OutcomeDiscovered, NextDue: s.crawler.now()}
	v.Link = d.publishedAs()
	return v
}

// publishedAs is the link where it is not the canonical address itself.
func (d *document) publishedAs() string {
	if d.link == d.canonical {
		return ""
	}
	return d.link
}

// keep decides whether a document is asked for at all, and whether the run can.
func (s *session) keep(d *document) bool {
	switch {
	case !s.isDue(d, d.before):
		s.drop(d, nhip.SkipKnown)
		return false
	case s.crawler.archive != nil && !s.crawler.archive.Has(d.link):
		s.postponed = true
		s.drop(d, nhip.SkipNotArchived)
		return false
	case len(s.fresh) >= s.budget():
		s.postponed = true
		s.drop(d, nhip.SkipBudget)
		return true // for a later run
	}
	s.fresh = append(s.fresh, d)
	return true
}

func (s *session) drop(d *document, reason string) {
	s.seen.skip(d.id, reason)
	delete(s.held, d.id)
}

// visitsOf asks Memory for documents.
func (s *session) visitsOf(batch []*document) (map[string]nhip.Visit, error) {
	if s.crawler.memory == nil {
		return nil, nil
	}
	urls := make([]string, len(batch))
	for i, d := range batch {
		urls[i] = d.canonical
	}
	visits, err := s.crawler.memory.Visits(s.ctx, s.src.ID, urls)
	if err != nil {
		return nil, fmt.Errorf("source %s: what earlier runs learnt: %w", s.src.ID, err)
	}
	return visits, nil
}

// isDue decides whether an address is asked for again.
func (s *session) isDue(d *document, v *nhip.Visit) bool {
	switch {
	case v == nil, v.Outcome == nhip.OutcomeBlockedRobots:
		return true // the robots.txt of today decides
	case s.crawler.archive != nil && s.crawler.archive.Has(d.link):
		return true // it burdens nobody, and may hold another capture than the one that is known
	case !v.NextDue.IsZero():
		return !s.crawler.now().Before(v.NextDue) || d.fixed && v.Failures == 0 && !s.polling
	case d.fixed:
		return !s.polling
	}
	return v.Outcome != nhip.OutcomeOK && v.Outcome != nhip.OutcomeNotModified && v.Outcome != nhip.OutcomeGone
}

// takeBacklog looks up documents that earlier runs left: discovered and not asked
// for, to be tried again, to be rechecked; the longest due first. It adds those that
// this crawl has not come across and tells whether there was one.
func (s *session) takeBacklog(limit int) (bool, error) {
	if s.crawler.memory == nil || s.crawler.archive != nil {
		return false, nil
	}
	due, err := s.crawler.memory.Due(s.ctx, s.src.ID, s.started, limit)
	if err != nil {
		return false, fmt.Errorf("source %s: what is due: %w", s.src.ID, err)
	}
	any := false
	for i := range due {
		v := due[i]
		id := nhip.Document(v.URL)
		if _, ok := s.seen.fates[id]; ok || !v.Kind.IsDocument() {
			continue
		}
		any = true
		d := &document{id: id, link: v.URL, canonical: v.URL, kind: v.Kind}
		if v.Link != "" {
			d.link = v.Link
		}
		if v.Outcome != nhip.OutcomeDiscovered {
			d.before = &v
		}
		if !s.isDocument(d.link, d.canonical) {
			if err := s.outOfScope(d, v); err != nil {
				return any, err
			}
			continue
		}
		s.seen.set(id, fateWaiting)
		s.held[id] = d
		s.backlog = append(s.backlog, d)
	}
	return any, nil
}

// outOfScope acknowledges an address that was a document of the source when it was
// found and is none any more: without an outcome it would be due for ever.
func (s *session) outOfScope(d *document, v nhip.Visit) error {
	s.seen.skip(d.id, nhip.SkipScope)
	v.At, v.Outcome, v.Reason, v.NextDue = s.crawler.now(), nhip.OutcomeBlockedPolicy, nhip.SkipScope, time.Time{}
	return s.emit(s.ctx, nhip.Fetch{Visit: v})
}

// next returns the next document to ask for, nil if there is none; n is how many
// were asked for.
func (s *session) next(n int) (*document, error) {
	for {
		var d *document
		switch {
		case len(s.backlog) > 0 && (len(s.fresh) == 0 || n%backlogShare == backlogShare-1):
			d, s.backlog = s.backlog[0], s.backlog[1:]
		case len(s.fresh) > 0:
			d, s.fresh = s.fresh[0], s.fresh[1:]
		default:
			if any, err := s.takeBacklog(dueLimit); err != nil || !any {
				return nil, err
			}
			continue
		}
		if s.seen.is(d.id, fateWaiting) {
			return d, nil
		}
		delete(s.held, d.id) // another link led to it
	}
}
