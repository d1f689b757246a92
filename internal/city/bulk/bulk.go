// Package bulk takes one step of the workflow on many applications: five hundred renewals are approved in one act, and
// the officer sees how far it is, what could not be done and why.
//
// A batch is a row, with one for each application. A job takes the steps one by one, in the name of whoever asked and
// with what they may do at that moment, as casework takes any other; the mark that a step was taken commits with the
// step itself, so a job that dies in between takes none twice.
package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
)

// Steps is what bulk must be able to do with applications; casework answers it.
type Steps interface {
	// Look returns those of the applications that the actor may read.
	Look(ctx context.Context, actor identity.Actor, ids []uuid.UUID) (map[uuid.UUID]Seen, error)
	// Take takes a step on an application that was seen in a version; also commits with it.
	Take(ctx context.Context, actor identity.Actor, s Step, also func(ctx context.Context, tx bun.Tx) error) error
}

// Seen is an application as it is now.
type Seen struct {
	Number  string
	Version int
}

// Step is one step on one application.
type Step struct {
	Application uuid.UUID
	Version     int
	Action      string
	Reason      string
}

// Deps is what bulk is built from.
type Deps struct {
	DB    *storage.DB
	Guard *access.Guard
	Steps Steps
	Log   *slog.Logger
	Now   func() time.Time // time.Now when nil
}

// Service is the batches of every city.
type Service struct{ d Deps }

// New returns the Service. Register binds its job.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{d}
}

func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// Batch is one step asked for on many applications.
type Batch struct {
	bun.BaseModel `bun:"table:case_batch,alias:b"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	Action    string    `bun:"action"`
	Label     i18n.Text `bun:"label,type:jsonb"` // the step in words, as it was called then
	Reason    string    `bun:"reason"`
	CreatedBy uuid.UUID `bun:"created_by"`
	CreatedAt time.Time `bun:"created_at"`
}

// Item is what became of one application.
type Item struct {
	bun.BaseModel `bun:"table:case_batch_item,alias:i"`

	TenantID      uuid.UUID       `bun:"tenant_id,pk"`
	BatchID       uuid.UUID       `bun:"batch_id,pk"`
	ApplicationID uuid.UUID       `bun:"application_id,pk"`
	Number        string          `bun:"number"`
	Version       int             `bun:"version"`
	State         string          `bun:"state"`
	Code          string          `bun:"code"` // of the refusal of one that failed
	Args          json.RawMessage `bun:"args,type:jsonb"`
	Attempts      int             `bun:"attempts"` // that failed for reasons of ours
	DoneAt        time.Time       `bun:"done_at,nullzero"`
}

// The states of an item.
const (
	Waiting = "waiting"
	Done    = "done"
	Failed  = "failed"
)

// Refusal is why an item failed.
func (i Item) Refusal() *fault.Error {
	var args []any
	_ = json.Unmarshal(i.Args, &args) // what was stored was marshalled
	return &fault.Error{Kind: fault.Conflict, Code: i.Code, Args: args}
}

// Text is why an item failed, in the reader's language; "" when it did not.
func (i Item) Text(l i18n.Locale) string {
	if i.Code == "" {
		return ""
	}
	f := i.Refusal()
	if l.Has(f.Code) { // the refusal of one field
		return l.T(f.Code, f.Args...)
	}
	return l.T("fault."+f.Code, f.Args...)
}

// Most is how many applications a batch may be about.
const Most = 1000

const (
	reasonMost = 2000
	// soon is how many steps are taken while the officer waits.
	soon = 20
)

// StartInput asks for a batch. Versions are those of the applications as the actor saw them.
type StartInput struct {
	Key      uuid.UUID // of the form that asks: the same key is the same batch; none when zero
	Action   string
	Label    i18n.Text // of the action
	Reason   string
	Versions map[uuid.UUID]int
}

// Start writes a batch, whose steps are then taken in the background; a small one is done when Start returns, unless a
// step fails for reasons of ours. A key that was used before returns the batch it began. It needs application:review;
// what the step itself needs is asked for each application when it is taken. It refuses Invalid "bulk.none" without an
// application that the actor may read and "bulk.too_many" above Most, NotFound "bulk.not_found" for the key of somebody
// else, and Invalid for a reason that is too long.
func (s *Service) Start(ctx context.Context, actor identity.Actor, in StartInput) (Batch, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ApplicationReview); err != nil {
		return Batch{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case len(in.Versions) > Most:
		return Batch{}, fault.New(fault.Invalid, "bulk.too_many", "max", Most)
	case !utf8.ValidString(in.Reason) || strings.ContainsRune(in.Reason, 0):
		return Batch{}, fault.Fields([]fault.Field{{Name: "reason", Code: "invalid"}})
	case utf8.RuneCountInString(in.Reason) > reasonMost:
		return Batch{}, fault.Fields([]fault.Field{{Name: "reason", Code: "too_long", Args: []any{"max", reasonMost}}})
	}
	var ids []uuid.UUID
	for id := range in.Versions {
		ids = append(ids, id)
	}
	seen, err := s.d.Steps.Look(ctx, actor, ids)
	if err != nil {
		return Batch{}, err
	}
	id := in.Key
	if id == uuid.Nil {
		if id, err = uuid.NewV7(); err != nil {
			return Batch{}, err
		}
	}
	if in.Label == nil {
		in.Label = i18n.Text{}
	}
	b := Batch{TenantID: tenancy.Must(ctx), ID: id, Action: in.Action, Label: in.Label, Reason: in.Reason, CreatedBy: actor.ID, CreatedAt: s.now()}
	var items []Item
	for id, x := range seen {
		items = append(items, Item{TenantID: b.TenantID, BatchID: b.ID, ApplicationID: id, Number: x.Number, Version: in.Versions[id], State: Waiting,
			Args: json.RawMessage("[]")})
	}
	if len(items) == 0 {
		return Batch{}, fault.New(fault.Invalid, "bulk.none")
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(a.ApplicationID.String(), b.ApplicationID.String()) })
	begun := false
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewInsert().Model(&b).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			begun = true
			return err
		}
		if _, err := tx.NewInsert().Model(&items).Exec(ctx); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "case_batch.start", Object: "case_batch", ObjectID: b.ID, At: b.CreatedAt,
			Detail: map[string]any{"action": b.Action, "applications": len(items)},
		})
		if err != nil {
			return err
		}
		return jobs.Add(ctx, tx, runKind, runArgs{BatchID: b.ID})
	})
	if err != nil {
		return Batch{}, fmt.Errorf("bulk: start: %w", err)
	}
	if begun {
		p, err := s.Find(ctx, actor, b.ID)
		return p.Batch, err
	}
	if len(items) <= soon {
		if _, err := s.portion(ctx, b); err != nil { // the job goes on with it
			s.d.Log.WarnContext(ctx, "bulk: a small batch is left to its job", "batch", b.ID, "err", err)
		}
	}
	return b, nil
}
