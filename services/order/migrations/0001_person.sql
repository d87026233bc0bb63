-- migrate:up

-- Order's own copy of people's facts: who may be asked, who belongs to whom. No names, no phones.
CREATE TABLE persons (
    name text PRIMARY KEY,
    region text NOT NULL,
    home_cell text NOT NULL DEFAULT '',
    certificates jsonb NOT NULL DEFAULT '{}',
    skills text[] NOT NULL DEFAULT '{}',
    version bigint NOT NULL,
    is_erased boolean NOT NULL DEFAULT false
);

CREATE TABLE person_roles (
    person text NOT NULL REFERENCES persons (name) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('elder', 'family', 'worker', 'volunteer', 'operator', 'supervisor')),
    object text NOT NULL DEFAULT '',
    start_time timestamptz,
    end_time timestamptz,
    rights text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX person_roles_person ON person_roles (person);
CREATE INDEX person_roles_object ON person_roles (kind, object);

CREATE TABLE providers (
    name text PRIMARY KEY,
    region text NOT NULL,
    service_classes text[] NOT NULL DEFAULT '{}',
    version bigint NOT NULL
);

-- migrate:down
