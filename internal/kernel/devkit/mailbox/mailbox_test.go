package mailbox_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/smtp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/devkit/mailbox"
	"bedelau/internal/kernel/fault"
)

func open(t *testing.T, dir string) *mailbox.Box {
	t.Helper()
	b, err := mailbox.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func send(b *mailbox.Box, raw string) error {
	host, port := b.Addr()
	body := strings.ReplaceAll(raw, "\n", "\r\n")
	return smtp.SendMail(fmt.Sprintf("%s:%d", host, port), nil, "from@example.id", []string{"to@example.id"}, []byte(body))
}

func simple(city, subject, text string) string {
	return "X-Bedelau-City: " + city + "\nFrom: Kota Batam <a@example.id>\nTo: budi@example.id\nSubject: " + subject +
		"\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}

func TestMailIsKeptForItsCityAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	for _, m := range []string{
		simple("batam", "Satu", "Tautan: http://batam.localhost:8080/undangan/abc."),
		simple("tanjungpinang", "Dua", "x"),
		simple("batam", "=?utf-8?q?Tiga_=E2=80=94_selesai?=", "y"),
	} {
		if err := send(b, m); err != nil {
			t.Fatal(err)
		}
	}
	subjects := func(b *mailbox.Box, city string) string {
		var s []string
		for _, m := range b.List(city) {
			s = append(s, m.Subject)
		}
		return strings.Join(s, ", ")
	}
	for city, want := range map[string]string{"batam": "Tiga — selesai, Satu", "tanjungpinang": "Dua", "": "Tiga — selesai, Dua, Satu", "x": ""} {
		if got := subjects(b, city); got != want {
			t.Errorf("%q has %q, want %q", city, got, want)
		}
	}
	first := b.List("batam")[1]
	m, err := b.Read("batam", first.ID)
	if err != nil || m.From != "Kota Batam <a@example.id>" || m.To != "budi@example.id" || time.Since(m.At) > time.Minute {
		t.Errorf("Read = %+v, %v", m, err)
	}
	if !slices.Equal(m.Links, []string{"http://batam.localhost:8080/undangan/abc"}) {
		t.Errorf("links %q", m.Links)
	}
	for _, id := range []string{first.ID, "../../etc/passwd", "", "x"} {
		if _, err := b.Read("tanjungpinang", id); !fault.Is(err, "mailbox.unknown") {
			t.Errorf("another city reads %q: %v", id, err)
		}
	}

	b.Close()
	if again := open(t, dir); subjects(again, "batam") != "Tiga — selesai, Satu" {
		t.Errorf("after a restart: %q", subjects(again, "batam"))
	}
}

func TestReadShowsTextAlone(t *testing.T) {
	t.Parallel()
	b := open(t, t.TempDir())
	const both = "X-Bedelau-City: batam\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=B\n\n" +
		"--B\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nHalo, S=C3=A9la\n" +
		"--B\nContent-Type: text/html\n\n<p>other</p>\n--B--\n"
	const page = "X-Bedelau-City: batam\nMIME-Version: 1.0\nContent-Type: text/html\n\n" +
		"<html><head><title>t</title><style>p{}</style><script>alert(1)</script></head><body><p>Satu &lt;b&gt;</p><p onclick=x>Dua</p></body></html>\n"
	for _, tt := range []struct{ name, raw, want string }{
		{"both", both, "Halo, Séla"},
		{"html alone", page, "Satu <b> \nDua"},
		{"hostile text stays text", simple("batam", "x", "<script>alert(1)</script>"), "<script>alert(1)</script>"},
		{"no header at all", "X-Bedelau-City: batam\n\n\xff\xfe kacau", "\ufffd kacau"},
		{"broken multipart", "X-Bedelau-City: batam\nContent-Type: multipart/mixed; boundary=B\n\nnothing here\n", ""},
		{"another charset", "X-Bedelau-City: batam\nContent-Type: text/plain; charset=x-unknown\n\nabc\n", "abc"},
	} {
		if err := send(b, tt.raw); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		m, err := b.Read("batam", b.List("batam")[0].ID)
		if err != nil || m.Text != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, m.Text, err, tt.want)
		}
	}
}

func TestTooLargeIsRefusedAndOldGoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, dir)
	if err := send(b, simple("batam", "besar", strings.Repeat(strings.Repeat("x", 70)+"\n", 20000))); err == nil {
		t.Error("a mail of 1.4 MB was taken")
	}
	var all errgroup.Group
	for lane := range 5 {
		all.Go(func() error {
			for n := range 102 {
				if err := send(b, simple("batam", fmt.Sprintf("%d-%d", lane, n), "x")); err != nil {
					return err
				}
				if len(b.List("batam")) == 0 {
					return errors.New("nothing is listed")
				}
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 500 || len(b.List("")) != 500 {
		t.Errorf("%d files, %d mails, %v; want 500", len(files), len(b.List("")), err)
	}
}

func TestStrangeFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"notes.eml": "mine", "01a20ba0-a1f7-7392-91c5-77b588b91b95.eml": "", "01a20ba0-a1f7-7392-91c5-77b588b91b96.eml.part": "half",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := open(t, dir)
	list := b.List("")
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	if m, err := b.Read("", list[0].ID); err != nil || m.Text != "" {
		t.Errorf("an empty file: %+v, %v", m, err)
	}
}
