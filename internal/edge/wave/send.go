package wave

import (
	"context"
	"io"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
)

// send sends a file of a wave.
func send(c *gin.Context, open func(context.Context, identity.Actor, uuid.UUID, uuid.UUID) (files.File, io.ReadSeekCloser, error), param string) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	which, err := site.PathID(c, param)
	if err != nil {
		return err
	}
	f, body, err := open(c.Request.Context(), gate.ActorOf(c), id, which)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
