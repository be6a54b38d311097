CREATE OR REPLACE VIEW v_articles_local ON CLUSTER `ba_mien`
(
  published_at      Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was published; NULL where the page does not say / Thời điểm đăng theo trang báo; NULL nếu trang không ghi',
  source            LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  section           String COMMENT 'Section, outermost first, joined by > / Chuyên mục, từ ngoài vào trong, nối bằng >',
  title             String COMMENT 'Title / Tiêu đề',
  sapo              String COMMENT 'Lead / Sapo (đoạn dẫn)',
  body              String COMMENT 'Text, one paragraph a line / Nội dung, mỗi đoạn một dòng',
  authors           String COMMENT 'Authors joined by a semicolon / Tác giả, nối bằng dấu chấm phẩy',
  credit            String COMMENT 'Where it was taken from, as printed / Nguồn dẫn lại như in trên trang',
  tags              String COMMENT 'Tags joined by a semicolon / Từ khóa của trang, nối bằng dấu chấm phẩy',
  language          LowCardinality(String) COMMENT 'Language, BCP 47 / Ngôn ngữ (BCP 47)',
  kind              LowCardinality(String) COMMENT 'article, table or text / Loại trang: article (bài), table (bảng số liệu), text (văn bản)',
  url               String COMMENT 'Canonical address / Địa chỉ chuẩn của trang',
  modified_at       Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the publisher says it was changed / Thời điểm trang báo ghi là đã sửa',
  fetched_at        DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'First fetch that showed this content / Lần tải đầu tiên thấy nội dung này',
  known_at          DateTime('Asia/Ho_Chi_Minh') COMMENT 'When this content was public: publication of the first content, the edit of a later one / Thời điểm nội dung này được công bố: lúc đăng hoặc lúc sửa',
  content_version   UInt32 COMMENT 'Which content of the publisher: 1, then one more with every edit / Phiên bản nội dung của trang: 1, mỗi lần sửa thêm một',
  reading           UInt32 COMMENT 'Which reading of that content by nhip / Lần đọc nội dung đó của nhip',
  observation_count UInt32 COMMENT 'Numbers found in it / Số con số có nghĩa đọc được trong bài',
  mention_count     UInt32 COMMENT 'People, organisations, places, industries and terms found in it / Số lần nhắc tới người, tổ chức, địa danh, ngành, thuật ngữ',
  issues            String COMMENT 'What the reader met and did not repair, one a line / Những điểm bất thường khi đọc, mỗi dòng một điểm',
  folded            String COMMENT 'Title, lead and body without diacritics in lower case, for search with hasAllTokens / Tiêu đề, sapo, nội dung bỏ dấu viết thường, để tìm bằng hasAllTokens',
  reader            LowCardinality(String) COMMENT 'Which reader of nhip read it / Bộ đọc của nhip đã đọc bài',
  doc_id            UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  body_sha256       String COMMENT 'SHA-256 of the page as received, hexadecimal / SHA-256 của trang như nhận được'
)
AS SELECT
  published_at, source, arrayStringConcat(section, ' > ') AS section, title, sapo, body,
  arrayStringConcat(authors, '; ') AS authors, credit, arrayStringConcat(tags, '; ') AS tags, language, kind, url,
  modified_at, fetched_at, known_at, content_version, reading, observation_count, mention_count,
  arrayStringConcat(issues, '\n') AS issues, folded, reader, doc_id, lower(hex(body_sha256)) AS body_sha256
FROM documents_local FINAL
COMMENT 'Articles, statistics pages and texts as they stand now / Bài báo, trang số liệu và văn bản, bản hiện hành';

CREATE OR REPLACE TABLE v_articles ON CLUSTER `ba_mien` AS v_articles_local ENGINE = Distributed('ba_mien', 'nhip', 'v_articles_local', cityHash64(doc_id))
COMMENT 'Articles, statistics pages and texts as they stand now / Bài báo, trang số liệu và văn bản, bản hiện hành';

CREATE OR REPLACE VIEW content_readings_local ON CLUSTER `ba_mien`
(
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  content_version UInt32 COMMENT 'Content version of the document / Phiên bản nội dung của tài liệu',
  reading         UInt32 COMMENT 'Newest reading of that content / Lần đọc mới nhất của nội dung đó',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  title           String COMMENT 'Title / Tiêu đề',
  published_at    Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time / Thời điểm đăng',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'When this content was public / Nội dung này được công bố lúc nào',
  is_current      UInt8 COMMENT '1: the publisher shows this content now / 1: trang hiện vẫn hiển thị nội dung này'
)
AS SELECT r.doc_id AS doc_id, r.content_version AS content_version, r.reading AS reading, r.source AS source,
  r.url AS url, r.title AS title, r.published_at AS published_at, r.known_at AS known_at,
  d.content_version = r.content_version AS is_current
