-- The frontier: what crawling remembers of addresses that it has not asked for, of hosts, and of who is crawling.
--
-- A discovered address is a row of visits with the outcome "discovered", written before it is asked for. Its time is
-- 1970-01-01, so that any visit replaces it, whatever was written first; it is due since its discovery. The visit, written
-- after everything the page says, is the acknowledgement.
ALTER TABLE visits ADD COLUMN IF NOT EXISTS link String CODEC(ZSTD(3)) AFTER url;            -- as published, where that is not url
ALTER TABLE visits ADD COLUMN IF NOT EXISTS poll_s UInt32 AFTER failures;      -- of a feed, listing, sitemap: seconds until it is polled again
ALTER TABLE visits ADD COLUMN IF NOT EXISTS items UInt32 AFTER poll_s;         -- documents it announced
ALTER TABLE visits ADD COLUMN IF NOT EXISTS new_items UInt32 AFTER items;      -- of them, not known before

-- Who crawls a source. A run claims it, looks whether anybody else has, and gives way if so: of two that claim at the same
-- time at least one sees the other. A claim that is not renewed ends by itself; times are the server's.
CREATE TABLE IF NOT EXISTS leases (
  source  LowCardinality(String),
  owner   String,                              -- run id
  holder  String,                              -- process and machine
  at      DateTime64(3, 'Asia/Ho_Chi_Minh'),
  until   DateTime64(3, 'Asia/Ho_Chi_Minh')    -- given back: 1970-01-01
) ENGINE = ReplacingMergeTree(at)
ORDER BY (source, owner)
TTL toDateTime(at) + INTERVAL 7 DAY;

-- The manners that a restart must not forget.
CREATE TABLE IF NOT EXISTS hosts (
  host         String,                         -- with its port where that is not the scheme's own
  source       LowCardinality(String),         -- that asked it last
  at           DateTime64(3, 'Asia/Ho_Chi_Minh'),
  next_at      Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')),  -- no request before: the delay between two
  closed_until Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')),  -- no request before: it asked to wait, or failed too often
  failures     UInt32,                         -- in a row
  reason       LowCardinality(String)          -- class of the last failure
) ENGINE = ReplacingMergeTree(at)
ORDER BY host
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What a run took its pages from: an archive or a replay is no visit to the publisher.
ALTER TABLE runs ADD COLUMN IF NOT EXISTS mode LowCardinality(String) AFTER source;
ALTER TABLE runs ADD COLUMN IF NOT EXISTS note String AFTER error;

CREATE OR REPLACE VIEW v_runs
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
  error        String COMMENT 'Why the source as a whole failed / Vì sao cả nguồn thất bại',
  mode         LowCardinality(String) COMMENT 'crawl: all the source declares; poll: what was due of it; archive; replay: kept pages read again; empty: before modes were kept / crawl: toàn bộ nguồn; poll: phần đến hạn; archive: kho lưu trữ; replay: đọc lại trang đã giữ; rỗng: chưa ghi chế độ',
  note         String COMMENT 'Why the source was left alone, which is no failure / Vì sao nguồn được bỏ qua (không phải lỗi)'
)
AS SELECT started_at, run_id, source, took_s, discovered, fetched, unchanged,
  arraySum(mapValues(skipped)) AS skipped, arraySum(mapValues(failed)) AS failed, loaded,
  arraySum(mapValues(rejected)) AS rejected, articles, observations, revisions,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.skipped), mapValues(r.skipped))), ', ') AS skipped_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.failed), mapValues(r.failed))), ', ') AS failed_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.rejected), mapValues(r.rejected))), ', ') AS rejected_by,
  arrayStringConcat(arraySort(arrayMap((k, n) -> concat(k, ': ', toString(n)), mapKeys(r.index_pages), mapValues(r.index_pages))), ', ') AS index_pages,
  bytes, error, mode, note
FROM runs AS r FINAL
COMMENT 'Accounts of the runs, one row a run and source / Sổ cân đối của các lượt chạy, mỗi lượt và nguồn một dòng';

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
  last_crawl     Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'Start of the last run that asked the web for all it declares / Lần gần nhất thu thập toàn bộ nguồn từ web'
)
AS SELECT s.id AS source, s.name AS name, s.kind AS kind, arrayStringConcat(s.hosts, ', ') AS hosts,
  s.language AS language, s.place_id AS place_id, s.enabled AS enabled,
  s.selectors AS selectors, s.schedule AS schedule, d.articles AS articles, d.observations AS observations,
  d.newest_article AS newest_article, v.urls AS urls, v.urls_failing AS urls_failing, v.last_visit AS last_visit,
  r.last_run AS last_run,
  r.last_error AS last_error, v.urls_waiting AS urls_waiting, r.last_crawl AS last_crawl
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
