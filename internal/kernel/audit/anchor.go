package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tenancy"
)

// shortHash is how many bytes of a hash a person copies by hand. Ten are beyond anyone who would look for another
// record that begins with the same ones.
const shortHash = 10

// Anchor is a link that somebody wrote down outside the database. Hash is whole, or its beginning of ten bytes at least.
type Anchor struct {
	Seq  int64
	Hash []byte
}

// Head returns the end of the city's chain, to be kept elsewhere and shown to Verify later; Seq is 0 for an empty one.
func Head(ctx context.Context, db bun.IDB) (Anchor, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Anchor{}, tenancy.ErrNone
	}
	last, err := tail(ctx, db, tenant)
	return Anchor{Seq: last.Seq, Hash: last.Hash}, err
}

// ParseAnchor reads what String or Short wrote, however its digits are grouped. Anything else is Invalid "audit.anchor".
func ParseAnchor(s string) (Anchor, error) {
	number, digits, _ := strings.Cut(s, ":")
	seq, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || seq < 1 {
		return Anchor{}, fault.New(fault.Invalid, "audit.anchor")
	}
	sum, err := hex.DecodeString(strings.NewReplacer("-", "", " ", "").Replace(digits))
	if err != nil || len(sum) < shortHash || len(sum) > sha256.Size {
		return Anchor{}, fault.New(fault.Invalid, "audit.anchor")
	}
	return Anchor{Seq: seq, Hash: sum}, nil
}

// String is the whole anchor in one word, "1204:4f1e93b0…".
func (a Anchor) String() string { return fmt.Sprintf("%d:%x", a.Seq, a.Hash) }

// Short is the anchor as it fits on paper, "1204:4f1e-93b0-77ac-0d2e-91c4".
func (a Anchor) Short() string {
	var groups []string
	for i := 0; i+2 <= min(len(a.Hash), shortHash); i += 2 {
		groups = append(groups, hex.EncodeToString(a.Hash[i:i+2]))
	}
	return fmt.Sprintf("%d:%s", a.Seq, strings.Join(groups, "-"))
}

// holds reports whether hash is the one that was written down.
func (a Anchor) holds(hash []byte) bool {
	return len(a.Hash) >= shortHash && bytes.HasPrefix(hash, a.Hash)
}
