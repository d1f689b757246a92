package document

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pades"
	"bedelau/internal/kernel/tenancy"
)

// keyRow is the certificate with which an official signs, and its private key sealed under the city's.
type keyRow struct {
	bun.BaseModel `bun:"table:document_key,alias:k"`

	TenantID    uuid.UUID `bun:"tenant_id,pk"`
	ID          uuid.UUID `bun:"id,pk"`
	SignerID    uuid.UUID `bun:"signer_id"`
	Certificate []byte    `bun:"certificate"`
	Chain       [][]byte  `bun:"chain,array"`
	Sealed      []byte    `bun:"sealed"`
	NotBefore   time.Time `bun:"not_before"`
	NotAfter    time.Time `bun:"not_after"`
	CreatedBy   uuid.UUID `bun:"created_by"`
	CreatedAt   time.Time `bun:"created_at"`
	RemovedAt   time.Time `bun:"removed_at,nullzero"`
	Test        bool      `bun:"test"`
}

// sealFor is the context under which a private key is sealed: copied into another row, it does not open.
func (k keyRow) sealFor() string { return "document.key:" + k.ID.String() }

// Certificate is what an administrator sees of a key: nothing that is secret.
type Certificate struct {
	Name, Issuer        string
	NotBefore, NotAfter time.Time
	AddedAt             time.Time
	Test                bool
}

// KeyInput is a certificate with its key as the administrator uploads it: a PKCS#12 file, or PEM with the private key
// (PKCS#8, PKCS#1 or SEC 1) and the certificate, its issuers after it. The passphrase opens the file and is not kept.
type KeyInput struct {
	Official   uuid.UUID
	File       []byte
	Passphrase string
	Test       bool // it proves nothing: documents that it signs say so to whoever checks them
}

// AddKey gives an official the certificate to sign with, in the place of an earlier one, whose key is destroyed. It
// needs service:configure, and refuses Forbidden "document.other_agency" as Appoint does; Invalid, field "key":
// key_unreadable for a file that the passphrase does not open, and key_mismatch, key_usage, key_weak and certificate_expired
// or certificate_early for one that cannot sign. What waits for the signature of this official is tried again.
func (s *Service) AddKey(ctx context.Context, actor identity.Actor, in KeyInput) (Certificate, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Certificate{}, err
	}
	by, err := s.official(ctx, s.d.DB.App, in.Official)
	if err == nil {
		err = s.maySay(ctx, actor, by.AgencyCode)
	}
	if err != nil {
		return Certificate{}, err
	}
	now := s.now()
	key, err := pades.Read(in.File, in.Passphrase)
	if err == nil {
		err = key.Judge(now)
	}
	if err != nil {
		return Certificate{}, onField("key", err)
	}
	cert := key.Certificate
	row := keyRow{TenantID: tenancy.Must(ctx), SignerID: in.Official, Certificate: cert.Raw, Chain: [][]byte{}, NotBefore: cert.NotBefore.UTC(), NotAfter: cert.NotAfter.UTC(),
		CreatedBy: actor.ID, CreatedAt: now, Test: in.Test}
	for _, c := range key.Issuers {
		row.Chain = append(row.Chain, c.Raw)
	}
	if row.ID, err = uuid.NewV7(); err != nil {
		return Certificate{}, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key.Signer)
	if err != nil {
		return Certificate{}, fmt.Errorf("document: key: %w", err)
	}
	row.Sealed, err = s.d.Keys.Seal(ctx, plain, row.sealFor())
	clear(plain)
	if err != nil {
		return Certificate{}, err
	}
	err = tenancy.InTx(ctx, s.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*keyRow)(nil)).Set("sealed = NULL").Set("removed_at = ?", now).
			Where("tenant_id = ? AND signer_id = ? AND removed_at IS NULL", row.TenantID, row.SignerID).Exec(ctx)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		err = audit.Record(ctx, tx, audit.Entry{
			ActorID: actor.ID, ActorKind: string(actor.Kind), Action: "document_signer.add_key", Object: "document_signer", ObjectID: in.Official,
			At: now, Detail: map[string]any{"serial": cert.SerialNumber.Text(16), "until": cert.NotAfter.Format(time.DateOnly), "test": in.Test},
		})
		if err != nil {
			return err
		}
		return s.signWaiting(ctx, tx, in.Official)
	})
	if err != nil {
		return Certificate{}, fmt.Errorf("document: add key: %w", err)
	}
	return Certificate{Name: cert.Subject.CommonName, Issuer: pades.IssuerOf(cert), NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, AddedAt: now, Test: in.Test}, nil
}

