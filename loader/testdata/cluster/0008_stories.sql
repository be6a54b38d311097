ALTER TABLE documents_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_marks Array(UInt32) AFTER content_hash;

ALTER TABLE documents ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_marks Array(UInt32) AFTER content_hash;

ALTER TABLE document_versions_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_marks Array(UInt32) AFTER content_hash;

ALTER TABLE document_versions ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS story_marks Array(UInt32) AFTER content_hash;

CREATE OR REPLACE VIEW v_story_copies ON CLUSTER `ba_mien`
(
  doc_id   UInt64 COMMENT 'Document that repeats an earlier one: hash of its address / Mã tài liệu đăng lại một tài liệu trước đó',
  story_id UInt64 COMMENT 'The earliest document with nearly the same text, at most 14 days before: the origin / Tài liệu sớm nhất có nội dung gần như trùng, trong vòng 14 ngày trước đó: bản gốc',
  common   UInt8 COMMENT 'Marks of 32 that it has in common with the origin / Số dấu trong 32 dấu trùng với bản gốc'
)
AS SELECT p.doc AS doc_id, argMin(p.other, (p.other_at, p.other)) AS story_id, argMin(p.common, (p.other_at, p.other)) AS common
FROM (
  SELECT c.doc AS doc, c.other AS other, c.other_at AS other_at,
    toUInt8(arrayCount((m, n) -> m = n AND m != 0, a.story_marks, b.story_marks)) AS common
  FROM (
    SELECT DISTINCT later.1 AS doc, earlier.1 AS other, earlier.2 AS other_at
    FROM (
      SELECT members, later
      FROM (
        SELECT groupArray((doc_id, at)) AS members
        FROM (
          SELECT doc_id, coalesce(published_at, known_at) AS at,
            arrayJoin(arrayMap(i -> cityHash64(i, arraySlice(story_marks, 3 * i + 1, 3)),
              arrayFilter(i -> NOT has(arraySlice(story_marks, 3 * i + 1, 3), 0), range(10)))) AS band
          FROM documents FINAL
          WHERE length(story_marks) = 32
        )
        GROUP BY band
        HAVING count() BETWEEN 2 AND 1000
      )
      ARRAY JOIN members AS later
    )
    ARRAY JOIN members AS earlier
    WHERE (earlier.2, earlier.1) < (later.2, later.1) AND later.2 - earlier.2 <= 14 * 86400
  ) AS c
  GLOBAL INNER JOIN (SELECT doc_id, story_marks FROM documents FINAL WHERE length(story_marks) = 32) AS a ON c.doc = a.doc_id
  GLOBAL INNER JOIN (SELECT doc_id, story_marks FROM documents FINAL WHERE length(story_marks) = 32) AS b ON c.other = b.doc_id
  WHERE common >= 20
) AS p
GROUP BY p.doc
COMMENT 'Documents that repeat an earlier one nearly word for word / Các tài liệu đăng lại gần như nguyên văn một tài liệu trước đó';

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
  GLOBAL LEFT JOIN v_story_copies AS c ON t.doc_id = c.doc_id
) AS d
GLOBAL INNER JOIN (SELECT published_at, source, title, url, doc_id FROM documents FINAL) AS o ON d.story_id = o.doc_id
COMMENT 'Every article with the story it tells: copies stand beside their origin / Mọi bài viết kèm câu chuyện mà nó kể: bản đăng lại đứng cạnh bản gốc';

CREATE OR REPLACE VIEW v_article_changes ON CLUSTER `ba_mien`
(
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'When the new content was public / Nội dung mới được công bố lúc nào',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  changed         String COMMENT 'What changed: title, lead, text, captions, joined by a comma; withdrawn: the publisher took it back / Phần bị sửa: title (tiêu đề), lead (sapo), text (nội dung), captions (chú thích ảnh), nối bằng dấu phẩy; withdrawn: trang đã gỡ bài',
  title           String COMMENT 'Title / Tiêu đề',
  title_before    String COMMENT 'Title before / Tiêu đề trước khi sửa',
  sapo            String COMMENT 'Lead / Sapo (đoạn dẫn)',
  sapo_before     String COMMENT 'Lead before / Sapo trước khi sửa',
  added           String COMMENT 'Paragraphs that were not there before, one a line / Các đoạn mới thêm, mỗi đoạn một dòng',
  removed         String COMMENT 'Paragraphs that are not there any more, one a line / Các đoạn đã bỏ, mỗi đoạn một dòng',
  added_count     UInt32 COMMENT 'How many were added / Số đoạn thêm',
  removed_count   UInt32 COMMENT 'How many were removed / Số đoạn bỏ',
  other_reader    UInt8 COMMENT '1: the two contents were read by different readers / 1: hai nội dung do hai bộ đọc khác nhau đọc',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  content_version UInt32 COMMENT 'Which content of the publisher, from 2 on / Phiên bản nội dung của trang, từ 2',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ'
)
AS SELECT known_at, source,
  if(is_deleted = 1, 'withdrawn', arrayStringConcat(arrayFilter(w -> w != '', [if(title != title_before, 'title', ''), if(sapo != sapo_before, 'lead', ''),
    if(paragraphs != paragraphs_before, 'text', ''), if(captions != captions_before, 'captions', '')]), ', ')) AS changed,
  title, title_before, sapo, sapo_before,
  arrayStringConcat(arrayFilter(p -> NOT has(paragraphs_before, p), paragraphs) AS more, '\n') AS added,
  arrayStringConcat(arrayFilter(p -> NOT has(paragraphs, p), paragraphs_before) AS fewer, '\n') AS removed,
  toUInt32(length(more)) AS added_count, toUInt32(length(fewer)) AS removed_count,
  is_deleted = 0 AND reader != reader_before AS other_reader, url, content_version, doc_id
FROM (
  SELECT *, lagInFrame(title) OVER w AS title_before, lagInFrame(sapo) OVER w AS sapo_before, lagInFrame(paragraphs) OVER w AS paragraphs_before,
    lagInFrame(captions) OVER w AS captions_before, lagInFrame(toString(reader)) OVER w AS reader_before, row_number() OVER w AS n
  FROM (
    SELECT source, doc_id, content_version, is_deleted, known_at, url, title, sapo, captions, reader,
      arrayMap((from, to) -> substring(body, from + 1, to - from - 1), paragraph_starts,
        arrayPopFront(arrayPushBack(paragraph_starts, toUInt32(length(body) + 1)))) AS paragraphs
    FROM document_versions FINAL
    WHERE doc_id GLOBAL IN (SELECT doc_id FROM document_versions WHERE content_version > 1)
    ORDER BY source, doc_id, content_version, reading DESC
    LIMIT 1 BY source, doc_id, content_version
  )
  WINDOW w AS (PARTITION BY source, doc_id ORDER BY content_version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE n > 1
COMMENT 'What every edit of an article changed / Mỗi lần sửa bài đã thay đổi những gì';
