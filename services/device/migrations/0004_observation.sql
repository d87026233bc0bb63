-- migrate:up

-- Measurements: figures stay when a person's key is destroyed. A panel has components and no value of its own.
CREATE TABLE observations (
    id uuid NOT NULL,
    device uuid NOT NULL,
    person uuid,
    frame uuid NOT NULL,
    receive_time timestamptz NOT NULL,
    event_time timestamptz NOT NULL,
    code text NOT NULL,
    value double precision,
    unit text NOT NULL,
    components jsonb,
    method text NOT NULL,
    quality text NOT NULL CHECK (quality IN ('valid', 'suspect', 'invalid')),
    doubts text NOT NULL,
    archived boolean NOT NULL,
    PRIMARY KEY (device, receive_time, id)
) PARTITION BY RANGE (receive_time);
CREATE TABLE observations_default PARTITION OF observations DEFAULT;
CREATE INDEX observations_person ON observations (person, receive_time DESC, id DESC) WHERE person IS NOT NULL;
REVOKE UPDATE, DELETE ON observations FROM eldercare_app;
REVOKE INSERT, UPDATE, DELETE ON observations_default FROM eldercare_app;

SELECT ensure_partition(t, (date_trunc('month', app_now()) + m * interval '1 month')::date)
    FROM unnest(ARRAY['frames', 'observations']) t, generate_series(0, 3) m;

-- migrate:down
