-- migrate:up

-- Of a key only its hash is kept: it is 256 random bits, so a plain digest cannot be guessed backwards.
CREATE TABLE api_keys (
    name text COLLATE "C" PRIMARY KEY,
    provider text COLLATE "C" NOT NULL REFERENCES providers (name),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    issuer text NOT NULL,
    create_time timestamptz NOT NULL DEFAULT app_now(),
    expire_time timestamptz NOT NULL,
    revoke_time timestamptz,
    last_use_time timestamptz
);
CREATE INDEX api_keys_provider ON api_keys (provider, create_time);
REVOKE DELETE ON api_keys FROM eldercare_app;

-- migrate:down
