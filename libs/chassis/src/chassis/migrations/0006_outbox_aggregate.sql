-- migrate:up

-- Nobody asks by the whole name of an aggregate: `outbox_waiting` and `outbox_noun` are what the relay reads by.
DROP INDEX outbox_aggregate;

-- migrate:down
