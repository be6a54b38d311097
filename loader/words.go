package loader

import (
	"context"
	"time"

	"nhip"
)

// wordsRow is what search looks into of a document: a row of article_words.
type wordsRow struct {
	*documentRow
	titleBytes uint32
	folded     string
}

func newWordsRow(r *documentRow) wordsRow {
	w := wordsRow{documentRow: r}
	if !r.withdrawn {
		w.folded = foldedText(r.article.Title, r.article.Sapo, r.body)
		w.titleBytes = uint32(len(foldedText(r.article.Title)))
	}
	return w
}

// Of the last two columns one follows from the job that writes it, see writeWords, and one
// from the document's content.
var wordsTable = table[wordsRow]{
	name:    "article_words",
	derived: 2,
	key:     func(r *wordsRow) string { return r.number.String() },
	columns: []columnOf[wordsRow]{
		field("source", "String", func(r *wordsRow) string { return string(r.source) }),
		field("doc_id", "UInt64", func(r *wordsRow) uint64 { return r.doc }),
		field("version", "UInt64", func(r *wordsRow) uint64 { return r.version() }),
		field("is_deleted", "UInt8", func(r *wordsRow) uint8 { return asUInt8(r.withdrawn) }),
		field("kind", "String", func(r *wordsRow) string { return r.kind }),
		field("published_at", "Nullable(DateTime)", func(r *wordsRow) *time.Time { return r.publishedAt }),
		field("content_hash", "FixedString(16)", func(r *wordsRow) []byte { return r.contentHash[:] }),
		field("title_bytes", "UInt32", func(r *wordsRow) uint32 { return r.titleBytes }),
		field("batch_id", "UInt64", func(r *wordsRow) uint64 { return r.batchID }),
		field("is_rewrite", "UInt8", func(r *wordsRow) uint8 { return asUInt8(r.rewrite) }),
		field("folded", "String", func(r *wordsRow) string { return r.folded }),
	},
}

