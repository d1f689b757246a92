package ductdamage

import (
	"context"
	"fmt"
	"io"
	"strings"
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

// Label hangs on a node, and its token leads whoever scans it to the form by which damage there is reported. The token is random, so
// that nobody reads the network out of it or guesses another.
type Label struct {
	bun.BaseModel `bun:"table:duct_label,alias:b"`

	TenantID  tenancy.ID `bun:"tenant_id,pk"`
	Token     string     `bun:"token,pk"`
	NodeID    uuid.UUID  `bun:"node_id"`
	MadeAt    time.Time  `bun:"made_at"`
	MadeBy    uuid.UUID  `bun:"made_by"`
	RetiredAt time.Time  `bun:"retired_at,nullzero"`
	Code      string     `bun:"code,scanonly"` // of the node
}

// tokenChars are the characters of a token: of 32 each, so that there are 2⁵⁰.
const tokenChars = 10

// LabelsMost bounds how many labels are made and printed at once.
const LabelsMost = 60

// ParseLabel reads a token as people type it from a label; false for what cannot be one.
func ParseLabel(s string) (string, bool) {
	s = spelt(s)
	return s, len(s) == tokenChars && strings.Trim(s, crockford) == ""
}

// Labels returns the labels of some nodes by the nodes' codes; those that have none are left out. For staff with duct:read.
func (s *Service) Labels(ctx context.Context, actor identity.Actor, nodes []uuid.UUID) ([]Label, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil || len(nodes) == 0 {
		return nil, err
	}
	var all []Label
	err := s.d.DB.NewSelect().Model(&all).ColumnExpr("b.*, n.code").Join("JOIN duct_node AS n ON n.tenant_id = b.tenant_id AND n.id = b.node_id").
		Where("b.tenant_id = ? AND b.node_id IN (?) AND b.retired_at IS NULL", tenancy.Must(ctx), bun.List(nodes)).OrderExpr("n.code").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: labels: %w", err)
	}
	return all, nil
}

// MakeLabels gives those of some nodes a label that have none, for staff with duct:manage. It refuses Invalid field "nodes" none, or
// more than LabelsMost, and NotFound "ductdamage.no_node" one that is not there.
func (s *Service) MakeLabels(ctx context.Context, actor identity.Actor, nodes []uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	switch {
	case len(nodes) == 0:
		return fault.Fields([]fault.Field{{Name: "nodes", Code: "required"}})
	case len(nodes) > LabelsMost:
		return fault.Fields([]fault.Field{{Name: "nodes", Code: "too_many", Args: []any{"max", LabelsMost}}})
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		for _, node := range nodes {
			if err := s.label(ctx, tx, actor, node); err != nil {
				return err
			}
		}
		return nil
	})
}

// RenewLabel gives a node another label, because the one that hung there is gone or was copied, for staff with duct:manage. The one of
// before still leads to the node.
func (s *Service) RenewLabel(ctx context.Context, actor identity.Actor, node uuid.UUID) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("UPDATE duct_label SET retired_at = ? WHERE tenant_id = ? AND node_id = ? AND retired_at IS NULL", s.now(), tenancy.Must(ctx), node).Exec(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: label: %w", err)
		}
		return s.label(ctx, tx, actor, node)
	})
}

// label makes one where there is none.
func (s *Service) label(ctx context.Context, tx bun.Tx, actor identity.Actor, node uuid.UUID) error {
	known, err := tx.NewSelect().TableExpr("duct_node AS n").Where("n.tenant_id = ? AND n.id = ?", tenancy.Must(ctx), node).Exists(ctx)
	if err != nil {
		return fmt.Errorf("ductdamage: label: %w", err)
	}
	if !known {
		return fault.New(fault.NotFound, "ductdamage.no_node")
	}
	b := Label{TenantID: tenancy.Must(ctx), Token: draw(tokenChars), NodeID: node, MadeAt: s.now(), MadeBy: actor.ID}
	res, err := tx.NewInsert().Model(&b).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return fmt.Errorf("ductdamage: label: %w", err)
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return err // it has one
	}
	return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "ductdamage.label", Object: "duct_network", ObjectID: node})
}

