package ductwave

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Commitment is what a company has bound itself to: units along roads of a wave, for at least so many months, by a signed paper.
// None is ever changed; staff can release one.
type Commitment struct {
	bun.BaseModel `bun:"table:duct_wave_commitment,alias:m"`

	TenantID    tenancy.ID    `bun:"tenant_id,pk"`
	ID          uuid.UUID     `bun:"id,pk"`
	WaveID      uuid.UUID     `bun:"wave_id"`
	OperatorID  uuid.UUID     `bun:"operator_id"`
	Key         uuid.UUID     `bun:"key"` // of the form that made it
	Number      string        `bun:"number"`
	Months      int           `bun:"months"` // for which it leases at least
	FileID      uuid.UUID     `bun:"file_id"`
	MadeAt      time.Time     `bun:"made_at"`
	MadeBy      uuid.UUID     `bun:"made_by"`
	ReleasedAt  time.Time     `bun:"released_at,nullzero"`
	ReleasedBy  uuid.NullUUID `bun:"released_by"`
	ReleasedWhy string        `bun:"released_why"`

	Units map[int]int `bun:"-"` // by the position of the road
}

// promise is a commitment along one road.
type promise struct {
	bun.BaseModel `bun:"table:duct_wave_promise,alias:p"`

	TenantID     tenancy.ID `bun:"tenant_id,pk"`
	CommitmentID uuid.UUID  `bun:"commitment_id,pk"`
	WaveID       uuid.UUID  `bun:"wave_id"`
	Position     int        `bun:"position,pk"`
	Units        int        `bun:"units"`
}

// PaperMB is how large a signed paper or a photo may be.
const PaperMB = 10

// monthsMost bounds for how long a company commits itself.
const monthsMost = 360

// Receive takes in the bytes of a signed paper, which Commit then names. Whoever sends it must be allowed to, which Commit checks.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_wave", Name: name, Rule: files.Rule{Types: []string{"pdf", "jpg", "png"}, MaxBytes: PaperMB << 20}, Body: body})
	return f, files.Refuse(err, "file")
}

// CommitInput is what a company binds itself to.
type CommitInput struct {
	Wave   uuid.UUID
	Key    uuid.UUID   // of the form: a second commitment with it is the first one
	Units  map[int]int // by the position of the road
	Months int
	Paper  files.File // signed, as Receive took it in
}

// Commit binds the actor's company to units along roads of a wave, by an administrator of it (else Forbidden "operator.not_admin"),
// with the signed paper that was received. It refuses Invalid what cannot be (fields "units_1" by the road, "months"), units that
// are no longer there ("wave_full" of such a field), and none at all (field "units_1" of the first road: "required"); NotFound
// "wave.not_found", Conflict "wave.commit_over", and "lease.not_approved" a company that may not lease.
func (s *Service) Commit(ctx context.Context, actor identity.Actor, in CommitInput) (Commitment, error) {
	self, err := s.d.Operators.Self(ctx, actor)
	if err != nil {
		return Commitment{}, err
	}
	if !self.Admin {
		return Commitment{}, fault.New(fault.Forbidden, "operator.not_admin")
	}
	bad := within("months", int64(in.Months), 1, monthsMost)
	for position, n := range in.Units {
		bad = append(bad, within(fmt.Sprintf("units_%d", position), int64(n), 0, countMost)...)
	}
	if err := fault.Fields(bad); err != nil {
		return Commitment{}, err
	}
	cid, err := uuid.NewV7()
	if err != nil {
		return Commitment{}, err
	}
	if in.Key == uuid.Nil {
		in.Key = cid
	}
	m := Commitment{TenantID: tenancy.Must(ctx), ID: cid, WaveID: in.Wave, OperatorID: self.Company.ID, Key: in.Key, Months: in.Months, FileID: in.Paper.ID, MadeAt: s.now(), MadeBy: actor.ID, Units: map[int]int{}}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		w, err := s.mine(ctx, tx, in.Wave, self.Company)
		if err != nil {
			return err
		}
		var was []Commitment
		if err := tx.NewSelect().Model(&was).Where("m.tenant_id = ? AND m.operator_id = ? AND m.key = ?", m.TenantID, m.OperatorID, m.Key).Scan(ctx); err != nil || len(was) > 0 {
			if len(was) > 0 {
				m = was[0]
			}
			return err
		}
		if w.State != Committing && w.State != Plan || s.d.Operators.Today(ctx).After(w.CommitUntil) {
			return fault.New(fault.Conflict, "wave.commit_over")
		}
		all, err := roads(ctx, tx, in.Wave)
		if err != nil {
			return err
		}
		var lines []promise
		var bad []fault.Field
		for _, r := range all {
			n := in.Units[r.Position]
			if n > r.Capacity-r.Signed {
				bad = append(bad, fault.Field{Name: fmt.Sprintf("units_%d", r.Position), Code: "wave_full"})
			}
			if n > 0 {
				m.Units[r.Position] = n
				lines = append(lines, promise{TenantID: m.TenantID, CommitmentID: m.ID, WaveID: in.Wave, Position: r.Position, Units: n})
			}
		}
		if len(lines) == 0 && len(all) > 0 {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("units_%d", all[0].Position), Code: "required"})
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
		if m.Number, err = s.number(ctx, tx, "commitment", "KMT"); err != nil {
			return err
		}
		if err := s.d.Files.Keep(ctx, tx, in.Paper); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: commit: %w", err)
		}
		if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
			return fmt.Errorf("ductwave: commit: %w", err)
		}
		return record(ctx, tx, actor, "commit", in.Wave, map[string]any{"operator": self.Company.ID, "number": m.Number, "months": in.Months})
	})
	return m, err
}

