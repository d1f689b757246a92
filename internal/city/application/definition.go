package application

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// The tables of definitions.
const (
	FormTable     = "form_definition"
	WorkflowTable = "workflow_definition"
)

// Definitions remembers parsed versions. They never change, and there are few, so nothing is ever dropped.
type Definitions struct {
	mu     sync.RWMutex
	parsed map[definitionKey]any
}

type definitionKey struct {
	tenant  uuid.UUID
	table   string
	code    string
	version int
}

// NewDefinitions returns a cache that has read nothing.
func NewDefinitions() *Definitions { return &Definitions{parsed: map[definitionKey]any{}} }

// Define returns one version of a definition, parsed once in this process.
func Define[T any](ctx context.Context, d *Definitions, tx bun.IDB, table, code string, version int) (*T, error) {
	key := definitionKey{tenancy.Must(ctx), table, code, version}
	d.mu.RLock()
	known, ok := d.parsed[key].(*T)
	d.mu.RUnlock()
	if ok {
		return known, nil
	}
	var body string
	err := tx.NewRaw("SELECT body FROM ? WHERE tenant_id = ? AND code = ? AND version = ?",
		bun.Ident(table), key.tenant, code, version).Scan(ctx, &body)
	if err != nil {
		return nil, fmt.Errorf("application: %s %s version %d: %w", table, code, version, err)
	}
	parsed := new(T)
	if err := json.Unmarshal([]byte(body), parsed); err != nil {
		return nil, fmt.Errorf("application: %s %s version %d: %w", table, code, version, err)
	}
	if f, ok := any(parsed).(*form.Form); ok {
		f.Ready()
	}
	d.mu.Lock()
	d.parsed[key] = parsed
	d.mu.Unlock()
	return parsed, nil
}

// sheet returns the sheet of the definitions that an application is pinned to.
func (d *Definitions) sheet(app Application, f *form.Form, wf *workflow.Workflow) *workflow.Sheet {
	key := definitionKey{app.TenantID, fmt.Sprintf("sheet of %s %d", app.FormCode, app.FormVersion), app.WorkflowCode, app.WorkflowVersion}
	d.mu.RLock()
	known, ok := d.parsed[key].(*workflow.Sheet)
	d.mu.RUnlock()
	if ok {
		return known
	}
	made := wf.Sheet(f)
	d.mu.Lock()
	d.parsed[key] = made
	d.mu.Unlock()
	return made
}

// Newest returns the highest version of a definition; NotFound "casework.no_definition" when there is none.
func Newest(ctx context.Context, tx bun.IDB, table, code string) (int, error) {
	var version int
	err := tx.NewRaw("SELECT version FROM ? WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 1",
		bun.Ident(table), tenancy.Must(ctx), code).Scan(ctx, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "casework.no_definition", "code", code)
	}
	return version, err
}

