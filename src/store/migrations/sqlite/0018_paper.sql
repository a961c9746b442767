-- Made of facts: boxes of paper, and who took them where.
CREATE TABLE boxes (
    label TEXT NOT NULL PRIMARY KEY
);
CREATE TABLE box_moves (
    box TEXT NOT NULL REFERENCES boxes (label),
    number BIGINT NOT NULL, -- from 1
    step TEXT NOT NULL CHECK (step IN ('received', 'to-preparation', 'to-scanning', 'to-shelf', 'returned')),
    place TEXT NOT NULL,
    moved_by TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (box, number)
);

-- Made of facts: what was counted before a batch was scanned.
CREATE TABLE preparations (
    batch TEXT NOT NULL PRIMARY KEY,
    box TEXT REFERENCES boxes (label),
    sheets BIGINT NOT NULL,
    sides TEXT NOT NULL CHECK (sides IN ('simplex', 'duplex')),
    charts BIGINT,
    prepared_by TEXT NOT NULL,
    prepared_at BIGINT NOT NULL
);
CREATE INDEX preparations_of_box ON preparations (box) WHERE box IS NOT NULL;

-- Made of facts: batches that take in no more files, or wait for the second person who confirms a difference.
CREATE TABLE closings (
    batch TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL, -- the counts, as JSON
    reason TEXT, -- why they differ
    said_by TEXT NOT NULL, -- who closed it, or gave the reason
    said_at BIGINT NOT NULL,
    confirmed_by TEXT,
    closed_at BIGINT -- none while the second person is waited for
);
