-- migrate:up

-- An export reads settlements in the order of their time; entries have their transfer's position.
CREATE INDEX settlements_time ON settlements (accept_time, name);

-- migrate:down
