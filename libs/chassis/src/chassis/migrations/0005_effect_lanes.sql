-- migrate:up

-- Calls of one kind of which some have threads of their own. A release that knows no lanes makes them all alike.
ALTER TABLE effects ADD COLUMN lane text NOT NULL DEFAULT '';

-- migrate:down
