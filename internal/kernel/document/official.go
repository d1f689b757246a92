package document

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Official is who signs for an office, from a day on. Name and NIP (the number of a civil servant) stand on every
// document that the office issues, so they are no secret.
type Official struct {
	bun.BaseModel `bun:"table:document_signer,alias:s"`

	TenantID      uuid.UUID `bun:"tenant_id,pk"`
	ID            uuid.UUID `bun:"id,pk"`
	AgencyCode    string    `bun:"agency_code"`
	Title         i18n.Text `bun:"title,type:jsonb"`
	Name          string    `bun:"name"`
	NIP           string    `bun:"nip"`
	EffectiveFrom time.Time `bun:"effective_from,type:date"`
	EffectiveTo   time.Time `bun:"effective_to,type:date,nullzero"` // the first day that is somebody else's
	CreatedBy     uuid.UUID `bun:"created_by"`
	CreatedAt     time.Time `bun:"created_at"`
}

// officialsLimit bounds the officials of one office, present and past.
const officialsLimit = 200

// Officials lists who signs and signed for an office, the latest first. It needs service:configure.
func (s *Service) Officials(ctx context.Context, actor identity.Actor, agency string) ([]Official, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return nil, err
	}
	var all []Official
	err := s.d.DB.App.NewSelect().Model(&all).Where("tenant_id = ? AND agency_code = ?", tenancy.Must(ctx), agency).
		OrderExpr("effective_from DESC").Limit(officialsLimit).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: officials: %w", err)
	}
	return all, nil
}

// signerAt returns who signs for an office on a day; the zero Official when nobody is on record.
func (s *Service) signerAt(ctx context.Context, db bun.IDB, agency string, local time.Time) (Official, error) {
	var o Official
	day := local.Format(time.DateOnly)
	err := db.NewSelect().Model(&o).Where("tenant_id = ? AND agency_code = ?", tenancy.Must(ctx), agency).
		Where("effective_from <= ?", day).Where("effective_to IS NULL OR effective_to > ?", day).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Official{}, nil
	}
	if err != nil {
		return Official{}, fmt.Errorf("document: signer: %w", err)
	}
	return o, nil
}

// OfficialInput appoints somebody to sign for an office from a day on. Agency is the code of an office that the caller
// has seen to exist.
type OfficialInput struct {
	Agency string
	Title  i18n.Text
	Name   string
	NIP    string
	From   string // 2006-01-02
}

var nipPattern = regexp.MustCompile(`^[0-9]{18}$`)

func (in *OfficialInput) validate() (time.Time, error) {
	var bad []fault.Field
	in.Name, in.NIP = strings.Join(strings.Fields(in.Name), " "), strings.Join(strings.Fields(in.NIP), "")
	title := i18n.Text{}
	for _, l := range i18n.All() {
		title[l] = strings.Join(strings.Fields(in.Title[l]), " ")
		switch n := utf8.RuneCountInString(title[l]); {
		case n == 0:
			bad = append(bad, fault.Field{Name: "title_" + string(l), Code: "required"})
		case n > 200:
			bad = append(bad, fault.Field{Name: "title_" + string(l), Code: "too_long", Args: []any{"max", 200}})
		}
	}
	in.Title = title
	switch n := utf8.RuneCountInString(in.Name); {
	case n == 0:
		bad = append(bad, fault.Field{Name: "name", Code: "required"})
	case n > 120:
		bad = append(bad, fault.Field{Name: "name", Code: "too_long", Args: []any{"max", 120}})
	}
	if in.NIP != "" && !nipPattern.MatchString(in.NIP) {
		bad = append(bad, fault.Field{Name: "nip", Code: "nip"})
	}
	from, err := time.Parse(time.DateOnly, in.From)
	if err != nil {
		bad = append(bad, fault.Field{Name: "from", Code: "date_form"})
	}
	return from, fault.Fields(bad)
}

// maySay refuses whoever configures the services of one office alone to say who signs for another, and with which key: who
// could would sign in its name.
func (s *Service) maySay(ctx context.Context, actor identity.Actor, agency string) error {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err == nil && r.Agency() != "" && r.Agency() != agency {
		err = fault.New(fault.Forbidden, "document.other_agency")
	}
	return err
}

// Appoint records that somebody signs for an office from a day on, in the place of whoever did until then. It needs
// service:configure, and refuses Conflict "document.signer_overlap" for a day on which a later one already signs, and
// Forbidden "document.other_agency" to who has one office alone and names another.
func (s *Service) Appoint(ctx context.Context, actor identity.Actor, in OfficialInput) (Official, error) {
	if err := s.maySay(ctx, actor, in.Agency); err != nil {
		return Official{}, err
	}
	from, err := in.validate()
	if err != nil {
		return Official{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Official{}, err
	}
	o := Official{TenantID: tenancy.Must(ctx), ID: id, AgencyCode: in.Agency, Title: in.Title, Name: in.Name, NIP: in.NIP,
		EffectiveFrom: from, CreatedBy: actor.ID, CreatedAt: s.now()}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*Official)(nil)).Set("effective_to = ?", in.From).
			Where("tenant_id = ? AND agency_code = ? AND effective_to IS NULL AND effective_from < ?", o.TenantID, in.Agency, in.From).Exec(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&o).Exec(ctx); err != nil {
			var pg *pgconn.PgError
			if errors.As(err, &pg) && pg.Code == exclusionViolation {
				return fault.New(fault.Conflict, "document.signer_overlap")
			}
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "document_signer.appoint", Object: "document_signer", ObjectID: o.ID,
			At: o.CreatedAt, Detail: map[string]any{"agency": in.Agency, "from": in.From},
		})
	})
	if err != nil {
		return Official{}, fmt.Errorf("document: appoint: %w", err)
	}
	return o, nil
}

const exclusionViolation = "23P01"

// official returns one of the city's, or NotFound "document.no_signer".
func (s *Service) official(ctx context.Context, db bun.IDB, id uuid.UUID) (Official, error) {
	var o Official
	err := db.NewSelect().Model(&o).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	return o, orUnknown(err, "document.no_signer")
}
