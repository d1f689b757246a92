// Package pades signs PDF files with the certificate of a person or an office, by PAdES (ETSI EN 319 142-1) as far as the library
// goes: adbe.pkcs7.detached with the signed attribute signing-certificate-v2, and a time stamp where an authority is asked.
// It knows files and keys; whose they are, and where they are kept, is the caller's.
package pades

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"bedelau/internal/kernel/fault"
)

// Key is a private key with its certificate, and those of the issuers as far as they are known, nearest first.
type Key struct {
	Signer      crypto.Signer
	Certificate *x509.Certificate
	Issuers     []*x509.Certificate
}

const fileMost = 256 << 10

var errUnreadable = errors.New("pades: key file cannot be read")

// Read opens a file of up to 256 KiB with a certificate and its key: PKCS#12, or PEM with the private key (PKCS#8, PKCS#1 or
// SEC 1) and certificates in any order. It refuses Invalid "document.key_unreadable" for any other and for a wrong
// passphrase, and "document.key_mismatch" when no certificate is the key's.
func Read(file []byte, passphrase string) (Key, error) {
	unreadable := fault.Wrap(fault.Invalid, "document.key_unreadable", errUnreadable)
	if len(file) == 0 || len(file) > fileMost {
		return Key{}, unreadable
	}
	if block, _ := pem.Decode(file); block != nil {
		return readPEM(file)
	}
	raw, cert, issuers, err := pkcs12.DecodeChain(file, passphrase)
	key, ok := raw.(crypto.Signer)
	if err != nil || !ok || cert == nil {
		return Key{}, unreadable
	}
	return Key{Signer: key, Certificate: cert, Issuers: issuers}, nil
}

// readPEM reads a private key and certificates in any order; the one that is the key's comes first.
func readPEM(file []byte) (Key, error) {
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
		return Key{}, fault.Wrap(fault.Invalid, "document.key_unreadable", errUnreadable)
	}
	own := slices.IndexFunc(all, func(c *x509.Certificate) bool {
		p, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
		return ok && p.Equal(c.PublicKey)
	})
	if own < 0 {
		return Key{}, fault.New(fault.Invalid, "document.key_mismatch")
	}
	cert := all[own]
	return Key{Signer: key, Certificate: cert, Issuers: slices.Delete(all, own, own+1)}, nil
}

// Issuer names who issued the certificate.
func (k Key) Issuer() string { return IssuerOf(k.Certificate) }

// IssuerOf names who issued a certificate.
func IssuerOf(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return cert.Issuer.CommonName
	}
	return cert.Issuer.String()
}

// Holds refuses Conflict "document.certificate_expired" and "document.certificate_early" outside the certificate's time.
func (k Key) Holds(at time.Time) error {
	switch cert := k.Certificate; {
	case at.After(cert.NotAfter):
		return fault.New(fault.Conflict, "document.certificate_expired", "date", cert.NotAfter.Format(time.DateOnly))
	case at.Before(cert.NotBefore):
		return fault.New(fault.Conflict, "document.certificate_early", "date", cert.NotBefore.Format(time.DateOnly))
	}
	return nil
}

// Judge refuses Invalid "document.key_mismatch" for a key that is not the certificate's, "document.key_usage" for a certificate
// that cannot be a signature's, "document.key_weak" for RSA under 2048 bit, and what Holds refuses.
func (k Key) Judge(at time.Time) error {
	cert := k.Certificate
	public, ok := k.Signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(cert.PublicKey):
		return fault.New(fault.Invalid, "document.key_mismatch")
	case cert.IsCA, cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return fault.New(fault.Invalid, "document.key_usage")
	}
	if r, ok := cert.PublicKey.(*rsa.PublicKey); ok && r.N.BitLen() < 2048 {
		return fault.New(fault.Invalid, "document.key_weak")
	}
	return k.Holds(at)
}
