CREATE TABLE IF NOT EXISTS story_copies ON CLUSTER `ba_mien` (
  doc_id    UInt64,
  story_id  UInt64,                            -- the story's earliest document
  common    UInt8,                             -- marks it shares with that
  version   UInt64,                            -- 1, 2, 3 …: the newest row wins
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version)
ORDER BY doc_id
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS story_batches ON CLUSTER `ba_mien` (
  batch_id  UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}')
ORDER BY batch_id
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE documents_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_bands Array(UInt32) MATERIALIZED
  arrayMap(i -> toUInt32(cityHash64(i, arraySlice(story_marks, 3 * i + 1, 3))),
    arrayFilter(i -> NOT has(arraySlice(story_marks, 3 * i + 1, 3), 0), range(if(length(story_marks) = 32, 10, 0))))
  CODEC(LZ4) AFTER story_marks;

ALTER TABLE documents ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_bands Array(UInt32) MATERIALIZED
  arrayMap(i -> toUInt32(cityHash64(i, arraySlice(story_marks, 3 * i + 1, 3))),
    arrayFilter(i -> NOT has(arraySlice(story_marks, 3 * i + 1, 3), 0), range(if(length(story_marks) = 32, 10, 0))))
  CODEC(LZ4) AFTER story_marks;

ALTER TABLE documents_local ON CLUSTER `ba_mien` MATERIALIZE COLUMN story_bands SETTINGS mutations_sync = 2;

CREATE OR REPLACE VIEW v_story_copies ON CLUSTER `ba_mien`
(
  doc_id   UInt64 COMMENT 'Document that repeats an earlier one: hash of its address / Mã tài liệu đăng lại một tài liệu trước đó',
  story_id UInt64 COMMENT 'The earliest document of those with nearly the same text, each at most 14 days after another: the origin / Tài liệu sớm nhất trong các tài liệu có nội dung gần như trùng, mỗi bài cách một bài khác không quá 14 ngày: bản gốc',
  common   UInt8 COMMENT 'Marks of 32 that it has in common with the origin / Số dấu trong 32 dấu trùng với bản gốc'
)
AS SELECT doc_id, story_id, common
FROM story_copies FINAL
WHERE story_id != doc_id
COMMENT 'Documents that repeat an earlier one nearly word for word / Các tài liệu đăng lại gần như nguyên văn một tài liệu trước đó';

CREATE OR REPLACE VIEW v_story_members ON CLUSTER `ba_mien`
(
  doc_id   UInt64 COMMENT 'Document: hash of its address / Mã tài liệu: băm của địa chỉ',
  story_id UInt64 COMMENT 'The story it tells: the earliest document with nearly the same text / Mã câu chuyện: tài liệu sớm nhất có nội dung gần như trùng'
)
AS SELECT doc_id, story_id
FROM story_copies FINAL
COMMENT 'Documents that have copies, or are some, with their story; every other one is a story of its own / Các tài liệu có bản đăng lại hoặc là bản đăng lại, kèm câu chuyện của chúng; tài liệu khác tự là một câu chuyện';

CREATE OR REPLACE VIEW v_stories ON CLUSTER `ba_mien`
(
  published_at        Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time of the document / Thời điểm đăng của tài liệu',
  source              LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  title               String COMMENT 'Title / Tiêu đề',
  credit              String COMMENT 'Where it was taken from, as printed / Nguồn dẫn lại như in trên trang',
  url                 String COMMENT 'Address of the document / Địa chỉ tài liệu',
  story_id            UInt64 COMMENT 'Story: its earliest document / Mã câu chuyện: tài liệu sớm nhất của nó',
  is_origin           UInt8 COMMENT '1: no earlier document has this text / 1: chưa có tài liệu nào trước đó có nội dung này',
  documents           UInt64 COMMENT 'How many documents tell the story / Số tài liệu cùng đăng câu chuyện',
  origin_source       LowCardinality(String) COMMENT 'Publisher of the earliest document, who is credited / Nguồn đăng sớm nhất, được ghi công',
  origin_title        String COMMENT 'Its title / Tiêu đề của bản gốc',
  origin_url          String COMMENT 'Its address / Địa chỉ bản gốc',
  origin_published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Its publication time / Thời điểm đăng bản gốc',
  doc_id              UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ'
)
AS SELECT d.published_at AS published_at, d.source AS source, d.title AS title, d.credit AS credit, d.url AS url,
  d.story_id AS story_id, d.story_id = d.doc_id AS is_origin, count() OVER (PARTITION BY d.story_id) AS documents,
  o.source AS origin_source, o.title AS origin_title, o.url AS origin_url, o.published_at AS origin_published_at, d.doc_id AS doc_id
FROM (
  SELECT t.published_at AS published_at, t.source AS source, t.title AS title, t.credit AS credit, t.url AS url, t.doc_id AS doc_id,
    if(c.story_id = 0, t.doc_id, c.story_id) AS story_id
  FROM (SELECT published_at, source, title, credit, url, doc_id FROM documents FINAL WHERE kind != 'table') AS t
  GLOBAL LEFT JOIN (SELECT doc_id, story_id FROM v_story_copies WHERE story_id GLOBAL IN (SELECT doc_id FROM documents FINAL)) AS c ON t.doc_id = c.doc_id
) AS d
GLOBAL INNER JOIN (SELECT published_at, source, title, url, doc_id FROM documents FINAL) AS o ON d.story_id = o.doc_id
COMMENT 'Every article with the story it tells: copies stand beside their origin / Mọi bài viết kèm câu chuyện mà nó kể: bản đăng lại đứng cạnh bản gốc';
