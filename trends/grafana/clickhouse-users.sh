#!/bin/sh
# A user for each role of loader/grants.sql, in a new ClickHouse. The image of the server runs this once, after the roles were
# made. ClickHouse gets hashes, never the passwords.
set -eu
hash() {
	printf %s "$1" | sha256sum | cut -d ' ' -f 1
}
clickhouse-client --user "$CLICKHOUSE_USER" --password "$CLICKHOUSE_PASSWORD" --multiquery <<SQL
CREATE USER IF NOT EXISTS nhip_migrate IDENTIFIED WITH sha256_hash BY '$(hash "$NHIP_MIGRATE_PASSWORD")';
GRANT nhip_migrator TO nhip_migrate;
CREATE USER IF NOT EXISTS nhip_load IDENTIFIED WITH sha256_hash BY '$(hash "$NHIP_LOAD_PASSWORD")';
GRANT nhip_writer TO nhip_load;
CREATE USER IF NOT EXISTS nhip_bi IDENTIFIED WITH sha256_hash BY '$(hash "$NHIP_BI_PASSWORD")';
GRANT nhip_reader TO nhip_bi;
SQL
