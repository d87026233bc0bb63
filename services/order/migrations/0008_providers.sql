-- migrate:up

ALTER TABLE items ADD COLUMN by_provider boolean NOT NULL DEFAULT false;
ALTER TABLE orders
    ADD COLUMN by_provider boolean NOT NULL DEFAULT false,
    ADD COLUMN evidence text[] NOT NULL DEFAULT '{}';

-- A provider has an order before it names the worker: who holds an order is named; who does not, is not.
DO $$
DECLARE
    held text;
BEGIN
    SELECT conname INTO STRICT held FROM pg_constraint
    WHERE conrelid = 'orders'::regclass AND pg_get_constraintdef(oid) LIKE '%accept_time IS NULL%';
    EXECUTE format('ALTER TABLE orders DROP CONSTRAINT %I', held);
END $$;
ALTER TABLE orders ADD CONSTRAINT orders_holder_named
    CHECK ((worker = '' AND provider = '') = (accept_time IS NULL));
CREATE INDEX orders_provider ON orders (provider, place_time) WHERE provider <> '';

-- What each provider is told, numbered without a gap. The feed's row is held until the commit, so numbers follow
-- commits: whoever has read up to one has missed nothing before it.
CREATE TABLE provider_feeds (
    provider text PRIMARY KEY,
    last bigint NOT NULL CHECK (last > 0)
);
CREATE TABLE provider_news (
    provider text NOT NULL REFERENCES provider_feeds (provider),
    position bigint NOT NULL,
    "order" text NOT NULL REFERENCES orders (name),
    news text NOT NULL CHECK (news IN ('offered', 'withdrawn', 'released')),
    reason text NOT NULL DEFAULT '',
    news_time timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (provider, position)
);
REVOKE UPDATE, DELETE, TRUNCATE ON provider_news FROM eldercare_app;

-- migrate:down
