package document

import (
	"context"
	"encoding/hex"
	"errors"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/pades"
	"bedelau/internal/kernel/tsa"
)

// certificateSigner signs with the certificate of the office's official, whose key lies here sealed.
type certificateSigner struct {
	s   *Service
	tsa tsa.Authority
}

// Sign refuses Conflict "document.no_key" when the official has no certificate, "document.certificate_expired" and
// "document.certificate_early" when it does not hold now, and Unavailable "document.no_time_stamp" while the authority
// gives none that is asked for.
func (c certificateSigner) Sign(ctx context.Context, d Draft) (Signed, error) {
	k, test, err := c.s.keyOf(ctx, d.By)
	if err != nil {
		return Signed{}, err
	}
	if err := k.Holds(d.At); err != nil {
		return Signed{}, err
	}
	how := Signature{
		Method: SignCertificate, Name: k.Certificate.Subject.CommonName, Issuer: k.Issuer(), Serial: hex.EncodeToString(k.Certificate.SerialNumber.Bytes()),
		Stamped: c.tsa.URL != "", Test: test, At: d.At,
	}
	says := pades.Says{City: d.City, Reason: d.Title + " " + d.Number, At: d.At}
	var out []byte
	if how.Stamped {
		err = c.tsa.Relayed(ctx, func(url string) (err error) {
			out, err = k.Sign(d.PDF, says, url)
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
		out, err = k.Sign(d.PDF, says, "")
	}
	return Signed{PDF: out, Signature: how}, err
}
