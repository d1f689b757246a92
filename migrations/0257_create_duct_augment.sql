-- What companies ask to be changed in the network: a duct that is blocked, one that is crowded, more ducts. Each is answered by a day,
-- and the answer can be read by every company that sees the segment.

-- +goose Up
ALTER TABLE duct_wait_rule ADD COLUMN answer_days integer NOT NULL DEFAULT 60 CHECK (answer_days BETWEEN 1 AND 365); -- within which a request is answered
ALTER TABLE duct_wait_line ADD COLUMN augments bigint NOT NULL DEFAULT 0; -- numbers that were given out

CREATE TABLE duct_augment (
    tenant_id   uuid NOT NULL REFERENCES tenant (id),
    id          uuid NOT NULL,
    number      text NOT NULL,
    operator_id uuid NOT NULL,
    kind        text NOT NULL,            -- blockage, congestion, more
    segment_id  uuid NOT NULL,
    units       text NOT NULL DEFAULT '', -- of which more are wanted: duct, subduct, microduct
    quantity    integer NOT NULL DEFAULT 0,
    note        text NOT NULL DEFAULT '', -- the company's words
    key         text NOT NULL,            -- the sender's own, so that a repetition is the same
    state       text NOT NULL,            -- received, in_review, planned, done, refused
    version     integer NOT NULL,         -- counts the steps
    asked_at    timestamptz NOT NULL,
    asked_by    uuid NOT NULL,
    due_at      timestamptz NOT NULL,     -- by when it is answered
    answered_at timestamptz,              -- first
    answer      text NOT NULL DEFAULT '',
    planned_on  date,
    refusal     text,                     -- the code of the published reason
    decided_by  uuid,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, operator_id, key),
    FOREIGN KEY (tenant_id, operator_id) REFERENCES duct_operator (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES duct_segment (tenant_id, id)
);
CREATE INDEX duct_augment_of ON duct_augment (tenant_id, operator_id, id);
CREATE INDEX duct_augment_open ON duct_augment (tenant_id, due_at) WHERE answered_at IS NULL;
CREATE INDEX duct_augment_answered ON duct_augment (tenant_id, answered_at) WHERE answered_at IS NOT NULL;
SELECT guard_tenant_table('duct_augment', 'SELECT,INSERT,UPDATE');
