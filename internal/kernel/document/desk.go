package document

import (
	"context"

	"github.com/google/uuid"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
)

// Desk is a document with what a member of staff may do with it.
type Desk struct {
	Document
	ByHand     bool // its template is signed on paper
	MaySign    bool // it waits for a scan that this person may bring
	MayRetry   bool // nothing tries to sign it any more, and this person may have it tried
	MayRevoke  bool
	MayReplace bool
	MayReissue bool   // it was revoked, and this person may have it made anew where the rules of its subject say so
	Renewal    string // code of the service that renews it
}

// AtDesk returns a document of the actor's reach to staff with document:register, document:sign or document:revoke. Any
// other is NotFound "document.not_found".
func (s *Service) AtDesk(ctx context.Context, actor identity.Actor, id uuid.UUID) (Desk, error) {
	may := map[access.Permission]bool{}
	var d Document
	var refusal error
	for _, p := range []access.Permission{access.DocumentRegister, access.DocumentSign, access.DocumentRevoke} {
		found, err := s.within(ctx, actor, p, id)
		switch {
		case err == nil:
			may[p], d = true, found
		case fault.From(err).Kind != fault.Forbidden:
			return Desk{}, err
		default:
			refusal = err
		}
	}
	if len(may) == 0 {
		return Desk{}, refusal
	}
	t, err := s.Template(ctx, s.d.DB.App, d.DocumentCode, d.DocumentVersion)
	if err != nil {
		return Desk{}, err
	}
	return Desk{Document: d, ByHand: t.Signature == SignScan, Renewal: t.Renewal,
		MaySign:    may[access.DocumentSign] && d.Status == Unsigned && t.Signature == SignScan,
		MayRetry:   may[access.DocumentSign] && d.Failed(),
		MayRevoke:  may[access.DocumentRevoke] && (d.Status == Valid || d.Status == Unsigned),
		MayReplace: may[access.DocumentRevoke] && !d.ReplacedBy.Valid && d.Status == Valid,
		MayReissue: may[access.DocumentRevoke] && !d.ReplacedBy.Valid && d.Status == Revoked,
	}, nil
}
