package portal

import (
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/files"
)

// attached serves a file of one of the reader's applications.
func (p *Portal) attached(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	file, err := pathID(c, "file")
	if err != nil {
		return err
	}
	f, body, err := p.Casework.OpenFile(c.Request.Context(), gate.ActorOf(c), id, file)
	if err != nil {
		return err
	}
	return serveFile(c, f, body)
}

// document serves what the city has issued, to its holder and to the officers who may read the application.
func (p *Portal) document(c *gin.Context) error {
	s, ok := strings.CutSuffix(c.Param("id.pdf"), ".pdf")
	id, err := uuid.Parse(s)
	if !ok || err != nil || len(s) != 36 {
		return notFound()
	}
	f, body, err := p.Casework.OpenDocument(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return serveFile(c, f, body)
}

// serveFile sends a stored file in pieces, and parts of it when the browser asks for parts.
func serveFile(c *gin.Context, f files.File, body io.ReadSeekCloser) error {
	defer body.Close()
	shown := f.Mime == mimePDF || strings.HasPrefix(f.Mime, "image/")
	fileHeaders(c, f.Mime)
	c.Header("Content-Disposition", f.Disposition(shown))
	http.ServeContent(c.Writer, c.Request, "", f.CreatedAt, body)
	return nil
}

const mimePDF = "application/pdf"

// fileHeaders keep what a stranger has uploaded from ever acting as a page of this site: it may be looked at here, and
// run nothing, load nothing, and belong to no site. A PDF has no sandbox, in which browsers refuse to show one; it is
// not HTML, and nosniff holds it to that.
func fileHeaders(c *gin.Context, mime string) {
	policy := "default-src 'none'; frame-ancestors 'self'; sandbox"
	if mime == mimePDF {
		policy = "script-src 'none'; form-action 'none'; frame-ancestors 'self'"
	}
	c.Header("Content-Type", mime)
	c.Header("Content-Security-Policy", policy)
	c.Header("X-Frame-Options", "SAMEORIGIN")
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	c.Header("Cache-Control", "private, no-store")
}
