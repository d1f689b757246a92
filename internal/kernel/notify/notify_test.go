package notify_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/jobs"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/tenancy"
)

func submitted(key string) notify.Message {
	return notify.Message{To: budi, Template: "application_submitted", Key: key, Data: map[string]string{
		"number": "BTM-26-7K3QX-4", "service": "KTP-el hilang", "agency": "Disdukcapil", "due": "26 November 2026",
		"path": "/permohonan/" + uuid.NewString()}}
}

func TestMessageArrivesOnceAndIsAnnounced(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for range 3 { // a job that runs again asks again
		d.send(t, d.Batam, submitted("submitted:1"))
	}
	m := d.mail(t, d.Batam)
	if m.Subject != "Permohonan BTM-26-7K3QX-4 diterima" || m.To != "Budi Santoso <budi@example.id>" ||
		m.From != "Kota Batam <tidak-membalas@layanan.example.id>" {
		t.Errorf("%+v", m.Summary)
	}
	for _, want := range []string{"Halo Budi Santoso,", "Disdukcapil", "26 November 2026", "http://batam.localhost:8080/permohonan/"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, m.Text)
		}
	}
	eventually(t, "sent", func() bool { return d.status(t, d.Batam).Status == "sent" })
	if s := d.status(t, d.Batam); s.Data != "{}" {
		t.Errorf("of a mail that has left, %s is kept", s.Data)
	}
	d.send(t, d.Batam, submitted("submitted:1"))
	if n := d.announced(); n != 1 || d.facts[0].Channel != "email" || d.facts[0].Template != "application_submitted" {
		t.Errorf("%d facts: %+v", n, d.facts)
	}
	if n := len(d.box.List("")); n != 1 {
		t.Errorf("%d mails", n)
	}
}

// TestALetterOfAClosedCityIsSentToo: its people read of the last invoice, and no button leads to pages that are closed.
func TestALetterOfAClosedCityIsSentToo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	if _, err := d.DB.Platform.NewRaw("UPDATE tenant SET status = 'closed' WHERE id = ?", d.Batam.ID).Exec(d.Ctx(d.Platform)); err != nil {
		t.Fatal(err)
	}
	d.send(t, d.Batam, submitted("submitted:1"))
	if m := d.mail(t, d.Batam); !strings.Contains(m.Text, "BTM-26-7K3QX-4") || strings.Contains(m.Text, "/permohonan/") {
		t.Errorf("the mail says:\n%s", m.Text)
	}
	eventually(t, "sent", func() bool { return d.status(t, d.Batam).Status == "sent" })
}

// TestMessagesAreForgottenByTheClock: ninety days after they were written, and not a day before.
func TestMessagesAreForgottenByTheClock(t *testing.T) {
	t.Parallel()
	var late atomic.Int64 // days
	d := newDesk(t, func(o *notify.Deps) {
		o.Now = func() time.Time { return time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC).AddDate(0, 0, int(late.Load())) }
	})
	d.send(t, d.Batam, submitted("submitted:1"))
	eventually(t, "sent", func() bool { return d.status(t, d.Batam).Status == "sent" })
	for _, tt := range []struct{ days, left int }{{89, 1}, {91, 0}} {
		late.Store(int64(tt.days))
		left := 0
		err := tenancy.InTx(d.Ctx(d.Batam), d.DB.App, func(ctx context.Context, tx bun.Tx) error {
			if err := d.Forget(ctx, tx); err != nil {
				return err
			}
			return tx.NewRaw("SELECT count(*) FROM message").Scan(ctx, &left)
		})
		if err != nil || left != tt.left {
			t.Errorf("after %d days %d are left, %v", tt.days, left, err)
		}
	}
}

func TestEveryTemplateIsWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for i, name := range []string{"application_submitted", "correction_requested", "application_approved", "application_rejected",
		"application_escalated", "case_assigned", "case_corrected", "case_late", "case_stepped", "generic"} {
		for _, l := range i18n.All() {
			m := submitted(fmt.Sprint(name, l))
			m.Template, m.Locale = name, l
			m.Data["reason"], m.Data["title"], m.Data["body"] = "Foto KTP buram.", "Kabar", "Isi kabar."
			d.send(t, d.Batam, m)
			want := 2*i + 1
			if l == i18n.EN {
				want++
			}
			eventually(t, "a mail for "+m.Key, func() bool { return len(d.box.List("batam")) == want })
			got := d.mail(t, d.Batam)
			if got.Subject == "" || len(got.Links) != 1 || strings.Contains(got.Text, "<no value>") || strings.Contains(got.Text, "notify.") {
				t.Errorf("%s: %q\n%s", m.Key, got.Subject, got.Text)
			}
		}
	}
}

