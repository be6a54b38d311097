-- Bands of the fingerprints, kept: what v_story_copies makes of all documents each time, a question that counts stories
-- among the articles it has found asks of those alone. Three marks in a row make a band; 0 is no band.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS story_bands Array(UInt32) MATERIALIZED
  arrayMap(i -> toUInt32(cityHash64(i, arraySlice(story_marks, 3 * i + 1, 3))),
    arrayFilter(i -> NOT has(arraySlice(story_marks, 3 * i + 1, 3), 0), range(if(length(story_marks) = 32, 10, 0))))
  CODEC(LZ4);
ALTER TABLE documents MATERIALIZE COLUMN story_bands SETTINGS mutations_sync = 2;

CREATE OR REPLACE VIEW v_article_bands
(
  published_at Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind         LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  doc_id       UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  version      UInt64 COMMENT 'Which content and reading of it: the greater is the newer / Nội dung và lần đọc nào: số lớn hơn là mới hơn',
  folded       String COMMENT 'Words of title, lead and body without diacritics in lower case, for hasPhrase and hasAllTokens / Các từ của tiêu đề, sapo, nội dung, bỏ dấu viết thường, để tìm bằng hasPhrase và hasAllTokens',
  band         UInt32 COMMENT 'One of ten hashes of its wording; two articles that share one are nearly always copies / Một trong mười mã băm của câu chữ; hai bài có chung một mã hầu như là bản sao của nhau'
)
AS SELECT published_at, source, kind, doc_id, version, folded, band
FROM documents
ARRAY JOIN story_bands AS band
WHERE is_deleted = 0
COMMENT 'Every stored row of every article once for each band of its wording: for counting stories among articles that were found / Mỗi dòng đã lưu của mỗi bài, lặp theo từng mã câu chữ: để đếm số câu chuyện trong các bài tìm được';
