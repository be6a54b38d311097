package loader

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhip"
)

// number says which content of a document a row belongs to, and which reading of it.
type number struct {
	doc       uint64
	content   uint32    // content version, from 1
	reading   uint32    // reading of that content, from 1
	fetchedAt time.Time // of the first fetch that showed the content
	knownAt   time.Time // when the content was public, in whole seconds
}

func (n number) String() string {
	return fmt.Sprintf("%016x/%d/%d", n.doc, n.content, n.reading)
}

// contentVersion is one content of a document with its newest reading.
type contentVersion struct {
	number
	reader    string
	sha256    [32]byte // of the page that was read
	hash      [16]byte // of what was read
	committed bool     // the batch that wrote it was finished
	withdrawn bool     // a tombstone (see withdraw)
}

// history is what the store knows of some documents: their content versions by
// rising number.
type history map[uint64][]contentVersion

// arrival is a page with its record on the way to its number.
type arrival struct {
	doc       uint64
	fetchedAt time.Time // whole milliseconds, as the store keeps it
	published *time.Time
	modified  *time.Time
	sha256    [32]byte
	hash      [16]byte
	reader    string
}

// assigned is the number of an arrival and what is new about it.
type assigned struct {
	number
	sha256     [32]byte // of the page the row names: an unchanged content keeps its first
	newContent bool     // no earlier load finished with this content version
}

// assign numbers an arrival and remembers it. The rules:
//
//   - A page fetched later than the newest content is compared with it: the same
//     bytes or the same extracted content belong to it, anything else is a new content
//     version (A, B, A are three).
//   - A page fetched earlier (a kept page read again, an archive) belongs to the
//     content that was in force at that time, or to any with the same bytes or content.
//     One that belongs to none is refused: versions are numbered in the order of time,
//     so archives are loaded oldest first.
//   - The same bytes are the same content whatever a reader makes of them; within a
//     content version another reader is a new reading.
func (h history) assign(a arrival) (assigned, bool) {
	versions := h[a.doc]
	v := find(versions, a)
	if v == nil {
		if n := len(versions); n > 0 && a.fetchedAt.Before(versions[n-1].fetchedAt) {
			return assigned{}, false
		}
		n := number{a.doc, 1, 1, a.fetchedAt, knownAt(a, nil)}
		if len(versions) > 0 {
			before := &versions[len(versions)-1]
			n.content, n.knownAt = before.content+1, knownAt(a, before)
		}
		h[a.doc] = append(versions, contentVersion{n, a.reader, a.sha256, a.hash, true, false})
		return assigned{n, a.sha256, true}, true
	}
	if v.reader == a.reader {
		fresh := !v.committed && v.reading == 1
		v.committed = true
		return assigned{v.number, v.sha256, fresh}, true
	}
	v.reading++
	v.reader, v.sha256, v.hash, v.committed = a.reader, a.sha256, a.hash, true
	if v.content == 1 { // the new reader may know the time of publication better
		v.knownAt = knownAt(arrival{fetchedAt: v.fetchedAt, published: a.published}, nil)
	}
	return assigned{v.number, v.sha256, false}, true
}

// find returns the content version an arrival belongs to, nil if none.
func find(versions []contentVersion, a arrival) *contentVersion {
	if len(versions) == 0 {
		return nil
	}
	for i := range versions { // a kept page comes back with the time of its version
		if v := &versions[i]; v.fetchedAt.Equal(a.fetchedAt) && v.sha256 == a.sha256 {
			return v
		}
	}
	newest := &versions[len(versions)-1]
	if !a.fetchedAt.Before(newest.fetchedAt) {
		if newest.sha256 == a.sha256 || newest.hash == a.hash {
			return newest
		}
		return nil
	}
	inForce, _ := slices.BinarySearchFunc(versions, a.fetchedAt, func(v contentVersion, t time.Time) int {
		return cmp.Or(v.fetchedAt.Compare(t), -1) // of equal times the last
	})
	order := []int{}
	if inForce > 0 {
		order = append(order, inForce-1)
	}
	for i := len(versions) - 1; i >= 0; i-- {
		order = append(order, i)
	}
	for _, i := range order {
		if versions[i].sha256 == a.sha256 || versions[i].hash == a.hash {
			return &versions[i]
		}
	}
	return nil
}

// knownAt is when a content was public, see schema/0001_tables.sql: of the first
// content the time of publication, of an edit the page's modification time if it
// lies between the two fetches, else the fetch that showed it.
func knownAt(a arrival, before *contentVersion) time.Time {
	switch {
	case before == nil && a.published != nil && !a.published.After(a.fetchedAt):
		return a.published.Truncate(time.Second)
	case before != nil && a.modified != nil && a.modified.After(before.fetchedAt) && !a.modified.After(a.fetchedAt):
		return a.modified.Truncate(time.Second)
	}
	return a.fetchedAt.Truncate(time.Second)
}

