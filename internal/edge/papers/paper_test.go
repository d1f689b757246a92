package papers_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"software.sslmate.com/src/go-pkcs12"

	"bedelau/internal/edge/pagetest"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/tenancy"
)

// TestAPaperIsSignedByHandAndRevoked walks a document from the list of what waits to its end.
func TestAPaperIsSignedByHandAndRevoked(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	tpl, err := s.Documents.Template(ctx, s.World.DB.App, pagetest.KTP, 1)
	if err != nil {
		t.Fatal(err)
	}
	byHand := *tpl
	byHand.Signature = document.SignScan
	err = tenancy.InTx(ctx, s.World.DB.App, func(ctx context.Context, tx bun.Tx) error { return document.Publish(ctx, tx, byHand, s.ClockNow()) })
	if err != nil {
		t.Fatal(err)
	}
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	rini := s.Staff(t, pagetest.HostBatam, "Rini", "agency_head", "disdukcapil")
	elsewhere := s.Staff(t, pagetest.HostBatam, "Yuda", "agency_head", "dinkes")
	root, number := siti.Apply(pagetest.SitiNIK)
	s.Approve(t, root)
	const waiting = "/petugas/dokumen/menunggu"
	s.Soon(t, "the paper to sign", func() bool { return strings.Contains(rini.Get(waiting).Body, number) })
	_, rest, _ := strings.Cut(rini.Get(waiting).Body, `href="/petugas/dokumen/0`)
	id, _, _ := strings.Cut(rest, `"`)
	at := "/petugas/dokumen/0" + id
	rini.Page(at, "Menunggu tanda tangan", "Belum ditandatangani", "Unduh dan cetak", "S••• R••••")
	if pdf := rini.Get(at + "/draf"); !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Errorf("the draft is %d", pdf.Status)
	}
	elsewhere.Sees(elsewhere.Get(at), http.StatusNotFound)
	elsewhere.Sees(elsewhere.Post(at+"/cabut", "reason", "Keterangan palsu"), http.StatusNotFound)
	siti.Sees(siti.Get(at), http.StatusForbidden)
	rini.Sees(rini.Upload(at+"/pindaian", "scan", "a.txt", []byte("bukan pindaian")), http.StatusUnsupportedMediaType, "PDF, JPG")
	rini.Goes(rini.Upload(at+"/pindaian", "scan", "pindai.jpg", pagetest.Photo(t)), at)
	rini.Page(at, "Dokumen terbit", "Berlaku", "Ditandatangani di atas kertas")
	rini.Sees(rini.Upload(at+"/pindaian", "scan", "pindai.jpg", pagetest.Photo(t)), http.StatusConflict, number, "Dokumen ini tidak sedang menunggu tanda tangan")
	refused := rini.Post(at+"/cabut", "reason", "x")
	rini.Sees(refused, http.StatusUnprocessableEntity, "Cabut dokumen ini", "wajib diisi")
	if !strings.Contains(refused.Body, `href="#f-cabut-reason"`) || !strings.Contains(refused.Body, `id="f-cabut-reason"`) {
		t.Error("the error does not lead to the form that was sent")
	}
	rini.Goes(rini.Post(at+"/ganti", "reason", "Salah nama"), at)
	late := rini.Post(at+"/ganti", "reason", "Salah nama lagi")
	rini.Sees(late, http.StatusConflict, "menunggu tanda tangan")
	if strings.Contains(late.Body, "Ganti dokumen ini") && !strings.Contains(late.Body, "Salah nama lagi</textarea>") {
		t.Error("the reason is gone")
	}
	rini.Goes(rini.Post(at+"/cabut", "reason", "Keterangan palsu"), at)
	if page := rini.Page(at, "Dokumen dicabut", "Keterangan palsu", "tidak dapat diganti", "mengajukan permohonan baru"); strings.Contains(page, "Ganti dokumen ini") {
		t.Error("a revoked document is offered to be replaced")
	}
	rini.Page("/petugas/dokumen?status=revoked", number, "Dicabut")
	rini.Page("/petugas/dokumen?status=valid", "Tidak ada dokumen")
	if csv := rini.Get("/petugas/dokumen.csv?cari=" + number); csv.Status != http.StatusOK || strings.Count(csv.Body, number) != 2 || !strings.Contains(csv.Body, "Keterangan palsu") {
		t.Errorf("the file: %d %s", csv.Status, csv.Body)
	}
	if none := elsewhere.Get("/petugas/dokumen.csv?status=valid"); none.Status != http.StatusOK || strings.Count(none.Body, "\n") != 1 {
		t.Errorf("an office without documents gets %d %q", none.Status, none.Body)
	}
	rini.Sees(rini.Get("/petugas/dokumen.csv?status=entah"), http.StatusOK)
	rini.Send(http.MethodHead, "/petugas/dokumen.csv", "", nil)
	trail, err := audit.List(ctx, s.DB.App, audit.Filter{Action: "document.export"})
	if err != nil || len(trail.Entries) != 3 || strings.Contains(string(trail.Entries[2].Detail), number) || !strings.Contains(string(trail.Entries[2].Detail), `"searched": true`) {
		t.Errorf("on record: %+v, %v", trail.Entries, err)
	}
	siti.Page(root, "sudah dicabut")
}

