-- People of the companies that lease ducts: an account of a kind of its own, and whose it is. What a company may see of the
-- network lies in areas that it was granted, each until a day; and what it is known by lies in documents.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT account_kind_check, ADD CONSTRAINT account_kind_check CHECK (kind IN ('resident', 'staff', 'partner'));

CREATE TABLE duct_person (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    account_id  uuid NOT NULL,
    operator_id uuid NOT NULL,
    admin       boolean NOT NULL,          -- invites others of the company
    added_at    timestamptz NOT NULL,
    added_by    uuid,                      -- absent: the company registered itself
    ended_at    timestamptz,               -- no longer of the company
    PRIMARY KEY (tenant_id, account_id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_person_of ON duct_person (tenant_id, operator_id, account_id);
SELECT guard_tenant_table('duct_person', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_grant ( -- an area in which an operator sees what is free
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    operator_id uuid NOT NULL,
    name        text NOT NULL,             -- of the area, in words
    purpose     text NOT NULL,             -- what it is asked for
    area        geometry(MultiPolygon, 4326) NOT NULL,
    since       date NOT NULL,
    until       date NOT NULL,             -- the first day on which it is over
    created_at  timestamptz NOT NULL,
    created_by  uuid NOT NULL,
    ended_at    timestamptz,               -- taken back before its time
    PRIMARY KEY (tenant_id, id),
    CHECK (until > since),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id)
);
CREATE INDEX duct_grant_of ON duct_grant (tenant_id, operator_id, id);
SELECT guard_tenant_table('duct_grant', 'SELECT,INSERT,UPDATE');

CREATE TABLE duct_operator_paper ( -- a document of an operator: what it is known by, and its agreement with the company
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    operator_id uuid NOT NULL,
    kind        text NOT NULL,             -- nib, licence, npwp, deed, agreement, other
    number      text NOT NULL DEFAULT '',
    day         date,                      -- of the document
    until       date,                      -- the last day on which it holds
    file_id     uuid NOT NULL,
    added_at    timestamptz NOT NULL,
    added_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES file (tenant_id, id)
);
CREATE INDEX duct_operator_paper_of ON duct_operator_paper (tenant_id, operator_id, id);
SELECT guard_tenant_table('duct_operator_paper', 'SELECT,INSERT');
