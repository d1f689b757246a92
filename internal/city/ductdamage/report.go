package ductdamage

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// PhotoMB is how large a photo may be.
const PhotoMB = 10

var photoRule = files.Rule{Types: []string{"jpg", "png"}, MaxBytes: PhotoMB << 20}

// When a photo of a damage was taken.
const (
	PhotoReport = "report" // by who reported it
	PhotoBefore = "before" // by the crew, when they came
	PhotoAfter  = "after"
)

// PhotoStages are when staff take photos.
func PhotoStages() []string { return []string{PhotoBefore, PhotoAfter} }

// Receive takes in the bytes of a photo, which an act then names. Whoever sends it must be allowed to, which that act checks. Of a
// picture its pixels alone are kept, and not where it was taken.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	owner := actor.ID
	if owner == uuid.Nil {
		owner = uuid.New() // somebody in the street
	}
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: owner, Purpose: "duct_damage", Name: name, Rule: photoRule, Body: body})
	return f, files.Refuse(err, "photo")
}

// ReportInput is what somebody reports.
type ReportInput struct {
	Key   uuid.UUID // of the form: a second report with it is the first one
	Kind  string    // one of Kinds
	Words string    // has to be said for "other"
	Place string    // in words; has to be said without a node
	Node  uuid.UUID // uuid.Nil where nobody knows
	Photo *files.File
}

// wordsMost and placeMost bound what is said, in characters.
const (
	wordsMost = 1000
	placeMost = 200
)

// check names what is wrong with a report, besides what could not be read of it.
func (in *ReportInput) check(unread []fault.Field) error {
	in.Words, in.Place = strings.TrimSpace(in.Words), strings.TrimSpace(in.Place)
	bad := unread
	if !slices.Contains(Kinds(), in.Kind) {
		bad = fault.Also(bad, fault.Field{Name: "kind", Code: "not_an_option"})
	}
	somewhere := in.Node != uuid.Nil || slices.ContainsFunc(unread, func(f fault.Field) bool { return f.Name == "node" }) // or meant to be
	bad = fault.Also(bad, said("place", in.Place, !somewhere, placeMost)...)
	return fault.Fields(fault.Also(bad, said("words", in.Words, in.Kind == "other", wordsMost)...))
}

// said names words that are too long, or missing where they have to be said.
func said(field, words string, needed bool, most int) []fault.Field {
	switch n := len([]rune(strings.TrimSpace(words))); {
	case n == 0 && needed:
		return []fault.Field{{Name: field, Code: "required"}}
	case n > most:
		return []fault.Field{{Name: field, Code: "too_long", Args: []any{"max", most}}}
	}
	return nil
}

// Report writes down what staff with duct:manage report. It refuses Invalid a kind that there is not, words that are missing or too
// long, and a report without a place, together with what whoever asks could not read; NotFound "ductdamage.no_node" a node that is not there.
func (s *Service) Report(ctx context.Context, actor identity.Actor, in ReportInput, unread ...fault.Field) (Damage, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return Damage{}, err
	}
	return s.report(ctx, actor, Staff, uuid.NullUUID{}, in, unread)
}

// ReportOf is Report by somebody of a company that leases ducts, for whom duct:own is meant.
func (s *Service) ReportOf(ctx context.Context, actor identity.Actor, in ReportInput, unread ...fault.Field) (Damage, error) {
	self, err := s.d.Companies.Self(ctx, actor)
	if err != nil {
		return Damage{}, err
	}
	in.Node = uuid.Nil // what a company sees of the network lies in areas; it says the place
	return s.report(ctx, actor, Company, uuid.NullUUID{UUID: self.Company.ID, Valid: true}, in, unread)
}

// report writes a damage down with its promises and has those on duty told.
func (s *Service) report(ctx context.Context, actor identity.Actor, source string, company uuid.NullUUID, in ReportInput, unread []fault.Field) (Damage, error) {
	if err := in.check(unread); err != nil {
		return Damage{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Damage{}, err
	}
	if in.Key == uuid.Nil {
		in.Key = id
	}
	now := s.now()
	d := Damage{TenantID: tenancy.Must(ctx), ID: id, Key: in.Key, Source: source, State: Reported, Kind: in.Kind, Words: in.Words, Place: in.Place, OperatorID: company, ByID: by(actor), ReportedAt: now, UpdatedAt: now,
		NodeID: uuid.NullUUID{UUID: in.Node, Valid: in.Node != uuid.Nil}}
	return d, tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		known, err := s.known(ctx, tx, &d)
		if err != nil || known {
			return err
		}
		p, ok, err := policyOn(ctx, tx, s.day(ctx, now))
		if err != nil {
			return err
		}
		if ok {
			if d.PolicyFrom, err = time.Parse(time.DateOnly, p.From); err != nil {
				return err
			}
		}
		if err := s.sealWords(ctx, &d); err != nil {
			return err
		}
		if err := s.mayTakeIn(ctx, tx, d, p); err != nil {
			return err
		}
		row := d
		row.Words, row.Place = "", ""
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: report: %w", err)
		}
		if ok {
			if err := keepClocks(ctx, tx, d, p); err != nil {
				return err
			}
		}
		if in.Photo != nil {
			if err := s.keepPhoto(ctx, tx, actor, d.ID, PhotoReport, *in.Photo); err != nil {
				return err
			}
		}
		if err := s.happened(ctx, tx, actor, d, Event{What: Reported, At: now}, true); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "report", d.ID, map[string]any{"number": d.Number, "source": source, "kind": d.Kind}))
	})
}

