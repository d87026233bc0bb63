-- migrate:up

-- The login is stored as its blind index only: it may be a phone.
CREATE TABLE credentials (
    person text COLLATE "C" PRIMARY KEY REFERENCES persons (name),
    login_blind bytea NOT NULL UNIQUE,
    password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    set_at timestamptz NOT NULL DEFAULT app_now()
);

-- Known and unknown logins alike, so a lock-out does not tell them apart.
CREATE TABLE sign_in_attempts (
    login_blind bytea PRIMARY KEY,
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last_at);

-- migrate:down
