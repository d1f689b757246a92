package document

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"image"
	"image/jpeg"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"software.sslmate.com/src/go-pkcs12"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// authority is a CA made for one test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA Uji Kota", Organization: []string{"Uji"}, Country: []string{"ID"}},
		NotBefore: time.Now().AddDate(-5, 0, 0), NotAfter: time.Now().AddDate(20, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key))(t)
	return authority{key, must(x509.ParseCertificate(der))(t)}
}

// issued is a certificate for a key, as the test changes it.
func (ca authority) issued(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "dr. Rudi Hartono", Organization: []string{"Dinas Kesehatan"}, Country: []string{"ID"}},
		NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(2, 0, 0), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}
	if change != nil {
		change(tpl)
	}
	der := must(x509.CreateCertificate(rand.Reader, tpl, ca.cert, key.Public(), ca.key))(t)
	return must(x509.ParseCertificate(der))(t)
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// signable is a stage whose template is signed with a certificate of the office's official, on the real day: what reads
// a signature knows no other.
func signable(t *testing.T, opts ...func(*Deps)) (*stage, Official, Request) {
	t.Helper()
	st := newStage(t, opts...)
	st.set(time.Now().UTC().Truncate(time.Microsecond))
	by := appoint(t, st, "dr. Rudi Hartono", "2026-01-01")
	f, tpl := permit()
	tpl.Signature = SignCertificate
	return st, by, asked(f, tpl, st.published(t, tpl))
}

func (st *stage) bytes(t *testing.T, id uuid.UUID) []byte {
	t.Helper()
	_, r, err := st.d.Files.Open(st.ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return must(io.ReadAll(r))(t)
}

// pdfsig is what poppler says of a signed PDF, with ca trusted.
func pdfsig(t *testing.T, ca authority, body []byte) string {
	t.Helper()
	dir := t.TempDir()
	file, root := filepath.Join(dir, "a.pdf"), filepath.Join(dir, "ca.pem")
	for name, content := range map[string][]byte{file: body, root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"-N", "-d", "sql:" + dir, "--empty-password"},
		{"-A", "-d", "sql:" + dir, "-n", "ca", "-t", "CT,CT,CT", "-i", root},
	} {
		if out, err := exec.Command("certutil", args...).CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v %s (apt-get install libnss3-tools)", err, out)
		}
	}
	out, err := exec.Command("pdfsig", "-nssdir", "sql:"+dir, file).CombinedOutput()
	if err != nil {
		t.Fatalf("pdfsig: %v %s (apt-get install poppler-utils)", err, out)
	}
	return string(out)
}

