-- Usage by month of a city's own calendar, without dimensions: what a bill and a console of many cities ask for.

-- +goose Up

-- What usage_hour holds of a month, whether its hours have marks or not, written anew in the transaction that writes one of
-- them. A month that has no rows here is read from days and hours.
CREATE TABLE usage_month (
    tenant_id uuid NOT NULL,
    starts    timestamptz NOT NULL, -- where the city is
    ends      timestamptz NOT NULL,
    type      text COLLATE "C" NOT NULL,
    subject   text COLLATE "C" NOT NULL,
    taken     timestamptz NOT NULL,
    events    bigint NOT NULL,
    total     bigint NOT NULL,
    peak      bigint NOT NULL,
    latest    bigint[],
    PRIMARY KEY (tenant_id, starts, ends, type, subject, taken)
);
SELECT guard_tenant_table('usage_month', 'SELECT,INSERT,DELETE');
SELECT allow_platform('usage_month', 'SELECT');
