package privacy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"bedelau/internal/kernel/pgtest"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

func sealedStream(ctx context.Context, t *testing.T, k *privacy.Keys, plain []byte, use string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := k.SealTo(ctx, &b, use)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openStream(ctx context.Context, k *privacy.Keys, sealed []byte, use string) ([]byte, error) {
	r, err := k.OpenAt(ctx, bytes.NewReader(sealed), int64(len(sealed)), use)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// The places where the form of a stream turns: the first segment is shorter by the header.
const firstSegment, nextSegment = 64<<10 - 40 - 16, 64<<10 - 16

func TestAStreamOpensFromAnyPlace(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	k, ctx := keys(t, w, masterKey(t)), w.Ctx(w.Batam)
	for _, n := range []int{0, 1, 15, 16, 17, firstSegment - 1, firstSegment, firstSegment + 1, firstSegment + nextSegment - 1,
		firstSegment + nextSegment, firstSegment + nextSegment + 1, 300_000} {
		plain := noise(n)
		sealed := sealedStream(ctx, t, k, plain, "file 1")
		r, err := k.OpenAt(ctx, bytes.NewReader(sealed), int64(len(sealed)), "file 1")
		if err != nil || r.Size() != int64(n) {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: read %d, %v", n, len(got), err)
		}
		for range 40 {
			if n == 0 {
				break
			}
			from := rand.IntN(n)
			to := from + rand.IntN(n-from+1)
			if _, err := r.Seek(int64(from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, to-from)
			if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, plain[from:to]) {
				t.Fatalf("%d bytes, from %d to %d: %v", n, from, to, err)
			}
		}
	}
}

func TestAStreamThatWasTouchedIsRefused(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	k, ctx := keys(t, w, masterKey(t)), w.Ctx(w.Batam)
	plain := noise(200_000)
	sealed := sealedStream(ctx, t, k, plain, "file 1")
	refused := func(ctx context.Context, name string, altered []byte, use string) {
		t.Helper()
		if got, err := openStream(ctx, k, altered, use); !errors.Is(err, privacy.ErrUnreadable) || len(got) == len(plain) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	refused(ctx, "another file", sealed, "file 2")
	refused(w.Ctx(w.Other), "another city", sealed, "file 1")
	refused(ctx, "nothing", nil, "file 1")
	refused(ctx, "in the clear", plain, "file 1")
	for _, at := range []int{0, 1, 20, 39, 40, 100, 64 << 10, 130_000, len(sealed) - 1} {
		altered := bytes.Clone(sealed)
		altered[at] ^= 1
		refused(ctx, "a bit", altered, "file 1")
	}
	for _, n := range []int{39, 40, 56, 64 << 10, 64<<10 + 7, 128 << 10, len(sealed) - 1} {
		refused(ctx, "cut", sealed[:n], "file 1")
	}
	refused(ctx, "longer", append(bytes.Clone(sealed), 0), "file 1")
	swapped := bytes.Clone(sealed)
	copy(swapped[64<<10:], sealed[128<<10:192<<10])
	copy(swapped[128<<10:192<<10], sealed[64<<10:])
	refused(ctx, "segments in another order", swapped, "file 1")
	if _, err := k.SealTo(t.Context(), io.Discard, "file 1"); !errors.Is(err, tenancy.ErrNone) {
		t.Errorf("no city: %v", err)
	}
}

// TestACityFromBeforeStreams gets the key on first use, once for all processes, under whichever master its others lie.
func TestACityFromBeforeStreams(t *testing.T) {
	t.Parallel()
	w := pgtest.Open(t)
	ctx, old, fresh := w.Ctx(w.Batam), masterKey(t), masterKey(t)
	value, err := keys(t, w, old).Seal(ctx, []byte("2171"), "nik")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.DB.App.NewRaw("UPDATE city_key SET stream = NULL WHERE tenant_id = ?", w.Batam.ID).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	first, second := keys(t, w, fresh, old), keys(t, w, fresh, old)
	sealed := sealedStream(ctx, t, first, []byte("kartu keluarga"), "file 1")
	if got, err := openStream(ctx, second, sealed, "file 1"); err != nil || string(got) != "kartu keluarga" {
		t.Fatalf("another process: %q, %v", got, err)
	}
	if moved, err := first.Reseal(ctx); err != nil || !moved {
		t.Fatalf("reseal: %t, %v", moved, err)
	}
	alone := keys(t, w, fresh)
	if got, err := openStream(ctx, alone, sealed, "file 1"); err != nil || string(got) != "kartu keluarga" {
		t.Errorf("under the new master alone: %q, %v", got, err)
	}
	if got, err := alone.Open(ctx, value, "nik"); err != nil || string(got) != "2171" {
		t.Errorf("a field: %q, %v", got, err)
	}
}
