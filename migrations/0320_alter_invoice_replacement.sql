-- What is taken back may be billed anew: whoever asks for a void says what follows it. A draft that shall not be issued is dropped, as two
-- people decide. Nothing that was written is deleted.

-- +goose Up
ALTER TABLE invoice_draft ADD COLUMN replaces uuid;          -- the void invoice whose charges it bills anew
ALTER TABLE invoice_draft ADD COLUMN dropped_at timestamptz; -- what it charges is not billed: it was dropped, or its invoice is void and nothing follows
ALTER TABLE invoice_draft ADD FOREIGN KEY (tenant_id, replaces) REFERENCES invoice (tenant_id, id);
CREATE UNIQUE INDEX invoice_draft_replaces ON invoice_draft (tenant_id, replaces) WHERE replaces IS NOT NULL; -- once
CREATE INDEX invoice_draft_invoice ON invoice_draft (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;

ALTER TABLE invoice ADD COLUMN replaces uuid CHECK (replaces IS NULL OR kind = 'invoice');
ALTER TABLE invoice ADD FOREIGN KEY (tenant_id, replaces) REFERENCES invoice (tenant_id, id);
CREATE UNIQUE INDEX invoice_replaces ON invoice (tenant_id, replaces) WHERE replaces IS NOT NULL;
CREATE INDEX invoice_credits ON invoice (tenant_id, credits) WHERE credits IS NOT NULL;

ALTER TABLE invoice_request DROP CONSTRAINT invoice_request_kind_check;
ALTER TABLE invoice_request ADD CONSTRAINT invoice_request_kind_check CHECK (kind IN ('credit_note', 'write_off', 'void', 'drop'));
ALTER TABLE invoice_request ADD COLUMN follows text NOT NULL DEFAULT '' CHECK (follows IN ('', 'replacement', 'nothing') AND (follows = '' OR kind = 'void'));
ALTER TABLE invoice_request ADD COLUMN draft_id uuid; -- that is to be dropped
ALTER TABLE invoice_request ALTER COLUMN invoice_id DROP NOT NULL;
ALTER TABLE invoice_request ADD FOREIGN KEY (tenant_id, draft_id) REFERENCES invoice_draft (tenant_id, id);
ALTER TABLE invoice_request ADD CONSTRAINT invoice_request_of CHECK ((kind = 'drop') = (draft_id IS NOT NULL) AND (kind = 'drop') = (invoice_id IS NULL));
CREATE UNIQUE INDEX invoice_request_drop ON invoice_request (tenant_id, draft_id) WHERE draft_id IS NOT NULL AND decided_by IS NULL;
