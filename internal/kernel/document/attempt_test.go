package document

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"software.sslmate.com/src/go-pkcs12"

	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/tsa"
)

// timeAuthority is an authority that answers as RFC 3161 says, or as the test wants.
func timeAuthority(t *testing.T, instead func(http.ResponseWriter, *http.Request) bool) (url string, asked *atomic.Int32) {
	t.Helper()
	ca, key := newAuthority(t), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	cert := ca.issued(t, key, func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: "Otoritas Waktu Uji"}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
	})
	asked = new(atomic.Int32)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, err := io.ReadAll(r.Body)
		if err != nil || instead != nil && instead(w, r) {
			return
		}
		q, err := timestamp.ParseRequest(body)
		if err != nil {
			t.Error(err)
			return
		}
		answer, err := (&timestamp.Timestamp{HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Time: time.Now(), Nonce: q.Nonce,
			Policy: []int{2, 4, 5, 6}, AddTSACertificate: true}).CreateResponseWithOpts(cert, key, crypto.SHA256)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, asked
}

// keyed gives an official a certificate of ca.
func (st *stage) keyed(t *testing.T, by Official, ca authority, test bool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	in := KeyInput{Official: by.ID, File: must(pkcs12.Modern.Encode(key, ca.issued(t, key, nil), nil, "x"))(t), Passphrase: "x", Test: test}
	if _, err := st.AddKey(st.ctx, st.staff("", "city_admin"), in); err != nil {
		t.Fatal(err)
	}
}

func TestATimeThatAnAuthorityProves(t *testing.T) {
	t.Parallel()
	url, asked := timeAuthority(t, nil)
	st, by, r := signable(t, func(d *Deps) { d.TSA = tsa.Authority{URL: url} })
	ca := newAuthority(t)
	st.keyed(t, by, ca, true)
	d := st.made(t, r)
	if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
		t.Fatal(err)
	}
	got := st.again(t, d)
	if got.Status != Valid || !got.Signature.Stamped || got.Signature.Unstamped || !got.Signature.Test || asked.Load() != 1 {
		t.Fatalf("%+v, asked %d times", got.Signature, asked.Load())
	}
	body := st.bytes(t, got.FileID)
	if said := pdfsig(t, ca, body); !strings.Contains(said, "Signature is Valid") {
		t.Error(said)
	}
	if !bytes.Contains(bytes.ToLower(body), []byte(hex.EncodeToString([]byte("Otoritas Waktu Uji")))) {
		t.Error("the authority's answer is not in the signature")
	}
	if text := st.text(t, got); !strings.Contains(text, "SERTIFIKAT UJI") {
		t.Errorf("the paper does not say that its certificate is for tests: %s", text)
	}
}

// TestAnAuthorityThatDoesNotAnswer is asked a few times and no longer; then the city's choice decides.
func TestAnAuthorityThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, instead := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"hangs": func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true },
		"is broken": func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		},
		"is no TSA": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = io.WriteString(w, "<html>masuk dahulu</html>")
			return true
		},
		"is far away": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := "http://127.0.0.1:1", new(atomic.Int32)
			if instead != nil {
				url, asked = timeAuthority(t, instead)
			}
			st, by, r := signable(t, func(d *Deps) { d.TSA = tsa.Authority{URL: url, Timeout: 50 * time.Millisecond} })
			ca := newAuthority(t)
			st.keyed(t, by, ca, false)
			d := st.made(t, r)
			wants(t, st.sign(st.ctx, uuid.Nil, signArgs{d.ID}), "document.no_time_stamp")
			if got := st.again(t, d); got.Status != Unsigned || got.Failed() {
				t.Errorf("the first of many attempts: %s %q", got.Status, got.SignError)
			}
			if n := asked.Load(); instead != nil && n != tsa.Tries {
				t.Errorf("asked %d times", n)
			}
			st.signers[SignCertificate] = certificateSigner{s: st.Service, tsa: tsa.Authority{URL: url, Timeout: 50 * time.Millisecond, Optional: true}}
			if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
				t.Fatal(err)
			}
			got := st.again(t, d)
			if got.Status != Valid || got.Signature.Stamped || !got.Signature.Unstamped {
				t.Errorf("signed without: %s %+v", got.Status, got.Signature)
			}
			if said := pdfsig(t, ca, st.bytes(t, got.FileID)); !strings.Contains(said, "Signature is Valid") {
				t.Error(said)
			}
		})
	}
}

