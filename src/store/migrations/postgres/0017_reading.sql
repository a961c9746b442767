-- Who may read what, besides what their roles give.
CREATE TABLE grants (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL, -- who may
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('given', 'case', 'declared')),
    patient TEXT COLLATE "C", -- whose records; with record: neither means everything
    record TEXT COLLATE "C",
    reason TEXT COLLATE "C" NOT NULL,
    granted_by TEXT COLLATE "C" NOT NULL, -- person
    granted_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    revoked_by TEXT COLLATE "C",
    revoked_at BIGINT
);
CREATE INDEX grants_of_person ON grants (person, until_at);

-- Whose work a batch is. A batch that nobody is assigned to is that of all technicians and reviewers.
CREATE TABLE batch_staff (
    batch TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    assigned_by TEXT COLLATE "C" NOT NULL,
    assigned_at BIGINT NOT NULL,
    PRIMARY KEY (batch, person)
);
CREATE INDEX batch_staff_of_person ON batch_staff (person);

-- Searches that somebody keeps for themselves. The words may name a patient.
CREATE TABLE saved_searches (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL, -- the query string of the search
    saved_at BIGINT NOT NULL
);
CREATE INDEX saved_searches_of_person ON saved_searches (person, saved_at);
