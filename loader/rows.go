package loader

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"nhip"
)

// The rows of the tables, as schema/0001_tables.sql describes them.

type pageRow struct {
	page    *nhip.Page
	doc     uint64
	batchID uint64
}

var pagesTable = table[pageRow]{
	name: "pages",
	key:  func(r *pageRow) string { return "" },
	columns: []columnOf[pageRow]{
		field("source", "String", func(r *pageRow) string { return string(r.page.Source) }),
		field("doc_id", "UInt64", func(r *pageRow) uint64 { return r.doc }),
		field("sha256", "FixedString(32)", func(r *pageRow) []byte { return r.page.SHA256[:] }),
		field("url", "String", func(r *pageRow) string { return r.page.URL }),
		field("kind", "String", func(r *pageRow) string { return string(r.page.Kind) }),
		field("fetched_at", "DateTime64(3)", func(r *pageRow) time.Time { return r.page.FetchedAt }),
		field("status", "UInt16", func(r *pageRow) uint16 { return uint16(r.page.Status) }),
		field("header", "Map(String, Array(String))", func(r *pageRow) textLists { return textLists(r.page.Header) }),
		field("content_type", "String", func(r *pageRow) string { return r.page.ContentType }),
		field("body", "String", func(r *pageRow) []byte { return r.page.Body }),
		field("batch_id", "UInt64", func(r *pageRow) uint64 { return r.batchID }),
	},
}

type visitRow struct {
	visit   *nhip.Visit
	runID   string
	batchID uint64
}

