-- Made of facts: policies, events, merges, exceptions, holds.
CREATE TABLE policies (
    version BIGINT NOT NULL PRIMARY KEY,
    policy TEXT COLLATE "C" NOT NULL, -- canonical JSON with all rules
    effective_from TEXT COLLATE "C" NOT NULL, -- 2026-07-01
    reason TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    drafted_at BIGINT NOT NULL,
    approver TEXT COLLATE "C",
    approved_at BIGINT,
    approved_on TEXT COLLATE "C", -- day at the facility
    withdrawn_at BIGINT,
    may_shorten_from TEXT COLLATE "C" -- day of the second approval to keep shorter
);
CREATE TABLE policy_shortenings (
    version BIGINT NOT NULL REFERENCES policies (version),
    approver TEXT COLLATE "C" NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_on TEXT COLLATE "C" NOT NULL,
    review TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version, approver)
);
CREATE TABLE trigger_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    record TEXT COLLATE "C", -- one of these two
    patient TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    zone TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    supersedes TEXT COLLATE "C" REFERENCES trigger_events (id),
    recorder TEXT COLLATE "C", -- person; none: the program
    recorded_at BIGINT NOT NULL,
    confirmed_by TEXT COLLATE "C",
    withdrawn_by TEXT COLLATE "C",
    withdrawal_reason TEXT COLLATE "C",
    withdrawal_confirmed_by TEXT COLLATE "C"
);
CREATE INDEX trigger_events_of_record ON trigger_events (record) WHERE record IS NOT NULL;
CREATE INDEX trigger_events_of_patient ON trigger_events (patient) WHERE patient IS NOT NULL;
CREATE TABLE confirmed_corrections (
    record TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (record, version)
);
CREATE TABLE merges (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    from_patient TEXT COLLATE "C" NOT NULL,
    into_patient TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    merged_by TEXT COLLATE "C",
    merged_at BIGINT NOT NULL,
    unmerge_proposed_by TEXT COLLATE "C",
    unmerge_reason TEXT COLLATE "C",
    unmerged_by TEXT COLLATE "C", -- the second person
    unmerged_at BIGINT
);
CREATE INDEX merges_from ON merges (from_patient);
CREATE INDEX merges_into ON merges (into_patient);
CREATE TABLE exceptions (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    record TEXT COLLATE "C" NOT NULL,
    until_day TEXT COLLATE "C", -- none: without end
    reason TEXT COLLATE "C" NOT NULL,
    granted_by TEXT COLLATE "C" NOT NULL,
    granted_at BIGINT NOT NULL
);
CREATE INDEX exceptions_of_record ON exceptions (record);
CREATE TABLE holds (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    matter TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    custodian TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL, -- JSON
    placed_by TEXT COLLATE "C" NOT NULL,
    placed_at BIGINT NOT NULL,
    release_proposed_by TEXT COLLATE "C",
    release_reason TEXT COLLATE "C",
    released_by TEXT COLLATE "C", -- the second person
    released_at BIGINT
);
CREATE TABLE hold_members (
    hold TEXT COLLATE "C" NOT NULL REFERENCES holds (id),
    record TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (hold, record)
);
CREATE INDEX hold_members_of_record ON hold_members (record);

-- What a hold by search asks for; may name a patient, so the ledger has its digest only.
CREATE TABLE hold_queries (
    hold TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    query TEXT COLLATE "C" NOT NULL
);

-- What was computed, as it was computed: rows are added, never changed. May tell a birthday.
CREATE TABLE computations (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record TEXT COLLATE "C" NOT NULL,
    computed_at BIGINT NOT NULL,
    for_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C", -- none: indefinite
    inputs_digest TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL -- inputs, result and explanation, as JSON
);
CREATE INDEX computations_of_record ON computations (record, number);
