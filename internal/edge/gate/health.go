package gate

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Health answers the machines that watch this process, on any host: /healthz says that it lives and nothing of what it
// depends on, /readyz which dependency keeps it from serving, as ready names it.
func (g *Gate) Health(ready func(ctx context.Context) (ill map[string]string)) {
	g.engine.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	g.engine.GET("/readyz", func(c *gin.Context) {
		ill := ready(c.Request.Context())
		status := http.StatusOK
		if len(ill) > 0 {
			status = http.StatusServiceUnavailable
		}
		c.JSON(status, gin.H{"ready": len(ill) == 0, "ill": ill})
	})
}
