package files

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"bedelau/internal/kernel/fault"
)

// maxPixels refuses pictures that are small as files and enormous once opened: an officer's browser would hold four
// bytes for each pixel. The best phone cameras of today make 50 million.
const maxPixels = 64_000_000

// inspect reads the dimensions of an image from its header; it never decodes the picture.
func inspect(file *os.File, f *File) error {
	decode := map[string]func(io.Reader) (image.Config, error){
		"image/jpeg": jpeg.DecodeConfig, "image/png": png.DecodeConfig,
	}[f.Mime]
	if decode == nil {
		return nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	c, err := decode(bufio.NewReader(file))
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return fmt.Errorf("files: %w", err)
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return fault.Wrap(fault.Invalid, "file.damaged", err)
	case int64(c.Width)*int64(c.Height) > maxPixels:
		return fault.New(fault.Invalid, "file.too_many_pixels", "max", maxPixels/1_000_000)
	}
	f.Width, f.Height = c.Width, c.Height
	return nil
}