// known reads the damage that was reported by the same form, if it was; else it gives d a number and checks its node.
func (s *Service) known(ctx context.Context, tx bun.Tx, d *Damage) (bool, error) {
	if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "duct damages of "+d.TenantID.String()).Exec(ctx); err != nil {
		return false, err
	}
	var was []Damage
	if err := tx.NewSelect().Model(&was).Where("d.tenant_id = ? AND d.key = ?", d.TenantID, d.Key).Scan(ctx); err != nil {
		return false, fmt.Errorf("ductdamage: report: %w", err)
	}
	if len(was) > 0 {
		if was[0].Source != d.Source || was[0].OperatorID != d.OperatorID {
			return false, fault.New(fault.Conflict, "ductdamage.key_taken")
		}
		*d = was[0]
		return true, s.openWords(ctx, d)
	}
	if d.NodeID.Valid {
		ok, err := tx.NewSelect().TableExpr("duct_node AS n").Where("n.tenant_id = ? AND n.id = ?", d.TenantID, d.NodeID.UUID).Exists(ctx)
		if err != nil {
			return false, fmt.Errorf("ductdamage: report: %w", err)
		}
		if !ok {
			return false, fault.New(fault.NotFound, "ductdamage.no_node")
		}
	}
	for {
		d.Number = newNumber(s.day(ctx, d.ReportedAt))
		taken, err := tx.NewSelect().Model((*Damage)(nil)).Where("d.tenant_id = ? AND d.number = ?", d.TenantID, d.Number).Exists(ctx)
		if err != nil || !taken {
			return false, err
		}
	}
}

func keepClocks(ctx context.Context, tx bun.Tx, d Damage, p Policy) error {
	all, err := p.clocks(ctx, tx, d.ReportedAt)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].TenantID, all[i].DamageID = d.TenantID, d.ID
	}
	if _, err := tx.NewInsert().Model(&all).Exec(ctx); err != nil {
		return fmt.Errorf("ductdamage: clocks: %w", err)
	}
	return nil
}

// happened puts an event down, and has it told where told.
func (s *Service) happened(ctx context.Context, tx bun.Tx, actor identity.Actor, d Damage, e Event, told bool) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	e.TenantID, e.DamageID, e.ID, e.ByID = d.TenantID, d.ID, id, by(actor)
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
		return fmt.Errorf("ductdamage: %s: %w", e.What, err)
	}
	if !told {
		return nil
	}
	return jobs.Add(ctx, tx, tellKind, tellArgs{Event: id})
}

// prefix begins every number, and crockford is what its random part is written in: it has no I, L, O or U.
const (
	prefix    = "RSK"
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	random    = 6
)

// newNumber draws a number such as RSK-26-7K3QXM, which says nothing about how many there are: its year is that of the day in the city.
func newNumber(day time.Time) string {
	return fmt.Sprintf("%s-%02d-%s", prefix, day.Year()%100, draw(random))
}

// draw are so many random characters.
func draw(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = crockford[b%32]
	}
	return string(raw)
}

// spelt is what was typed from paper: small letters, spaces, missing dashes, O for 0, I or L for 1.
func spelt(s string) string {
	if len(s) > 64 {
		return ""
	}
	return strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "-", "", ".", "").Replace(strings.ToUpper(s))
}

// ParseNumber reads a number as people type it; false for what cannot be one.
func ParseNumber(s string) (string, bool) {
	rest, ok := strings.CutPrefix(spelt(s), prefix)
	if !ok || len(rest) != 2+random || strings.Trim(rest[:2], "0123456789") != "" || strings.Trim(rest[2:], crockford) != "" {
		return "", false
	}
	return prefix + "-" + rest[:2] + "-" + rest[2:], true
}

// keepPhoto puts a received photo to a damage.
func (s *Service) keepPhoto(ctx context.Context, tx bun.Tx, actor identity.Actor, damage uuid.UUID, stage string, f files.File) error {
	if err := s.d.Files.Keep(ctx, tx, f); err != nil {
		return err
	}
	p := photoRow{TenantID: tenancy.Must(ctx), FileID: f.ID, DamageID: damage, Stage: stage, At: s.now(), ByID: by(actor)}
	if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
		return fmt.Errorf("ductdamage: photo: %w", err)
	}
	return nil
}
