package site

import (
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/files"
)

// Attached serves a file of one of the reader's applications.
func (p *Pages) Attached(c *gin.Context) error {
	id, err := PathID(c, "id")
	if err != nil {
		return err
	}
	file, err := PathID(c, "file")
	if err != nil {
		return err
	}
	f, body, err := p.Casework.OpenFile(c.Request.Context(), gate.ActorOf(c), id, file)
	if err != nil {
		return err
	}
	return ServeFile(c, f, body)
}

// Document serves what the city has issued, to its holder and to the officers who may read the application.
func (p *Pages) Document(c *gin.Context) error {
	s, ok := strings.CutSuffix(c.Param("id.pdf"), ".pdf")
	id, err := uuid.Parse(s)
	if !ok || err != nil || len(s) != 36 {
		return NotFound()
	}
	f, body, err := p.Casework.OpenDocument(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return ServeFile(c, f, body)
}

// FeeReceipt serves the receipt of a fee that was paid, to the applicant and to the officers who may read the application.
func (p *Pages) FeeReceipt(c *gin.Context) error {
	id, err := PathID(c, "id")
	if err != nil {
		return err
	}
	s, ok := strings.CutSuffix(c.Param("fee.pdf"), ".pdf")
	which, err := uuid.Parse(s)
	if !ok || err != nil || len(s) != 36 {
		return NotFound()
	}
	name, pdf, err := p.Casework.FeeReceiptPDF(c.Request.Context(), gate.ActorOf(c), id, which)
	if err != nil {
		return err
	}
	FileHeaders(c, MimePDF)
	c.Header("Content-Disposition", `inline; filename="`+name+`"`)
	c.Data(http.StatusOK, MimePDF, pdf)
	return nil
}

// ServeFile sends a stored file in pieces, and parts of it when the browser asks for parts.
func ServeFile(c *gin.Context, f files.File, body io.ReadSeekCloser) error {
	defer body.Close()
	shown := f.Mime == MimePDF || strings.HasPrefix(f.Mime, "image/")
	FileHeaders(c, f.Mime)
	c.Header("Content-Disposition", f.Disposition(shown))
	http.ServeContent(c.Writer, c.Request, "", f.CreatedAt, body)
	return nil
}

// Described answers a HEAD for a file that is made, and recorded, when it is fetched: with what it would be, and without
// either.
func Described(c *gin.Context, mime string) bool {
	if c.Request.Method != http.MethodHead {
		return false
	}
	c.Header("Content-Type", mime)
	c.Status(http.StatusOK)
	return true
}

// MimePDF is the type of the files that a browser shows in a viewer of its own.
const MimePDF = "application/pdf"

// FileHeaders keep what a stranger has uploaded from ever acting as a page of this site: it may be looked at here, and
// run nothing, load nothing, and belong to no site. A PDF has no sandbox, in which browsers refuse to show one; it is
// not HTML, and nosniff holds it to that.
func FileHeaders(c *gin.Context, mime string) {
	policy := "default-src 'none'; frame-ancestors 'self'; sandbox"
	if mime == MimePDF {
		policy = "script-src 'none'; form-action 'none'; frame-ancestors 'self'"
	}
	c.Header("Content-Type", mime)
	c.Header("Content-Security-Policy", policy)
	c.Header("X-Frame-Options", "SAMEORIGIN")
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	c.Header("Cache-Control", "private, no-store")
}
