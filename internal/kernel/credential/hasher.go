// Package credential makes and checks the secrets by which people prove who they are: passwords, hashed with argon2id (RFC
// 9106), and the random tokens of sessions and links, of which only a hash is kept. Whose they are is package identity's.
package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"bedelau/internal/kernel/fault"
)

// ArgonParams is the cost of one password hash.
type ArgonParams struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Cost is the cost of every new hash. A hash with another cost is replaced at the next sign-in, so this line is all
// there is to change.
func Cost() ArgonParams { return ArgonParams{Memory: 19 * 1024, Passes: 2, Threads: 1} }

const (
	saltBytes = 16
	hashBytes = 32
	hashQueue = 5 * time.Second // how long a sign-in waits for its turn
)

// Hasher hashes passwords with argon2id, a few at a time: each takes 19 MiB, and a burst of sign-ins must wait rather
// than take all memory.
type Hasher struct {
	params ArgonParams
	Slots  chan struct{}
	Runs   atomic.Int64 // every argon2 run counts; the tests hold that known and unknown accounts cost the same
	dummy  string
}

func NewHasher(p ArgonParams) *Hasher {
	h := &Hasher{params: p, Slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	h.dummy = encode(p, salt, h.key(rand.Text(), salt, p))
	return h
}

// Hash returns the PHC string of password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	release, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	return encode(h.params, salt, h.key(password, salt, h.params)), nil
}

// Verify compares password with a PHC string, in exactly one argon2 run. An empty phc, for an account that does not
// exist, costs the same and is never right. stale asks the caller to store a new hash.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (ok, stale bool, err error) {
	release, err := h.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	p, salt, want, err := decode(phc)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(h.key(password, salt, p), want) == 1
	return same && known, p != h.params, nil
}

func (h *Hasher) key(password string, salt []byte, p ArgonParams) []byte {
	h.Runs.Add(1)
	// One person types é as one character and another device as two: both are the same password.
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, p.Passes, p.Memory, p.Threads, hashBytes)
}

func (h *Hasher) turn(ctx context.Context) (release func(), err error) {
	timer := time.NewTimer(hashQueue)
	defer timer.Stop()
	select {
	case h.Slots <- struct{}{}:
		return func() { <-h.Slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, &fault.Error{Kind: fault.Unavailable, Code: "identity.busy", RetryAfter: hashQueue}
	}
}

func encode(p ArgonParams, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Passes, p.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

func decode(phc string) (p ArgonParams, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, fmt.Errorf("credential: a stored password is not argon2id of version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Passes, &p.Threads); err != nil {
		return p, nil, nil, fmt.Errorf("credential: cost of a stored password: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err == nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	if err != nil || len(key) != hashBytes {
		return p, nil, nil, fmt.Errorf("credential: a stored password is damaged: %w", err)
	}
	return p, salt, key, nil
}
