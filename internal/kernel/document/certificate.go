package document

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/hex"
	"fmt"
	"time"

	"crypto/x509"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"

	"bedelau/internal/kernel/fault"
)

// certificateSigner signs with the certificate of the office's official, whose key lies here sealed. The signature is
// adbe.pkcs7.detached with the signed attribute signing-certificate-v2 of PAdES: the library writes no other subfilter.
type certificateSigner struct {
	s   *Service
	tsa string // address of a time-stamping authority (RFC 3161); empty for none
}

// tsaTimeout bounds the wait for a time stamp; the job then tries again.
const tsaTimeout = 20 * time.Second

// Sign refuses Conflict "document.no_key" when the official has no certificate, "document.certificate_expired" and
// "document.certificate_early" when it does not hold now.
func (c certificateSigner) Sign(ctx context.Context, d Draft) (Signed, error) {
	key, cert, chain, err := c.s.keyOf(ctx, d.By)
	if err != nil {
		return Signed{}, err
	}
	if err := holds(cert, d.At); err != nil {
		return Signed{}, err
	}
	reader, err := pdf.NewReader(bytes.NewReader(d.PDF), int64(len(d.PDF)))
	if err != nil {
		return Signed{}, fmt.Errorf("read the PDF: %w", err)
	}
	var out bytes.Buffer
	data := sign.SignData{
		Signature: sign.SignDataSignature{
			CertType: sign.CertificationSignature, DocMDPPerm: sign.DoNotAllowAnyChangesPerms,
			Info: sign.SignDataSignatureInfo{Name: cert.Subject.CommonName, Location: d.City, Reason: d.Title + " " + d.Number, Date: d.At},
		},
		Signer: key, DigestAlgorithm: crypto.SHA256, Certificate: cert, CertificateChains: [][]*x509.Certificate{chain},
		TSA: sign.TSA{URL: c.tsa},
	}
	// The library asks the authority without a limit of its own, so it is left behind when the time is over.
	ctx, cancel := context.WithTimeout(ctx, tsaTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- sign.Sign(bytes.NewReader(d.PDF), &out, reader, int64(len(d.PDF)), data) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return Signed{}, fmt.Errorf("time stamp: %w", ctx.Err())
	}
	if err != nil {
		return Signed{}, err
	}
	return Signed{PDF: out.Bytes(), Signature: Signature{
		Method: SignCertificate, Name: cert.Subject.CommonName, Issuer: nameOf(cert), Serial: hex.EncodeToString(cert.SerialNumber.Bytes()),
		Stamped: c.tsa != "", At: d.At,
	}}, nil
}

// nameOf names the issuer of a certificate.
func nameOf(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return cert.Issuer.CommonName
	}
	return cert.Issuer.String()
}

// holds refuses a certificate outside its time.
func holds(cert *x509.Certificate, at time.Time) error {
	switch {
	case at.After(cert.NotAfter):
		return fault.New(fault.Conflict, "document.certificate_expired", "date", cert.NotAfter.Format(time.DateOnly))
	case at.Before(cert.NotBefore):
		return fault.New(fault.Conflict, "document.certificate_early", "date", cert.NotBefore.Format(time.DateOnly))
	}
	return nil
}

// judge refuses a certificate that cannot be a signature's, or a key that is not its own.
func judge(key crypto.Signer, cert *x509.Certificate, at time.Time) error {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(cert.PublicKey):
		return fault.New(fault.Invalid, "document.key_mismatch")
	case cert.IsCA, cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return fault.New(fault.Invalid, "document.key_usage")
	}
	if r, ok := cert.PublicKey.(*rsa.PublicKey); ok && r.N.BitLen() < 2048 {
		return fault.New(fault.Invalid, "document.key_weak")
	}
	return holds(cert, at)
}
