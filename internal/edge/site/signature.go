package site

import (
	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/document"
)

// SignatureText says how a document of a status was signed, and what proves the time; how is nil for one that its QR alone
// proves.
func SignatureText(c *gin.Context, status string, how *document.Signature) string {
	l := gate.LocaleOf(c)
	switch {
	case status == document.Unsigned:
		return l.T("verify.by.nobody")
	case how == nil:
		return l.T("verify.by.qr")
	case how.Method == document.SignScan:
		return l.T("verify.by.scan")
	}
	text := l.T("verify.by.certificate", "name", how.Name, "issuer", how.Issuer, "at", l.DateTime(Zoned(c, how.At)))
	switch {
	case how.Stamped:
		text += ". " + l.T("signing.stamped")
	case how.Unstamped:
		text += ". " + l.T("signing.unstamped")
	}
	return text
}
