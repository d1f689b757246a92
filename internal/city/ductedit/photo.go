package ductedit

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
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Photo is a photograph of a segment or of a unit in it, or of a cable.
type Photo struct {
	bun.BaseModel `bun:"table:duct_photo,alias:p"`

	TenantID  tenancy.ID    `bun:"tenant_id,pk"`
	ID        uuid.UUID     `bun:"id,pk"`
	SegmentID uuid.NullUUID `bun:"segment_id"`
	UnitID    uuid.NullUUID `bun:"unit_id"`  // absent, the segment as a whole
	CableID   uuid.NullUUID `bun:"cable_id"` // in place of a segment
	FileID    uuid.UUID     `bun:"file_id"`
	TakenOn   time.Time     `bun:"taken_on"`
	Caption   string        `bun:"caption"`
	AddedAt   time.Time     `bun:"added_at"`
	AddedBy   uuid.UUID     `bun:"added_by"`
	ByName    string        `bun:"by_name,scanonly"`
	Place     string        `bun:"place,scanonly"` // of the unit, such as 2.1
}

// PhotoMB is how large a photograph may be.
const PhotoMB = 10

var photoRule = files.Rule{Types: []string{"jpg", "png"}, MaxBytes: PhotoMB << 20}

const captionMost = 200

// Receive takes in the bytes of a photograph, which Attach then names. Whoever sends it must be allowed to, which Attach checks.
func (s *Service) Receive(ctx context.Context, actor identity.Actor, name string, body io.Reader) (files.File, error) {
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: "duct_photo", Name: name, Rule: photoRule, Body: body})
	return f, files.Refuse(err, "file")
}

// Attach keeps a received photograph of a segment that was there on the day on which it was taken. It needs duct:manage. It refuses
// Invalid without words (field "caption"), for a day to come and one on which there was no such segment (field "taken_on"), and for a
// unit that lies elsewhere (field "unit").
func (s *Service) Attach(ctx context.Context, actor identity.Actor, code string, p Photo, f files.File) error {
	return s.attach(ctx, actor, p, f, map[string]any{"segment": code}, func(ctx context.Context, tx bun.Tx, p *Photo) (bad []fault.Field, err error) {
		var found []struct {
			ID    uuid.UUID
			There bool
			Lies  bool
		}
		err = tx.NewRaw(`SELECT k.id, EXISTS (SELECT FROM duct_segment_state c WHERE c.tenant_id = k.tenant_id AND c.segment_id = k.id AND c.voided_by IS NULL AND c.since <= ?2 AND (c.until IS NULL OR c.until > ?2)) AS there,
				EXISTS (SELECT FROM duct_unit u WHERE u.tenant_id = k.tenant_id AND u.segment_id = k.id AND u.id = ?3 AND u.voided_by IS NULL) AS lies
			FROM duct_segment k WHERE k.tenant_id = ?0 AND k.code = ?1`, p.TenantID, code, p.TakenOn.Format(time.DateOnly), p.UnitID.UUID).Scan(ctx, &found)
		switch {
		case err != nil:
			return nil, fmt.Errorf("ductedit: photo: %w", err)
		case len(found) == 0:
			return nil, fault.New(fault.NotFound, "duct.no_segment")
		case !found[0].There && !p.TakenOn.IsZero():
			bad = append(bad, fault.Field{Name: "taken_on", Code: "duct_not_there"})
		}
		if p.UnitID.Valid && !found[0].Lies {
			bad = append(bad, fault.Field{Name: "unit", Code: "not_an_option"})
		}
		p.SegmentID, p.CableID = uuid.NullUUID{UUID: found[0].ID, Valid: true}, uuid.NullUUID{}
		return bad, nil
	})
}

// AttachToCable keeps a received photograph of a cable that was on record on the day on which it was taken, or pulled out since. It needs
// duct:manage, and refuses what Attach does; NotFound "duct.no_cable" a cable that there is not.
func (s *Service) AttachToCable(ctx context.Context, actor identity.Actor, cable uuid.UUID, p Photo, f files.File) error {
	return s.attach(ctx, actor, p, f, map[string]any{"cable": cable}, func(ctx context.Context, tx bun.Tx, p *Photo) (bad []fault.Field, err error) {
		var there []bool
		err = tx.NewRaw(`SELECT EXISTS (SELECT FROM duct_cable_state c WHERE c.tenant_id = k.tenant_id AND c.cable_id = k.id AND c.voided_at IS NULL AND c.since <= ?2) FROM duct_cable k WHERE k.tenant_id = ?0 AND k.id = ?1`,
			p.TenantID, cable, p.TakenOn.Format(time.DateOnly)).Scan(ctx, &there)
		switch {
		case err != nil:
			return nil, fmt.Errorf("ductedit: photo: %w", err)
		case len(there) == 0:
			return nil, fault.New(fault.NotFound, "duct.no_cable")
		case !there[0] && !p.TakenOn.IsZero():
			bad = append(bad, fault.Field{Name: "taken_on", Code: "duct_cable_not_there"})
		}
		p.SegmentID, p.UnitID, p.CableID = uuid.NullUUID{}, uuid.NullUUID{}, uuid.NullUUID{UUID: cable, Valid: true}
		return bad, nil
	})
}

