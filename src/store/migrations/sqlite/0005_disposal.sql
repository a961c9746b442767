-- Made of facts: proposals to destroy records, and what became of them.
CREATE TABLE disposals (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'reviewed', 'approved', 'cancelled', 'certified')),
    reason TEXT NOT NULL,
    grace_days BIGINT NOT NULL,
    proposed_by TEXT NOT NULL, -- person
    proposed_at BIGINT NOT NULL,
    reviewed_by TEXT,
    reviewed_at BIGINT,
    approved_at BIGINT, -- the second time
    destroy_from BIGINT, -- end of the period of grace
    ended_by TEXT, -- whoever cancelled it
    ended_at BIGINT, -- cancelled or certified
    ended_why TEXT,
    certificate TEXT -- SHA-256
);
CREATE TABLE disposal_approvals (
    disposal TEXT NOT NULL REFERENCES disposals (id),
    person TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (disposal, person)
);
CREATE TABLE disposal_records (
    disposal TEXT NOT NULL REFERENCES disposals (id),
    record TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'kept', 'begun', 'stopped', 'destroyed')),
    computation TEXT NOT NULL,
    last_day TEXT NOT NULL, -- 2031-03-15
    policy TEXT NOT NULL,
    why TEXT, -- of a kept or stopped one
    begun_at BIGINT,
    begun_on TEXT, -- day at the facility
    ended_at BIGINT,
    scans_left TEXT NOT NULL DEFAULT '', -- digests, parted by spaces
    PRIMARY KEY (disposal, record)
);
CREATE INDEX disposal_records_of_record ON disposal_records (record);
-- Rows are made by a fact; their state is that of the work: what is intended is being deleted.
CREATE TABLE disposal_objects (
    disposal TEXT NOT NULL,
    record TEXT NOT NULL,
    place TEXT NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('listed', 'intended', 'gone')),
    hold_checked_at BIGINT,
    gone_at BIGINT,
    PRIMARY KEY (disposal, record, place, key, version)
);
