CREATE TABLE IF NOT EXISTS pages_local ON CLUSTER `ba_mien` (
  source        LowCardinality(String),
  doc_id        UInt64,                        -- first eight bytes of the SHA-256 of the canonical URL, made in Go
  sha256        FixedString(32),               -- of the body
  url           String CODEC(ZSTD(3)),
  kind          LowCardinality(String),
  fetched_at    DateTime64(3, 'Asia/Ho_Chi_Minh'),  -- of the first fetch that brought these bytes
  status        UInt16,
  header        Map(LowCardinality(String), Array(String)),
  content_type  LowCardinality(String),
  body          String CODEC(ZSTD(3)),
  batch_id      UInt64,
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (source, doc_id, sha256)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS pages ON CLUSTER `ba_mien` AS pages_local ENGINE = Distributed('ba_mien', 'nhip', 'pages_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS visits_local ON CLUSTER `ba_mien` (
  source        LowCardinality(String),
  url_id        UInt64,                        -- as doc_id
  url           String CODEC(ZSTD(3)),
  kind          LowCardinality(String),        -- article, table, text; listing, feed, sitemap
  at            DateTime64(3, 'Asia/Ho_Chi_Minh'),
  outcome       LowCardinality(String),
  reason        LowCardinality(String),
  status        UInt16,
  etag          String CODEC(ZSTD(3)),
  last_modified String CODEC(ZSTD(3)),
  body_sha256   FixedString(32),               -- zeroes: no body came
  next_due      Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')),  -- NULL: when it is discovered again
  failures      UInt32,                        -- in a row
  run_id        String,
  batch_id      UInt64,
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', at)
ORDER BY (source, url_id)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS visits ON CLUSTER `ba_mien` AS visits_local ENGINE = Distributed('ba_mien', 'nhip', 'visits_local', cityHash64(url_id));

CREATE TABLE IF NOT EXISTS documents_local ON CLUSTER `ba_mien` (
  source            LowCardinality(String),
  doc_id            UInt64,
  version           UInt64,                    -- content_version << 32 | reading: the newest row wins
  is_deleted        UInt8 DEFAULT 0,           -- 1: withdrawn by the publisher
  content_version   UInt32,
  reading           UInt32,
  url               String CODEC(ZSTD(3)),
  kind              LowCardinality(String),
  section           Array(LowCardinality(String)),  -- outermost first
  tags              Array(String),
  language          LowCardinality(String),
  title             String CODEC(ZSTD(3)),
  sapo              String CODEC(ZSTD(3)),     -- the lead
  body              String CODEC(ZSTD(3)),     -- paragraphs joined by a newline
  paragraph_starts  Array(UInt32) CODEC(ZSTD(1)),  -- byte of body at which each begins: a paragraph may hold newlines itself
  captions          Array(String),
  authors           Array(String),
  credit            String,
  published_at      Nullable(DateTime('Asia/Ho_Chi_Minh')),  -- NULL: the page does not say; never the time of the fetch
  modified_at       Nullable(DateTime('Asia/Ho_Chi_Minh')),
  known_at          DateTime('Asia/Ho_Chi_Minh'),  -- when this content was public: see document_versions
  fetched_at        DateTime64(3, 'Asia/Ho_Chi_Minh'),  -- of the first fetch that showed this content
  evidence          Map(LowCardinality(String), String),  -- field -> which witness won
  issues            Array(String),             -- what the reader met and did not repair, "field: reason"
  observation_count UInt32,
  mention_count     UInt32,
  body_sha256       FixedString(32),           -- of the page that was read
  content_hash      FixedString(16),           -- of what was read out of it, not of the page's shell
  reader            LowCardinality(String),
  run_id            String,
  batch_id          UInt64,
  folded            String MATERIALIZED replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd') CODEC(ZSTD(3)),
  INDEX folded_words folded TYPE text(tokenizer = 'splitByNonAlpha'),
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', version, is_deleted)
ORDER BY (source, doc_id)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS documents ON CLUSTER `ba_mien` AS documents_local ENGINE = Distributed('ba_mien', 'nhip', 'documents_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS document_versions_local ON CLUSTER `ba_mien` (
  source            LowCardinality(String),
  doc_id            UInt64,
  version           UInt64,
  content_version   UInt32,
  reading           UInt32,
  url               String CODEC(ZSTD(3)),
  kind              LowCardinality(String),
  section           Array(LowCardinality(String)),
  tags              Array(String),
  language          LowCardinality(String),
  title             String CODEC(ZSTD(3)),
  sapo              String CODEC(ZSTD(3)),
  body              String CODEC(ZSTD(3)),
  paragraph_starts  Array(UInt32) CODEC(ZSTD(1)),
  captions          Array(String),
  authors           Array(String),
  credit            String,
  published_at      Nullable(DateTime('Asia/Ho_Chi_Minh')),
  modified_at       Nullable(DateTime('Asia/Ho_Chi_Minh')),
  known_at          DateTime('Asia/Ho_Chi_Minh'),
  fetched_at        DateTime64(3, 'Asia/Ho_Chi_Minh'),
  evidence          Map(LowCardinality(String), String),
  issues            Array(String),
  observation_count UInt32,
  mention_count     UInt32,
  body_sha256       FixedString(32),
  content_hash      FixedString(16),
  reader            LowCardinality(String),
  run_id            String,
  batch_id          UInt64,
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (source, doc_id, content_version, reading)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS document_versions ON CLUSTER `ba_mien` AS document_versions_local ENGINE = Distributed('ba_mien', 'nhip', 'document_versions_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS observations_local ON CLUSTER `ba_mien` (
  series_id       UInt64,
  source          LowCardinality(String),
  indicator       LowCardinality(String),
  label           String CODEC(ZSTD(3)),
  measure         LowCardinality(String),
  compare         LowCardinality(String),
  table_code      LowCardinality(String),
  dims            Map(LowCardinality(String), String),
  path            Array(String),
  place_id        LowCardinality(String),
  place           LowCardinality(String),
  geo_vintage     LowCardinality(String),
  counterpart     LowCardinality(String),
  industry        LowCardinality(String),
  organisation    String,
  freq            LowCardinality(String),
  accumulation    LowCardinality(String),
  time_collect    LowCardinality(String),
  base_period     LowCardinality(String),
  price_basis     LowCardinality(String),
  adjustment      LowCardinality(String),
  period          LowCardinality(String),      -- SDMX time code
  period_start    Nullable(Date32),            -- NULL: the text does not say when
  period_end      Date32,                      -- 1900-01-01 where period_start is NULL: a key cannot be NULL
  value           Nullable(Decimal(38, 10)),
  low             Nullable(Decimal(38, 10)),
  high            Nullable(Decimal(38, 10)),
  bound           LowCardinality(String),
  direction       LowCardinality(String),
  kind            LowCardinality(String),
  status          LowCardinality(String),
  status_raw      LowCardinality(String),
  unit            LowCardinality(String),
  unit_raw        LowCardinality(String),
  unit_mult       Int8,
  decimals        UInt8,
  value_full      Nullable(Float64),           -- the number behind the print, in base units, where the file holds it
  printed         String CODEC(ZSTD(3)),
  quote           String CODEC(ZSTD(3)),
  paragraph       Int32,                       -- -1 title, -2 lead, from 0 the body
  span_start      UInt32,                      -- code points within the paragraph
  span_end        UInt32,
  cell            String CODEC(ZSTD(3)),
  rule            LowCardinality(String),
  confidence      Float32,
  flags           Array(LowCardinality(String)),
  doc_id          UInt64,
  content_version UInt32,
  reading         UInt32,
  ordinal         UInt32,                      -- place in the record
  batch_id        UInt64,
  INDEX document doc_id TYPE bloom_filter(0.01),
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (series_id, period_end, doc_id, content_version, reading, ordinal)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS observations ON CLUSTER `ba_mien` AS observations_local ENGINE = Distributed('ba_mien', 'nhip', 'observations_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS mentions_local ON CLUSTER `ba_mien` (
  kind            LowCardinality(String),      -- person, organisation, place, industry, term
  entity_id       UInt64,                      -- hash of kind and id
  id              String CODEC(ZSTD(3)),       -- catalog id; the name itself for people and unknown organisations
  name            String CODEC(ZSTD(3)),
  role            String CODEC(ZSTD(3)),       -- of a person the post; "source" of an organisation that is who says so
  organisation    String CODEC(ZSTD(3)),       -- of a person
  source          LowCardinality(String),
  doc_id          UInt64,
  content_version UInt32,
  reading         UInt32,
  paragraph       Int32,
  span_start      UInt32,
  span_end        UInt32,
  batch_id        UInt64,
  INDEX document doc_id TYPE bloom_filter(0.01),
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (kind, entity_id, doc_id, content_version, reading, paragraph, span_start)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS mentions ON CLUSTER `ba_mien` AS mentions_local ENGINE = Distributed('ba_mien', 'nhip', 'mentions_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS rejects_local ON CLUSTER `ba_mien` (
  source     LowCardinality(String),
  doc_id     UInt64,
  sha256     FixedString(32),                  -- of the page
  stage      LowCardinality(String),           -- read, check, insert
  table_name LowCardinality(String),           -- of the row; empty where the page as a whole is meant
  row_key    String,                           -- which row of it
  reason     LowCardinality(String),           -- a fixed short class, for counting
  error      String CODEC(ZSTD(3)),            -- the sentence
  row        String CODEC(ZSTD(3)),            -- the row as JSON
  url        String CODEC(ZSTD(3)),
  reader     LowCardinality(String),
  at         DateTime64(3, 'Asia/Ho_Chi_Minh'),  -- of the fetch
  run_id     String,
  batch_id   UInt64,
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', at)
ORDER BY (source, doc_id, sha256, stage, table_name, row_key)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rejects ON CLUSTER `ba_mien` AS rejects_local ENGINE = Distributed('ba_mien', 'nhip', 'rejects_local', cityHash64(doc_id));

CREATE TABLE IF NOT EXISTS runs ON CLUSTER `ba_mien` (
  run_id       String,
  source       LowCardinality(String),
  started_at   DateTime64(3, 'Asia/Ho_Chi_Minh'),
  took_s       Float64,                        -- of the whole run
  saved_at     DateTime64(3, 'Asia/Ho_Chi_Minh'),  -- started_at + took_s: an account saved later in the run counts
  discovered   UInt64,
  fetched      UInt64,
  unchanged    UInt64,
  skipped      Map(LowCardinality(String), UInt64),
  failed       Map(LowCardinality(String), UInt64),
  loaded       UInt64,
  rejected     Map(LowCardinality(String), UInt64),
  articles     UInt64,
  observations UInt64,
  revisions    UInt64,
  index_pages  Map(LowCardinality(String), UInt64),
  bytes        UInt64,
  error        String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', saved_at)
ORDER BY (run_id, source)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS batches ON CLUSTER `ba_mien` (
  batch_id     UInt64,
  run_id       String,
  at           DateTime64(3, 'Asia/Ho_Chi_Minh'),
  documents    UInt32,
  observations UInt32,
  mentions     UInt32,
  rejects      UInt32,
  visits       UInt32
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}')
ORDER BY batch_id
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