var visitsTable = table[visitRow]{
	name: "visits",
	key:  func(r *visitRow) string { return r.visit.URL },
	columns: []columnOf[visitRow]{
		field("source", "String", func(r *visitRow) string { return string(r.visit.Source) }),
		field("url_id", "UInt64", func(r *visitRow) uint64 { return nhip.Document(r.visit.URL) }),
		field("url", "String", func(r *visitRow) string { return r.visit.URL }),
		field("kind", "String", func(r *visitRow) string { return string(r.visit.Kind) }),
		field("at", "DateTime64(3)", func(r *visitRow) time.Time { return r.visit.At }),
		field("outcome", "String", func(r *visitRow) string { return string(r.visit.Outcome) }),
		field("reason", "String", func(r *visitRow) string { return r.visit.Reason }),
		field("status", "UInt16", func(r *visitRow) uint16 { return uint16(r.visit.Status) }),
		field("etag", "String", func(r *visitRow) string { return r.visit.ETag }),
		field("last_modified", "String", func(r *visitRow) string { return r.visit.LastModified }),
		field("body_sha256", "FixedString(32)", func(r *visitRow) []byte { return r.visit.BodySHA256[:] }),
		field("next_due", "Nullable(DateTime64(3))", func(r *visitRow) *time.Time { return timeOrNil(r.visit.NextDue) }),
		field("failures", "UInt32", func(r *visitRow) uint32 { return uint32(r.visit.Failures) }),
		field("link", "String", func(r *visitRow) string { return r.visit.Link }),
		field("poll_s", "UInt32", func(r *visitRow) uint32 { return uint32(r.visit.Poll / time.Second) }),
		field("items", "UInt32", func(r *visitRow) uint32 { return uint32(r.visit.Items) }),
		field("new_items", "UInt32", func(r *visitRow) uint32 { return uint32(r.visit.New) }),
		field("run_id", "String", func(r *visitRow) string { return r.runID }),
		field("batch_id", "UInt64", func(r *visitRow) uint64 { return r.batchID }),
	},
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// documentRow is a row of documents and of document_versions.
type documentRow struct {
	number
	source          nhip.SourceID
	url, kind       string
	article         *nhip.Article
	body            string
	paragraphStarts []uint32
	publishedAt     *time.Time
	modifiedAt      *time.Time
	issues          []string
	observations    uint32
	mentions        uint32
	sha256          [32]byte
	contentHash     [16]byte
	fingerprint     []uint32
	reader, runID   string
	batchID         uint64
	newContent      bool
	withdrawn       bool // a tombstone: the publisher took the document back
	rewrite         bool // the store knew the document before
}

func (r *documentRow) version() uint64 { return uint64(r.content)<<32 | uint64(r.reading) }

var documentColumns = []columnOf[documentRow]{
	field("source", "String", func(r *documentRow) string { return string(r.source) }),
	field("doc_id", "UInt64", func(r *documentRow) uint64 { return r.doc }),
	field("version", "UInt64", (*documentRow).version),
	field("is_deleted", "UInt8", func(r *documentRow) uint8 {
		if r.withdrawn {
			return 1
		}
		return 0
	}),
	field("content_version", "UInt32", func(r *documentRow) uint32 { return r.content }),
	field("reading", "UInt32", func(r *documentRow) uint32 { return r.reading }),
	field("url", "String", func(r *documentRow) string { return r.url }),
	field("kind", "String", func(r *documentRow) string { return r.kind }),
	field("section", "Array(String)", func(r *documentRow) []string { return r.article.Section }),
	field("tags", "Array(String)", func(r *documentRow) []string { return r.article.Tags }),
	field("language", "String", func(r *documentRow) string { return r.article.Language }),
	field("title", "String", func(r *documentRow) string { return r.article.Title }),
	field("sapo", "String", func(r *documentRow) string { return r.article.Sapo }),
	field("body", "String", func(r *documentRow) string { return r.body }),
	field("paragraph_starts", "Array(UInt32)", func(r *documentRow) []uint32 { return r.paragraphStarts }),
	field("captions", "Array(String)", func(r *documentRow) []string { return r.article.Captions }),
	field("authors", "Array(String)", func(r *documentRow) []string { return r.article.Authors }),
	field("credit", "String", func(r *documentRow) string { return r.article.Credit }),
	field("published_at", "Nullable(DateTime)", func(r *documentRow) *time.Time { return r.publishedAt }),
	field("modified_at", "Nullable(DateTime)", func(r *documentRow) *time.Time { return r.modifiedAt }),
	field("known_at", "DateTime", func(r *documentRow) time.Time { return r.knownAt }),
	field("fetched_at", "DateTime64(3)", func(r *documentRow) time.Time { return r.fetchedAt }),
	field("evidence", "Map(String, String)", func(r *documentRow) texts { return r.article.Evidence }),
	field("issues", "Array(String)", func(r *documentRow) []string { return r.issues }),
	field("observation_count", "UInt32", func(r *documentRow) uint32 { return r.observations }),
	field("mention_count", "UInt32", func(r *documentRow) uint32 { return r.mentions }),
	field("body_sha256", "FixedString(32)", func(r *documentRow) []byte { return r.sha256[:] }),
	field("content_hash", "FixedString(16)", func(r *documentRow) []byte { return r.contentHash[:] }),
	field("story_marks", "Array(UInt32)", func(r *documentRow) []uint32 { return r.fingerprint }),
	field("reader", "String", func(r *documentRow) string { return r.reader }),
	field("run_id", "String", func(r *documentRow) string { return r.runID }),
	field("batch_id", "UInt64", func(r *documentRow) uint64 { return r.batchID }),
}

var (
	documentsTable = table[documentRow]{name: "documents", columns: documentColumns,
		key: func(r *documentRow) string { return r.number.String() }}
	versionsTable = table[documentRow]{name: "document_versions", columns: documentColumns,
		key: func(r *documentRow) string { return r.number.String() }}
)

// observationRow is lean, since a batch holds all of its rows: the document's number is
// shared, and decimals are made block by block.
type observationRow struct {
	*number
	*nhip.Observation
	source  nhip.SourceID
	series  uint64
	ordinal uint32
	batchID uint64
}

// stored is a number of a row that was checked, in the store's form.
func stored(d *nhip.Decimal) *decimal.Decimal {
	out, _ := storeDecimal("", d) // checked when the row was added
	return out
}

var observationsTable = table[observationRow]{
	name: "observations",
	key:  func(r *observationRow) string { return r.number.String() + "/" + strconv.Itoa(int(r.ordinal)) },
	columns: []columnOf[observationRow]{
		field("series_id", "UInt64", func(r *observationRow) uint64 { return r.series }),
		field("source", "String", func(r *observationRow) string { return string(r.source) }),
		field("indicator", "String", func(r *observationRow) string { return string(r.Indicator) }),
		field("label", "String", func(r *observationRow) string { return r.Label }),
		field("measure", "String", func(r *observationRow) string { return string(r.Measure) }),
		field("compare", "String", func(r *observationRow) string { return string(r.Compare) }),
		field("table_code", "String", func(r *observationRow) string { return r.TableCode }),
		field("dims", "Map(String, String)", func(r *observationRow) texts { return r.Dims }),
		field("path", "Array(String)", func(r *observationRow) []string { return r.Path }),
		field("place_id", "String", func(r *observationRow) string { return string(r.PlaceID) }),
		field("place", "String", func(r *observationRow) string { return r.Place }),
		field("geo_vintage", "String", func(r *observationRow) string { return r.GeoVintage }),
		field("counterpart", "String", func(r *observationRow) string { return r.Counterpart }),
		field("industry", "String", func(r *observationRow) string { return string(r.Industry) }),
		field("organisation", "String", func(r *observationRow) string { return r.Organisation }),
		field("freq", "String", func(r *observationRow) string { return r.Freq }),
		field("accumulation", "String", func(r *observationRow) string { return r.Accumulation }),
		field("time_collect", "String", func(r *observationRow) string { return r.TimeCollect }),
		field("base_period", "String", func(r *observationRow) string { return r.BasePeriod }),
		field("price_basis", "String", func(r *observationRow) string { return r.PriceBasis }),
		field("adjustment", "String", func(r *observationRow) string { return r.Adjustment }),
		field("period", "String", func(r *observationRow) string { return r.Period }),
		field("period_start", "Nullable(Date32)", func(r *observationRow) *time.Time { return periodStart(r.Observation) }),
		field("period_end", "Date32", func(r *observationRow) time.Time { return periodEnd(r.Observation) }),
		field("value", "Nullable(Decimal(38, 10))", func(r *observationRow) *decimal.Decimal { return stored(r.Value) }),
		field("low", "Nullable(Decimal(38, 10))", func(r *observationRow) *decimal.Decimal { return stored(r.Low) }),
		field("high", "Nullable(Decimal(38, 10))", func(r *observationRow) *decimal.Decimal { return stored(r.High) }),
		field("bound", "String", func(r *observationRow) string { return string(r.Bound) }),
		field("direction", "String", func(r *observationRow) string { return r.Direction }),
		field("kind", "String", func(r *observationRow) string { return string(r.Kind) }),
		field("status", "String", func(r *observationRow) string { return string(r.Status) }),
		field("status_raw", "String", func(r *observationRow) string { return r.StatusRaw }),
		field("unit", "String", func(r *observationRow) string { return string(r.Unit) }),
		field("unit_raw", "String", func(r *observationRow) string { return r.UnitRaw }),
		field("unit_mult", "Int8", func(r *observationRow) int8 { return int8(r.UnitMult) }),
		field("decimals", "UInt8", func(r *observationRow) uint8 { return uint8(r.Decimals) }),
		field("value_full", "Nullable(Float64)", func(r *observationRow) *float64 { return r.ValueFull }),
		field("printed", "String", func(r *observationRow) string { return r.Printed }),
		field("quote", "String", func(r *observationRow) string { return r.Quote }),
		field("paragraph", "Int32", func(r *observationRow) int32 { return int32(r.Paragraph) }),
		field("span_start", "UInt32", func(r *observationRow) uint32 { return uint32(r.Start) }),
		field("span_end", "UInt32", func(r *observationRow) uint32 { return uint32(r.End) }),
		field("cell", "String", func(r *observationRow) string { return r.Cell }),
		field("rule", "String", func(r *observationRow) string { return r.Rule }),
		field("confidence", "Float32", func(r *observationRow) float32 { return r.Confidence }),
		field("flags", "Array(String)", func(r *observationRow) []string { return r.Flags }),
		field("doc_id", "UInt64", func(r *observationRow) uint64 { return r.doc }),
		field("content_version", "UInt32", func(r *observationRow) uint32 { return r.content }),
		field("reading", "UInt32", func(r *observationRow) uint32 { return r.reading }),
		field("ordinal", "UInt32", func(r *observationRow) uint32 { return r.ordinal }),
		field("batch_id", "UInt64", func(r *observationRow) uint64 { return r.batchID }),
	},
}

type mentionRow struct {
	number
	nhip.Mention
	organisation string
	entity       uint64
	source       nhip.SourceID
	batchID      uint64
}

var mentionsTable = table[mentionRow]{
	name: "mentions",
	key: func(r *mentionRow) string {
		return r.number.String() + "/" + string(r.Kind) + "/" + r.ID + "/" + strconv.Itoa(r.Paragraph) + ":" + strconv.Itoa(r.Start)
	},
	columns: []columnOf[mentionRow]{
		field("kind", "String", func(r *mentionRow) string { return string(r.Kind) }),
		field("entity_id", "UInt64", func(r *mentionRow) uint64 { return r.entity }),
		field("id", "String", func(r *mentionRow) string { return r.ID }),
		field("name", "String", func(r *mentionRow) string { return r.Name }),
		field("role", "String", func(r *mentionRow) string { return r.Role }),
		field("organisation", "String", func(r *mentionRow) string { return r.organisation }),
		field("source", "String", func(r *mentionRow) string { return string(r.source) }),
		field("doc_id", "UInt64", func(r *mentionRow) uint64 { return r.doc }),
		field("content_version", "UInt32", func(r *mentionRow) uint32 { return r.content }),
		field("reading", "UInt32", func(r *mentionRow) uint32 { return r.reading }),
		field("paragraph", "Int32", func(r *mentionRow) int32 { return int32(r.Paragraph) }),
		field("span_start", "UInt32", func(r *mentionRow) uint32 { return uint32(r.Start) }),
		field("span_end", "UInt32", func(r *mentionRow) uint32 { return uint32(r.End) }),
		field("batch_id", "UInt64", func(r *mentionRow) uint64 { return r.batchID }),
	},
}

type rejectRow struct {
	source        nhip.SourceID
	doc           uint64
	sha256        [32]byte
	stage, table  string
	key, reason   string
	err, row, url string
	reader, runID string
	at            time.Time
	batchID       uint64
}

var rejectsTable = table[rejectRow]{
	name: "rejects",
	key:  func(r *rejectRow) string { return r.key },
	columns: []columnOf[rejectRow]{
		field("source", "String", func(r *rejectRow) string { return string(r.source) }),
		field("doc_id", "UInt64", func(r *rejectRow) uint64 { return r.doc }),
		field("sha256", "FixedString(32)", func(r *rejectRow) []byte { return r.sha256[:] }),
		field("stage", "String", func(r *rejectRow) string { return r.stage }),
		field("table_name", "String", func(r *rejectRow) string { return r.table }),
		field("row_key", "String", func(r *rejectRow) string { return r.key }),
		field("reason", "String", func(r *rejectRow) string { return r.reason }),
		field("error", "String", func(r *rejectRow) string { return r.err }),
		field("row", "String", func(r *rejectRow) string { return r.row }),
		field("url", "String", func(r *rejectRow) string { return r.url }),
		field("reader", "String", func(r *rejectRow) string { return r.reader }),
		field("at", "DateTime64(3)", func(r *rejectRow) time.Time { return r.at }),
		field("run_id", "String", func(r *rejectRow) string { return r.runID }),
		field("batch_id", "UInt64", func(r *rejectRow) uint64 { return r.batchID }),
	},
}

// commitRow is the commit marker of a batch.
type commitRow struct {
	batchID                                            uint64
	runID                                              string
	at                                                 time.Time
	documents, observations, mentions, rejects, visits uint32
}

var batchesTable = table[commitRow]{
	name: "batches",
	key:  func(r *commitRow) string { return strconv.FormatUint(r.batchID, 10) },
	columns: []columnOf[commitRow]{
		field("batch_id", "UInt64", func(r *commitRow) uint64 { return r.batchID }),
		field("run_id", "String", func(r *commitRow) string { return r.runID }),
		field("at", "DateTime64(3)", func(r *commitRow) time.Time { return r.at }),
		field("documents", "UInt32", func(r *commitRow) uint32 { return r.documents }),
		field("observations", "UInt32", func(r *commitRow) uint32 { return r.observations }),
		field("mentions", "UInt32", func(r *commitRow) uint32 { return r.mentions }),
		field("rejects", "UInt32", func(r *commitRow) uint32 { return r.rejects }),
		field("visits", "UInt32", func(r *commitRow) uint32 { return r.visits }),
	},
}
