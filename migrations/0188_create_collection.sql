-- How each city pays the platform, and what of the price list and of its usage Stripe has been told. The rows are of the
-- platform, whose books they serve. Keys of Stripe's account are settings of the program and never here.

-- +goose Up
CREATE TABLE stripe_account (
    tenant_id       uuid NOT NULL REFERENCES tenant (id), -- the platform
    city            uuid NOT NULL,                        -- a tenant; without a row it pays by transfer
    collection      text NOT NULL CHECK (collection IN ('transfer', 'stripe')),
    charging        text NOT NULL DEFAULT 'send' CHECK (charging IN ('send', 'automatic')),
    chosen_at       timestamptz NOT NULL,
    chosen_by       uuid NOT NULL,
    customer_id     text NOT NULL DEFAULT '',             -- at Stripe, as every id below
    subscription_id text NOT NULL DEFAULT '',
    mirrors         text NOT NULL DEFAULT '',             -- what the subscription there was last made to say
    mirrored_at     timestamptz,                          -- since when it is there
    anchor_day      integer NOT NULL DEFAULT 0 CHECK (anchor_day BETWEEN 0 AND 28), -- of each month, on which it bills
    revision        integer NOT NULL DEFAULT 0,           -- counts the changes of it
    method_at       timestamptz,                          -- since when a way to be charged is known there
    PRIMARY KEY (tenant_id, city)
);
SELECT guard_tenant_table('stripe_account', 'SELECT,INSERT,UPDATE');

CREATE TABLE stripe_meter (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    meter     text NOT NULL,
    meter_id  text NOT NULL,
    PRIMARY KEY (tenant_id, meter)
);
SELECT guard_tenant_table('stripe_meter', 'SELECT,INSERT');

-- A version of a plan never changes, and neither do its prices.
CREATE TABLE stripe_price (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    plan       text NOT NULL,
    version    integer NOT NULL,
    component  text NOT NULL,
    product_id text NOT NULL,
    price_id   text NOT NULL,
    PRIMARY KEY (tenant_id, plan, version, component),
    UNIQUE (tenant_id, price_id)
);
SELECT guard_tenant_table('stripe_price', 'SELECT,INSERT');

-- What a closed month of a city used, as it was reported to a meter there.
CREATE TABLE stripe_usage (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    city      uuid NOT NULL,
    month     date NOT NULL CHECK (extract(day FROM month) = 1),
    meter     text NOT NULL,
    quantity  bigint NOT NULL CHECK (quantity > 0),
    at        timestamptz NOT NULL, -- by which it falls into a period there
    sent_at   timestamptz,
    PRIMARY KEY (tenant_id, city, month, meter)
);
SELECT guard_tenant_table('stripe_usage', 'SELECT,INSERT');
GRANT UPDATE (sent_at) ON stripe_usage TO bedelau_app;
