-- migrate:up

CREATE TABLE lots (
    name text PRIMARY KEY,
    person text NOT NULL,
    month text NOT NULL CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    scope text[] NOT NULL,
    start_time timestamptz NOT NULL,
    expire_time timestamptz NOT NULL CHECK (expire_time > start_time),
    granted bigint NOT NULL CHECK (granted > 0),
    asset text NOT NULL,
    payer_region text NOT NULL CHECK (payer_region LIKE 'regions/%'),
    account text NOT NULL UNIQUE REFERENCES accounts,
    hold text NOT NULL UNIQUE REFERENCES accounts,
    transfer text NOT NULL UNIQUE REFERENCES transfers
);
CREATE INDEX lots_person ON lots (person, expire_time, name);
REVOKE UPDATE, DELETE ON lots FROM eldercare_app;

-- The moment of the order decides: before its month or after its end nothing can be reserved from a lot.
CREATE FUNCTION ledger_verify_lot() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM lots WHERE account = NEW.source
               AND NOT (NEW.effective_time >= start_time AND NEW.effective_time < expire_time)) THEN
        PERFORM ledger_refuse(NEW.name, 'the lot is not open at that time');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lot_is_open AFTER INSERT ON transfers
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NEW.kind = 'pending') EXECUTE FUNCTION ledger_verify_lot();

-- migrate:down
