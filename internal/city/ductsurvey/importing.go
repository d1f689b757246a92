package ductsurvey

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb/geojson"
	"github.com/uptrace/bun"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// The states of an import.
const (
	Read     = "read"     // taken in, and being checked
	Checked  = "checked"  // it can be applied
	Refused  = "refused"  // something in it must be mended first
	Applying = "applying" // in the background
	Applied  = "applied"
	Undone   = "undone"
)

// Import is a file of the network on its way into it.
type Import struct {
	bun.BaseModel `bun:"table:duct_import,alias:i"`

	TenantID  tenancy.ID  `bun:"tenant_id,pk"`
	ID        uuid.UUID   `bun:"id,pk"`
	Title     string      `bun:"title"`
	Source    string      `bun:"source"` // whose survey it is
	OnDay     time.Time   `bun:"on_day"` // from when it is so
	Format    string      `bun:"format"`
	FileName  string      `bun:"file_name"`
	SHA256    []byte      `bun:"sha256"`
	State     string      `bun:"state"`
	Features  int         `bun:"features"`
	Done      int         `bun:"done"` // features applied so far
	Faults    int         `bun:"faults"`
	Doubts    int         `bun:"doubts"`
	Counts    duct.Counts `bun:"counts,type:jsonb"`
	CreatedAt time.Time   `bun:"created_at"`
	CreatedBy uuid.UUID   `bun:"created_by"`
}

// ImportInput is a file to take in.
type ImportInput struct {
	Title, Source string
	OnDay         time.Time // from when it is so
	Format        string    // one of Formats
	Name          string
	Body          io.Reader
}

const (
	featuresMost = 200_000 // of one file
	keptAtOnce   = 1000    // features of one statement
)

type importArgs struct {
	ImportID uuid.UUID `json:"import_id"`
}

var (
	checkKind = jobs.Kind[importArgs]{Name: "duct.check.v1", MaxRetry: 5, Timeout: 5 * time.Minute}
	applyKind = jobs.Kind[importArgs]{Name: "duct.apply.v1", MaxRetry: 5, Timeout: 15 * time.Minute}
)

// Register binds the jobs that check and apply files; call it once, before the runner starts.
func (s *Service) Register(r *jobs.Runner) error {
	if err := jobs.Handle(r, checkKind, s.check); err != nil {
		return err
	}
	return jobs.Handle(r, applyKind, s.apply)
}

// unhurried lets each statement of a job take as long as the job may. What holds for an answer to a person is too short for the
// network of a whole city on a busy day.
func unhurried(ctx context.Context, tx bun.Tx, kind jobs.Kind[importArgs]) error {
	_, err := tx.NewRaw(fmt.Sprintf("SET LOCAL statement_timeout = %d", kind.Timeout.Milliseconds())).Exec(ctx) // set_config would not reach the nodes of a cluster
	return err
}

// Upload takes in a file of the network and has it checked in the background, for staff with duct:manage. It refuses Invalid:
// a title, a source or a day that is missing, a format that is not known, "duct.unreadable" a file that is not of its
// format, "duct.plain_geojson" plain GeoJSON that is said to be of the Open Fibre Data Standard and "duct.is_ofds" one of that said to be
// plain, "duct.other_system" and "duct.no_system" one whose coordinates are not of WGS 84 or that does not say so,
// "duct.too_large" one beyond the bounds of its format, "duct.empty" one without features, and "duct.too_many" one with more
// than 200,000; and what tenancy.MayAdd refuses a city without the ducts in its plan.
func (s *Service) Upload(ctx context.Context, actor identity.Actor, in ImportInput) (Import, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctManage); err != nil {
		return Import{}, err
	}
	if err := tenancy.MayAdd(ctx, tenancy.ModuleDuct, s.now()); err != nil {
		return Import{}, err
	}
	in.Title, in.Source = strings.Join(strings.Fields(in.Title), " "), strings.Join(strings.Fields(in.Source), " ")
	if err := in.check(); err != nil {
		return Import{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Import{}, err
	}
	out := Import{TenantID: tenancy.Must(ctx), ID: id, Title: in.Title, Source: in.Source, OnDay: duct.DayOf(in.OnDay), Format: in.Format, FileName: in.Name,
		SHA256: []byte{}, State: Read, CreatedAt: s.now(), CreatedBy: actor.ID}
	err = tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&out).Exec(ctx); err != nil {
			return err
		}
		if err := keep(ctx, tx, &out, in.Body); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&out).Column("features", "sha256").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, checkKind, importArgs{out.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "duct.upload", Object: "duct_import", ObjectID: out.ID,
			Detail: map[string]any{"features": out.Features, "format": out.Format, "sha256": fmt.Sprintf("%x", out.SHA256)}})
	})
	if err != nil {
		return Import{}, fmt.Errorf("ductsurvey: upload: %w", err)
	}
	return out, nil
}

