-- The newest transaction of each process, by a number of its own. The ids of PostgreSQL do not tell whether a
-- transaction was committed: after a crash they are given again to others.
CREATE TABLE last_commit (
    writer TEXT        COLLATE "C" PRIMARY KEY,
    number BIGINT      NOT NULL,
    at     TIMESTAMPTZ NOT NULL
);
