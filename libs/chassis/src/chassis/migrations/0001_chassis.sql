-- migrate:up

-- The only clock: the server's, plus a shift that only test roles may write.
CREATE TABLE clock (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    shift interval NOT NULL DEFAULT '0'
);
INSERT INTO clock DEFAULT VALUES;
REVOKE INSERT, UPDATE, DELETE ON clock FROM eldercare_app;
GRANT SELECT, UPDATE ON clock TO eldercare_tester;

CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT now() + shift FROM clock $$;

-- The head of each aggregate's chain; its row is the aggregate's write lock.
CREATE TABLE streams (
    aggregate text PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT '\x'
);

-- The journal: facts in the past tense, append-only, each chained to the one before it.
CREATE TABLE events (
    id uuid NOT NULL,
    time timestamptz NOT NULL,
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    type text NOT NULL,
    aggregate text NOT NULL,
    sequence bigint NOT NULL,
    correlation text NOT NULL,
    causation text NOT NULL,
    actor text NOT NULL,
    region text NOT NULL,
    person text NOT NULL,
    rule text NOT NULL,
    traceparent text NOT NULL,
    data bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (id, time)
) PARTITION BY RANGE (time);
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE INDEX events_aggregate ON events (aggregate, sequence);
CREATE INDEX events_correlation ON events (correlation, position);
CREATE INDEX events_person ON events (person, position) WHERE person <> '';
CREATE INDEX events_type ON events (type, position);

-- Pointers into the journal that still have to leave the house.
CREATE TABLE outbox (
    position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,
    event_time timestamptz NOT NULL,
    aggregate text NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz,
    parked_at timestamptz,
    error text NOT NULL DEFAULT ''
);
CREATE INDEX outbox_aggregate ON outbox (aggregate);
CREATE INDEX outbox_waiting ON outbox (aggregate) WHERE parked_at IS NOT NULL OR next_at IS NOT NULL;

