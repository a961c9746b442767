-- The ledger: append-only, nothing in it is ever changed. An entry is its canonical bytes, as text.
CREATE TABLE ledger (
    sequence BIGINT NOT NULL PRIMARY KEY, -- from 0, without gaps
    entry TEXT COLLATE "C" NOT NULL,
    -- Digests of the subtrees (RFC 6962) that became whole with this entry, the smallest first, parted by spaces: the
    -- entry's own leaf, then one for each level that it closes. Roots and proofs of any size need no more than these.
    nodes TEXT COLLATE "C" NOT NULL
);

-- The keys that signed the ledger's checkpoints; the last one signs now.
CREATE TABLE ledger_keys (
    sequence BIGINT NOT NULL PRIMARY KEY REFERENCES ledger (sequence),
    origin TEXT COLLATE "C" NOT NULL,
    public_key TEXT COLLATE "C" NOT NULL,
    signature TEXT COLLATE "C" -- of the key before it; none for a key that nobody vouched for
);