FROM (
  SELECT doc_id, content_version, reading, source, url, title, published_at, known_at
  FROM document_versions_local FINAL
  ORDER BY source, doc_id, content_version, reading DESC
  LIMIT 1 BY source, doc_id, content_version
) AS r
LEFT JOIN (SELECT doc_id, content_version FROM documents_local FINAL) AS d ON r.doc_id = d.doc_id
COMMENT 'The newest reading of every content version / Lần đọc mới nhất của mọi phiên bản nội dung';

CREATE OR REPLACE TABLE content_readings ON CLUSTER `ba_mien` AS content_readings_local ENGINE = Distributed('ba_mien', 'nhip', 'content_readings_local', cityHash64(doc_id))
COMMENT 'The newest reading of every content version / Lần đọc mới nhất của mọi phiên bản nội dung';

CREATE OR REPLACE VIEW v_observation_vintages_local ON CLUSTER `ba_mien`
(
  period_time     Nullable(DateTime64(0, 'Asia/Ho_Chi_Minh')) COMMENT 'First day of the period, as a time axis / Ngày đầu kỳ, dùng làm trục thời gian',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  indicator       LowCardinality(String) COMMENT 'Indicator of the catalog, empty if it has none / Mã chỉ tiêu trong danh mục, rỗng nếu chưa có',
  indicator_name  String COMMENT 'Its name, else the words of the text / Tên chỉ tiêu, nếu không có thì chữ trong bài',
  label           String COMMENT 'The indicator in the words of the text / Chỉ tiêu theo chữ trong bài',
  measure         LowCardinality(String) COMMENT 'level, index (base = 100), growth (%), change, change_pp, share, contribution, ratio / Đại lượng: mức, chỉ số (gốc = 100), tăng trưởng (%), thay đổi, điểm %, tỷ trọng, đóng góp, tỷ lệ',
  compare         LowCardinality(String) COMMENT 'Measured against: yoy, mom, qoq, vs_dec, vs_plan, vs_base, vs_period, annual_avg / So với: cùng kỳ năm trước, tháng trước, quý trước, tháng 12 năm trước, kế hoạch, kỳ gốc, kỳ khác, bình quân năm',
  value           Nullable(Decimal(38, 10)) COMMENT 'In base units (1,2 tỷ USD is 1200000000), signed; NULL: no number / Giá trị theo đơn vị gốc, có dấu; NULL: không có số',
  value_float     Nullable(Float64) COMMENT 'The same as a floating-point number, for charts and averages / Như trên, dạng số thực, để vẽ và tính trung bình',
  value_full      Nullable(Float64) COMMENT 'The number behind the print, in base units, where the file holds it (workbooks do) / Giá trị đầy đủ đứng sau số in, theo đơn vị gốc, nếu tệp có (bảng tính)',
  low             Nullable(Decimal(38, 10)) COMMENT 'Lower end of a range / Cận dưới của khoảng',
  high            Nullable(Decimal(38, 10)) COMMENT 'Upper end of a range / Cận trên của khoảng',
  bound           LowCardinality(String) COMMENT 'exactly, about, more_than, less_than, nearly, at_least, at_most, range / Chính xác, khoảng, hơn, dưới, gần, ít nhất, nhiều nhất, trong khoảng',
  unit            LowCardinality(String) COMMENT 'Unit of the catalog / Đơn vị trong danh mục',
  direction       LowCardinality(String) COMMENT 'up, down or empty / up (tăng), down (giảm) hoặc rỗng',
  kind            LowCardinality(String) COMMENT 'actual, estimate, forecast, target, plan / Thực hiện, ước tính, dự báo, mục tiêu, kế hoạch',
  status          LowCardinality(String) COMMENT 'SDMX observation status: A normal, P provisional, E estimated, F forecast, M missing, L not collected, O other, Q suppressed / Trạng thái quan sát theo SDMX',
  period          LowCardinality(String) COMMENT 'SDMX time code: 2025, 2025-Q1, 2025-03, 2025-01-01/P9M / Mã kỳ theo SDMX',
  period_start    Nullable(Date32) COMMENT 'First day of the period; NULL: the text does not say / Ngày đầu kỳ; NULL: bài không nói rõ',
  period_end      Nullable(Date32) COMMENT 'Last day of the period / Ngày cuối kỳ',
  freq            LowCardinality(String) COMMENT 'A year, S half-year, Q quarter, M month, H2M half-month, W week, D day, O other / Tần suất: năm, nửa năm, quý, tháng, nửa tháng, tuần, ngày, khác',
  accumulation    LowCardinality(String) COMMENT 'ytd, ytd_avg, to_date, since_start or empty / Lũy kế: từ đầu năm, bình quân từ đầu năm, đến ngày, từ khi bắt đầu, hoặc rỗng',
  time_collect    LowCardinality(String) COMMENT 'SDMX: S sum, A average, E end, B begin, P point / Cách lấy theo thời gian: tổng, bình quân, cuối kỳ, đầu kỳ, thời điểm',
  base_period     LowCardinality(String) COMMENT 'What it is compared with / Kỳ gốc so sánh',
  price_basis     LowCardinality(String) COMMENT 'current or constant prices / Giá hiện hành hay giá so sánh',
  adjustment      LowCardinality(String) COMMENT 'Seasonal adjustment (SDMX) / Hiệu chỉnh mùa vụ',
  place           LowCardinality(String) COMMENT 'Place, canonical name / Địa danh, tên chuẩn',
  place_id        LowCardinality(String) COMMENT 'Place of the catalog / Mã địa danh trong danh mục',
  geo_vintage     LowCardinality(String) COMMENT 'VN63 or VN34: which provinces are meant / Theo 63 tỉnh (VN63) hay 34 tỉnh (VN34)',
  counterpart     LowCardinality(String) COMMENT 'Partner country / Nước đối tác',
  industry        LowCardinality(String) COMMENT 'Industry of the catalog / Mã ngành trong danh mục',
  industry_name   String COMMENT 'Its name / Tên ngành',
  organisation    String COMMENT 'Who says so / Tổ chức công bố hoặc được dẫn lời',
  table_code      LowCardinality(String) COMMENT 'Official table or dataflow / Mã bảng số liệu chính thức',
  dims            String COMMENT 'Further dimensions, KEY=value joined by a semicolon / Các chiều khác, KEY=value, nối bằng dấu chấm phẩy',
  path            String COMMENT 'Row labels of the table, outermost first, joined by > / Nhãn dòng trong bảng, từ ngoài vào trong, nối bằng >',
  printed         String COMMENT 'The number as printed / Con số như in',
  unit_raw        LowCardinality(String) COMMENT 'The unit as printed / Đơn vị như in',
  unit_mult       Int8 COMMENT 'Power of ten the printed unit carries, already applied in value / Lũy thừa 10 của đơn vị in, đã nhân vào value',
  decimals        UInt8 COMMENT 'Decimals as printed / Số chữ số thập phân như in',
  quote           String COMMENT 'The sentence or table row as printed / Câu hoặc dòng bảng như in',
  paragraph       Int32 COMMENT 'Paragraph of the quote: -1 title, -2 lead, from 0 the body / Đoạn chứa câu: -1 tiêu đề, -2 sapo, từ 0 là nội dung',
  span_start      UInt32 COMMENT 'Where the number begins in the paragraph, in code points / Vị trí bắt đầu của con số trong đoạn',
  span_end        UInt32 COMMENT 'Where it ends / Vị trí kết thúc',
  cell            String COMMENT 'Cell of the table: sheet!B10, t1r5c2 / Ô trong bảng',
  rule            LowCardinality(String) COMMENT 'Rule of the reader that made it / Quy tắc đã đọc ra con số',
  confidence      Float32 COMMENT 'How sure the reader is, 0 to 1; 0 where it does not say / Độ tin cậy của bộ đọc, 0 đến 1; 0 nếu không ghi',
  flags           String COMMENT 'Warnings of the reader, joined by a semicolon / Cảnh báo của bộ đọc, nối bằng dấu chấm phẩy',
  published_at    Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time of the document / Thời điểm đăng của tài liệu',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'Since when the number was public: the axis of vintages / Con số được công bố từ lúc nào: trục của các lần công bố',
  title           String COMMENT 'Title of the document / Tiêu đề tài liệu',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  series_id       UInt64 COMMENT 'Series: same source, indicator, place, unit, measure, comparison … / Mã chuỗi: cùng nguồn, chỉ tiêu, địa danh, đơn vị, đại lượng, phép so sánh …',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  content_version UInt32 COMMENT 'Content version of the document / Phiên bản nội dung của tài liệu',
  reading         UInt32 COMMENT 'Reading of that content / Lần đọc nội dung đó',
  is_current      UInt8 COMMENT '1: the document still says so; 0: it was edited since / 1: tài liệu hiện vẫn ghi như vậy; 0: đã bị sửa',
  ordinal         UInt32 COMMENT 'Place in the document, from 0 / Thứ tự trong tài liệu, từ 0'
)
AS SELECT
  toDateTime64(toString(o.period_start), 0, 'Asia/Ho_Chi_Minh') AS period_time,
  o.source AS source, o.indicator AS indicator, if(i.name = '', o.label, i.name) AS indicator_name, o.label AS label,
  o.measure AS measure, o.compare AS compare,
  o.value AS value, toFloat64(o.value) AS value_float, o.value_full AS value_full, o.low AS low, o.high AS high, o.bound AS bound,
  o.unit AS unit, o.direction AS direction, o.kind AS kind, o.status AS status,
  o.period AS period, o.period_start AS period_start, if(o.period_start IS NULL, NULL, o.period_end) AS period_end,
  o.freq AS freq, o.accumulation AS accumulation, o.time_collect AS time_collect, o.base_period AS base_period,
  o.price_basis AS price_basis, o.adjustment AS adjustment,
  o.place AS place, o.place_id AS place_id, o.geo_vintage AS geo_vintage, o.counterpart AS counterpart,
  o.industry AS industry, n.name AS industry_name, o.organisation AS organisation, o.table_code AS table_code,
  arrayStringConcat(arrayMap((k, v) -> concat(k, '=', v), mapKeys(o.dims), mapValues(o.dims)), '; ') AS dims,
  arrayStringConcat(o.path, ' > ') AS path, o.printed AS printed, o.unit_raw AS unit_raw, o.unit_mult AS unit_mult,
  o.decimals AS decimals, o.quote AS quote, o.paragraph AS paragraph,
  o.span_start AS span_start, o.span_end AS span_end, o.cell AS cell, o.rule AS rule, o.confidence AS confidence,
  arrayStringConcat(o.flags, '; ') AS flags,
  d.published_at AS published_at, d.known_at AS known_at, d.title AS title, d.url AS url, o.series_id AS series_id,
  o.doc_id AS doc_id, o.content_version AS content_version, o.reading AS reading, d.is_current AS is_current,
  o.ordinal AS ordinal
