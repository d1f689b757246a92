-- Which plan a city is on, and since when. One at a time: the days of two subscriptions of a city cannot overlap.

-- +goose Up
CREATE TABLE subscription (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    plan       text NOT NULL,    -- (plan, version) is a plan_version; keys here lead with tenant_id, so none says so
    version    integer NOT NULL,
    starts_on  date NOT NULL,
    ends_on    date CHECK (ends_on > starts_on), -- the first day it no longer holds; null while it has no end
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT subscription_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, daterange(starts_on, ends_on) WITH &&)
);
SELECT guard_tenant_table('subscription', 'SELECT,INSERT,UPDATE');
SELECT allow_platform('subscription', 'SELECT');
