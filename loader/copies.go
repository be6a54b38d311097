package loader

import (
	"cmp"
	"context"
	"maps"
	"math/bits"
	"slices"
	"time"

	"nhip"
)

const (
	storyMarks   = 20                  // of 32: two texts that share so many are copies
	storyGap     = 14 * 24 * time.Hour // at most between two copies
	storyBand    = 1000                // documents that share one band: more are a template's
	copiesAtOnce = 20_000              // documents, or one batch, whose copies are looked for at once
)

// FindCopies finds the copies among the documents of all batches that were not
// compared yet, as schema/0012_copies.sql says. Which documents are copies of which
// follows from the documents alone, not from the order in which they came; after a
// crash it is simply asked again. [Store.SaveRun] calls it.
func (s *Store) FindCopies(ctx context.Context) error {
	batches, err := s.newBatches(ctx)
	if err != nil {
		return err
	}
	for len(batches) > 0 {
		n, documents := 0, 0
		for n < len(batches) && (n == 0 || documents+int(batches[n].documents) <= copiesAtOnce) {
			documents += int(batches[n].documents)
			n++
		}
		ids := make([]uint64, n)
		rows := make([]storyBatch, n)
		for i, b := range batches[:n] {
			ids[i], rows[i] = b.id, storyBatch{b.id}
		}
		batches = batches[n:]
		if err := s.findCopies(ctx, ids); err != nil {
			return s.wrap("look for copies", err)
		}
		if _, err := insert(ctx, s, "copies", &storyBatchesTable, rows); err != nil {
			return s.wrap("look for copies", err)
		}
	}
	return nil
}

type storyBatch struct{ id uint64 }

var storyBatchesTable = table[storyBatch]{
	name:    "story_batches",
	key:     func(r *storyBatch) string { return "" },
	columns: []columnOf[storyBatch]{field("batch_id", "UInt64", func(r *storyBatch) uint64 { return r.id })},
}

// storyOf is a row of story_copies: the story of a document.
type storyOf struct {
	doc, story uint64
	common     uint8
	version    uint64
}

var storyCopiesTable = table[storyOf]{
	name: "story_copies",
	key:  func(r *storyOf) string { return "" },
	columns: []columnOf[storyOf]{
		field("doc_id", "UInt64", func(r *storyOf) uint64 { return r.doc }),
		field("story_id", "UInt64", func(r *storyOf) uint64 { return r.story }),
		field("common", "UInt8", func(r *storyOf) uint8 { return r.common }),
		field("version", "UInt64", func(r *storyOf) uint64 { return r.version }),
	},
}

type newBatchOf struct {
	id        uint64
	documents uint32
}

func (s *Store) newBatches(ctx context.Context) ([]newBatchOf, error) {
	rows, err := s.conn.Query(ctx, `SELECT batch_id, any(documents) FROM batches
WHERE batch_id NOT IN (SELECT batch_id FROM story_batches) GROUP BY batch_id ORDER BY batch_id`)
	if err != nil {
		return nil, s.wrap("look for batches to compare", err)
	}
	defer rows.Close()
	var out []newBatchOf
	for rows.Next() {
		var b newBatchOf
		if err := rows.Scan(&b.id, &b.documents); err != nil {
			return nil, s.wrap("look for batches to compare", err)
		}
		out = append(out, b)
	}
	return out, s.wrap("look for batches to compare", rows.Err())
}

// findCopies finds the stories of all documents that the batches' documents may have
// joined, left or tied together, and writes what changed.
func (s *Store) findCopies(ctx context.Context, batches []uint64) error {
	documents, err := s.ids(ctx, "SELECT DISTINCT doc_id FROM documents WHERE batch_id IN ("+joinIDs(batches)+")")
	if err != nil || len(documents) == 0 {
		return err
	}
	// What was in one story with them may be without it now.
	had, err := s.storiesWith(ctx, documents)
	if err != nil {
		return err
	}
	reached := map[uint64]bool{}
	for doc := range had {
		reached[doc] = true
	}
	groups := map[string][]uint64{} // documents that share a band
	of := []string{"batch_id IN (" + joinIDs(batches) + ")"}
	of = append(of, whichDocuments(slices.Sorted(maps.Keys(had)))...)
	for len(of) > 0 {
		var found [][]uint64
		for _, condition := range of {
			part, err := s.sharingBands(ctx, condition)
			if err != nil {
				return err
			}
			found = append(found, part...)
		}
		var more []uint64
		for _, group := range found {
			groups[joinIDs(group)] = group
			for _, doc := range group {
				if !reached[doc] {
					reached[doc] = true
					more = append(more, doc)
				}
			}
		}
		// The documents of the batches have been asked for; the others share bands with more.
		more = slices.DeleteFunc(more, func(doc uint64) bool { _, ok := slices.BinarySearch(documents, doc); return ok })
		of = whichDocuments(more)
	}
	if len(reached) == 0 {
		return nil
	}
	all := slices.Sorted(maps.Keys(reached))
	texts, err := s.marksOf(ctx, all)
	if err != nil {
		return err
	}
	stories := storiesOf(texts, groups)
	if had, err = s.storiesWith(ctx, all); err != nil {
		return err
	}
	var rows []storyOf
	for _, doc := range all {
		is, ok := stories[doc]
		if !ok {
			is = storyOf{doc: doc, story: doc}
		}
		before, known := had[doc]
		if !known && !ok || known && before.story == is.story && before.common == is.common {
			continue
		}
		is.version = before.version + 1
		rows = append(rows, is)
	}
	if len(rows) == 0 {
		return nil
	}
	_, err = insert(ctx, s, "copies", &storyCopiesTable, rows)
	return err
}

