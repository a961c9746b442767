-- Documents that were read lie on the desk: to whom each is given, until when. A claim goes with the row that it is about.
ALTER TABLE documents ADD COLUMN desk_priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN desk_doubts BIGINT NOT NULL DEFAULT 0; -- pages that could not be read, or not reliably
ALTER TABLE documents ADD COLUMN desk_person TEXT; -- who has it
ALTER TABLE documents ADD COLUMN desk_token TEXT; -- of the lease
ALTER TABLE documents ADD COLUMN desk_since BIGINT; -- when they got it
ALTER TABLE documents ADD COLUMN desk_due BIGINT NOT NULL DEFAULT 0; -- given out from then on: end of the lease, or of a postponement
ALTER TABLE documents ADD COLUMN desk_reason TEXT; -- why it is postponed
ALTER TABLE documents ADD COLUMN desk_second TEXT; -- who asked for a second person to look at it
ALTER TABLE documents ADD COLUMN revision BIGINT NOT NULL DEFAULT 1; -- counts what people change, for whoever looks at an older state
CREATE INDEX documents_on_desk ON documents ((-desk_priority), (opened_at / 86400000000), desk_doubts, id) WHERE state = 'read';
CREATE INDEX documents_of_person ON documents (desk_person) WHERE desk_person IS NOT NULL;

-- What somebody typed about a document and has not decided yet; it outlives the lease. May name a patient.
CREATE TABLE drafts (
    document TEXT NOT NULL,
    person TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (document, person)
);

-- Who decided what about which document, and how long they had it.
CREATE TABLE decisions (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    document TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'rejected')),
    pages BIGINT NOT NULL,
    seconds BIGINT, -- from the claim; none where there was none
    decided_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX decisions_of_person ON decisions (person, decided_at);
CREATE INDEX decisions_of_document ON decisions (document);

-- How documents were arranged before and after a step, so that it can be undone. Ids of pages only.
CREATE TABLE arrangements (
    id TEXT NOT NULL PRIMARY KEY,
    step TEXT NOT NULL,
    person TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    undone_at BIGINT,
    body TEXT NOT NULL -- before and after, as JSON
);
CREATE TABLE arranged_documents (
    arrangement TEXT NOT NULL REFERENCES arrangements (id),
    document TEXT NOT NULL,
    PRIMARY KEY (arrangement, document)
);
CREATE INDEX arranged_documents_of_document ON arranged_documents (document);

-- Sheets that have to be scanned again.
CREATE TABLE rescans (
    document TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    pages BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    ended_at BIGINT
);

-- What technicians hand on to the people who run the machines; without a word on a patient.
CREATE TABLE tickets (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    category TEXT NOT NULL,
    note TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    closed_at BIGINT
);

-- What a second person typed without seeing what the first had typed. Patient data.
CREATE TABLE rekeyings (
    record TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    person TEXT NOT NULL,
    number TEXT NOT NULL,
    born TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('agreed', 'differs', 'settled')),
    keyed_at BIGINT NOT NULL,
    settled_by TEXT,
    settled_at BIGINT
);
CREATE INDEX rekeyings_open ON rekeyings (keyed_at) WHERE outcome = 'differs';

-- Labels that records were given, for whoever types one.
CREATE TABLE label_uses (
    label TEXT NOT NULL PRIMARY KEY,
    uses BIGINT NOT NULL
);
