-- Standard SQL but for ${bytes}, which the service sets to what the database calls a row of bytes.

CREATE TABLE counter (
    name  VARCHAR(20) PRIMARY KEY,
    value BIGINT      NOT NULL
);

INSERT INTO counter (name, value) VALUES ('epoch', 0);

-- Training texts, each once, however many sessions have it.
CREATE TABLE document (
    digest CHAR(64) PRIMARY KEY,
    text   ${bytes} NOT NULL
);

-- A session as lists show it, always as of its last change.
CREATE TABLE session (
    epoch          BIGINT      PRIMARY KEY,
    name           VARCHAR(63) NOT NULL UNIQUE,
    created_at     BIGINT      NOT NULL,
    state          VARCHAR(20) NOT NULL,
    step           BIGINT      NOT NULL,
    options        TEXT        NOT NULL,
    num_params     INTEGER,
    vocab_size     INTEGER,
    num_docs       INTEGER,
    has_run        INTEGER     NOT NULL,
    document       CHAR(64)    REFERENCES document (digest),
    alphabet       TEXT,
    training_order ${bytes}
);

CREATE INDEX session_document ON session (document);

-- All of a session as it was at a step, but for what never changes and what is below.
CREATE TABLE save (
    epoch         BIGINT  PRIMARY KEY REFERENCES session (epoch) ON DELETE CASCADE,
    step          BIGINT  NOT NULL,
    change_number BIGINT  NOT NULL,
    next_document INTEGER NOT NULL,
    options       TEXT    NOT NULL,
    has_failed    INTEGER NOT NULL,
    past          ${bytes} NOT NULL,
    runs          ${bytes} NOT NULL,
    random        ${bytes},
    weights       ${bytes},
    loss_summary  ${bytes}
);

-- The model as it was at earlier steps.
CREATE TABLE keyframe (
    epoch         BIGINT   NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    step          BIGINT   NOT NULL,
    next_document INTEGER  NOT NULL,
    options       TEXT     NOT NULL,
    weights       ${bytes} NOT NULL,
    PRIMARY KEY (epoch, step)
);

-- The newest losses one by one, in chunks of 4096 steps.
CREATE TABLE loss (
    epoch  BIGINT   NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    first  BIGINT   NOT NULL,
    losses ${bytes} NOT NULL,
    PRIMARY KEY (epoch, first)
);

-- What happened since the save.
CREATE TABLE change (
    epoch  BIGINT      NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    number BIGINT      NOT NULL,
    kind   VARCHAR(20) NOT NULL,
    body   ${bytes}    NOT NULL,
    PRIMARY KEY (epoch, number)
);
