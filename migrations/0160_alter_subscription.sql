-- What a subscription was agreed on: a trial, add-ons, a coupon; and how it ended. What was planned and has not begun is
-- withdrawn and not deleted, so that the record shows every decision.

-- +goose Up
CREATE TABLE coupon (
    code        text PRIMARY KEY CHECK (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' AND length(code) <= 40),
    percent     bigint NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    amount      bigint NOT NULL DEFAULT 0 CHECK (amount >= 0), -- rupiah a month
    months      integer NOT NULL DEFAULT 0 CHECK (months >= 0), -- for which it holds; 0 is as long as the subscription
    components  text[] NOT NULL DEFAULT '{}', -- codes of components; every one when empty
    given_from  date NOT NULL,
    given_until date CHECK (given_until > given_from), -- the first day it is no longer given
    note        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((percent > 0) <> (amount > 0))
);
GRANT SELECT ON coupon TO bedelau_app;
GRANT SELECT, INSERT ON coupon TO bedelau_platform;

ALTER TABLE subscription
    ADD COLUMN trial_ends_on date CHECK (trial_ends_on > starts_on),
    ADD COLUMN addons jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(addons) = 'object'),
    ADD COLUMN coupon jsonb,
    ADD COLUMN ended_as text CHECK (ended_as IN ('moved', 'cancelled', 'paused')),
    ADD COLUMN withdrawn_at timestamptz;
UPDATE subscription SET ended_as = 'moved' WHERE ends_on IS NOT NULL;
ALTER TABLE subscription
    ADD CONSTRAINT subscription_end CHECK ((ends_on IS NULL) = (ended_as IS NULL)),
    DROP CONSTRAINT subscription_one_at_a_time,
    ADD CONSTRAINT subscription_one_at_a_time EXCLUDE USING gist (tenant_id WITH =, daterange(starts_on, ends_on) WITH &&) WHERE (withdrawn_at IS NULL);
