-- migrate:up

-- Own copy of what people tells: enough to know whose alarm it is and who may read it.
CREATE TABLE persons (
    name text PRIMARY KEY,
    region text NOT NULL,
    home_cell text NOT NULL,
    version bigint NOT NULL,
    erased boolean NOT NULL DEFAULT false
);

-- Who is family of whom, told in the member's own facts.
CREATE TABLE family (
    member text NOT NULL REFERENCES persons (name),
    elder text NOT NULL,
    start_time timestamptz,
    end_time timestamptz
);
CREATE INDEX family_elder ON family (elder);
CREATE INDEX family_member ON family (member);

-- migrate:down
