-- Who is signed in to the server, and with what they prove who they are. None of it is in the ledger: after a rebuild
-- everybody signs in anew, with a link from an administrator.
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY, -- SHA-256 of 256 random bits that only the browser has
    person TEXT NOT NULL REFERENCES people (id),
    method TEXT NOT NULL, -- password, link or oidc
    opened_at BIGINT NOT NULL,
    proved_at BIGINT NOT NULL, -- when the person last proved who they are
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person);

CREATE TABLE passwords (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
    hash TEXT NOT NULL, -- Argon2id, in the PHC form
    set_at BIGINT NOT NULL
);

CREATE TABLE totp_secrets (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
    secret TEXT NOT NULL, -- base32
    set_at BIGINT NOT NULL,
    confirmed_at BIGINT, -- none: not shown to work yet, not asked for
    last_step BIGINT NOT NULL DEFAULT 0 -- a code counts once
);

CREATE TABLE recovery_codes (
    person TEXT NOT NULL REFERENCES people (id),
    digest TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person, digest)
);

-- Links that sign in once. Without a person: whoever uses it becomes the first administrator.
CREATE TABLE sign_in_links (
    digest TEXT NOT NULL PRIMARY KEY,
    person TEXT REFERENCES people (id),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- Failed attempts in a row, by account and by address.
CREATE TABLE sign_in_failures (
    subject TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL
);

-- People as an identity provider knows them.
CREATE TABLE provider_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- Sign-ins that were begun at an identity provider.
CREATE TABLE provider_sign_ins (
    digest TEXT NOT NULL PRIMARY KEY, -- of the state
    browser TEXT NOT NULL, -- digest of the cookie of the browser that began
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What a token is called and good for; no scopes: for everything that its person may do.
ALTER TABLE tokens ADD COLUMN name TEXT;
ALTER TABLE tokens ADD COLUMN scopes TEXT; -- names parted by spaces

-- Charts that were opened in an emergency, and whether somebody else looked at that.
CREATE TABLE emergencies (
    opened BIGINT NOT NULL PRIMARY KEY, -- number of the ledger's entry
    person TEXT NOT NULL,
    patient TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    review_by BIGINT NOT NULL,
    reviewed_at BIGINT,
    reviewed_by TEXT,
    justified BOOLEAN
);
CREATE INDEX emergencies_of_person ON emergencies (person, until);
