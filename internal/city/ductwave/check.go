package ductwave

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Check is an item of the checklist of a company that moves.
type Check struct {
	bun.BaseModel `bun:"table:duct_wave_check,alias:k"`

	TenantID   tenancy.ID    `bun:"tenant_id,pk"`
	WaveID     uuid.UUID     `bun:"wave_id,pk"`
	OperatorID uuid.UUID     `bun:"operator_id,pk"`
	Item       string        `bun:"item,pk"`
	DoneOn     time.Time     `bun:"done_on,nullzero"`
	Skipped    bool          `bun:"skipped"` // not needed, and Note says why
	Note       string        `bun:"note"`
	At         time.Time     `bun:"at,nullzero"` // zero while it is open
	ByID       uuid.NullUUID `bun:"by_id"`
}

// Open reports whether an item has yet to be done.
func (k Check) Open() bool { return k.At.IsZero() }

// Schedule says from which day to which a company cuts over, for staff with duct:lease, while a wave is planned and until its old
// cables come down. It refuses Invalid days that cannot be (fields "from", "until"), NotFound "wave.no_company", and Conflict
// "wave.not_now".
func (s *Service) Schedule(ctx context.Context, actor identity.Actor, id, company uuid.UUID, from, until time.Time) error {
	var bad []fault.Field
	switch {
	case from.IsZero():
		bad = append(bad, fault.Field{Name: "from", Code: "required"})
	case until.IsZero():
		bad = append(bad, fault.Field{Name: "until", Code: "required"})
	case until.Before(from):
		bad = append(bad, fault.Field{Name: "until", Code: "wave_order"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "schedule", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.State != Plan && w.State != Building && w.State != CutOver {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		err := one(tx.NewRaw("UPDATE duct_wave_company SET cut_from = ?, cut_until = ? WHERE tenant_id = ? AND wave_id = ? AND operator_id = ?", from, until, w.TenantID, id, company).Exec(ctx))
		if err == nil && w.State != Plan {
			err = s.tell(ctx, tx, *w, "wave_planned", "", map[string]string{"nth": from.Format(time.DateOnly) + until.Format(time.DateOnly)}, func(q string) (string, []any) {
				return q + " AND c.operator_id = ?", []any{company}
			})
		}
		return map[string]any{"operator": company, "from": from.Format(time.DateOnly), "to": until.Format(time.DateOnly)}, err
	})
}

// CheckInput is what is said of an item: it was done on a day, or Skip, it is not needed because of Note.
type CheckInput struct {
	Wave, Company uuid.UUID // Company is that of the actor where it is somebody of one
	Item          string
	On            time.Time
	Skip          bool
	Note          string
	Photo         *files.File // received, of an item that needs one
}

// ReceivePhoto takes in the bytes of a photo, which Tick or AddPhoto then names. Whoever sends it must be allowed to, which these check.
func (s *Service) ReceivePhoto(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_wave", Name: name, Rule: files.Rule{Types: []string{"jpg", "png"}, MaxBytes: PaperMB << 20}, Body: body})
	return f, files.Refuse(err, "photo")
}

// Tick says that an item of a company's checklist is done, by staff with duct:lease or by people of the company for what is theirs
// to say. It refuses Invalid a day that is missing or to come (field "on"), a missing photo (field "photo": "required") or reason
// (field "note"), NotFound "wave.not_found" or "wave.no_item", Forbidden "wave.staff_item" what only staff say, and Conflict
// "wave.not_now" before the stage of the item or after the wave, and "wave.done" what was said already.
func (s *Service) Tick(ctx context.Context, actor identity.Actor, in CheckInput) error {
	staff := actor.Kind != identity.Partner
	if staff {
		if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
			return err
		}
	} else {
		self, err := s.d.Operators.Self(ctx, actor)
		if err != nil {
			return err
		}
		in.Company = self.Company.ID
	}
	in.Note = strings.TrimSpace(in.Note)
	if !in.On.IsZero() {
		in.On = duct.DayOf(in.On)
	}
	bad := short("note", in.Note, wordsMost)
	switch {
	case in.Skip && in.Note == "":
		bad = append(bad, fault.Field{Name: "note", Code: "required"})
	case !in.Skip && in.On.IsZero():
		bad = append(bad, fault.Field{Name: "on", Code: "required"})
	case !in.Skip && in.On.After(s.d.Operators.Today(ctx)):
		bad = append(bad, fault.Field{Name: "on", Code: "wave_future"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := locked(ctx, tx, in.Wave)
		if err != nil {
			return err
		}
		x, err := s.item(ctx, tx, w, in)
		if err != nil {
			return err
		}
		switch {
		case !staff && (x.Staff || in.Skip):
			return fault.New(fault.Forbidden, "wave.staff_item")
		case w.State != AerialDown && (w.State != CutOver || x.Stage != StageCutOver):
			return fault.New(fault.Conflict, "wave.not_now")
		case x.Photo != "" && !in.Skip && in.Photo == nil:
			return fault.Fields([]fault.Field{{Name: "photo", Code: "required"}})
		}
		k := Check{TenantID: w.TenantID, WaveID: w.ID, OperatorID: in.Company, Item: in.Item, DoneOn: in.On, Skipped: in.Skip, Note: in.Note, At: s.now(), ByID: uuid.NullUUID{UUID: actor.ID, Valid: true}}
		if in.Skip {
			k.DoneOn = time.Time{}
		}
		if _, err := tx.NewUpdate().Model(&k).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: tick: %w", err)
		}
		if in.Photo != nil && !in.Skip {
			phase := x.Photo
			if phase == "" {
				phase = After
			}
			p := Photo{WaveID: w.ID, OperatorID: uuid.NullUUID{UUID: in.Company, Valid: true}, Item: in.Item, Phase: phase}
			if _, err := s.keepPhoto(ctx, tx, actor, p, *in.Photo); err != nil {
				return err
			}
		}
		return record(ctx, tx, actor, "tick", w.ID, map[string]any{"operator": in.Company, "item": in.Item, "skipped": in.Skip})
	})
}

// item is the one of a checklist that is open.
func (s *Service) item(ctx context.Context, tx bun.Tx, w Wave, in CheckInput) (Item, error) {
	var found []struct {
		Item `bun:",extend"`
		At   time.Time
	}
	err := tx.NewRaw(`SELECT i.*, k.at FROM duct_wave_check k JOIN duct_wave_item i ON i.tenant_id = k.tenant_id AND i.code = k.item WHERE k.tenant_id = ? AND k.wave_id = ? AND k.operator_id = ? AND k.item = ?`,
		w.TenantID, w.ID, in.Company, in.Item).Scan(ctx, &found)
	switch {
	case err != nil:
		return Item{}, fmt.Errorf("ductwave: tick: %w", err)
	case len(found) == 0:
		return Item{}, fault.New(fault.NotFound, "wave.no_item")
	case !found[0].At.IsZero():
		return Item{}, fault.New(fault.Conflict, "wave.done")
	}
	return found[0].Item, nil
}

// Reopen takes back that an item is done, for staff with duct:lease and with a reason (field "why"), until the wave is closed: what was
// said by mistake. Its photo stays. NotFound "wave.no_item", Conflict "wave.not_now".
func (s *Service) Reopen(ctx context.Context, actor identity.Actor, id, company uuid.UUID, item, why string) error {
	if why = strings.TrimSpace(why); why == "" {
		return fault.Fields([]fault.Field{{Name: "why", Code: "required"}})
	}
	if err := fault.Fields(short("why", why, wordsMost)); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "reopen", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.State != CutOver && w.State != AerialDown {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		res, err := tx.NewRaw("UPDATE duct_wave_check SET at = NULL, by_id = NULL, done_on = NULL, skipped = false, note = '' WHERE tenant_id = ? AND wave_id = ? AND operator_id = ? AND item = ? AND at IS NOT NULL", w.TenantID, id, company, item).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("ductwave: reopen: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return nil, fault.New(fault.NotFound, "wave.no_item")
		}
		return map[string]any{"operator": company, "item": item, "why": why}, nil
	})
}

