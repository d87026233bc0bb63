-- migrate:up

CREATE TABLE incidents (
    name text PRIMARY KEY,
    number text NOT NULL,
    subject text NOT NULL CHECK (subject <> ''),
    person text NOT NULL,
    place text NOT NULL,
    region text NOT NULL,
    cell text NOT NULL,
    kind text NOT NULL,
    archived boolean NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('normal', 'urgent', 'emergency')),
    rule text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    -- An open incident is never ownerless.
    responsible text NOT NULL CHECK (responsible <> ''),
    deadline_time timestamptz NOT NULL,
    open_time timestamptz NOT NULL,
    outcome text,
    closer text NOT NULL DEFAULT '',
    close_time timestamptz,
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((state = 'closed') = (close_time IS NOT NULL))
);
-- n alarms of one subject, one incident while it is open.
CREATE UNIQUE INDEX one_open_incident ON incidents (subject) WHERE state = 'open';
CREATE INDEX incidents_region ON incidents (region text_pattern_ops, open_time);
CREATE INDEX incidents_open ON incidents (deadline_time) WHERE state = 'open';

CREATE TABLE tasks (
    name text PRIMARY KEY,
    device text NOT NULL CHECK (device <> ''),
    region text NOT NULL,
    kind text NOT NULL,
    open_time timestamptz NOT NULL,
    deadline_time timestamptz NOT NULL,
    done_time timestamptz
);
CREATE UNIQUE INDEX one_open_task ON tasks (device) WHERE done_time IS NULL;
CREATE INDEX tasks_region ON tasks (region text_pattern_ops, open_time);

-- Each alarm belongs to exactly one incident or task, however often and by whichever way it is brought.
CREATE TABLE alarm_homes (
    alarm text PRIMARY KEY,
    home text NOT NULL CHECK (home LIKE 'incidents/%' OR home LIKE 'tasks/%'),
    kind text NOT NULL,
    receive_time timestamptz NOT NULL,
    join_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX alarm_homes_home ON alarm_homes (home, join_time);
REVOKE UPDATE, DELETE, TRUNCATE ON alarm_homes FROM eldercare_app;

-- The ladder of an incident, from the hand-over until notify says it runs.
CREATE TABLE ladder_starts (
    incident text PRIMARY KEY REFERENCES incidents (name),
    start_time timestamptz NOT NULL DEFAULT app_now()
);

-- Short numbers in use: unique in a district while their incident or order lives.
CREATE TABLE short_numbers (
    district text NOT NULL,
    number text NOT NULL,
    holder text NOT NULL UNIQUE,
    PRIMARY KEY (district, number)
);
CREATE SEQUENCE short_number_serial;

-- migrate:down
