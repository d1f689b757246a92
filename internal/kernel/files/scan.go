package files

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/tenancy"
)

// What a scan has said of a file.
const (
	scanWaiting  = "waiting" // not scanned yet: nobody can open it
	scanEarlier  = "earlier" // came in before there was a scanner: open until something is found
	scanClean    = "clean"
	scanInfected = "infected"
)

// scanRow is what is known of one file.
type scanRow struct {
	bun.BaseModel `bun:"table:file_scan,alias:s"`

	TenantID  uuid.UUID `bun:"tenant_id,pk"`
	FileID    uuid.UUID `bun:"file_id,pk"`
	State     string    `bun:"state"`
	Signature string    `bun:"signature"`
	Attempts  int       `bun:"attempts"`
	NextAt    time.Time `bun:"next_at"`
	CreatedAt time.Time `bun:"created_at"`
	CheckedAt time.Time `bun:"checked_at,nullzero"`
}

// ScanWith makes the store have every uploaded file scanned from now on. One that holds malware is refused; while the
// scanner does not answer, a file is taken in and held: nobody can open it until a later attempt has found it clean.
func (s *Store) ScanWith(c *Clamd) { s.clamd = c }

// Infected reports whether a file is withheld because malware was found in it, for a list that says so.
func (f File) Infected() bool { return f.Scan == scanInfected }

// Unscanned reports whether a file is held because it has not been scanned yet, for a list that says so.
func (f File) Unscanned() bool { return f.Scan == scanWaiting }

// scanUpload has a file scanned that somebody has just brought. It refuses Invalid "file.infected".
func (s *Store) scanUpload(ctx context.Context, f *File, body io.ReadSeeker) error {
	if s.clamd == nil || f.OwnerID == uuid.Nil { // what the system made itself came from nobody
		return nil
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	found, err := s.clamd.Scan(ctx, body)
	switch {
	case err != nil:
		f.Scan = scanWaiting
	case found != "":
		return fault.New(fault.Invalid, "file.infected")
	default:
		f.Scan = scanClean
	}
	return nil
}

// keepScan writes what the scan has said beside the row of the file.
func (s *Store) keepScan(ctx context.Context, tx bun.IDB, f File) error {
	if f.Scan == "" {
		return nil
	}
	now := s.now().UTC()
	row := scanRow{TenantID: f.TenantID, FileID: f.ID, State: f.Scan, NextAt: now, CreatedAt: now}
	if f.Scan == scanClean {
		row.CheckedAt = now
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("files: keep: %w", err)
	}
	return nil
}

// released refuses a file that is held: Unavailable "file.unscanned" until it has been scanned, Gone "file.infected" when
// malware was found in it.
func (s *Store) released(ctx context.Context, f File) error {
	var state string
	err := s.db.NewSelect().Model((*scanRow)(nil)).Column("state").Where("tenant_id = ? AND file_id = ?", f.TenantID, f.ID).Scan(ctx, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && (state == scanClean || state == scanEarlier):
		return nil
	case err != nil:
		return fmt.Errorf("files: %w", err)
	case state == scanInfected:
		return fault.New(fault.Gone, "file.infected")
	}
	return &fault.Error{Kind: fault.Unavailable, Code: "file.unscanned", RetryAfter: time.Minute}
}

type scanArgs struct {
	FileID uuid.UUID `json:"file_id"`
}

// scanKind tries one held file. The plan below brings it back while it waits, so an attempt is not repeated by itself.
var scanKind = jobs.Kind[scanArgs]{Name: "files.scan.v1", Queue: jobs.Default, Timeout: 2 * time.Minute}

// scanBatch bounds the files that one run of the plan sends out.
const scanBatch = 200

// planScans sends out the files that wait and are due, each later than the last time: after one minute, two, four, at
// the most an hour.
func (s *Store) planScans(ctx context.Context, tx bun.Tx, _ time.Time) error {
	if s.clamd == nil {
		return nil
	}
	for _, x := range []struct {
		state string
		most  int
	}{{scanWaiting, scanBatch}, {scanEarlier, earlierBatch}} {
		if err := s.planScansOf(ctx, tx, x.state, x.most); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) planScansOf(ctx context.Context, tx bun.Tx, state string, most int) error {
	var due []uuid.UUID
	err := tx.NewRaw(`UPDATE file_scan SET attempts = attempts + 1, next_at = ?::timestamptz + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 10)))
		WHERE tenant_id = ? AND file_id IN (SELECT file_id FROM file_scan WHERE tenant_id = ? AND state = ? AND next_at <= ? ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING file_id`, s.now().UTC(), tenancy.Must(ctx), tenancy.Must(ctx), state, s.now().UTC(), most).Scan(ctx, &due)
	for _, id := range due {
		if err == nil {
			err = jobs.Add(ctx, tx, scanKind, scanArgs{FileID: id})
		}
	}
	if err != nil {
		return fmt.Errorf("files: plan scans: %w", err)
	}
	return nil
}

// rescan is the job that tries a held file again. One that was scanned or deleted meanwhile is left alone.
func (s *Store) rescan(ctx context.Context, _ uuid.UUID, args scanArgs) error {
	if s.clamd == nil {
		return nil
	}
	f, err := s.Find(ctx, s.db, args.FileID)
	if fault.Is(err, "file.not_found") {
		return nil
	}
	if err != nil {
		return err
	}
	body, err := s.body(ctx, f)
	if err != nil {
		return err
	}
	defer body.Close()
	found, err := s.clamd.Scan(ctx, body)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		state := scanClean
		if found != "" {
			state = scanInfected
		}
		res, err := tx.NewUpdate().Model((*scanRow)(nil)).Set("state = ?", state).Set("signature = ?", found).Set("checked_at = ?", s.now().UTC()).
			Where("tenant_id = ? AND file_id = ? AND state IN (?, ?)", f.TenantID, f.ID, scanWaiting, scanEarlier).Exec(ctx)
		if err != nil {
			return fmt.Errorf("files: scan: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || found == "" {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			ActorKind: audit.System, Action: "file.infected", Object: "file", ObjectID: f.ID,
			Detail: map[string]any{"signature": found, "purpose": f.Purpose, "owner": f.OwnerID},
		})
	})
}

// Scanner tells how the scanning of uploads stands, for doctor: nil when the scanner answers, and how many files of
// ctx's city wait.
func (s *Store) Scanner(ctx context.Context) error {
	if s.clamd == nil {
		return errors.New("no scanner is configured (BEDELAU_CLAMD): uploads are checked for their type alone")
	}
	return s.clamd.Ping(ctx)
}