func TestAnAdministratorIsNotCalledTheHead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	m := submitted("standin")
	m.Template, m.Locale, m.Data["standin"] = "application_escalated", i18n.ID, "yes"
	d.send(t, d.Batam, m)
	eventually(t, "the mail", func() bool { return len(d.box.List("batam")) == 1 })
	if got := d.mail(t, d.Batam).Text; strings.Contains(got, "sebagai pimpinan") || !strings.Contains(got, "administrator kota") {
		t.Errorf("the administrator reads:\n%s", got)
	}
}

func TestSendRefuses(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, tt := range []struct {
		name   string
		change func(*notify.Message)
	}{
		{"an unknown template", func(m *notify.Message) { m.Template = "../layout" }},
		{"identity's own mail", func(m *notify.Message) { m.Template = "password_reset" }},
		{"no account", func(m *notify.Message) { m.To = uuid.Nil }},
		{"a missing value", func(m *notify.Message) { delete(m.Data, "service") }},
		{"a header in the number", func(m *notify.Message) { m.Data["number"] = "1\r\nBcc: everyone@example.id" }},
		{"a header in the service", func(m *notify.Message) { m.Data["service"] = "x\nBcc: everyone@example.id" }},
		{"another site", func(m *notify.Message) { m.Data["path"] = "//evil.example/x" }},
		{"a scheme", func(m *notify.Message) { m.Data["path"] = "javascript:alert(1)" }},
		{"a book", func(m *notify.Message) { m.Data["agency"] = strings.Repeat("x", 6000) }},
	} {
		m := submitted("")
		tt.change(&m)
		if err := d.Send(d.Ctx(d.Batam), d.DB.App, m); err == nil {
			t.Errorf("%s was accepted", tt.name)
		}
	}
	if err := d.Send(t.Context(), d.DB.App, submitted("")); err == nil {
		t.Error("no city, and accepted")
	}
	if n := len(d.box.List("")); n != 0 {
		t.Errorf("%d mails", n)
	}
}

// A hostile name or reason reaches the mail as the text it is: no header, no markup, no second recipient.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	srv := &server{}
	host, port := srv.start(t)
	d := newDesk(t, func(deps *notify.Deps) { deps.SMTP.Host, deps.SMTP.Port = host, port })
	d.people[budi] = notify.Contact{Name: "Budi\r\nBcc: x@example.id", Email: "budi@example.id", Locale: i18n.EN}
	m := submitted("")
	m.Template = "application_rejected"
	m.Data["service"] = `<img src=x onerror=alert(1)> {{.number}} "quoted"`
	m.Data["reason"] = "<script>alert(1)</script>\n**bold** [x](javascript:alert(1))\x00\x07\n\nhttp://evil.example"
	d.send(t, d.Batam, m)
	eventually(t, "a mail", func() bool { return len(srv.mails()) == 1 })
	raw := srv.mails()[0]
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := msg.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "budi@example.id" || msg.Header.Get("Bcc") != "" {
		t.Errorf("To %v, %v; Bcc %q", to, err, msg.Header.Get("Bcc"))
	}
	if id := msg.Header.Get("Message-Id"); !strings.HasSuffix(id, "@layanan.example.id>") || msg.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("header %v", msg.Header)
	}
	page := decodePart(t, raw, "text/html")
	for _, bad := range []string{"<script", "<img", "\x00", "ZgotmplZ", "href=\"javascript"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"&lt;script&gt;", "{{.number}}", "background-color:#0b5cad", `<html lang="en">`, "Hello Budi Bcc: x@example.id,"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// decodePart returns the text of one part of a raw mail.
func decodePart(t *testing.T, raw []byte, kind string) string {
	t.Helper()
	i := bytes.Index(raw, []byte("Content-Type: "+kind))
	if i < 0 {
		t.Fatalf("no part %s", kind)
	}
	part, _, _ := bytes.Cut(raw[i:], []byte("\r\n--"))
	_, body, _ := bytes.Cut(part, []byte("\r\n\r\n"))
	text, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAccountMailCarriesItsSecretSealed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const token = "s3cr3t-token"
	sealed, err := d.keys.Seal(d.Ctx(d.Batam), []byte(token), event.AccountMailUse)
	if err != nil {
		t.Fatal(err)
	}
	err = tenancy.InTx(d.Ctx(d.Batam), d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		return event.Publish(ctx, tx, d.bus, event.AccountMail{AccountID: budi, Purpose: "account_confirm",
			Sealed: base64.StdEncoding.EncodeToString(sealed)})
	})
	if err != nil {
		t.Fatal(err)
	}
	m := d.mail(t, d.Batam)
	if len(m.Links) != 1 || m.Links[0] != "http://batam.localhost:8080/daftar/konfirmasi/"+token {
		t.Errorf("links %q", m.Links)
	}
	if strings.Contains(m.Text, "Budi") || m.To != "budi@example.id" {
		t.Errorf("an unconfirmed name is in the mail to %s:\n%s", m.To, m.Text)
	}
	eventually(t, "sent", func() bool { return d.status(t, d.Batam).Status == "sent" })
	var traces int
	err = d.DB.App.NewRaw("SELECT (SELECT count(*) FROM outbox WHERE payload::text LIKE ?0) + (SELECT count(*) FROM message WHERE data::text LIKE ?0 OR jsonb_exists(data, 'sealed'))",
		"%"+token+"%").Scan(d.Ctx(d.Batam), &traces)
	if err != nil || traces != 0 {
		t.Errorf("%d traces of the secret, %v", traces, err)
	}
}

