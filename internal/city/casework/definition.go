package casework

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

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workflow"
)

// The tables of definitions.
const (
	formTable     = "form_definition"
	workflowTable = "workflow_definition"
)

// definitions remembers parsed versions. They never change, and there are few, so nothing is ever dropped.
type definitions struct {
	mu     sync.RWMutex
	parsed map[definitionKey]any
}

type definitionKey struct {
	tenant  uuid.UUID
	table   string
	code    string
	version int
}

func newDefinitions() *definitions { return &definitions{parsed: map[definitionKey]any{}} }

// define returns one version of a definition, parsed once in this process.
func define[T any](ctx context.Context, d *definitions, tx bun.IDB, table, code string, version int) (*T, error) {
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
		return nil, fmt.Errorf("casework: %s %s version %d: %w", table, code, version, err)
	}
	parsed := new(T)
	if err := json.Unmarshal([]byte(body), parsed); err != nil {
		return nil, fmt.Errorf("casework: %s %s version %d: %w", table, code, version, err)
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
func (d *definitions) sheet(app Application, f *form.Form, wf *workflow.Workflow) *workflow.Sheet {
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

// newest returns the highest version of a definition; NotFound "casework.no_definition" when there is none.
func newest(ctx context.Context, tx bun.IDB, table, code string) (int, error) {
	var version int
	err := tx.NewRaw("SELECT version FROM ? WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 1",
		bun.Ident(table), tenancy.Must(ctx), code).Scan(ctx, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "casework.no_definition", "code", code)
	}
	return version, err
}

// publish stores body as a new version of a definition unless the newest one says the same. A version that is in use
// never changes, whatever number its author gave it.
func publish(ctx context.Context, tx bun.IDB, table, code string, wanted int, body any, at time.Time) error {
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
		return fmt.Errorf("casework: publish %s %s: %w", table, code, err)
	}
	return nil
}

// Latest returns the newest version of a form for who writes the next one, to change as they like; NotFound
// "casework.no_definition" when there is none.
func (s *Service) Latest(ctx context.Context, tx bun.IDB, code string) (form.Form, error) {
	version, err := newest(ctx, tx, formTable, code)
	if err != nil {
		return form.Form{}, err
	}
	var body string
	err = tx.NewRaw("SELECT body FROM form_definition WHERE tenant_id = ? AND code = ? AND version = ?", tenancy.Must(ctx), code, version).Scan(ctx, &body)
	if err != nil {
		return form.Form{}, fmt.Errorf("casework: form %s version %d: %w", code, version, err)
	}
	var f form.Form
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		return form.Form{}, fmt.Errorf("casework: form %s version %d: %w", code, version, err)
	}
	f.Version = version
	return f, nil
}

// Issue makes f the newest version of its form, of the city's own making: its pack leaves it alone from then on.
func (s *Service) Issue(ctx context.Context, tx bun.IDB, f form.Form) (int, error) {
	version, err := newest(ctx, tx, formTable, f.Code)
	if err != nil && !fault.Is(err, "casework.no_definition") {
		return 0, err
	}
	f.Version = version + 1
	raw, err := json.Marshal(f)
	if err != nil {
		return 0, err
	}
	_, err = tx.NewRaw("INSERT INTO form_definition (tenant_id, code, version, body, own, created_at) VALUES (?, ?, ?, ?::jsonb, true, ?)",
		tenancy.Must(ctx), f.Code, f.Version, string(raw), s.now()).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("casework: issue form %s: %w", f.Code, err)
	}
	return f.Version, nil
}

// ownForm reports whether the city has made a form its own.
func ownForm(ctx context.Context, tx bun.IDB, code string) (bool, error) {
	var own bool
	err := tx.NewRaw("SELECT EXISTS (SELECT FROM form_definition WHERE tenant_id = ? AND code = ? AND own)", tenancy.Must(ctx), code).Scan(ctx, &own)
	return own, err
}

func (s *Service) form(ctx context.Context, tx bun.IDB, a Application) (*form.Form, error) {
	return define[form.Form](ctx, s.defs, tx, formTable, a.FormCode, a.FormVersion)
}

func (s *Service) workflow(ctx context.Context, tx bun.IDB, a Application) (*workflow.Workflow, error) {
	return define[workflow.Workflow](ctx, s.defs, tx, workflowTable, a.WorkflowCode, a.WorkflowVersion)
}
