CREATE DATABASE IF NOT EXISTS `nhip` ON CLUSTER `ba_mien`;

CREATE TABLE IF NOT EXISTS migrations ON CLUSTER `ba_mien` (
  number     UInt32,
  name       String,
  checksum   String,
  applied_at DateTime64(3, 'Asia/Ho_Chi_Minh')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/every', '{shard}-{replica}', applied_at) ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