// idsAtOnce is how many ids one statement names: the server reads at most 256 KiB of one,
// and storiesWith names each id three times.
const idsAtOnce = 4000

// whichDocuments returns the conditions that together hold for the documents.
func whichDocuments(documents []uint64) (conditions []string) {
	for part := range slices.Chunk(documents, idsAtOnce) {
		conditions = append(conditions, "doc_id IN ("+joinIDs(part)+")")
	}
	return conditions
}

func (s *Store) ids(ctx context.Context, sql string) ([]uint64, error) {
	rows, err := s.conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uint64
	for rows.Next() {
		var id uint64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return out, rows.Err()
}

// storiesWith returns the rows of all documents that are in one story with one of
// these, and of these themselves where they have one.
func (s *Store) storiesWith(ctx context.Context, documents []uint64) (map[uint64]storyOf, error) {
	out := map[uint64]storyOf{}
	for part := range slices.Chunk(documents, idsAtOnce) {
		if err := s.addStoriesWith(ctx, out, joinIDs(part)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) addStoriesWith(ctx context.Context, to map[uint64]storyOf, ids string) error {
	rows, err := s.conn.Query(ctx, `SELECT doc_id, story_id, common, version FROM story_copies FINAL
WHERE doc_id IN (`+ids+`) OR story_id IN (`+ids+`) OR story_id IN (SELECT story_id FROM story_copies FINAL WHERE doc_id IN (`+ids+`))`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r storyOf
		if err := rows.Scan(&r.doc, &r.story, &r.common, &r.version); err != nil {
			return err
		}
		to[r.doc] = r
	}
	return rows.Err()
}

// sharingBands returns the sets of documents that share a band with those of a
// condition.
func (s *Store) sharingBands(ctx context.Context, of string) ([][]uint64, error) {
	rows, err := s.conn.Query(ctx, `SELECT DISTINCT arraySort(docs) FROM (
  SELECT groupUniqArray(doc_id) AS docs FROM documents ARRAY JOIN story_bands AS band
  WHERE band GLOBAL IN (SELECT arrayJoin(story_bands) FROM documents WHERE `+of+`)
  GROUP BY band HAVING length(docs) BETWEEN 2 AND {most:UInt32}
)`, named("most", storyBand))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]uint64
	for rows.Next() {
		var docs []uint64
		if err := rows.Scan(&docs); err != nil {
			return nil, err
		}
		out = append(out, docs)
	}
	return out, rows.Err()
}

// storyText is what tells whether a document as it stands is a copy.
type storyText struct {
	doc   uint64
	at    time.Time
	marks []uint32
}

func (s *Store) marksOf(ctx context.Context, documents []uint64) (map[uint64]storyText, error) {
	out := map[uint64]storyText{}
	for _, of := range whichDocuments(documents) {
		if err := s.addMarksOf(ctx, out, of); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) addMarksOf(ctx context.Context, to map[uint64]storyText, of string) error {
	rows, err := s.conn.Query(ctx, `SELECT doc_id, coalesce(published_at, known_at), story_marks FROM documents FINAL
WHERE length(story_marks) = {marks:UInt32} AND `+of, named("marks", nhip.FingerprintMarks))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t storyText
		if err := rows.Scan(&t.doc, &t.at, &t.marks); err != nil {
			return err
		}
		to[t.doc] = t
	}
	return rows.Err()
}

// storiesOf returns the story of every document that is a copy or has some. groups are the
// documents that share a band and may be copies of each other.
func storiesOf(texts map[uint64]storyText, groups map[string][]uint64) map[uint64]storyOf {
	before := func(a, b storyText) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.doc, b.doc)) }
	origin := map[uint64]uint64{} // a tree whose root is the earliest document
	root := func(doc uint64) uint64 {
		for {
			up, ok := origin[doc]
			if !ok {
				return doc
			}
			if next, ok := origin[up]; ok {
				origin[doc] = next
			}
			doc = up
		}
	}
	for _, group := range groups {
		members := make([]storyText, 0, len(group))
		for _, doc := range group {
			if t, ok := texts[doc]; ok {
				members = append(members, t)
			}
		}
		slices.SortFunc(members, before)
		for i, a := range members {
			for _, b := range members[i+1:] {
				if b.at.Sub(a.at) > storyGap {
					break
				}
				x, y := root(a.doc), root(b.doc)
				if x == y || marksInCommon(a.marks, b.marks) < storyMarks {
					continue
				}
				if before(texts[x], texts[y]) > 0 {
					x, y = y, x
				}
				origin[y] = x
			}
		}
	}
	out := map[uint64]storyOf{}
	for doc := range origin {
		story := root(doc)
		out[story] = storyOf{doc: story, story: story, common: nhip.FingerprintMarks}
		out[doc] = storyOf{doc: doc, story: story, common: uint8(marksInCommon(texts[doc].marks, texts[story].marks))}
	}
	return out
}

// marksInCommon counts the places at which two fingerprints have the same mark; 0 is
// none.
func marksInCommon(a, b []uint32) int {
	var same uint32
	for i := range a {
		if a[i] == b[i] && a[i] != 0 {
			same |= 1 << i
		}
	}
	return bits.OnesCount32(same)
}
