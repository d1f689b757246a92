package operator

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/city/lease"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// The kinds of a company's papers. Agreement is the master agreement (perjanjian kerja sama), which only staff file.
const (
	PaperNIB       = "nib"
	PaperLicence   = "licence"
	PaperNPWP      = "npwp"
	PaperDeed      = "deed"
	PaperOther     = "other"
	PaperAgreement = "agreement"
)

// PaperKinds are those that somebody may file: the agreement for staff alone.
func PaperKinds(staff bool) []string {
	out := []string{PaperNIB, PaperLicence, PaperNPWP, PaperDeed, PaperOther}
	if staff {
		out = append([]string{PaperAgreement}, out...)
	}
	return out
}

// RequiredPapers are those that a company's registration is decided about by.
func RequiredPapers() []string { return []string{PaperNIB, PaperLicence} }

// Unfiled are the required kinds of which none among a company's papers, the latest first, holds on a day: with its latest paper, whose time is
// over, or one that is not on file at all.
func Unfiled(all []Paper, day time.Time) []Paper {
	var out []Paper
	for _, kind := range RequiredPapers() {
		last := Paper{Kind: kind}
		holds := slices.ContainsFunc(all, func(p Paper) bool {
			if p.Kind == kind && p.Until.After(last.Until) {
				last = p
			}
			return p.Kind == kind && (p.Until.IsZero() || !p.Until.Before(day))
		})
		if !holds {
			out = append(out, last)
		}
	}
	return out
}

// Decide is lease.Decide, which for a company that waits or was refused looks at its papers first: while a required one is not on file it refuses
// Invalid (field "seen") an approval by somebody who has not seen the papers elsewhere.
func (s *Service) Decide(ctx context.Context, actor identity.Actor, id uuid.UUID, in lease.Decision, seen bool) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctLease); err != nil {
		return err
	}
	o, err := s.d.Leases.Operator(ctx, actor, id)
	if err != nil {
		return err
	}
	waits := o.State == lease.OperatorApplied || o.State == lease.OperatorRefused
	if in.State == lease.OperatorApproved && waits && in.Revision == o.Revision { // else it is told that the company has changed
		papers, err := s.Papers(ctx, actor, id)
		if err != nil {
			return err
		}
		for _, p := range Unfiled(papers, s.Today(ctx)) {
			in.Unfiled = append(in.Unfiled, p.Kind)
		}
		if len(in.Unfiled) > 0 && !seen {
			return fault.Fields([]fault.Field{{Name: "seen", Code: "papers_unseen"}})
		}
	}
	return s.d.Leases.Decide(ctx, actor, id, in)
}

// Paper is a document of a company. None is ever changed: a newer one stands beside it.
type Paper struct {
	bun.BaseModel `bun:"table:duct_operator_paper,alias:d"`

	TenantID   tenancy.ID `bun:"tenant_id,pk"`
	ID         uuid.UUID  `bun:"id,pk"`
	OperatorID uuid.UUID  `bun:"operator_id"`
	Kind       string     `bun:"kind"`
	Number     string     `bun:"number"`
	Day        time.Time  `bun:"day,nullzero"`
	Until      time.Time  `bun:"until,nullzero"` // the last day on which it holds
	FileID     uuid.UUID  `bun:"file_id"`
	AddedAt    time.Time  `bun:"added_at"`
	AddedBy    uuid.UUID  `bun:"added_by"`
	FileName   string     `bun:"file_name,scanonly"`
}

// PaperMB is how large a paper may be.
const PaperMB = 10

var paperRule = files.Rule{Types: []string{"pdf", "jpg", "png"}, MaxBytes: PaperMB << 20}

// Receive takes in the bytes of a paper, which File then names. Whoever sends it must be allowed to, which File checks.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_operator", Name: name, Rule: paperRule, Body: body})
	return f, files.Refuse(err, "file")
}

