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
AS SELECT * EXCEPT (since) FROM (
  SELECT *, min(known_at) OVER (PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, value, kind, status) AS since
  FROM v_observation_vintages
)
WHERE is_current
ORDER BY source, indicator, place_id, industry, series_id, period_start, period_end, since DESC, content_version DESC, doc_id, position(flags, 'hidden') > 0, ordinal
LIMIT 1 BY source, indicator, place_id, industry, series_id, period_start, period_end, if(kind = 'estimate', 'actual', kind),
  if(period_start IS NULL OR (indicator = '' AND label = ''), tuple(doc_id, ordinal), tuple(toUInt64(0), toUInt32(0)))
COMMENT 'The latest published number of every series and period / Con số công bố gần nhất của mỗi chuỗi và kỳ';

CREATE OR REPLACE VIEW observations_asof ON CLUSTER `ba_mien`
AS SELECT * EXCEPT (since) FROM (
  SELECT *, min(known_at) OVER (PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, value, kind, status) AS since
  FROM v_observation_vintages
)
WHERE (doc_id, content_version) GLOBAL IN (
  SELECT doc_id, max(content_version) FROM content_readings
  WHERE known_at < {asof:DateTime('Asia/Ho_Chi_Minh')} GROUP BY doc_id
)
ORDER BY source, indicator, place_id, industry, series_id, period_start, period_end, since DESC, content_version DESC, doc_id, position(flags, 'hidden') > 0, ordinal
LIMIT 1 BY source, indicator, place_id, industry, series_id, period_start, period_end, if(kind = 'estimate', 'actual', kind),
  if(period_start IS NULL OR (indicator = '' AND label = ''), tuple(doc_id, ordinal), tuple(toUInt64(0), toUInt32(0)))
COMMENT 'The latest numbers as they were known at a moment (parameter asof) / Các con số như được biết tại một thời điểm (tham số asof)';

