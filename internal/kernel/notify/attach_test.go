package notify_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/notify"
)

// TestAPaperGoesWithALetter: whoever has no page gets the paper itself in the mail, and no link; a letter whose paper is gone is not sent without it.
func TestAPaperGoesWithALetter(t *testing.T) {
	t.Parallel()
	srv := &server{}
	host, port := srv.start(t)
	var store *files.Store
	d := newDesk(t, func(deps *notify.Deps) {
		deps.SMTP.Host, deps.SMTP.Port = host, port
		var err error
		if store, err = files.New(files.Deps{DB: deps.DB, Keys: deps.Keys, Dir: t.TempDir(), MaxBytes: 1 << 20, Log: slog.New(slog.DiscardHandler)}); err != nil {
			t.Fatal(err)
		}
		deps.Files = store
	})
	pdf := []byte("%PDF-1.4\n" + strings.Repeat("Biaya perbaikan\n", 200) + "%%EOF\n")
	f, err := store.Put(d.Ctx(d.Batam), d.DB.App, files.PutInput{Purpose: "invoice", Name: "DCT-2026-000001.pdf", Rule: files.Rule{Types: []string{"pdf"}}, Body: bytes.NewReader(pdf)})
	if err != nil {
		t.Fatal(err)
	}
	m := notify.Message{To: budi, Template: "duct_bill_issued", Key: "1", Data: map[string]string{"number": "DCT/2026/000001", "amount": "Rp5.000.001", "due": "24 Desember 2026", "body": "Transfer ke BRK:\n820-21-00456", "file": f.ID.String()}}
	d.send(t, d.Batam, m)
	eventually(t, "a mail", func() bool { return len(srv.mails()) > 0 })
	raw := srv.mails()[0]
	text := decodePart(t, raw, "text/plain")
	for _, want := range []string{"untuk Anda sudah terbit", "Rp5.000.001", "820-21-00456", "terlampir"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "http://") || strings.Contains(text, "halaman tagihan") || strings.Contains(text, "Buka tagihan") {
		t.Errorf("a page is promised:\n%s", text)
	}
	_, part, ok := bytes.Cut(raw, []byte(`name="DCT-2026-000001.pdf"`))
	_, body, _ := bytes.Cut(part, []byte("\r\n\r\n"))
	body, _, _ = bytes.Cut(body, []byte("\r\n--"))
	got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	if !ok || err != nil || !bytes.Equal(got, pdf) {
		t.Errorf("the paper is not in the mail: %d bytes, %v", len(got), err)
	}
	m.Key, m.Data["file"] = "2", uuid.NewString()
	d.send(t, d.Batam, m)
	eventually(t, "given up", func() bool {
		all, err := d.Became(d.Ctx(d.Batam), "2")
		return err == nil && all["2"].Status == "failed" && all["2"].Reason == "no_file"
	})
	if n := len(srv.mails()); n != 1 {
		t.Errorf("%d mails", n)
	}
}
