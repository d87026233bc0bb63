-- migrate:up

-- An export reads these in the order of their time, all of them or those of one person.
CREATE INDEX incidents_time ON incidents (open_time, name);
CREATE INDEX incidents_closed ON incidents (close_time, name) WHERE close_time IS NOT NULL;
CREATE INDEX incidents_person ON incidents (person, open_time) WHERE person <> '';
CREATE INDEX tasks_time ON tasks (open_time, name);
CREATE INDEX orders_time ON orders (place_time, name);

-- migrate:down
