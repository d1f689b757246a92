-- What a repair costs is charged to who has to answer for the damage, by two people: an operator, or somebody else who is then a payer of the
-- book without being an operator. Where others have to answer for it later, what was charged is taken back and charged anew.

-- +goose Up
ALTER TABLE duct_payer DROP CONSTRAINT duct_payer_pkey;
ALTER TABLE duct_payer DROP CONSTRAINT duct_payer_tenant_id_party_id_key;
ALTER TABLE duct_payer ADD PRIMARY KEY (tenant_id, party_id);
ALTER TABLE duct_payer ALTER COLUMN operator_id DROP NOT NULL;
ALTER TABLE duct_payer ADD UNIQUE (tenant_id, operator_id);

CREATE TABLE duct_damage_bill ( -- the share of a repair that a party is charged: asked for by one person and decided by another
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    damage_id   uuid NOT NULL,
    operator_id uuid,             -- null for somebody else
    name        text NOT NULL CHECK (name <> ''),
    address     text NOT NULL DEFAULT '',
    email       text NOT NULL DEFAULT '',
    npwp        text NOT NULL DEFAULT '',
    percent     integer NOT NULL,
    cost        bigint NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0 AND amount <= cost),
    asked_at    timestamptz NOT NULL,
    asked_by    uuid NOT NULL,
    decided_at  timestamptz,
    decided_by  uuid,
    approved    boolean,
    draft_id    uuid, -- that charges it
    undone_at   timestamptz, -- others answer for the damage since, or what charged it was dropped: it is charged no more
    PRIMARY KEY (tenant_id, id),
    CHECK (decided_by <> asked_by),
    CHECK ((decided_by IS NULL) = (approved IS NULL) AND (approved IS TRUE) = (draft_id IS NOT NULL)),
    CHECK (operator_id IS NOT NULL OR address <> ''),
    FOREIGN KEY (tenant_id, damage_id) REFERENCES duct_damage (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, draft_id) REFERENCES invoice_draft (tenant_id, id)
);
CREATE UNIQUE INDEX duct_damage_bill_once ON duct_damage_bill (tenant_id, damage_id, coalesce(operator_id::text, name)) WHERE approved IS NOT FALSE AND undone_at IS NULL;
SELECT guard_tenant_table('duct_damage_bill', 'SELECT,INSERT,UPDATE');
