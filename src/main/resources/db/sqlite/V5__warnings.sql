-- What a list of sessions warns of: how many documents are cut off or repeat others, and where training began to
-- diverge. Null if there is nothing to say, and until a session of an earlier version is in memory again.

ALTER TABLE session ADD COLUMN warnings TEXT;
