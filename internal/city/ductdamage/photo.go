package ductdamage

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

type photoRow struct {
	bun.BaseModel `bun:"table:duct_damage_photo,alias:p"`

	TenantID tenancy.ID    `bun:"tenant_id,pk"`
	FileID   uuid.UUID     `bun:"file_id,pk"`
	DamageID uuid.UUID     `bun:"damage_id"`
	Stage    string        `bun:"stage"`
	At       time.Time     `bun:"at"`
	ByID     uuid.NullUUID `bun:"by_id"`
}

// Photo is evidence of a damage.
type Photo struct {
	FileID uuid.UUID
	Stage  string
	Name   string
	Size   int64
	At     time.Time
}

// photosMost bounds the photos of one damage.
const photosMost = 40

// AddPhoto puts a received photo to a damage, taken before or after the repair, for staff with duct:manage. It refuses Invalid
// another stage, Conflict "ductdamage.too_many_photos", and what Find refuses.
func (s *Service) AddPhoto(ctx context.Context, actor identity.Actor, id uuid.UUID, stage string, f files.File) error {
	if !slices.Contains(PhotoStages(), stage) {
		return fault.Fields([]fault.Field{{Name: "stage", Code: "not_an_option"}})
	}
	return s.change(ctx, actor, access.DuctManage, id, nil, func(ctx context.Context, tx bun.Tx, d *Damage) error {
		n, err := tx.NewSelect().Model((*photoRow)(nil)).Where("p.tenant_id = ? AND p.damage_id = ?", d.TenantID, id).Count(ctx)
		if err != nil {
			return err
		}
		if n >= photosMost {
			return fault.New(fault.Conflict, "ductdamage.too_many_photos", "max", photosMost)
		}
		if err := s.keepPhoto(ctx, tx, actor, id, stage, f); err != nil {
			return err
		}
		if err := s.happened(ctx, tx, actor, *d, Event{What: "photo", At: s.now(), Detail: map[string]any{"stage": stage}}, false); err != nil {
			return err
		}
		return audit.Record(ctx, tx, acted(actor, "photo", id, map[string]any{"number": d.Number, "stage": stage, "file": f.ID}))
	})
}

// photos are those of a damage in the order in which they came.
func (s *Service) photos(ctx context.Context, id uuid.UUID) ([]Photo, error) {
	var all []Photo
	err := s.d.DB.NewRaw(`SELECT p.file_id, p.stage, f.name, f.size, p.at FROM duct_damage_photo p JOIN file f ON f.tenant_id = p.tenant_id AND f.id = p.file_id
		WHERE p.tenant_id = ? AND p.damage_id = ? ORDER BY p.file_id`, tenancy.Must(ctx), id).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: photos: %w", err)
	}
	return all, nil
}

// Photo opens a photo of a damage, for staff with duct:read; NotFound "ductdamage.no_photo".
func (s *Service) Photo(ctx context.Context, actor identity.Actor, damage, file uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return files.File{}, nil, err
	}
	ok, err := s.d.DB.NewSelect().Model((*photoRow)(nil)).Where("p.tenant_id = ? AND p.damage_id = ? AND p.file_id = ?", tenancy.Must(ctx), damage, file).Exists(ctx)
	if err != nil {
		return files.File{}, nil, fmt.Errorf("ductdamage: photo: %w", err)
	}
	if !ok {
		return files.File{}, nil, fault.New(fault.NotFound, "ductdamage.no_photo")
	}
	return s.d.Files.Open(ctx, file)
}
