-- A document that its publisher took back is a content version without content, marked here and in documents, where
-- FINAL drops it. Nothing else is needed for its numbers and mentions to leave every current view: they join the
-- documents. What was known before and after the withdrawal stays answerable (observations_asof), because the tombstone
-- is the newest content version from its known_at on and holds no numbers.
ALTER TABLE document_versions ADD COLUMN IF NOT EXISTS is_deleted UInt8 DEFAULT 0 AFTER version;