// TestASignatureThatFailedIsTriedAgain shows why, and has it tried again, one or all.
func TestASignatureThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	ctx := s.In(t, pagetest.HostBatam)
	tpl, err := s.Documents.Template(ctx, s.World.DB.App, pagetest.KTP, 1)
	if err != nil {
		t.Fatal(err)
	}
	signed := *tpl
	signed.Signature = document.SignCertificate
	err = tenancy.InTx(ctx, s.World.DB.App, func(ctx context.Context, tx bun.Tx) error { return document.Publish(ctx, tx, signed, s.ClockNow()) })
	if err != nil {
		t.Fatal(err)
	}
	s.Work(t)
	siti := s.Resident(t, pagetest.HostBatam, "Siti Rahma", "081270001234")
	rini := s.Staff(t, pagetest.HostBatam, "Rini", "agency_head", "disdukcapil")
	elsewhere := s.Staff(t, pagetest.HostBatam, "Yuda", "agency_head", "dinkes")
	root, _ := siti.Apply(pagetest.SitiNIK)
	s.Approve(t, root)
	const waiting = "/petugas/dokumen/menunggu"
	s.Soon(t, "the signature that failed", func() bool { return strings.Contains(rini.Get(waiting).Body, "Gagal ditandatangani") })
	rini.Page(waiting, "belum mempunyai sertifikat", "Coba lagi semuanya")
	rini.Page("/petugas/dokumen?status=failed", "Gagal ditandatangani")
	_, rest, _ := strings.Cut(rini.Get(waiting).Body, `href="/petugas/dokumen/0`)
	id, _, _ := strings.Cut(rest, `"`)
	at := "/petugas/dokumen/0" + id
	rini.Page(at, "tidak mencobanya lagi sendiri", "Coba tanda tangani lagi")
	elsewhere.Sees(elsewhere.Post(at+"/ulangi"), http.StatusNotFound)
	siti.Sees(siti.Post(at+"/ulangi"), http.StatusForbidden)
	rini.Goes(rini.Post(at+"/ulangi"), at)
	s.Soon(t, "the signature that failed again", func() bool { return strings.Contains(rini.Get(at).Body, "Gagal ditandatangani") })
	rini.Goes(rini.Post(waiting+"/ulangi"), waiting)
}

// TestAnAdministratorWordsADocument tries it, publishes it, and is told the place of a mistake.
func TestAnAdministratorWordsADocument(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya", "city_admin", "")
	const at = "/kelola/layanan/" + pagetest.KTP + "/dokumen"
	page := admin.Page(at, "Dokumen: KTP-el hilang", "Versi 1", "nama_lengkap")
	if !strings.Contains(page, `name="text_id_3"`) {
		t.Error("the parts are not there to edit")
	}
	if !strings.Contains(page, `<option value="tanggal_lahir">Tanggal lahir</option>`) || !strings.Contains(page, `<option value="sip-dokter">`) {
		t.Error("the last day and the renewal are not chosen by name")
	}
	words := func(text, what string) []string {
		return []string{"what", what, "version", "1", "parts", "2", "title_id", "Surat Keterangan", "title_en", "Letter", "number_pattern", "{seq}/SK/{agency}/{year}",
			"series", "agency", "signer_id", "Kepala", "signer_en", "Head", "signature", "none", "validity_months", "12", "reminders", "30, 7", "renewal", pagetest.KTP,
			"text_id_0", text, "text_en_0", text, "table_1", "nik\nNomor | Number | {number} | {number}", "when_1", "today > timestamp('2020-01-01T00:00:00Z')"}
	}
	if pdf := admin.Post(at, words("Bagi {nama_lengkap}", "preview")...); pdf.Status != http.StatusOK || !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Errorf("the preview is %d %s", pdf.Status, pagetest.Text(pdf.Body))
	}
	refused := admin.Post(at, words("Bagi {nama_lengkp}", "save")...)
	admin.Sees(refused, http.StatusUnprocessableEntity, "Bagian 1 (Paragraf (Indonesia)): ", "nama_lengkp")
	admin.Sees(admin.Post(at, words("Bagi {nama_lengkap}", "add")...), http.StatusOK, "Bagi {nama_lengkap}", "Bagian 3")
	admin.Goes(admin.Post(at, words("Bagi {nama_lengkap}", "save")...), at)
	if page := admin.Page(at, "Templat diterbitkan", "Versi 2", "Bagi {nama_lengkap}"); !strings.Contains(page, `value="30, 7"`) {
		t.Error("the reminders are gone")
	} else if !strings.Contains(page, `<option value="`+pagetest.KTP+`" selected>`) {
		t.Error("the renewal is gone")
	}
	admin.Sees(admin.Post(at, words("Bagi {nama_lengkap}", "save")...), http.StatusConflict, "sudah diubah orang lain")
	andi := s.Staff(t, pagetest.HostBatam, "Andi", "officer", "disdukcapil")
	andi.Sees(andi.Get(at), http.StatusForbidden)
}

