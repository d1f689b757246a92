-- Counters and appointments. A place is taken by counting up a row that cannot count above its capacity, so that no number
-- of simultaneous requests gives one place to two people.

-- +goose Up
CREATE TABLE counter (
    tenant_id         uuid NOT NULL REFERENCES tenant (id),
    code              text NOT NULL,
    agency            text NOT NULL,
    position          integer NOT NULL DEFAULT 0,
    name              jsonb NOT NULL,
    address           jsonb NOT NULL,
    latitude          double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude         double precision CHECK (longitude BETWEEN -180 AND 180),
    services          text[] NOT NULL,
    needs_application boolean NOT NULL DEFAULT false, -- one comes about an application, such as to collect what was issued
    source            text NOT NULL DEFAULT '',
    verified          boolean NOT NULL DEFAULT false,
    managed           boolean NOT NULL DEFAULT false, -- an administrator has changed it: the pack no longer does
    retired_at        timestamptz,
    PRIMARY KEY (tenant_id, code),
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);
SELECT guard_tenant_table('counter');

-- How a counter gives out its places, from a day on.
CREATE TABLE counter_rule (
    tenant_id      uuid NOT NULL,
    counter        text NOT NULL,
    effective_from date NOT NULL,
    hours          jsonb NOT NULL,  -- {"mon": "08:00-12:00, 13:00-15:00"}, within the agency's own hours
    slot_minutes   integer NOT NULL CHECK (slot_minutes BETWEEN 5 AND 480),
    capacity       integer NOT NULL CHECK (capacity BETWEEN 1 AND 1000), -- of one slot
    day_quota      integer NOT NULL DEFAULT 0 CHECK (day_quota >= 0),    -- 0: none
    open_days      integer NOT NULL CHECK (open_days BETWEEN 1 AND 180), -- how many days ahead one may book
    close_hours    integer NOT NULL DEFAULT 0 CHECK (close_hours BETWEEN 0 AND 720),
    no_show_limit  integer NOT NULL DEFAULT 0 CHECK (no_show_limit >= 0), -- 0: no cool-down
    no_show_days   integer NOT NULL DEFAULT 0 CHECK (no_show_days BETWEEN 0 AND 366),
    source         text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, counter, effective_from),
    FOREIGN KEY (tenant_id, counter) REFERENCES counter (tenant_id, code)
);
SELECT guard_tenant_table('counter_rule');

-- One day at a counter, from its first booking on or when it is closed.
CREATE TABLE counter_day (
    tenant_id uuid NOT NULL,
    counter   text NOT NULL,
    day       date NOT NULL,
    booked    integer NOT NULL DEFAULT 0,
    quota     integer NOT NULL,           -- 0: none
    queue     integer NOT NULL DEFAULT 0, -- the last number that was given out
    closed_at timestamptz,
    reason    text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, counter, day),
    FOREIGN KEY (tenant_id, counter) REFERENCES counter (tenant_id, code),
    CHECK (booked >= 0 AND (quota = 0 OR booked <= quota))
);
SELECT guard_tenant_table('counter_day');

CREATE TABLE counter_slot (
    tenant_id uuid NOT NULL,
    counter   text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL CHECK (ends_at > starts_at),
    capacity  integer NOT NULL,
    booked    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, counter, starts_at),
    FOREIGN KEY (tenant_id, counter) REFERENCES counter (tenant_id, code),
    CHECK (booked BETWEEN 0 AND capacity)
);
SELECT guard_tenant_table('counter_slot');

CREATE TABLE booking (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    code           text COLLATE "C" NOT NULL, -- what its holder says at the counter
    counter        text NOT NULL,
    agency         text NOT NULL,
    service        text NOT NULL,
    account_id     uuid, -- null: a walk-in
    application_id uuid,
    day            date NOT NULL, -- of the city
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN ('booked', 'arrived', 'done', 'no_show', 'cancelled', 'displaced')),
    queue          integer NOT NULL DEFAULT 0, -- the number at the counter; 0 until the holder is there
    key            text NOT NULL,
    channel        text NOT NULL,
    locale         text NOT NULL,
    reason         text NOT NULL DEFAULT '', -- why the city called it off
    moves          integer NOT NULL DEFAULT 0,
    reminded_at    timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code),
    UNIQUE (tenant_id, account_id, key),
    FOREIGN KEY (tenant_id, counter) REFERENCES counter (tenant_id, code),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);
-- One that has yet to be kept for each person and service.
CREATE UNIQUE INDEX booking_live ON booking (tenant_id, account_id, service) WHERE state IN ('booked', 'arrived') AND account_id IS NOT NULL;
CREATE INDEX booking_mine ON booking (tenant_id, account_id, id);
CREATE INDEX booking_day ON booking (tenant_id, counter, day, starts_at, id);
CREATE INDEX booking_coming ON booking (tenant_id, day) WHERE state = 'booked';
CREATE INDEX booking_application ON booking (tenant_id, application_id) WHERE application_id IS NOT NULL;
SELECT guard_tenant_table('booking', 'SELECT,INSERT,UPDATE');
