package gate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// TestWhoGoesAwayIsNoFaultOfOurs: a request whose asker goes away is a line of its own kind and is counted apart, whether it was still read
// for or was being sent; the same error stays a fault of ours while the asker waits.
func TestWhoGoesAwayIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		leaves bool
		answer func(c *gin.Context) error
		status string
		level  string
	}{
		{"while it is read for", true, func(c *gin.Context) error {
			<-c.Request.Context().Done()
			return fmt.Errorf("duct: segments: %w", c.Request.Context().Err())
		}, "499", "INFO"},
		{"while it is sent", true, func(c *gin.Context) error {
			for some := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := c.Writer.Write(some); err != nil {
					return err
				}
			}
		}, "499", "INFO"},
		{"for another reason meanwhile", true, func(c *gin.Context) error {
			<-c.Request.Context().Done()
			return io.ErrUnexpectedEOF
		}, "500", "ERROR"},
		{"not at all", false, func(*gin.Context) error { return fmt.Errorf("duct: segments: %w", context.Canceled) }, "500", "ERROR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			reg := prometheus.NewPedanticRegistry()
			requests, err := newRequests(reg)
			if err != nil {
				t.Fatal(err)
			}
			g := &Gate{Deps: Deps{Log: slog.New(slog.NewTextHandler(&log, nil))}, requests: requests}
			here, done := make(chan struct{}), make(chan struct{})
			e := gin.New()
			e.Use(func(c *gin.Context) { defer close(done); c.Next() }, g.observe)
			e.GET("/tile", func(c *gin.Context) {
				close(here)
				if _, status := Failed(c, tt.answer(c)); !c.Writer.Written() {
					c.String(status, "x")
				}
			})
			s := httptest.NewServer(e)
			defer s.Close()
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				if <-here; tt.leaves {
					leave()
				}
			}()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/tile", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if res, err := s.Client().Do(req); err == nil {
				_ = res.Body.Close()
			}
			<-done
			leave()
			if got := log.String(); !strings.Contains(got, "status="+tt.status) || !strings.Contains(got, "level="+tt.level) || strings.Contains(got, "err=") != (tt.level == "ERROR") {
				t.Errorf("the line is %s", got)
			}
			if !requests.DeleteLabelValues(http.MethodGet, "/tile", tt.status) {
				t.Errorf("nothing is counted under %s", tt.status)
			}
		})
	}
}
