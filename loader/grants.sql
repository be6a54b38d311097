-- Roles of nhip on a ClickHouse server, run once by an administrator (nhip migrate --grants prints this file).
-- The database is nhip; on a cluster add ON CLUSTER to every statement, or keep the roles in a replicated access storage.
--
-- A user is made beside this script, so that no password stands in it:
--   CREATE USER nhip_load IDENTIFIED WITH sha256_hash BY '<hexadecimal SHA-256 of the password>' HOST IP '10.0.0.0/8';
--   GRANT nhip_writer TO nhip_load;
-- People who only use BI tools get nhip_reader.

CREATE ROLE IF NOT EXISTS nhip_migrator;
CREATE ROLE IF NOT EXISTS nhip_writer;
CREATE ROLE IF NOT EXISTS nhip_reader;

-- Who runs nhip migrate: makes and changes what lies in the database nhip. Its views show their rows to whoever may
-- select from the view (DEFINER), so readers need no right to the tables behind them. It reads what it creates views on.
CREATE SETTINGS PROFILE IF NOT EXISTS nhip_migrator
SETTINGS default_normal_view_sql_security = 'DEFINER', default_view_definer = 'CURRENT_USER'
TO nhip_migrator;
GRANT CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, ALTER, SHOW, SELECT, INSERT, dictGet
ON nhip.* TO nhip_migrator;
GRANT CLUSTER, REMOTE ON *.* TO nhip_migrator;
GRANT TABLE ENGINE ON * TO nhip_migrator;

-- Who runs nhip run and nhip serve: loads and asks, changes no table. Run nhip migrate first: a schema that is not up to
-- date ends its work with a sentence.
GRANT SELECT, INSERT, SHOW, dictGet ON nhip.* TO nhip_writer;
GRANT SELECT ON system.parts TO nhip_writer;
GRANT SELECT ON system.disks TO nhip_writer;
-- For nhip doctor.
GRANT CHECK ON nhip.* TO nhip_writer;
GRANT SELECT ON system.detached_parts TO nhip_writer;
GRANT SELECT ON system.replicas TO nhip_writer;

-- People and BI tools: the views, nothing else; no url, file, s3 or remote. readonly = 2 because the tools send
-- settings with every query; the limits cannot be raised above what stands here.
CREATE SETTINGS PROFILE IF NOT EXISTS nhip_reader
SETTINGS readonly = 2, distributed_product_mode = 'local',
  max_execution_time = 60 MIN 1 MAX 300, max_memory_usage = 4000000000 MIN 1 MAX 8000000000,
  max_result_rows = 1000000 MIN 1 MAX 10000000, max_threads = 4 MIN 1 MAX 8
TO nhip_reader;
CREATE QUOTA IF NOT EXISTS nhip_reader KEYED BY user_name
FOR INTERVAL 1 hour MAX queries = 20000, errors = 2000, execution_time = 3600
TO nhip_reader;
GRANT SELECT ON nhip.v_* TO nhip_reader;
GRANT SELECT ON nhip.observations_asof TO nhip_reader;