func TestASignatureThatOthersVerify(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	pemOf := func(key crypto.Signer, cert *x509.Certificate) []byte {
		der := must(x509.MarshalPKCS8PrivateKey(key))(t)
		return bytes.Join([][]byte{
			pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
			pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}),
		}, nil)
	}
	rsaCert := ca.issued(t, rsaKey, nil)
	for _, tt := range []struct {
		name string
		in   KeyInput
	}{
		{"PKCS#12 with RSA", KeyInput{File: must(pkcs12.Modern.Encode(rsaKey, rsaCert, []*x509.Certificate{ca.cert}, "rahasia"))(t), Passphrase: "rahasia"}},
		{"PEM with a curve", KeyInput{File: pemOf(ec, ca.issued(t, ec, nil))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			st, by, r := signable(t)
			tt.in.Official = by.ID
			c, err := st.AddKey(st.ctx, st.staff("", "city_admin"), tt.in)
			if err != nil || c.Name != "dr. Rudi Hartono" || c.Issuer != "CA Uji Kota" {
				t.Fatalf("%+v, %v", c, err)
			}
			d := st.made(t, r)
			if d.Status != Unsigned || len(st.ready) != 0 {
				t.Fatalf("in force before it is signed: %s, %d facts", d.Status, len(st.ready))
			}
			var wg sync.WaitGroup
			for range 3 { // delivered more than once, at once
				wg.Go(func() {
					if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			signed := st.again(t, d)
			if signed.Status != Valid || len(st.ready) != 1 || signed.Signature == nil || signed.Signature.Name != "dr. Rudi Hartono" || signed.DraftFileID.UUID != d.FileID {
				t.Fatalf("signed %+v, %d facts", signed, len(st.ready))
			}
			body := st.bytes(t, signed.FileID)
			said := pdfsig(t, ca, body)
			for _, want := range []string{"Signature is Valid", "Certificate is Trusted", "Total document signed", "adbe.pkcs7.detached", "dr. Rudi Hartono"} {
				if !strings.Contains(said, want) {
					t.Errorf("pdfsig does not say %q:\n%s", want, said)
				}
			}
			// The letter of the law is in what was signed, so a changed byte shows.
			at := bytes.Index(body, []byte("/Producer"))
			body[at+1] ^= 1
			if said := pdfsig(t, ca, body); strings.Contains(said, "Signature is Valid") {
				t.Errorf("a changed file passes:\n%s", said)
			}
			if strings.Contains(string(mustKeyRow(t, st, by).Sealed), "PRIVATE") || len(mustKeyRow(t, st, by).Sealed) == 0 {
				t.Error("the key lies open")
			}
			if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil || st.again(t, d).FileID != signed.FileID {
				t.Errorf("signed again: %v", err)
			}
		})
	}
}

func mustKeyRow(t *testing.T, st *stage, by Official) keyRow {
	t.Helper()
	return must(st.keyRow(st.ctx, st.w.DB.App, by.ID))(t)
}

func TestKeysThatCannotSignAreRefused(t *testing.T) {
	t.Parallel()
	st, by, _ := signable(t)
	admin, ca := st.staff("", "city_admin"), newAuthority(t)
	key, other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	good := ca.issued(t, key, nil)
	file := func(k crypto.Signer, c *x509.Certificate) []byte {
		return must(pkcs12.Modern.Encode(k, c, nil, "rahasia"))(t)
	}
	for _, tt := range []struct {
		name, code, pass string
		file             []byte
	}{
		{"a wrong passphrase", "key_unreadable", "salah", file(key, good)},
		{"no key file", "key_unreadable", "rahasia", []byte("%PDF-1.7")},
		{"nothing", "key_unreadable", "", nil},
		{"another's key", "key_mismatch", "rahasia", file(other, good)},
		{"an authority's own", "key_usage", "rahasia", file(ca.key, ca.cert)},
		{"for a web server", "key_usage", "rahasia", file(key, ca.issued(t, key, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }))},
		{"expired", "certificate_expired", "rahasia", file(key, ca.issued(t, key, func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, -1) }))},
		{"not yet valid", "certificate_early", "rahasia", file(key, ca.issued(t, key, func(c *x509.Certificate) { c.NotBefore = time.Now().AddDate(0, 0, 1) }))},
	} {
		_, err := st.AddKey(st.ctx, admin, KeyInput{Official: by.ID, File: tt.file, Passphrase: tt.pass})
		if f := fault.From(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "key" || f.Fields[0].Code != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_, err := st.AddKey(st.ctx, admin, KeyInput{Official: uuid.New(), File: file(key, good), Passphrase: "rahasia"})
	wants(t, err, "document.no_signer")
	_, err = st.AddKey(st.ctx, st.staff("dinkes", "agency_head"), KeyInput{Official: by.ID, File: file(key, good), Passphrase: "rahasia"})
	wants(t, err, "access.denied")
}

// TestAnExpiredCertificateWaitsForANewOne: the document keeps its number, the administrator reads why, and a new
// certificate signs it.
func TestAnExpiredCertificateWaitsForANewOne(t *testing.T) {
	t.Parallel()
	st, by, r := signable(t)
	admin, ca, key := st.staff("", "city_admin"), newAuthority(t), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	d := st.made(t, r)
	if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
		t.Fatal(err)
	}
	if got := st.again(t, d); got.Status != Unsigned || got.SignError != "document.no_key" {
		t.Fatalf("without a certificate: %s %q", got.Status, got.SignError)
	}
	add := func(until time.Time) {
		t.Helper()
		cert := ca.issued(t, key, func(c *x509.Certificate) { c.NotAfter = until })
		in := KeyInput{Official: by.ID, File: must(pkcs12.Modern.Encode(key, cert, nil, "x"))(t), Passphrase: "x"}
		if _, err := st.AddKey(st.ctx, admin, in); err != nil {
			t.Fatal(err)
		}
	}
	add(st.clock().Add(time.Hour))
	first := mustKeyRow(t, st, by)
	st.set(st.clock().Add(2 * time.Hour))
	if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
		t.Fatal(err)
	}
	if got := st.again(t, d); got.Status != Unsigned || got.SignError != "document.certificate_expired" {
		t.Fatalf("expired: %s %q", got.Status, got.SignError)
	}
	add(st.clock().AddDate(1, 0, 0))
	var destroyed bool
	err := st.w.DB.App.NewRaw("SELECT sealed IS NULL FROM document_key WHERE tenant_id = ? AND id = ?", first.TenantID, first.ID).Scan(st.ctx, &destroyed)
	if err != nil || !destroyed {
		t.Errorf("the former key: %v, %v", destroyed, err)
	}
	var waiting int
	err = st.w.DB.Platform.NewRaw("SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'document.sign.v1'", first.TenantID).Scan(t.Context(), &waiting)
	if err != nil || waiting != 3 { // when it was made, and with each certificate
		t.Errorf("%d jobs, %v", waiting, err)
	}
	if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
		t.Fatal(err)
	}
	if got := st.again(t, d); got.Status != Valid || got.SignError != "" || got.Number != d.Number {
		t.Fatalf("with a new one: %+v", got)
	}
}

