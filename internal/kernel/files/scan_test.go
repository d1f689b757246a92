package files

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// eicar is the harmless text that every scanner takes for malware (eicar.org), in two parts so that this file is not.
const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS` + `-TEST-FILE!$H+H*`

// daemon speaks the protocol of clamd on a real port.
type daemon struct {
	net.Listener
	mode atomic.Value // "", "silent": takes the file and never answers, "full": refuses it as too large
}

func startDaemon(t *testing.T) *daemon {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{Listener: l}
	d.mode.Store("")
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.talk(t, conn)
		}
	}()
	return d
}

func (d *daemon) talk(t *testing.T, conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	command, err := r.ReadString(0)
	if err != nil {
		return
	}
	switch command {
	case "zPING\x00":
		_, _ = conn.Write([]byte("PONG\x00"))
		return
	case "zINSTREAM\x00":
	default:
		t.Errorf("command %q", command)
		return
	}
	if d.mode.Load() == "full" {
		_, _ = conn.Write([]byte("INSTREAM size limit exceeded. ERROR\x00"))
		return
	}
	var body bytes.Buffer
	for {
		var n uint32
		if binary.Read(r, binary.BigEndian, &n) != nil {
			return
		}
		if n == 0 {
			break
		}
		if _, err := io.CopyN(&body, r, int64(n)); err != nil {
			return
		}
	}
	switch {
	case d.mode.Load() == "silent":
		_, _ = r.ReadByte() // until the other side gives up
	case bytes.Contains(body.Bytes(), []byte(eicar)):
		_, _ = conn.Write([]byte("stream: Eicar-Test-Signature FOUND\x00"))
	default:
		_, _ = conn.Write([]byte("stream: OK\x00"))
	}
}

func (d *daemon) client(t *testing.T, timeout time.Duration) *Clamd {
	t.Helper()
	c, err := NewClamd("tcp://"+d.Addr().String(), timeout)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClamdAnswers(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	c := d.client(t, 5*time.Second)
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	for _, tt := range []struct{ name, body, found string }{
		{"clean", "%PDF-1.7 surat", ""}, {"nothing", "", ""},
		{"large and clean", strings.Repeat("a", 300_000), ""},
		{"across two pieces", strings.Repeat("a", 64<<10-20) + eicar, "Eicar-Test-Signature"},
	} {
		if found, err := c.Scan(t.Context(), strings.NewReader(tt.body)); err != nil || found != tt.found {
			t.Errorf("%s: %q, %v", tt.name, found, err)
		}
	}
	d.mode.Store("full")
	if _, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil || !strings.Contains(err.Error(), "size limit") {
		t.Errorf("too large for the daemon: %v", err)
	}
	d.mode.Store("silent")
	quick := d.client(t, 200*time.Millisecond)
	if _, err := quick.Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("silence is taken for clean")
	}
	for _, bad := range []string{"", "clamav", "tcp://host", "http://host:3310", "unix://run/clamd", "tcp://host:1/x"} {
		if _, err := NewClamd(bad, time.Second); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestMalwareIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	s.ScanWith(startDaemon(t).client(t, 5*time.Second))
	ctx := w.Ctx(w.Batam)
	put := func(owner uuid.UUID, body string) (File, error) {
		return s.Put(ctx, w.DB.App, PutInput{Owner: owner, Purpose: "test", Name: "kk.pdf", Rule: anyDocument, Body: strings.NewReader(body)})
	}
	_, err := put(uuid.New(), letter(eicar))
	if !fault.Is(err, "file.infected") || fault.From(Refuse(err, "file_kk")).Fields[0].Code != "file_infected" {
		t.Fatalf("got %v", err)
	}
	if left := onDisk(t, s); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	f, err := put(uuid.New(), letter("surat"))
	if err != nil || f.Unscanned() {
		t.Fatalf("a clean file: %+v, %v", f, err)
	}
	if _, r, err := s.Open(ctx, f.ID); err != nil {
		t.Errorf("opened: %v", err)
	} else {
		r.Close()
	}
	if f, err := put(uuid.Nil, "%PDF-1.7\nby the system"); err != nil || f.Scan != "" {
		t.Errorf("the city's own: %+v, %v", f, err)
	}
}

// TestAScannerThatIsAwayHoldsTheFile: it is taken in, nobody can open it, and a later attempt releases or condemns it.
// TestFilesFromBeforeTheScanner are scanned once there is one: open until then, and an infected one not afterwards.
func TestFilesFromBeforeTheScanner(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	put := func(owner uuid.UUID, body string) File {
		t.Helper()
		f, err := s.Put(ctx, w.DB.App, PutInput{Owner: owner, Purpose: "application", Name: "kk.pdf", Rule: anyDocument, Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	good, bad := put(uuid.New(), letter("surat")), put(uuid.New(), letter(eicar))
	put(uuid.Nil, "%PDF-1.7\ndibuat sistem")
	run := func(fn func(context.Context, bun.Tx, time.Time) error) {
		t.Helper()
		if err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return fn(ctx, tx, s.now()) }); err != nil {
			t.Fatal(err)
		}
	}
	states := func() (n int) {
		t.Helper()
		if err := w.DB.App.NewRaw("SELECT count(*) FROM file_scan WHERE tenant_id = ?", w.Batam.ID).Scan(ctx, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	run(s.enrolEarlier)
	s.ScanWith(startDaemon(t).client(t, 5*time.Second))
	run(s.enrolEarlier)
	if states() != 0 {
		t.Error("without a scanner, or as soon as it came in, a file is enrolled")
	}
	start := time.Now().UTC().Add(settled + time.Minute)
	s.now = func() time.Time { return start }
	for range 2 {
		run(s.enrolEarlier)
	}
	if n := states(); n != 2 {
		t.Fatalf("%d files enrolled", n)
	}
	opened := func(f File) error {
		_, r, err := s.Open(ctx, f.ID)
		if err == nil {
			r.Close()
		}
		return err
	}
	if err := opened(bad); err != nil {
		t.Errorf("withheld before anything was found: %v", err)
	}
	run(s.planScans)
	var jobs int
	if err := w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'files.scan.v1'", w.Batam.ID).Scan(t.Context(), &jobs); err != nil || jobs != 2 {
		t.Errorf("%d scans planned, %v", jobs, err)
	}
	for range 2 {
		for _, f := range []File{good, bad} {
			if err := s.rescan(ctx, uuid.Nil, scanArgs{f.ID}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := opened(good); err != nil {
		t.Error(err)
	}
	if err := opened(bad); !fault.Is(err, "file.infected") {
		t.Errorf("the infected one: %v", err)
	}
	var recorded int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'file.infected' AND object_id = ?", w.Batam.ID, bad.ID).Scan(ctx, &recorded); err != nil || recorded != 1 {
		t.Errorf("recorded %d times, %v", recorded, err)
	}
	if err := tenancy.InTx(w.Ctx(w.Other), w.DB.App, func(ctx context.Context, tx bun.Tx) error { return s.enrolEarlier(ctx, tx, start) }); err != nil || states() != 2 {
		t.Errorf("another city: %v", err)
	}
}

func TestAScannerThatIsAwayHoldsTheFile(t *testing.T) {
	t.Parallel()
	w, s := open(t)
	ctx := w.Ctx(w.Batam)
	away, err := NewClamd("tcp://127.0.0.1:1", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	s.ScanWith(away)
	put := func(body string) File {
		t.Helper()
		f, err := s.Put(ctx, w.DB.App, PutInput{Owner: uuid.New(), Purpose: "application", Name: "kk.pdf", Rule: anyDocument, Body: strings.NewReader(body)})
		if err != nil || !f.Unscanned() {
			t.Fatalf("taken in as %+v, %v", f, err)
		}
		return f
	}
	good, bad := put(letter("surat")), put(letter(eicar))
	opened := func(f File) error {
		_, r, err := s.Open(ctx, f.ID)
		if err == nil {
			r.Close()
		}
		return err
	}
	if err := opened(good); !fault.Is(err, "file.unscanned") || fault.From(err).RetryAfter == 0 {
		t.Errorf("held: %v", err)
	}
	if err := s.rescan(ctx, uuid.Nil, scanArgs{good.ID}); err == nil {
		t.Error("a scan that did not happen succeeded")
	}
	planned := func(at time.Time) int {
		t.Helper()
		s.now = func() time.Time { return at }
		before, after := 0, 0
		count := func(into *int) {
			if err := w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'files.scan.v1'", w.Batam.ID).Scan(t.Context(), into); err != nil {
				t.Fatal(err)
			}
		}
		count(&before)
		err := tenancy.InTx(ctx, w.DB.App, func(ctx context.Context, tx bun.Tx) error { return s.planScans(ctx, tx, at) })
		if err != nil {
			t.Fatal(err)
		}
		count(&after)
		return after - before
	}
	start := time.Now().UTC().Add(time.Second)
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {30 * time.Second, 0}, {62 * time.Second, 2}, {2 * time.Minute, 0}, {4 * time.Minute, 2}} {
		if n := planned(start.Add(tt.after)); n != tt.want {
			t.Errorf("after %s: %d attempts, want %d", tt.after, n, tt.want)
		}
	}
	s.ScanWith(startDaemon(t).client(t, 5*time.Second))
	for range 2 { // delivered twice
		for _, f := range []File{good, bad} {
			if err := s.rescan(ctx, uuid.Nil, scanArgs{f.ID}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := opened(good); err != nil {
		t.Errorf("released: %v", err)
	}
	if err := opened(bad); !fault.Is(err, "file.infected") {
		t.Errorf("condemned: %v", err)
	}
	var recorded int
	if err := w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action = 'file.infected'", w.Batam.ID).Scan(ctx, &recorded); err != nil || recorded != 1 {
		t.Errorf("recorded %d times, %v", recorded, err)
	}
	if err := s.Delete(ctx, w.DB.App, bad.ID); err != nil {
		t.Errorf("a condemned file cannot be deleted: %v", err)
	}
	if err := s.rescan(w.Ctx(w.Other), uuid.Nil, scanArgs{good.ID}); err != nil {
		t.Errorf("another city: %v", err)
	}
}