// Publish stores body as a new version of a definition unless the newest one says the same. A version that is in use
// never changes, whatever number its author gave it.
func Publish(ctx context.Context, tx bun.IDB, table, code string, wanted int, body any, at time.Time) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO ? (tenant_id, code, version, body, created_at)
		SELECT ?, ?, greatest(?, coalesce(max(d.version), 0) + 1), ?::jsonb, ? FROM ? d WHERE d.tenant_id = ? AND d.code = ?
		HAVING NOT coalesce((SELECT l.body = ?::jsonb FROM ? l WHERE l.tenant_id = ? AND l.code = ? ORDER BY l.version DESC LIMIT 1), false)`,
		bun.Ident(table), tenancy.Must(ctx), code, wanted, string(raw), at, bun.Ident(table), tenancy.Must(ctx), code,
		string(raw), bun.Ident(table), tenancy.Must(ctx), code).Exec(ctx)
	if err != nil {
		return fmt.Errorf("application: publish %s %s: %w", table, code, err)
	}
	return nil
}

// latest reads the newest version of a definition afresh, to be changed as its reader likes, and its number; NotFound
// "casework.no_definition" when there is none.
func latest[T any](ctx context.Context, tx bun.IDB, table, code string) (T, int, error) {
	var out T
	version, err := Newest(ctx, tx, table, code)
	if err != nil {
		return out, 0, err
	}
	var body string
	err = tx.NewRaw("SELECT body FROM ? WHERE tenant_id = ? AND code = ? AND version = ?", bun.Ident(table), tenancy.Must(ctx), code, version).Scan(ctx, &body)
	if err == nil {
		err = json.Unmarshal([]byte(body), &out)
	}
	if err != nil {
		return out, 0, fmt.Errorf("application: %s %s version %d: %w", table, code, version, err)
	}
	return out, version, nil
}

// issue makes what body returns for the next number the newest version of a definition, of the city's own making.
func issue(ctx context.Context, tx bun.IDB, table, code string, at time.Time, body func(version int) any) (int, error) {
	version, err := Newest(ctx, tx, table, code)
	if err != nil && !fault.Is(err, "casework.no_definition") {
		return 0, err
	}
	version++
	raw, err := json.Marshal(body(version))
	if err != nil {
		return 0, err
	}
	_, err = tx.NewRaw("INSERT INTO ? (tenant_id, code, version, body, own, created_at) VALUES (?, ?, ?, ?::jsonb, true, ?)",
		bun.Ident(table), tenancy.Must(ctx), code, version, string(raw), at).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("application: issue %s %s: %w", table, code, err)
	}
	return version, nil
}

// own reports whether the city has made a definition its own.
func own(ctx context.Context, tx bun.IDB, table, code string) (bool, error) {
	var yes bool
	err := tx.NewRaw("SELECT EXISTS (SELECT FROM ? WHERE tenant_id = ? AND code = ? AND own)", bun.Ident(table), tenancy.Must(ctx), code).Scan(ctx, &yes)
	return yes, err
}

// Latest returns the newest version of a form for who writes the next one, to change as they like; NotFound
// "casework.no_definition" when there is none.
func (s *Service) Latest(ctx context.Context, tx bun.IDB, code string) (form.Form, error) {
	f, version, err := latest[form.Form](ctx, tx, FormTable, code)
	f.Version = version
	return f, err
}

// Issue makes f the newest version of its form, of the city's own making: its pack leaves it alone from then on.
func (s *Service) Issue(ctx context.Context, tx bun.IDB, f form.Form) (int, error) {
	return issue(ctx, tx, FormTable, f.Code, s.Now(), func(version int) any { f.Version = version; return f })
}

// LatestWorkflow is Latest of a workflow.
func (s *Service) LatestWorkflow(ctx context.Context, tx bun.IDB, code string) (workflow.Workflow, error) {
	w, version, err := latest[workflow.Workflow](ctx, tx, WorkflowTable, code)
	w.Version = version
	return w, err
}

// IssueWorkflow is Issue of a workflow.
func (s *Service) IssueWorkflow(ctx context.Context, tx bun.IDB, w workflow.Workflow) (int, error) {
	return issue(ctx, tx, WorkflowTable, w.Code, s.Now(), func(version int) any { w.Version = version; return w })
}

// WorkflowRules are what a workflow of ctx's city is held to: the city's agencies, and the newest form of every service
// that is dealt with by it.
func (s *Service) WorkflowRules(ctx context.Context, tx bun.IDB, code string) (workflow.Rules, error) {
	r := workflow.Rules{Officers: officers(), Reserved: document.BuiltIn()}
	err := tx.NewRaw("SELECT code FROM v_agency WHERE tenant_id = ? ORDER BY code", tenancy.Must(ctx)).Scan(ctx, &r.Agencies)
	if err != nil {
		return r, fmt.Errorf("application: rules of %s: %w", code, err)
	}
	var forms []string
	err = tx.NewRaw("SELECT DISTINCT form FROM v_service WHERE tenant_id = ? AND workflow = ? AND form <> '' ORDER BY form", tenancy.Must(ctx), code).Scan(ctx, &forms)
	if err != nil {
		return r, fmt.Errorf("application: rules of %s: %w", code, err)
	}
	for _, one := range forms {
		f, err := s.Latest(ctx, tx, one)
		if err != nil && !fault.Is(err, "casework.no_definition") {
			return r, err
		}
		if err == nil {
			r.Forms = append(r.Forms, f)
		}
	}
	return r, nil
}

// officers are the permissions that a step of an application may ask for.
func officers() []access.Permission {
	return []access.Permission{access.ApplicationReview, access.ApplicationDecide}
}

// Form returns the form to which an application is pinned.
func (s *Service) Form(ctx context.Context, tx bun.IDB, a Application) (*form.Form, error) {
	return Define[form.Form](ctx, s.Defs, tx, FormTable, a.FormCode, a.FormVersion)
}

// Workflow returns the workflow to which an application is pinned.
func (s *Service) Workflow(ctx context.Context, tx bun.IDB, a Application) (*workflow.Workflow, error) {
	return Define[workflow.Workflow](ctx, s.Defs, tx, WorkflowTable, a.WorkflowCode, a.WorkflowVersion)
}
