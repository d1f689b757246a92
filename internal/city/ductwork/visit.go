package ductwork

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/workcal"
)

// Why somebody looks at works.
const (
	Supervision = "supervision"
	Inspection  = "inspection" // of the road once it is restored, on which the maintenance period follows
)

// Visit is what somebody saw of works on a day.
type Visit struct {
	bun.BaseModel `bun:"table:duct_work_visit,alias:v"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	ID       uuid.UUID  `bun:"id,pk"`
	WorkID   uuid.UUID  `bun:"work_id"`
	Kind     string     `bun:"kind"`
	On       time.Time  `bun:"on_day"`
	Good     bool       `bun:"good"`
	Note     string     `bun:"note"`
	MadeAt   time.Time  `bun:"made_at"`
	MadeBy   uuid.UUID  `bun:"made_by"`
}

// VisitInput is what somebody saw. What was not good has to be said; Months is the maintenance period that follows on an
// inspection that was passed. Photo is one that Receive took in, or nil.
type VisitInput struct {
	Kind   string
	On     time.Time
	Good   bool
	Note   string
	Months int
	Photo  *files.File
}

// Visit writes a visit down, for staff with duct:manage: one of supervision while anything can be seen, an inspection of a road that is being restored. Passed, the
// maintenance period begins on its day; failed, the road is to be restored again. It refuses Invalid what is missing or cannot be, field "months" a period outside the
// city's, together with what whoever asks could not read, and Conflict "ductwork.wrong_state".
func (s *Service) Visit(ctx context.Context, actor identity.Actor, work uuid.UUID, in VisitInput, unread ...fault.Field) (Visit, error) {
	if err := s.mayWrite(ctx, actor, uuid.Nil); err != nil {
		return Visit{}, err
	}
	in.Note = strings.TrimSpace(in.Note)
	rule, err := ruleOn(ctx, s.d.DB, s.Today(ctx))
	if err != nil {
		return Visit{}, err
	}
	inspects := in.Kind == Inspection
	bad := fault.Also(unread, said(map[string]text{"note": {in.Note, 2000, !in.Good || !inspects}})...)
	bad = fault.Also(bad, s.past(ctx, "day", in.On)...)
	if !inspects && in.Kind != Supervision {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if inspects && in.Good && (in.Months < rule.UpkeepLeast || in.Months > rule.UpkeepMost) {
		bad = append(bad, fault.Field{Name: "months", Code: "work_months", Args: []any{"min", rule.UpkeepLeast, "max", rule.UpkeepMost}})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Visit{}, err
	}
	v := Visit{TenantID: tenancy.Must(ctx), ID: id, WorkID: work, Kind: in.Kind, On: in.On, Good: in.Good, Note: in.Note, MadeAt: s.now(), MadeBy: actor.ID}
	return v, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		w, err := s.locked(ctx, tx, uuid.Nil, work)
		if err != nil {
			return err
		}
		if !w.BeganOn.IsZero() && v.On.Before(w.BeganOn) {
			bad = fault.Also(bad, fault.Field{Name: "day", Code: "work_outside"})
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		from, action := []string{Permitted, Running, Reinstating, Upkeep}, "ductwork.visit"
		if inspects {
			from, action = []string{Reinstating}, "ductwork.inspect"
		}
		err = s.move(ctx, tx, actor, &w, action, from, map[string]any{"visit": id, "good": v.Good}, func(context.Context, bun.Tx, *Work) error {
			if inspects && v.Good {
				w.State, w.RestoredOn, w.UpkeepUntil = Upkeep, v.On, workcal.AddMonths(v.On, in.Months)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
			return fmt.Errorf("ductwork: visit: %w", err)
		}
		if in.Photo == nil {
			return nil
		}
		_, err = s.attach(ctx, tx, actor, work, PaperPhoto, uuid.NullUUID{UUID: id, Valid: true}, *in.Photo)
		return err
	})
}

// visitsMost bounds the visits that are shown of works.
const visitsMost = 200

// Visits are those of some works, the latest first; for staff with duct:read and for people of the company whose it is.
func (s *Service) Visits(ctx context.Context, actor identity.Actor, company, work uuid.UUID) ([]Visit, error) {
	if _, err := s.Work(ctx, actor, company, work); err != nil {
		return nil, err
	}
	var all []Visit
	if err := s.d.DB.NewSelect().Model(&all).Where("v.tenant_id = ? AND v.work_id = ?", tenancy.Must(ctx), work).OrderExpr("v.id DESC").Limit(visitsMost).Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductwork: visits: %w", err)
	}
	return all, nil
}

// What a file of works is.
const (
	PaperTraffic   = "traffic" // the plan of how traffic goes around
	PaperPermit    = "permit"
	PaperGuarantee = "guarantee"
	PaperPhoto     = "photo"
	PaperReport    = "report"
)

// PaperKinds are what somebody files by hand.
func PaperKinds() []string {
	return []string{PaperTraffic, PaperPermit, PaperGuarantee, PaperPhoto, PaperReport}
}

// Paper is a file of works. None is ever changed: a newer one stands beside it.
type Paper struct {
	bun.BaseModel `bun:"table:duct_work_paper,alias:d"`

	TenantID tenancy.ID    `bun:"tenant_id,pk"`
	ID       uuid.UUID     `bun:"id,pk"`
	WorkID   uuid.UUID     `bun:"work_id"`
	Kind     string        `bun:"kind"`
	Of       uuid.NullUUID `bun:"of_id"` // the visit that a photo is of
	FileID   uuid.UUID     `bun:"file_id"`
	AddedAt  time.Time     `bun:"added_at"`
	AddedBy  uuid.UUID     `bun:"added_by"`
	FileName string        `bun:"file_name,scanonly"`
}

// PaperMB is how large a file of works may be.
const PaperMB = 10

var paperRule = files.Rule{Types: []string{"pdf", "jpg", "png"}, MaxBytes: PaperMB << 20}

// Receive takes in the bytes of a file, which Attach or Visit then names. Whoever sends it must be allowed to, which they check.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_work", Name: name, Rule: paperRule, Body: body})
	return f, files.Refuse(err, "file")
}

// Attach puts a received file to works, for staff with duct:manage and for people of the company whose it is. It refuses Invalid
// field "kind" what it cannot be, together with what whoever asks could not read.
func (s *Service) Attach(ctx context.Context, actor identity.Actor, company, work uuid.UUID, kind string, f files.File, unread ...fault.Field) (Paper, error) {
	if err := s.mayWrite(ctx, actor, company); err != nil {
		return Paper{}, err
	}
	bad := unread
	if !slices.Contains(PaperKinds(), kind) {
		bad = fault.Also(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if err := fault.Fields(bad); err != nil {
		return Paper{}, err
	}
	var p Paper
	err := tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := s.locked(ctx, tx, company, work)
		if err != nil {
			return err
		}
		if p, err = s.attach(ctx, tx, actor, work, kind, uuid.NullUUID{}, f); err != nil {
			return err
		}
		return audit.Record(ctx, tx, entry(actor, "ductwork.paper", work, map[string]any{"number": w.Number, "paper": p.ID, "kind": kind}))
	})
	return p, err
}

func (s *Service) attach(ctx context.Context, tx bun.Tx, actor identity.Actor, work uuid.UUID, kind string, of uuid.NullUUID, f files.File) (Paper, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Paper{}, err
	}
	if err := s.d.Files.Keep(ctx, tx, f); err != nil {
		return Paper{}, err
	}
	p := Paper{TenantID: tenancy.Must(ctx), ID: id, WorkID: work, Kind: kind, Of: of, FileID: f.ID, AddedAt: s.now(), AddedBy: actor.ID}
	if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
		return Paper{}, fmt.Errorf("ductwork: paper: %w", err)
	}
	return p, nil
}

// papersMost bounds the files that are shown of works.
const papersMost = 200

// Papers are the files of works, the latest first; for staff with duct:read and for people of the company whose it is.
func (s *Service) Papers(ctx context.Context, actor identity.Actor, company, work uuid.UUID) ([]Paper, error) {
	if _, err := s.Work(ctx, actor, company, work); err != nil {
		return nil, err
	}
	var all []Paper
	err := s.d.DB.NewSelect().Model(&all).ColumnExpr("d.*, f.name AS file_name").Join("JOIN file AS f ON f.tenant_id = d.tenant_id AND f.id = d.file_id").
		Where("d.tenant_id = ? AND d.work_id = ?", tenancy.Must(ctx), work).OrderExpr("d.id DESC").Limit(papersMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductwork: papers: %w", err)
	}
	return all, nil
}

// Paper opens a file of works, for whom Papers is; NotFound "ductwork.no_paper".
func (s *Service) Paper(ctx context.Context, actor identity.Actor, company, work, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if _, err := s.Work(ctx, actor, company, work); err != nil {
		return files.File{}, nil, err
	}
	var all []Paper
	if err := s.d.DB.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.work_id = ? AND d.id = ?", tenancy.Must(ctx), work, id).Scan(ctx); err != nil {
		return files.File{}, nil, fmt.Errorf("ductwork: paper: %w", err)
	}
	if len(all) == 0 {
		return files.File{}, nil, fault.New(fault.NotFound, "ductwork.no_paper")
	}
	return s.d.Files.Open(ctx, all[0].FileID)
}
