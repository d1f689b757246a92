package public

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/document"
	"bedelau/internal/kernel/fault"
	"bedelau/web/page/public"
)

// verify answers whoever scans the QR of a paper.
func (p *Pages) verify(c *gin.Context) error {
	v, _, status, err := p.verification(c)
	if err != nil {
		return err
	}
	return p.Render(c, status, public.Verify(v))
}

// compareBody bounds the file that a visitor compares: what an officer may scan, and some room.
const (
	compareMB   = 20
	compareBody = (compareMB + 1) << 20
)

// compare says whether a file is the one that was issued, byte by byte. Only its hash is taken; nothing of it is kept.
func (p *Pages) compare(c *gin.Context) error {
	v, want, status, err := p.verification(c)
	if err != nil {
		return err
	}
	if v.Check == "" {
		return p.Render(c, status, public.Verify(v))
	}
	sum := sha256.New()
	_, err = site.ReadUpload(c, "file", compareMB, func(_ string, body io.Reader) error {
		_, err := io.Copy(sum, body)
		return err
	})
	if errs, code, ok := site.Refused(c, err, ""); ok {
		v.Errors, v.ErrorTitle = errs, true
		return p.Render(c, code, public.Verify(v))
	}
	if err != nil {
		return err
	}
	v.Compared, v.Same = true, hex.EncodeToString(sum.Sum(nil)) == want
	return p.Render(c, http.StatusOK, public.Verify(v))
}

// verification is what anyone may know of the paper whose token the address holds, and the hash of its file.
func (p *Pages) verification(c *gin.Context) (v public.VerifyView, hash string, status int, err error) {
	l := gate.LocaleOf(c)
	found, err := p.Casework.Verify(c.Request.Context(), c.Param("token"))
	v = public.VerifyView{Shell: p.Shell(c, l.T("verify.document")), CheckedAt: site.Zoned(c, p.Now())}
	v.NoIndex = true
	if fault.Is(err, "verify.unknown") {
		return v, "", http.StatusNotFound, nil
	}
	if err != nil {
		return v, "", 0, err
	}
	v.Title, v.Number, v.Agency, v.Signer, v.Holder = found.Title.In(l), found.Number, found.AgencyName.In(l), found.SignerTitle.In(l), found.HolderMasked
	v.Status, v.Successor = found.Status, found.Successor
	v.IssuedAt, v.ValidUntil, v.EndedAt = site.Zoned(c, found.At), site.Zoned(c, found.ValidUntil), site.Zoned(c, found.Ended)
	if found.Kind == intake.OnReceipt {
		v.Title = l.T("receipt.kind") + ": " + v.Title
		tracked := trackedView(c, *found.Progress)
		tracked.Shell = v.Shell
		v.Progress = &tracked
		return v, "", http.StatusOK, nil
	}
	v.Signature = site.SignatureText(c, found.Status, found.Signature)
	v.Test = found.Signature != nil && found.Signature.Test
	if found.Status != document.Unsigned {
		v.Check = "/verifikasi/" + c.Param("token")
	}
	return v, found.SHA256, http.StatusOK, nil
}
