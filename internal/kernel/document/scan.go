package document

import (
	"context"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// handSigner is the signature on paper: an officer prints the draft, has it signed and brings the scan.
type handSigner struct{}

// Sign leaves it to the officer.
func (handSigner) Sign(context.Context, Draft) (Signed, error) { return Signed{}, ErrByHand }

// ScanRule is what the scan of a signed document may be: pictures or pages, and nothing that runs when it is opened.
func ScanRule() files.Rule {
	return files.Rule{Types: []string{"pdf", "jpg"}, MaxBytes: 20 << 20, Paper: true}
}

// Draft returns the unsigned PDF of a document, for an officer with document:sign to print; the caller closes it. It is
// recorded. It refuses NotFound "document.not_found" for one of another office, and Conflict "document.not_unsigned" for
// one that does not wait for a signature by hand.
func (s *Service) Draft(ctx context.Context, actor identity.Actor, id uuid.UUID) (files.File, io.ReadSeekCloser, error) {
	d, err := s.forHand(ctx, actor, id)
	if err != nil {
		return files.File{}, nil, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		e := actBy(actor, "document.open_draft", d)
		e.At = s.now()
		return audit.Record(ctx, tx, e)
	})
	if err != nil {
		return files.File{}, nil, err
	}
	return s.d.Files.Open(ctx, d.FileID)
}

// AddScan puts the scan of the signed paper in the place of the draft, and so brings the document into force; the draft
// is kept. The refusals are those of Draft, and what package files refuses, naming the field "scan".
func (s *Service) AddScan(ctx context.Context, actor identity.Actor, id uuid.UUID, name string, body io.Reader) (Document, error) {
	d, err := s.forHand(ctx, actor, id)
	if err != nil {
		return Document{}, err
	}
	f, err := s.d.Files.Receive(ctx, files.PutInput{Owner: actor.ID, Purpose: purpose, Name: name, Rule: ScanRule(), Body: body})
	if err != nil {
		return Document{}, files.Refuse(err, "scan")
	}
	if f.Unscanned() { // nobody could open what would be in force
		return Document{}, fault.New(fault.Unavailable, "file.unscanned")
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		fresh, err := s.signedWith(ctx, tx, d.ID, f, Signature{Method: SignScan, At: s.now()}, actBy(actor, "", d))
		if err == nil && !fresh {
			err = fault.New(fault.Conflict, "document.not_unsigned")
		}
		return err
	})
	if err != nil {
		return Document{}, err
	}
	return s.Get(ctx, s.d.DB.App, id)
}

// forHand is a document of the actor's reach that waits for a signature on paper.
func (s *Service) forHand(ctx context.Context, actor identity.Actor, id uuid.UUID) (Document, error) {
	d, err := s.within(ctx, actor, access.DocumentSign, id)
	if err != nil {
		return Document{}, err
	}
	t, err := s.Template(ctx, s.d.DB.App, d.DocumentCode, d.DocumentVersion)
	if err != nil {
		return Document{}, err
	}
	if d.Status != Unsigned || t.Signature != SignScan {
		return Document{}, fault.New(fault.Conflict, "document.not_unsigned")
	}
	return d, nil
}

// within returns a document that the actor may deal with under p: of their own agency, or of any with application:all, and
// of either in the areas to which they are limited.
// Any other is NotFound "document.not_found", as if it did not exist.
func (s *Service) within(ctx context.Context, actor identity.Actor, p access.Permission, id uuid.UUID) (Document, error) {
	if err := s.d.Guard.Allow(ctx, actor, p); err != nil {
		return Document{}, err
	}
	d, err := s.Get(ctx, s.d.DB.App, id)
	if err != nil {
		return Document{}, err
	}
	r, err := s.d.Guard.Reach(ctx, actor)
	if err == nil && !(r.Owns(d.AgencyCode, uuid.Nil) && r.Covers(d.DistrictCode, d.SubdistrictCode)) {
		err = fault.New(fault.NotFound, "document.not_found")
	}
	return d, err
}

// reached keeps the documents that an actor reaches.
func reached(q *bun.SelectQuery, r access.Reach) *bun.SelectQuery {
	if !r.City() {
		if r.Agency() == "" {
			return q.Where("FALSE")
		}
		q = q.Where("d.agency_code = ?", r.Agency())
	}
	return r.Placed(q, "d")
}

func actBy(actor identity.Actor, action string, d Document) audit.Entry {
	return audit.Entry{ActorID: actor.ID, ActorKind: string(actor.Kind), Action: action, Object: "document", ObjectID: d.ID,
		Detail: map[string]any{"document_number": d.Number}}
}
