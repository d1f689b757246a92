package ductwave

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Photo shows a road before or after. Nobody but staff and its company sees one that staff have not published.
type Photo struct {
	bun.BaseModel `bun:"table:duct_wave_photo,alias:f"`

	TenantID    tenancy.ID    `bun:"tenant_id,pk"`
	ID          uuid.UUID     `bun:"id,pk"`
	WaveID      uuid.UUID     `bun:"wave_id"`
	OperatorID  uuid.NullUUID `bun:"operator_id"`   // whose item it is of; none for one of staff
	Item        string        `bun:"item"`          // its code
	Phase       string        `bun:"phase"`         // Before or After
	Road        int           `bun:"road,nullzero"` // its position
	Caption     string        `bun:"caption"`       // what is to be seen, for who cannot see it
	FileID      uuid.UUID     `bun:"file_id"`
	AddedAt     time.Time     `bun:"added_at"`
	AddedBy     uuid.UUID     `bun:"added_by"`
	PublishedAt time.Time     `bun:"published_at,nullzero"`
	PublishedBy uuid.NullUUID `bun:"published_by"`
}

// photosMost bounds the photos of a wave.
const photosMost = 500

// keepPhoto keeps a photo that was received.
func (s *Service) keepPhoto(ctx context.Context, tx bun.Tx, actor identity.Actor, p Photo, f files.File) (Photo, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return p, err
	}
	n, err := tx.NewSelect().Model((*Photo)(nil)).Where("f.tenant_id = ? AND f.wave_id = ?", tenancy.Must(ctx), p.WaveID).Count(ctx)
	if err != nil {
		return p, fmt.Errorf("ductwave: photo: %w", err)
	}
	if n >= photosMost {
		return p, fault.Fields([]fault.Field{{Name: "photo", Code: "too_many", Args: []any{"max", photosMost}}})
	}
	p.TenantID, p.ID, p.FileID, p.AddedAt, p.AddedBy = tenancy.Must(ctx), id, f.ID, s.now(), actor.ID
	if err := s.d.Files.Keep(ctx, tx, f); err != nil {
		return p, err
	}
	if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
		return p, fmt.Errorf("ductwave: photo: %w", err)
	}
	return p, nil
}

// AddPhoto keeps a photo of a road that staff with duct:lease took, with what is to be seen on it (field "caption"). It refuses Invalid
// a phase or a road that is none.
func (s *Service) AddPhoto(ctx context.Context, actor identity.Actor, id uuid.UUID, phase string, road int, caption string, f files.File) (Photo, error) {
	caption = strings.Join(strings.Fields(caption), " ")
	bad := short("caption", caption, titleMost)
	if caption == "" {
		bad = append(bad, fault.Field{Name: "caption", Code: "required"})
	}
	if phase != Before && phase != After {
		bad = append(bad, fault.Field{Name: "phase", Code: "not_an_option"})
	}
	if err := fault.Fields(bad); err != nil {
		return Photo{}, err
	}
	p := Photo{WaveID: id, Phase: phase, Road: road, Caption: caption}
	err := s.act(ctx, actor, id, nil, "photo", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		known, err := tx.NewSelect().Model((*Road)(nil)).Where("x.tenant_id = ? AND x.wave_id = ? AND x.position = ?", w.TenantID, id, road).Exists(ctx)
		if err != nil {
			return nil, fmt.Errorf("ductwave: photo: %w", err)
		}
		if !known {
			return nil, fault.Fields([]fault.Field{{Name: "road", Code: "not_an_option"}})
		}
		p, err = s.keepPhoto(ctx, tx, actor, p, f)
		return map[string]any{"photo": p.ID}, err
	})
	return p, err
}