// person is somebody with an account who heads an agency, or administrates the city.
func (st *stage) person(t *testing.T, agency, role string) identity.Actor {
	t.Helper()
	a := st.staff(agency, role)
	err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw(`INSERT INTO account (tenant_id, id, kind, status, name, locale, email, email_hash, created_at) VALUES (?, ?, 'staff', 'active', 'Budi', 'id', 'x', ?, now())`,
			a.TenantID, a.ID, a.ID[:]).Exec(ctx)
		if err == nil {
			_, err = tx.NewRaw("INSERT INTO account_role (tenant_id, account_id, role, agency, granted_at) VALUES (?, ?, ?, ?, now())", a.TenantID, a.ID, role, agency).Exec(ctx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestASignatureThatIsGivenUp: after the last attempt the register shows it, those responsible get one letter for all,
// and a person has it tried again.
func TestASignatureThatIsGivenUp(t *testing.T) {
	t.Parallel()
	st, by, r := signable(t, func(d *Deps) { d.TSA = tsa.Authority{URL: "http://127.0.0.1:1", Timeout: 50 * time.Millisecond} })
	head, admin := st.person(t, "dinkes", "agency_head"), st.person(t, "", "city_admin")
	st.keyed(t, by, newAuthority(t), false)
	tsa := st.signers[SignCertificate]
	st.signers[SignCertificate] = broken{}
	nongsa, elsewhere := st.person(t, "dinkes", "agency_head"), st.person(t, "dinkes", "agency_head")
	for who, area := range map[uuid.UUID]string{nongsa.ID: "21.71.04", elsewhere.ID: "21.71.10"} {
		if _, err := st.w.DB.App.NewRaw("UPDATE account_role SET areas = ARRAY[?] WHERE tenant_id = ? AND account_id = ?", area, st.w.Batam.ID, who).Exec(st.ctx); err != nil {
			t.Fatal(err)
		}
	}
	var all []Document
	for i := range 3 {
		r.Subject.ID = uuid.New()
		if i > 0 {
			r.District, r.Subdistrict = "21.71.04", []string{"", "21.71.04.1001", "21.71.04.1002"}[i]
		}
		all = append(all, st.made(t, r))
	}
	for _, d := range all {
		for n := range signAttempts {
			if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err == nil {
				t.Fatalf("attempt %d reports nothing", n)
			}
		}
		if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil { // a late delivery
			t.Error(err)
		}
		if got := st.again(t, d); !got.Failed() || got.SignError != "document.sign_failed" {
			t.Fatalf("%s %q %v", got.Status, got.SignError, got.SignFailedAt)
		}
	}
	watch := func() {
		t.Helper()
		if err := tenancy.InTx(st.ctx, st.w.DB.App, func(ctx context.Context, tx bun.Tx) error { return st.watchSigning(ctx, tx, st.clock()) }); err != nil {
			t.Fatal(err)
		}
	}
	letters := func(to uuid.UUID) (out []string) {
		t.Helper()
		if err := st.w.DB.App.NewRaw("SELECT data->>'title' FROM message WHERE tenant_id = ? AND account_id = ?", st.w.Batam.ID, to).Scan(st.ctx, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	watch()
	watch()
	for _, who := range []identity.Actor{head, admin} {
		if got := letters(who.ID); len(got) != 1 || !strings.Contains(got[0], "3") {
			t.Errorf("%v was told %q", who.Roles, got)
		}
	}
	if got := letters(nongsa.ID); len(got) != 1 || !strings.Contains(got[0], "2") {
		t.Errorf("the head of an area was told %q", got)
	}
	if got := letters(elsewhere.ID); len(got) != 0 {
		t.Errorf("the head of another area was told %q", got)
	}
	listed, _, err := st.List(st.ctx, head, Filter{Status: Failed})
	if n, failed := st.Unsignable(st.ctx, head); err != nil || failed != nil || len(listed) != 3 || n != 3 {
		t.Fatalf("%d listed, %d counted, %v, %v", len(listed), n, err, failed)
	}
	if desk, err := st.AtDesk(st.ctx, head, all[0].ID); err != nil || !desk.MayRetry {
		t.Errorf("at the desk: %+v, %v", desk.MayRetry, err)
	}
	wants(t, st.SignAgain(st.ctx, st.staff("disdukcapil", "agency_head"), all[0].ID), "document.not_found")
	wants(t, st.SignAgain(st.ctx, st.staff("dinkes", "auditor"), all[0].ID), "access.denied")
	wants(t, st.SignAgain(st.w.Ctx(st.w.Other), head, all[0].ID), "access.sign_in")
	if err := st.SignAgain(st.ctx, head, all[0].ID); err != nil {
		t.Fatal(err)
	}
	wants(t, st.SignAgain(st.ctx, head, all[0].ID), "document.not_failed")
	if n, err := st.SignAllAgain(st.ctx, st.staff("disdukcapil", "agency_head")); err != nil || n != 0 {
		t.Errorf("another office has %d tried again, %v", n, err)
	}
	if n, err := st.SignAllAgain(st.ctx, head); err != nil || n != 2 {
		t.Errorf("%d tried again, %v", n, err)
	}
	st.signers[SignCertificate] = certificateSigner{s: st.Service}
	for _, d := range all {
		if err := st.sign(st.ctx, uuid.Nil, signArgs{d.ID}); err != nil {
			t.Fatal(err)
		}
		if got := st.again(t, d); got.Status != Valid || got.SignError != "" || got.Failed() {
			t.Errorf("%s %q", got.Status, got.SignError)
		}
	}
	var acts int
	err = st.w.DB.App.NewRaw("SELECT count(*) FROM audit_entry WHERE tenant_id = ? AND action IN ('document.sign_failed', 'document.sign_again')", st.w.Batam.ID).Scan(st.ctx, &acts)
	if err != nil || acts != 6 {
		t.Errorf("%d entries, %v", acts, err)
	}
	// A job that was lost is found out by the clock.
	st.signers[SignCertificate] = tsa
	r.Subject.ID = uuid.New()
	lost := st.made(t, r)
	watch()
	if st.again(t, lost).Failed() {
		t.Error("given up while it is fresh")
	}
	st.set(st.clock().Add(signLost + time.Minute))
	watch()
	if got := st.again(t, lost); !got.Failed() || got.SignError != "document.sign_failed" || len(letters(head.ID)) != 2 {
		t.Errorf("%s %q, letters %q", got.Status, got.SignError, letters(head.ID))
	}
}

// broken is another system that is down.
type broken struct{}

func (broken) Sign(context.Context, Draft) (Signed, error) { return Signed{}, fmt.Errorf("no answer") }
