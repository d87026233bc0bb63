-- migrate:up

-- What other services may know of a person; no direct identifier stands here.
CREATE TABLE persons (
    name text COLLATE "C" PRIMARY KEY,
    region text COLLATE "C" NOT NULL REFERENCES regions (name),
    home_cell text NOT NULL DEFAULT '',
    skills text[] NOT NULL DEFAULT '{}',
    categories text[] NOT NULL DEFAULT '{}',
    dependency_level text NOT NULL DEFAULT 'unspecified'
        CHECK (dependency_level IN ('unspecified', 'self_care', 'assisted', 'nursed', 'severely_disabled')),
    language text NOT NULL CHECK (language IN ('zh-CN', 'en')),
    version bigint NOT NULL CHECK (version > 0),
    registered_at timestamptz NOT NULL DEFAULT app_now(),
    erased_at timestamptz,
    CHECK (erased_at IS NULL OR home_cell = '')
);
CREATE INDEX persons_by_region ON persons (region, name);

CREATE TABLE roles (
    person text COLLATE "C" NOT NULL REFERENCES persons (name),
    kind text NOT NULL CHECK (kind IN ('elder', 'family', 'worker', 'volunteer', 'operator', 'supervisor')),
    object text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz CHECK (ended_at >= started_at),
    rights text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (person, kind, object, started_at),
    CHECK ((kind = 'elder') = (object = '')),
    CHECK (kind = 'family' OR rights = '{}')
);
CREATE INDEX roles_by_object ON roles (object, kind) WHERE object <> '';

CREATE TABLE certificates (
    person text COLLATE "C" NOT NULL REFERENCES persons (name),
    kind text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (person, kind)
);

-- Sealed with the person's own key; empty once the person is erased.
CREATE TABLE identifiers (
    person text COLLATE "C" PRIMARY KEY REFERENCES persons (name),
    display_name bytea,
    phone bytea,
    phone_blind bytea UNIQUE,
    address bytea,
    access_notes bytea,
    home bytea
);

-- migrate:down
