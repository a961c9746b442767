-- Work on the archive that comes again and again: whose turn it is, and how the last turn ended.
CREATE TABLE duties (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'claimed')),
    worker TEXT COLLATE "C",
    claim BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL, -- end of the lease, or of the back-off
    progress TEXT COLLATE "C", -- where a turn that was cut short goes on
    known_at BIGINT NOT NULL,
    ended_at BIGINT, -- of the last turn that came to its end
    attention BOOLEAN NOT NULL DEFAULT FALSE, -- whether that turn found something for a person
    told TEXT COLLATE "C" NOT NULL DEFAULT '', -- what came of the last turn
    failures BIGINT NOT NULL DEFAULT 0 -- turns in a row that failed
);

-- How the store locks a record, as it was last seen. It can be lost without loss: the next turn looks again.
CREATE TABLE record_locks (
    record TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL, -- 'archive' or 'replica'
    versions BIGINT NOT NULL,
    last_end BIGINT, -- of the longest lock
    held BOOLEAN NOT NULL, -- whether every version is
    seen_at BIGINT NOT NULL,
    look_at BIGINT NOT NULL, -- when a lock has to be renewed, or looked at again
    PRIMARY KEY (record, location)
);
CREATE INDEX record_locks_due ON record_locks (location, look_at);

-- Where the store did not do what policy and holds ask for; mended_at says since when it does.
CREATE TABLE lock_differences (
    record TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    object_key TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    told TEXT COLLATE "C" NOT NULL, -- in words
    found_at BIGINT NOT NULL,
    mended_at BIGINT,
    PRIMARY KEY (record, location, object_key, version, kind)
);
CREATE INDEX lock_differences_open ON lock_differences (record, location) WHERE mended_at IS NULL;

-- Which version of a record the replica has.
CREATE TABLE replications (
    record TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    copied_at BIGINT NOT NULL
);
