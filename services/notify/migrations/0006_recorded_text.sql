-- migrate:up

-- Other messages are composed again when somebody looks; a sign-in code is in no message, so its text is kept sealed.
ALTER TABLE recorded_messages ADD COLUMN sealed_text bytea;

-- migrate:down
