-- What was seen of works and their files go along when staff say that their permit is for others.
--
-- Works that a permit had opened before 0391 were the company's whose number its applicant had typed, and nobody was asked. Where nobody digs yet and no
-- person has done anything about them since, staff are asked now. Others stay whose they are: people have dealt with that company about them. So do
-- those whose permit was withdrawn, of which nobody is asked, and plans that had taken a permit by such a number, because what they were before is not
-- known any more.

-- +goose Up
GRANT UPDATE (work_id) ON duct_work_visit, duct_work_paper TO bedelau_app;

ALTER TABLE duct_work NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY;
UPDATE duct_work w SET owner = 'utility', operator_id = NULL, may_operator = w.operator_id, revision = revision + 1, updated_at = now()
 WHERE w.owner = 'operator' AND w.state = 'permitted' AND w.document_id IS NOT NULL AND w.permit_ended_at IS NULL
   AND EXISTS (SELECT FROM audit_entry e WHERE e.tenant_id = w.tenant_id AND e.object = 'duct_work' AND e.object_id = w.id AND e.action = 'ductwork.plan' AND e.actor_kind = 'system' AND e.detail ->> 'owner' = 'operator')
   AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.tenant_id = w.tenant_id AND e.object = 'duct_work' AND e.object_id = w.id AND e.actor_kind <> 'system');
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE duct_work FORCE ROW LEVEL SECURITY;
