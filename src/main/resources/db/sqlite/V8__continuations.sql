-- Sessions that have continued with other documents: the documents that they had before, and the state of the
-- generator before the change. They had them up to this step; as of the step itself the newer ones count.

CREATE TABLE continuation (
    epoch          BIGINT  NOT NULL REFERENCES session (epoch) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    step           BIGINT  NOT NULL,
    random         ${bytes} NOT NULL,
    document       CHAR(64) REFERENCES document (digest),
    alphabet       TEXT,
    training_order ${bytes},
    PRIMARY KEY (epoch, number)
);

CREATE INDEX continuation_document ON continuation (document);

-- How many rows a session has there.

ALTER TABLE session ADD COLUMN continuations INTEGER NOT NULL DEFAULT 0;
