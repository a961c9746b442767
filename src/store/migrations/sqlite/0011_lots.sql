-- Made of facts: lots of a batch's documents, and what was found in their samples.
CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'released', 'held-back')),
    plan TEXT NOT NULL, -- off, all, or the acceptance quality limit
    stringency TEXT NOT NULL CHECK (stringency IN ('normal', 'tightened', 'all')),
    seed TEXT NOT NULL,
    accepts BIGINT NOT NULL, -- documents of the drawn sample that may have a major defect
    drawn_at BIGINT NOT NULL,
    drawn_by TEXT, -- person; none for the program
    decided_at BIGINT,
    decided_by TEXT,
    reason TEXT -- why it is held back
);
CREATE TABLE lot_records (
    lot TEXT NOT NULL REFERENCES lots (id),
    record TEXT NOT NULL REFERENCES records (id),
    sampled TEXT NOT NULL CHECK (sampled IN ('no', 'drawn', 'added')),
    checked_by TEXT,
    checked_at BIGINT,
    PRIMARY KEY (lot, record)
);
CREATE INDEX lot_records_of_record ON lot_records (record);
CREATE TABLE lot_defects (
    lot TEXT NOT NULL REFERENCES lots (id),
    record TEXT NOT NULL,
    defect TEXT NOT NULL,
    PRIMARY KEY (lot, record, defect)
);

-- Made of facts: rules under which the program accepts documents by itself.
CREATE TABLE acceptance_rules (
    name TEXT NOT NULL,
    digest TEXT NOT NULL, -- of the body
    body TEXT NOT NULL, -- TOML
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    approver TEXT,
    approved_at BIGINT,
    ended_at BIGINT, -- withdrawn, or another of its name was approved
    ended_by TEXT,
    PRIMARY KEY (name, digest)
);

-- Made of facts: codes that people turn into a token of their own, once.
CREATE TABLE enrolments (
    code TEXT NOT NULL PRIMARY KEY, -- digest
    person TEXT NOT NULL REFERENCES people (id),
    offered_by TEXT NOT NULL,
    offered_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    needs_second BOOLEAN NOT NULL, -- another administrator has to give out a second code
    second_code TEXT, -- digest
    second_by TEXT,
    second_at BIGINT,
    used_at BIGINT
);
CREATE INDEX enrolments_of_person ON enrolments (person);
