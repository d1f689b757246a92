package document

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/tsa"
)

// certificateSigner signs with the certificate of the office's official, whose key lies here sealed. The signature is
// adbe.pkcs7.detached with the signed attribute signing-certificate-v2 of PAdES: the library writes no other subfilter.
type certificateSigner struct {
	s   *Service
	tsa tsa.Authority
}

// Sign refuses Conflict "document.no_key" when the official has no certificate, "document.certificate_expired" and
// "document.certificate_early" when it does not hold now, and Unavailable "document.no_time_stamp" while the authority
// gives none that is asked for.
func (c certificateSigner) Sign(ctx context.Context, d Draft) (Signed, error) {
	k, err := c.s.keyOf(ctx, d.By)
	if err != nil {
		return Signed{}, err
	}
	if err := holds(k.cert, d.At); err != nil {
		return Signed{}, err
	}
	how := Signature{
		Method: SignCertificate, Name: k.cert.Subject.CommonName, Issuer: nameOf(k.cert), Serial: hex.EncodeToString(k.cert.SerialNumber.Bytes()),
		Stamped: c.tsa.URL != "", Test: k.test, At: d.At,
	}
	var out []byte
	if how.Stamped {
		err = c.tsa.Relayed(ctx, func(url string) (err error) {
			out, err = k.write(d, url)
			return err
		})
		switch {
		case errors.Is(err, tsa.ErrNoStamp) && c.tsa.Optional && ctx.Err() == nil:
			how.Stamped, how.Unstamped = false, true
		case errors.Is(err, tsa.ErrNoStamp):
			return Signed{}, fault.Wrap(fault.Unavailable, "document.no_time_stamp", err)
		}
	}
	if !how.Stamped {
		out, err = k.write(d, "")
	}
	return Signed{PDF: out, Signature: how}, err
}

// write signs a draft, with the time of the authority at an address unless that is empty.
func (k openKey) write(d Draft, authority string) ([]byte, error) {
	reader, err := pdf.NewReader(bytes.NewReader(d.PDF), int64(len(d.PDF)))
	if err != nil {
		return nil, fmt.Errorf("read the PDF: %w", err)
	}
	var out bytes.Buffer
	err = sign.Sign(bytes.NewReader(d.PDF), &out, reader, int64(len(d.PDF)), sign.SignData{
		Signature: sign.SignDataSignature{
			CertType: sign.CertificationSignature, DocMDPPerm: sign.DoNotAllowAnyChangesPerms,
			Info: sign.SignDataSignatureInfo{Name: k.cert.Subject.CommonName, Location: d.City, Reason: d.Title + " " + d.Number, Date: d.At},
		},
		Signer: k.key, DigestAlgorithm: crypto.SHA256, Certificate: k.cert, CertificateChains: [][]*x509.Certificate{k.chain},
		TSA: sign.TSA{URL: authority},
	})
	return out.Bytes(), err
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
