-- What was answered to calls that are not to be made twice. Without a status: a call that has begun.

CREATE TABLE answer (
    key        VARCHAR(255)  PRIMARY KEY,
    call       VARCHAR(2000) NOT NULL,
    request    CHAR(64),
    epoch      BIGINT,
    step       BIGINT,
    status     INTEGER       NOT NULL,
    headers    TEXT          NOT NULL,
    body       ${bytes},
    created_at BIGINT        NOT NULL
);

CREATE INDEX answer_created_at ON answer (created_at);