CREATE OR REPLACE VIEW official_vintages ON CLUSTER `ba_mien`
(
  series          UInt64 COMMENT 'The series, or the chain of series in which a fixed base moved / Chuỗi số liệu, hoặc dãy chuỗi khi năm gốc thay đổi',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  indicator       LowCardinality(String) COMMENT 'Indicator of the catalog, empty if it has none / Mã chỉ tiêu trong danh mục, rỗng nếu chưa có',
  indicator_name  String COMMENT 'Its name, else the words of the text / Tên chỉ tiêu, nếu không có thì chữ trong bài',
  label           String COMMENT 'The indicator in the words of the text / Chỉ tiêu theo chữ trong bài',
  path            String COMMENT 'Row labels of the table, outermost first, joined by > / Nhãn dòng trong bảng, từ ngoài vào trong, nối bằng >',
  dims            String COMMENT 'Further dimensions, KEY=value joined by a semicolon / Các chiều khác, KEY=value, nối bằng dấu chấm phẩy',
  place           LowCardinality(String) COMMENT 'Place, canonical name / Địa danh, tên chuẩn',
  place_id        LowCardinality(String) COMMENT 'Place of the catalog / Mã địa danh trong danh mục',
  industry        LowCardinality(String) COMMENT 'Industry of the catalog / Mã ngành trong danh mục',
  industry_name   String COMMENT 'Its name / Tên ngành',
  measure         LowCardinality(String) COMMENT 'level, index (base = 100), growth (%), change, change_pp, share, contribution, ratio / Đại lượng: mức, chỉ số (gốc = 100), tăng trưởng (%), thay đổi, điểm %, tỷ trọng, đóng góp, tỷ lệ',
  compare         LowCardinality(String) COMMENT 'Measured against: yoy, mom, qoq, vs_dec, vs_plan, vs_base, vs_period, annual_avg / So với: cùng kỳ năm trước, tháng trước, quý trước, tháng 12 năm trước, kế hoạch, kỳ gốc, kỳ khác, bình quân năm',
  accumulation    LowCardinality(String) COMMENT 'ytd, ytd_avg, to_date, since_start or empty / Lũy kế: từ đầu năm, bình quân từ đầu năm, đến ngày, từ khi bắt đầu, hoặc rỗng',
  unit            LowCardinality(String) COMMENT 'Unit of the catalog / Đơn vị trong danh mục',
  base_period     LowCardinality(String) COMMENT 'What it is compared with / Kỳ gốc so sánh',
  price_basis     LowCardinality(String) COMMENT 'current or constant prices / Giá hiện hành hay giá so sánh',
  counterpart     LowCardinality(String) COMMENT 'Partner country / Nước đối tác',
  freq            LowCardinality(String) COMMENT 'A year, S half-year, Q quarter, M month, H2M half-month, W week, D day, O other / Tần suất: năm, nửa năm, quý, tháng, nửa tháng, tuần, ngày, khác',
  period          LowCardinality(String) COMMENT 'SDMX time code: 2025, 2025-Q1, 2025-03, 2025-01-01/P9M / Mã kỳ theo SDMX',
  period_start    Nullable(Date32) COMMENT 'First day of the period; NULL: the text does not say / Ngày đầu kỳ; NULL: bài không nói rõ',
  period_end      Nullable(Date32) COMMENT 'Last day of the period / Ngày cuối kỳ',
  value           Nullable(Decimal(38, 10)) COMMENT 'In base units (1,2 tỷ USD is 1200000000), signed; NULL: no number / Giá trị theo đơn vị gốc, có dấu; NULL: không có số',
  number          Nullable(Float64) COMMENT 'Value: the one behind the print if the file holds it, else the printed one / Giá trị: giá trị đầy đủ nếu tệp có, nếu không thì giá trị in',
  value_full      Nullable(Float64) COMMENT 'The number behind the print, in base units, where the file holds it (workbooks do) / Giá trị đầy đủ đứng sau số in, theo đơn vị gốc, nếu tệp có (bảng tính)',
  value_float     Nullable(Float64) COMMENT 'The same as a floating-point number, for charts and averages / Như trên, dạng số thực, để vẽ và tính trung bình',
  print_step      Float64 COMMENT 'Size of the last printed digit, in base units / Độ lớn của chữ số in cuối cùng, theo đơn vị gốc',
  kind            LowCardinality(String) COMMENT 'actual, estimate, forecast, target, plan / Thực hiện, ước tính, dự báo, mục tiêu, kế hoạch',
  status          LowCardinality(String) COMMENT 'SDMX observation status: A normal, P provisional, E estimated, F forecast, M missing, L not collected, O other, Q suppressed / Trạng thái quan sát theo SDMX',
  flags           String COMMENT 'Warnings of the reader, joined by a semicolon / Cảnh báo của bộ đọc, nối bằng dấu chấm phẩy',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'Since when the number stood there / Con số có ở đó từ lúc nào',
  title           String COMMENT 'Title of the document / Tiêu đề tài liệu',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  cell            String COMMENT 'Cell of the table: sheet!B10, t1r5c2 / Ô trong bảng',
  quote           String COMMENT 'The sentence or table row as printed / Câu hoặc dòng bảng như in',
  series_id       UInt64 COMMENT 'Series: same source, indicator, place, unit, measure, comparison … / Mã chuỗi: cùng nguồn, chỉ tiêu, địa danh, đơn vị, đại lượng, phép so sánh …',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  since_version   UInt32 COMMENT 'First content version with this number / Phiên bản nội dung đầu tiên có con số này',
  content_version UInt32 COMMENT 'Newest content version with this number / Phiên bản nội dung mới nhất có con số này',
  is_current      UInt8 COMMENT '1: the document still says so; 0: it was edited since / 1: tài liệu hiện vẫn ghi như vậy; 0: đã bị sửa',
  ordinal         UInt32 COMMENT 'Place in the document, from 0 / Thứ tự trong tài liệu, từ 0'
)
AS SELECT
  if(v.compare = 'vs_base' AND b.chain = 0, v.chain, v.series_id) AS series,
  v.source AS source, v.indicator AS indicator, v.indicator_name AS indicator_name, v.label AS label, v.path AS path, v.dims AS dims,
  v.place AS place, v.place_id AS place_id, v.industry AS industry, v.industry_name AS industry_name,
  v.measure AS measure, v.compare AS compare, v.accumulation AS accumulation, v.unit AS unit, v.base_period AS base_period,
  v.price_basis AS price_basis, v.counterpart AS counterpart, v.freq AS freq, v.period AS period, v.period_start AS period_start, v.period_end AS period_end,
  v.value AS value, coalesce(v.value_full, v.value_float) AS number, v.value_full AS value_full, v.value_float AS value_float,
  pow(10., toInt16(v.unit_mult) - toInt16(v.decimals)) AS print_step, v.kind AS kind, v.status AS status, v.flags AS flags,
  v.since AS known_at, v.title AS title, v.url AS url, v.cell AS cell, v.quote AS quote, v.series_id AS series_id, v.doc_id AS doc_id,
  v.run AS since_version, v.content_version AS content_version, v.is_current AS is_current, v.ordinal AS ordinal
