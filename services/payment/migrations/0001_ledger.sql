-- migrate:up

-- The chart's kinds as data: a new kind (payout, bond, credit) is a row, not a column.
CREATE TABLE account_kinds (
    kind text PRIMARY KEY CHECK (kind ~ '^[a-z_]{3,40}$'),
    may_overdraw boolean NOT NULL,
    meaning text NOT NULL
);
INSERT INTO account_kinds (kind, may_overdraw, meaning) VALUES
    ('funding', true, 'what a region has put into vouchers'),
    ('voucher_lot', false, 'what a lot can still pay'),
    ('lot_hold', false, 'what a lot has reserved'),
    ('clearing', true, 'what a processor has authorised or collected'),
    ('payer_hold', false, 'what a payer has authorised and nobody captured'),
    ('payable', true, 'what is owed to a provider; below zero the provider owes'),
    ('claim', true, 'what a person owes');
REVOKE INSERT, UPDATE, DELETE ON account_kinds FROM eldercare_app;

-- A balance is kept where it has a floor; the others are the sum of their entries, so nobody queues for them.
CREATE TABLE accounts (
    name text PRIMARY KEY CHECK (name LIKE 'accounts/%'),
    kind text NOT NULL REFERENCES account_kinds,
    asset text NOT NULL CHECK (asset ~ '^[A-Z]{3,12}$'),
    balance bigint CONSTRAINT accounts_never_below_zero CHECK (balance >= 0),
    open_time timestamptz NOT NULL DEFAULT app_now(),
    UNIQUE (name, asset)
);

-- Immutable. A pending transfer reserves from source to hold; one row at most resolves it. The key is never deleted.
CREATE TABLE transfers (
    name text PRIMARY KEY,
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    key text NOT NULL CONSTRAINT transfers_key_once UNIQUE,
    fingerprint text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('posting', 'pending', 'posted', 'voided', 'expired', 'refund')),
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    source text REFERENCES accounts,
    hold text REFERENCES accounts,
    resolves text CONSTRAINT transfers_resolved_once UNIQUE REFERENCES transfers,
    refunds text REFERENCES transfers,
    settlement text,
    rule text NOT NULL CHECK (rule ~ '^[a-z_-]+:[a-z0-9_-]+/[0-9]+$'),
    effective_time timestamptz NOT NULL,
    post_time timestamptz NOT NULL DEFAULT app_now(),
    lines smallint NOT NULL CHECK (lines BETWEEN 2 AND 100),
    UNIQUE (name, lines),
    CHECK ((kind = 'pending') = (source IS NOT NULL AND hold IS NOT NULL)),
    CHECK ((kind IN ('posted', 'voided', 'expired')) = (resolves IS NOT NULL)),
    CHECK ((kind = 'refund') = (refunds IS NOT NULL)),
    CHECK ((kind IN ('voided', 'expired')) = (amount = 0))
);
CREATE INDEX transfers_settlement ON transfers (settlement, position) WHERE settlement IS NOT NULL;
CREATE INDEX transfers_refunds ON transfers (refunds) WHERE refunds IS NOT NULL;
CREATE INDEX transfers_pending_source ON transfers (source) WHERE kind = 'pending';

-- Numbered lines of a transfer: all numbers are taken when it commits, so none can be added later.
CREATE TABLE entries (
    transfer text NOT NULL,
    line smallint NOT NULL,
    lines smallint NOT NULL,
    account text NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transfer, line),
    FOREIGN KEY (transfer, lines) REFERENCES transfers (name, lines),
    FOREIGN KEY (account, asset) REFERENCES accounts (name, asset),
    CHECK (line BETWEEN 1 AND lines)
);
CREATE INDEX entries_account ON entries (account);

-- The runtime may add and nothing else; balances move by trigger alone.
REVOKE ALL ON accounts, transfers, entries FROM eldercare_app;
GRANT SELECT, INSERT ON transfers, entries TO eldercare_app;
GRANT SELECT, INSERT (name, kind, asset) ON accounts TO eldercare_app;

CREATE FUNCTION ledger_open_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.balance := (SELECT CASE WHEN NOT may_overdraw THEN 0 END FROM account_kinds WHERE kind = NEW.kind);
    RETURN NEW;
END $$;
CREATE TRIGGER open_account BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION ledger_open_account();

