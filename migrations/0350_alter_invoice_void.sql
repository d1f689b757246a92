-- What was void before it could be said what follows: its charges are not billed, and nothing follows what waits to be decided.

-- +goose Up
ALTER TABLE invoice_draft NO FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice_entry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice_request NO FORCE ROW LEVEL SECURITY;
UPDATE invoice_draft d SET dropped_at = e.at FROM invoice_entry e
 WHERE e.tenant_id = d.tenant_id AND e.invoice_id = d.invoice_id AND e.kind = 'void' AND d.dropped_at IS NULL
   AND NOT EXISTS (SELECT FROM invoice_draft n WHERE n.tenant_id = d.tenant_id AND n.replaces = d.invoice_id);
UPDATE invoice_request SET follows = 'nothing' WHERE kind = 'void' AND follows = '';
ALTER TABLE invoice_draft FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE invoice_request FORCE ROW LEVEL SECURITY;
