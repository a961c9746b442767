-- Which worker could not open which encrypted scan: a run with other passwords has not tried it yet.
CREATE TABLE scan_refusals (
    scan TEXT COLLATE "C" NOT NULL REFERENCES scans (digest),
    worker TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scan, worker)
);
CREATE INDEX scans_locked ON scans (priority DESC, lost, queued_at, digest) WHERE state = 'needs-password';

-- What a retry looks for among very many pages.
CREATE INDEX pages_to_retry ON pages (scan, number) WHERE work IN ('failed', 'rejected');
CREATE INDEX deliveries_of_batch_by_scan ON deliveries (batch, scan);

-- Boot, process namespace, process and its start: a name and a number are the same in two containers.
ALTER TABLE workers ADD COLUMN process TEXT COLLATE "C";

-- Nobody ever read it.
ALTER TABLE pages DROP COLUMN finished_at;
