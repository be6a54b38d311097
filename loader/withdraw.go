package loader

import (
	"context"
	"time"

	"nhip"
)

// isWithdrawal tells whether the item says that the publisher took a document back:
// the address answered "gone", or was missing often enough that the crawler says so.
func isWithdrawal(it *nhip.Item) bool {
	return it.Page == nil && it.Record == nil && it.Visit.Outcome == nhip.OutcomeGone &&
		it.Visit.Kind.IsDocument() && it.Visit.URL != ""
}

// withdraw numbers the withdrawal of a document at a time and remembers it. A
// withdrawal is a content version of its own, the one without content: what was
// public before and after it stays answerable, and whatever is fetched later is a
// new content version, also where it equals the one before (A, gone, A are three).
// It is false where there is nothing to withdraw: the store does not hold the
// document, holds a newer content, or has finished this withdrawal before.
func (h history) withdraw(doc uint64, at time.Time) (assigned, bool) {
	versions := h[doc]
	if len(versions) == 0 {
		return assigned{}, false
	}
	newest := &versions[len(versions)-1]
	switch {
	case newest.withdrawn:
		again := !newest.committed
		newest.committed = true
		return assigned{number: newest.number}, again
	case !at.After(newest.fetchedAt):
		return assigned{}, false
	}
	n := number{doc, newest.content + 1, 1, at, at.Truncate(time.Second)}
	h[doc] = append(versions, contentVersion{number: n, committed: true, withdrawn: true})
	return assigned{number: n}, true
}

// withdraw adds the tombstone of a document that is gone. A withdrawal of the past
// is ignored where the document was seen after it.
func (b *batch) withdraw(v nhip.Visit, h history, seen map[uint64]time.Time) {
	at := v.At.Truncate(time.Millisecond)
	doc := nhip.Document(v.URL)
	if checkVisit(&v) != nil || seen[doc].After(at) {
		return
	}
	if i, ok := b.visited[[2]string{string(v.Source), v.URL}]; ok {
		if last := b.visits[i].visit; last.Outcome == nhip.OutcomeNotModified && last.At.After(at) {
			return
		}
	}
	got, ok := h.withdraw(doc, at)
	if !ok || b.numbered[got.number] {
		return
	}
	b.numbered[got.number] = true
	b.documents = append(b.documents, documentRow{number: got.number, source: v.Source, url: v.URL, kind: string(v.Kind),
		article: &nhip.Article{}, runID: b.run, batchID: b.id, withdrawn: true, rewrite: true})
}

// lastSeen returns when the documents that the items call gone were last seen, as
// the stored visits tell.
func (s *Store) lastSeen(ctx context.Context, items []nhip.Item) (map[uint64]time.Time, error) {
	gone := map[nhip.SourceID][]string{}
	for i := range items {
		if it := &items[i]; isWithdrawal(it) {
			gone[it.Visit.Source] = append(gone[it.Visit.Source], it.Visit.URL)
		}
	}
	seen := map[uint64]time.Time{}
	for source, urls := range gone {
		visits, err := s.Visits(ctx, source, urls)
		if err != nil {
			return nil, err
		}
		for u, v := range visits {
			if v.Outcome == nhip.OutcomeOK || v.Outcome == nhip.OutcomeNotModified {
				seen[nhip.Document(u)] = v.At
			}
		}
	}
	return seen, nil
}