// attach keeps a photograph of what of finds, for whatever else is wrong with it too.
func (s *Service) attach(ctx context.Context, actor identity.Actor, p Photo, f files.File, detail map[string]any, of func(ctx context.Context, tx bun.Tx, p *Photo) ([]fault.Field, error)) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	var bad []fault.Field
	p.Caption, p.TakenOn = strings.TrimSpace(p.Caption), duct.DayOf(p.TakenOn)
	switch n := len([]rune(p.Caption)); {
	case n == 0:
		bad = append(bad, fault.Field{Name: "caption", Code: "required"})
	case n > captionMost:
		bad = append(bad, fault.Field{Name: "caption", Code: "too_long", Args: []any{"max", captionMost}})
	}
	switch {
	case p.TakenOn.IsZero():
		bad = append(bad, fault.Field{Name: "taken_on", Code: "required"})
	case p.TakenOn.After(s.today(ctx)):
		bad = append(bad, fault.Field{Name: "taken_on", Code: "date_future"})
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	p.TenantID, p.ID, p.FileID, p.AddedAt, p.AddedBy = tenancy.Must(ctx), id, f.ID, s.now(), actor.ID
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		more, err := of(ctx, tx, &p)
		if err != nil {
			return err
		}
		if err := fault.Fields(append(bad, more...)); err != nil {
			return err
		}
		if err := s.d.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return fmt.Errorf("ductedit: photo: %w", err)
		}
		detail["day"] = p.TakenOn.Format(time.DateOnly)
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.photo", Object: "duct_photo", ObjectID: id, Detail: detail})
	})
}

// Photos are those of a segment, the latest first and 100 at most. It needs duct:read.
func (s *Service) Photos(ctx context.Context, actor identity.Actor, segment uuid.UUID) ([]Photo, error) {
	return s.photos(ctx, actor, "p.segment_id", segment)
}

// CablePhotos are those of a cable, as Photos are of a segment.
func (s *Service) CablePhotos(ctx context.Context, actor identity.Actor, cable uuid.UUID) ([]Photo, error) {
	return s.photos(ctx, actor, "p.cable_id", cable)
}

func (s *Service) photos(ctx context.Context, actor identity.Actor, of string, id uuid.UUID) ([]Photo, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Photo
	err := s.d.DB.NewSelect().Model(&all).ColumnExpr("p.id, p.segment_id, p.cable_id, p.unit_id, p.taken_on, p.caption, p.added_at, coalesce(a.name, '') AS by_name, concat_ws('.', z.position, y.position, u.position) AS place").Join("LEFT JOIN account AS a ON a.tenant_id = p.tenant_id AND a.id = p.added_by").
		Join("LEFT JOIN duct_unit AS u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id LEFT JOIN duct_unit AS y ON y.tenant_id = u.tenant_id AND y.id = u.parent_id LEFT JOIN duct_unit AS z ON z.tenant_id = y.tenant_id AND z.id = y.parent_id").
		Where("p.tenant_id = ? AND p.hidden_at IS NULL", tenancy.Must(ctx)).Where(of+" = ?", id).OrderExpr("p.taken_on DESC, p.id DESC").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductedit: photos: %w", err)
	}
	return all, nil
}

// OpenPhoto opens one that was not hidden; NotFound "duct.no_photo". It needs duct:read.
func (s *Service) OpenPhoto(ctx context.Context, actor identity.Actor, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return files.File{}, nil, err
	}
	var of []uuid.UUID
	if err := s.d.DB.NewRaw("SELECT file_id FROM duct_photo WHERE tenant_id = ? AND id = ? AND hidden_at IS NULL", tenancy.Must(ctx), id).Scan(ctx, &of); err != nil {
		return files.File{}, nil, fmt.Errorf("ductedit: photo: %w", err)
	}
	if len(of) == 0 {
		return files.File{}, nil, fault.New(fault.NotFound, "duct.no_photo")
	}
	return s.d.Files.Open(ctx, of[0])
}

// HidePhoto takes a photograph away that was put there by mistake; it stays on record. It returns the code of its segment, or which cable it
// is of. It needs duct:manage; NotFound "duct.no_photo" for one that there is not, or that is hidden.
func (s *Service) HidePhoto(ctx context.Context, actor identity.Actor, id uuid.UUID) (segment string, cable uuid.NullUUID, err error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return "", cable, err
	}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var of []struct {
			Code    string
			CableID uuid.NullUUID
		}
		err := tx.NewRaw(`UPDATE duct_photo p SET hidden_at = ?2, hidden_by = ?3 WHERE p.tenant_id = ?0 AND p.id = ?1 AND p.hidden_at IS NULL
			RETURNING coalesce((SELECT k.code FROM duct_segment k WHERE k.tenant_id = p.tenant_id AND k.id = p.segment_id), '') AS code, p.cable_id`, tenancy.Must(ctx), id, s.now(), actor.ID).Scan(ctx, &of)
		switch {
		case err != nil:
			return fmt.Errorf("ductedit: photo: %w", err)
		case len(of) == 0:
			return fault.New(fault.NotFound, "duct.no_photo")
		}
		segment, cable = of[0].Code, of[0].CableID
		detail := map[string]any{"segment": segment}
		if cable.Valid {
			detail = map[string]any{"cable": cable.UUID}
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.hide_photo", Object: "duct_photo", ObjectID: id, Detail: detail})
	})
	return segment, cable, err
}
