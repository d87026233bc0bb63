-- migrate:up

-- Drops the months of claims that are older than the longest replay of what was kept: whole partitions, never rows.
CREATE FUNCTION drop_old_claims(p_days int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    v_name text;
    v_dropped int := 0;
BEGIN
    IF p_days < 90 THEN
        RAISE EXCEPTION 'claims are kept 90 days, not %', p_days;
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('drop_old_claims')) THEN
        RETURN 0;  -- another core of this service is at it
    END IF;
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'inbox'::regclass AND c.relname ~ '^inbox_[0-9]{6}$'
          AND (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') < app_now() - make_interval(days => p_days)
    LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I', v_name);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END $$;

-- First answers are kept thirty days; this finds the old ones.
CREATE INDEX requests_claimed ON requests (claimed_at);

-- migrate:down
