package queue_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/queue"
)

// TestNoFileStaysBehind of a form that is refused before its files are read.
func TestNoFileStaysBehind(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(queue.AskedPrefix+"berita_acara", "acara.pdf")
	if err == nil {
		_, err = file.Write(bytes.Repeat([]byte("x"), 11<<20))
	}
	if err == nil {
		err = form.WriteField("reason", "bukan \xff teks")
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(http.MethodPost, "/", &body)
	c.Request.Header.Set("Content-Type", form.FormDataContentType())
	_, _, _, done, err := queue.ReadAct(c)
	if err == nil {
		t.Fatal("what is no text is taken")
	}
	if kept, _ := os.ReadDir(folder); len(kept) == 0 {
		t.Fatal("the file was never put down, so this shows nothing")
	}
	done()
	if kept, err := os.ReadDir(folder); err != nil || len(kept) > 0 {
		t.Errorf("left behind: %v, %v", kept, err)
	}
}