FROM observations_local AS o FINAL
INNER JOIN content_readings_local AS d ON o.doc_id = d.doc_id AND o.content_version = d.content_version AND o.reading = d.reading
LEFT JOIN (SELECT id, name FROM indicators FINAL) AS i ON o.indicator = i.id
LEFT JOIN (SELECT id, name FROM industries FINAL) AS n ON o.industry = n.id
COMMENT 'Every number of every content version: what was published when / Mọi con số của mọi phiên bản nội dung: công bố gì, lúc nào';

CREATE OR REPLACE TABLE v_observation_vintages ON CLUSTER `ba_mien` AS v_observation_vintages_local ENGINE = Distributed('ba_mien', 'nhip', 'v_observation_vintages_local', cityHash64(doc_id))
COMMENT 'Every number of every content version: what was published when / Mọi con số của mọi phiên bản nội dung: công bố gì, lúc nào';

CREATE OR REPLACE VIEW v_observations ON CLUSTER `ba_mien`
(
  period_time     Nullable(DateTime64(0, 'Asia/Ho_Chi_Minh')) COMMENT 'First day of the period, as a time axis / Ngày đầu kỳ, dùng làm trục thời gian',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  indicator       LowCardinality(String) COMMENT 'Indicator of the catalog, empty if it has none / Mã chỉ tiêu trong danh mục, rỗng nếu chưa có',
  indicator_name  String COMMENT 'Its name, else the words of the text / Tên chỉ tiêu, nếu không có thì chữ trong bài',
  label           String COMMENT 'The indicator in the words of the text / Chỉ tiêu theo chữ trong bài',
  measure         LowCardinality(String) COMMENT 'level, index (base = 100), growth (%), change, change_pp, share, contribution, ratio / Đại lượng: mức, chỉ số (gốc = 100), tăng trưởng (%), thay đổi, điểm %, tỷ trọng, đóng góp, tỷ lệ',
  compare         LowCardinality(String) COMMENT 'Measured against: yoy, mom, qoq, vs_dec, vs_plan, vs_base, vs_period, annual_avg / So với: cùng kỳ năm trước, tháng trước, quý trước, tháng 12 năm trước, kế hoạch, kỳ gốc, kỳ khác, bình quân năm',
  value           Nullable(Decimal(38, 10)) COMMENT 'In base units (1,2 tỷ USD is 1200000000), signed; NULL: no number / Giá trị theo đơn vị gốc, có dấu; NULL: không có số',
  value_float     Nullable(Float64) COMMENT 'The same as a floating-point number, for charts and averages / Như trên, dạng số thực, để vẽ và tính trung bình',
  value_full      Nullable(Float64) COMMENT 'The number behind the print, in base units, where the file holds it (workbooks do) / Giá trị đầy đủ đứng sau số in, theo đơn vị gốc, nếu tệp có (bảng tính)',
  low             Nullable(Decimal(38, 10)) COMMENT 'Lower end of a range / Cận dưới của khoảng',
  high            Nullable(Decimal(38, 10)) COMMENT 'Upper end of a range / Cận trên của khoảng',
  bound           LowCardinality(String) COMMENT 'exactly, about, more_than, less_than, nearly, at_least, at_most, range / Chính xác, khoảng, hơn, dưới, gần, ít nhất, nhiều nhất, trong khoảng',
  unit            LowCardinality(String) COMMENT 'Unit of the catalog / Đơn vị trong danh mục',
  direction       LowCardinality(String) COMMENT 'up, down or empty / up (tăng), down (giảm) hoặc rỗng',
  kind            LowCardinality(String) COMMENT 'actual, estimate, forecast, target, plan / Thực hiện, ước tính, dự báo, mục tiêu, kế hoạch',
  status          LowCardinality(String) COMMENT 'SDMX observation status: A normal, P provisional, E estimated, F forecast, M missing, L not collected, O other, Q suppressed / Trạng thái quan sát theo SDMX',
  period          LowCardinality(String) COMMENT 'SDMX time code: 2025, 2025-Q1, 2025-03, 2025-01-01/P9M / Mã kỳ theo SDMX',
  period_start    Nullable(Date32) COMMENT 'First day of the period; NULL: the text does not say / Ngày đầu kỳ; NULL: bài không nói rõ',
  period_end      Nullable(Date32) COMMENT 'Last day of the period / Ngày cuối kỳ',
  freq            LowCardinality(String) COMMENT 'A year, S half-year, Q quarter, M month, H2M half-month, W week, D day, O other / Tần suất: năm, nửa năm, quý, tháng, nửa tháng, tuần, ngày, khác',
  accumulation    LowCardinality(String) COMMENT 'ytd, ytd_avg, to_date, since_start or empty / Lũy kế: từ đầu năm, bình quân từ đầu năm, đến ngày, từ khi bắt đầu, hoặc rỗng',
  time_collect    LowCardinality(String) COMMENT 'SDMX: S sum, A average, E end, B begin, P point / Cách lấy theo thời gian: tổng, bình quân, cuối kỳ, đầu kỳ, thời điểm',
  base_period     LowCardinality(String) COMMENT 'What it is compared with / Kỳ gốc so sánh',
  price_basis     LowCardinality(String) COMMENT 'current or constant prices / Giá hiện hành hay giá so sánh',
  adjustment      LowCardinality(String) COMMENT 'Seasonal adjustment (SDMX) / Hiệu chỉnh mùa vụ',
  place           LowCardinality(String) COMMENT 'Place, canonical name / Địa danh, tên chuẩn',
  place_id        LowCardinality(String) COMMENT 'Place of the catalog / Mã địa danh trong danh mục',
  geo_vintage     LowCardinality(String) COMMENT 'VN63 or VN34: which provinces are meant / Theo 63 tỉnh (VN63) hay 34 tỉnh (VN34)',
  counterpart     LowCardinality(String) COMMENT 'Partner country / Nước đối tác',
  industry        LowCardinality(String) COMMENT 'Industry of the catalog / Mã ngành trong danh mục',
  industry_name   String COMMENT 'Its name / Tên ngành',
  organisation    String COMMENT 'Who says so / Tổ chức công bố hoặc được dẫn lời',
  table_code      LowCardinality(String) COMMENT 'Official table or dataflow / Mã bảng số liệu chính thức',
  dims            String COMMENT 'Further dimensions, KEY=value joined by a semicolon / Các chiều khác, KEY=value, nối bằng dấu chấm phẩy',
  path            String COMMENT 'Row labels of the table, outermost first, joined by > / Nhãn dòng trong bảng, từ ngoài vào trong, nối bằng >',
  printed         String COMMENT 'The number as printed / Con số như in',
  unit_raw        LowCardinality(String) COMMENT 'The unit as printed / Đơn vị như in',
  unit_mult       Int8 COMMENT 'Power of ten the printed unit carries, already applied in value / Lũy thừa 10 của đơn vị in, đã nhân vào value',
  decimals        UInt8 COMMENT 'Decimals as printed / Số chữ số thập phân như in',
  quote           String COMMENT 'The sentence or table row as printed / Câu hoặc dòng bảng như in',
  paragraph       Int32 COMMENT 'Paragraph of the quote: -1 title, -2 lead, from 0 the body / Đoạn chứa câu: -1 tiêu đề, -2 sapo, từ 0 là nội dung',
  span_start      UInt32 COMMENT 'Where the number begins in the paragraph, in code points / Vị trí bắt đầu của con số trong đoạn',
  span_end        UInt32 COMMENT 'Where it ends / Vị trí kết thúc',
  cell            String COMMENT 'Cell of the table: sheet!B10, t1r5c2 / Ô trong bảng',
  rule            LowCardinality(String) COMMENT 'Rule of the reader that made it / Quy tắc đã đọc ra con số',
  confidence      Float32 COMMENT 'How sure the reader is, 0 to 1; 0 where it does not say / Độ tin cậy của bộ đọc, 0 đến 1; 0 nếu không ghi',
  flags           String COMMENT 'Warnings of the reader, joined by a semicolon / Cảnh báo của bộ đọc, nối bằng dấu chấm phẩy',
  published_at    Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time of the document / Thời điểm đăng của tài liệu',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'Since when the number was public: the axis of vintages / Con số được công bố từ lúc nào: trục của các lần công bố',
  title           String COMMENT 'Title of the document / Tiêu đề tài liệu',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  series_id       UInt64 COMMENT 'Series: same source, indicator, place, unit, measure, comparison … / Mã chuỗi: cùng nguồn, chỉ tiêu, địa danh, đơn vị, đại lượng, phép so sánh …',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  content_version UInt32 COMMENT 'Content version of the document / Phiên bản nội dung của tài liệu',
  reading         UInt32 COMMENT 'Reading of that content / Lần đọc nội dung đó',
  is_current      UInt8 COMMENT '1: the document still says so; 0: it was edited since / 1: tài liệu hiện vẫn ghi như vậy; 0: đã bị sửa',
  ordinal         UInt32 COMMENT 'Place in the document, from 0 / Thứ tự trong tài liệu, từ 0'
)
AS SELECT * FROM v_observation_vintages
WHERE is_current
ORDER BY series_id, period_start, period_end, known_at DESC, content_version DESC, doc_id, ordinal
LIMIT 1 BY series_id, period_start, period_end, if(kind = 'estimate', 'actual', kind),
  if(period_start IS NULL OR (indicator = '' AND label = ''), tuple(doc_id, ordinal), tuple(toUInt64(0), toUInt32(0)))
