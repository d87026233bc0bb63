-- migrate:up

-- Ids still follow commits, but a commit no longer waits for the one before it to reach the disk: while somebody holds
-- `timeline_numbering`, it numbers what has been committed, many lines at once. While nobody does, whoever writes a line
-- numbers it and what was left, one commit after the other, as before.
CREATE INDEX timeline_unnumbered ON timeline (fact_time, source) WHERE id IS NULL;

CREATE FUNCTION number_lines() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('timeline_id'));
    UPDATE timeline t SET id = n.id FROM (
        SELECT o.source, nextval('timeline_id') AS id FROM (
            SELECT source FROM timeline WHERE id IS NULL ORDER BY fact_time, source) o) n
    WHERE t.source = n.source;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;

CREATE OR REPLACE FUNCTION number_timeline() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Taken last of all locks and held only while committing: it orders commits and can close no circle of waits.
    IF pg_try_advisory_xact_lock_shared(hashtext('timeline_numbering')) THEN
        PERFORM number_lines();
    END IF;
    RETURN NULL;
END $$;

-- migrate:down