func TestAPaperSignedByHand(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	appoint(t, st, "dr. Rudi Hartono", "2026-01-01")
	f, tpl := permit()
	tpl.Signature = SignScan
	d := st.made(t, asked(f, tpl, st.published(t, tpl)))
	officer, stranger := st.staff("dinkes", "officer"), st.staff("disdukcapil", "officer")
	if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil || st.again(t, d).Status != Unsigned {
		t.Fatalf("the job signed by hand: %v", err)
	}
	_, body, err := st.Draft(st.ctx, officer, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if text := pdfText(t, body); !strings.Contains(text, d.Number) {
		t.Errorf("the draft lacks its number: %s", text)
	}
	_, _, err = st.Draft(st.ctx, stranger, d.ID)
	wants(t, err, "document.not_found")
	_, err = st.AddScan(st.ctx, stranger, d.ID, "a.jpg", bytes.NewReader(scan(t)))
	wants(t, err, "document.not_found")
	_, err = st.AddScan(st.ctx, st.staff("dinkes", "auditor"), d.ID, "a.jpg", bytes.NewReader(scan(t)))
	wants(t, err, "access.denied")
	_, err = st.AddScan(st.ctx, officer, d.ID, "a.pdf", strings.NewReader("<html>"))
	wants(t, err, "file.type")
	_, err = st.AddScan(st.ctx, officer, d.ID, "a.pdf", strings.NewReader(""))
	wants(t, err, "file.empty")
	_, err = st.AddScan(st.ctx, officer, d.ID, "a.pdf", strings.NewReader("%PDF-1.7\nrusak"))
	wants(t, err, "file.damaged_pdf")
	got, err := st.AddScan(st.ctx, officer, d.ID, "pindai.jpg", bytes.NewReader(scan(t)))
	if err != nil || got.Status != Valid || got.Signature.Method != SignScan || got.DraftFileID.UUID != d.FileID || len(st.ready) != 1 {
		t.Fatalf("scanned %+v, %v", got, err)
	}
	if !bytes.HasPrefix(st.bytes(t, got.FileID), scan(t)[:2]) || !bytes.HasPrefix(st.bytes(t, d.FileID), []byte("%PDF-")) {
		t.Error("the two files")
	}
	_, err = st.AddScan(st.ctx, officer, d.ID, "pindai.jpg", bytes.NewReader(scan(t)))
	wants(t, err, "document.not_unsigned")
}

func scan(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 90)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADocumentIsRevoked(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	d := st.made(t, asked(f, tpl, st.published(t, tpl)))
	head := st.staff("dinkes", "agency_head")
	_, err := st.Revoke(st.ctx, st.staff("dinkes", "officer"), d.ID, "Keterangan palsu")
	wants(t, err, "access.denied")
	_, err = st.Revoke(st.ctx, st.staff("disdukcapil", "agency_head"), d.ID, "Keterangan palsu")
	wants(t, err, "document.not_found")
	_, err = st.Revoke(st.ctx, head, d.ID, " ya ")
	wants(t, err, "input.invalid")
	got, err := st.Revoke(st.ctx, head, d.ID, "Keterangan palsu")
	if err != nil || got.Status != Revoked || got.EndReason != "Keterangan palsu" || got.EndedBy.UUID != head.ID || len(st.revoked) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = st.Revoke(st.ctx, head, d.ID, "Keterangan palsu")
	wants(t, err, "document.ended")
}

func TestADocumentIsReplaced(t *testing.T) {
	t.Parallel()
	st := newStage(t)
	f, tpl := permit()
	r := asked(f, tpl, st.published(t, tpl))
	old := st.made(t, r)
	head := st.staff("dinkes", "agency_head")
	replace := func(old Document, r Request) (d Document, err error) {
		err = tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
			d, err = st.Replace(ctx, tx, head, old, "Salah nama", r)
			return err
		})
		return d, err
	}
	next, err := replace(old, r)
	if err != nil {
		t.Fatal(err)
	}
	was, is := st.again(t, old), st.again(t, next)
	if was.Status != Replaced || was.ReplacedBy.UUID != is.ID || was.EndReason != "Salah nama" || is.Status != Valid || is.Replaces.UUID != was.ID || is.Number == was.Number {
		t.Errorf("old %+v\nnew %+v", was, is)
	}
	if _, err := replace(old, r); !fault.Is(err, "document.ended") {
		t.Errorf("again: %v", err)
	}
	// One that has to be signed leaves the old one in force until it is.
	tpl.Signature = SignScan
	r.Version = st.published(t, tpl)
	third, err := replace(is, r)
	if err != nil || st.again(t, is).Status != Valid {
		t.Fatalf("the second while the third waits: %s, %v", st.again(t, is).Status, err)
	}
	if _, err := replace(is, r); !fault.Is(err, "document.unsigned") {
		t.Errorf("a fourth: %v", err)
	}
	// One that is given up before it is signed leaves the old one as it was.
	if _, err := st.Revoke(st.ctx, head, third.ID, "Belum jadi diganti"); err != nil {
		t.Fatal(err)
	}
	if was := st.again(t, is); was.Status != Valid || was.EndReason != "" || was.EndedBy.Valid {
		t.Errorf("the old one says %q", was.EndReason)
	}
	if third, err = replace(is, r); err != nil {
		t.Fatal(err)
	}
	if _, err := st.AddScan(st.ctx, st.staff("dinkes", "officer"), third.ID, "a.jpg", bytes.NewReader(scan(t))); err != nil {
		t.Fatal(err)
	}
	if a, b := st.again(t, is), st.again(t, third); a.Status != Replaced || b.Status != Valid || !st.ready[2].Replaces {
		t.Errorf("after the scan: %s, %s", a.Status, b.Status)
	}
	// A revoked one can be issued again, where its owner says so, and stays revoked.
	if _, err := st.Revoke(st.ctx, head, third.ID, "Dicabut dahulu"); err != nil {
		t.Fatal(err)
	}
	tpl.Signature = ""
	r.Version = st.published(t, tpl)
	_, err = replace(st.again(t, third), r)
	wants(t, err, "document.revoked")
	r.Reissue = true
	fifth, err := replace(st.again(t, third), r)
	if err != nil || st.again(t, third).Status != Revoked || st.again(t, third).ReplacedBy.UUID != fifth.ID {
		t.Errorf("after a revocation: %+v, %v", st.again(t, third), err)
	}
}
