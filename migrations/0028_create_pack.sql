-- What city packs hold for the kernel itself: the record of what was applied, the working calendar, the areas.

-- +goose Up
CREATE TABLE pack_applied (
    tenant_id  uuid PRIMARY KEY REFERENCES tenant (id),
    files      jsonb NOT NULL,
    sections   jsonb NOT NULL,
    applied_at timestamptz NOT NULL
);
SELECT guard_tenant_table('pack_applied');

CREATE TABLE calendar_year (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    year      integer NOT NULL CHECK (year BETWEEN 2000 AND 2199),
    week      text[] NOT NULL CHECK (week <@ ARRAY['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] AND week <> '{}'),
    open      text NOT NULL CHECK (open ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    close     text NOT NULL CHECK (close ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND close > open),
    source    text NOT NULL DEFAULT '',
    verified  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, year)
);
SELECT guard_tenant_table('calendar_year');

CREATE TABLE holiday (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    day       date NOT NULL,
    name      jsonb NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('libur', 'cuti_bersama', 'lokal')),
    source    text NOT NULL DEFAULT '',
    verified  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, day)
);
SELECT guard_tenant_table('holiday');

CREATE TABLE area (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    code      text NOT NULL,
    parent    text,
    kind      text NOT NULL CHECK (kind IN ('kecamatan', 'kelurahan')),
    name      text NOT NULL CHECK (name <> ''),
    kelurahan integer NOT NULL DEFAULT 0,
    verified  boolean NOT NULL DEFAULT false,
    source    text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, code),
    FOREIGN KEY (tenant_id, parent) REFERENCES area (tenant_id, code),
    CHECK ((kind = 'kelurahan') = (parent IS NOT NULL))
);
CREATE INDEX area_parent ON area (tenant_id, parent);
SELECT guard_tenant_table('area');
