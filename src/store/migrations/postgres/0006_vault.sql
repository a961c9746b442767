-- What re-reading the archive has found. It can be lost without loss: the next run finds it again.
CREATE TABLE fixity (
    record TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL, -- 'archive' or 'replica'
    checked_at BIGINT NOT NULL,
    files BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    problems BIGINT NOT NULL,
    PRIMARY KEY (record, location)
);
CREATE INDEX fixity_due ON fixity (location, checked_at);

-- What was wrong; repaired_at says since when it is not.
CREATE TABLE fixity_problems (
    record TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    object_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    found_at BIGINT NOT NULL,
    repaired_at BIGINT,
    PRIMARY KEY (record, location, object_key, kind)
);
CREATE INDEX fixity_problems_open ON fixity_problems (record, object_key) WHERE repaired_at IS NULL;