CREATE FUNCTION append_event(
    p_id uuid, p_type text, p_aggregate text, p_correlation text, p_causation text, p_actor text, p_region text,
    p_person text, p_rule text, p_traceparent text, p_data bytea, p_leaves boolean
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    v_time timestamptz := app_now();
    v_sequence bigint;
    v_previous bytea;
    v_hash bytea;
BEGIN
    INSERT INTO streams AS s (aggregate, sequence) VALUES (p_aggregate, 1)
        ON CONFLICT (aggregate) DO UPDATE SET sequence = s.sequence + 1
        RETURNING s.sequence, s.hash INTO v_sequence, v_previous;
    v_hash := event_hash(v_previous, p_id, p_type, p_aggregate, v_sequence, v_time, p_correlation, p_causation,
                         p_actor, p_region, p_person, p_rule, p_data);
    UPDATE streams SET hash = v_hash WHERE aggregate = p_aggregate;
    INSERT INTO events (id, time, type, aggregate, sequence, correlation, causation, actor, region, person, rule,
                        traceparent, data, previous_hash, hash)
        VALUES (p_id, v_time, p_type, p_aggregate, v_sequence, p_correlation, p_causation, p_actor, p_region,
                p_person, p_rule, p_traceparent, p_data, v_previous, v_hash);
    IF p_leaves THEN
        INSERT INTO outbox (event_id, event_time, aggregate) VALUES (p_id, v_time, p_aggregate);
    END IF;
    RETURN v_sequence;
END $$;

CREATE FUNCTION event_hash(
    p_previous bytea, p_id uuid, p_type text, p_aggregate text, p_sequence bigint, p_time timestamptz,
    p_correlation text, p_causation text, p_actor text, p_region text, p_person text, p_rule text, p_data bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(p_previous || convert_to(concat_ws(chr(31), p_id, p_type, p_aggregate, p_sequence,
        (extract(epoch FROM p_time) * 1000000)::bigint, p_correlation, p_causation, p_actor, p_region, p_person, p_rule),
        'UTF8') || sha256(p_data))
$$;

-- Rows whose chain does not hold: edited, removed, or forged. Removed at the end: the head of the chain has no row.
CREATE FUNCTION broken_events() RETURNS TABLE (id uuid, aggregate text, sequence bigint) LANGUAGE sql STABLE AS $$
    SELECT NULL::uuid, s.aggregate, s.sequence FROM streams s
    WHERE s.sequence > 0 AND NOT EXISTS (SELECT FROM events e WHERE e.aggregate = s.aggregate
                                         AND e.sequence = s.sequence AND e.hash = s.hash)
    UNION ALL
    SELECT id, aggregate, sequence FROM (
        SELECT e.*, lag(hash) OVER w AS before, lag(sequence) OVER w AS before_sequence
        FROM events e WINDOW w AS (PARTITION BY aggregate ORDER BY sequence)
    ) chain
    WHERE previous_hash <> coalesce(before, '\x') OR sequence <> coalesce(before_sequence, 0) + 1
       OR hash <> event_hash(previous_hash, id, type, aggregate, sequence, time, correlation, causation, actor,
                             region, person, rule, data)
$$;

-- Takes the aggregate's lock before there is anything to append.
CREATE FUNCTION lock_aggregate(p_aggregate text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO streams AS s (aggregate) VALUES (p_aggregate)
        ON CONFLICT (aggregate) DO UPDATE SET sequence = s.sequence
$$;

REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON events, events_default, streams FROM eldercare_app;

-- What a consumer has done, by the month inside the event's id, so a redelivery after midnight finds its claim.
CREATE FUNCTION uuid7_time(p_id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT to_timestamp(('x' || lpad(left(replace(p_id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0)
$$;
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    event_time timestamptz NOT NULL,
    PRIMARY KEY (consumer, event_id, event_time)
) PARTITION BY RANGE (event_time);
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

-- Creates a month's partition of a table; safe to call again.
CREATE FUNCTION ensure_partition(p_table text, p_month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    v_name text := p_table || '_' || to_char(p_month, 'YYYYMM');
    v_from timestamptz := date_trunc('month', p_month::timestamp) AT TIME ZONE 'UTC';
    v_until timestamptz := (date_trunc('month', p_month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(v_name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', v_name, p_table, v_from, v_until);
        -- Rights are checked on the table it belongs to; its own would be a way around them.
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM eldercare_app', v_name);
    END IF;
EXCEPTION
    WHEN check_violation THEN NULL;  -- the default partition already holds rows of that month; they stay there
    WHEN duplicate_table THEN NULL;
END $$;
SELECT ensure_partition(t, (date_trunc('month', app_now()) + m * interval '1 month')::date)
    FROM unnest(ARRAY['events', 'inbox']) t, generate_series(0, 3) m;

-- Events whose handler failed; later ones of the same aggregate wait behind them.
CREATE TABLE set_aside (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    aggregate text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    reason text NOT NULL,
    error text NOT NULL,
    attempts int NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    next_at timestamptz,
    parked_at timestamptz,
    UNIQUE (consumer, event_id)
);
CREATE INDEX set_aside_aggregate ON set_aside (consumer, aggregate, id);

CREATE TABLE timers (
    key text PRIMARY KEY,
    kind text NOT NULL,
    due_at timestamptz NOT NULL,
    payload jsonb NOT NULL,
    context jsonb NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    parked_at timestamptz,
    set_at timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX timers_due ON timers (due_at) WHERE parked_at IS NULL;

-- Calls to the outside: the row is there before the call, the outcome after it.
CREATE TABLE effects (
    key text PRIMARY KEY,
    kind text NOT NULL,
    request jsonb NOT NULL,
    context jsonb NOT NULL,
    state text NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'calling', 'unknown', 'done', 'refused', 'given_up')),
    attempts int NOT NULL DEFAULT 0,
    timeout_s real NOT NULL,
    due_at timestamptz NOT NULL,
    reference text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}',
    error text NOT NULL DEFAULT '',
    requested_at timestamptz NOT NULL DEFAULT app_now(),
    settled_at timestamptz
);
CREATE INDEX effects_due ON effects (due_at) WHERE settled_at IS NULL;

-- Commands by request_id: the first answer is the only answer.
CREATE TABLE requests (
    caller text NOT NULL,
    request_id uuid NOT NULL,
    method text NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea,
    claimed_at timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (caller, request_id)
);

-- What an operator gave up, and why.
CREATE TABLE given_up (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    time timestamptz NOT NULL DEFAULT app_now(),
    item jsonb NOT NULL,
    reason text NOT NULL CHECK (reason <> '')
);
REVOKE UPDATE, DELETE, TRUNCATE ON given_up FROM eldercare_app;

-- Who read what sensitive thing, and why.
CREATE TABLE reads (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    time timestamptz NOT NULL DEFAULT app_now(),
    caller text NOT NULL,
    method text NOT NULL,
    object text NOT NULL,
    purpose text NOT NULL,
    correlation text NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON reads FROM eldercare_app;

-- One key a data subject, wrapped; destroying it erases the subject while figures stay.
CREATE TABLE subject_keys (
    subject text PRIMARY KEY,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT app_now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- migrate:down
