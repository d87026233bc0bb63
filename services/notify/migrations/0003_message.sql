-- migrate:up

-- One message to one recipient by one channel, as codes: the sentence is made when it is sent or shown, so no text
-- with a person's name is stored anywhere.
CREATE TABLE messages (
    name text PRIMARY KEY,
    incident text NOT NULL DEFAULT '',
    order_name text NOT NULL DEFAULT '',
    step int NOT NULL DEFAULT 0,
    occasion text NOT NULL DEFAULT '',
    recipient text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('voice', 'sms', 'push', 'email', 'webhook', 'feed')),
    template text NOT NULL,
    contact_point uuid,
    params jsonb NOT NULL,
    is_urgent boolean NOT NULL,
    is_call boolean NOT NULL,
    region text NOT NULL,
    person text NOT NULL,
    correlation text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'refused', 'unknown')),
    reason text NOT NULL DEFAULT '',
    provider_reference text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL DEFAULT app_now(),
    due_time timestamptz NOT NULL,
    settle_time timestamptz,
    UNIQUE (incident, order_name, step, occasion, recipient, channel, template)
);
CREATE INDEX messages_pending ON messages (due_time) WHERE state = 'pending';
CREATE INDEX messages_recipient ON messages (recipient, channel, due_time) WHERE NOT is_urgent;

-- The recorder stands in for SMS, voice and push: what went to which number, sealed. `key` is the message.
CREATE TABLE recorded_messages (
    key text PRIMARY KEY,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    channel text NOT NULL,
    recipient text NOT NULL,
    sealed_value bytea NOT NULL,
    value_index bytea NOT NULL,
    template text NOT NULL,
    language text NOT NULL,
    record_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX recorded_messages_recipient ON recorded_messages (recipient, id);
REVOKE UPDATE, DELETE, TRUNCATE ON recorded_messages FROM eldercare_app;

-- migrate:down
