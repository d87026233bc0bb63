-- migrate:up

-- Who is on duty, and the ~100 m cell they were last heard from, written at a low rate. Redis has the fresh position.
CREATE TABLE duties (
    worker text PRIMARY KEY,
    on_duty boolean NOT NULL,
    since_time timestamptz,
    cell text NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    position_time timestamptz,
    CHECK (on_duty = (since_time IS NOT NULL))
);
CREATE INDEX duties_place ON duties (lat, lon) WHERE on_duty;

-- Why these workers and not others: one row a ring.
CREATE TABLE dispatch_decisions (
    "order" text NOT NULL REFERENCES orders (name),
    round int NOT NULL,
    ring int NOT NULL,
    decide_time timestamptz NOT NULL DEFAULT app_now(),
    rule text NOT NULL,
    radius_m int NOT NULL,
    source text NOT NULL,
    candidates jsonb NOT NULL,
    offered text[] NOT NULL,
    PRIMARY KEY ("order", round, ring)
);
REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_decisions FROM eldercare_app;

-- migrate:down
