-- migrate:up

-- Alarms as the device saw them. Only the hand-over is ever written later.
CREATE TABLE alarms (
    name text PRIMARY KEY CHECK (name LIKE 'alarms/%'),
    device text NOT NULL REFERENCES devices (name),
    frame uuid NOT NULL,
    event_id uuid NOT NULL,
    person text NOT NULL,
    place text NOT NULL,
    region text NOT NULL,
    cell text NOT NULL,
    kind text NOT NULL,
    scaip_device_type text NOT NULL,
    scaip_status_code text NOT NULL,
    vendor_code text NOT NULL,
    event_time timestamptz NOT NULL,
    receive_time timestamptz NOT NULL,
    archived boolean NOT NULL,
    quality text NOT NULL CHECK (quality IN ('valid', 'suspect', 'invalid')),
    correlation uuid NOT NULL,
    position bytea,
    handed_over_to text NOT NULL DEFAULT '',
    handed_over_time timestamptz,
    desk_paged_time timestamptz,
    CHECK ((handed_over_to = '') = (handed_over_time IS NULL))
);
CREATE INDEX alarms_device ON alarms (device, receive_time DESC);
CREATE INDEX alarms_person ON alarms (person, receive_time DESC) WHERE person <> '';
CREATE INDEX alarms_correlation ON alarms (correlation);
-- The auditor looks for these every half minute; there are next to none.
CREATE INDEX alarms_not_handed_over ON alarms (receive_time) WHERE handed_over_to = '';
REVOKE UPDATE, DELETE ON alarms FROM eldercare_app;
GRANT UPDATE (handed_over_to, handed_over_time, desk_paged_time) ON alarms TO eldercare_app;

-- migrate:down