// waitingAtOnce is how many documents are asked for their signature by one statement.
const waitingAtOnce = 500

// signWaiting tries again what waits for an official's certificate.
func (s *Service) signWaiting(ctx context.Context, tx bun.Tx, official uuid.UUID) error {
	for after := uuid.Nil; ; {
		var waiting []uuid.UUID
		err := tx.NewSelect().Model((*Document)(nil)).Column("id").
			Where("tenant_id = ? AND signer_id = ? AND status = ? AND id > ?", tenancy.Must(ctx), official, Unsigned, after).
			OrderExpr("id").Limit(waitingAtOnce).Scan(ctx, &waiting)
		if err != nil {
			return err
		}
		if err := s.askSignature(ctx, tx, waiting); err != nil || len(waiting) < waitingAtOnce {
			return err
		}
		after = waiting[len(waiting)-1]
	}
}

// CertificateOf returns the certificate of an official, and false when they have none. It needs service:configure, and
// refuses NotFound "document.no_signer".
func (s *Service) CertificateOf(ctx context.Context, actor identity.Actor, official uuid.UUID) (Certificate, bool, error) {
	if err := s.d.Guard.Allow(ctx, actor, access.ServiceConfigure); err != nil {
		return Certificate{}, false, err
	}
	if _, err := s.official(ctx, s.d.DB.App, official); err != nil {
		return Certificate{}, false, err
	}
	row, err := s.keyRow(ctx, s.d.DB.App, official)
	if fault.Is(err, "document.no_key") {
		return Certificate{}, false, nil
	}
	if err != nil {
		return Certificate{}, false, err
	}
	cert, err := x509.ParseCertificate(row.Certificate)
	if err != nil {
		return Certificate{}, false, fmt.Errorf("document: key: %w", err)
	}
	return Certificate{Name: cert.Subject.CommonName, Issuer: pades.IssuerOf(cert), NotBefore: row.NotBefore, NotAfter: row.NotAfter, AddedAt: row.CreatedAt, Test: row.Test}, true, nil
}

func (s *Service) keyRow(ctx context.Context, db bun.IDB, official uuid.UUID) (keyRow, error) {
	var row keyRow
	err := db.NewSelect().Model(&row).
		Where("tenant_id = ? AND signer_id = ? AND removed_at IS NULL", tenancy.Must(ctx), official).Scan(ctx)
	if err = orUnknown(err, "document.no_key"); fault.Is(err, "document.no_key") {
		err = fault.New(fault.Conflict, "document.no_key")
	}
	return row, err
}

// keyOf opens the key of an official; test is one that proves nothing.
func (s *Service) keyOf(ctx context.Context, by Official) (key pades.Key, test bool, err error) {
	row, err := s.keyRow(ctx, s.d.DB.App, by.ID)
	if err != nil {
		return pades.Key{}, false, err
	}
	plain, err := s.d.Keys.Open(ctx, row.Sealed, row.sealFor())
	if err != nil {
		return pades.Key{}, false, err
	}
	defer clear(plain)
	opened, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return pades.Key{}, false, fmt.Errorf("document: key: %w", err)
	}
	key.Signer = opened.(crypto.Signer)
	if key.Certificate, err = x509.ParseCertificate(row.Certificate); err != nil {
		return pades.Key{}, false, fmt.Errorf("document: key: %w", err)
	}
	for _, der := range row.Chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return pades.Key{}, false, fmt.Errorf("document: key: %w", err)
		}
		key.Issuers = append(key.Issuers, c)
	}
	return key, row.Test, nil
}

// onField names the input at fault in a refusal of package pades.
func onField(field string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	code := f.Code[len("document."):]
	return &fault.Error{Kind: fault.Invalid, Code: f.Code, Args: f.Args, Err: f.Err, Fields: []fault.Field{{Name: field, Code: code, Args: f.Args}}}
}
