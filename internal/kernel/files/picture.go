package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"github.com/google/uuid"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"bedelau/internal/kernel/fault"
)

const (
	// maxPixels refuses pictures that are small as files and enormous once opened. The best phone cameras of today make 50
	// million.
	maxPixels = 64_000_000
	// scansMost bounds the passes over a progressive JPEG: an ordinary one has ten, and a pass that changes nothing is a few
	// bytes.
	scansMost = 64
	// jpegQuality keeps print and stamps legible; what a camera writes above it is size alone.
	jpegQuality = 85
)

// picture reads what an image is from its header, and returns the part that is to be kept: p, or in its place the image
// written anew when somebody has brought it. Nothing is opened before its size is known.
func (s *Store) picture(ctx context.Context, p *part, f *File) (*part, error) {
	if f.Mime != mimeJPEG && f.Mime != mimePNG && f.Mime != mimeWebP {
		return p, nil
	}
	body, err := s.plain(ctx, p.file, *f)
	if err != nil {
		return p, fmt.Errorf("files: %w", err)
	}
	v, err := view(body, f.Mime)
	if err != nil {
		return p, err
	}
	f.Width, f.Height = v.width, v.height
	if f.OwnerID == uuid.Nil {
		return p, nil
	}
	anew, err := s.begin(ctx, *f)
	if err != nil {
		return p, err
	}
	if err = s.rewrite(ctx, body, anew, f, v); err == nil {
		err = anew.end()
	}
	if err != nil {
		anew.drop()
		return p, err
	}
	f.Size = anew.size
	p.drop()
	return anew, nil
}

// pictureView is what the header of a picture tells.
type pictureView struct {
	width, height int
	orientation   int
	perPixel      int64 // bytes of memory for each pixel, while it is open
}

// view reads the header of a picture. It refuses Invalid "file.damaged" and "file.too_many_pixels".
func view(file io.ReadSeeker, mime string) (pictureView, error) {
	var v pictureView
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return v, fmt.Errorf("files: %w", err)
	}
	c, err := configOf(bufio.NewReader(file), mime)
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return v, fmt.Errorf("files: %w", err)
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return v, fault.Wrap(fault.Invalid, "file.damaged", err)
	}
	v = pictureView{width: c.Width, height: c.Height, orientation: 1, perPixel: openBytes(c.ColorModel) + 2}
	if mime == mimeJPEG {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return v, fmt.Errorf("files: %w", err)
		}
		h, err := readMarkers(bufio.NewReader(file))
		if err != nil {
			return v, fmt.Errorf("files: %w", err)
		}
		if h.scans > scansMost {
			return v, fault.New(fault.Invalid, "file.damaged")
		}
		v.orientation = h.orientation
		if h.progressive {
			v.perPixel += 12 // all its coefficients are kept to the last scan
		}
	}
	if most := min(maxPixels, openMost/v.perPixel); int64(v.width)*int64(v.height) > most {
		return v, fault.New(fault.Invalid, "file.too_many_pixels", "max", most/1_000_000)
	}
	return v, nil
}

func configOf(r io.Reader, mime string) (image.Config, error) {
	switch mime {
	case mimeJPEG:
		return jpeg.DecodeConfig(r)
	case mimePNG:
		return png.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// openBytes is what a pixel takes in memory: a JPEG is held in three planes, twice while it is turned.
func openBytes(m color.Model) int64 {
	switch m {
	case color.GrayModel:
		return 2
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 6
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.CMYKModel, color.NYCbCrAModel:
		return 12
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// rewrite writes the same picture anew into to: upright, no side above sideMost, and its pixels alone.
// Where and when and with what it was taken is not kept, nor anything that hides in or behind it.
func (s *Store) rewrite(ctx context.Context, from io.ReadSeeker, to io.Writer, f *File, v pictureView) error {
	judged, leave, err := s.judges.enter(ctx, int64(v.width)*int64(v.height)*v.perPixel)
	if err != nil {
		return err
	}
	defer leave()
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	m, err := decode(timedReader{judged, from}, f.Mime)
	if err != nil {
		return pictureRefusal(ctx, err)
	}
	if f.Mime == mimeWebP {
		f.Mime, m = mimeJPEG, onWhite(m)
	}
	m = turn(shrink(m), v.orientation)
	f.Width, f.Height = m.Bounds().Dx(), m.Bounds().Dy()
	sum := sha256.New()
	w := bufio.NewWriter(timedWriter{judged, to})
	if err := encode(io.MultiWriter(w, sum), m, f.Mime); err != nil {
		return pictureRefusal(ctx, err)
	}
	if err := w.Flush(); err != nil {
		return pictureRefusal(ctx, err)
	}
	f.SHA256 = sum.Sum(nil)
	return nil
}

func decode(r io.Reader, mime string) (image.Image, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	switch mime {
	case mimeJPEG:
		return jpeg.Decode(buffered)
	case mimePNG:
		return png.Decode(buffered)
	}
	return webp.Decode(buffered)
}

func encode(w io.Writer, m image.Image, mime string) error {
	if mime == mimePNG {
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, m)
	}
	return jpeg.Encode(w, m, &jpeg.Options{Quality: jpegQuality})
}

// onWhite is a picture that a JPEG can hold: what shows through becomes paper.
func onWhite(m image.Image) image.Image {
	if _, ok := m.(*image.YCbCr); ok {
		return m
	}
	out := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Over)
	return out
}

// pictureRefusal says whose doing it is that a picture was not rewritten.
func pictureRefusal(ctx context.Context, err error) error {
	var disk *os.PathError
	switch {
	case errors.As(err, &disk):
		return fmt.Errorf("files: %w", err)
	case ctx.Err() != nil:
		return fault.Wrap(fault.Malformed, "file.interrupted", err)
	}
	return fault.Wrap(fault.Invalid, "file.damaged", err)
}
