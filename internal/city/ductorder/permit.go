package ductorder

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductflow"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Permit is what one authority whose ground the way crosses has to permit.
type Permit struct {
	bun.BaseModel `bun:"table:duct_order_permit,alias:t"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	OrderID   uuid.UUID     `bun:"order_id"`
	Authority string        `bun:"authority"`
	Number    string        `bun:"number"`
	GrantedOn time.Time     `bun:"granted_on,nullzero"` // zero: still to be had
	Until     time.Time     `bun:"until,nullzero"`      // the last day on which it holds
	FileID    uuid.NullUUID `bun:"file_id"`
	WrittenAt time.Time     `bun:"written_at,nullzero"`
	WrittenBy uuid.NullUUID `bun:"written_by"`
	FileName  string        `bun:"file_name,scanonly"`
}

// FileMB is how large a file of an order may be.
const FileMB = 10

var fileRule = files.Rule{Types: []string{"pdf", "jpg", "png"}, MaxBytes: FileMB << 20}

// Receive takes in the bytes of a file, which WritePermit or UploadEvidence then keeps. Whoever sends it must be allowed to, which
// those check; a file that nobody keeps is swept away.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_order", Name: name, Rule: fileRule, Body: body})
	return f, files.Refuse(err, "file")
}

// permits are those that an order needs, by authority.
func permits(ctx context.Context, db bun.IDB, order uuid.UUID) ([]Permit, error) {
	var all []Permit
	err := db.NewSelect().Model(&all).ColumnExpr("t.*, f.name AS file_name").Join("LEFT JOIN file AS f ON f.tenant_id = t.tenant_id AND f.id = t.file_id").
		Where("t.tenant_id = ? AND t.order_id = ?", tenancy.Must(ctx), order).OrderExpr("t.authority").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductorder: permits: %w", err)
	}
	return all, nil
}

// PermitInput is a permit that was granted.
type PermitInput struct {
	Order  uuid.UUID
	Permit uuid.UUID
	Number string
	Day    time.Time // on which it was granted
	Until  time.Time // the last day on which it holds; zero goes on
	File   *files.File
}

// WritePermit writes down that an authority has permitted, with its letter, for staff with duct:lease. It refuses Invalid what is
// missing, with the file of the first writing, NotFound "ductorder.not_found" a permit that the order does not need, and Conflict
// "ductorder.no_action" in a state in which none is written down. What whoever asks could not read is refused together with what is missing.
func (s *Service) WritePermit(ctx context.Context, actor identity.Actor, in PermitInput, unread ...fault.Field) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	in.Number, in.Day, in.Until = strings.TrimSpace(in.Number), duct.DayOf(in.Day), duct.DayOf(in.Until)
	bad := unread
	add := func(name, code string, args ...any) {
		bad = fault.Also(bad, fault.Field{Name: name, Code: code, Args: args})
	}
	switch n := len([]rune(in.Number)); {
	case n == 0:
		add("number", "required")
	case n > 100:
		add("number", "too_long", "max", 100)
	}
	switch {
	case in.Day.IsZero():
		add("day", "required")
	case in.Day.After(s.today(ctx)):
		add("day", "date_future")
	}
	if !in.Until.IsZero() && in.Until.Before(in.Day) {
		add("until", "not_after")
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		o, _, err := s.lockIn(ctx, tx, in.Order, func(f *ductflow.Flow) []string { return f.Permits })
		if err != nil {
			return err
		}
		all, err := permits(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p Permit) bool { return p.ID == in.Permit })
		if i < 0 {
			return notFound()
		}
		p := &all[i]
		if in.File == nil && !p.FileID.Valid {
			add("file", "file_required")
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		if in.File != nil {
			if err := s.d.Files.Keep(ctx, tx, *in.File); err != nil {
				return err
			}
			p.FileID = uuid.NullUUID{UUID: in.File.ID, Valid: true}
		}
		p.Number, p.GrantedOn, p.Until, p.WrittenAt, p.WrittenBy = in.Number, in.Day, in.Until, s.now(), uuid.NullUUID{UUID: actor.ID, Valid: true}
		if _, err := tx.NewUpdate().Model(p).Column("number", "granted_on", "until", "file_id", "written_at", "written_by").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductorder: permit: %w", err)
		}
		return s.noted(ctx, tx, o, actor, EventPermit, "ductorder.permit", "", map[string]any{"authority": p.Authority, "number": p.Number})
	})
}

// lockIn locks an order that stands in one of some states of its flow; Conflict "ductorder.no_action" in another.
func (s *Service) lockIn(ctx context.Context, tx bun.Tx, id uuid.UUID, states func(*ductflow.Flow) []string) (Order, *ductflow.Flow, error) {
	o, err := s.lock(ctx, tx, id)
	if err != nil {
		return o, nil, err
	}
	f, err := s.flows.Find(ctx, tx, o.FlowVersion)
	if err == nil && !slices.Contains(states(f), o.State) {
		err = noAction()
	}
	return o, f, err
}

// noted adds what happened to an order without moving it: its story, and the audit record.
func (s *Service) noted(ctx context.Context, tx bun.Tx, o Order, actor identity.Actor, event, action, reason string, detail map[string]any) error {
	o.UpdatedAt = s.now()
	if err := record(ctx, tx, o, actor, event, o.State, reason, detail); err != nil {
		return err
	}
	about := map[string]any{"order": o.Number}
	for k, v := range detail {
		about[k] = v
	}
	return audit.Record(ctx, tx, actor.Did(audit.Entry{Action: action, Object: "duct_order", ObjectID: o.ID, At: o.UpdatedAt, Detail: about}))
}
