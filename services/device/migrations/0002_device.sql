-- migrate:up

CREATE TABLE devices (
    name text PRIMARY KEY CHECK (name LIKE 'devices/%'),
    adapter text NOT NULL,
    identity text NOT NULL,
    vendor text NOT NULL,
    model text NOT NULL,
    region text NOT NULL,
    options jsonb NOT NULL DEFAULT '{}',
    register_time timestamptz NOT NULL DEFAULT app_now(),
    UNIQUE (adapter, identity)
);
-- Lists page through one region and all below it.
CREATE INDEX devices_region ON devices (region text_pattern_ops, name);

-- Whose device it is, from one moment until another; history is never rewritten.
CREATE TABLE assignments (
    name text PRIMARY KEY CHECK (name LIKE 'assignments/%'),
    device text NOT NULL REFERENCES devices (name),
    person text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    region text NOT NULL,
    cell text NOT NULL DEFAULT '',
    start_time timestamptz NOT NULL DEFAULT app_now(),
    end_time timestamptz CHECK (end_time >= start_time),
    CHECK ((person = '') <> (place = ''))
);
CREATE UNIQUE INDEX assignments_open ON assignments (device) WHERE end_time IS NULL;
CREATE INDEX assignments_device ON assignments (device, start_time);
CREATE INDEX assignments_person ON assignments (person) WHERE person <> '';
REVOKE DELETE ON assignments FROM eldercare_app;

-- What changes with every frame, apart from the registry, so that frames and operators do not wait for each other.
-- Room in each page keeps the updates of 120,000 devices off the index.
CREATE TABLE device_states (
    device text PRIMARY KEY REFERENCES devices (name),
    last_seen_time timestamptz,
    battery_percent smallint CHECK (battery_percent BETWEEN 0 AND 100),
    recent bytea NOT NULL DEFAULT '\x',
    position bytea,
    position_cell text NOT NULL DEFAULT '',
    position_time timestamptz
) WITH (fillfactor = 70);

-- migrate:down
