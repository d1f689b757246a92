-- Usage that is billed: which months are closed, what came too late for one, roll-ups by day, and meters with the
-- dimensions by which they divide.

-- +goose Up

-- A month of a city that is closed: an invoice stands on it. Whatever is told of it later is a correction, which the
-- invoice of the earliest month that is still open takes.
CREATE TABLE usage_period (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    month     date NOT NULL CHECK (extract(day FROM month) = 1),
    starts    timestamptz NOT NULL, -- where the city is
    ends      timestamptz NOT NULL CHECK (ends > starts),
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, month)
);
SELECT guard_tenant_table('usage_period', 'SELECT,INSERT');
SELECT allow_platform('usage_period', 'SELECT');

-- usage_open returns the instant from which a city's months are open, for an event that is about to be written: until
-- the transaction ends no month can be closed. It is a function, and not a part of the statement that writes, because
-- each of its statements sees what was committed before it: a month that was closed while it waited for the lock too.
-- +goose StatementBegin
CREATE FUNCTION usage_open(city uuid) RETURNS timestamptz LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opened timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('metering.period ' || city, 0));
    SELECT max(ends) INTO opened FROM usage_period WHERE tenant_id = city;
    RETURN coalesce(opened, '-infinity');
END $$;
-- +goose StatementEnd

-- Of a correction: the beginning of the month whose invoice takes it. Empty for an event that its own month counts.
ALTER TABLE usage_event ADD COLUMN taken timestamptz CHECK (taken > time);
CREATE INDEX usage_event_taken ON usage_event (tenant_id, taken) WHERE taken IS NOT NULL;

-- In the roll-ups -infinity stands for what its own month counts, since a key has no empty columns.
ALTER TABLE usage_hour ADD COLUMN taken timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE usage_hour DROP CONSTRAINT usage_hour_pkey;
ALTER TABLE usage_hour ADD PRIMARY KEY (tenant_id, hour, type, agency, service, channel, subject, taken);

-- Usage by day of UTC, written anew from usage_hour whenever one of its hours was. It serves readers of many days; the
-- hours serve the rest, since a day of a city is never one of UTC.
CREATE TABLE usage_day (
    tenant_id uuid NOT NULL,
    day       timestamptz NOT NULL,
    type      text COLLATE "C" NOT NULL,
    agency    text COLLATE "C" NOT NULL,
    service   text COLLATE "C" NOT NULL,
    channel   text COLLATE "C" NOT NULL,
    subject   text COLLATE "C" NOT NULL,
    taken     timestamptz NOT NULL,
    events    bigint NOT NULL,
    total     bigint NOT NULL,
    peak      bigint NOT NULL,
    latest    bigint[],
    PRIMARY KEY (tenant_id, day, type, agency, service, channel, subject, taken)
);
SELECT guard_tenant_table('usage_day', 'SELECT,INSERT,DELETE');
SELECT allow_platform('usage_day', 'SELECT');
ALTER TABLE usage_hour NO FORCE ROW LEVEL SECURITY; -- the owner reads every city's, once
ALTER TABLE usage_day NO FORCE ROW LEVEL SECURITY;
INSERT INTO usage_day
SELECT tenant_id, date_bin('24 hours', hour, '2000-01-01 00:00+00'), type, agency, service, channel, subject, taken,
       sum(events), sum(total), max(peak), max(latest)
  FROM usage_hour GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
ALTER TABLE usage_hour FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_day FORCE ROW LEVEL SECURITY;

ALTER TABLE meter
    ADD COLUMN dimensions text[] NOT NULL DEFAULT '{agency,service,channel}' CHECK (dimensions <@ '{agency,service,channel}'),
    ADD COLUMN scale bigint NOT NULL DEFAULT 1 CHECK (scale > 0); -- so many of the events' units make one of the meter's, which counts once started
UPDATE meter SET dimensions = '{channel}' WHERE code IN ('notifications_sent', 'api_requests');
UPDATE meter SET dimensions = '{agency}' WHERE code = 'active_staff';
UPDATE meter SET dimensions = '{}' WHERE code = 'storage';

-- The meter in MB stays for the versions of plans that are priced by it.
INSERT INTO meter (position, code, type, aggregation, dimensions, scale, name, unit) VALUES
(35, 'complaints_received', 'complaint_received', 'count', '{agency,service,channel}', 1,
 '{"id": "Pengaduan diterima", "en": "Complaints received"}', '{"id": "pengaduan", "en": "complaints"}'),
(75, 'storage_gb', 'storage_measured', 'max', '{}', 1000,
 '{"id": "Penyimpanan berkas, tertinggi (GB)", "en": "File storage, peak (GB)"}', '{"id": "GB", "en": "GB"}'),
(80, 'duct_segments', 'duct_segments_counted', 'latest', '{agency}', 1,
 '{"id": "Ruas duct dikelola", "en": "Duct segments managed"}', '{"id": "ruas", "en": "segments"}');