// TestAnAdministratorSaysWhoSigns, with what certificate.
func TestAnAdministratorSaysWhoSigns(t *testing.T) {
	t.Parallel()
	s := pagetest.Open(t)
	admin := s.Staff(t, pagetest.HostBatam, "Maya", "city_admin", "")
	const at = "/kelola/penanda-tangan"
	admin.Page(at, "Pejabat penanda tangan")
	const of = at + "?instansi=disdukcapil"
	admin.Page(of, "Belum ada pejabat yang dicatat")
	person := []string{"agency", "disdukcapil", "title_id", "Kepala Dinas", "title_en", "Head", "name", "Dra. Rini", "nip", "19800101 200501 2 001", "from", "1", "from", "1", "from", "2026"}
	admin.Sees(admin.Post(at, append(person[:8:8], "nip", "12", "from", "1", "from", "1", "from", "2026")...), http.StatusUnprocessableEntity, "18 angka")
	admin.Goes(admin.Post(at, person...), of)
	page := admin.Page(of, "Dra. Rini", "NIP 198001012005012001", "Sejak 1 Januari 2026")
	_, rest, _ := strings.Cut(page, `action="/kelola/penanda-tangan/`)
	id, _, _ := strings.Cut(rest, "/")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Dra. Rini"}, NotBefore: s.ClockNow().AddDate(-1, 0, 0),
		NotAfter: s.ClockNow().AddDate(5, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err == nil {
		cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	file, err := pkcs12.Modern.Encode(key, cert, nil, pkcs12.DefaultPassword)
	if err != nil {
		t.Fatal(err)
	}
	to := at + "/" + id + "/sertifikat"
	send := func(body []byte) pagetest.Answer {
		return admin.Upload(to, "key", "kunci.p12", body, "agency", "disdukcapil")
	}
	wrong := send(file)
	admin.Sees(wrong, http.StatusUnprocessableEntity, "Dra. Rini", "tidak dapat dibuka")
	if !strings.Contains(wrong.Body, `href="#f-kunci-`+id+`"`) || !strings.Contains(wrong.Body, `id="f-kunci-`+id+`"`) {
		t.Error("the error does not lead to its form")
	}
	admin.Sees(send(make([]byte, 2<<20)), http.StatusRequestEntityTooLarge, "Dra. Rini", "1 MB")
	past := *cert
	past.NotAfter = s.ClockNow().AddDate(0, 0, -1)
	if der, err = x509.CreateCertificate(rand.Reader, &past, &past, key.Public(), key); err != nil {
		t.Fatal(err)
	}
	old, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	expired, err := pkcs12.Passwordless.Encode(key, old, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	admin.Sees(send(expired), http.StatusUnprocessableEntity, "Dra. Rini", "sudah habis masa berlakunya")
	open, err := pkcs12.Passwordless.Encode(key, cert, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if a := admin.Upload(to, "key", "kunci.p12", open); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d %s", a.Status, pagetest.Text(a.Body))
	}
	admin.Page(of, "Sertifikat atas nama Dra. Rini", s.ClockNow().AddDate(5, 0, 0).In(time.FixedZone("", 7*3600)).Format("2006"))
	if strings.Contains(s.Journal.String(), "BEGIN") || bytes.Contains([]byte(s.Journal.String()), file[:16]) {
		t.Error("the log has the key")
	}
}
