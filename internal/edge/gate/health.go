package gate

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Health answers the machines that watch this process, on any host: /healthz says that it lives and nothing of what it
// depends on, /readyz whether to send it requests, and what is ill, as ready names it.
func (g *Gate) Health(ready func(ctx context.Context) (ok bool, ill map[string]string)) {
	g.engine.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	g.engine.GET("/readyz", func(c *gin.Context) {
		ok, ill := ready(c.Request.Context())
		status := http.StatusOK
		if !ok {
			status = http.StatusServiceUnavailable
		}
		c.JSON(status, gin.H{"ready": ok, "ill": ill})
	})
}
