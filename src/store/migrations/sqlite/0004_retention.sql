-- Made of facts: policies, events, merges, exceptions, holds.
CREATE TABLE policies (
    version BIGINT NOT NULL PRIMARY KEY,
    policy TEXT NOT NULL, -- canonical JSON with all rules
    effective_from TEXT NOT NULL, -- 2026-07-01
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    approver TEXT,
    approved_at BIGINT,
    approved_on TEXT, -- day at the facility
    withdrawn_at BIGINT,
    may_shorten_from TEXT -- day of the second approval to keep shorter
);
CREATE TABLE policy_shortenings (
    version BIGINT NOT NULL REFERENCES policies (version),
    approver TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_on TEXT NOT NULL,
    review TEXT NOT NULL,
    PRIMARY KEY (version, approver)
);
CREATE TABLE trigger_events (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT, -- one of these two
    patient TEXT,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    zone TEXT NOT NULL,
    source TEXT NOT NULL,
    supersedes TEXT REFERENCES trigger_events (id),
    recorder TEXT, -- person; none: the program
    recorded_at BIGINT NOT NULL,
    confirmed_by TEXT,
    withdrawn_by TEXT,
    withdrawal_reason TEXT,
    withdrawal_confirmed_by TEXT
);
CREATE INDEX trigger_events_of_record ON trigger_events (record) WHERE record IS NOT NULL;
CREATE INDEX trigger_events_of_patient ON trigger_events (patient) WHERE patient IS NOT NULL;
CREATE TABLE confirmed_corrections (
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    person TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (record, version)
);
CREATE TABLE merges (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    from_patient TEXT NOT NULL,
    into_patient TEXT NOT NULL,
    source TEXT NOT NULL,
    merged_by TEXT,
    merged_at BIGINT NOT NULL,
    unmerge_proposed_by TEXT,
    unmerge_reason TEXT,
    unmerged_by TEXT, -- the second person
    unmerged_at BIGINT
);
CREATE INDEX merges_from ON merges (from_patient);
CREATE INDEX merges_into ON merges (into_patient);
CREATE TABLE exceptions (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    record TEXT NOT NULL,
    until_day TEXT, -- none: without end
    reason TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL
);
CREATE INDEX exceptions_of_record ON exceptions (record);
CREATE TABLE holds (
    id TEXT NOT NULL PRIMARY KEY,
    matter TEXT NOT NULL,
    reason TEXT NOT NULL,
    custodian TEXT NOT NULL,
    scope TEXT NOT NULL, -- JSON
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    release_proposed_by TEXT,
    release_reason TEXT,
    released_by TEXT, -- the second person
    released_at BIGINT
);
CREATE TABLE hold_members (
    hold TEXT NOT NULL REFERENCES holds (id),
    record TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (hold, record)
);
CREATE INDEX hold_members_of_record ON hold_members (record);

-- What a hold by search asks for; may name a patient, so the ledger has its digest only.
CREATE TABLE hold_queries (
    hold TEXT NOT NULL PRIMARY KEY,
    query TEXT NOT NULL
);

-- What was computed, as it was computed: rows are added, never changed. May tell a birthday.
CREATE TABLE computations (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    record TEXT NOT NULL,
    computed_at BIGINT NOT NULL,
    for_day TEXT NOT NULL,
    last_day TEXT, -- none: indefinite
    inputs_digest TEXT NOT NULL,
    body TEXT NOT NULL -- inputs, result and explanation, as JSON
);
CREATE INDEX computations_of_record ON computations (record, number);
