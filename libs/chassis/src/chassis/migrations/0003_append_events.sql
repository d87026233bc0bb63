-- migrate:up

-- Appends many facts with one call, as append_event does one by one. Their aggregates are locked in the order of their
-- names, so that two writers of the same ones never wait for each other; the facts leave in the order they are given.
CREATE FUNCTION append_events(
    p_ids uuid[], p_types text[], p_aggregates text[], p_correlations text[], p_causations text[], p_actors text[],
    p_regions text[], p_persons text[], p_rules text[], p_traceparents text[], p_data bytea[], p_leaves boolean[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_time timestamptz := app_now();
    v_aggregate text;
    v_sequence bigint;
    v_hash bytea;
    v_sequences bigint[] := array_fill(0::bigint, ARRAY[cardinality(p_ids)]);
    v_before bytea[] := array_fill('\x'::bytea, ARRAY[cardinality(p_ids)]);
    v_hashes bytea[] := v_before;
    n int;
BEGIN
    FOR n IN SELECT g.n FROM unnest(p_aggregates) WITH ORDINALITY AS g (aggregate, n) ORDER BY g.aggregate, g.n LOOP
        IF p_aggregates[n] IS DISTINCT FROM v_aggregate THEN
            UPDATE streams SET sequence = v_sequence, hash = v_hash WHERE aggregate = v_aggregate;
            v_aggregate := p_aggregates[n];
            SELECT sequence, hash INTO v_sequence, v_hash FROM streams WHERE aggregate = v_aggregate FOR UPDATE;
            IF NOT FOUND THEN
                INSERT INTO streams AS s (aggregate) VALUES (v_aggregate)
                    ON CONFLICT (aggregate) DO UPDATE SET sequence = s.sequence
                    RETURNING s.sequence, s.hash INTO v_sequence, v_hash;
            END IF;
        END IF;
        v_sequence := v_sequence + 1;
        v_before[n] := v_hash;
        v_hash := event_hash(v_hash, p_ids[n], p_types[n], v_aggregate, v_sequence, v_time, p_correlations[n],
                             p_causations[n], p_actors[n], p_regions[n], p_persons[n], p_rules[n], p_data[n]);
        v_sequences[n] := v_sequence;
        v_hashes[n] := v_hash;
    END LOOP;
    UPDATE streams SET sequence = v_sequence, hash = v_hash WHERE aggregate = v_aggregate;
    INSERT INTO events (id, time, type, aggregate, sequence, correlation, causation, actor, region, person, rule,
                        traceparent, data, previous_hash, hash)
        SELECT g.id, v_time, g.type, g.aggregate, g.sequence, g.correlation, g.causation, g.actor, g.region, g.person,
               g.rule, g.traceparent, g.data, g.before, g.hash
        FROM unnest(p_ids, p_types, p_aggregates, v_sequences, p_correlations, p_causations, p_actors, p_regions,
                    p_persons, p_rules, p_traceparents, p_data, v_before, v_hashes) WITH ORDINALITY
            AS g (id, type, aggregate, sequence, correlation, causation, actor, region, person, rule, traceparent,
                  data, before, hash, n)
        ORDER BY g.n;
    INSERT INTO outbox (event_id, event_time, aggregate)
        SELECT g.id, v_time, g.aggregate FROM unnest(p_ids, p_aggregates, p_leaves) WITH ORDINALITY
            AS g (id, aggregate, leaves, n)
        WHERE g.leaves ORDER BY g.n;
END $$;

-- migrate:down