-- Locks accounts that have a floor, always in the order of their names, and tells their balances.
CREATE FUNCTION ledger_lock(wanted text[]) RETURNS TABLE (name text, balance bigint) LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.name, a.balance FROM accounts a WHERE a.name = ANY (wanted) AND a.balance IS NOT NULL
    ORDER BY a.name FOR NO KEY UPDATE
$$;

CREATE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger_lock(ARRAY(SELECT account FROM fresh));
    UPDATE accounts a SET balance = a.balance + moved.amount
        FROM (SELECT account, sum(amount)::bigint AS amount FROM fresh GROUP BY account) moved
        WHERE a.name = moved.account AND a.balance IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER apply_entries AFTER INSERT ON entries REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: a mistake is corrected by another transfer'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER transfers_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_refuse(p_name text, p_why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is refused: %', p_name, p_why USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- What no column constraint can say of a transfer: complete, zero for each asset, worth what it claims.
CREATE FUNCTION ledger_verify() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM entries WHERE transfer = NEW.name) <> NEW.lines THEN
        PERFORM ledger_refuse(NEW.name, 'entries are missing');
    ELSIF EXISTS (SELECT FROM entries WHERE transfer = NEW.name GROUP BY asset HAVING sum(amount) <> 0) THEN
        PERFORM ledger_refuse(NEW.name, 'the entries do not sum to zero');
    ELSIF NEW.resolves IS NULL AND NEW.amount IS DISTINCT FROM
            (SELECT sum(amount) FROM entries WHERE transfer = NEW.name AND asset = NEW.asset AND amount > 0) THEN
        PERFORM ledger_refuse(NEW.name, 'the entries do not move its amount');
    END IF;
    IF NEW.kind = 'pending' THEN PERFORM ledger_verify_pending(NEW); END IF;
    IF NEW.resolves IS NOT NULL THEN PERFORM ledger_verify_resolution(NEW); END IF;
    IF NEW.refunds IS NOT NULL THEN PERFORM ledger_verify_refund(NEW); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_entry(p_transfer text, p_account text) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(amount), 0)::bigint FROM entries WHERE transfer = p_transfer AND account = p_account
$$;

CREATE FUNCTION ledger_verify_pending(t transfers) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF ledger_entry(t.name, t.source) <> -t.amount OR ledger_entry(t.name, t.hold) <> t.amount THEN
        PERFORM ledger_refuse(t.name, 'a pending transfer moves its amount from its source to its hold');
    END IF;
END $$;

-- All of the hold is given up, what is not posted goes back to the source: so never more than was reserved.
CREATE FUNCTION ledger_verify_resolution(t transfers) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    p transfers;
BEGIN
    SELECT * INTO p FROM transfers WHERE name = t.resolves;
    IF p.kind <> 'pending' OR p.asset <> t.asset THEN
        PERFORM ledger_refuse(t.name, 'only a pending transfer of its asset can be resolved');
    ELSIF t.amount > p.amount THEN
        PERFORM ledger_refuse(t.name, 'more would be posted than was reserved');
    ELSIF ledger_entry(t.name, p.hold) <> -p.amount OR ledger_entry(t.name, p.source) <> p.amount - t.amount THEN
        PERFORM ledger_refuse(t.name, 'the hold is emptied, and what is not posted goes back to its source');
    END IF;
END $$;

-- The original's row is locked, so two refunds cannot both see the other's part unspent.
CREATE FUNCTION ledger_verify_refund(t transfers) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    original transfers;
BEGIN
    SELECT * INTO original FROM transfers WHERE name = t.refunds FOR NO KEY UPDATE;
    IF original.kind NOT IN ('posting', 'posted') OR original.asset <> t.asset THEN
        PERFORM ledger_refuse(t.name, 'only what was posted in its asset can be refunded');
    ELSIF (SELECT sum(amount) FROM transfers WHERE refunds = t.refunds) > original.amount THEN
        PERFORM ledger_refuse(t.name, 'more would be refunded than was posted');
    END IF;
END $$;

-- Deferrable for who writes line by line; at once for the service, which writes a transfer in one statement.
CREATE CONSTRAINT TRIGGER transfer_holds_together AFTER INSERT ON transfers
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION ledger_verify();

CREATE VIEW account_balances AS
    SELECT a.name, a.kind, a.asset, coalesce(a.balance, e.balance, 0) AS balance
    FROM accounts a LEFT JOIN LATERAL
        (SELECT sum(amount)::bigint AS balance FROM entries WHERE account = a.name AND a.balance IS NULL) e ON true;

-- migrate:down
