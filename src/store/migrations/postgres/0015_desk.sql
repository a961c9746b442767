-- Documents that were read lie on the desk: to whom each is given, until when. A claim goes with the row that it is about.
ALTER TABLE documents ADD COLUMN desk_priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN desk_doubts BIGINT NOT NULL DEFAULT 0; -- pages that could not be read, or not reliably
ALTER TABLE documents ADD COLUMN desk_person TEXT COLLATE "C"; -- who has it
ALTER TABLE documents ADD COLUMN desk_token TEXT COLLATE "C"; -- of the lease
ALTER TABLE documents ADD COLUMN desk_since BIGINT; -- when they got it
ALTER TABLE documents ADD COLUMN desk_due BIGINT NOT NULL DEFAULT 0; -- given out from then on: end of the lease, or of a postponement
ALTER TABLE documents ADD COLUMN desk_reason TEXT COLLATE "C"; -- why it is postponed
ALTER TABLE documents ADD COLUMN desk_second TEXT COLLATE "C"; -- who asked for a second person to look at it
ALTER TABLE documents ADD COLUMN revision BIGINT NOT NULL DEFAULT 1; -- counts what people change, for whoever looks at an older state
CREATE INDEX documents_on_desk ON documents ((-desk_priority), (opened_at / 86400000000), desk_doubts, id) WHERE state = 'read';
CREATE INDEX documents_of_person ON documents (desk_person) WHERE desk_person IS NOT NULL;

-- What somebody typed about a document and has not decided yet; it outlives the lease. May name a patient.
CREATE TABLE drafts (
    document TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL, -- JSON
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (document, person)
);

-- Who decided what about which document, and how long they had it.
CREATE TABLE decisions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C" NOT NULL CHECK (decision IN ('accepted', 'rejected')),
    pages BIGINT NOT NULL,
    seconds BIGINT, -- from the claim; none where there was none
    decided_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX decisions_of_person ON decisions (person, decided_at);
CREATE INDEX decisions_of_document ON decisions (document);

-- How documents were arranged before and after a step, so that it can be undone. Ids of pages only.
CREATE TABLE arrangements (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    step TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    undone_at BIGINT,
    body TEXT COLLATE "C" NOT NULL -- before and after, as JSON
);
CREATE TABLE arranged_documents (
    arrangement TEXT COLLATE "C" NOT NULL REFERENCES arrangements (id),
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (arrangement, document)
);
CREATE INDEX arranged_documents_of_document ON arranged_documents (document);

-- Sheets that have to be scanned again.
CREATE TABLE rescans (
    document TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    batch TEXT COLLATE "C" NOT NULL,
    pages BIGINT NOT NULL,
    asked_by TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    ended_at BIGINT
);

-- What technicians hand on to the people who run the machines; without a word on a patient.
CREATE TABLE tickets (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    raised_by TEXT COLLATE "C" NOT NULL,
    raised_at BIGINT NOT NULL,
    closed_at BIGINT
);

-- What a second person typed without seeing what the first had typed. Patient data.
CREATE TABLE rekeyings (
    record TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    born TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('agreed', 'differs', 'settled')),
    keyed_at BIGINT NOT NULL,
    settled_by TEXT COLLATE "C",
    settled_at BIGINT
);
CREATE INDEX rekeyings_open ON rekeyings (keyed_at) WHERE outcome = 'differs';

-- Labels that records were given, for whoever types one.
CREATE TABLE label_uses (
    label TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uses BIGINT NOT NULL
);
