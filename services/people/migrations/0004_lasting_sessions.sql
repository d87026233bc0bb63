-- migrate:up

-- What a refresh token renews. Only the newest token's hash is here; an older one is known by its own seal.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person text COLLATE "C" NOT NULL REFERENCES persons (name),
    means text NOT NULL CHECK (means IN ('password', 'code', 'provider')),
    started_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    generation integer NOT NULL CHECK (generation > 0),
    token_hash bytea NOT NULL,
    traded_by uuid,
    ended_at timestamptz,
    end_reason text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (end_reason = ''))
);
CREATE INDEX sessions_by_person ON sessions (person, started_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_use ON sessions (used_at);

-- A code asked for. The code itself is nowhere: it is made from the challenge with a key that is not in this database.
CREATE TABLE sign_in_codes (
    challenge uuid PRIMARY KEY,
    phone_blind bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    used_at timestamptz
);
CREATE INDEX sign_in_codes_by_phone ON sign_in_codes (phone_blind, asked_at);
CREATE INDEX sign_in_codes_by_age ON sign_in_codes (asked_at);

-- Accounts at identity providers, as blind indexes only.
CREATE TABLE provider_links (
    account_blind bytea PRIMARY KEY,
    person text COLLATE "C" NOT NULL REFERENCES persons (name),
    issuer text NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT app_now(),
    UNIQUE (person, issuer)
);

-- migrate:down
