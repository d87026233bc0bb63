-- migrate:up

-- Pages are the chassis' own kind of effect now; one that has not been taken yet is told on.
UPDATE effects SET kind = 'page', request = request || '{"reason": "no_incident"}'
    WHERE kind = 'page_duty_desk' AND settled_at IS NULL;

-- migrate:down
