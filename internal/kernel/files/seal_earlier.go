package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

const (
	// sealFor is how long one run goes on; the plan below starts the next.
	sealFor = 8 * time.Minute
	// claimed is how long a file is left to the run that has taken it, which may have died; damaged is how long one is left
	// alone whose bytes are not what was stored, because only a person can mend it.
	claimed = time.Hour
	damaged = 7 * 24 * time.Hour
	// backedUp is how old a city's key is before earlier files are sealed with it: it is then in a backup of the database, and
	// losing the database does not lose files that were there before the key was.
	backedUp = 48 * time.Hour
)

// sealKind seals files of one city that came in before files were sealed.
var sealKind = jobs.Kind[struct{}]{Name: "files.seal_earlier.v1", Queue: jobs.Low, MaxRetry: 2, Timeout: 20 * time.Minute}

// planSeals sends a run out for a tenant that has files to seal.
func (s *Store) planSeals(ctx context.Context, tx bun.Tx, at time.Time) error {
	var due bool
	err := tx.NewRaw("SELECT EXISTS (SELECT 1 FROM file WHERE tenant_id = ? AND NOT sealed AND (seal_at IS NULL OR seal_at <= ?))",
		tenancy.Must(ctx), at.UTC()).Scan(ctx, &due)
	if err != nil {
		return fmt.Errorf("files: plan seals: %w", err)
	}
	if !due {
		return nil
	}
	since, err := s.keys.StreamsSince(ctx)
	if err != nil {
		return fmt.Errorf("files: plan seals: %w", err)
	}
	if at.Sub(since) < backedUp {
		return nil
	}
	return jobs.Add(ctx, tx, sealKind, struct{}{})
}

// sealEarlier seals one file after the other until none is due or its time is over. Two runs take different files.
func (s *Store) sealEarlier(ctx context.Context, _ uuid.UUID, _ struct{}) error {
	for end := time.Now().Add(sealFor); time.Now().Before(end); {
		f, ok, err := s.claim(ctx)
		if err != nil || !ok {
			return err
		}
		err = s.sealOne(ctx, f)
		if errors.Is(err, fs.ErrNotExist) {
			s.log.ErrorContext(ctx, "a file is missing", "tenant", f.TenantID, "file", f.ID)
		}
		if errors.Is(err, fs.ErrNotExist) || fault.Is(err, "file.altered") {
			err = s.postpone(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// claim takes the next file that lies open.
func (s *Store) claim(ctx context.Context) (File, bool, error) {
	var f File
	tenant, now := tenancy.Must(ctx), s.now().UTC()
	err := s.db.NewRaw(`UPDATE file SET seal_at = ? WHERE tenant_id = ? AND id = (
		SELECT id FROM file WHERE tenant_id = ? AND NOT sealed AND (seal_at IS NULL OR seal_at <= ?)
		ORDER BY seal_at NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING tenant_id, id, purpose, size, sha256, key`, now.Add(claimed), tenant, tenant, now).Scan(ctx, &f)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("files: seal: %w", err)
	}
	return f, true, nil
}

func (s *Store) postpone(ctx context.Context, f File) error {
	_, err := s.db.NewUpdate().Model((*File)(nil)).Set("seal_at = ?", s.now().UTC().Add(damaged)).
		Where("tenant_id = ? AND id = ?", f.TenantID, f.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("files: seal: %w", err)
	}
	return nil
}

// sealOne puts a sealed copy in the place of a file's bytes and then says so in its row. In between the row says open and
// the bytes are sealed, which reads well; the other way round would be taken for an attack. A run that died there left
// sealed bytes, which are only looked through. It refuses Gone "file.altered" for bytes that are not what was stored.
func (s *Store) sealOne(ctx context.Context, f File) error {
	src, err := s.body(ctx, f)
	if err != nil {
		return err
	}
	defer src.Close()
	if _, open := src.(*os.File); open {
		err = s.replace(ctx, f, src)
	} else {
		err = s.copyWhole(ctx, io.Discard, src, f)
	}
	if err != nil {
		return err
	}
	_, err = s.db.NewUpdate().Model((*File)(nil)).Set("sealed = true").Where("tenant_id = ? AND id = ?", f.TenantID, f.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("files: seal: %w", err)
	}
	return nil
}

// replace brings a sealed copy of src to the name of f. Who reads the old bytes goes on reading them.
func (s *Store) replace(ctx context.Context, f File, src io.Reader) error {
	p, err := s.begin(ctx, f)
	if err != nil {
		return err
	}
	defer p.drop()
	if err := s.copyWhole(ctx, p, src, f); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.keep(s.path(f))
}

var errOther = errors.New("files: size or checksum is not that of the row")

// copyWhole copies all of f, and refuses Gone "file.altered" when it was not what its row says.
func (s *Store) copyWhole(ctx context.Context, dst io.Writer, src io.Reader, f File) error {
	sum := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(dst, sum), struct{ io.Reader }{src}, make([]byte, 64<<10))
	if err != nil {
		return fmt.Errorf("files: seal %s: %w", f.ID, err)
	}
	if n != f.Size || !bytes.Equal(sum.Sum(nil), f.SHA256) {
		return s.altered(ctx, f, errOther)
	}
	return nil
}

// Unsealed tells how many files of ctx's city still lie open on the disk.
func (s *Store) Unsealed(ctx context.Context) (int64, error) {
	n, err := s.db.NewSelect().Model((*File)(nil)).Where("tenant_id = ? AND NOT sealed", tenancy.Must(ctx)).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("files: %w", err)
	}
	return n, nil
}
