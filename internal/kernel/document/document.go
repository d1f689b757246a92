// Package document is the papers that a city issues: what they say as data, their numbers without a gap, their PDF with
// the QR that proves them, and what becomes of them afterwards.
//
// A document belongs to a subject, such as an application or a lease, which this package knows by its kind and id
// alone: whoever decides that something is issued (casework) calls Make with what the template's placeholders stand
// for, in the transaction in which it is decided. Nothing here asks who may read a document: the capability that owns
// the subject does.
package document

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/notify"
	"bedelau/internal/kernel/privacy"
	"bedelau/internal/kernel/storage"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/kernel/tsa"
)

// Deps is what documents are built from.
type Deps struct {
	DB      *storage.DB
	Guard   *access.Guard
	Bus     *event.Bus
	Files   *files.Store
	Keys    *privacy.Keys             // seal the keys of certificates
	BaseURL func(tenancy.City) string // of the city's site, without a slash at the end
	Notify  *notify.Service           // tells those responsible that a signature has failed
	TSA     tsa.Authority
	Now     func() time.Time // time.Now when nil

	// MadeWith lists the agencies whose services issue a template, "document" by its code; none when nil.
	MadeWith func(ctx context.Context, db bun.IDB, kind, code string) ([]string, error)
}

// Service is the documents of every city.
type Service struct {
	d         Deps
	templates *templates
	signers   map[string]Signer // by a template's signature
}

// New returns the Service. Register binds its jobs.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{d: d, templates: newTemplates()}
	s.signers = map[string]Signer{SignScan: handSigner{}, SignCertificate: certificateSigner{s: s, tsa: d.TSA}}
	return s
}

// now is the present to the microsecond, which is what the database keeps.
func (s *Service) now() time.Time { return s.d.Now().UTC().Truncate(time.Microsecond) }

// Subject is what a document is about, as its owner knows it.
type Subject struct {
	Kind string // "application"
	ID   uuid.UUID
}

// Document is one that the city has issued, or prepared for a signature.
type Document struct {
	bun.BaseModel `bun:"table:issued_document,alias:d"`

	TenantID        uuid.UUID     `bun:"tenant_id,pk"`
	ID              uuid.UUID     `bun:"id,pk"`
	SubjectKind     string        `bun:"subject_kind"`
	SubjectID       uuid.UUID     `bun:"subject_id"`
	SubjectNumber   string        `bun:"subject_number"` // as people know the subject
	ServiceCode     string        `bun:"service_code"`
	AgencyCode      string        `bun:"agency_code"`
	DistrictCode    string        `bun:"district_code,nullzero"` // where its matter lies; empty when nobody says
	SubdistrictCode string        `bun:"subdistrict_code,nullzero"`
	HolderID        uuid.NullUUID `bun:"holder_id"` // the account that may be reminded
	DocumentCode    string        `bun:"document_code"`
	DocumentVersion int           `bun:"document_version"`
	Title           i18n.Text     `bun:"title,type:jsonb"`
	Number          string        `bun:"number"`
	Series          string        `bun:"series"`
	Year            int           `bun:"year"`
	Seq             int           `bun:"seq"` // without a gap in its series and year
	Token           string        `bun:"token"`
	FileID          uuid.UUID     `bun:"file_id"`
	SHA256          []byte        `bun:"sha256"`
	HolderMasked    string        `bun:"holder_masked"`
	AgencyName      i18n.Text     `bun:"agency_name,type:jsonb"`
	SignerTitle     i18n.Text     `bun:"signer_title,type:jsonb"`
	SignerID        uuid.NullUUID `bun:"signer_id"` // the official who is printed
	Status          string        `bun:"status"`
	IssuedAt        time.Time     `bun:"issued_at"` // numbered and dated
	ValidUntil      time.Time     `bun:"valid_until,nullzero"`
	DraftFileID     uuid.NullUUID `bun:"draft_file_id"` // what was signed; FileID is then the signed one
	Signature       *Signature    `bun:"signature,type:jsonb"`
	SignedAt        time.Time     `bun:"signed_at,nullzero"`
	SignError       string        `bun:"sign_error"`              // why it still waits: the code of a refusal
	SignFailedAt    time.Time     `bun:"sign_failed_at,nullzero"` // since when nothing tries to sign it any more
	Replaces        uuid.NullUUID `bun:"replaces"`
	ReplacedBy      uuid.NullUUID `bun:"replaced_by"`
	EndedAt         time.Time     `bun:"ended_at,nullzero"` // revoked or replaced
	EndedBy         uuid.NullUUID `bun:"ended_by"`
	EndReason       string        `bun:"end_reason"`
}

// The statuses of a document. Expired and Failed are not stored: they are what the dates say.
const (
	Unsigned = "unsigned" // numbered and printed, and not yet in force
	Valid    = "valid"
	Revoked  = "revoked"
	Replaced = "replaced"
	Expired  = "expired"
	Failed   = "failed" // unsigned, and nothing tries to sign it any more; for those who deal with it
)

// StatusAt is the document's status at now.
func (d Document) StatusAt(now time.Time) string {
	if d.Status == Valid && !d.ValidUntil.IsZero() && now.After(d.ValidUntil) {
		return Expired
	}
	return d.Status
}

// Limit bounds the documents of one subject.
const Limit = 50

// Of returns the documents of a subject, the oldest first, read through db.
func (s *Service) Of(ctx context.Context, db bun.IDB, of Subject) ([]Document, error) {
	var all []Document
	err := db.NewSelect().Model(&all).Where("tenant_id = ? AND subject_kind = ? AND subject_id = ?", tenancy.Must(ctx), of.Kind, of.ID).
		OrderExpr("d.id").Limit(Limit).Scan(tenancy.Prepared(ctx))
	if err != nil {
		return nil, fmt.Errorf("document: of %s: %w", of.Kind, err)
	}
	return all, nil
}

// Get returns a document by its id, or NotFound "document.not_found". The caller decides who may have it.
func (s *Service) Get(ctx context.Context, db bun.IDB, id uuid.UUID) (Document, error) {
	var d Document
	err := db.NewSelect().Model(&d).Where("tenant_id = ? AND id = ?", tenancy.Must(ctx), id).Scan(ctx)
	return d, orUnknown(err, "document.not_found")
}

var tokenPattern = regexp.MustCompile(`^[a-z2-7]{26}$`)

// IsToken reports whether s can be the token of a QR at all.
func IsToken(s string) bool { return tokenPattern.MatchString(s) }

// ByToken returns the document whose QR holds token, to anyone, or NotFound "verify.unknown".
func (s *Service) ByToken(ctx context.Context, token string) (Document, error) {
	tenant, ok := tenancy.From(ctx)
	if !ok {
		return Document{}, tenancy.ErrNone
	}
	if !IsToken(token) {
		return Document{}, fault.New(fault.NotFound, "verify.unknown")
	}
	var d Document
	err := s.d.DB.App.NewSelect().Model(&d).Where("tenant_id = ? AND token = ?", tenant, token).Scan(ctx)
	return d, orUnknown(err, "verify.unknown")
}

// VerifyURL is where the QR of a token leads.
func (s *Service) VerifyURL(city tenancy.City, token string) string {
	return s.d.BaseURL(city) + "/verifikasi/" + token
}

func orUnknown(err error, code string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.NotFound, code)
	}
	return fmt.Errorf("document: %w", err)
}
