package casework

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"time"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tenancy"
)

// What a QR can be on.
const (
	OnDocument = "document"
	OnReceipt  = "receipt"
)

// Verification is what anyone who holds a paper may know of it: that the city made it, and for whom as far as the first
// letters of the name.
type Verification struct {
	Kind         string // OnDocument or OnReceipt
	Title        i18n.Text
	Number       string // the document's, or the application's
	AgencyName   i18n.Text
	SignerTitle  i18n.Text // of a document
	HolderMasked string
	At           time.Time // issued, or received
	ValidUntil   time.Time // zero: without end
	Status       string    // of a document: DocumentValid and so on; of a receipt always DocumentValid
	SHA256       string    // of the PDF, in hexadecimal
}

var tokenPattern = regexp.MustCompile(`^[a-z2-7]{26}$`)

// Verify answers anyone who has the token of a QR. A token that is none is NotFound "verify.unknown".
func (s *Service) Verify(ctx context.Context, token string) (Verification, error) {
	if !tokenPattern.MatchString(token) {
		return Verification{}, fault.New(fault.NotFound, "verify.unknown")
	}
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Verification{}, tenancy.ErrNone
	}
	var d Document
	err := s.d.DB.App.NewSelect().Model(&d).Where("tenant_id = ? AND token = ?", tenant, token).Scan(ctx)
	if err == nil {
		return Verification{
			Kind: OnDocument, Title: d.Title, Number: d.Number, AgencyName: d.AgencyName, SignerTitle: d.SignerTitle,
			HolderMasked: d.HolderMasked, At: d.IssuedAt, ValidUntil: d.ValidUntil, Status: d.StatusAt(s.now()), SHA256: hex.EncodeToString(d.SHA256),
		}, nil
	}
	var app Application
	if errors.Is(err, sql.ErrNoRows) {
		err = s.d.DB.App.NewSelect().Model(&app).Where("a.tenant_id = ? AND a.receipt_token = ?", tenant, token).Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return Verification{}, fault.New(fault.NotFound, "verify.unknown")
	}
	if err != nil {
		return Verification{}, fmt.Errorf("casework: verify: %w", err)
	}
	return Verification{
		Kind: OnReceipt, Title: app.ServiceName, Number: app.Number, AgencyName: app.AgencyName, HolderMasked: maskName(app.ApplicantName),
		At: app.SubmittedAt, Status: DocumentValid,
	}, nil
}

// verifyURL is where the QR of a token leads.
func (s *Service) verifyURL(city tenancy.City, token string) string {
	return s.d.BaseURL(city) + "/verifikasi/" + token
}
