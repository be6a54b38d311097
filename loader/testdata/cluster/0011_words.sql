CREATE TABLE IF NOT EXISTS article_words_local ON CLUSTER `ba_mien` (
  is_rewrite    UInt8,
  source        LowCardinality(String),
  doc_id        UInt64,
  version       UInt64,                        -- as in documents
  is_deleted    UInt8,                         -- 1: withdrawn by the publisher
  kind          LowCardinality(String),
  published_at  Nullable(DateTime('Asia/Ho_Chi_Minh')),
  content_hash  FixedString(16),               -- as in documents: whether another reading says the same
  title_bytes   UInt32,
  folded        String CODEC(ZSTD(1)),
  batch_id      UInt64,
  INDEX folded_words folded TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', support_phrase_search = 1),
  INDEX batch batch_id TYPE minmax
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (is_rewrite, source, doc_id)
SETTINGS replicated_deduplication_window_seconds = 604800, replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, allow_experimental_text_index_phrase_search = 1;

CREATE TABLE IF NOT EXISTS article_words ON CLUSTER `ba_mien` AS article_words_local ENGINE = Distributed('ba_mien', 'nhip', 'article_words_local', cityHash64(doc_id));

CREATE OR REPLACE VIEW v_article_words_local ON CLUSTER `ba_mien`
(
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  title_bytes  UInt32 COMMENT 'How many bytes at the beginning of folded are the title / Số byte đầu của folded là tiêu đề',
  folded       String COMMENT 'Words of title, lead and body without diacritics in lower case, for hasPhrase and hasAllTokens / Các từ của tiêu đề, sapo, nội dung, bỏ dấu viết thường, để tìm bằng hasPhrase và hasAllTokens'
)
AS SELECT published_at, source, kind, doc_id, title_bytes, folded
FROM article_words_local
WHERE is_rewrite = 0 AND identity(doc_id) NOT IN (SELECT doc_id FROM article_words_local WHERE is_rewrite = 1)
UNION ALL
SELECT published_at, source, kind, doc_id, title_bytes, folded
FROM article_words_local
WHERE is_rewrite = 1 AND is_deleted = 0
  AND (identity(doc_id), version, batch_id) IN (
    SELECT doc_id, newest.1, newest.2 FROM (SELECT doc_id, max((version, batch_id)) AS newest FROM article_words_local WHERE is_rewrite = 1 GROUP BY doc_id))
COMMENT 'The words of every article as it stands now: for search / Các từ của mọi bài, bản hiện hành: dùng để tìm kiếm';

CREATE OR REPLACE TABLE v_article_words ON CLUSTER `ba_mien` AS v_article_words_local ENGINE = Distributed('ba_mien', 'nhip', 'v_article_words_local', cityHash64(doc_id))
COMMENT 'The words of every article as it stands now: for search / Các từ của mọi bài, bản hiện hành: dùng để tìm kiếm';

ALTER TABLE documents_local ON CLUSTER `ba_mien` DROP INDEX IF EXISTS folded_words;

ALTER TABLE documents_local ON CLUSTER `ba_mien` DROP COLUMN IF EXISTS folded;

ALTER TABLE documents ON CLUSTER `ba_mien` DROP COLUMN IF EXISTS folded;

ALTER TABLE documents_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS folded String ALIAS
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' ')) AFTER batch_id;

ALTER TABLE documents ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS folded String ALIAS
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' ')) AFTER batch_id;
