-- migrate:up

-- What notify knows of people's roles and language, fed by people's whole-state facts.
CREATE TABLE people_known (
    person text PRIMARY KEY,
    region text NOT NULL,
    language text NOT NULL,
    version bigint NOT NULL,
    is_erased boolean NOT NULL DEFAULT false
);
CREATE TABLE relations (
    person text NOT NULL REFERENCES people_known ON DELETE CASCADE,
    kind text NOT NULL,
    object text NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz,
    rights text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX relations_object ON relations (object, kind);
CREATE INDEX relations_person ON relations (person);
CREATE TABLE regions_known (
    region text PRIMARY KEY,
    time_zone text NOT NULL,
    version bigint NOT NULL
);

-- Persons' names as told to others, sealed with their own key.
CREATE TABLE addressees (
    person text PRIMARY KEY,
    display_name bytea NOT NULL,
    language text NOT NULL,
    put_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE TABLE desks (
    region text PRIMARY KEY,
    language text NOT NULL DEFAULT 'zh-CN',
    put_time timestamptz NOT NULL DEFAULT app_now()
);

-- One way to reach a person (persons/…) or a duty desk (regions/…). A row's value never changes: a ladder may hold it.
CREATE TABLE contact_points (
    id uuid PRIMARY KEY,
    owner text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('voice', 'sms', 'push', 'email', 'webhook')),
    value bytea NOT NULL,
    value_index bytea NOT NULL,
    rank int NOT NULL,
    quiet_hours text NOT NULL DEFAULT '',
    put_time timestamptz NOT NULL DEFAULT app_now(),
    retire_time timestamptz,
    last_success_time timestamptz,
    last_refusal_time timestamptz,
    last_refusal_reason text NOT NULL DEFAULT ''
);
CREATE INDEX contact_points_owner ON contact_points (owner) WHERE retire_time IS NULL;
CREATE INDEX contact_points_value ON contact_points (value_index);

-- migrate:down
