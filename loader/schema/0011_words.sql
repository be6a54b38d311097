-- Search in a table of its own, and copies that are found once.
--
-- article_words has one row for every text of an article, those that an edit replaced too: rows are added and never
-- replaced, because ClickHouse can merge the text indexes of parts whose rows all stay, and makes the index anew, for
-- twice the cost, where a merge may drop some. So documents, whose rows replace each other, has no text index any more.
--
-- is_rewrite is 0 on the first row of a document and 1 on all others (another text, a tombstone), which lie together: what
-- an edit replaced is found by looking at those few. A reading that says the same adds no row.
--
-- folded is the searchable text: title, lead and body, one behind the other, as words without diacritics and in lower
-- case (Công nghiệp hỗ trợ, -> cong nghiep ho tro ·). Between two words stands a blank, or · where there was anything but
-- blanks: a phrase does not reach over a comma or a full stop. removeDiacriticsUTF8 knows every Vietnamese letter but đ.
-- The loader makes it by the same rules in Go (fold.go, tested to be equal); for documents that are there already, it does so
-- before this migration counts as applied (words.go). Its first title_bytes are the title's.
--
-- The index keeps where in the text each word stands, so hasPhrase finds whole phrases without reading a text. The places
-- take about twice the space of the text.
CREATE TABLE IF NOT EXISTS article_words (
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
) ENGINE = MergeTree
ORDER BY (is_rewrite, source, doc_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1, allow_experimental_text_index_phrase_search = 1;

-- What search asks.
--
--   WITH trimBoth(replaceRegexpAll(… as above, of {phrase:String} …)) AS words
--   SELECT toStartOfMonth(published_at) AS month, count() AS articles
--   FROM v_article_words
--   WHERE hasPhrase(folded, words)
--   GROUP BY month ORDER BY month
--
-- hasPhrase answers from the index alone with the setting text_index_hint_max_selectivity = 1, else it reads the texts
-- where a word is frequent; with use_text_index_postings_cache = 1 what was read of the index stays in memory. identity()
-- keeps the engine from looking up every rewritten document in the primary key while it plans, which took most of the time.
CREATE OR REPLACE VIEW v_article_words
(
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  title_bytes  UInt32 COMMENT 'How many bytes at the beginning of folded are the title / Số byte đầu của folded là tiêu đề',
  folded       String COMMENT 'Words of title, lead and body without diacritics in lower case, for hasPhrase and hasAllTokens / Các từ của tiêu đề, sapo, nội dung, bỏ dấu viết thường, để tìm bằng hasPhrase và hasAllTokens'
)
AS SELECT published_at, source, kind, doc_id, title_bytes, folded
FROM article_words
WHERE is_rewrite = 0 AND identity(doc_id) NOT IN (SELECT doc_id FROM article_words WHERE is_rewrite = 1)
UNION ALL
SELECT published_at, source, kind, doc_id, title_bytes, folded
FROM article_words
WHERE is_rewrite = 1 AND is_deleted = 0
  AND (identity(doc_id), version, batch_id) IN (
    SELECT doc_id, newest.1, newest.2 FROM (SELECT doc_id, max((version, batch_id)) AS newest FROM article_words WHERE is_rewrite = 1 GROUP BY doc_id))
COMMENT 'The words of every article as it stands now: for search / Các từ của mọi bài, bản hiện hành: dùng để tìm kiếm';

-- In documents, and so in v_articles, it is made when it is asked for: whoever searches asks v_article_words.
ALTER TABLE documents DROP INDEX IF EXISTS folded_words;
ALTER TABLE documents DROP COLUMN IF EXISTS folded;
ALTER TABLE documents ADD COLUMN IF NOT EXISTS folded String ALIAS
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(title, '\n', sapo, '\n', body))), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' ')) AFTER batch_id;
