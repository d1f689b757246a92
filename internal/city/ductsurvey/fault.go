package ductsurvey

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// Fault is what is wrong with a feature of a file. Code is the i18n key "duct.fault.<code>", with Args in its sentence.
type Fault struct {
	N     int
	Kind  string // of the feature
	Name  string // its code
	Field string // column of the file
	Code  string
	Doubt bool // to be looked at, and no reason to refuse
	Args  map[string]any
	Place *orb.Point // where it is, which may be no place on earth; nil for a feature without coordinates
}

// Faults returns what is wrong with a file, refusals before doubts, in the order of the file: after so many of them and at most so many,
// for staff with duct:read.
func (s *Service) Faults(ctx context.Context, actor identity.Actor, id uuid.UUID, after, most int) ([]Fault, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var rows []struct {
		N                       int
		Kind, Name, Field, Code string
		Doubt                   bool
		Args                    json.RawMessage
		Place                   []byte
	}
	err := s.d.DB.NewRaw(`SELECT x.n, f.kind, f.code AS name, x.field, x.code, x.doubt, x.args, ST_AsBinary(x.place) AS place
		FROM duct_fault x JOIN duct_feature f ON f.tenant_id = x.tenant_id AND f.import_id = x.import_id AND f.n = x.n
		WHERE x.tenant_id = ? AND x.import_id = ? ORDER BY x.doubt, x.n, x.field, x.code OFFSET ? LIMIT ?`, tenancy.Must(ctx), id, after, most).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("ductsurvey: faults: %w", err)
	}
	out := make([]Fault, 0, len(rows))
	for _, r := range rows {
		f := Fault{N: r.N, Kind: r.Kind, Name: r.Name, Field: r.Field, Code: r.Code, Doubt: r.Doubt}
		if err := json.Unmarshal(r.Args, &f.Args); err != nil {
			return nil, fmt.Errorf("ductsurvey: faults: %w", err)
		}
		if r.Place != nil {
			f.Place = new(orb.Point)
			if err := wkb.Scanner(f.Place).Scan(r.Place); err != nil {
				return nil, fmt.Errorf("ductsurvey: faults: %w", err)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// find reads an import; NotFound "duct.no_import". With alone nobody else changes it until the transaction ends.
func find(ctx context.Context, db bun.IDB, id uuid.UUID, alone bool) (Import, error) {
	var all []Import
	q := db.NewSelect().Model(&all).Where("i.tenant_id = ? AND i.id = ?", tenancy.Must(ctx), id)
	if alone {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return Import{}, fmt.Errorf("ductsurvey: import: %w", err)
	}
	if len(all) == 0 {
		return Import{}, fault.New(fault.NotFound, "duct.no_import")
	}
	return all[0], nil
}