// File puts a received paper on file for a company, for staff with duct:lease and for people of it. It refuses Invalid a kind
// that the sender may not file (field "kind"), an agreement without its number or day, and a last day before the first (field "until").
func (s *Service) File(ctx context.Context, actor identity.Actor, p Paper, f files.File) (Paper, error) {
	if err := s.may(ctx, actor, p.OperatorID, access.DuctLease, false); err != nil {
		return Paper{}, err
	}
	var bad []fault.Field
	if !slices.Contains(PaperKinds(actor.Kind != identity.Partner), p.Kind) {
		bad = append(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	if p.Number = strings.TrimSpace(p.Number); len([]rune(p.Number)) > 100 {
		bad = append(bad, fault.Field{Name: "number", Code: "too_long", Args: []any{"max", 100}})
	}
	if p.Kind == PaperAgreement { // orders stand under it, so it is named on their papers
		if p.Number == "" {
			bad = append(bad, fault.Field{Name: "number", Code: "required"})
		}
		if p.Day.IsZero() {
			bad = append(bad, fault.Field{Name: "day", Code: "required"})
		}
	}
	if !p.Until.IsZero() && p.Until.Before(p.Day) {
		bad = append(bad, fault.Field{Name: "until", Code: "not_after"})
	}
	if err := fault.Fields(bad); err != nil {
		return Paper{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Paper{}, err
	}
	p.TenantID, p.ID, p.FileID, p.AddedAt, p.AddedBy, p.FileName = tenancy.Must(ctx), id, f.ID, s.now(), actor.ID, f.Name
	return p, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if err := s.d.Leases.Known(ctx, tx, p.OperatorID); err != nil {
			return err
		}
		if err := s.d.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return fmt.Errorf("operator: file: %w", err)
		}
		return audit.Record(ctx, tx, entry(actor, "operator.paper", p.OperatorID, map[string]any{"paper": id, "kind": p.Kind}))
	})
}

// papersMost bounds a list of papers.
const papersMost = 200

// Papers lists what is on file for a company, the latest first; for staff with duct:read and for people of it.
func (s *Service) Papers(ctx context.Context, actor identity.Actor, company uuid.UUID) ([]Paper, error) {
	if err := s.mayRead(ctx, actor, company); err != nil {
		return nil, err
	}
	var all []Paper
	err := s.d.DB.NewSelect().Model(&all).ColumnExpr("d.*, f.name AS file_name").Join("JOIN file AS f ON f.tenant_id = d.tenant_id AND f.id = d.file_id").
		Where("d.tenant_id = ? AND d.operator_id = ?", tenancy.Must(ctx), company).OrderExpr("d.id DESC").Limit(papersMost).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("operator: papers: %w", err)
	}
	return all, nil
}

// Paper opens one, for whom Papers is; NotFound "operator.no_paper".
func (s *Service) Paper(ctx context.Context, actor identity.Actor, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	need := access.DuctRead
	if actor.Kind == identity.Partner {
		need = access.DuctOwn
	}
	if err := s.d.Guard.Allow(ctx, actor, need); err != nil { // before it is known whether there is one
		return files.File{}, nil, err
	}
	var all []Paper
	if err := s.d.DB.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.id = ?", tenancy.Must(ctx), id).Scan(ctx); err != nil {
		return files.File{}, nil, fmt.Errorf("operator: paper: %w", err)
	}
	if len(all) == 0 || s.mayRead(ctx, actor, all[0].OperatorID) != nil {
		return files.File{}, nil, fault.New(fault.NotFound, "operator.no_paper")
	}
	return s.d.Files.Open(ctx, all[0].FileID)
}

// AgreementOf is the master agreement of a company that is in force on a day, the latest where there are several; false where
// there is none. It is read as part of tx; that whoever asks may know is the caller's concern.
func AgreementOf(ctx context.Context, db bun.IDB, company uuid.UUID, day time.Time) (Paper, bool, error) {
	var all []Paper
	err := db.NewSelect().Model(&all).Where("d.tenant_id = ? AND d.operator_id = ? AND d.kind = ?", tenancy.Must(ctx), company, PaperAgreement).
		Where("d.number <> '' AND d.day <= ? AND (d.until IS NULL OR d.until >= ?)", day, day).OrderExpr("d.day DESC, d.id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return Paper{}, false, fmt.Errorf("operator: agreement: %w", err)
	}
	if len(all) == 0 {
		return Paper{}, false, nil
	}
	return all[0], true, nil
}