FROM (
  SELECT *, cityHash64(tuple(source, table_code, indicator, if(indicator = '', lowerUTF8(label), ''), industry, dims, place_id, geo_vintage, counterpart, freq, accumulation, time_collect, price_basis, unit, measure)) AS chain, min(known_at) OVER (PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, run) AS since
  FROM (
    SELECT *, max(if(same, 0, content_version)) OVER (PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id
      ORDER BY content_version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM (
      SELECT *, tuple(content_version - 1, ifNull(toString(value), ''), kind, status, base_period) = lagInFrame(tuple(content_version, ifNull(toString(value), ''), kind, status, base_period))
        OVER (PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id
          ORDER BY content_version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS same
      FROM (
        SELECT * FROM v_observation_vintages
        WHERE period_start IS NOT NULL AND kind IN ('actual', 'estimate') AND (indicator != '' OR label != '')
          AND source GLOBAL IN (SELECT id FROM sources FINAL WHERE kind = 'statistics')
        ORDER BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, content_version, position(flags, 'hidden') > 0, ordinal
        LIMIT 1 BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, content_version
      )
    )
  )
  ORDER BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, run, content_version DESC
  LIMIT 1 BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id, run
) AS v
GLOBAL LEFT JOIN (
  SELECT DISTINCT chain FROM (
    SELECT cityHash64(tuple(source, table_code, indicator, if(indicator = '', lowerUTF8(label), ''), industry, dims, place_id, geo_vintage, counterpart, freq, accumulation, time_collect, price_basis, unit, measure)) AS chain
    FROM v_observation_vintages
    WHERE compare = 'vs_base'
    GROUP BY chain, doc_id, content_version, period
    HAVING uniqExact(base_period) > 1
  )
) AS b ON v.chain = b.chain
COMMENT 'Official numbers with what revisions need, one a document, series and period / Số liệu chính thức kèm thông tin để so sánh các lần công bố, mỗi tài liệu, chuỗi và kỳ một dòng';

CREATE OR REPLACE VIEW v_revisions ON CLUSTER `ba_mien`
(
  period_time     Nullable(DateTime64(0, 'Asia/Ho_Chi_Minh')) COMMENT 'First day of the period, as a time axis / Ngày đầu kỳ, dùng làm trục thời gian',
  source          LowCardinality(String) COMMENT 'Publisher, id of the catalog / Mã nguồn tin trong danh mục',
  indicator       LowCardinality(String) COMMENT 'Indicator of the catalog, empty if it has none / Mã chỉ tiêu trong danh mục, rỗng nếu chưa có',
  indicator_name  String COMMENT 'Its name, else the words of the text / Tên chỉ tiêu, nếu không có thì chữ trong bài',
  label           String COMMENT 'The indicator in the words of the text / Chỉ tiêu theo chữ trong bài',
  path            String COMMENT 'Row labels of the table, outermost first, joined by > / Nhãn dòng trong bảng, từ ngoài vào trong, nối bằng >',
  dims            String COMMENT 'Further dimensions, KEY=value joined by a semicolon / Các chiều khác, KEY=value, nối bằng dấu chấm phẩy',
  place           LowCardinality(String) COMMENT 'Place, canonical name / Địa danh, tên chuẩn',
  place_id        LowCardinality(String) COMMENT 'Place of the catalog / Mã địa danh trong danh mục',
  industry        LowCardinality(String) COMMENT 'Industry of the catalog / Mã ngành trong danh mục',
  industry_name   String COMMENT 'Its name / Tên ngành',
  measure         LowCardinality(String) COMMENT 'level, index (base = 100), growth (%), change, change_pp, share, contribution, ratio / Đại lượng: mức, chỉ số (gốc = 100), tăng trưởng (%), thay đổi, điểm %, tỷ trọng, đóng góp, tỷ lệ',
  compare         LowCardinality(String) COMMENT 'Measured against: yoy, mom, qoq, vs_dec, vs_plan, vs_base, vs_period, annual_avg / So với: cùng kỳ năm trước, tháng trước, quý trước, tháng 12 năm trước, kế hoạch, kỳ gốc, kỳ khác, bình quân năm',
  accumulation    LowCardinality(String) COMMENT 'ytd, ytd_avg, to_date, since_start or empty / Lũy kế: từ đầu năm, bình quân từ đầu năm, đến ngày, từ khi bắt đầu, hoặc rỗng',
  unit            LowCardinality(String) COMMENT 'Unit of the catalog / Đơn vị trong danh mục',
  freq            LowCardinality(String) COMMENT 'A year, S half-year, Q quarter, M month, H2M half-month, W week, D day, O other / Tần suất: năm, nửa năm, quý, tháng, nửa tháng, tuần, ngày, khác',
  period          LowCardinality(String) COMMENT 'SDMX time code: 2025, 2025-Q1, 2025-03, 2025-01-01/P9M / Mã kỳ theo SDMX',
  period_start    Nullable(Date32) COMMENT 'First day of the period; NULL: the text does not say / Ngày đầu kỳ; NULL: bài không nói rõ',
  period_end      Nullable(Date32) COMMENT 'Last day of the period / Ngày cuối kỳ',
  vintage         UInt32 COMMENT 'Which publication of this number, 1 is the first; 0: it was removed / Lần công bố thứ mấy, 1 là lần đầu; 0: đã bị rút',
  class           String COMMENT 'revision, rounding (same number, other digits), unchanged, re-base, added (to a period passed over before), removed / Loại: điều chỉnh, làm tròn, không đổi, đổi gốc, bổ sung, rút lại',
  known_before    Nullable(DateTime('Asia/Ho_Chi_Minh')) COMMENT 'When the value before was published / Giá trị trước được công bố lúc nào',
  known_at        DateTime('Asia/Ho_Chi_Minh') COMMENT 'When the new value was published / Giá trị mới được công bố lúc nào',
  value_before    Nullable(Decimal(38, 10)) COMMENT 'Value of the publication before / Giá trị của lần công bố trước',
  value           Nullable(Decimal(38, 10)) COMMENT 'New value; NULL: removed / Giá trị mới; NULL: đã rút',
  number_before   Nullable(Float64) COMMENT 'The same with all digits the file holds / Như trên, với mọi chữ số mà tệp có',
  number          Nullable(Float64) COMMENT 'The same with all digits the file holds / Như trên, với mọi chữ số mà tệp có',
  difference      Nullable(Float64) COMMENT 'New less old value, at the precision both have / Giá trị mới trừ giá trị cũ, ở độ chính xác mà cả hai có',
  percent         Nullable(Float64) COMMENT 'Difference in per cent of the old value / Chênh lệch tính theo % giá trị cũ',
  kind_before     String COMMENT 'Kind of the publication before: estimate, actual / Loại của lần công bố trước: ước tính, thực hiện',
  kind            LowCardinality(String) COMMENT 'actual, estimate, forecast, target, plan / Thực hiện, ước tính, dự báo, mục tiêu, kế hoạch',
  status_before   String COMMENT 'Status of the publication before / Trạng thái của lần công bố trước',
  status          LowCardinality(String) COMMENT 'SDMX observation status: A normal, P provisional, E estimated, F forecast, M missing, L not collected, O other, Q suppressed / Trạng thái quan sát theo SDMX',
  base_before     String COMMENT 'Base of the publication before / Kỳ gốc của lần công bố trước',
  base_period     LowCardinality(String) COMMENT 'What it is compared with now / Kỳ gốc hiện nay',
  cell_before     String COMMENT 'Cell of the publication before / Ô của lần công bố trước',
  cell            String COMMENT 'Cell of the table: sheet!B10, t1r5c2 / Ô trong bảng',
  url_before      String COMMENT 'Document of the publication before / Tài liệu của lần công bố trước',
  url             String COMMENT 'Address of the document / Địa chỉ tài liệu',
  series_id       UInt64 COMMENT 'Series: same source, indicator, place, unit, measure, comparison … / Mã chuỗi: cùng nguồn, chỉ tiêu, địa danh, đơn vị, đại lượng, phép so sánh …',
  doc_before      UInt64 COMMENT 'Document of the publication before, hash of its address / Mã tài liệu của lần công bố trước',
  doc_id          UInt64 COMMENT 'Document: hash of the address / Mã tài liệu: băm của địa chỉ',
  content_version UInt32 COMMENT 'Content version of the document / Phiên bản nội dung của tài liệu',
  is_current      UInt8 COMMENT '1: the document still says so; 0: it was edited since / 1: tài liệu hiện vẫn ghi như vậy; 0: đã bị sửa'
)
AS SELECT
  toDateTime64(toString(period_start), 0, 'Asia/Ho_Chi_Minh') AS period_time, source, indicator, indicator_name, label, path, dims, place, place_id, industry, industry_name, measure, compare, accumulation, unit, freq, period, period_start, period_end,
  toUInt32(n) AS vintage,
  multiIf(value IS NULL, 'removed', n = 1 OR number_before IS NULL, 'added', base_period != base_before AND compare IN ('', 'vs_base'), 're-base',
    value = value_before AND (difference = 0 OR value_full IS NULL OR full_before IS NULL), 'unchanged',
    abs(difference) <= 0.5 * greatest(print_step, step_before) * (1 + 1e-9), 'rounding', 'revision') AS class,
  if(n = 1, NULL, toNullable(known_before)) AS known_before, known_at,
  value_before, value, number_before, number,
  round(if(value_full IS NULL OR full_before IS NULL, value_float - float_before, value_full - full_before), 10) AS difference,
  if(number_before = 0, NULL, round(100 * difference / abs(number_before), 6)) AS percent,
  kind_before, kind, status_before, status, base_before, base_period,
  cell_before, cell, url_before, url, series_id, doc_before, doc_id, content_version, is_current
FROM (
  SELECT *, row_number() OVER w AS n,
    max(period_end) OVER (PARTITION BY source, indicator, place_id, industry, series ORDER BY toUnixTimestamp(known_at) RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
    lagInFrame(known_at) OVER w AS known_before, lagInFrame(toNullable(value)) OVER w AS value_before,
    lagInFrame(toNullable(number)) OVER w AS number_before,
    lagInFrame(toNullable(value_full)) OVER w AS full_before, lagInFrame(toNullable(value_float)) OVER w AS float_before,
    lagInFrame(print_step) OVER w AS step_before, lagInFrame(toString(kind)) OVER w AS kind_before,
    lagInFrame(toString(status)) OVER w AS status_before, lagInFrame(toString(base_period)) OVER w AS base_before,
    lagInFrame(cell) OVER w AS cell_before, lagInFrame(url) OVER w AS url_before, lagInFrame(doc_id) OVER w AS doc_before
  FROM official_vintages
  WINDOW w AS (PARTITION BY source, indicator, place_id, industry, series, period_start, period_end ORDER BY known_at, content_version, doc_id DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE n > 1 AND NOT (value IS NULL AND value_before IS NULL) OR n = 1 AND value IS NOT NULL AND period_end < reached
UNION ALL
SELECT
  toDateTime64(toString(o.period_start), 0, 'Asia/Ho_Chi_Minh') AS period_time, o.source AS source, o.indicator AS indicator, o.indicator_name AS indicator_name, o.label AS label, o.path AS path, o.dims AS dims, o.place AS place, o.place_id AS place_id, o.industry AS industry, o.industry_name AS industry_name, o.measure AS measure, o.compare AS compare, o.accumulation AS accumulation, o.unit AS unit, o.freq AS freq, o.period AS period, o.period_start AS period_start, o.period_end AS period_end,
  toUInt32(0) AS vintage, 'removed' AS class, toNullable(o.known_at) AS known_before, r.next_known AS known_at,
  o.value AS value_before, NULL AS value, o.number AS number_before, NULL AS number, NULL AS difference, NULL AS percent,
  toString(o.kind) AS kind_before, o.kind AS kind, toString(o.status) AS status_before, toLowCardinality('O') AS status,
  toString(o.base_period) AS base_before, o.base_period AS base_period,
  o.cell AS cell_before, '' AS cell, o.url AS url_before, o.url AS url, o.series_id AS series_id, o.doc_id AS doc_before, o.doc_id AS doc_id,
  r.next_version AS content_version, r.next_is_current AS is_current
FROM (
  SELECT *, leadInFrame(since_version) OVER (PARTITION BY source, indicator, place_id, industry, series, period_start, period_end, doc_id
    ORDER BY content_version ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS later
  FROM official_vintages
  WHERE doc_id GLOBAL IN (SELECT doc_id FROM content_readings GROUP BY doc_id HAVING count() > 1)
) AS o
GLOBAL INNER JOIN (
  SELECT doc_id, content_version,
    leadInFrame(content_version) OVER w AS next_version, leadInFrame(known_at) OVER w AS next_known, leadInFrame(is_current) OVER w AS next_is_current
  FROM content_readings
  WINDOW w AS (PARTITION BY doc_id ORDER BY content_version ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
) AS r ON o.doc_id = r.doc_id AND o.content_version = r.content_version
WHERE r.next_version > o.content_version AND o.later != r.next_version AND o.value IS NOT NULL
COMMENT 'Every official number beside the one it replaced, with the kind of change / Mọi số liệu chính thức bên cạnh con số mà nó thay thế, kèm loại thay đổi';
