package intake

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"bedelau/internal/city/application"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/tenancy"
)

// What a QR can be on.
const (
	OnDocument = "document"
	OnReceipt  = "receipt"
)

// Verification is what anyone who holds a paper may know of it: that the city made it, for whom as far as the first
// letters of the name, and of a receipt where its application stands.
type Verification struct {
	Kind         string // OnDocument or OnReceipt
	Title        i18n.Text
	Number       string // the document's, or the application's
	AgencyName   i18n.Text
	SignerTitle  i18n.Text // of a document
	HolderMasked string
	At           time.Time           // issued, or received
	ValidUntil   time.Time           // zero: without end
	Status       string              // of a document: document.Valid and so on; of a receipt always that
	Ended        time.Time           // revoked or replaced
	Successor    string              // the number of the document that took its place
	Signature    *document.Signature // nil for a receipt, and for what is proved by its QR alone
	SHA256       string              // of the file, in hexadecimal
	Progress     *Tracking           // of the application of a receipt
}

// Verify answers anyone who has the token of a QR. A token that is none is NotFound "verify.unknown".
func (s *Service) Verify(ctx context.Context, token string) (Verification, error) {
	d, err := s.Deps.Documents.ByToken(ctx, token)
	if err == nil {
		v := Verification{
			Kind: OnDocument, Title: d.Title, Number: d.Number, AgencyName: d.AgencyName, SignerTitle: d.SignerTitle,
			HolderMasked: d.HolderMasked, At: d.IssuedAt, ValidUntil: d.ValidUntil, Status: d.StatusAt(s.Now()), Ended: d.EndedAt, Signature: d.Signature, SHA256: hex.EncodeToString(d.SHA256),
		}
		if d.ReplacedBy.Valid {
			next, err := s.Deps.Documents.Get(ctx, s.Deps.DB.App, d.ReplacedBy.UUID)
			if err != nil {
				return Verification{}, err
			}
			v.Successor = next.Number
		}
		return v, nil
	}
	if !fault.Is(err, "verify.unknown") || !document.IsToken(token) {
		return Verification{}, err
	}
	var app application.Application
	err = s.Deps.DB.App.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.receipt_token = ?", tenancy.Must(ctx), token).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Verification{}, fault.New(fault.NotFound, "verify.unknown")
	}
	if err != nil {
		return Verification{}, fmt.Errorf("intake: verify: %w", err)
	}
	// The token is longer than anybody guesses, so who holds the paper follows it without a phone, as nobody else can.
	progress, err := s.trackingOf(ctx, app)
	if err != nil {
		return Verification{}, fmt.Errorf("intake: verify: %w", err)
	}
	return Verification{
		Kind: OnReceipt, Title: app.ServiceName, Number: app.Number, AgencyName: app.AgencyName, HolderMasked: privacy.MaskName(app.ApplicantName),
		At: app.SubmittedAt, Status: document.Valid, Progress: &progress,
	}, nil
}
