ALTER TABLE document_versions_local ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS is_deleted UInt8 DEFAULT 0 AFTER version;

ALTER TABLE document_versions ON CLUSTER `ba_mien` ADD COLUMN IF NOT EXISTS is_deleted UInt8 DEFAULT 0 AFTER version;
