package pagetest

import (
	"bytes"
	"image"
	"image/jpeg"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/tenants"
)

// filled are the answers of the whole form for one person.
func filled(nik string) map[string][]string {
	return map[string][]string{
		"syarat":     {"pernyataan_awal", "yes"},
		"nik":        {"nik", nik},
		"identitas":  {"nama_lengkap", "Siti Rahma", "tanggal_lahir", "27", "tanggal_lahir", "3", "tanggal_lahir", "1990"},
		"kk":         {"nomor_kk", "2171 0401 0216 0007"},
		"kontak":     {"nomor_hp", "0812 7000 1234"},
		"kecamatan":  {"kecamatan", "21.71.10"},
		"kehilangan": {"tanggal_hilang", "20", "tanggal_hilang", "11", "tanggal_hilang", "2026", "tempat_hilang", "Pasar Mitra Raya"},
		"pernyataan": {"paham_data_pribadi", "yes", "pernyataan_benar", "yes"},
	}
}

// uploads are the pages of the form that ask for a file, with the field.
func uploads() map[string]string {
	return map[string]string{"berkas_kk": "file_kk", "berkas_kepolisian": "file_surat_kehilangan"}
}

// Draft starts an application and fills it in, page by page as the site leads. It returns its address.
func (b *Browser) Draft(nik string) string {
	b.t.Helper()
	at := b.Post("/ajukan/" + KTP)
	return b.Fill(at.To(), nik)
}

// Fill answers a form from one of its pages on, as the site leads. It returns the application's address.
func (b *Browser) Fill(from, nik string) string {
	b.t.Helper()
	root, page, ok := strings.Cut(from, "/isi/")
	if !ok {
		b.t.Fatalf("the form begins at %q", from)
	}
	for n := 0; page != "" && n < 20; n++ {
		path := root + "/isi/" + page
		b.Page(path)
		var next Answer
		if field, ok := uploads()[page]; ok {
			next = b.Upload(path, field, "foto.jpg", Photo(b.t))
		} else {
			next = b.Post(path, filled(nik)[page]...)
		}
		if next.Status != http.StatusSeeOther {
			b.t.Fatalf("page %s: %d\n%s", page, next.Status, Text(next.Body))
		}
		_, page, _ = strings.Cut(next.To(), "/isi/")
	}
	return root
}

// Apply sends a whole application and returns its address and number.
func (b *Browser) Apply(nik string) (root, number string) {
	b.t.Helper()
	return b.Sent(b.Draft(nik))
}

// Sent sends a draft and returns its address and number.
func (b *Browser) Sent(root string) (string, string) {
	b.t.Helper()
	sent := b.Post(root+"/kirim", "key", Hidden(b.t, b.Page(root+"/periksa"), "key"))
	b.Goes(sent, root+"/terkirim")
	_, rest, _ := strings.Cut(b.Follow(sent).Body, `class="reference">`)
	number, _, _ := strings.Cut(rest, "<")
	return root, number
}

// Photo is a small JPEG.
func Photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// AskForCorrection lets an officer of the agency send an application back to its applicant.
func (s *Site) AskForCorrection(t testing.TB, root, message string, fields ...string) {
	t.Helper()
	ctx := s.In(t, HostBatam)
	id, err := uuid.Parse(strings.TrimPrefix(root, "/permohonan/"))
	if err != nil {
		t.Fatal(err)
	}
	officer := s.officer(t)
	d, err := s.Casework.Get(ctx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Casework.Act(ctx, officer, casework.ActInput{
		ID: id, Action: "request_correction", Version: d.Application.Version, Reason: message, Fields: fields,
	}); err != nil {
		t.Fatal(err)
	}
}

// Approve takes an application to its approval.
func (s *Site) Approve(t testing.TB, root string) {
	t.Helper()
	ctx, officer := s.In(t, HostBatam), s.officer(t)
	id := uuid.MustParse(strings.TrimPrefix(root, "/permohonan/"))
	for _, in := range []casework.ActInput{{Action: "start_review"}, {Action: "approve", Reason: "Data cocok."}} {
		d, err := s.Casework.Get(ctx, officer, id)
		if err != nil {
			t.Fatal(err)
		}
		in.ID, in.Version = id, d.Application.Version
		if _, err := s.Casework.Act(ctx, officer, in); err != nil {
			t.Fatal(err)
		}
	}
}

// BatamServices is how many services the pack of Batam has.
func BatamServices(t testing.TB) string {
	t.Helper()
	files, err := fs.Glob(tenants.FS, "batam/services/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d services, %v", len(files), err)
	}
	return strconv.Itoa(len(files))
}

// AtDesk is the address at which the office finds a resident's application.
func AtDesk(root string) string { return "/petugas" + root }

// Version is the one that the forms of a page were made for.
func Version(t testing.TB, page string) string { return Hidden(t, page, "version") }