COMMENT 'The latest published number of every series and period / Con số công bố gần nhất của mỗi chuỗi và kỳ';

CREATE OR REPLACE VIEW observations_asof ON CLUSTER `ba_mien`
AS SELECT * FROM v_observation_vintages
WHERE (doc_id, content_version) GLOBAL IN (
  SELECT doc_id, max(content_version) FROM content_readings
  WHERE known_at < {asof:DateTime('Asia/Ho_Chi_Minh')} GROUP BY doc_id
)
ORDER BY series_id, period_start, period_end, known_at DESC, content_version DESC, doc_id, ordinal
LIMIT 1 BY series_id, period_start, period_end, if(kind = 'estimate', 'actual', kind),
  if(period_start IS NULL OR (indicator = '' AND label = ''), tuple(doc_id, ordinal), tuple(toUInt64(0), toUInt32(0)))
COMMENT 'The latest numbers as they were known at a moment (parameter asof) / Các con số như được biết tại một thời điểm (tham số asof)';

CREATE OR REPLACE VIEW v_mentions_local ON CLUSTER `ba_mien`
(
  published_at    Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Publication time of the document / Thời điểm đăng của tài liệu',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  kind            LowCardinality(String) COMMENT 'person, organisation, place, industry, term / Người, tổ chức, địa danh, ngành, thuật ngữ',
  id              String COMMENT 'Catalog id; the name itself for people and unknown organisations / Mã trong danh mục; chính là tên đối với người và tổ chức chưa có mã',
  name            String COMMENT 'Name / Tên',
  role            String COMMENT 'Of a person the post; source: an organisation that is who says so / Chức vụ của người; source: tổ chức được dẫn lời',
  organisation    String COMMENT 'Of a person / Tổ chức của người đó',
  paragraph       Int32 COMMENT 'Paragraph: -1 title, -2 lead, from 0 the body, -3 the document as a whole / Đoạn: -1 tiêu đề, -2 sapo, từ 0 là nội dung, -3 cả tài liệu',
  span_start      UInt32 COMMENT 'Where it begins in the paragraph, in code points / Vị trí bắt đầu trong đoạn',
  span_end        UInt32 COMMENT 'Where it ends / Vị trí kết thúc',
  title           String COMMENT 'Title of the document / Tiêu đề tài liệu',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'When this content was public / Nội dung này được công bố lúc nào',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  entity_id       UInt64 COMMENT 'Hash of kind and id / Băm của loại và mã'
)
AS SELECT d.published_at AS published_at, m.source AS source, m.kind AS kind, m.id AS id, m.name AS name,
  m.role AS role, m.organisation AS organisation, m.paragraph AS paragraph, m.span_start AS span_start,
  m.span_end AS span_end,
  d.title AS title, d.url AS url, d.known_at AS known_at, m.doc_id AS doc_id, m.entity_id AS entity_id
