-- Search that answers from its index alone.
--
-- folded is the searchable text: title, lead and body, one behind the other, as words without diacritics and in lower
-- case (Công nghiệp hỗ trợ, -> cong nghiep ho tro ·). Between two words stands a blank, or · where there was anything but
-- blanks: a phrase does not reach over a comma or a full stop. removeDiacriticsUTF8 knows every Vietnamese letter but đ.
-- The loader sends the column, made by the same rules in Go (fold.go, tested to be equal), because the expression costs
-- more than the rest of the insert; what is written in other ways gets it from the expression.
--
-- The index keeps where in the text each word stands, so hasPhrase finds whole phrases without reading a text. A text
-- lies in some block of the column that holds others as well; reading those of ten thousand hits would mean to read
-- nearly all. The positions take about twice the space of the text.
ALTER TABLE documents DROP INDEX IF EXISTS folded_words;
ALTER TABLE documents MODIFY COLUMN folded String MATERIALIZED
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' '))
  CODEC(ZSTD(1));
ALTER TABLE documents MATERIALIZE COLUMN folded SETTINGS mutations_sync = 2;
ALTER TABLE documents MODIFY SETTING allow_experimental_text_index_phrase_search = 1;
ALTER TABLE documents ADD INDEX IF NOT EXISTS folded_words folded TYPE text(tokenizer = 'splitByNonAlpha', posting_list_codec = 'bitpacking', support_phrase_search = 1);
ALTER TABLE documents MATERIALIZE INDEX folded_words SETTINGS mutations_sync = 2;

-- Rows of a document that wait for a merge would be counted with the row that replaces them. FINAL sorts them out, but
-- takes longer for a million documents than the search itself. is_rewrite is 0 on the first row that was ever written of a
-- document and 1 on all others (another content, another reading, a tombstone, the same after a crash), so only
-- documents with such a row can have one too many. Rows from before this migration count as rewrites.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS is_rewrite UInt8 DEFAULT 1 AFTER is_deleted;

-- What search asks. v_article_rows reads documents without FINAL; v_superseded are the rows to leave out of it.
--
--   WITH trimBoth(replaceRegexpAll(… as in the column folded, of {phrase:String} …)) AS words
--   SELECT toStartOfMonth(published_at) AS month, uniqExact(doc_id) AS articles
--   FROM v_article_rows
--   WHERE hasPhrase(folded, words) AND (doc_id, version) NOT IN (SELECT doc_id, version FROM v_superseded WHERE is_older)
--   GROUP BY month ORDER BY month
--
-- trends/queries/mentions.sql has it whole. hasPhrase answers from the index alone with the setting
-- text_index_hint_max_selectivity = 1; else it reads the texts where a word is frequent.
CREATE OR REPLACE VIEW v_article_rows
(
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  version      UInt64 COMMENT 'Which content and reading of it: the greater is the newer / Nội dung và lần đọc nào: số lớn hơn là mới hơn',
  folded       String COMMENT 'Words of title, lead and body without diacritics in lower case, for hasPhrase and hasAllTokens / Các từ của tiêu đề, sapo, nội dung, bỏ dấu viết thường, để tìm bằng hasPhrase và hasAllTokens'
)
AS SELECT published_at, source, kind, doc_id, version, folded
FROM documents
WHERE is_deleted = 0
COMMENT 'Every stored row of every article, those that v_superseded lists included: for search / Mọi dòng đã lưu của mọi bài, kể cả các dòng nêu trong v_superseded: dùng để tìm kiếm';

CREATE OR REPLACE VIEW v_superseded
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
  FROM documents
  WHERE doc_id IN (SELECT doc_id FROM documents WHERE is_rewrite = 1)
  GROUP BY source, doc_id
  HAVING count() > 1
)
ARRAY JOIN rows AS old
WHERE old.4 = 0
COMMENT 'Rows of v_article_rows that another row replaces or repeats / Các dòng của v_article_rows đã bị dòng khác thay thế hoặc lặp lại';
