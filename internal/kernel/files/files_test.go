package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

var anyDocument = Rule{Types: []string{"jpg", "png", "pdf"}, MaxBytes: 5 << 20}

func open(t *testing.T) (*pgtest.World, *Store) {
	t.Helper()
	w := pgtest.Open(t)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Deps{DB: w.DB.App, Keys: keys, Dir: filepath.Join(t.TempDir(), "files"), MaxBytes: 64 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return w, s
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 320, 200)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdf(size int) []byte {
	return append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("0123456789\n"), size/11+1)...)[:size]
}

// sized is a PNG of a few bytes that says how large it is.
func sized(t testing.TB, w, h uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	p := b.Bytes()
	header := p[12:29] // "IHDR" and its data
	binary.BigEndian.PutUint32(header[4:], w)
	binary.BigEndian.PutUint32(header[8:], h)
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(header))
	return p
}

func onDisk(t *testing.T, s *Store) (names []string) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Not parallel: it measures the heap of the whole process.
func TestAnUploadOf50MBDoesNotShowInMemory(t *testing.T) {
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	const size = 50 << 20
	body := io.MultiReader(bytes.NewReader(pdf(4096)), io.LimitReader(zeros{}, size-4096))
	if _, err := s.Put(ctx, w.DB.App, PutInput{Purpose: "warm", Name: "a.pdf", Rule: anyDocument, Body: bytes.NewReader(pdf(10))}); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f, err := s.Put(ctx, w.DB.App, PutInput{Purpose: "test", Name: "besar.pdf", Rule: Rule{Types: []string{"pdf"}}, Body: body})
	runtime.ReadMemStats(&after)
	if err != nil || f.Size != size {
		t.Fatalf("size %d, %v", f.Size, err)
	}
	// TotalAlloc only grows, so it bounds what was ever held at once.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("the upload allocated %d bytes", grown)
	} else {
		t.Logf("50 MiB taken in with %d KiB allocated", grown>>10)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx, body, owner := w.Ctx(w.Batam), pdfOf("", append([]string{"<< /Type /Catalog /Pages 2 0 R >>"}, pages(1)...)...), uuid.New()
	f, err := s.Put(ctx, w.DB.App, PutInput{Owner: owner, Purpose: "application", Name: `C:\foto\KK saya.JPG`, Rule: anyDocument, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if f.Mime != "application/pdf" || f.Name != "KK saya.pdf" || f.Size != int64(len(body)) || !bytes.Equal(f.SHA256, sum[:]) {
		t.Errorf("stored as %+v", f)
	}
	got, r, err := s.Open(ctx, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	back, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(back, body) || got.OwnerID != owner {
		t.Errorf("read %d bytes of %s, %v", len(back), got.OwnerID, err)
	}
	paths := onDisk(t, s)
	if len(paths) != 1 || strings.Contains(paths[0], f.ID.String()) || strings.Contains(paths[0], "KK") {
		t.Errorf("on disk: %v", paths)
	}
	info, err := os.Stat(paths[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestAnotherCityCannotOpen(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	f, err := s.Put(w.Ctx(w.Batam), w.DB.App, PutInput{Purpose: "test", Name: "a", Rule: anyDocument, Body: bytes.NewReader(pdf(100))})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(w.Ctx(w.Other), f.ID); !fault.Is(err, "file.not_found") {
		t.Errorf("another city: %v", err)
	}
	if _, _, err := s.Open(t.Context(), f.ID); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("no city: %v", err)
	}
	if _, err := s.Receive(t.Context(), PutInput{Body: bytes.NewReader(pdf(100)), Rule: anyDocument}); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("receiving without a city: %v", err)
	}
}

func TestHostileUploadsAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	html := []byte("<!DOCTYPE html><script>alert(1)</script>")
	for _, tt := range []struct {
		name string
		body io.Reader
		rule Rule
		code string
	}{
		{"empty", bytes.NewReader(nil), anyDocument, "file.empty"},
		{"a page named as a picture", bytes.NewReader(html), anyDocument, "file.type"},
		{"a drawing with script", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), anyDocument, "file.type"},
		{"a program", strings.NewReader("MZ\x90\x00" + strings.Repeat("\x00", 400)), anyDocument, "file.type"},
		{"a zip", strings.NewReader("PK\x03\x04" + strings.Repeat("\x00", 100)), anyDocument, "file.type"},
		{"text before the PDF mark", bytes.NewReader(append([]byte("<html>\n"), pdf(200)...)), anyDocument, "file.type"},
		{"zeros", io.LimitReader(zeros{}, 4096), anyDocument, "file.type"},
		{"a PDF where a picture is asked", bytes.NewReader(pdf(100)), Rule{Types: []string{"jpg"}}, "file.type"},
		{"a rule without types", bytes.NewReader(pdf(100)), Rule{}, "file.type"},
		{"one byte too many", bytes.NewReader(pdf(5<<20 + 1)), anyDocument, "file.too_large"},
		{"endless", io.MultiReader(bytes.NewReader(pdf(4096)), zeros{}), anyDocument, "file.too_large"},
		{"above the store's own limit", io.MultiReader(bytes.NewReader(pdf(4096)), zeros{}), Rule{Types: []string{"pdf"}}, "file.too_large"},
		{"a picture that ends in its header", bytes.NewReader(photo(t)[:40]), anyDocument, "file.damaged"},
		{"a decompression bomb", bytes.NewReader(sized(t, 30_000, 30_000)), anyDocument, "file.too_many_pixels"},
		{"a sender that stops at once", iotest.ErrReader(io.ErrUnexpectedEOF), anyDocument, "file.empty"},
		{"a sender that breaks off", io.MultiReader(bytes.NewReader(pdf(9000)), iotest.ErrReader(errors.New("reset"))), anyDocument, "file.interrupted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Put(ctx, w.DB.App, PutInput{Purpose: "test", Name: "kk.jpg", Rule: tt.rule, Body: tt.body})
			if !fault.Is(err, tt.code) {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
			if fault.From(err).Kind == fault.Internal {
				t.Error("shown as our own failure")
			}
			named := fault.From(Refuse(err, "file_kk"))
			if len(named.Fields) != 1 || named.Fields[0].Name != "file_kk" || !i18n.ID.Has("field."+named.Fields[0].Code) {
				t.Errorf("fields %+v", named.Fields)
			}
		})
	}
	if left := onDisk(t, s); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestARequestThatEndsStopsTheUpload(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx, cancel := context.WithCancel(w.Ctx(w.Batam))
	body := io.MultiReader(bytes.NewReader(pdf(100_000)), readerFunc(func(p []byte) (int, error) { cancel(); return zeros{}.Read(p) }))
	if _, err := s.Receive(ctx, PutInput{Purpose: "test", Rule: anyDocument, Body: body}); !fault.Is(err, "file.interrupted") {
		t.Errorf("got %v", err)
	}
	if left := onDisk(t, s); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestRefuseLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	err := errors.New("disk full")
	if !errors.Is(Refuse(err, "x"), err) || len(fault.From(Refuse(err, "x")).Fields) != 0 {
		t.Error("an internal error was blamed on a field")
	}
}

func TestSweepRemovesOrphansAndNothingElse(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	put := func() File {
		f, err := s.Put(ctx, w.DB.App, PutInput{Purpose: "test", Name: "a.pdf", Rule: anyDocument, Body: bytes.NewReader(pdf(100))})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	kept, deleted := put(), put()
	if err := s.Delete(ctx, w.DB.App, deleted.ID); err != nil {
		t.Fatal(err)
	}
	// A transaction that rolls back after the upload leaves bytes without a row.
	rolledBack := errors.New("no")
	err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.Put(ctx, tx, PutInput{Purpose: "test", Name: "a.pdf", Rule: anyDocument, Body: bytes.NewReader(pdf(100))}); err != nil {
			t.Fatal(err)
		}
		return rolledBack
	})
	if !errors.Is(err, rolledBack) {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(kept)+partial, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(ctx); err != nil || n != 0 {
		t.Fatalf("young files: swept %d, %v", n, err)
	}
	s.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if n, err := s.Sweep(w.Ctx(w.Other)); err != nil || n != 0 {
		t.Fatalf("another city swept %d, %v", n, err)
	}
	if n, err := s.Sweep(ctx); err != nil || n != 3 {
		t.Fatalf("swept %d, %v; want 3", n, err)
	}
	if _, r, err := s.Open(ctx, kept.ID); err != nil {
		t.Errorf("the kept file: %v", err)
	} else {
		r.Close()
	}
	if left := onDisk(t, s); len(left) != 1 {
		t.Errorf("on disk: %v", left)
	}
}

// TestThePlannedSweepHoldsNoTransaction: it removes what is left over, and no transaction lies open while it walks.
func TestThePlannedSweepHoldsNoTransaction(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	f, err := s.Receive(w.Ctx(w.Batam), PutInput{Purpose: "test", Name: "a.pdf", Rule: anyDocument, Body: bytes.NewReader(pdf(100))})
	if err != nil {
		t.Fatal(err)
	}
	super, err := pgx.Connect(t.Context(), w.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.WithoutCancel(t.Context()))
	walked := make(chan int, 1)
	s.now = func() time.Time { // asked for each file on the way
		var held int
		err := super.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND query LIKE '%planned_run%'`).Scan(&held)
		if err != nil {
			t.Error(err)
		}
		select {
		case walked <- held:
		default:
		}
		return time.Now().Add(2 * time.Hour)
	}
	r, err := jobs.New(w.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond}, tenancy.NewDirectory(w.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = s.Register(r)
	}
	if err == nil {
		err = r.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	held := <-walked
	r.Stop(t.Context()) // lets the job at hand finish
	if held > 0 {
		t.Errorf("%d transactions lie open during the walk", held)
	}
	if _, err := os.Stat(s.path(f)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the orphan: %v", err)
	}
}
