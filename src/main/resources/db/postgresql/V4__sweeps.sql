-- Sweeps, and their trials. A sweep has documents of its own, as it creates its sessions one after the other.

CREATE TABLE sweep (
    id         BIGINT  PRIMARY KEY,
    owner      TEXT    COLLATE "C" NOT NULL,
    name       TEXT    COLLATE "C" NOT NULL,
    has_key    INTEGER NOT NULL,
    created_at BIGINT  NOT NULL,
    state      TEXT    NOT NULL,
    ended_at   BIGINT,
    document   TEXT    COLLATE "C" NOT NULL REFERENCES document (digest),
    plan       TEXT    NOT NULL,
    UNIQUE (owner, name)
);

CREATE INDEX sweep_document ON sweep (document);

CREATE TABLE trial (
    sweep   BIGINT  NOT NULL REFERENCES sweep (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    varied  TEXT    NOT NULL,
    options TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    result  TEXT    NOT NULL,
    PRIMARY KEY (sweep, number)
);
