package notify_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// people stands where app puts identity: who has which account, in any city.
type people map[uuid.UUID]notify.Contact

func (p people) Contact(_ context.Context, id uuid.UUID) (notify.Contact, error) {
	c, ok := p[id]
	if !ok {
		return c, fault.New(fault.NotFound, "identity.no_account")
	}
	return c, nil
}

// desk is a running service with a mailbox behind it.
type desk struct {
	*pgtest.World
	*notify.Service
	bus    *event.Bus
	keys   *privacy.Keys
	box    *mailbox.Box
	people people

	mu    sync.Mutex
	facts []event.NotificationSent
}

func (d *desk) announced() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.facts)
}

var budi = uuid.MustParse("01a20ba0-0000-7000-8000-000000000001")

// newDesk starts a desk. change may point it at another mail server.
func newDesk(t *testing.T, change func(*notify.Deps)) *desk {
	t.Helper()
	d := &desk{World: pgtest.Open(t), people: people{budi: {Name: "Budi Santoso", Email: "budi@example.id"}}}
	log := slog.New(slog.DiscardHandler)
	r, err := jobs.New(d.DB, jobs.Options{Redis: pgtest.Redis(t), Poll: 20 * time.Millisecond,
		Retry: func(int) time.Duration { return 20 * time.Millisecond }}, tenancy.NewDirectory(d.DB.App, "localhost"), log)
	if err != nil {
		t.Fatal(err)
	}
	d.bus = event.New(r)
	event.OnTx(d.bus, func(_ context.Context, _ bun.IDB, f event.NotificationSent) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.facts = append(d.facts, f)
		return nil
	})
	if d.keys, err = privacy.NewKeys(d.DB.App, make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	if d.box, err = mailbox.Open(t.TempDir(), log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.box.Close)
	host, port := d.box.Addr()
	deps := notify.Deps{DB: d.DB.App, Bus: d.bus, Keys: d.keys, Contacts: d.people, Log: log,
		SMTP:    notify.SMTPConfig{Host: host, Port: port, From: "tidak-membalas@layanan.example.id", TLS: "none"},
		BaseURL: func(c tenancy.City) string { return "http://" + c.Slug + ".localhost:8080" },
		Links:   links()}
	if change != nil {
		change(&deps)
	}
	if d.Service, err = notify.New(deps); err != nil {
		t.Fatal(err)
	}
	if err := d.Register(d.bus, r); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		r.Stop(ctx)
	})
	return d
}

func links() map[string]string {
	return map[string]string{"account_confirm": "/daftar/konfirmasi/{token}", "account_exists": "/masuk",
		"password_reset": "/lupa-sandi/{token}", "staff_invite": "/undangan/{token}", "invite_held": "/masuk"}
}

func (d *desk) send(t *testing.T, city tenancy.City, m notify.Message) {
	t.Helper()
	err := tenancy.InTx(d.Ctx(city), d.DB.App, func(ctx context.Context, tx bun.Tx) error { return d.Send(ctx, tx, m) })
	if err != nil {
		t.Fatal(err)
	}
}

// status is a message's, of which there is one.
type status struct {
	Status, Reason, Data string
	Attempts             int
}

func (d *desk) status(t *testing.T, city tenancy.City) status {
	t.Helper()
	var s status
	if err := d.DB.App.NewRaw("SELECT status, reason, data, attempts FROM message").Scan(d.Ctx(city), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *desk) mail(t *testing.T, city tenancy.City) mailbox.Mail {
	t.Helper()
	eventually(t, "a mail", func() bool { return len(d.box.List(city.Slug)) > 0 })
	m, err := d.box.Read(city.Slug, d.box.List(city.Slug)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("never: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// server is a mail server with a will of its own: greet decides on each conversation, sender on each mail's sender,
// answer on its recipient, each by how often it was asked.
type server struct {
	greet, sender, answer func(n int) error

	mu    sync.Mutex
	asked [3]int
	raw   [][]byte
}

func (s *server) ask(i int, decide func(n int) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[i]++
	if decide == nil {
		return nil
	}
	return decide(s.asked[i])
}

func (s *server) start(t *testing.T) (host string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return talk{s}, s.ask(0, s.greet) }))
	srv.Domain = "localhost"
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = l.Close(); _ = srv.Close() })
	a := l.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port
}

type talk struct{ s *server }

func (talk) Reset()                                 {}
func (talk) Logout() error                          { return nil }
func (k talk) Mail(string, *smtp.MailOptions) error { return k.s.ask(1, k.s.sender) }
func (k talk) Rcpt(string, *smtp.RcptOptions) error { return k.s.ask(2, k.s.answer) }

func (k talk) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	k.s.raw = append(k.s.raw, raw)
	return err
}

func (s *server) mails() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw
}
