-- migrate:up

-- One ladder an incident. Open means: someone is called next, at due_time.
CREATE TABLE ladders (
    incident text PRIMARY KEY,
    number text NOT NULL,
    person text NOT NULL,
    place text NOT NULL,
    region text NOT NULL,
    alarm_kind text NOT NULL,
    urgency text NOT NULL,
    alarm_time timestamptz NOT NULL,
    archived boolean NOT NULL,
    rule text NOT NULL,
    correlation text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'stood_down', 'closed')),
    step int NOT NULL CHECK (step >= 0),
    due_time timestamptz,
    going text[] NOT NULL DEFAULT '{}',
    unable text[] NOT NULL DEFAULT '{}',
    start_time timestamptz NOT NULL DEFAULT app_now(),
    close_time timestamptz,
    CHECK ((state = 'open') = (due_time IS NOT NULL)),
    CHECK ((state = 'closed') = (close_time IS NOT NULL))
);
CREATE INDEX ladders_open ON ladders (due_time) WHERE state = 'open';

-- Frozen when the incident starts; no right to change them.
CREATE TABLE ladder_steps (
    incident text NOT NULL REFERENCES ladders,
    step int NOT NULL CHECK (step > 0),
    is_desk boolean NOT NULL,
    wait_s int NOT NULL CHECK (wait_s > 0),
    PRIMARY KEY (incident, step)
);
CREATE TABLE ladder_rungs (
    incident text NOT NULL,
    step int NOT NULL,
    recipient text NOT NULL,
    place_in_step int NOT NULL,
    channel text NOT NULL,
    contact_point uuid,
    rank int NOT NULL,
    FOREIGN KEY (incident, step) REFERENCES ladder_steps
);
CREATE INDEX ladder_rungs_step ON ladder_rungs (incident, step);
REVOKE UPDATE, DELETE, TRUNCATE ON ladder_steps, ladder_rungs FROM eldercare_app;

-- What people said, word for word of the four.
CREATE TABLE answers (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    incident text NOT NULL REFERENCES ladders,
    person text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('seen', 'on_my_way', 'cannot', 'take_over')),
    is_operator boolean NOT NULL,
    via text NOT NULL,
    step int NOT NULL,
    answer_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX answers_incident ON answers (incident, id);
REVOKE UPDATE, DELETE, TRUNCATE ON answers FROM eldercare_app;

-- migrate:down
