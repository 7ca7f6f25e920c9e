-- Why a session has failed, as lists and the session itself show it; null for one that has not.

ALTER TABLE session ADD COLUMN failure TEXT;
