-- Links that show a session to people without an API key. A share goes with the epoch of its session; of its secret,
-- only the hash is stored.

CREATE TABLE share (
    id         TEXT    COLLATE "C" PRIMARY KEY,
    epoch      BIGINT  NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    hash       TEXT    COLLATE "C" NOT NULL UNIQUE,
    label      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);

CREATE INDEX share_epoch ON share (epoch);
