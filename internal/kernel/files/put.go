package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// PutInput is a file on its way in.
type PutInput struct {
	Owner   uuid.UUID // who brings it; uuid.Nil for what the system makes, which is kept as it is
	Purpose string
	Name    string // as the sender calls it; CleanName is applied
	Rule    Rule
	Body    io.Reader
}

// Put takes in a file and writes its row through db: Receive, then Keep.
func (s *Store) Put(ctx context.Context, db bun.IDB, in PutInput) (File, error) {
	f, err := s.Receive(ctx, in)
	if err != nil {
		return File{}, err
	}
	return f, s.Keep(ctx, db, f)
}

// Keep writes the row of a file that Receive took in, as part of tx. Without it the bytes are swept away.
func (s *Store) Keep(ctx context.Context, tx bun.IDB, f File) error {
	if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
		return fmt.Errorf("files: keep: %w", err)
	}
	return s.keepScan(ctx, tx, f)
}

// Receive streams a file to the disk of ctx's city and returns what it is, without a row; it takes as long as the
// sender does, so it runs outside any transaction. A picture that somebody brings is written anew, upright and without
// anything but its pixels; what was sent is not kept. It refuses, and leaves nothing behind: TooLarge "file.too_large",
// Unsupported "file.type" for content outside the rule whatever the name says and "file.heic" for a photo that nobody
// here could open, Invalid "file.empty", "file.damaged" for an image that cannot be read, "file.too_many_pixels", what
// judgePDF refuses, "file.infected" for malware where uploads are scanned, Unavailable "file.busy" when too many files
// are looked at, and Malformed "file.interrupted" when the sender stopped. A file that could not be scanned is
// Unscanned.
func (s *Store) Receive(ctx context.Context, in PutInput) (File, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return File{}, tenancy.ErrNone
	}
	id, err := uuid.NewV7()
	if err != nil {
		return File{}, fmt.Errorf("files: %w", err)
	}
	key := strings.ToLower(rand.Text())
	f := File{TenantID: tenant, ID: id, OwnerID: in.Owner, Purpose: in.Purpose, Key: key[:2] + "/" + key, Sealed: true, CreatedAt: s.now().UTC()}
	limit := s.max
	if in.Rule.MaxBytes > 0 {
		limit = min(limit, in.Rule.MaxBytes)
	}
	if err := s.write(ctx, &f, in, limit); err != nil {
		return File{}, err
	}
	f.Name = CleanName(in.Name, f.Mime)
	return f, nil
}

// write seals the bytes on their way to the disk, looks at them through the seal and brings them to their name.
func (s *Store) write(ctx context.Context, f *File, in PutInput, limit int64) error {
	p, err := s.begin(ctx, *f)
	if err != nil {
		return err
	}
	defer func() { p.drop() }()
	if err := stream(ctx, p, f, in, limit); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	if p, err = s.picture(ctx, p, f); err != nil {
		return err
	}
	body, err := s.plain(ctx, p.file, *f)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if f.Mime == mimePDF && f.OwnerID != uuid.Nil {
		if err := s.judgePDF(ctx, body, in.Rule.Paper); err != nil {
			return err
		}
	}
	if err := s.scanUpload(ctx, f, body); err != nil {
		return err
	}
	return p.keep(s.path(*f))
}

// partial ends the name of a file that is still arriving.
const partial = ".part"

// sniffed is how much of a file decides what it is.
const sniffed = 3072

func stream(ctx context.Context, w io.Writer, f *File, in PutInput, limit int64) error {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(in.Body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return readRefusal(err, limit)
	}
	head = head[:n]
	if n == 0 {
		return fault.New(fault.Invalid, "file.empty")
	}
	f.Mime = kindOf(head)
	switch {
	case f.Mime == mimeHEIC && in.Rule.allows(mimeJPEG):
		return fault.New(fault.Unsupported, "file.heic", "types", in.Rule.names())
	case !in.Rule.allows(f.Mime):
		return fault.New(fault.Unsupported, "file.type", "types", in.Rule.names())
	}
	sum := sha256.New()
	body := &limited{ctx: ctx, r: io.MultiReader(bytes.NewReader(head), in.Body), left: limit, sum: sum}
	f.Size, err = io.CopyBuffer(w, body, make([]byte, 64<<10))
	if err != nil {
		return readRefusal(err, limit)
	}
	f.SHA256 = sum.Sum(nil)
	return nil
}

// kindOf names what the content is by its first bytes. mimetype looks for %PDF- behind other bytes too, as some
// readers do; a real one starts with it.
func kindOf(head []byte) string {
	mime, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	switch {
	case mime == mimePDF && !bytes.HasPrefix(head, []byte("%PDF-")):
		return "application/octet-stream"
	case mime == "image/heif" || strings.HasPrefix(mime, "image/hei"): // heic-sequence and its like
		return mimeHEIC
	}
	return mime
}

var errTooLarge = errors.New("files: too large")

// limited passes on at most left bytes, hashes what it passes, and stops when the request does.
type limited struct {
	ctx  context.Context
	r    io.Reader
	left int64
	sum  hash.Hash
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	l.sum.Write(p[:n])
	return n, err
}

// readRefusal says whose doing a broken stream is. The disk's own failures are ours and pass as they are.
func readRefusal(err error, limit int64) error {
	var body *http.MaxBytesError
	var disk *os.PathError
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, &body):
		return fault.New(fault.TooLarge, "file.too_large", "max", megabytes(limit))
	case errors.As(err, &disk):
		return fmt.Errorf("files: %w", err)
	}
	return fault.Wrap(fault.Malformed, "file.interrupted", err)
}

// megabytes writes a limit as people say it: 5, or 0.5.
func megabytes(n int64) string {
	whole, tenth := n>>20, (n%(1<<20))*10>>20
	if tenth == 0 {
		return fmt.Sprint(whole)
	}
	return fmt.Sprintf("%d.%d", whole, tenth)
}

// syncDir makes the rename itself survive a power failure.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return nil
}
