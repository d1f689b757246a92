-- Usage events, each once. Nothing here refers to tenant by a foreign key: the check would cost more than the event,
-- and row-level security already ties every row to the tenant of its transaction. The texts compare by bytes
-- (COLLATE "C"), which is several times faster in the keys and means the same for identifiers.

-- +goose Up

-- Which events are known. It is apart from the events because a key of a table partitioned by time must contain the
-- time, and then the same event sent again with another time would count twice.
CREATE TABLE usage_key (
    tenant_id uuid NOT NULL,
    source    text COLLATE "C" NOT NULL,
    id        text COLLATE "C" NOT NULL,
    time      timestamptz NOT NULL, -- of the event that was kept: finds it without a search of every month
    PRIMARY KEY (tenant_id, source, id)
) PARTITION BY HASH (id);
SELECT guard_tenant_table('usage_key', 'SELECT,INSERT');
CREATE TABLE usage_key_0 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE usage_key_1 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE usage_key_2 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE usage_key_3 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE usage_key_4 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE usage_key_5 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE usage_key_6 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE usage_key_7 PARTITION OF usage_key FOR VALUES WITH (MODULUS 8, REMAINDER 7);

CREATE TABLE usage_event (
    tenant_id   uuid NOT NULL,
    time        timestamptz NOT NULL,
    source      text COLLATE "C" NOT NULL,
    id          text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    agency      text COLLATE "C" NOT NULL,
    service     text COLLATE "C" NOT NULL,
    channel     text COLLATE "C" NOT NULL,
    quantity    bigint NOT NULL CHECK (quantity BETWEEN 0 AND 1000000000000000),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, time, source, id)
) PARTITION BY RANGE (time);
SELECT guard_tenant_table('usage_event', 'SELECT,INSERT');
SELECT allow_platform('usage_event', 'SELECT');

-- An event of a month that has no partition yet is kept here until make_usage_partitions makes one for it.
CREATE TABLE usage_event_other PARTITION OF usage_event DEFAULT;

-- Which hours have events that usage_hour does not know of yet: one row per batch and hour, so that writers never
-- wait for each other. A reader takes these hours from the events and all others from usage_hour.
CREATE TABLE usage_touch (
    tenant_id uuid NOT NULL,
    hour      timestamptz NOT NULL,
    id        uuid NOT NULL,
    PRIMARY KEY (tenant_id, hour, id)
);
SELECT guard_tenant_table('usage_touch', 'SELECT,INSERT,DELETE');
SELECT allow_platform('usage_touch', 'SELECT');

-- Usage by hour, written anew from the events whenever an hour was touched, never added to. The subject is kept only
-- for types that a meter counts by distinct subject; latest only for types of which a meter takes the latest: the time
-- of the last event in microseconds and its quantity, one array because arrays compare element by element.
CREATE TABLE usage_hour (
    tenant_id uuid NOT NULL,
    hour      timestamptz NOT NULL,
    type      text COLLATE "C" NOT NULL,
    agency    text COLLATE "C" NOT NULL,
    service   text COLLATE "C" NOT NULL,
    channel   text COLLATE "C" NOT NULL,
    subject   text COLLATE "C" NOT NULL,
    events    bigint NOT NULL,
    total     bigint NOT NULL,
    peak      bigint NOT NULL,
    latest    bigint[],
    PRIMARY KEY (tenant_id, hour, type, agency, service, channel, subject)
);
SELECT guard_tenant_table('usage_hour', 'SELECT,INSERT,DELETE');
SELECT allow_platform('usage_hour', 'SELECT');

-- make_usage_partitions makes the monthly partitions (months of UTC) of usage_event that are missing among the given
-- number of months from first on, and moves into them what waited in usage_event_other. A new table is filled and then
-- attached, because CREATE TABLE … PARTITION OF would stop every reader and writer of the parent. It runs with its
-- owner's rights, since the serving roles own nothing; they can only ask for months.
-- +goose StatementBegin
CREATE FUNCTION make_usage_partitions(first date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    starts timestamptz;
    ends   timestamptz;
    part   text;
    made   integer := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 120 OR first NOT BETWEEN '2020-01-01' AND '2120-01-01' THEN
        RAISE EXCEPTION 'make_usage_partitions: % months from % is out of range', months, first;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('make_usage_partitions'));
    FOR n IN 0 .. months - 1 LOOP
        starts := (date_trunc('month', first::timestamp) + make_interval(months => n)) AT TIME ZONE 'UTC';
        ends := (date_trunc('month', first::timestamp) + make_interval(months => n + 1)) AT TIME ZONE 'UTC';
        part := 'usage_event_' || to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        LOCK TABLE public.usage_event_other IN ACCESS EXCLUSIVE MODE; -- nothing may slip in between move and attach
        EXECUTE format('CREATE TABLE public.%I (LIKE public.usage_event INCLUDING ALL)', part);
        EXECUTE format('WITH moved AS (DELETE FROM public.usage_event_other WHERE time >= %L AND time < %L RETURNING *)
            INSERT INTO public.%I SELECT * FROM moved', starts, ends, part);
        EXECUTE format('ALTER TABLE public.usage_event ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            part, starts, ends);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION make_usage_partitions(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_usage_partitions(date, integer) TO bedelau_platform;

SELECT make_usage_partitions('2026-01-01', 36);
