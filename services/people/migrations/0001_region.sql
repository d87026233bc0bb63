-- migrate:up

CREATE TABLE regions (
    name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^regions(/[a-z0-9-]{1,40}){1,4}$'),
    display_name text NOT NULL CHECK (display_name <> ''),
    time_zone text NOT NULL CHECK (time_zone <> ''),
    version bigint NOT NULL CHECK (version > 0)
);

CREATE TABLE providers (
    name text COLLATE "C" PRIMARY KEY,
    region text COLLATE "C" NOT NULL REFERENCES regions (name),
    display_name text NOT NULL CHECK (display_name <> ''),
    service_classes text[] NOT NULL DEFAULT '{}',
    version bigint NOT NULL CHECK (version > 0)
);

-- migrate:down
