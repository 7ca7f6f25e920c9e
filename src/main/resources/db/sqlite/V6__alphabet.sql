-- The alphabet as JSON, as in PostgreSQL, whose texts cannot contain every character.

UPDATE session SET alphabet = json_quote(alphabet) WHERE alphabet IS NOT NULL;
