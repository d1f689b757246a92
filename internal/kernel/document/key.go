package document

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"software.sslmate.com/src/go-pkcs12"

	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/audit"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/identity"
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

const keyFileMost = 256 << 10

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
	key, cert, chain, err := readKey(in)
	if err == nil {
		err = judge(key, cert, now)
	}
	if err != nil {
		return Certificate{}, onField("key", err)
	}
	row := keyRow{TenantID: tenancy.Must(ctx), SignerID: in.Official, Certificate: cert.Raw, Chain: [][]byte{}, NotBefore: cert.NotBefore.UTC(), NotAfter: cert.NotAfter.UTC(),
		CreatedBy: actor.ID, CreatedAt: now, Test: in.Test}
	for _, c := range chain {
		row.Chain = append(row.Chain, c.Raw)
	}
	if row.ID, err = uuid.NewV7(); err != nil {
		return Certificate{}, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
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
	return Certificate{Name: cert.Subject.CommonName, Issuer: nameOf(cert), NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, AddedAt: now, Test: in.Test}, nil
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
	return Certificate{Name: cert.Subject.CommonName, Issuer: nameOf(cert), NotBefore: row.NotBefore, NotAfter: row.NotAfter, AddedAt: row.CreatedAt, Test: row.Test}, true, nil
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

// openKey is the key of an official, opened, with its certificate and the chain from it on.
type openKey struct {
	key   crypto.Signer
	cert  *x509.Certificate
	chain []*x509.Certificate
	test  bool
}

func (s *Service) keyOf(ctx context.Context, by Official) (openKey, error) {
	row, err := s.keyRow(ctx, s.d.DB.App, by.ID)
	if err != nil {
		return openKey{}, err
	}
	plain, err := s.d.Keys.Open(ctx, row.Sealed, row.sealFor())
	if err != nil {
		return openKey{}, err
	}
	defer clear(plain)
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return openKey{}, fmt.Errorf("document: key: %w", err)
	}
	out := openKey{key: key.(crypto.Signer), test: row.Test}
	for _, der := range append([][]byte{row.Certificate}, row.Chain...) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return openKey{}, fmt.Errorf("document: key: %w", err)
		}
		out.chain = append(out.chain, c)
	}
	out.cert = out.chain[0]
	return out, nil
}

var errUnreadable = errors.New("document: key file cannot be read")

// readKey opens an uploaded key file.
func readKey(in KeyInput) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	unreadable := fault.Wrap(fault.Invalid, "document.key_unreadable", errUnreadable)
	if len(in.File) == 0 || len(in.File) > keyFileMost {
		return nil, nil, nil, unreadable
	}
	if block, _ := pem.Decode(in.File); block != nil {
		return readPEM(in.File)
	}
	raw, cert, chain, err := pkcs12.DecodeChain(in.File, in.Passphrase)
	key, ok := raw.(crypto.Signer)
	if err != nil || !ok || cert == nil {
		return nil, nil, nil, unreadable
	}
	return key, cert, chain, nil
}

// readPEM reads a private key and certificates in any order; the one that is the key's comes first.
func readPEM(file []byte) (crypto.Signer, *x509.Certificate, []*x509.Certificate, error) {
	var key crypto.Signer
	var all []*x509.Certificate
	for block, rest := pem.Decode(file); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				all = append(all, c)
			}
			continue
		}
		for _, parse := range []func([]byte) (any, error){
			func(b []byte) (any, error) { return x509.ParsePKCS8PrivateKey(b) },
			func(b []byte) (any, error) { return x509.ParsePKCS1PrivateKey(b) },
			func(b []byte) (any, error) { return x509.ParseECPrivateKey(b) },
		} {
			if k, err := parse(block.Bytes); err == nil {
				key, _ = k.(crypto.Signer)
			}
		}
	}
	if key == nil || len(all) == 0 {
		return nil, nil, nil, fault.Wrap(fault.Invalid, "document.key_unreadable", errUnreadable)
	}
	own := slices.IndexFunc(all, func(c *x509.Certificate) bool {
		p, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
		return ok && p.Equal(c.PublicKey)
	})
	if own < 0 {
		return nil, nil, nil, fault.New(fault.Invalid, "document.key_mismatch")
	}
	cert := all[own]
	return key, cert, slices.Delete(all, own, own+1), nil
}

// onField names the input at fault in a refusal of this package.
func onField(field string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	code := f.Code[len("document."):]
	return &fault.Error{Kind: fault.Invalid, Code: f.Code, Args: f.Args, Err: f.Err, Fields: []fault.Field{{Name: field, Code: code, Args: f.Args}}}
}
