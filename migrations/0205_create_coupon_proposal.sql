-- A coupon before it is one: it changes what is charged, so who asks for it and who approves it are two. What is approved is on the
-- price list and names its proposal; approving again makes no second one. And a plan can be called otherwise: its versions,
-- on which bills stand, never change.

-- +goose Up
CREATE TABLE coupon_proposal (
    tenant_id   uuid NOT NULL REFERENCES tenant (id), -- the platform
    id          uuid NOT NULL,
    code        text NOT NULL CHECK (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' AND length(code) <= 40),
    percent     bigint NOT NULL CHECK (percent BETWEEN 0 AND 100),
    amount      bigint NOT NULL CHECK (amount >= 0),
    months      integer NOT NULL CHECK (months >= 0),
    components  text[] NOT NULL,
    given_from  date NOT NULL,
    given_until date CHECK (given_until > given_from),
    note        text NOT NULL CHECK (note <> ''),
    made_by     uuid NOT NULL,
    made_at     timestamptz NOT NULL,
    decided_by  uuid CHECK (decided_by <> made_by),
    decided_at  timestamptz,
    approved    boolean,
    PRIMARY KEY (tenant_id, id),
    CHECK ((percent > 0) <> (amount > 0)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL))
);
CREATE UNIQUE INDEX coupon_proposal_code ON coupon_proposal (tenant_id, code) WHERE approved IS NOT FALSE;
SELECT guard_tenant_table('coupon_proposal', 'SELECT,INSERT,UPDATE');

ALTER TABLE coupon ADD COLUMN proposal uuid UNIQUE;
GRANT UPDATE (name, summary) ON plan TO bedelau_platform;
