package privacy_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

func masterKey(t *testing.T) []byte {
	t.Helper()
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		t.Fatal(err)
	}
	return key
}

func keys(t *testing.T, w *pgtest.World, current []byte, former ...[]byte) *privacy.Keys {
	t.Helper()
	k, err := privacy.NewKeys(w.DB.App, current, former...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedValueOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	k := keys(t, w, masterKey(t))
	sealed, err := k.Seal(w.Ctx(w.Batam), []byte("2171100101900003"), "application.nik")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("2171")) {
		t.Error("the sealed value shows the plain one")
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		value   []byte
		context string
		err     error
	}{
		{"own city and use", w.Ctx(w.Batam), sealed, "application.nik", nil},
		{"another use", w.Ctx(w.Batam), sealed, "application.kk", privacy.ErrUnreadable},
		{"another city", w.Ctx(w.Other), sealed, "application.nik", privacy.ErrUnreadable},
		{"altered", w.Ctx(w.Batam), altered, "application.nik", privacy.ErrUnreadable},
		{"empty", w.Ctx(w.Batam), nil, "application.nik", privacy.ErrUnreadable},
		{"no city", t.Context(), sealed, "application.nik", tenancy.ErrNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plain, err := k.Open(tt.ctx, tt.value, tt.context)
			if !errors.Is(err, tt.err) {
				t.Fatalf("Open: %v, want %v", err, tt.err)
			}
			if err == nil && string(plain) != "2171100101900003" {
				t.Errorf("Open = %q", plain)
			}
		})
	}
}

func TestKeyRowCopiedToAnotherCityOpensNothing(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	master := masterKey(t)
	if _, err := keys(t, w, master).Seal(w.Ctx(w.Batam), []byte("x"), "c"); err != nil {
		t.Fatal(err)
	}
	var row struct {
		MasterID  string
		AEAD, PRF []byte
	}
	if err := w.DB.App.NewRaw("SELECT master_id, aead, prf FROM city_key").Scan(w.Ctx(w.Batam), &row); err != nil {
		t.Fatal(err)
	}
	_, err := w.DB.App.NewRaw("INSERT INTO city_key (tenant_id, master_id, aead, prf, created_at, sealed_at) VALUES (?, ?, ?, ?, now(), now())",
		w.Other.ID, row.MasterID, row.AEAD, row.PRF).Exec(w.Ctx(w.Other))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys(t, w, master).Seal(w.Ctx(w.Other), []byte("x"), "c"); err == nil {
		t.Error("a key of another city was accepted")
	}
}

func TestFirstUseByManyProcessesMakesOneKey(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	master := masterKey(t)
	hashes := make([][]byte, 8)
	var group errgroup.Group
	for i := range hashes {
		k := keys(t, w, master) // each has its own cache, as a process has
		group.Go(func() (err error) {
			hashes[i], err = k.Hash(w.Ctx(w.Batam), "nik", "2171")
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, h := range hashes[1:] {
		if !bytes.Equal(h, hashes[0]) {
			t.Fatal("two processes made two keys for one city")
		}
	}
}

func TestHashDependsOnCityPurposeAndValue(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	k := keys(t, w, masterKey(t))
	hash := func(city tenancy.City, purpose, value string) string {
		h, err := k.Hash(w.Ctx(city), purpose, value)
		if err != nil {
			t.Fatal(err)
		}
		return string(h)
	}
	base := hash(w.Batam, "nik", "1")
	if len(base) != 32 || base != hash(w.Batam, "nik", "1") {
		t.Error("the same question gave another answer")
	}
	for name, other := range map[string]string{
		"city": hash(w.Other, "nik", "1"), "purpose": hash(w.Batam, "kk", "1"), "value": hash(w.Batam, "nik", "2"),
		"border": hash(w.Batam, "ni", "k\x001"),
	} {
		if other == base {
			t.Errorf("a different %s gave the same hash", name)
		}
	}
	if _, err := k.Hash(w.Ctx(w.Batam), "ni\x00k", "1"); err == nil {
		t.Error("a purpose with NUL was accepted")
	}
}

func TestChangeOfMasterKey(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx := w.Ctx(w.Batam)
	old, fresh := masterKey(t), masterKey(t)
	sealed, err := keys(t, w, old).Seal(ctx, []byte("secret"), "c")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys(t, w, fresh).Open(ctx, sealed, "c"); err == nil || !strings.Contains(err.Error(), "not configured") {
		t.Fatalf("without the former master: %v", err)
	}
	both := keys(t, w, fresh, old)
	for i, want := range []bool{true, false} {
		if moved, err := both.Reseal(ctx); err != nil || moved != want {
			t.Fatalf("Reseal number %d = %t, %v; want %t", i+1, moved, err, want)
		}
	}
	plain, err := keys(t, w, fresh).Open(ctx, sealed, "c")
	if err != nil || string(plain) != "secret" {
		t.Errorf("after Reseal: %q, %v", plain, err)
	}
	if moved, err := both.Reseal(w.Ctx(w.Other)); err != nil || moved {
		t.Errorf("Reseal of a city without keys = %t, %v", moved, err)
	}
}

func TestMasterKeyHas32Bytes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := privacy.NewKeys(nil, make([]byte, n)); err == nil {
			t.Errorf("%d bytes were accepted", n)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2171100101900003": "••••••••••••0003", "+628123456789": "•••••••••6789", "12345678": "••••5678",
		"1234567": "•••••••", "": "", "Siti Aminah é": "•••••••••ah é",
	} {
		if got := privacy.Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMaskedNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Siti Rahma": "S••• R••••", "Suparman": "S•••••••", "A": "A", "": "", "Ñandu Ölçer": "Ñ•••• Ö••••",
		"Raden Mas Wiryodiningratkusumo": "R•••• M•• W••••••••",
	} {
		if got := privacy.MaskName(in); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", in, got, want)
		}
	}
}
