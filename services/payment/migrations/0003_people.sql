-- migrate:up

-- This service's own copy of what people tells: enough to know who may see what. No names, no phones.
CREATE TABLE known_persons (
    name text PRIMARY KEY,
    region text NOT NULL,
    version bigint NOT NULL,
    erased boolean NOT NULL DEFAULT false
);
CREATE TABLE known_families (
    family text NOT NULL,
    elder text NOT NULL,
    rights text[] NOT NULL,
    start_time timestamptz,
    end_time timestamptz
);
CREATE INDEX known_families_elder ON known_families (elder);
CREATE INDEX known_families_family ON known_families (family);
CREATE TABLE known_regions (
    name text PRIMARY KEY,
    time_zone text NOT NULL,
    version bigint NOT NULL
);

-- The processor's token of whoever pays for a person, sealed with the person's key. The newest is used; an older one
-- stays for the calls that were begun with it.
CREATE TABLE payers (
    name text PRIMARY KEY,
    person text NOT NULL,
    processor text NOT NULL,
    sealed_token bytea NOT NULL,
    put_by text NOT NULL,
    put_time timestamptz NOT NULL DEFAULT app_now(),
    replaced_time timestamptz
);
CREATE UNIQUE INDEX payers_current ON payers (person) WHERE replaced_time IS NULL;

-- migrate:down