FROM mentions_local AS m FINAL
INNER JOIN (
  SELECT doc_id, content_version, reading, published_at, known_at, title, url FROM documents_local FINAL
) AS d ON m.doc_id = d.doc_id AND m.content_version = d.content_version AND m.reading = d.reading
COMMENT 'Who and what current documents speak of, one row an occurrence / Tài liệu hiện hành nhắc tới ai và gì, mỗi lần nhắc một dòng';

CREATE OR REPLACE TABLE v_mentions ON CLUSTER `ba_mien` AS v_mentions_local ENGINE = Distributed('ba_mien', 'nhip', 'v_mentions_local', cityHash64(doc_id))
COMMENT 'Who and what current documents speak of, one row an occurrence / Tài liệu hiện hành nhắc tới ai và gì, mỗi lần nhắc một dòng';

CREATE OR REPLACE VIEW v_runs ON CLUSTER `ba_mien`
(
  started_at   DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'Start of the run / Lúc bắt đầu lượt chạy',
  run_id       String COMMENT 'Run id / Mã lượt chạy',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog; empty: a run without sources / Mã nguồn tin; rỗng: lượt chạy không có nguồn',
  took_s       Float64 COMMENT 'Seconds the whole run took / Thời gian cả lượt chạy, giây',
  discovered   UInt64 COMMENT 'Documents found = fetched + unchanged + skipped + failed / Số trang phát hiện = tải về + không đổi + bỏ qua + lỗi',
  fetched      UInt64 COMMENT 'Documents fetched = loaded + rejected / Số trang tải về = nạp + từ chối',
  unchanged    UInt64 COMMENT 'The publisher said nothing changed / Trang báo là không đổi',
  skipped      UInt64 COMMENT 'Not asked for / Bỏ qua',
  failed       UInt64 COMMENT 'Requests that failed / Tải lỗi',
  loaded       UInt64 COMMENT 'Loaded into the store / Đã nạp vào kho',
  rejected     UInt64 COMMENT 'Read and set aside / Đọc rồi loại',
  articles     UInt64 COMMENT 'New documents and new contents / Tài liệu mới hoặc có nội dung mới',
  observations UInt64 COMMENT 'Numbers in the loaded documents / Số con số trong các tài liệu đã nạp',
  revisions    UInt64 COMMENT 'Documents whose content changed / Tài liệu đã bị sửa nội dung',
  skipped_by   String COMMENT 'Skipped by reason / Bỏ qua theo lý do',
  failed_by    String COMMENT 'Failed by class / Lỗi theo loại',
  rejected_by  String COMMENT 'Rejected by reason / Từ chối theo lý do',
  index_pages  String COMMENT 'Feeds, listings and sitemaps by outcome / Trang feed, danh sách, sitemap theo kết quả',
  bytes        UInt64 COMMENT 'Bytes received / Số byte nhận',
  error        String COMMENT 'Why the source as a whole failed / Vì sao cả nguồn thất bại'
)
AS SELECT started_at, run_id, source, took_s, discovered, fetched, unchanged,
  arraySum(mapValues(skipped)) AS skipped, arraySum(mapValues(failed)) AS failed, loaded,
  arraySum(mapValues(rejected)) AS rejected, articles, observations, revisions,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.skipped), mapValues(r.skipped))), ', ') AS skipped_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.failed), mapValues(r.failed))), ', ') AS failed_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.rejected), mapValues(r.rejected))), ', ') AS rejected_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.index_pages), mapValues(r.index_pages))), ', ') AS index_pages,
  bytes, error
