// Package files keeps what people upload and what the city issues: the bytes in a folder outside the web root, one row
// for each in the database.
//
// A file is taken in as a stream, so that its size never shows in memory; what it is, is read from its first bytes and
// not from its name; and it is stored under a random key that appears in no address. Nothing here asks who may read
// a file: the capability that owns it (an application, a complaint) decides first and then calls Open.
//
// Every file is sealed with its city's key before it reaches the disk, whatever its purpose: all of them are of people or
// of the city's books. What everybody may see, such as a city's logo, is the pack's and not kept here. Size and SHA256 are
// those of the content. Without the city's row in city_key, or without the master key that opens it, no file can be read.
package files

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// File is one stored file. Rows are never changed: a new version is a new file.
type File struct {
	bun.BaseModel `bun:"table:file,alias:f"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	ID        uuid.UUID `bun:"id,pk"`
	OwnerID   uuid.UUID `bun:"owner_id"` // who brought it; uuid.Nil for what the system made
	Purpose   string    `bun:"purpose"`  // what it is for, such as "application"
	Name      string    `bun:"name"`     // safe to show and to offer as a download's name
	Mime      string    `bun:"mime"`     // read from the content
	Size      int64     `bun:"size"`
	SHA256    []byte    `bun:"sha256"`
	Key       string    `bun:"key"`
	Sealed    bool      `bun:"sealed"` // false for one from before files were sealed
	Width     int       `bun:"width"`  // pixels, for images
	Height    int       `bun:"height"`
	CreatedAt time.Time `bun:"created_at"`

	Scan string `bun:"scan,scanonly"` // what a scan has said; read by queries that ask for it
}

// Deps is what a Store works with.
type Deps struct {
	DB       *bun.DB // the application role's
	Keys     *privacy.Keys
	Dir      string       // created when needed; must not be served by anything
	MaxBytes int64        // bounds every file whatever a rule allows
	Log      *slog.Logger // told of files whose bytes were altered
}

// Store is the folder and its rows.
type Store struct {
	db     *bun.DB
	keys   *privacy.Keys
	log    *slog.Logger
	dir    string
	max    int64
	judges judges
	clamd  *Clamd // nil when uploads are not scanned
	now    func() time.Time
}

// New returns the Store in a folder.
func New(d Deps) (*Store, error) {
	if d.MaxBytes <= 0 {
		return nil, errors.New("files: the largest size must be above zero")
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return &Store{db: d.DB, keys: d.Keys, log: d.Log, dir: d.Dir, max: d.MaxBytes, judges: newJudges(), now: time.Now}, nil
}

// Open returns a file of ctx's city with its bytes, for the caller to close. The caller has checked that the reader
// may have it. A file that is not this city's, or is deleted, is NotFound "file.not_found"; one that waits for the scanner
// is Unavailable "file.unscanned", and one that it has refused since Gone "file.infected". Gone "file.altered" is one whose
// bytes on the disk are not what was stored; where only the middle is altered, reading returns it when it gets there.
func (s *Store) Open(ctx context.Context, id uuid.UUID) (File, io.ReadSeekCloser, error) {
	f, err := s.Find(ctx, s.db, id)
	if err != nil {
		return File{}, nil, err
	}
	if err := s.released(ctx, f); err != nil {
		return File{}, nil, err
	}
	body, err := s.body(ctx, f)
	if err != nil {
		return File{}, nil, err
	}
	return f, body, nil
}

// Find returns the row of a file of ctx's city without its bytes, or NotFound "file.not_found".
func (s *Store) Find(ctx context.Context, db bun.IDB, id uuid.UUID) (File, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return File{}, tenancy.ErrNone
	}
	var f File
	err := db.NewSelect().Model(&f).Where("tenant_id = ? AND id = ?", tenant, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, fault.New(fault.NotFound, "file.not_found")
	}
	if err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	return f, nil
}

// Delete removes the rows of files as part of tx; Sweep removes their bytes when the transaction has long committed.
func (s *Store) Delete(ctx context.Context, tx bun.IDB, ids ...uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Model((*File)(nil)).Where("tenant_id = ? AND id IN (?)", tenancy.Must(ctx), bun.List(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("files: delete: %w", err)
	}
	return nil
}

// path is where the bytes lie: the city's folder, then the key. The database accepts only keys of letters and digits.
func (s *Store) path(f File) string {
	return filepath.Join(s.dir, f.TenantID.String(), filepath.FromSlash(f.Key))
}
