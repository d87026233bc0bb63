-- migrate:up

CREATE TABLE items (
    name text PRIMARY KEY,
    service_class text NOT NULL,
    per_minute_minor bigint NOT NULL CHECK (per_minute_minor >= 0),
    cap_minor bigint NOT NULL,
    asset text NOT NULL CHECK (asset ~ '^[A-Z]{3,12}$'),
    planned_minutes int NOT NULL CHECK (planned_minutes > 0),
    certificates text[] NOT NULL DEFAULT '{}',
    skills text[] NOT NULL DEFAULT '{}',
    CHECK (cap_minor >= per_minute_minor)
);

-- The policies of alarms order the first one; a region changes the prices with PutItem.
INSERT INTO items (name, service_class, per_minute_minor, cap_minor, asset, planned_minutes) VALUES
    ('items/urgent-visit', 'emergency', 200, 12000, 'CNY', 45),
    ('items/cleaning', 'cleaning', 100, 12000, 'CNY', 90),
    ('items/meal', 'meals', 150, 3000, 'CNY', 15);

-- migrate:down
