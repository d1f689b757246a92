package pades

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"
)

// Says is what a signature says of itself.
type Says struct {
	City   string // where
	Reason string
	At     time.Time
}

// Sign signs a PDF so that no change to it is allowed, with a time stamp of the authority (RFC 3161) at an address unless that
// is empty. The library writes no other subfilter than adbe.pkcs7.detached.
func (k Key) Sign(file []byte, s Says, authority string) ([]byte, error) {
	reader, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("pades: read the PDF: %w", err)
	}
	var out bytes.Buffer
	err = sign.Sign(bytes.NewReader(file), &out, reader, int64(len(file)), sign.SignData{
		Signature: sign.SignDataSignature{
			CertType: sign.CertificationSignature, DocMDPPerm: sign.DoNotAllowAnyChangesPerms,
			Info: sign.SignDataSignatureInfo{Name: k.Certificate.Subject.CommonName, Location: s.City, Reason: s.Reason, Date: s.At},
		},
		Signer: k.Signer, DigestAlgorithm: crypto.SHA256, Certificate: k.Certificate,
		CertificateChains: [][]*x509.Certificate{append([]*x509.Certificate{k.Certificate}, k.Issuers...)},
		TSA:               sign.TSA{URL: authority},
	})
	return out.Bytes(), err
}
