package privacy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"bedelau/internal/kernel/tenancy"
)

// master is one key that seals the keysets of all cities. Its id is stored beside what it sealed, so that a change of
// master is noticed row by row.
type master struct {
	id   string
	aead tink.AEAD
}

var errMasterSize = errors.New("privacy: a master key is 32 bytes")

func newMaster(key []byte) (master, error) {
	if len(key) != 32 {
		return master{}, errMasterSize
	}
	a, err := subtle.NewAESGCM(key)
	if err != nil {
		return master{}, fmt.Errorf("privacy: master key: %w", err)
	}
	sum := sha256.Sum256(append([]byte("bedelau master key\x00"), key...))
	return master{id: hex.EncodeToString(sum[:8]), aead: a}, nil
}

// cityKeys is what one city seals and searches with.
type cityKeys struct {
	aeadSet   *keyset.Handle
	prfSet    *keyset.Handle
	streamSet *keyset.Handle // nil in a row from before files were sealed
	aead      tink.AEAD
	prf       *prf.Set
	stream    tink.StreamingAEAD
	streamAt  time.Time
}

func makeKeys() (*cityKeys, error) {
	a, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("privacy: make key: %w", err)
	}
	p, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("privacy: make key: %w", err)
	}
	f, err := makeStreamSet()
	if err != nil {
		return nil, fmt.Errorf("privacy: make key: %w", err)
	}
	return ready(a, p, f)
}

func ready(a, p, f *keyset.Handle) (*cityKeys, error) {
	k := &cityKeys{aeadSet: a, prfSet: p, streamSet: f}
	var err error
	if k.aead, err = aead.New(a); err != nil {
		return nil, fmt.Errorf("privacy: key: %w", err)
	}
	if k.prf, err = prf.NewPRFSet(p); err != nil {
		return nil, fmt.Errorf("privacy: key: %w", err)
	}
	if f == nil {
		return k, nil
	}
	if k.stream, err = streamingaead.New(f); err != nil {
		return nil, fmt.Errorf("privacy: key: %w", err)
	}
	return k, nil
}

// seal writes k under m. The city is part of what is authenticated, so a row copied to another city does not open.
func (k *cityKeys) seal(m master, city tenancy.ID) (row cityKey, err error) {
	row = cityKey{TenantID: city, MasterID: m.id}
	if row.AEAD, err = sealSet(k.aeadSet, m, city, "aead"); err != nil {
		return row, err
	}
	if row.PRF, err = sealSet(k.prfSet, m, city, "prf"); err != nil || k.streamSet == nil {
		return row, err
	}
	row.Stream, err = sealSet(k.streamSet, m, city, "stream")
	return row, err
}

func (r cityKey) open(m master) (*cityKeys, error) {
	a, err := openSet(r.AEAD, m, r.TenantID, "aead")
	if err != nil {
		return nil, err
	}
	p, err := openSet(r.PRF, m, r.TenantID, "prf")
	if err != nil {
		return nil, err
	}
	if len(r.Stream) == 0 {
		return ready(a, p, nil)
	}
	f, err := openSet(r.Stream, m, r.TenantID, "stream")
	if err != nil {
		return nil, err
	}
	k, err := ready(a, p, f)
	if err == nil {
		k.streamAt = r.StreamAt
	}
	return k, err
}

func sealSet(h *keyset.Handle, m master, city tenancy.ID, use string) ([]byte, error) {
	var b bytes.Buffer
	if err := h.WriteWithAssociatedData(keyset.NewBinaryWriter(&b), m.aead, bound(city, use)); err != nil {
		return nil, fmt.Errorf("privacy: seal key: %w", err)
	}
	return b.Bytes(), nil
}

func openSet(sealed []byte, m master, city tenancy.ID, use string) (*keyset.Handle, error) {
	h, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), m.aead, bound(city, use))
	if err != nil {
		return nil, fmt.Errorf("privacy: open key of city %s: %w", city, err)
	}
	return h, nil
}

// bound is the associated data of everything sealed for a city; the id has a fixed length, so the two never blur.
func bound(city tenancy.ID, context string) []byte {
	return append(city[:], context...)
}
