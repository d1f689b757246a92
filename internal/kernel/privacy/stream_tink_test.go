package privacy

import (
	"bytes"
	"crypto/rand"
	"io"
	"testing"

	"github.com/google/uuid"

	"bedelau/internal/kernel/tenancy"
)

// TestTinkReadsWhatWeSeal: the form stays the library's, so that any program with the key can open it.
func TestTinkReadsWhatWeSeal(t *testing.T) {
	t.Parallel()
	c, err := makeKeys()
	if err != nil {
		t.Fatal(err)
	}
	city := uuid.New()
	k := &Keys{cities: map[tenancy.ID]*cityKeys{city: c}}
	ctx := tenancy.WithID(t.Context(), city)
	plain := make([]byte, 150_000)
	_, _ = rand.Read(plain)
	var b bytes.Buffer
	w, err := k.SealTo(ctx, &b, "file 1")
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := c.stream.NewDecryptingReader(bytes.NewReader(b.Bytes()), bound(city, "file 1"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := k.OpenAt(ctx, bytes.NewReader(b.Bytes()), int64(b.Len()), "file 1")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"Tink": theirs, "OpenAt": ours} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s reads %d bytes, %v", name, len(got), err)
		}
	}
}
