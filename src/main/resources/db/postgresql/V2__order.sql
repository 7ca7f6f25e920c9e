-- Names sort by their bytes, as in the service.
ALTER TABLE session
    ALTER COLUMN owner TYPE TEXT COLLATE "C",
    ALTER COLUMN name TYPE TEXT COLLATE "C";