// Release lets a company go from a commitment, with a reason (field "why"), for staff with duct:lease; Conflict "wave.not_now" once
// building has started, and NotFound "wave.no_commitment" one that is not there or was released.
func (s *Service) Release(ctx context.Context, actor identity.Actor, id, commitment uuid.UUID, why string) error {
	if why = strings.TrimSpace(why); why == "" {
		return fault.Fields([]fault.Field{{Name: "why", Code: "required"}})
	}
	if err := fault.Fields(short("why", why, wordsMost)); err != nil {
		return err
	}
	return s.act(ctx, actor, id, nil, "release", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		if w.Started() || w.State == Dropped {
			return nil, fault.New(fault.Conflict, "wave.not_now")
		}
		var number []string
		err := tx.NewRaw("UPDATE duct_wave_commitment SET released_at = ?, released_by = ?, released_why = ? WHERE tenant_id = ? AND wave_id = ? AND id = ? AND released_at IS NULL RETURNING number",
			s.now(), actor.ID, why, w.TenantID, id, commitment).Scan(ctx, &number)
		if err != nil {
			return nil, fmt.Errorf("ductwave: release: %w", err)
		}
		if len(number) == 0 {
			return nil, fault.New(fault.NotFound, "wave.no_commitment")
		}
		return map[string]any{"number": number[0], "why": why}, nil
	})
}

// commitments are those of a wave, the released ones too, in the order of their numbers; of one company unless it is zero.
func commitments(ctx context.Context, db bun.IDB, id, company uuid.UUID) ([]Commitment, error) {
	var all []Commitment
	q := db.NewSelect().Model(&all).Where("m.tenant_id = ? AND m.wave_id = ?", tenancy.Must(ctx), id).OrderExpr("m.number")
	lines := db.NewSelect().TableExpr("duct_wave_promise AS p").ColumnExpr("p.commitment_id, p.position, p.units").Where("p.tenant_id = ? AND p.wave_id = ?", tenancy.Must(ctx), id)
	if company != uuid.Nil {
		q = q.Where("m.operator_id = ?", company)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductwave: commitments: %w", err)
	}
	var rows []promise
	if err := lines.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("ductwave: commitments: %w", err)
	}
	for i := range all {
		all[i].Units = map[int]int{}
		for _, p := range rows {
			if p.CommitmentID == all[i].ID {
				all[i].Units[p.Position] = p.Units
			}
		}
	}
	return all, nil
}

// Paper opens the signed paper of a commitment, for staff with duct:read and for people of its company; else NotFound
// "wave.no_commitment".
func (s *Service) Paper(ctx context.Context, actor identity.Actor, id, commitment uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	company, err := s.reader(ctx, actor)
	if err != nil {
		return files.File{}, nil, err
	}
	var all []Commitment
	if err := s.d.DB.NewSelect().Model(&all).Where("m.tenant_id = ? AND m.wave_id = ? AND m.id = ?", tenancy.Must(ctx), id, commitment).Scan(ctx); err != nil {
		return files.File{}, nil, fmt.Errorf("ductwave: paper: %w", err)
	}
	if len(all) == 0 || company != uuid.Nil && company != all[0].OperatorID {
		return files.File{}, nil, fault.New(fault.NotFound, "wave.no_commitment")
	}
	return s.d.Files.Open(ctx, all[0].FileID)
}

// reader is the company whose matters alone an actor reads; zero for staff with duct:read, who read all.
func (s *Service) reader(ctx context.Context, actor identity.Actor) (uuid.UUID, error) {
	if actor.Kind != identity.Partner {
		return uuid.Nil, s.d.Guard.Allow(ctx, actor, access.DuctRead)
	}
	self, err := s.d.Operators.Self(ctx, actor)
	return self.Company.ID, err
}
