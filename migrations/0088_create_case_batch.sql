-- One step of the workflow taken on many applications: what is asked, and what became of each.

-- +goose Up
CREATE TABLE case_batch (
    tenant_id  uuid NOT NULL REFERENCES tenant (id),
    id         uuid NOT NULL,
    action     text NOT NULL, -- of the workflow
    reason     text NOT NULL,
    created_by uuid NOT NULL, -- in whose name each step is taken
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX case_batch_of ON case_batch (tenant_id, created_by, id);
SELECT guard_tenant_table('case_batch', 'SELECT,INSERT');

CREATE TABLE case_batch_item (
    tenant_id      uuid NOT NULL,
    batch_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    number         text NOT NULL, -- of the application
    version        integer NOT NULL, -- of the application, as it was when it was chosen
    state          text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    code           text NOT NULL DEFAULT '', -- of the refusal of one that failed
    args           jsonb NOT NULL DEFAULT '[]', -- of its sentence
    done_at        timestamptz,
    PRIMARY KEY (tenant_id, batch_id, application_id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES case_batch (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id)
);
CREATE INDEX case_batch_item_state ON case_batch_item (tenant_id, batch_id, state);
CREATE INDEX case_batch_item_application ON case_batch_item (tenant_id, application_id);
SELECT guard_tenant_table('case_batch_item', 'SELECT,INSERT');
GRANT UPDATE (version, state, code, args, done_at) ON case_batch_item TO bedelau_app;