// TakenDown says how much of a company's cable in the air came down, and how many of its poles, for staff with duct:lease while a
// wave's old cables come down; said again, it replaces what was said. It refuses Invalid what cannot be (fields "metres", "poles",
// "on"), NotFound "wave.no_company", and Conflict "wave.not_now".
func (s *Service) TakenDown(ctx context.Context, actor identity.Actor, id, company uuid.UUID, metres int64, poles int, on time.Time) error {
	if !on.IsZero() {
		on = duct.DayOf(on)
	}
	bad := append(within("metres", metres, 0, roadsMost*lengthMost), within("poles", int64(poles), 0, capacityMost)...)
	if on.IsZero() {
		bad = append(bad, fault.Field{Name: "on", Code: "required"})
	} else if on.After(s.d.Operators.Today(ctx)) {
		bad = append(bad, fault.Field{Name: "on", Code: "wave_future"})
	}
	if err := fault.Fields(bad); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "down", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.State != AerialDown {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		err := one(tx.NewRaw("UPDATE duct_wave_company SET down_mm = ?, down_poles = ?, down_on = ?, down_by = ? WHERE tenant_id = ? AND wave_id = ? AND operator_id = ?", metres*1000, poles, on, actor.ID, w.TenantID, id, company).Exec(ctx))
		return map[string]any{"operator": company, "metres": metres, "poles": poles}, err
	})
}
