-- migrate:up

-- News up to the floor is no longer kept. Whoever has read less of the feed than that has missed some of it.
ALTER TABLE provider_feeds ADD COLUMN floor bigint NOT NULL DEFAULT 0;

-- A feed of which nothing is old enough is not even locked; of the others a thousand entries at a time go.
CREATE FUNCTION trim_provider_news(p_days int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    v_before timestamptz := app_now() - make_interval(days => p_days);
    v_feed provider_feeds;
    v_floor bigint;
    v_trimmed bigint := 0;
BEGIN
    IF p_days < 30 THEN
        RAISE EXCEPTION 'news is kept 30 days, not %', p_days;
    END IF;
    FOR v_feed IN
        SELECT f.* FROM provider_feeds f
        JOIN provider_news n ON n.provider = f.provider AND n.position = f.floor + 1 AND n.news_time < v_before
        FOR UPDATE OF f SKIP LOCKED
    LOOP
        SELECT coalesce(min(n.position) - 1, v_feed.last) INTO v_floor FROM provider_news n
        WHERE n.provider = v_feed.provider AND n.news_time >= v_before;
        v_floor := least(v_floor, v_feed.floor + 1000);
        DELETE FROM provider_news WHERE provider = v_feed.provider AND position <= v_floor;
        UPDATE provider_feeds SET floor = v_floor WHERE provider = v_feed.provider;
        v_trimmed := v_trimmed + v_floor - v_feed.floor;
    END LOOP;
    RETURN v_trimmed;
END $$;

-- migrate:down