// ShowPhoto lets everybody see a photo, under a caption and at a road, or no longer where show is false; for staff with duct:lease, who
// have looked that it shows nobody's face or number plate. It refuses Invalid as AddPhoto does, and NotFound "wave.no_photo".
func (s *Service) ShowPhoto(ctx context.Context, actor identity.Actor, id, photo uuid.UUID, show bool, road int, caption string) error {
	caption = strings.Join(strings.Fields(caption), " ")
	if show {
		bad := short("caption", caption, titleMost)
		if caption == "" {
			bad = append(bad, fault.Field{Name: "caption", Code: "required"})
		}
		if err := fault.Fields(bad); err != nil {
			return err
		}
	}
	return s.act(ctx, actor, id, nil, "photo_show", func(ctx context.Context, tx bun.Tx, w *Wave) (map[string]any, error) {
		var res sql.Result
		var err error
		if show {
			known, failed := tx.NewSelect().Model((*Road)(nil)).Where("x.tenant_id = ? AND x.wave_id = ? AND x.position = ?", w.TenantID, id, road).Exists(ctx)
			if failed != nil {
				return nil, fmt.Errorf("ductwave: photo: %w", failed)
			}
			if !known {
				return nil, fault.Fields([]fault.Field{{Name: "road", Code: "not_an_option"}})
			}
			res, err = tx.NewRaw("UPDATE duct_wave_photo SET published_at = ?, published_by = ?, road = ?, caption = ? WHERE tenant_id = ? AND wave_id = ? AND id = ?", s.now(), actor.ID, road, caption, w.TenantID, id, photo).Exec(ctx)
		} else {
			res, err = tx.NewRaw("UPDATE duct_wave_photo SET published_at = NULL, published_by = NULL WHERE tenant_id = ? AND wave_id = ? AND id = ?", w.TenantID, id, photo).Exec(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("ductwave: photo: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return nil, fault.New(fault.NotFound, "wave.no_photo")
		}
		return map[string]any{"photo": photo, "published": show}, nil
	})
}

// OpenPhoto opens a photo of a wave: for staff with duct:read any, for people of a company their own. Another's is NotFound
// "wave.no_photo".
func (s *Service) OpenPhoto(ctx context.Context, actor identity.Actor, id, photo uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	company, err := s.reader(ctx, actor)
	if err != nil {
		return files.File{}, nil, err
	}
	return s.openPhoto(ctx, photo, func(p Photo) bool {
		return p.WaveID == id && (company == uuid.Nil || p.OperatorID == uuid.NullUUID{UUID: company, Valid: true})
	})
}

// ShownPhoto opens a photo that staff have published, of a wave that is; for everybody.
func (s *Service) ShownPhoto(ctx context.Context, photo uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	var shown bool
	err := s.d.DB.NewRaw(`SELECT EXISTS (SELECT 1 FROM duct_wave_photo f JOIN duct_wave w ON w.tenant_id = f.tenant_id AND w.id = f.wave_id
		WHERE f.tenant_id = ? AND f.id = ? AND f.published_at IS NOT NULL AND w.published AND w.state NOT IN (?, ?))`, tenancy.Must(ctx), photo, Draft, Dropped).Scan(ctx, &shown)
	if err != nil {
		return files.File{}, nil, fmt.Errorf("ductwave: photo: %w", err)
	}
	return s.openPhoto(ctx, photo, func(Photo) bool { return shown })
}

func (s *Service) openPhoto(ctx context.Context, photo uuid.UUID, may func(Photo) bool) (files.File, io.ReadSeekCloser, error) {
	var all []Photo
	if err := s.d.DB.NewSelect().Model(&all).Where("f.tenant_id = ? AND f.id = ?", tenancy.Must(ctx), photo).Scan(ctx); err != nil {
		return files.File{}, nil, fmt.Errorf("ductwave: photo: %w", err)
	}
	if len(all) == 0 || !may(all[0]) {
		return files.File{}, nil, fault.New(fault.NotFound, "wave.no_photo")
	}
	return s.d.Files.Open(ctx, all[0].FileID)
}

// photos are those of a wave in the order in which they came; of one company unless it is zero.
func photos(ctx context.Context, db bun.IDB, id, company uuid.UUID) ([]Photo, error) {
	var all []Photo
	q := db.NewSelect().Model(&all).Where("f.tenant_id = ? AND f.wave_id = ?", tenancy.Must(ctx), id).OrderExpr("f.id").Limit(photosMost)
	if company != uuid.Nil {
		q = q.Where("f.operator_id = ?", company)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("ductwave: photos: %w", err)
	}
	return all, nil
}

// one refuses that a company is not of a wave, where a statement changed nothing.
func one(res sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("ductwave: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.NotFound, "wave.no_company")
	}
	return nil
}
