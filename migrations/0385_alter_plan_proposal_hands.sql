-- Everybody who had a hand in a proposal for a price list, so that none of them approves it: who changed or submitted it last is only one of them.

-- +goose Up
ALTER TABLE plan_proposal ADD COLUMN written_by uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE plan_proposal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY;
-- What was decided stays as it was decided.
UPDATE plan_proposal o SET written_by = ARRAY(SELECT o.made_by UNION SELECT e.actor_id FROM audit_entry e
    WHERE e.tenant_id = o.tenant_id AND e.object = 'plan' AND e.object_id = o.id AND e.action IN ('plan.propose', 'plan.revise', 'plan.submit'))
 WHERE o.decided_by IS NULL;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE plan_proposal FORCE ROW LEVEL SECURITY;
ALTER TABLE plan_proposal ADD CHECK (NOT approved OR decided_by <> ALL (written_by)); -- who wrote some of it may refuse it
