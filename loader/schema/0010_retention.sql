-- What is kept of a source's documents (keep in its catalog file): page, extract or metadata. Numbers with the sentence
-- each stood in, mentions, title, authors and times are kept in any case. What is loaded follows the rule of the day;
-- nhip retain applies a rule that became stricter to what is stored already.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS keep LowCardinality(String) DEFAULT 'page' AFTER max_per_run;

CREATE OR REPLACE VIEW v_sources
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
  last_error     String COMMENT 'Why its last run failed, empty if it did not / Lỗi của lượt chạy gần nhất, rỗng nếu không lỗi',
  urls_waiting   UInt64 COMMENT 'Addresses discovered and not asked for yet / Số địa chỉ đã phát hiện, chưa ghé',
  last_crawl     Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'Start of the last run that asked the web for all it declares / Lần gần nhất thu thập toàn bộ nguồn từ web',
  keep           LowCardinality(String) COMMENT 'What is kept of its documents: page, extract or metadata / Giữ lại gì của tài liệu: cả trang, phần đọc được, hay chỉ thông tin mô tả'
)
AS SELECT s.id AS source, s.name AS name, s.kind AS kind, arrayStringConcat(s.hosts, ', ') AS hosts,
  s.language AS language, s.place_id AS place_id, s.enabled AS enabled,
  s.selectors AS selectors, s.schedule AS schedule, d.articles AS articles, d.observations AS observations,
  d.newest_article AS newest_article, v.urls AS urls, v.urls_failing AS urls_failing, v.last_visit AS last_visit,
  r.last_run AS last_run,
  r.last_error AS last_error, v.urls_waiting AS urls_waiting, r.last_crawl AS last_crawl, s.keep AS keep
FROM (SELECT * FROM sources FINAL) AS s
LEFT JOIN (
  SELECT source, count() AS articles, sum(observation_count) AS observations, max(published_at) AS newest_article
  FROM documents FINAL GROUP BY source
) AS d ON s.id = d.source
LEFT JOIN (
  SELECT source, countIf(outcome != 'discovered') AS urls, countIf(failures > 0) AS urls_failing,
    nullIf(max(at), toDateTime64(0, 3, 'Asia/Ho_Chi_Minh')) AS last_visit, countIf(outcome = 'discovered') AS urls_waiting
  FROM visits FINAL GROUP BY source
) AS v ON s.id = v.source
LEFT JOIN (
  SELECT source, toNullable(max(started_at)) AS last_run, argMax(error, started_at) AS last_error,
    maxOrNullIf(started_at, mode IN ('crawl', '')) AS last_crawl
  FROM runs FINAL GROUP BY source
) AS r ON s.id = r.source
COMMENT 'Publishers of the catalog and how they fare / Các nguồn tin trong danh mục và tình trạng của chúng';
