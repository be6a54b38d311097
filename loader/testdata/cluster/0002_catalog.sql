CREATE TABLE IF NOT EXISTS sources ON CLUSTER `ba_mien` (
  id          String,
  name        String,
  kind        LowCardinality(String),          -- news, statistics
  hosts       Array(String),
  language    LowCardinality(String),
  place_id    String,
  enabled     UInt8,
  selectors   LowCardinality(String),          -- verified, unverified
  schedule    String,                          -- five cron fields, Asia/Ho_Chi_Minh
  delay_s     Float64,
  max_per_run UInt32,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS places ON CLUSTER `ba_mien` (
  id          String,
  name        String,
  name_en     String,
  level       LowCardinality(String),          -- country, region, province, district, other
  code        String,                          -- of the statistics office
  vintage     LowCardinality(String),          -- VN63, VN34, or both
  iso         String,
  parent      String,
  valid_from  Nullable(Date32),
  valid_until Nullable(Date32),                -- inclusive
  successor   String,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS industries ON CLUSTER `ba_mien` (
  id      String,
  name    String,
  name_en String,
  vsic    Array(String),                       -- version and codes
  parent  String,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS organisations ON CLUSTER `ba_mien` (
  id          String,
  name        String,
  name_en     String,
  kind        LowCardinality(String),
  valid_from  Nullable(Date32),
  valid_until Nullable(Date32),
  successor   String,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS indicators ON CLUSTER `ba_mien` (
  id       String,
  name     String,
  name_en  String,
  units    Array(String),                      -- units its level may have
  measure  LowCardinality(String),
  codes    Array(String),                      -- official codes
  replaces String,                             -- the series it continues
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS units ON CLUSTER `ba_mien` (
  id      String,                              -- the name in records
  sdmx    String,
  family  LowCardinality(String),
  counted UInt8,                               -- the noun of a count
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS terms ON CLUSTER `ba_mien` (
  id      String,
  name    String,
  name_en String,
  phrases Array(String),
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', version, is_deleted) ORDER BY id;
