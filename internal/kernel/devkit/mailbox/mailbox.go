// Package mailbox receives the mail of a demonstration, so that everything the city would send can be read on a page
// and nothing leaves the machine.
//
// It is an SMTP server on a port of 127.0.0.1 that keeps the newest mails as .eml files. The header X-Bedelau-City
// says whose mail each is; a city's page shows that city's alone.
package mailbox

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"bedelau/internal/kernel/fault"
)

const (
	kept     = 500     // mails; the oldest go first
	maxBytes = 1 << 20 // of one mail
	maxTo    = 20      // recipients of one mail
	patience = 30 * time.Second
)

// cityHeader is set by package notify on every mail.
const cityHeader = "X-Bedelau-City"

// Summary is one line of the list.
type Summary struct {
	ID      string
	At      time.Time
	City    string // slug
	From    string
	To      string
	Subject string
}

// Box is an open mailbox and the server that fills it.
type Box struct {
	dir    string
	log    *slog.Logger
	listen net.Listener
	server *smtp.Server
	ended  chan struct{}

	mu    sync.Mutex
	mails []Summary // oldest first
}

// Open reads the mails in dir, making it if needed, and starts to receive on a free port of 127.0.0.1.
func Open(dir string, log *slog.Logger) (*Box, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	b := &Box{dir: dir, log: log, ended: make(chan struct{})}
	if err := b.load(); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	var err error
	if b.listen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	b.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }))
	b.server.Domain = "localhost"
	b.server.MaxMessageBytes = maxBytes
	b.server.MaxRecipients = maxTo
	b.server.ReadTimeout, b.server.WriteTimeout = patience, patience
	b.server.ErrorLog = serverLog{log}
	go func() {
		defer close(b.ended)
		_ = b.server.Serve(b.listen) // ends with Close
	}()
	return b, nil
}

// Addr is where the server listens.
func (b *Box) Addr() (host string, port int) {
	a := b.listen.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port
}

// Close stops to receive; the mails stay. It may be called again.
func (b *Box) Close() {
	_ = b.listen.Close() // the server may not have taken it over yet, and would then never let go of it
	_ = b.server.Close()
	<-b.ended
}

// List returns the mails of one city, newest first; all mails for an empty slug, which only the platform's page asks.
func (b *Box) List(city string) []Summary {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Summary
	for _, m := range slices.Backward(b.mails) {
		if city == "" || m.City == city {
			out = append(out, m)
		}
	}
	return out
}

// find returns a mail of city, or NotFound "mailbox.unknown", also for another city's.
func (b *Box) find(city, id string) (Summary, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mails {
		if m.ID == id && (city == "" || m.City == city) {
			return m, nil
		}
	}
	return Summary{}, fault.New(fault.NotFound, "mailbox.unknown")
}

func (b *Box) load() error {
	names, err := filepath.Glob(filepath.Join(b.dir, "*.eml")) // in order: names are UUIDv7
	if err != nil {
		return err
	}
	for _, name := range names {
		id, err := uuid.Parse(strings.TrimSuffix(filepath.Base(name), ".eml"))
		if err != nil {
			continue // not ours
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		b.mails = append(b.mails, summarize(id, f))
		_ = f.Close()
	}
	return b.trim()
}

// keep stores one mail, whole or not at all, and lets go of the oldest.
func (b *Box) keep(raw []byte) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	name := b.file(id.String())
	if err := os.WriteFile(name+".part", raw, 0o600); err != nil {
		return err
	}
	if err := os.Rename(name+".part", name); err != nil {
		return err
	}
	b.mails = append(b.mails, summarize(id, strings.NewReader(string(raw))))
	return b.trim()
}

func (b *Box) trim() error {
	for len(b.mails) > kept {
		if err := os.Remove(b.file(b.mails[0].ID)); err != nil && !os.IsNotExist(err) {
			return err
		}
		b.mails = b.mails[1:]
	}
	return nil
}

func (b *Box) file(id string) string { return filepath.Join(b.dir, id+".eml") }

// session is one SMTP conversation. Whom the envelope names does not matter: every mail lands here.
type session struct{ box *Box }

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if _, err := mail.ParseAddress(to); err != nil {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 1, 3}, Message: "bad recipient address"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r) // bounded by MaxMessageBytes
	if err != nil {
		return err
	}
	if err := s.box.keep(raw); err != nil {
		s.box.log.Error("mailbox: a mail could not be kept", "err", err)
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "cannot store the mail"}
	}
	return nil
}

type serverLog struct{ log *slog.Logger }

func (l serverLog) Printf(format string, v ...any) {
	l.log.Warn("mailbox: " + fmt.Sprintf(format, v...))
}
func (l serverLog) Println(v ...any) { l.log.Warn("mailbox: " + fmt.Sprint(v...)) }
