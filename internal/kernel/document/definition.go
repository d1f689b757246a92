package document

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
	"bedelau/internal/kernel/tenancy"
)

// templates remembers parsed versions. They never change, and there are few, so nothing is ever dropped.
type templates struct {
	mu     sync.RWMutex
	parsed map[templateKey]*Template
}

type templateKey struct {
	tenant  uuid.UUID
	code    string
	version int
}

func newTemplates() *templates { return &templates{parsed: map[templateKey]*Template{}} }

// Template returns one version of a template, parsed once in this process; NotFound "document.no_template" when there
// is none.
func (s *Service) Template(ctx context.Context, db bun.IDB, code string, version int) (*Template, error) {
	key := templateKey{tenancy.Must(ctx), code, version}
	s.templates.mu.RLock()
	known, ok := s.templates.parsed[key]
	s.templates.mu.RUnlock()
	if ok {
		return known, nil
	}
	var body string
	err := db.NewRaw("SELECT body FROM document_definition WHERE tenant_id = ? AND code = ? AND version = ?",
		key.tenant, code, version).Scan(ctx, &body)
	if err != nil {
		return nil, orUnknown(err, "document.no_template")
	}
	t := new(Template)
	if err := json.Unmarshal([]byte(body), t); err != nil {
		return nil, fmt.Errorf("document: template %s version %d: %w", code, version, err)
	}
	s.templates.mu.Lock()
	s.templates.parsed[key] = t
	s.templates.mu.Unlock()
	return t, nil
}

// Newest returns the highest version of a template; NotFound "document.no_template" when there is none.
func Newest(ctx context.Context, db bun.IDB, code string) (int, error) {
	var version int
	err := db.NewRaw("SELECT version FROM document_definition WHERE tenant_id = ? AND code = ? ORDER BY version DESC LIMIT 1",
		tenancy.Must(ctx), code).Scan(ctx, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "document.no_template", "code", code)
	}
	return version, err
}

// Publish stores a pack's template as a new version of its code, unless the newest version that came from the pack says
// the same: what an administrator has published since then stays the newest. A version that is in use never changes.
func Publish(ctx context.Context, tx bun.IDB, t Template, at time.Time) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	tenant := tenancy.Must(ctx)
	_, err = tx.NewRaw(`INSERT INTO document_definition (tenant_id, code, version, body, created_at, origin)
		SELECT ?, ?, coalesce(max(d.version), 0) + 1, ?::jsonb, ?, 'pack' FROM document_definition d WHERE d.tenant_id = ? AND d.code = ?
		HAVING NOT coalesce((SELECT l.body = ?::jsonb FROM document_definition l
			WHERE l.tenant_id = ? AND l.code = ? AND l.origin = 'pack' ORDER BY l.version DESC LIMIT 1), false)`,
		tenant, t.Code, string(raw), at, tenant, t.Code, string(raw), tenant, t.Code).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: publish %s: %w", t.Code, err)
	}
	return nil
}
