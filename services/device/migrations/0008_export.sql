-- migrate:up

-- Exports made in the background: what is wanted, and how far each part is written.
CREATE TABLE exports (
    name text PRIMARY KEY CHECK (name LIKE 'exports/%'),
    subject text NOT NULL,
    vendor text NOT NULL,
    -- Who may have it: the person it is about, and operators of its region.
    person text NOT NULL,
    region text NOT NULL,
    selection jsonb NOT NULL,
    until_time timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled', 'expired')),
    -- Part → how far it is; a part that is not here has not begun.
    progress jsonb NOT NULL DEFAULT '{}',
    steps int NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL DEFAULT app_now(),
    end_time timestamptz,
    CHECK ((state = 'running') = (end_time IS NULL))
);

-- migrate:down
