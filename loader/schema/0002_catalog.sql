-- The catalog as the store knows it: what views and dictionaries translate ids with. Written from the catalog's files
-- by every run that finds them changed; never edited here.
--
-- row_hash is of the row's content: a row is written again only when it changed. is_deleted marks what the catalog no
-- longer holds. version is the time of writing in milliseconds.

CREATE TABLE IF NOT EXISTS sources (
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
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

-- A name whose territory grew on 2025-07-01 has two rows; code means nothing without vintage.
CREATE TABLE IF NOT EXISTS places (
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
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS industries (
  id      String,
  name    String,
  name_en String,
  vsic    Array(String),                       -- version and codes
  parent  String,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS organisations (
  id          String,
  name        String,
  name_en     String,
  kind        LowCardinality(String),
  valid_from  Nullable(Date32),
  valid_until Nullable(Date32),
  successor   String,
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS indicators (
  id       String,
  name     String,
  name_en  String,
  units    Array(String),                      -- units its level may have
  measure  LowCardinality(String),
  codes    Array(String),                      -- official codes
  replaces String,                             -- the series it continues
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS units (
  id      String,                              -- the name in records
  sdmx    String,
  family  LowCardinality(String),
  counted UInt8,                               -- the noun of a count
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;

CREATE TABLE IF NOT EXISTS terms (
  id      String,
  name    String,
  name_en String,
  phrases Array(String),
  row_hash UInt64, version UInt64, is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id;
