-- Documents may share a delivery from here on (a shared scan is split), and go on to further states.
CREATE TABLE kept_pages (
    document TEXT NOT NULL,
    position BIGINT NOT NULL,
    scan TEXT NOT NULL,
    number BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL,
    turn BIGINT NOT NULL
);
INSERT INTO kept_pages SELECT document, position, scan, number, hidden, turn FROM document_pages;
DROP TABLE document_pages;
CREATE TABLE new_documents (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batches (id),
    delivery TEXT NOT NULL REFERENCES deliveries (id),
    state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'verified', 'archived', 'rejected', 'split')),
    pages_left BIGINT NOT NULL,
    pages_failed BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    record TEXT, -- of a verified or archived one
    rejection TEXT, -- reason
    decided_by TEXT, -- person who rejected it
    decided_at BIGINT,
    note TEXT, -- of the rejection or the return; may name a patient
    parent TEXT -- document that it was split off from
);
INSERT INTO new_documents (id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at)
    SELECT id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at FROM documents;
DROP TABLE documents;
ALTER TABLE new_documents RENAME TO documents;
CREATE INDEX documents_of_batch ON documents (batch, id);
CREATE INDEX documents_of_delivery ON documents (delivery);
CREATE INDEX documents_of_record ON documents (record) WHERE record IS NOT NULL;
CREATE TABLE document_pages (
    document TEXT NOT NULL REFERENCES documents (id),
    position BIGINT NOT NULL, -- from 1
    scan TEXT NOT NULL,
    number BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL DEFAULT FALSE,
    turn BIGINT NOT NULL DEFAULT 0, -- degrees, clockwise
    PRIMARY KEY (document, position),
    FOREIGN KEY (scan, number) REFERENCES pages (scan, number)
);
INSERT INTO document_pages SELECT document, position, scan, number, hidden, turn FROM kept_pages;
DROP TABLE kept_pages;
CREATE INDEX document_pages_of_page ON document_pages (scan, number);

-- Made of facts: people.
CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    login TEXT UNIQUE, -- name in the operating system
    added_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE TABLE roles (
    person TEXT NOT NULL REFERENCES people (id),
    role TEXT NOT NULL CHECK (role IN ('technician', 'reviewer', 'administrator', 'requester', 'auditor', 'it-support')),
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (person, role)
);
CREATE TABLE tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- Made of facts: records. What the row says of patient, type and class is what its current version says.
CREATE TABLE records (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    patient TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'withdrawn', 'archived', 'destroyed')),
    current_version BIGINT NOT NULL, -- the newest in the archive; 1 before that
    accepted_at BIGINT NOT NULL, -- of the first version
    archived_at BIGINT, -- of the first version
    destroyed_at BIGINT
);
CREATE INDEX records_of_patient ON records (patient);
CREATE INDEX records_of_document ON records (document);
CREATE TABLE record_versions (
    record TEXT NOT NULL REFERENCES records (id),
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'withdrawn', 'archived')),
    patient TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    pages BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    accepted_by TEXT, -- person
    rule TEXT, -- where no person accepted it
    correction TEXT,
    final_at BIGINT NOT NULL, -- end of the undo window
    second_review BOOLEAN NOT NULL,
    reviewed_by TEXT,
    reviewed_at BIGINT,
    inventory TEXT, -- SHA-512
    bytes BIGINT,
    archived_at BIGINT,
    locked_until BIGINT,
    in_error BOOLEAN NOT NULL,
    PRIMARY KEY (record, version)
);
CREATE TABLE record_encounters (
    record TEXT NOT NULL REFERENCES records (id),
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    from_day TEXT NOT NULL, -- 2024-03-15
    to_day TEXT,
    PRIMARY KEY (record, version, position)
);
CREATE TABLE record_scans (
    record TEXT NOT NULL REFERENCES records (id),
    version BIGINT NOT NULL,
    scan TEXT NOT NULL,
    PRIMARY KEY (record, version, scan)
);
CREATE INDEX record_scans_of_scan ON record_scans (scan);
CREATE TABLE purged_scans (
    scan TEXT NOT NULL PRIMARY KEY,
    purged_at BIGINT NOT NULL
);

-- Patient data: here and in record.json only.
CREATE TABLE patients (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    authority TEXT NOT NULL, -- that gave out the number; empty: this facility
    name TEXT NOT NULL,
    born TEXT NOT NULL, -- 1950-06-01, 1950-06, 1950 or empty
    noted_at BIGINT NOT NULL,
    UNIQUE (authority, number)
);
CREATE TABLE descriptions (
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL, -- what was decided at acceptance, as JSON
    PRIMARY KEY (record, version)
);

-- The waiting room.
CREATE TABLE deposits (
    record TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'done', 'failed')),
    released BOOLEAN NOT NULL, -- the lot is released, or there is none
    reviewed BOOLEAN NOT NULL, -- a second review is over, or none is due
    due_at BIGINT NOT NULL, -- end of the undo window, of the back-off, or of the lease
    worker TEXT,
    claim BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    lost BIGINT NOT NULL DEFAULT 0,
    failure TEXT,
    queued_at BIGINT NOT NULL,
    after_record TEXT, -- whose deposit comes first: it takes over pages of this one
    PRIMARY KEY (record, version)
);
CREATE INDEX deposits_due ON deposits (due_at) WHERE state IN ('waiting', 'claimed');
