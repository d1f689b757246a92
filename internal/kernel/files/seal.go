package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// sealMark begins every sealed file on the disk. No picture and no PDF begins so, and a file from before files were sealed
// is told apart by it.
const sealMark = "BEDELAU-SEALED-1"

// use is what a file is sealed for: bytes that are moved to another file, or with the row of the key to another city, do
// not open.
func use(f File) string { return "file " + f.ID.String() }

// part is a file on its way to the disk, sealed before it gets there, under a hidden name: a key never points at half a
// file.
type part struct {
	file *os.File
	seal io.WriteCloser
	size int64 // of what was written to it
}

// begin makes a part for f.
func (s *Store) begin(ctx context.Context, f File) (*part, error) {
	name := s.path(f) + "." + strings.ToLower(rand.Text()) + partial
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	p := &part{file: file}
	if _, err = io.WriteString(file, sealMark); err == nil {
		p.seal, err = s.keys.SealTo(ctx, file, use(f))
	}
	if err != nil {
		p.drop()
		return nil, fmt.Errorf("files: %w", err)
	}
	return p, nil
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.seal.Write(b)
	p.size += int64(n)
	return n, err
}

// end writes what completes the sealing; from then on the part can be read.
func (p *part) end() error {
	if err := p.seal.Close(); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return nil
}

// keep brings the part to its name at once and for good, also in the place of what is there.
func (p *part) keep(final string) error {
	if err := p.file.Sync(); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if err := os.Rename(p.file.Name(), final); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return syncDir(filepath.Dir(final))
}

// drop closes the part and removes what keep has not moved.
func (p *part) drop() {
	_ = p.file.Close()
	_ = os.Remove(p.file.Name())
}

// plain opens the sealed bytes of f in a file. It returns privacy.ErrUnreadable when they are not those that were sealed.
func (s *Store) plain(ctx context.Context, file *os.File, f File) (*io.SectionReader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	size := info.Size() - int64(len(sealMark))
	return s.keys.OpenAt(ctx, io.NewSectionReader(file, int64(len(sealMark)), size), size, use(f))
}

// isSealed reports whether the bytes on the disk begin as sealed ones do.
func isSealed(file *os.File) (bool, error) {
	head := make([]byte, len(sealMark))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("files: %w", err)
	}
	return bytes.Equal(head, []byte(sealMark)), nil
}

// body opens the bytes of f, sealed or from before. It refuses Gone "file.altered" when they are not what was stored.
func (s *Store) body(ctx context.Context, f File) (io.ReadSeekCloser, error) {
	file, err := os.Open(s.path(f))
	if err != nil {
		return nil, fmt.Errorf("files: %s: %w", f.ID, err)
	}
	b, err := s.bodyOf(ctx, file, f)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return b, nil
}

var errOpen = errors.New("files: a sealed file lies in the clear")

func (s *Store) bodyOf(ctx context.Context, file *os.File, f File) (io.ReadSeekCloser, error) {
	sealed, err := isSealed(file)
	switch {
	case err != nil:
		return nil, err
	case !sealed && f.Sealed: // whoever can write to the folder could put anything there
		return nil, s.altered(ctx, f, errOpen)
	case !sealed:
		return file, nil
	}
	plain, err := s.plain(ctx, file, f)
	if err == nil && plain.Size() != f.Size {
		err = privacy.ErrUnreadable
	}
	if errors.Is(err, privacy.ErrUnreadable) {
		return nil, s.altered(ctx, f, err)
	}
	if err != nil {
		return nil, fmt.Errorf("files: %s: %w", f.ID, err)
	}
	return &opened{ctx: ctx, s: s, f: f, file: file, plain: plain}, nil
}

// opened is a sealed file that is read.
type opened struct {
	ctx   context.Context
	s     *Store
	f     File
	file  *os.File
	plain *io.SectionReader
}

func (o *opened) Read(p []byte) (int, error) {
	n, err := o.plain.Read(p)
	if errors.Is(err, privacy.ErrUnreadable) {
		err = o.s.altered(o.ctx, o.f, err)
	}
	return n, err
}

func (o *opened) Seek(offset int64, whence int) (int64, error) { return o.plain.Seek(offset, whence) }

func (o *opened) Close() error { return o.file.Close() }

// altered tells the operator's log and the city's audit record of bytes that are not what was stored, and returns the
// refusal Gone "file.altered". Neither says whose file it is or what is in it.
func (s *Store) altered(ctx context.Context, f File, cause error) error {
	ctx = context.WithoutCancel(ctx) // a reader who goes away does not undo the incident
	s.log.ErrorContext(ctx, "incident: the stored bytes of a file are not what was stored", "tenant", f.TenantID, "file", f.ID, "purpose", f.Purpose)
	err := tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{ActorKind: audit.System, Action: "file.altered", Object: "file", ObjectID: f.ID,
			Detail: map[string]any{"purpose": f.Purpose}})
	})
	if err != nil {
		s.log.ErrorContext(ctx, "incident not recorded", "file", f.ID, "err", err)
	}
	return fault.Wrap(fault.Gone, "file.altered", cause)
}
