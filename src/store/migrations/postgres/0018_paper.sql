-- Made of facts: boxes of paper, and who took them where.
CREATE TABLE boxes (
    label TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
CREATE TABLE box_moves (
    box TEXT COLLATE "C" NOT NULL REFERENCES boxes (label),
    number BIGINT NOT NULL, -- from 1
    step TEXT COLLATE "C" NOT NULL CHECK (step IN ('received', 'to-preparation', 'to-scanning', 'to-shelf', 'returned')),
    place TEXT COLLATE "C" NOT NULL,
    moved_by TEXT COLLATE "C" NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (box, number)
);

-- Made of facts: what was counted before a batch was scanned.
CREATE TABLE preparations (
    batch TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    box TEXT COLLATE "C" REFERENCES boxes (label),
    sheets BIGINT NOT NULL,
    sides TEXT COLLATE "C" NOT NULL CHECK (sides IN ('simplex', 'duplex')),
    charts BIGINT,
    prepared_by TEXT COLLATE "C" NOT NULL,
    prepared_at BIGINT NOT NULL
);
CREATE INDEX preparations_of_box ON preparations (box) WHERE box IS NOT NULL;

-- Made of facts: batches that take in no more files, or wait for the second person who confirms a difference.
CREATE TABLE closings (
    batch TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL, -- the counts, as JSON
    reason TEXT COLLATE "C", -- why they differ
    said_by TEXT COLLATE "C" NOT NULL, -- who closed it, or gave the reason
    said_at BIGINT NOT NULL,
    confirmed_by TEXT COLLATE "C",
    closed_at BIGINT -- none while the second person is waited for
);
