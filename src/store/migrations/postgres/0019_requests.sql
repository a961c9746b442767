-- Made of facts: requests for records, and what was given out.
CREATE TABLE requests (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    patient TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL, -- as JSON
    purpose TEXT COLLATE "C" NOT NULL,
    authority TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'extended', 'released', 'refused', 'withdrawn')),
    recipient TEXT COLLATE "C" NOT NULL, -- digest
    opened_by TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    received_day TEXT COLLATE "C" NOT NULL, -- 2024-03-15
    due_day TEXT COLLATE "C" NOT NULL,
    assigned_to TEXT COLLATE "C",
    extended_on TEXT COLLATE "C",
    extended_by TEXT COLLATE "C",
    extension_reason TEXT COLLATE "C",
    closed_by TEXT COLLATE "C",
    closed_at BIGINT, -- of a release in parts, the last
    refusal TEXT COLLATE "C",
    refusal_note TEXT COLLATE "C"
);
CREATE INDEX requests_due ON requests (due_day, id);
CREATE INDEX requests_of_patient ON requests (patient);
CREATE INDEX requests_of_person ON requests (opened_by);
CREATE TABLE releases (
    sequence BIGINT NOT NULL PRIMARY KEY, -- of the ledger's entry
    request TEXT COLLATE "C" NOT NULL,
    released_by TEXT COLLATE "C" NOT NULL,
    released_at BIGINT NOT NULL,
    format TEXT COLLATE "C" NOT NULL,
    manifest TEXT COLLATE "C" NOT NULL -- SHA-256
);
CREATE INDEX releases_of_request ON releases (request);
CREATE TABLE release_records (
    sequence BIGINT NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (sequence, record)
);

-- Who receives what: may be patient data. Not made of facts; the archive has a copy.
CREATE TABLE request_recipients (
    request TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body TEXT COLLATE "C" NOT NULL -- as JSON, with the random number that the digest was made with
);

-- Who read what, picked out of the ledger so that it can be asked by person and by record. How far it has come is a setting.
CREATE TABLE accesses (
    sequence BIGINT NOT NULL, -- of the ledger's entry
    place BIGINT NOT NULL, -- among the documents of that entry, from 0
    at BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C",
    page BIGINT,
    record TEXT COLLATE "C",
    patient TEXT COLLATE "C",
    PRIMARY KEY (sequence, place)
);
CREATE INDEX accesses_of_person ON accesses (person, sequence);
CREATE INDEX accesses_of_document ON accesses (document, sequence) WHERE document IS NOT NULL;
CREATE INDEX accesses_of_record ON accesses (record, sequence) WHERE record IS NOT NULL;
CREATE INDEX accesses_of_patient ON accesses (patient, sequence) WHERE patient IS NOT NULL;
