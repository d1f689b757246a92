-- Changes of its subscription that a city itself orders, and which of them the contract leaves to the BUMD to approve.

-- +goose Up
ALTER TABLE plan ADD COLUMN offered boolean NOT NULL DEFAULT false; -- to every city, on the page where it orders a change
UPDATE plan SET offered = true WHERE code = 'demo-kota';
GRANT UPDATE (offered) ON plan TO bedelau_platform;

-- What is paid once for a plan is not paid again when its add-ons change: of each such price, how many were paid before.
ALTER TABLE subscription ADD COLUMN paid_once jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(paid_once) = 'object');

-- What the contract with a city says; the last that was written holds. Without any, every change takes effect by itself.
CREATE TABLE subscription_contract (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id        uuid NOT NULL,
    approves  text[] NOT NULL CHECK (approves <@ '{raise,lower,pause,cancel,resume}'), -- kinds of change that the BUMD approves
    reason    text NOT NULL CHECK (reason <> ''),
    made_by   uuid NOT NULL,
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT guard_tenant_table('subscription_contract', 'SELECT,INSERT');

CREATE TABLE subscription_order (
    tenant_id       uuid NOT NULL REFERENCES tenant (id),
    id              uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('raise', 'lower', 'pause', 'cancel', 'resume')),
    plan            text NOT NULL, -- the one that holds with it; of an end the one that ends
    version         integer NOT NULL,
    addons          jsonb NOT NULL,
    takes_on        date NOT NULL,   -- from when it holds, as was shown; approved later it begins anew by the same rule
    monthly_now     bigint NOT NULL, -- what recurs without it and with it, as was shown
    monthly_then    bigint NOT NULL,
    reason          text NOT NULL,
    asked_by        uuid NOT NULL,
    asked_name      text NOT NULL,
    asked_at        timestamptz NOT NULL,
    decided_by      uuid CHECK (decided_by <> asked_by), -- of the platform; null where the contract leaves it to the city
    decided_name    text NOT NULL DEFAULT '',
    decided_at      timestamptz,
    approved        boolean,
    answer          text NOT NULL DEFAULT '',
    subscription_id uuid,            -- that it started or ended
    done_at         timestamptz,     -- when it was carried out
    withdrawn_at    timestamptz,     -- by the city: while it waited, or once carried out before the day it holds from
    PRIMARY KEY (tenant_id, id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)),
    CHECK ((done_at IS NULL) = (subscription_id IS NULL)),
    CHECK (approved IS DISTINCT FROM false OR done_at IS NULL AND answer <> '')
);
SELECT guard_tenant_table('subscription_order', 'SELECT,INSERT,UPDATE');
SELECT allow_platform('subscription_order', 'SELECT');
-- One that waits a city: two could not both be what was shown.
CREATE UNIQUE INDEX subscription_order_waits ON subscription_order (tenant_id) WHERE done_at IS NULL AND decided_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX subscription_order_asked ON subscription_order (tenant_id, id DESC);
