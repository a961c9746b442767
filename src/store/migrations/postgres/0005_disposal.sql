-- Made of facts: proposals to destroy records, and what became of them.
CREATE TABLE disposals (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'reviewed', 'approved', 'cancelled', 'certified')),
    reason TEXT COLLATE "C" NOT NULL,
    grace_days BIGINT NOT NULL,
    proposed_by TEXT COLLATE "C" NOT NULL, -- person
    proposed_at BIGINT NOT NULL,
    reviewed_by TEXT COLLATE "C",
    reviewed_at BIGINT,
    approved_at BIGINT, -- the second time
    destroy_from BIGINT, -- end of the period of grace
    ended_by TEXT COLLATE "C", -- whoever cancelled it
    ended_at BIGINT, -- cancelled or certified
    ended_why TEXT COLLATE "C",
    certificate TEXT COLLATE "C" -- SHA-256
);
CREATE TABLE disposal_approvals (
    disposal TEXT COLLATE "C" NOT NULL REFERENCES disposals (id),
    person TEXT COLLATE "C" NOT NULL,
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (disposal, person)
);
CREATE TABLE disposal_records (
    disposal TEXT COLLATE "C" NOT NULL REFERENCES disposals (id),
    record TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'kept', 'begun', 'stopped', 'destroyed')),
    computation TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL, -- 2031-03-15
    policy TEXT COLLATE "C" NOT NULL,
    why TEXT COLLATE "C", -- of a kept or stopped one
    begun_at BIGINT,
    begun_on TEXT COLLATE "C", -- day at the facility
    ended_at BIGINT,
    scans_left TEXT COLLATE "C" NOT NULL DEFAULT '', -- digests, parted by spaces
    PRIMARY KEY (disposal, record)
);
CREATE INDEX disposal_records_of_record ON disposal_records (record);
-- Rows are made by a fact; their state is that of the work: what is intended is being deleted.
CREATE TABLE disposal_objects (
    disposal TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('listed', 'intended', 'gone')),
    hold_checked_at BIGINT,
    gone_at BIGINT,
    PRIMARY KEY (disposal, record, place, key, version)
);
