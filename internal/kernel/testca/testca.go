// Package testca makes certificates for demonstrations and tests, whose names say that they are no real ones.
package testca

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Authority is what the issuer of every certificate of Key is called: nobody who reads it takes it for a real one.
const Authority = "CA Uji Bedelau (bukan sertifikat resmi)"

// Key makes a key and a certificate in somebody's name as document.Service.AddKey reads them, for demonstrations and tests; the caller
// gives AddKey Test too. The authority that issues it is made for it and forgotten: its key exists nowhere afterwards, so
// that whoever trusts ca trusts this one certificate.
func Key(name string, at time.Time) (file []byte, ca *x509.Certificate, err error) {
	root, key, err := keys()
	if err != nil {
		return nil, nil, fmt.Errorf("testca: %w", err)
	}
	from, to := at.AddDate(0, 0, -1), at.AddDate(5, 0, 0)
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: Authority, Country: []string{"ID"}}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	issuer, err := x509.CreateCertificate(rand.Reader, authority, authority, root.Public(), root)
	if err == nil {
		ca, err = x509.ParseCertificate(issuer)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("testca: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("testca: %w", err)
	}
	own := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{"Sertifikat uji"}, Country: []string{"ID"}},
		NotBefore: from, NotAfter: to, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}
	der, err := x509.CreateCertificate(rand.Reader, own, ca, key.Public(), root)
	if err != nil {
		return nil, nil, fmt.Errorf("testca: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("testca: %w", err)
	}
	var out bytes.Buffer
	for _, b := range []*pem.Block{{Type: "PRIVATE KEY", Bytes: plain}, {Type: "CERTIFICATE", Bytes: der}, {Type: "CERTIFICATE", Bytes: ca.Raw}} {
		if err := pem.Encode(&out, b); err != nil {
			return nil, nil, fmt.Errorf("testca: %w", err)
		}
	}
	return out.Bytes(), ca, nil
}

func keys() (root, key *ecdsa.PrivateKey, err error) {
	if root, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return root, key, err
}
