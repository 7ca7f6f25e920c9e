-- Sessions have owners, who choose names of their own. SQLite cannot drop the old rule that names are
-- unique, so the table is made anew; that other tables refer to it must not matter meanwhile.

PRAGMA foreign_keys = OFF;

CREATE TABLE owned_session (
    epoch          BIGINT      PRIMARY KEY,
    owner          VARCHAR(63) NOT NULL,
    name           VARCHAR(63) NOT NULL,
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
    training_order ${bytes},
    UNIQUE (owner, name)
);

INSERT INTO owned_session
    SELECT epoch, 'local', name, created_at, state, step, options, num_params, vocab_size, num_docs,
        has_run, document, alphabet, training_order
    FROM session;

DROP TABLE session;

ALTER TABLE owned_session RENAME TO session;

CREATE INDEX session_document ON session (document);

-- A call's key is one among those of its caller.
UPDATE answer SET key = 'local ' || key;

PRAGMA foreign_keys = ON;
