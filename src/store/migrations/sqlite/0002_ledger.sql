-- The ledger: append-only, nothing in it is ever changed. An entry is its canonical bytes, as text.
CREATE TABLE ledger (
    sequence BIGINT NOT NULL PRIMARY KEY, -- from 0, without gaps
    entry TEXT NOT NULL,
    leaf TEXT NOT NULL -- digest of the entry as a leaf of the tree
);
