-- Times are microseconds since 1970 UTC. Ids and digests are text, compared byte by byte, as SQLite does.

CREATE TABLE pipelines (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE batches (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    pipeline TEXT COLLATE "C" NOT NULL REFERENCES pipelines (digest),
    expected_sheets BIGINT,
    opened_at BIGINT NOT NULL
);

-- One row for each distinct content that was delivered.
CREATE TABLE scans (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    batch TEXT COLLATE "C" NOT NULL REFERENCES batches (id), -- that brought it first
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'claimed', 'opened', 'rejected', 'needs-password')),
    format TEXT COLLATE "C",
    page_count BIGINT,
    damaged BOOLEAN NOT NULL DEFAULT FALSE,
    decrypted_key TEXT COLLATE "C", -- of the archival copy without encryption
    priority BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL, -- may be claimed from then on: end of the back-off, or of the lease
    worker TEXT COLLATE "C",
    claim BIGINT NOT NULL DEFAULT 0, -- number of the last claim
    attempts BIGINT NOT NULL DEFAULT 0, -- that failed
    lost BIGINT NOT NULL DEFAULT 0, -- leases that ran out
    failure TEXT COLLATE "C"
);
CREATE INDEX scans_due ON scans (priority DESC, lost, queued_at, digest) WHERE state IN ('waiting', 'claimed');
CREATE INDEX scans_of_batch ON scans (batch);
CREATE INDEX scans_of_worker ON scans (worker) WHERE worker IS NOT NULL;

-- The only table with names of source files.
CREATE TABLE deliveries (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    batch TEXT COLLATE "C" NOT NULL REFERENCES batches (id),
    scan TEXT COLLATE "C" NOT NULL REFERENCES scans (digest),
    source_key TEXT COLLATE "C" NOT NULL, -- digest of the source's path
    source_name TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    repeated_of TEXT COLLATE "C" REFERENCES deliveries (id),
    UNIQUE (batch, source_key, scan)
);
CREATE INDEX deliveries_of_scan ON deliveries (scan);
CREATE INDEX deliveries_of_batch ON deliveries (batch, id);

CREATE TABLE pages (
    scan TEXT COLLATE "C" NOT NULL REFERENCES scans (digest),
    number BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    dpi_x DOUBLE PRECISION,
    dpi_y DOUBLE PRECISION,
    pipeline TEXT COLLATE "C" NOT NULL REFERENCES pipelines (digest), -- to be used next, or used last
    work TEXT COLLATE "C" NOT NULL CHECK (work IN ('waiting', 'claimed', 'done', 'failed', 'rejected')),
    priority BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    worker TEXT COLLATE "C",
    claim BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    lost BIGINT NOT NULL DEFAULT 0,
    failure TEXT COLLATE "C",
    blank BOOLEAN NOT NULL DEFAULT FALSE,
    reliable BOOLEAN NOT NULL DEFAULT FALSE,
    findings TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    finished_at BIGINT,
    PRIMARY KEY (scan, number)
);
CREATE INDEX pages_due ON pages (priority DESC, lost, queued_at, scan, number) WHERE work IN ('waiting', 'claimed');
CREATE INDEX pages_of_worker ON pages (worker) WHERE worker IS NOT NULL;

CREATE TABLE results (
    scan TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    pipeline TEXT COLLATE "C" NOT NULL REFERENCES pipelines (digest),
    standing TEXT COLLATE "C" NOT NULL CHECK (standing IN ('current', 'candidate', 'superseded')),
    object_key TEXT COLLATE "C" NOT NULL,
    engine TEXT COLLATE "C" NOT NULL,
    words BIGINT NOT NULL,
    mean_confidence DOUBLE PRECISION,
    blank BOOLEAN NOT NULL,
    hidden BOOLEAN NOT NULL,
    turn BIGINT NOT NULL,
    reliable BOOLEAN NOT NULL,
    findings TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (scan, number, pipeline),
    FOREIGN KEY (scan, number) REFERENCES pages (scan, number)
);
CREATE UNIQUE INDEX results_one_current ON results (scan, number) WHERE standing = 'current';
CREATE UNIQUE INDEX results_one_candidate ON results (scan, number) WHERE standing = 'candidate';

CREATE TABLE documents (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    batch TEXT COLLATE "C" NOT NULL REFERENCES batches (id),
    delivery TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES deliveries (id),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('reading', 'read')),
    pages_left BIGINT NOT NULL,
    pages_failed BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX documents_of_batch ON documents (batch, id);

CREATE TABLE document_pages (
    document TEXT COLLATE "C" NOT NULL REFERENCES documents (id),
    position BIGINT NOT NULL, -- from 1
    scan TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL DEFAULT FALSE,
    turn BIGINT NOT NULL DEFAULT 0, -- degrees, clockwise
    PRIMARY KEY (document, position),
    FOREIGN KEY (scan, number) REFERENCES pages (scan, number)
);
CREATE INDEX document_pages_of_page ON document_pages (scan, number);

CREATE TABLE rejects (
    scan TEXT COLLATE "C" NOT NULL REFERENCES scans (digest),
    number BIGINT NOT NULL, -- 0: the whole file
    reason TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    rejected_at BIGINT NOT NULL,
    PRIMARY KEY (scan, number)
);

-- Pages whose entry in the index has to be made again.
CREATE TABLE index_outbox (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scan TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    queued_at BIGINT NOT NULL
);

CREATE TABLE workers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stopped_at BIGINT
);

CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
