-- migrate:up

-- What elder or family said of a service, once.
CREATE TABLE ratings (
    "order" text PRIMARY KEY REFERENCES orders (name),
    rater text NOT NULL CHECK (rater <> ''),
    score int NOT NULL CHECK (score BETWEEN 1 AND 5),
    reasons text[] NOT NULL,
    rate_time timestamptz NOT NULL DEFAULT app_now()
);
REVOKE UPDATE, DELETE, TRUNCATE ON ratings FROM eldercare_app;

-- migrate:down
