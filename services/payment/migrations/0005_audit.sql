-- migrate:up

CREATE INDEX settlements_decided ON settlements (decide_time);

-- What must never be, since a time: undecided settlements always, decided ones only when they are that young.
-- The auditor looks at the last hour every half minute; `-infinity` looks at everything, the whole ledger included.
CREATE FUNCTION payment_breaches(p_since timestamptz) RETURNS TABLE (kind text, name text) LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    WITH looked AS MATERIALIZED (
        SELECT * FROM settlements WHERE decide_time >= p_since OR state NOT IN ('settled', 'released')
    ), paid AS (
        SELECT t.settlement, sum(e.amount) AS amount FROM looked s JOIN transfers t ON t.settlement = s.name
        JOIN entries e ON e.transfer = t.name JOIN accounts a ON a.name = e.account AND a.kind = 'payable' GROUP BY 1
    ), pending AS (
        SELECT p.settlement, p.key, sum(p.amount) AS amount FROM looked s JOIN transfers p ON p.settlement = s.name
        WHERE p.kind = 'pending' AND NOT EXISTS (SELECT FROM transfers r WHERE r.resolves = p.name) GROUP BY 1, 2
    )
    SELECT 'settled_not_paid', s.name FROM looked s LEFT JOIN paid p ON p.settlement = s.name
        WHERE coalesce(p.amount, 0) <> CASE WHEN s.state = 'settled' THEN s.price
            WHEN s.state = 'capturing' THEN s.voucher_part ELSE 0 END
    UNION ALL
    SELECT 'decided_still_held', s.name FROM looked s
        WHERE s.state IN ('settled', 'released') AND EXISTS (SELECT FROM pending p WHERE p.settlement = s.name)
    UNION ALL
    SELECT 'hold_not_in_ledger', s.name FROM looked s
        WHERE s.wanted = 'nothing' AND s.voucher_part <> coalesce(
            (SELECT sum(p.amount) FROM pending p WHERE p.settlement = s.name AND p.key <> s.name || ':authorise'), 0)
    UNION ALL
    SELECT 'authorised_not_in_ledger', s.name FROM looked s
        LEFT JOIN pending p ON p.settlement = s.name AND p.key = s.name || ':authorise'
        WHERE coalesce(p.amount, 0) <> CASE WHEN s.stage = 'authorised' THEN s.secure_amount ELSE 0 END
    UNION ALL
    SELECT 'reference_unmatched', e.key FROM effects e LEFT JOIN settlements s ON s.name || ':authorise' = e.key
        WHERE e.kind = 'authorise' AND e.state = 'done' AND e.settled_at >= p_since
        AND e.reference IS DISTINCT FROM s.reference
    UNION ALL
    SELECT 'call_unknown_too_long', e.key FROM effects e
        WHERE e.settled_at IS NULL AND e.requested_at < app_now() - interval '15 minutes'
    UNION ALL
    SELECT 'decided_without_progress', s.name FROM looked s
        WHERE s.state IN ('capturing', 'releasing', 'holding') AND s.wanted <> 'nothing'
        AND s.decide_time < app_now() - interval '15 minutes'
    UNION ALL
    SELECT 'asset_not_zero', e.asset FROM entries e WHERE p_since = '-infinity' GROUP BY e.asset HAVING sum(e.amount) <> 0
    UNION ALL
    SELECT 'balance_not_its_entries', a.name FROM accounts a WHERE p_since = '-infinity' AND a.balance IS NOT NULL
        AND a.balance <> (SELECT coalesce(sum(e.amount), 0) FROM entries e WHERE e.account = a.name)
$$;

-- migrate:down