FROM runs AS r FINAL
COMMENT 'Accounts of the runs, one row a run and source / Sổ cân đối của các lượt chạy, mỗi lượt và nguồn một dòng';

CREATE OR REPLACE VIEW v_daily ON CLUSTER `ba_mien`
(
  day_time     DateTime('Asia/Ho_Chi_Minh') COMMENT 'Midnight of the day in Vietnam, as a time axis / 0 giờ của ngày, giờ Việt Nam, dùng làm trục thời gian',
  day          Date COMMENT 'Day of publication in Vietnam; documents without a publication time are left out / Ngày đăng; không tính tài liệu không rõ thời điểm đăng',
  source       LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  articles     UInt64 COMMENT 'Documents published that day / Số tài liệu đăng trong ngày',
  edited       UInt64 COMMENT 'Of these, changed after they were published / Trong đó đã bị sửa sau khi đăng',
  observations UInt64 COMMENT 'Numbers in them / Số con số đọc được trong đó',
  mentions     UInt64 COMMENT 'Mentions in them / Số lần nhắc tới trong đó'
)
AS SELECT toStartOfDay(assumeNotNull(published_at)) AS day_time, toDate(assumeNotNull(published_at)) AS day, source,
  count() AS articles, countIf(content_version > 1) AS edited, sum(observation_count) AS observations,
  sum(mention_count) AS mentions
