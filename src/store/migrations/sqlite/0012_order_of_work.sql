-- Work that failed, or was interrupted, waits behind work that was not: what ends a process again and again holds up nothing else.
DROP INDEX scans_due;
CREATE INDEX scans_due ON scans (priority DESC, (lost + attempts), queued_at, digest) WHERE state IN ('waiting', 'claimed');
DROP INDEX pages_due;
CREATE INDEX pages_due ON pages (priority DESC, (lost + attempts), queued_at, scan, number) WHERE work IN ('waiting', 'claimed');
