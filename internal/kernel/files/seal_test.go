package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

const nik = "2171046703900003"

// shows reports whether 16 bytes in a row of some content are found in other bytes.
func shows(disk, plain []byte) bool {
	seen := map[string]bool{}
	for i := range len(disk) - 15 {
		seen[string(disk[i:i+16])] = true
	}
	for i := 0; i+16 <= len(plain); i++ {
		if seen[string(plain[i:i+16])] {
			return true
		}
	}
	return false
}

// diskBytes is all that lies in the folder.
func diskBytes(t *testing.T, s *Store) (all []byte) {
	t.Helper()
	for _, name := range onDisk(t, s) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func opensAs(ctx context.Context, s *Store, id uuid.UUID) ([]byte, error) {
	_, r, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func putFor(ctx context.Context, t *testing.T, s *Store, body io.Reader) File {
	t.Helper()
	f, err := s.Put(ctx, s.db, PutInput{Owner: uuid.New(), Purpose: "application", Name: "kk.pdf", Rule: anyDocument, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatLiesOnTheDiskNeverShowsTheContent(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	scan := []byte(letter(strings.Repeat("NIK "+nik+"\n%", 20_000)))
	during := 0
	body := io.MultiReader(bytes.NewReader(scan[:300_000]), readerFunc(func([]byte) (int, error) {
		disk := diskBytes(t, s) // the upload is at its half
		if during = len(disk); bytes.Contains(disk, []byte(nik)) || bytes.Contains(disk, []byte("%PDF")) {
			t.Error("while it arrives, a file lies in the clear")
		}
		return 0, io.EOF
	}), bytes.NewReader(scan[300_000:]))
	f := putFor(ctx, t, s, body)
	if during < 200_000 {
		t.Errorf("%d bytes were on the disk", during)
	}
	if got, err := opensAs(ctx, s, f.ID); err != nil || !bytes.Equal(got, scan) || int64(len(got)) != f.Size {
		t.Fatalf("read %d bytes, %v", len(got), err)
	}
	if sum := sha256.Sum256(scan); !bytes.Equal(f.SHA256, sum[:]) {
		t.Error("the checksum is not that of the content")
	}
	picture := putFor(ctx, t, s, bytes.NewReader(photo(t)))
	jpg, err := opensAs(ctx, s, picture.ID)
	if err != nil || int64(len(jpg)) != picture.Size {
		t.Fatalf("%d bytes of a photo, %v", len(jpg), err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(jpg)); err != nil {
		t.Error(err)
	}
	disk := diskBytes(t, s)
	if bytes.Contains(disk, []byte(nik)) || shows(disk, scan[:5000]) || shows(disk, jpg) {
		t.Error("the content lies on the disk")
	}
	if len(onDisk(t, s)) != 2 {
		t.Errorf("on disk: %v", onDisk(t, s))
	}
}

func TestRangesOfASealedFile(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	plain := pdf(200_000)
	f, err := s.Put(ctx, s.db, PutInput{Purpose: "document", Name: "izin.pdf", Rule: anyDocument, Body: bytes.NewReader(plain)})
	if err != nil {
		t.Fatal(err)
	}
	asked := func(header string) *http.Response {
		_, r, err := s.Open(ctx, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rec, req := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("Range", header)
		http.ServeContent(rec, req, "izin.pdf", f.CreatedAt, r)
		return rec.Result()
	}
	for range 30 {
		from := rand.IntN(len(plain))
		to := from + rand.IntN(len(plain)-from)
		res := asked(fmt.Sprintf("bytes=%d-%d", from, to))
		got, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusPartialContent || !bytes.Equal(got, plain[from:to+1]) {
			t.Fatalf("%d-%d: %s, %d bytes, %v", from, to, res.Status, len(got), err)
		}
	}
	if res := asked("bytes=200000-"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind the end: %s", res.Status)
	}
}

// TestBytesThatWereTouched are refused by a code, told to the operator's log and to the city's record, without whose they are.
func TestBytesThatWereTouched(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	var said bytes.Buffer
	s.log = slog.New(slog.NewTextHandler(&said, nil))
	ctx, other := w.Ctx(w.Batam), w.Ctx(w.Other)
	scan := []byte(letter(strings.Repeat(nik+"\n%", 20_000)))
	neighbour, foreign := putFor(ctx, t, s, bytes.NewReader(scan)), putFor(other, t, s, bytes.NewReader(scan))
	read := func(f File) []byte {
		b, err := os.ReadFile(s.path(f))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, tt := range []struct {
		name string
		make func([]byte) []byte
	}{
		{"a bit at the beginning", func(b []byte) []byte { b[len(sealMark)+60] ^= 1; return b }},
		{"a bit in the middle", func(b []byte) []byte { b[150_000] ^= 1; return b }},
		{"a bit of the end", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
		{"cut", func(b []byte) []byte { return b[:len(b)-1] }},
		{"cut between segments", func(b []byte) []byte { return b[:len(sealMark)+2*64<<10] }},
		{"longer", func(b []byte) []byte { return append(b, 0) }},
		{"emptied", func([]byte) []byte { return nil }},
		{"in the clear", func([]byte) []byte { return scan }},
		{"those of another file", func([]byte) []byte { return read(neighbour) }},
		{"those of another city", func([]byte) []byte { return read(foreign) }},
	} {
		f := putFor(ctx, t, s, bytes.NewReader(scan))
		if err := os.WriteFile(s.path(f), tt.make(read(f)), 0o600); err != nil {
			t.Fatal(err)
		}
		said.Reset()
		got, err := opensAs(ctx, s, f.ID)
		if !fault.Is(err, "file.altered") || fault.From(err).Kind != fault.Gone || len(got) >= len(scan) {
			t.Errorf("%s: %d bytes, %v", tt.name, len(got), err)
		}
		if line := said.String(); !strings.Contains(line, "incident") || !strings.Contains(line, f.ID.String()) ||
			strings.Contains(line, "kk.pdf") || strings.Contains(line, f.OwnerID.String()) || strings.Contains(line, nik) {
			t.Errorf("%s: the log says %q", tt.name, line)
		}
		var detail string
		err = w.DB.App.NewRaw("SELECT detail::text FROM audit_entry WHERE tenant_id = ? AND action = 'file.altered' AND object_id = ?", w.Batam.ID, f.ID).Scan(ctx, &detail)
		if err != nil || detail != `{"purpose": "application"}` {
			t.Errorf("%s: recorded %q, %v", tt.name, detail, err)
		}
	}
	if got, err := opensAs(ctx, s, neighbour.ID); err != nil || !bytes.Equal(got, scan) {
		t.Errorf("an untouched file: %v", err)
	}
}

func TestFilesOpenAfterAChangeOfMasterKey(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	f := putFor(ctx, t, s, strings.NewReader(letter(nik)))
	old, fresh := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{8}, 32)
	both, err := privacy.NewKeys(s.db, fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	if moved, err := both.Reseal(ctx); err != nil || !moved {
		t.Fatalf("reseal: %t, %v", moved, err)
	}
	if s.keys, err = privacy.NewKeys(s.db, fresh); err != nil {
		t.Fatal(err)
	}
	if got, err := opensAs(ctx, s, f.ID); err != nil || string(got) != letter(nik) {
		t.Errorf("under the new master: %v", err)
	}
	if s.keys, err = privacy.NewKeys(s.db, old); err != nil {
		t.Fatal(err)
	}
	if _, err := opensAs(ctx, s, f.ID); err == nil {
		t.Error("the old master key still opens it")
	}
}

// TestACityWithoutItsKeyHasNoFiles: destroying the key is how a city's files are erased, wherever copies of them lie.
func TestACityWithoutItsKeyHasNoFiles(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	f := putFor(ctx, t, s, strings.NewReader(letter(nik)))
	kept := putFor(w.Ctx(w.Other), t, s, strings.NewReader(letter(nik)))
	if _, err := w.DB.App.NewRaw("UPDATE city_key SET stream = NULL WHERE tenant_id = ?", w.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.keys, err = privacy.NewKeys(s.db, bytes.Repeat([]byte{7}, 32)); err != nil {
		t.Fatal(err)
	}
	if _, err := opensAs(ctx, s, f.ID); !fault.Is(err, "file.altered") {
		t.Errorf("without its key: %v", err)
	}
	if _, err := opensAs(w.Ctx(w.Other), s, kept.ID); err != nil {
		t.Errorf("another city: %v", err)
	}
}

// lyingOpen puts a file as one from before files were sealed.
func lyingOpen(ctx context.Context, t *testing.T, s *Store, body []byte) File {
	t.Helper()
	f, err := s.Receive(ctx, PutInput{Purpose: "application", Name: "kk.pdf", Rule: anyDocument, Body: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(f), body, 0o600); err != nil {
		t.Fatal(err)
	}
	f.Sealed = false
	if err := s.Keep(ctx, s.db, f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEarlierFilesAreSealedInTheBackground(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	start := time.Now().UTC()
	s.now = func() time.Time { return start }
	scan := []byte(letter(strings.Repeat(nik+"\n%", 10_000)))
	var earlier []File
	for range 5 {
		earlier = append(earlier, lyingOpen(ctx, t, s, scan))
	}
	foreign := lyingOpen(w.Ctx(w.Other), t, s, scan)
	lies := func() (n int64) {
		t.Helper()
		n, err := s.Unsealed(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	reads := func() {
		t.Helper()
		for i, f := range earlier {
			if got, err := opensAs(ctx, s, f.ID); err != nil || !bytes.Equal(got, scan) {
				t.Errorf("file %d: %d bytes, %v", i, len(got), err)
			}
		}
	}
	if lies() != 5 {
		t.Errorf("%d files lie open", lies())
	}
	reads()
	planned := func(after time.Duration) (n int) {
		t.Helper()
		if err := tenancy.InTx(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { return s.planSeals(ctx, tx, start.Add(after)) }); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'files.seal_earlier.v1'", w.Batam.ID).Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := planned(backedUp - time.Minute); n != 0 {
		t.Errorf("%d runs planned before the key is in a backup", n)
	}
	if n := planned(backedUp + time.Minute); n != 1 {
		t.Errorf("%d runs planned", n)
	}
	// A run dies with half a copy, and one between the rename and the row. Whoever has one open reads on.
	first, _, err := s.claim(ctx)
	if err != nil {
		t.Fatal(err)
	}
	half, err := s.begin(ctx, first)
	if err == nil {
		_, err = half.Write(scan[:100_000])
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = half.file.Close()
	second, _, err := s.claim(ctx)
	if err != nil || second.ID == first.ID {
		t.Fatalf("claimed %s twice, %v", second.ID, err)
	}
	_, reader, err := s.Open(ctx, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := s.replace(ctx, second, bytes.NewReader(scan)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, scan) {
		t.Errorf("who was reading: %d bytes, %v", len(got), err)
	}
	reads()
	if err := s.sealEarlier(ctx, uuid.Nil, struct{}{}); err != nil || lies() != 2 {
		t.Errorf("the next run leaves %d, %v", lies(), err)
	}
	reads()
	start = start.Add(claimed)
	for range 2 {
		if err := s.sealEarlier(ctx, uuid.Nil, struct{}{}); err != nil || lies() != 0 {
			t.Errorf("an hour later %d lie open, %v", lies(), err)
		}
	}
	reads()
	if n := planned(backedUp + time.Minute); n != 1 {
		t.Errorf("%d runs, though nothing is left", n)
	}
	for _, f := range earlier {
		if b, err := os.ReadFile(s.path(f)); err != nil || bytes.Contains(b, []byte(nik)) || shows(b, scan[:4000]) {
			t.Errorf("%s lies in the clear, %v", f.ID, err)
		}
	}
	if b, err := os.ReadFile(s.path(foreign)); err != nil || !bytes.Equal(b, scan) {
		t.Errorf("another city's file was touched: %v", err)
	}
	s.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if n, err := s.Sweep(ctx); err != nil || n != 1 {
		t.Errorf("swept %d, %v; want the half copy", n, err)
	}
	reads()
}

// TestAnEarlierFileThatIsNotWhatWasStored is not sealed as if it were: it stays open, is told, and holds up no other.
func TestAnEarlierFileThatIsNotWhatWasStored(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	body := []byte(letter(nik))
	bad, missing, good := lyingOpen(ctx, t, s, body), lyingOpen(ctx, t, s, body), lyingOpen(ctx, t, s, body)
	if err := os.WriteFile(s.path(bad), bytes.Replace(body, []byte(nik), []byte("3171046703900003"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.path(missing)); err != nil {
		t.Fatal(err)
	}
	if err := s.sealEarlier(ctx, uuid.Nil, struct{}{}); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Find(ctx, s.db, good.ID); err != nil || !f.Sealed {
		t.Errorf("the good one: %+v, %v", f, err)
	}
	for _, f := range []File{bad, missing} {
		if got, err := s.Find(ctx, s.db, f.ID); err != nil || got.Sealed {
			t.Errorf("%+v, %v", got, err)
		}
	}
	var n int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'file.altered' AND object_id = ?", w.Batam.ID, bad.ID).Scan(ctx, &n); err != nil || n != 1 {
		t.Errorf("recorded %d times, %v", n, err)
	}
	if _, _, err := s.Open(ctx, missing.ID); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the missing one: %v", err)
	}
}

func benchStore(b *testing.B) (context.Context, *Store) {
	b.Helper()
	w := pgtest.Open(b)
	keys, err := privacy.NewKeys(w.DB.App, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Deps{DB: w.DB.App, Keys: keys, Dir: b.TempDir(), MaxBytes: 64 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	return w.Ctx(w.Batam), s
}

// BenchmarkDownload and BenchmarkUpload give what sealing costs: the same bytes through the store, and as a file alone.
func BenchmarkDownload(b *testing.B) {
	ctx, s := benchStore(b)
	for _, size := range []int{200 << 10, 10 << 20} {
		sealed, err := s.Put(ctx, s.db, PutInput{Purpose: "test", Name: "a.pdf", Rule: Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf(size))})
		if err != nil {
			b.Fatal(err)
		}
		plain, err := s.Receive(ctx, PutInput{Purpose: "test", Name: "a.pdf", Rule: Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf(size))})
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(s.path(plain), pdf(size), 0o600); err != nil {
			b.Fatal(err)
		}
		plain.Sealed = false
		if err := s.Keep(ctx, s.db, plain); err != nil {
			b.Fatal(err)
		}
		for name, f := range map[string]File{"sealed": sealed, "plain": plain} {
			b.Run(fmt.Sprintf("%dKB/%s", size>>10, name), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					_, r, err := s.Open(ctx, f.ID)
					if err != nil {
						b.Fatal(err)
					}
					if n, err := io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}); err != nil || n != int64(size) {
						b.Fatal(n, err)
					}
					r.Close()
				}
			})
			b.Run(fmt.Sprintf("%dKB/%s/http", size>>10, name), func(b *testing.B) {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, body, err := s.Open(ctx, f.ID)
					if err != nil {
						b.Error(err)
						return
					}
					defer body.Close()
					http.ServeContent(w, r, "a.pdf", f.CreatedAt, body)
				}))
				defer server.Close()
				b.SetBytes(int64(size))
				for b.Loop() {
					res, err := server.Client().Get(server.URL) //nolint:noctx // of this machine
					if err != nil {
						b.Fatal(err)
					}
					if n, err := io.Copy(io.Discard, res.Body); err != nil || n != int64(size) {
						b.Fatal(n, err)
					}
					res.Body.Close()
				}
			})
		}
	}
}

func BenchmarkUpload(b *testing.B) {
	ctx, s := benchStore(b)
	for _, size := range []int{200 << 10, 10 << 20} {
		body := pdf(size)
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := s.Receive(ctx, PutInput{Purpose: "test", Name: "a.pdf", Rule: Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(body)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