// contentHash is the first half of the SHA-256 of what a record says its document
// says: title, lead, text and captions; of a page without text, and of tables, the
// numbers. Authors, tags, sections and times are about the content and no part of it.
func contentHash(r *nhip.Record) (out [16]byte) {
	h := sha256.New()
	text := func(s string) {
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
		h.Write([]byte(s))
	}
	list := func(l []string) {
		text(strconv.Itoa(len(l)))
		for _, s := range l {
			text(s)
		}
	}
	a := &r.Article
	text(a.Title)
	text(a.Sapo)
	list(a.Body)
	list(a.Captions)
	if r.Kind == nhip.KindTable || len(a.Body) == 0 {
		hashNumbers(text, r.Observations)
	}
	copy(out[:], h.Sum(nil))
	return out
}

func hashNumbers(text func(string), observations []nhip.Observation) {
	for i := range observations {
		o := &observations[i]
		text(o.Cell)
		text(strings.Join(o.Path, "\x00"))
		text(o.Period)
		text(o.Printed)
		for _, v := range []*nhip.Decimal{o.Value, o.Low, o.High} {
			if v == nil {
				text("")
			} else {
				text(v.String())
			}
		}
	}
}

// history reads what the store knows of the documents.
func (s *Store) history(ctx context.Context, docs map[nhip.SourceID][]uint64) (history, error) {
	if len(docs) == 0 {
		return history{}, nil
	}
	sources, ids := sourcesAndIDs(docs)
	rows, err := s.conn.Query(ctx, `SELECT doc_id, content_version, reading, reader, body_sha256, content_hash, fetched_at, known_at, batch_id, is_deleted
FROM document_versions FINAL
WHERE source IN {sources:Array(String)} AND doc_id IN (`+ids+`)
ORDER BY doc_id, content_version, reading`, named("sources", sources))
	if err != nil {
		return nil, s.wrap("look up the documents' versions", err)
	}
	defer rows.Close()
	h, batches := history{}, map[uint64]bool{}
	written := map[uint64][]uint64{} // doc -> batch of each version
	for rows.Next() {
		var v contentVersion
		var sum, content string
		var batch uint64
		var deleted uint8
		if err := rows.Scan(&v.doc, &v.content, &v.reading, &v.reader, &sum, &content, &v.fetchedAt, &v.knownAt, &batch, &deleted); err != nil {
			return nil, s.wrap("look up the documents' versions", err)
		}
		copy(v.sha256[:], sum)
		copy(v.hash[:], content)
		v.withdrawn = deleted != 0
		list := h[v.doc]
		if n := len(list); n > 0 && list[n-1].content == v.content {
			list[n-1], written[v.doc][n-1] = v, batch // a newer reading
		} else {
			h[v.doc], written[v.doc] = append(list, v), append(written[v.doc], batch)
		}
		batches[batch] = true
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("look up the documents' versions", err)
	}
	done, err := s.committed(ctx, slices.Collect(maps.Keys(batches)))
	if err != nil {
		return nil, err
	}
	for doc, list := range h {
		for i := range list {
			list[i].committed = done[written[doc][i]]
		}
	}
	return h, nil
}

// committed returns which of the batches were finished.
func (s *Store) committed(ctx context.Context, batches []uint64) (map[uint64]bool, error) {
	done := map[uint64]bool{}
	if len(batches) == 0 {
		return done, nil
	}
	rows, err := s.conn.Query(ctx, "SELECT DISTINCT batch_id FROM batches WHERE batch_id IN ("+joinIDs(batches)+")")
	if err != nil {
		return nil, s.wrap("look up finished batches", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uint64
		if err := rows.Scan(&id); err != nil {
			return nil, s.wrap("look up finished batches", err)
		}
		done[id] = true
	}
	return done, s.wrap("look up finished batches", rows.Err())
}

func sourcesAndIDs(docs map[nhip.SourceID][]uint64) (sources []string, ids string) {
	var all []uint64
	for source, list := range docs {
		sources = append(sources, string(source))
		all = append(all, list...)
	}
	slices.Sort(sources)
	slices.Sort(all)
	return sources, joinIDs(slices.Compact(all))
}

// joinIDs writes ids into a query's text: there may be thousands, more than a URL
// with bound parameters holds, and numbers need no quoting.
func joinIDs(ids []uint64) string {
	b := make([]byte, 0, 21*len(ids))
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, id, 10)
	}
	return string(b)
}