func (in ImportInput) check() error {
	var bad []fault.Field
	for _, f := range []struct{ name, value string }{{"title", in.Title}, {"source", in.Source}} {
		switch {
		case f.value == "":
			bad = append(bad, fault.Field{Name: f.name, Code: "required"})
		case len([]rune(f.value)) > 200:
			bad = append(bad, fault.Field{Name: f.name, Code: "too_long", Args: []any{"max", 200}})
		}
	}
	if in.OnDay.IsZero() {
		bad = append(bad, fault.Field{Name: "on_day", Code: "required"})
	}
	if readerOf(in.Format) == nil {
		bad = append(bad, fault.Field{Name: "format", Code: "not_an_option"})
	}
	return fault.Fields(bad)
}

// keep writes down what a file says, feature by feature.
func keep(ctx context.Context, tx bun.Tx, of *Import, body io.Reader) error {
	sum := sha256.New()
	var batch []row
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		raw, err := json.Marshal(batch)
		if err != nil {
			return err
		}
		batch = batch[:0]
		_, err = tx.NewRaw(`INSERT INTO duct_feature (tenant_id, import_id, n, id, state_id, kind, code, geom, body)
			SELECT ?, ?, x.n, x.id, x.state_id, x.kind, x.code, ST_SetSRID(ST_GeomFromGeoJSON(x.geom), 4326), x.body
			FROM jsonb_to_recordset(?::jsonb) AS x(n int, id uuid, state_id uuid, kind text, code text, geom text, body jsonb)`,
			of.TenantID, of.ID, string(raw)).Exec(ctx)
		return err
	}
	said := io.TeeReader(body, sum)
	err := readerOf(of.Format)(said, func(f Feature) error {
		if of.Features++; of.Features > featuresMost {
			return fault.New(fault.Invalid, "duct.too_many", "max", featuresMost)
		}
		r, err := rowOf(f)
		if err != nil {
			return err
		}
		if batch = append(batch, r); len(batch) < keptAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && of.Features == 0 {
		err = fault.New(fault.Invalid, "duct.empty")
	}
	if err == nil {
		_, err = io.Copy(io.Discard, said) // the fingerprint is of the whole file
	}
	of.SHA256 = sum.Sum(nil)
	return err
}

func rowOf(f Feature) (row, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return row{}, err
	}
	state, err := uuid.NewV7()
	if err != nil {
		return row{}, err
	}
	r := row{N: f.N, ID: id, StateID: state, Kind: f.Kind, Code: f.Code}
	if g := f.shape(); g != nil {
		raw, err := json.Marshal(geojson.NewGeometry(g))
		if err != nil {
			return row{}, unreadable(err) // a place that is no number
		}
		text := string(raw)
		r.Geom = &text
	}
	r.Body, err = json.Marshal(f.Body)
	return r, err
}

// Load is Upload with the check and the application at once, for a program that waits: all of a file that has no fault, or
// nothing of it. It refuses what Upload does, and Invalid "duct.faults" a file with faults, which Faults then names.
func (s *Service) Load(ctx context.Context, actor identity.Actor, in ImportInput) (Import, error) {
	i, err := s.Upload(ctx, actor, in)
	if err != nil {
		return Import{}, err
	}
	args := importArgs{i.ID}
	run := func(fn func(context.Context, bun.Tx, importArgs) error) error {
		return tenancy.InTx(ctx, s.d.DB, func(ctx context.Context, tx bun.Tx) error { return fn(ctx, tx, args) })
	}
	if err := run(s.check); err != nil {
		return i, err
	}
	if i, err = find(ctx, s.d.DB, i.ID, false); err != nil {
		return i, err
	}
	if i.State != Checked {
		return i, fault.New(fault.Invalid, "duct.faults", "n", i.Faults)
	}
	if err := s.Apply(ctx, actor, i.ID); err != nil {
		return i, err
	}
	if err := run(s.apply); err != nil {
		return i, err
	}
	return find(ctx, s.d.DB, i.ID, false)
}

// Imports returns the latest files of the network, for staff with duct:read.
func (s *Service) Imports(ctx context.Context, actor identity.Actor) ([]Import, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return nil, err
	}
	var all []Import
	err := s.d.DB.NewSelect().Model(&all).Where("i.tenant_id = ?", tenancy.Must(ctx)).OrderExpr("i.created_at DESC, i.id DESC").Limit(100).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("ductsurvey: imports: %w", err)
	}
	return all, nil
}

// Import returns a file of the network, for staff with duct:read; NotFound "duct.no_import".
func (s *Service) Import(ctx context.Context, actor identity.Actor, id uuid.UUID) (Import, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.DuctRead); err != nil {
		return Import{}, err
	}
	return find(ctx, s.d.DB, id, false)
}
