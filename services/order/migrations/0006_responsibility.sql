-- migrate:up

-- Why the responsible party has it: who is there, or took it over, does not lose it to who only sets out.
ALTER TABLE incidents ADD COLUMN reason text;

-- migrate:down

