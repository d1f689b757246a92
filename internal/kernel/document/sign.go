package document

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// Signer signs what Make has prepared. It is asked in a job, outside any transaction, so it may call another system and
// take its time within ctx; it may be asked again for the same document, whose id is then the same, to be used as the
// other system's idempotency key. A refusal that only a person can mend is a fault.Error and is shown to those responsible;
// a fault of kind Unavailable, and any other error, is tried again.
type Signer interface {
	// Sign returns the signed file, or ErrByHand when a person brings it.
	Sign(ctx context.Context, d Draft) (Signed, error)
}

// ErrByHand is returned by a Signer that waits for a person.
var ErrByHand = errors.New("document: signed by hand")

// Draft is a document that waits for its signature.
type Draft struct {
	ID     uuid.UUID // the same at every attempt
	Number string
	Title  string
	City   string
	By     Official // the zero Official when the office has none on record
	At     time.Time
	PDF    []byte
}

// Signed is a signed document.
type Signed struct {
	PDF       []byte
	Signature Signature
}

// Signature is how a document was signed, for the verification page.
type Signature struct {
	Method  string `json:"method"`            // SignScan or SignCertificate
	Name    string `json:"name,omitempty"`    // whom the certificate names
	Issuer  string `json:"issuer,omitempty"`  // who issued the certificate
	Serial  string `json:"serial,omitempty"`  // of the certificate, in hexadecimal
	Stamped bool   `json:"stamped,omitempty"` // with the time of a time-stamping authority
	// Unstamped tells that the authority did not answer and the city signs all the same: the time is the server's own.
	Unstamped bool      `json:"unstamped,omitempty"`
	Test      bool      `json:"test,omitempty"` // with a certificate that proves nothing
	At        time.Time `json:"at"`
}

type signArgs struct {
	DocumentID uuid.UUID `json:"document_id"`
}

// sign is the job that signs a document with its office's signer. Running again, it finds that it was signed, or that
// nobody is to try before a person says so.
func (s *Service) sign(ctx context.Context, _ uuid.UUID, args signArgs) error {
	d, err := s.Get(ctx, s.d.DB.App, args.DocumentID)
	if err != nil || d.Status != Unsigned || d.Failed() {
		return err
	}
	t, err := s.Template(ctx, s.d.DB.App, d.DocumentCode, d.DocumentVersion)
	if err != nil || t.Signature == SignScan {
		return err
	}
	n, err := s.attempt(ctx, d)
	if fault.Is(err, "document.not_found") {
		return nil // signed or revoked meanwhile
	}
	if err != nil {
		return err
	}
	signed, err := s.signature(ctx, d, t)
	if errors.Is(err, ErrByHand) {
		return nil
	}
	if err != nil {
		return s.missed(ctx, d, n, err)
	}
	return tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := s.signedWith(ctx, tx, d.ID, signed.file, signed.how, audit.Entry{ActorKind: audit.System})
		return err
	})
}

// received is a signed file that has no row yet.
type received struct {
	file files.File
	how  Signature
}

// signature asks the signer and takes in what it has signed.
func (s *Service) signature(ctx context.Context, d Document, t *Template) (received, error) {
	signer, ok := s.signers[t.Signature]
	if !ok {
		return received{}, fmt.Errorf("document: no signer %q", t.Signature)
	}
	draft, err := s.draft(ctx, d)
	if err != nil {
		return received{}, err
	}
	signed, err := signer.Sign(ctx, draft)
	if err != nil {
		return received{}, err
	}
	f, err := s.d.Files.Receive(ctx, files.PutInput{Purpose: purpose, Name: d.fileName(), Rule: pdfOnly(), Body: bytes.NewReader(signed.PDF)})
	return received{f, signed.Signature}, err
}

func (s *Service) draft(ctx context.Context, d Document) (Draft, error) {
	city, _ := tenancy.CityFrom(ctx)
	out := Draft{ID: d.ID, Number: d.Number, Title: d.Title.In(i18n.ID), City: city.ShortName, At: s.now()}
	if d.SignerID.Valid {
		by, err := s.official(ctx, s.d.DB.App, d.SignerID.UUID)
		if err != nil {
			return Draft{}, err
		}
		out.By = by
	}
	_, body, err := s.d.Files.Open(ctx, d.FileID)
	if err != nil {
		return Draft{}, err
	}
	defer body.Close()
	if out.PDF, err = io.ReadAll(body); err != nil {
		return Draft{}, fmt.Errorf("document: draft: %w", err)
	}
	return out, nil
}

// signedWith puts the signed file in the place of the draft, which is kept beside it, and brings the document into
// force. It reports false for a document that was signed meanwhile: the file is then swept away.
func (s *Service) signedWith(ctx context.Context, tx bun.Tx, id uuid.UUID, f files.File, how Signature, by audit.Entry) (bool, error) {
	d, err := lock(ctx, tx, id)
	if err != nil || d.Status != Unsigned {
		return false, err
	}
	if err := s.d.Files.Keep(ctx, tx, f); err != nil {
		return false, err
	}
	d.DraftFileID = uuid.NullUUID{UUID: d.FileID, Valid: true}
	d.FileID, d.SHA256, d.SignedAt, d.Signature, d.SignError, d.SignFailedAt = f.ID, f.SHA256, how.At, &how, "", time.Time{}
	_, err = tx.NewUpdate().Model(&d).Column("draft_file_id", "file_id", "sha256", "signed_at", "signature", "sign_error", "sign_failed_at").WherePK().Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("document: sign: %w", err)
	}
	by.Action, by.Object, by.ObjectID, by.At = "document.sign", "document", d.ID, how.At
	by.Detail = map[string]any{"document_number": d.Number, "method": how.Method, "serial": how.Serial, "stamped": how.Stamped, "sha256": hex.EncodeToString(f.SHA256)}
	if err := audit.Record(ctx, tx, by); err != nil {
		return false, err
	}
	return true, s.enter(ctx, tx, &d)
}

// Hold keeps a document as it is until tx ends, for the owner of its subject to do so before it locks the subject: what is
// signed or revoked locks its document and then, as it tells of that, its subject.
func (s *Service) Hold(ctx context.Context, tx bun.Tx, id uuid.UUID) error {
	_, err := lock(ctx, tx, id)
	return err
}

// lock is Get for a change: nobody else changes the document until tx ends.
func lock(ctx context.Context, tx bun.Tx, id uuid.UUID) (Document, error) {
	var d Document
	err := tx.NewSelect().Model(&d).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).For("UPDATE").Scan(ctx)
	return d, orUnknown(err, "document.not_found")
}
