-- Which worker could not open which encrypted scan: a run with other passwords has not tried it yet.
CREATE TABLE scan_refusals (
    scan TEXT NOT NULL REFERENCES scans (digest),
    worker TEXT NOT NULL,
    PRIMARY KEY (scan, worker)
);
CREATE INDEX scans_locked ON scans (priority DESC, lost, queued_at, digest) WHERE state = 'needs-password';