func TestWhatCannotBeDeliveredSaysWhy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		people notify.Contact
		answer func(n int) error
		want   status
	}{
		{"no account", notify.Contact{Email: "-"}, nil, status{Status: "failed", Reason: "no_account"}},
		{"no address", notify.Contact{Name: "Budi"}, nil, status{Status: "failed", Reason: "no_address"}},
		{"two addresses", notify.Contact{Email: "a@example.id, b@example.id"}, nil, status{Status: "failed", Reason: "bad_address"}},
		{"a header", notify.Contact{Email: "a@example.id\r\nBcc: b@example.id"}, nil, status{Status: "failed", Reason: "bad_address"}},
		{"refused", notify.Contact{Email: "a@example.id"}, func(int) error {
			return &smtp.SMTPError{Code: 550, Message: "no a@example.id here"}
		}, status{Status: "failed", Reason: "smtp.550"}},
		{"later", notify.Contact{Email: "a@example.id"}, func(n int) error {
			if n < 3 {
				return &smtp.SMTPError{Code: 451, Message: "a@example.id is busy"}
			}
			return nil
		}, status{Status: "sent", Attempts: 2}},
		{"never", notify.Contact{Email: "a@example.id"}, func(int) error {
			return &smtp.SMTPError{Code: 451, Message: "a@example.id is busy"}
		}, status{Status: "failed", Reason: "smtp.451", Attempts: 36}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := &server{answer: tt.answer}
			host, port := srv.start(t)
			d := newDesk(t, func(deps *notify.Deps) { deps.SMTP.Host, deps.SMTP.Port = host, port })
			delete(d.people, budi)
			if tt.people.Email != "-" {
				d.people[budi] = tt.people
			}
			d.send(t, d.Batam, submitted(""))
			eventually(t, tt.want.Status, func() bool { return d.status(t, d.Batam).Status == tt.want.Status })
			got := d.status(t, d.Batam)
			if got.Reason != tt.want.Reason || (tt.want.Attempts > 0 && got.Attempts != tt.want.Attempts) {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
			var leaks int
			err := d.DB.App.NewRaw("SELECT (SELECT count(*) FROM outbox o WHERE o::text LIKE '%example.id%') + (SELECT count(*) FROM message m WHERE m::text LIKE '%example.id%')").
				Scan(d.Ctx(d.Batam), &leaks)
			if err != nil || leaks != 0 {
				t.Errorf("%d rows hold the address, %v", leaks, err)
			}
			if sent := d.announced(); (sent == 1) != (tt.want.Status == "sent") {
				t.Errorf("%d facts", sent)
			}
		})
	}
}

func TestNewRefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	good := notify.SMTPConfig{Host: "x", Port: 25, From: "a@example.id", TLS: "none"}
	for name, change := range map[string]func(*notify.Deps){
		"no sender":       func(d *notify.Deps) { d.SMTP.From = "" },
		"a broken sender": func(d *notify.Deps) { d.SMTP.From = "a@example.id\r\nBcc: b@example.id" },
		"unclear TLS":     func(d *notify.Deps) { d.SMTP.TLS = "maybe" },
		"no reset page":   func(d *notify.Deps) { delete(d.Links, "password_reset") },
	} {
		deps := notify.Deps{SMTP: good, Links: links()}
		change(&deps)
		if _, err := notify.New(deps); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := notify.New(notify.Deps{SMTP: good, Links: links()}); err != nil {
		t.Error(err)
	}
}

func TestOldMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, days := range []int{0, 89, 91, 700} {
		_, err := d.DB.App.ExecContext(d.Ctx(d.Batam), `INSERT INTO message (tenant_id, id, account_id, template, key, created_at, status)
			VALUES (?, gen_random_uuid(), ?, 'generic', gen_random_uuid()::text, now() - ? * interval '1 day', 'sent')`, d.Batam.ID, budi, days)
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.DB.Platform.ExecContext(t.Context(), "DELETE FROM planned_run"); err != nil { // today's run may be over
		t.Fatal(err)
	}
	r, err := jobs.New(d.DB, jobs.Options{Redis: pgtest.Redis(t)}, tenancy.NewDirectory(d.DB.App, "localhost"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Register(event.New(r), r); err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer r.Stop(context.WithoutCancel(t.Context()))
	eventually(t, "two are left", func() bool {
		var n int
		err := d.DB.App.NewRaw("SELECT count(*) FROM message").Scan(d.Ctx(d.Batam), &n)
		return err == nil && n == 2
	})
}