// labelled is the node to which a token leads; false for one that was never given out.
func (s *Service) labelled(ctx context.Context, token string) (uuid.UUID, bool, error) {
	token, ok := ParseLabel(token)
	if !ok {
		return uuid.Nil, false, nil
	}
	var ids []uuid.UUID
	err := s.d.DB.NewRaw("SELECT node_id FROM duct_label WHERE tenant_id = ? AND token = ?", tenancy.Must(ctx), token).Scan(ctx, &ids)
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("ductdamage: label: %w", err)
	}
	if len(ids) == 0 {
		return uuid.Nil, false, nil
	}
	return ids[0], true, nil
}

// Known reports whether a label was given out by the city, for whoever scans it.
func (s *Service) Known(ctx context.Context, token string) (bool, error) {
	_, ok, err := s.labelled(ctx, token)
	return ok, err
}

type nodePhotoRow struct {
	bun.BaseModel `bun:"table:duct_node_photo,alias:p"`

	TenantID tenancy.ID `bun:"tenant_id,pk"`
	FileID   uuid.UUID  `bun:"file_id,pk"`
	NodeID   uuid.UUID  `bun:"node_id"`
	Words    string     `bun:"words"`
	At       time.Time  `bun:"at"`
	ByID     uuid.UUID  `bun:"by_id"`
}

// NodePhoto is a photo of a node.
type NodePhoto struct {
	FileID uuid.UUID
	Name   string
	Size   int64
	Words  string
	At     time.Time
}

// AddNodePhoto puts a received photo to a node, such as of a wall of a manhole, for staff with duct:manage. It refuses words that are
// too long, NotFound "ductdamage.no_node", and Conflict "ductdamage.too_many_photos".
func (s *Service) AddNodePhoto(ctx context.Context, actor identity.Actor, node uuid.UUID, words string, f files.File) error {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if err := fault.Fields(said("words", words, false, placeMost)); err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		var all []uuid.UUID
		if err := tx.NewRaw("SELECT id FROM duct_node WHERE tenant_id = ? AND id = ?", tenancy.Must(ctx), node).Scan(ctx, &all); err != nil {
			return fmt.Errorf("ductdamage: node: %w", err)
		}
		if len(all) == 0 {
			return fault.New(fault.NotFound, "ductdamage.no_node")
		}
		n, err := tx.NewSelect().Model((*nodePhotoRow)(nil)).Where("p.tenant_id = ? AND p.node_id = ?", tenancy.Must(ctx), node).Count(ctx)
		if err != nil {
			return fmt.Errorf("ductdamage: node: %w", err)
		}
		if n >= photosMost {
			return fault.New(fault.Conflict, "ductdamage.too_many_photos", "max", photosMost)
		}
		if err := s.d.Files.Keep(ctx, tx, f); err != nil {
			return err
		}
		p := nodePhotoRow{TenantID: tenancy.Must(ctx), FileID: f.ID, NodeID: node, Words: words, At: s.now(), ByID: actor.ID}
		if _, err := tx.NewInsert().Model(&p).Exec(ctx); err != nil {
			return fmt.Errorf("ductdamage: node: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "ductdamage.node_photo", Object: "duct_network", ObjectID: node, Detail: map[string]any{"file": f.ID}})
	})
}

// NodePhotos are those of a node, the latest first, for staff with duct:read.
func (s *Service) NodePhotos(ctx context.Context, actor identity.Actor, node uuid.UUID) ([]NodePhoto, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []NodePhoto
	err := s.d.DB.NewRaw(`SELECT p.file_id, f.name, f.size, p.words, p.at FROM duct_node_photo p JOIN file f ON f.tenant_id = p.tenant_id AND f.id = p.file_id
		WHERE p.tenant_id = ? AND p.node_id = ? ORDER BY p.file_id DESC`, tenancy.Must(ctx), node).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("ductdamage: node: %w", err)
	}
	return all, nil
}

// NodePhoto opens one, for staff with duct:read; NotFound "ductdamage.no_photo".
func (s *Service) NodePhoto(ctx context.Context, actor identity.Actor, node, file uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return files.File{}, nil, err
	}
	ok, err := s.d.DB.NewSelect().Model((*nodePhotoRow)(nil)).Where("p.tenant_id = ? AND p.node_id = ? AND p.file_id = ?", tenancy.Must(ctx), node, file).Exists(ctx)
	if err != nil {
		return files.File{}, nil, fmt.Errorf("ductdamage: photo: %w", err)
	}
	if !ok {
		return files.File{}, nil, fault.New(fault.NotFound, "ductdamage.no_photo")
	}
	return s.d.Files.Open(ctx, file)
}