func asUInt8(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// said is what the newest row of a document in article_words says.
type said struct {
	content   [16]byte
	kind      string
	published time.Time // zero: none
	withdrawn bool
}

func (r *documentRow) said() said {
	s := said{content: r.contentHash, kind: r.kind, withdrawn: r.withdrawn}
	if r.publishedAt != nil {
		s.published = r.publishedAt.Truncate(time.Second).UTC()
	}
	return s
}

// inWords is what article_words holds of a document.
type inWords struct {
	last      said
	firsts    int  // rows that are no rewrites
	rewritten bool // has a row that is one
}

// doubled tells whether two loaders that loaded a document side by side both wrote it
// as new. A rewrite sets that right, whatever it says.
func (w inWords) doubled() bool { return w.firsts > 1 && !w.rewritten }

// writeWords writes what article_words does not say yet of the documents. It is called
// when document_versions has them, so a document that the store knew is either in
// article_words too, or its row was lost to a crash and is written as a rewrite of nothing.
func (s *Store) writeWords(ctx context.Context, run string, documents []documentRow) error {
	var firsts, rewrites []wordsRow
	known := map[nhip.SourceID][]uint64{}
	for i := range documents {
		if r := &documents[i]; r.rewrite {
			known[r.source] = append(known[r.source], r.doc)
		} else {
			firsts = append(firsts, newWordsRow(r))
		}
	}
	have, err := s.inWords(ctx, known)
	if err != nil {
		return err
	}
	for i := range documents {
		r := &documents[i]
		if before := have[r.doc]; r.rewrite && (before.last != r.said() || before.doubled() || before == (inWords{})) {
			rewrites = append(rewrites, newWordsRow(r))
		}
	}
	if _, err := insert(ctx, s, run, &wordsTable, firsts); err != nil {
		return err
	}
	written := map[nhip.SourceID][]uint64{}
	for i := range firsts {
		written[firsts[i].source] = append(written[firsts[i].source], firsts[i].doc)
	}
	if have, err = s.inWords(ctx, written); err != nil {
		return err
	}
	for _, w := range firsts {
		if have[w.doc].doubled() {
			r := *w.documentRow
			r.rewrite = true
			w.documentRow = &r
			rewrites = append(rewrites, w)
		}
	}
	_, err = insert(ctx, s, run+" rewrites", &wordsTable, rewrites) // another token than the same words as firsts
	return err
}

func (s *Store) inWords(ctx context.Context, docs map[nhip.SourceID][]uint64) (have map[uint64]inWords, err error) {
	if len(docs) == 0 {
		return nil, nil
	}
	err = s.send(ctx, wordsTable.name, func(ctx context.Context) error {
		have, err = s.askWords(ctx, docs)
		return err
	})
	return have, err
}

func (s *Store) askWords(ctx context.Context, docs map[nhip.SourceID][]uint64) (map[uint64]inWords, error) {
	sources, ids := sourcesAndIDs(docs)
	rows, err := s.conn.Query(ctx, `SELECT doc_id, is_rewrite, content_hash, kind, published_at, is_deleted
FROM article_words
WHERE is_rewrite IN (0, 1) AND source IN {sources:Array(String)} AND doc_id IN (`+ids+`)
ORDER BY doc_id, is_rewrite, version, batch_id`, named("sources", sources))
	if err != nil {
		return nil, s.wrap("look up the words of documents", err)
	}
	defer rows.Close()
	have := map[uint64]inWords{}
	for rows.Next() {
		var doc uint64
		var rewrite, deleted uint8
		var content string
		var published *time.Time
		var last said
		if err := rows.Scan(&doc, &rewrite, &content, &last.kind, &published, &deleted); err != nil {
			return nil, s.wrap("look up the words of documents", err)
		}
		copy(last.content[:], content)
		if published != nil {
			last.published = published.UTC()
		}
		last.withdrawn = deleted != 0
		w := have[doc]
		w.last = last
		if rewrite != 0 {
			w.rewritten = true
		} else {
			w.firsts++
		}
		have[doc] = w
	}
	return have, s.wrap("look up the words of documents", rows.Err())
}

// wordsMigration is the schema file that makes article_words.
const wordsMigration = "0011_words.sql"

// filledAtOnce is how many documents of an older store get their words at once.
const filledAtOnce = 1000

// fillWords writes the words of all documents that have none, in the order of their
// keys and in blocks that follow from the documents alone: a block is there as a whole
// or not at all, and one that another migrator sends, or a killed one has sent, has the
// same token.
func (s *Store) fillWords(ctx context.Context) error {
	source, doc := "", uint64(0)
	for {
		documents, err := s.documentsAfter(ctx, source, doc, filledAtOnce)
		if err != nil || len(documents) == 0 {
			return err
		}
		last := documents[len(documents)-1]
		source, doc = string(last.source), last.doc
		known := map[nhip.SourceID][]uint64{}
		for i := range documents {
			known[documents[i].source] = append(known[documents[i].source], documents[i].doc)
		}
		have, err := s.inWords(ctx, known)
		if err != nil {
			return err
		}
		var rows []wordsRow
		for i := range documents {
			if _, ok := have[documents[i].doc]; !ok {
				rows = append(rows, newWordsRow(&documents[i]))
			}
		}
		if _, err := insert(ctx, s, "words", &wordsTable, rows); err != nil {
			return err
		}
	}
}

// documentsAfter reads what search needs of the documents behind a key.
func (s *Store) documentsAfter(ctx context.Context, source string, doc uint64, most int) ([]documentRow, error) {
	rows, err := s.conn.Query(ctx, `SELECT source, doc_id, content_version, reading, kind, title, sapo, body, published_at, content_hash, batch_id
FROM documents FINAL
WHERE (source, doc_id) > ({source:String}, {doc:UInt64})
ORDER BY source, doc_id LIMIT {most:UInt32}`, named("source", source), named("doc", doc), named("most", most))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []documentRow
	for rows.Next() {
		r := documentRow{article: &nhip.Article{}}
		var source, content string
		if err := rows.Scan(&source, &r.doc, &r.content, &r.reading, &r.kind, &r.article.Title, &r.article.Sapo, &r.body, &r.publishedAt, &content, &r.batchID); err != nil {
			return nil, err
		}
		r.source = nhip.SourceID(source)
		copy(r.contentHash[:], content)
		out = append(out, r)
	}
	return out, rows.Err()
}
