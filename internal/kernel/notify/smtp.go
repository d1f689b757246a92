package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"

	"bedelau/internal/kernel/tenancy"
)

// SMTPConfig is the mail server through which every city sends. With an empty Host, or while the server cannot be
// reached or lets nobody in, messages stay queued for up to 14 days.
type SMTPConfig struct {
	Host     string
	Port     int
	User     string // empty: no sign-in
	Password string
	From     string // the sender's address; the name beside it is the city's
	TLS      string // "starttls", "tls" or "none"
}

// cityHeader names the city of a mail, for the mailbox of a demonstration and for whoever traces a mail.
const cityHeader = "X-Bedelau-City"

const dialTimeout = 15 * time.Second

var errNoServer = errors.New("notify: SMTP_HOST is not set")

// refusal is the mail server's no to one mail; code is its SMTP code, zero when it broke off after the last word of the
// mail. It keeps none of the server's words, which would name the address.
type refusal struct{ code int }

// final reports whether the server will never take the mail.
func (e refusal) final() bool { return e.code >= 500 }

func (e refusal) Error() string { return fmt.Sprintf("notify: refused with %d", e.code) }

// mailer hands letters to the mail server.
type mailer struct {
	config  SMTPConfig
	from    *mail.Address
	layouts layouts
}

func newMailer(c SMTPConfig) (mailer, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return mailer{}, fmt.Errorf("notify: SMTP_FROM is not an address: %w", err)
	}
	if c.TLS != "starttls" && c.TLS != "tls" && c.TLS != "none" {
		return mailer{}, fmt.Errorf("notify: SMTP_TLS is %q, want starttls, tls or none", c.TLS)
	}
	ly, err := parseLayouts()
	if err != nil {
		return mailer{}, fmt.Errorf("notify: %w", err)
	}
	return mailer{config: c, from: from, layouts: ly}, nil
}

// domain is the part of the sender's address that names the house: of message ids, and in the greeting to the server.
func (m mailer) domain() string {
	_, domain, _ := strings.Cut(m.from.Address, "@")
	return domain
}

// compose writes the mail. The message id follows from the row's id, so that a mail which had to be sent twice is one
// to mail readers. It refuses a recipient that is not one plain address.
func (m mailer) compose(id uuid.UUID, to Contact, f frame, city tenancy.City, at time.Time, data map[string]string) (*gomail.Msg, error) {
	addr, err := mail.ParseAddress(to.Email)
	if err != nil || addr.Address != to.Email || strings.ContainsFunc(to.Email, unicode.IsControl) {
		return nil, errors.New("notify: not an address")
	}
	addr.Name = to.Name
	if strings.ContainsFunc(addr.Name, unicode.IsControl) {
		addr.Name = ""
	}
	text, page, err := m.layouts.render(f)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: oneLine(city.Name), Address: m.from.Address})
	msg.ToMailAddress(addr)
	if reply, err := mail.ParseAddress(city.Contact.Email); err == nil {
		msg.ReplyToMailAddress(reply)
	}
	msg.Subject(f.Subject)
	msg.SetMessageIDWithValue(id.String() + "@" + m.domain())
	msg.SetDateWithValue(at)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.Header(cityHeader), city.Slug)
	msg.SetBodyString(gomail.TypeTextPlain, text)
	msg.AddAlternativeString(gomail.TypeTextHTML, page)
	if a, ok := appointment(data, f.Subject); ok {
		err := msg.AttachReader("janji.ics", strings.NewReader(a.File(m.domain(), at)), gomail.WithFileContentType("text/calendar; charset=utf-8; method=PUBLISH"))
		if err != nil {
			return nil, fmt.Errorf("notify: attach: %w", err)
		}
	}
	return msg, nil
}

// send hands msg over: nil when the server has taken it, a refusal when it refuses this mail, any other error when no
// server could be asked, which says nothing about the mail.
func (m mailer) send(ctx context.Context, msg *gomail.Msg) error {
	c := m.config
	if c.Host == "" {
		return errNoServer
	}
	opts := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(dialTimeout), gomail.WithHELO(m.domain())}
	switch c.TLS {
	case "tls":
		opts = append(opts, gomail.WithSSL())
	case "starttls":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, opts...)
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	// What goes wrong at the goodbye comes after the server has taken the mail.
	defer func() { _ = client.CloseWithSMTPClient(conn) }()
	err = client.SendWithSMTPClient(conn, msg)
	var no *gomail.SendError
	switch {
	case msg.IsDelivered():
		return nil
	case errors.As(err, &no) && aboutMail(no):
		return refusal{code: no.ErrorCode()}
	}
	return err
}

// aboutMail tells a no to this mail from trouble that every mail would have: a connection that broke, a server that is
// closing, one that does not let this sender in. Whether a mail was taken is unknown when the connection breaks after
// its last word; that counts too, because each repetition may be a second mail.
func aboutMail(no *gomail.SendError) bool {
	switch no.ErrorCode() {
	case 0:
		return no.Reason == gomail.ErrSMTPDataClose
	case 421, 454, 530, 534, 535, 538: // closing; sign in first, or otherwise
		return false
	}
	return no.Reason == gomail.ErrSMTPRcptTo || no.Reason == gomail.ErrSMTPData || no.Reason == gomail.ErrSMTPDataClose
}

// smtpTrouble says in our own words what kind of trouble err is.
func smtpTrouble(err error) string {
	var no *gomail.SendError
	var network net.Error
	switch {
	case errors.Is(err, errNoServer):
		return errNoServer.Error()
	case errors.As(err, &no) && no.ErrorCode() > 0:
		return fmt.Sprintf("mail server answered %d", no.ErrorCode())
	case errors.As(err, &network) && network.Timeout():
		return "mail server timed out"
	case errors.As(err, &network):
		return "mail server not reached"
	default:
		return "mail server refused the conversation: check SMTP_TLS, SMTP_USER and SMTP_PASSWORD"
	}
}
