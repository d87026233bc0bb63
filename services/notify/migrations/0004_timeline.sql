-- migrate:up

-- What belongs to which incident, person and region: alarms, orders.
CREATE TABLE threads (
    noun text PRIMARY KEY,
    incident text NOT NULL DEFAULT '',
    person text NOT NULL DEFAULT '',
    region text NOT NULL DEFAULT '',
    number text NOT NULL DEFAULT '',
    worker text NOT NULL DEFAULT '',
    params jsonb NOT NULL DEFAULT '{}',
    fact_time timestamptz
);
CREATE INDEX threads_incident ON threads (incident) WHERE incident <> '';
CREATE TABLE offered_workers (
    noun text NOT NULL,
    worker text NOT NULL,
    PRIMARY KEY (noun, worker)
);

-- The story of an incident as codes. `id` is given as the transaction commits, so ids follow commits and a reader
-- that has seen an id has seen every smaller one.
CREATE TABLE timeline (
    source text PRIMARY KEY,
    id bigint UNIQUE,
    incident text NOT NULL,
    order_name text NOT NULL,
    type text NOT NULL,
    fact_time timestamptz NOT NULL,
    params jsonb NOT NULL,
    region text NOT NULL,
    correlation text NOT NULL,
    write_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX timeline_incident ON timeline (incident, id);
CREATE INDEX timeline_region ON timeline (region text_pattern_ops, id);
REVOKE UPDATE, DELETE, TRUNCATE ON timeline FROM eldercare_app;

CREATE SEQUENCE timeline_id;
CREATE FUNCTION number_timeline() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    -- Taken last of all locks and held only while committing: it orders commits and can close no circle of waits.
    PERFORM pg_advisory_xact_lock(hashtext('timeline_id'));
    UPDATE timeline SET id = nextval('timeline_id') WHERE source = NEW.source;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER number_timeline AFTER INSERT ON timeline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION number_timeline();

-- migrate:down
