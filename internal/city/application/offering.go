package application

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// Kept lists the codes of the forms, workflows and documents that the city has, under "form", "workflow" and "document".
func (s *Service) Kept(ctx context.Context, db bun.IDB) (map[string][]string, error) {
	var rows []struct{ Kind, Code string }
	tenant := tenancy.Must(ctx)
	err := db.NewRaw(`SELECT DISTINCT 'form' AS kind, code FROM form_definition WHERE tenant_id = ?
		UNION SELECT 'workflow', code FROM workflow_definition WHERE tenant_id = ?
		UNION SELECT 'document', code FROM (SELECT DISTINCT ON (code) code, body FROM document_definition WHERE tenant_id = ?
			ORDER BY code, version DESC) d WHERE NOT coalesce((body->>'retired')::boolean, false) ORDER BY kind, code LIMIT 3000`, tenant, tenant, tenant).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("application: definitions: %w", err)
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.Kind] = append(out[r.Kind], r.Code)
	}
	return out, nil
}

// CopyDefinition makes the newest version of a form, workflow or document the first version of another, of the city's own
// making. NotFound as for any that is not there.
func (s *Service) CopyDefinition(ctx context.Context, tx bun.IDB, actor uuid.UUID, kind, from, to string) error {
	tenant, now := tenancy.Must(ctx), s.Now()
	var err error
	switch kind {
	case "form":
		var f form.Form
		if f, err = s.Latest(ctx, tx, from); err != nil {
			return err
		}
		f.Code = to
		_, err = s.Issue(ctx, tx, f)
		return err
	case "workflow":
		_, err = tx.NewRaw(`INSERT INTO workflow_definition (tenant_id, code, version, body, own, created_at)
			SELECT tenant_id, ?, 1, body || jsonb_build_object('code', ?::text, 'version', 1), true, ? FROM workflow_definition
			WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 1`, to, to, now, tenant, from).Exec(ctx)
	default:
		// Both count from 1, so that the numbers of the copy say whose they are; but an agency's one series stays one.
		_, err = tx.NewRaw(`INSERT INTO document_definition (tenant_id, code, version, body, created_at, origin, created_by)
			SELECT tenant_id, ?, 1, body - 'retired' || jsonb_build_object('code', ?::text, 'number_pattern', body->>'number_pattern' ||
				CASE WHEN body->>'number_pattern' LIKE '%{service}%' OR body->>'series' = ? THEN '' ELSE '/{service}' END), ?, 'admin', ? FROM document_definition
			WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 1`, to, to, document.SeriesAgency, now, actor, tenant, from).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("application: copy %s %s: %w", kind, from, err)
	}
	return nil
}

// Fits refuses, as package pack does, a workflow that cannot run on the answers of a form, and a document that names what
// neither asks, and the block of an office whose address the form does not ask for. document and office may be empty.
func (s *Service) Fits(ctx context.Context, db bun.IDB, agencies []string, formCode, workflowCode, documentCode, office string) error {
	f, err := s.Latest(ctx, db, formCode)
	if err != nil {
		return err
	}
	version, err := Newest(ctx, db, WorkflowTable, workflowCode)
	if err != nil {
		return err
	}
	wf, err := Define[workflow.Workflow](ctx, s.Defs, db, WorkflowTable, workflowCode, version)
	if err != nil {
		return err
	}
	f.Ready()
	c := pack.CheckOf("workflow " + workflowCode)
	wf.Check(c, workflow.Rules{Officers: []access.Permission{access.ApplicationReview, access.ApplicationDecide}, Agencies: agencies,
		Forms: []form.Form{f}, Reserved: document.BuiltIn()})
	rules := pack.CheckOf("")
	if _, ok := f.Field(office + ".district"); office != "" && !ok {
		rules.Add("rules.office", "no_such_field", "value", office)
	}
	if documentCode == "" {
		return pack.Join(c.Err(), rules.Err())
	}
	if version, err = document.Newest(ctx, db, documentCode); err != nil {
		return err
	}
	t, err := s.Deps.Documents.Template(ctx, db, documentCode, version)
	if err != nil {
		return err
	}
	d := pack.CheckOf("document " + documentCode)
	t.Check(d, wf.Sheet(&f).Form())
	return pack.Join(c.Err(), rules.Err(), d.Err())
}
