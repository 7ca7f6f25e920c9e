-- The tables of the SQLite database, with what several processes need besides. The names of columns are the
-- same, as one program copies the rows from one to the other. It compares them in the order of their keys, so texts
-- that are keys are sorted by their bytes, as in SQLite.

CREATE TABLE counter (
    name  TEXT   COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counter (name, value) VALUES ('epoch', 0);

-- The process that owns the sessions of a partition, the one that is to own it, and the number of times that it has
-- got an owner, its token.
-- Whoever writes locks the row and compares this token with its own, so a former owner can write nothing.
CREATE TABLE ownership (
    partition INTEGER PRIMARY KEY,
    token     BIGINT  NOT NULL,
    owner     TEXT,
    target    TEXT
);

INSERT INTO ownership (partition, token) SELECT partition, 0 FROM generate_series(0, 270) AS partition;

-- Training texts, each stored once.
CREATE TABLE document (
    digest TEXT  COLLATE "C" PRIMARY KEY,
    text   BYTEA NOT NULL
);

-- What lists of sessions show, as of the last change.
CREATE TABLE session (
    epoch          BIGINT  PRIMARY KEY,
    owner          TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    state          TEXT    NOT NULL,
    step           BIGINT  NOT NULL,
    options        TEXT    NOT NULL,
    num_params     INTEGER,
    vocab_size     INTEGER,
    num_docs       INTEGER,
    has_run        INTEGER NOT NULL,
    document       TEXT    COLLATE "C" REFERENCES document (digest),
    alphabet       TEXT,
    training_order BYTEA,
    failure        TEXT,
    warnings       TEXT,
    UNIQUE (owner, name)
);

CREATE INDEX session_document ON session (document);

-- The newest snapshot of each session.
CREATE TABLE save (
    epoch         BIGINT  PRIMARY KEY REFERENCES session (epoch) ON DELETE CASCADE,
    step          BIGINT  NOT NULL,
    change_number BIGINT  NOT NULL,
    next_document INTEGER NOT NULL,
    options       TEXT    NOT NULL,
    has_failed    INTEGER NOT NULL,
    past          BYTEA   NOT NULL,
    runs          BYTEA   NOT NULL,
    random        BYTEA,
    weights       BYTEA,
    loss_summary  BYTEA
);

-- The model at earlier steps.
CREATE TABLE keyframe (
    epoch         BIGINT  NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    step          BIGINT  NOT NULL,
    next_document INTEGER NOT NULL,
    options       TEXT    NOT NULL,
    weights       BYTEA   NOT NULL,
    PRIMARY KEY (epoch, step)
);

-- The newest losses, in chunks of 4096 steps.
CREATE TABLE loss (
    epoch  BIGINT NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    first  BIGINT NOT NULL,
    losses BYTEA  NOT NULL,
    PRIMARY KEY (epoch, first)
);

-- The log: changes since the newest snapshot.
CREATE TABLE change (
    epoch  BIGINT NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    body   BYTEA  NOT NULL,
    PRIMARY KEY (epoch, number)
);

-- The responses of idempotent calls. A status of 0 marks a call that has begun.
CREATE TABLE answer (
    key        TEXT    COLLATE "C" PRIMARY KEY,
    call       TEXT    NOT NULL,
    request    TEXT,
    epoch      BIGINT,
    step       BIGINT,
    status     INTEGER NOT NULL,
    headers    TEXT    NOT NULL,
    body       BYTEA,
    created_at BIGINT  NOT NULL
);

CREATE INDEX answer_created_at ON answer (created_at);

-- Packed numbers hardly compress.
ALTER TABLE save ALTER COLUMN weights SET STORAGE EXTERNAL;
ALTER TABLE keyframe ALTER COLUMN weights SET STORAGE EXTERNAL;
ALTER TABLE loss ALTER COLUMN losses SET STORAGE EXTERNAL;
