-- migrate:up transaction:false

-- The relay reads the urgent nouns first, each in its order.
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbox_noun ON outbox (split_part(aggregate, '/', 1), position);

-- migrate:down
