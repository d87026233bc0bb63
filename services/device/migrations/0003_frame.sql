-- migrate:up

-- Raw frames, sealed; written before anything is acknowledged, never changed. Keyed by uuid instead of resource
-- name: a district writes forty million rows a day here and in observations, and each name is 30 bytes longer.
CREATE TABLE frames (
    id uuid NOT NULL,
    device uuid NOT NULL,
    person uuid,
    receive_time timestamptz NOT NULL,
    session uuid NOT NULL,
    number int NOT NULL,
    decoder text NOT NULL,
    reason text NOT NULL,
    size int NOT NULL,
    correlation uuid,
    sealed bytea NOT NULL,
    PRIMARY KEY (device, receive_time, id)
) PARTITION BY RANGE (receive_time);
CREATE TABLE frames_default PARTITION OF frames DEFAULT;
REVOKE UPDATE, DELETE ON frames FROM eldercare_app;
REVOKE INSERT, UPDATE, DELETE ON frames_default FROM eldercare_app;

-- Identities that spoke to us and are not registered: counted always, their frames kept up to a bound.
CREATE TABLE unknown_devices (
    adapter text NOT NULL,
    identity text NOT NULL,
    frame_count bigint NOT NULL,
    kept_count int NOT NULL,
    first_seen_time timestamptz NOT NULL,
    last_seen_time timestamptz NOT NULL,
    PRIMARY KEY (adapter, identity)
);
CREATE INDEX unknown_devices_newest ON unknown_devices (last_seen_time DESC, adapter, identity);

-- Bytes that belong to no device: of unknown identities, or no frame at all. Sealed with the service's key.
CREATE TABLE stray_frames (
    id uuid PRIMARY KEY,
    adapter text NOT NULL,
    identity text NOT NULL,
    reason text NOT NULL,
    size int NOT NULL,
    receive_time timestamptz NOT NULL DEFAULT app_now(),
    sealed bytea NOT NULL
);
CREATE INDEX stray_frames_identity ON stray_frames (adapter, identity, receive_time);

-- migrate:down
