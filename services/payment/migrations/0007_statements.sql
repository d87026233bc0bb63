-- migrate:up

CREATE INDEX settlements_payee ON settlements (payee, settle_time DESC, name DESC) WHERE state = 'settled';

-- migrate:down
