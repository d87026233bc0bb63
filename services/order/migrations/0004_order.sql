-- migrate:up

CREATE TABLE orders (
    name text PRIMARY KEY,
    number text NOT NULL,
    incident text NOT NULL DEFAULT '',
    person text NOT NULL,
    place text NOT NULL,
    item text NOT NULL REFERENCES items (name),
    service_class text NOT NULL,
    urgent boolean NOT NULL,
    home_region text NOT NULL,
    service_region text NOT NULL,
    payer_region text NOT NULL,
    cell text NOT NULL,
    per_minute_minor bigint NOT NULL,
    cap_minor bigint NOT NULL,
    asset text NOT NULL,
    planned_minutes int NOT NULL,
    certificates text[] NOT NULL,
    skills text[] NOT NULL,
    place_time timestamptz NOT NULL,
    book_time timestamptz,
    replaces text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('placed', 'offered', 'accepted', 'assigned', 'en_route', 'arrived',
        'in_service', 'completed', 'confirmed', 'declined', 'cancelled', 'missed')),
    deadline_time timestamptz NOT NULL,
    worker text NOT NULL DEFAULT '',
    provider text NOT NULL DEFAULT '',
    round int NOT NULL DEFAULT 1,
    ring int NOT NULL DEFAULT 0,
    unanswered_time timestamptz,
    accept_time timestamptz,
    depart_time timestamptz,
    arrive_time timestamptz,
    start_time timestamptz,
    complete_time timestamptz,
    confirm_time timestamptz,
    arrival_proof text CHECK (arrival_proof IN ('position', 'code', 'operator')),
    arrival_distance_m real,
    hand_over text NOT NULL DEFAULT '',
    verified_minutes int NOT NULL DEFAULT 0,
    price_minor bigint CHECK (price_minor BETWEEN 0 AND cap_minor),
    end_reason text NOT NULL DEFAULT '',
    CHECK (person <> '' OR incident <> ''),
    -- Who holds an order is named; who does not, is not.
    CHECK ((worker = '') = (accept_time IS NULL)),
    CHECK (state NOT IN ('arrived', 'in_service', 'completed', 'confirmed') OR arrival_proof IS NOT NULL),
    CHECK (state NOT IN ('completed', 'confirmed') OR price_minor IS NOT NULL)
);
CREATE INDEX orders_incident ON orders (incident) WHERE incident <> '';
CREATE INDEX orders_region ON orders (service_region text_pattern_ops, place_time);
CREATE INDEX orders_person ON orders (person, place_time);
CREATE INDEX orders_worker ON orders (worker, place_time) WHERE worker <> '';
CREATE INDEX orders_number ON orders (number, place_time);
CREATE INDEX orders_waiting ON orders (name) WHERE state NOT IN ('confirmed', 'declined', 'cancelled', 'missed');
-- Nobody is at two doors at once.
CREATE UNIQUE INDEX one_visit_at_a_time ON orders (worker) WHERE state IN ('arrived', 'in_service');

CREATE TABLE offers (
    "order" text NOT NULL REFERENCES orders (name),
    worker text NOT NULL,
    provider text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'stood_down', 'lapsed', 'missed')),
    round int NOT NULL,
    ring int NOT NULL,
    distance_m real,
    PRIMARY KEY ("order", worker)
);
CREATE INDEX offers_worker ON offers (worker, state);
-- The first who accepts has the order.
CREATE UNIQUE INDEX one_accepted_offer ON offers ("order") WHERE state = 'accepted';

-- Wrong visit codes, counted even though the arrival was refused.
CREATE TABLE wrong_codes (
    "order" text NOT NULL REFERENCES orders (name),
    worker text NOT NULL,
    try_time timestamptz NOT NULL DEFAULT app_now()
);
CREATE INDEX wrong_codes_order ON wrong_codes ("order");

-- migrate:down
