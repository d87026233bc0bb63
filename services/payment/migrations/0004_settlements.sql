-- migrate:up

CREATE TABLE settlements (
    name text PRIMARY KEY,
    order_name text NOT NULL UNIQUE,
    incident text NOT NULL,
    person text NOT NULL,
    payee text NOT NULL,
    region text NOT NULL,
    payer_region text NOT NULL,
    service_class text NOT NULL,
    urgent boolean NOT NULL,
    asset text NOT NULL,
    cap bigint NOT NULL CHECK (cap >= 0),
    state text NOT NULL
        CHECK (state IN ('holding', 'held', 'claim_open', 'capturing', 'settled', 'releasing', 'released')),
    wanted text NOT NULL CHECK (wanted IN ('nothing', 'capture', 'release')),
    stage text NOT NULL CHECK (stage IN ('none', 'asked', 'authorised', 'refused', 'captured', 'voided')),
    processor text NOT NULL,
    payer text NOT NULL,
    secure_amount bigint NOT NULL CHECK (secure_amount >= 0),
    reference text NOT NULL DEFAULT '',
    price bigint NOT NULL DEFAULT 0 CHECK (price >= 0),
    voucher_part bigint NOT NULL CHECK (voucher_part >= 0),
    secure_part bigint NOT NULL DEFAULT 0 CHECK (secure_part >= 0 AND secure_part <= secure_amount),
    claim_part bigint NOT NULL DEFAULT 0 CHECK (claim_part >= 0),
    accept_time timestamptz NOT NULL,
    decide_time timestamptz,
    settle_time timestamptz,
    CHECK (wanted <> 'nothing' OR state IN ('holding', 'held', 'claim_open')),
    CHECK (state NOT IN ('settled', 'capturing') OR wanted = 'capture'),
    CHECK (state NOT IN ('released', 'releasing') OR wanted = 'release'),
    CHECK ((state = 'settled') = (settle_time IS NOT NULL)),
    CHECK (state <> 'settled' OR price = voucher_part + secure_part + claim_part),
    CHECK (state NOT IN ('settled', 'released') OR stage NOT IN ('asked', 'authorised'))
);
CREATE UNIQUE INDEX settlements_reference ON settlements (processor, reference) WHERE reference <> '';
CREATE INDEX settlements_open ON settlements (state) WHERE state NOT IN ('settled', 'released');
CREATE INDEX settlements_person ON settlements (person);
REVOKE DELETE ON settlements FROM eldercare_app;

-- Decided is decided: a paid or released settlement never moves again, so it is announced once.
CREATE FUNCTION settlement_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is %: it never changes again', OLD.name, OLD.state USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER settlements_final BEFORE UPDATE ON settlements FOR EACH ROW
    WHEN (OLD.state IN ('settled', 'released')) EXECUTE FUNCTION settlement_refuse_change();
CREATE TRIGGER settlements_decision BEFORE UPDATE ON settlements FOR EACH ROW
    WHEN (OLD.wanted <> 'nothing' AND NEW.wanted <> OLD.wanted) EXECUTE FUNCTION settlement_refuse_change();

ALTER TABLE transfers ADD CONSTRAINT transfers_settlement_known
    FOREIGN KEY (settlement) REFERENCES settlements;

-- What was reserved from each lot for a settlement, and what became of it: read from the ledger, kept nowhere else.
CREATE VIEW settlement_lots AS
    SELECT p.settlement, l.name AS lot, p.name AS transfer, p.amount AS held, r.kind AS resolution, r.amount AS captured,
           l.expire_time, l.asset
    FROM transfers p JOIN lots l ON l.account = p.source LEFT JOIN transfers r ON r.resolves = p.name
    WHERE p.kind = 'pending';

-- migrate:down
