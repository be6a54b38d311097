ALTER TABLE documents_local ON CLUSTER `ba_mien` DROP INDEX IF EXISTS folded_words;

ALTER TABLE documents_local ON CLUSTER `ba_mien` MODIFY COLUMN folded String MATERIALIZED
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' '))
  CODEC(ZSTD(1));

ALTER TABLE documents ON CLUSTER `ba_mien` MODIFY COLUMN folded String MATERIALIZED
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' '))
  CODEC(ZSTD(1));

ALTER TABLE documents_local ON CLUSTER `ba_mien` MATERIALIZE COLUMN folded SETTINGS mutations_sync = 2;

ALTER TABLE documents_local ON CLUSTER `ba_mien` MODIFY SETTING allow_experimental_text_index_phrase_search = 1;

ALTER TABLE documents_local ON CLUSTER `ba_mien` ADD INDEX IF NOT EXISTS folded_words folded TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', support_phrase_search = 1);

ALTER TABLE documents_local ON CLUSTER `ba_mien` MATERIALIZE INDEX folded_words SETTINGS mutations_sync = 2;

ALTER TABLE documents_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS is_rewrite UInt8 DEFAULT 1 AFTER is_deleted;

ALTER TABLE documents ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS is_rewrite UInt8 DEFAULT 1 AFTER is_deleted;

CREATE OR REPLACE VIEW v_article_rows_local ON CLUSTER `ba_mien`
(
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  version      UInt64 COMMENT 'Which content and reading of it: the greater is the newer / Nội dung và lần đọc nào: số lớn hơn là mới hơn',
  folded       String COMMENT 'Words of title, lead and body without diacritics in lower case, for hasPhrase and hasAllTokens / Các từ của tiêu đề, sapo, nội dung, bỏ dấu viết thường, để tìm bằng hasPhrase và hasAllTokens'
)
AS SELECT published_at, source, kind, doc_id, version, folded
FROM documents_local
WHERE is_deleted = 0
COMMENT 'Every stored row of every article, those that v_superseded lists included: for search / Mọi dòng đã lưu của mọi bài, kể cả các dòng nêu trong v_superseded: dùng để tìm kiếm';

CREATE OR REPLACE TABLE v_article_rows ON CLUSTER `ba_mien` AS v_article_rows_local ENGINE = Distributed('ba_mien', 'nhip', 'v_article_rows_local', cityHash64(doc_id))
COMMENT 'Every stored row of every article, those that v_superseded lists included: for search / Mọi dòng đã lưu của mọi bài, kể cả các dòng nêu trong v_superseded: dùng để tìm kiếm';

CREATE OR REPLACE VIEW v_superseded_local ON CLUSTER `ba_mien`
(
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  version      UInt64 COMMENT 'Which content and reading of it / Nội dung và lần đọc nào',
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time in that row / Thời điểm đăng ghi trong dòng đó',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  is_older     UInt8 COMMENT '1: a newer version replaces it; 0: the same row once more / 1: đã có phiên bản mới thay thế; 0: chính dòng đó lặp lại'
)
AS SELECT doc_id, old.1 AS version, old.2 AS published_at, source, toLowCardinality(old.3) AS kind, old.1 < newest AS is_older
FROM (
  SELECT source, doc_id, max(version) AS newest, arrayPopBack(arraySort(groupArray((version, published_at, kind, is_deleted)))) AS rows
  FROM documents_local
  WHERE doc_id IN (SELECT doc_id FROM documents_local WHERE is_rewrite = 1)
  GROUP BY source, doc_id
  HAVING count() > 1
)
ARRAY JOIN rows AS old
WHERE old.4 = 0
COMMENT 'Rows of v_article_rows that another row replaces or repeats / Các dòng của v_article_rows đã bị dòng khác thay thế hoặc lặp lại';

CREATE OR REPLACE TABLE v_superseded ON CLUSTER `ba_mien` AS v_superseded_local ENGINE = Distributed('ba_mien', 'nhip', 'v_superseded_local', cityHash64(doc_id))
COMMENT 'Rows of v_article_rows that another row replaces or repeats / Các dòng của v_article_rows đã bị dòng khác thay thế hoặc lặp lại';
