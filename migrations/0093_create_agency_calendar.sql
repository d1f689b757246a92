-- Calendars of agencies over their city's, other hours for a time, and each change of a calendar with what follows from it.

-- +goose Up
CREATE TABLE agency_calendar (
    tenant_id      uuid NOT NULL REFERENCES tenant (id),
    agency         text NOT NULL CHECK (agency <> ''),
    works_holidays boolean NOT NULL DEFAULT false,
    source         text NOT NULL DEFAULT '',
    verified       boolean NOT NULL DEFAULT false,
    managed        boolean NOT NULL DEFAULT false, -- an administrator has changed it: the pack no longer does
    PRIMARY KEY (tenant_id, agency)
);
SELECT guard_tenant_table('agency_calendar');

CREATE TABLE calendar_period (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    agency    text NOT NULL DEFAULT '', -- empty: the whole city
    code      text NOT NULL,
    name      jsonb NOT NULL,
    first_day date NOT NULL,
    last_day  date CHECK (last_day >= first_day), -- null: until further notice
    hours     jsonb NOT NULL,                     -- {"mon": "07:30-16:00"}; a weekday that is not named is a day off
    source    text NOT NULL DEFAULT '',
    verified  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, agency, code)
);
SELECT guard_tenant_table('calendar_period');

CREATE TABLE agency_day (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    agency    text NOT NULL CHECK (agency <> ''),
    day       date NOT NULL,
    hours     text NOT NULL DEFAULT '', -- "08:00-12:00"; empty: off
    name      jsonb NOT NULL,
    source    text NOT NULL DEFAULT '',
    verified  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, agency, day)
);
SELECT guard_tenant_table('agency_day');

ALTER TABLE calendar_year ADD COLUMN managed boolean NOT NULL DEFAULT false; -- as agency_calendar.managed

-- What a change made of the days, so that promises are counted again and an import can be taken back.
CREATE TABLE calendar_change (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    agency     text NOT NULL DEFAULT '', -- empty: the whole city
    kind       text NOT NULL,
    year       integer NOT NULL DEFAULT 0, -- of an import
    source     text NOT NULL DEFAULT '',
    days       jsonb NOT NULL, -- each day that is different now: what it was, what it is, and why
    before     jsonb,          -- what an import replaced
    actor_id   uuid NOT NULL,
    actor_name text NOT NULL DEFAULT '',
    at         timestamptz NOT NULL,
    undone_at  timestamptz,
    queued     boolean NOT NULL DEFAULT false, -- its counting again has begun
    done_at    timestamptz,                    -- and has ended
    looked     integer NOT NULL DEFAULT 0,     -- running applications that were counted again
    moved      integer NOT NULL DEFAULT 0,     -- of which this many got another date
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX calendar_change_open ON calendar_change (tenant_id, id) WHERE done_at IS NULL;
SELECT guard_tenant_table('calendar_change');
