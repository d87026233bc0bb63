-- migrate:up

-- Who was asked once keeps no part in the incident: an offer ends, and so does an order. Ends are kept, not deleted,
-- so that an offer told late brings nobody back.
ALTER TABLE offered_workers ADD COLUMN end_time timestamptz;
ALTER TABLE threads ADD COLUMN end_time timestamptz;

-- migrate:down

