-- Made of facts: requests for records, and what was given out.
CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,
    patient TEXT NOT NULL,
    scope TEXT NOT NULL, -- as JSON
    purpose TEXT NOT NULL,
    authority TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'extended', 'released', 'refused', 'withdrawn')),
    recipient TEXT NOT NULL, -- digest
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    received_day TEXT NOT NULL, -- 2024-03-15
    due_day TEXT NOT NULL,
    assigned_to TEXT,
    extended_on TEXT,
    extended_by TEXT,
    extension_reason TEXT,
    closed_by TEXT,
    closed_at BIGINT, -- of a release in parts, the last
    refusal TEXT,
    refusal_note TEXT
);
CREATE INDEX requests_due ON requests (due_day, id);
CREATE INDEX requests_of_patient ON requests (patient);
CREATE INDEX requests_of_person ON requests (opened_by);
CREATE TABLE releases (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    request TEXT NOT NULL,
    released_by TEXT NOT NULL,
    released_at BIGINT NOT NULL,
    format TEXT NOT NULL,
    manifest TEXT NOT NULL -- SHA-256
);
CREATE INDEX releases_of_request ON releases (request);
CREATE TABLE release_records (
    sequence BIGINT NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (sequence, record)
);

-- Who receives what: may be patient data. Not made of facts; the archive has a copy.
CREATE TABLE request_recipients (
    request TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL -- as JSON, with the random number that the digest was made with
);

-- Who read what, picked out of the ledger so that it can be asked by person and by record. How far it has come is a setting.
CREATE TABLE accesses (
    sequence BIGINT NOT NULL, -- of the ledger's entry
    place BIGINT NOT NULL, -- among the documents of that entry, from 0
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    document TEXT,
    page BIGINT,
    record TEXT,
    patient TEXT,
    PRIMARY KEY (sequence, place)
);
CREATE INDEX accesses_of_person ON accesses (person, sequence);
CREATE INDEX accesses_of_document ON accesses (document, sequence) WHERE document IS NOT NULL;
CREATE INDEX accesses_of_record ON accesses (record, sequence) WHERE record IS NOT NULL;
CREATE INDEX accesses_of_patient ON accesses (patient, sequence) WHERE patient IS NOT NULL;