FROM documents FINAL
WHERE published_at IS NOT NULL
GROUP BY day_time, day, source
COMMENT 'Documents a day and source / Số tài liệu theo ngày và nguồn';

CREATE OR REPLACE VIEW v_sources ON CLUSTER `ba_mien`
(
  source         String COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  name           String COMMENT 'Name / Tên',
  kind           LowCardinality(String) COMMENT 'news or statistics / Báo chí (news) hay thống kê (statistics)',
  hosts          String COMMENT 'Host names, the canonical one first, joined by a comma / Các tên miền, tên chính trước, nối bằng dấu phẩy',
  language       LowCardinality(String) COMMENT 'Language, BCP 47 / Ngôn ngữ (BCP 47)',
  place_id       String COMMENT 'The place its pages speak of, if one / Địa phương của trang, nếu có',
  enabled        UInt8 COMMENT '1: runs include it / 1: có trong các lượt chạy',
  selectors      LowCardinality(String) COMMENT 'verified or unverified / Bộ chọn đã kiểm (verified) hay chưa kiểm (unverified)',
  schedule       String COMMENT 'Cron fields, Vietnam time / Lịch chạy (cron), giờ Việt Nam',
  articles       UInt64 COMMENT 'Current documents / Số tài liệu hiện có',
  observations   UInt64 COMMENT 'Numbers in them / Số con số đọc được trong đó',
  newest_article Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'Newest publication time / Thời điểm đăng mới nhất',
  urls           UInt64 COMMENT 'Addresses visited / Số địa chỉ đã ghé',
  urls_failing   UInt64 COMMENT 'Of these, failing at the last visit / Trong đó lần gần nhất bị lỗi',
  last_visit     Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'Last request / Lần ghé gần nhất',
  last_run       Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'Start of its last run / Lượt chạy gần nhất',
  last_error     String COMMENT 'Why its last run failed, empty if it did not / Lỗi của lượt chạy gần nhất, rỗng nếu không lỗi'
)
AS SELECT s.id AS source, s.name AS name, s.kind AS kind, arrayStringConcat(s.hosts, ', ') AS hosts,
  s.language AS language, s.place_id AS place_id, s.enabled AS enabled,
  s.selectors AS selectors, s.schedule AS schedule, d.articles AS articles, d.observations AS observations,
  d.newest_article AS newest_article, v.urls AS urls, v.urls_failing AS urls_failing, v.last_visit AS last_visit,
  r.last_run AS last_run,
  r.last_error AS last_error
FROM (SELECT * FROM sources FINAL) AS s
GLOBAL LEFT JOIN (
  SELECT source, count() AS articles, sum(observation_count) AS observations, max(published_at) AS newest_article
  FROM documents FINAL GROUP BY source
) AS d ON s.id = d.source
GLOBAL LEFT JOIN (
  SELECT source, count() AS urls, countIf(failures > 0) AS urls_failing, toNullable(max(at)) AS last_visit
  FROM visits FINAL GROUP BY source
) AS v ON s.id = v.source
GLOBAL LEFT JOIN (
  SELECT source, toNullable(max(started_at)) AS last_run, argMax(error, started_at) AS last_error
  FROM runs FINAL GROUP BY source
) AS r ON s.id = r.source
COMMENT 'Publishers of the catalog and how they fare / Các nguồn tin trong danh mục và tình trạng của chúng';
