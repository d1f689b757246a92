// Package gis reads and writes the file formats of geographic programs, knowing nothing of what their features are: KML and
// KMZ, zipped shapefiles, GeoPackages, GeoJSON and CSV. Coordinates are longitude and latitude of
// WGS 84 (EPSG:4326) in every format; a file that says otherwise is refused, since nothing here reprojects.
//
// Files come from strangers. A reader holds one feature at a time, and gives up at bounds that no honest file reaches: the
// size of a file, what it unpacks to, how deep it nests, how long one value or one line is, and how long SQLite may think.
package gis

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/paulmach/orb"
)

// The bounds of a file.
const (
	fileMost     = 64 << 20  // bytes as it comes
	unpackedMost = 512 << 20 // bytes of all that is read of an archive
	entriesMost  = 200       // files in an archive
	textMost     = 64 << 10  // bytes of one value
	pointsMost   = 100_000   // of one feature
	columnsMost  = 250
	depthMost    = 64 // elements within each other
)

// Why a file is not read, besides what Each returns.
var (
	ErrUnreadable = errors.New("gis: not a file of its format") // or a damaged one
	ErrTooLarge   = errors.New("gis: larger than is read")
	ErrNoSystem   = errors.New("gis: does not say its coordinate system")
)

// SystemError is a file in a coordinate system other than WGS 84.
type SystemError struct{ Name string }

func (e SystemError) Error() string { return "gis: coordinates in " + e.Name }

// Each takes one feature: its values by column in lower case, and its place, nil where it has none.
type Each func(values map[string]string, g orb.Geometry) error

// Kind is what stands in a column.
type Kind int

// The kinds of column. A value is a string, an int, a float64 or a bool; nil is no value, in any.
const (
	Text Kind = iota
	Integer
	Number // to three places after the point
	Flag
)

// Column is one of a file that is written. Names have at most ten letters and widths at most 254, so that a shapefile can
// hold them.
type Column struct {
	Name  string
	Kind  Kind
	Width int // bytes of a text in a shapefile
}

// Writer writes features of one format: points and lines, in any order, with a value for each column. Nothing may be added
// after Close, which completes the file.
type Writer interface {
	Add(g orb.Geometry, values []any) error
	Close() error
}

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnreadable, fmt.Errorf(format, args...))
}

// Whole reads a file that can only be read as a whole; ErrTooLarge beyond 64 MB.
func Whole(body io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(body, fileMost+1))
	if err == nil && len(raw) > fileMost {
		return nil, ErrTooLarge
	}
	return raw, err
}

// archive is a zip file of which only so much is unpacked.
type archive struct {
	files []*zip.File
	left  int64
}

func openArchive(raw []byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, unreadable("%w", err)
	}
	if len(z.File) > entriesMost {
		return nil, ErrTooLarge
	}
	return &archive{z.File, unpackedMost}, nil
}

// named returns the files that end in an extension, without those that a Mac adds.
func (a *archive) named(ext string) []*zip.File {
	var out []*zip.File
	for _, f := range a.files {
		if strings.EqualFold(path.Ext(f.Name), ext) && !strings.HasPrefix(f.Name, "__MACOSX/") {
			out = append(out, f)
		}
	}
	return out
}

// open returns what a file of the archive holds, which fails with ErrTooLarge once too much has been unpacked.
func (a *archive) open(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, unreadable("%s: %w", f.Name, err)
	}
	return &unpacking{r, a}, nil
}

type unpacking struct {
	io.ReadCloser
	a *archive
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if u.a.left -= int64(n); u.a.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// broken is the error of a read: too large, or a file that ends or errs where it must not.
func broken(err error) error {
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrUnreadable) {
		return err
	}
	return unreadable("%w", err)
}

// single is a shape without the collection around it where that holds only one: programs wrap every line so.
func single(g orb.Geometry) orb.Geometry {
	switch m := g.(type) {
	case orb.MultiPoint:
		if len(m) == 1 {
			return m[0]
		}
	case orb.MultiLineString:
		if len(m) == 1 {
			return m[0]
		}
	case orb.Collection:
		if len(m) == 1 {
			return single(m[0])
		}
	}
	return g
}

func finite(p orb.Point) bool {
	return !math.IsNaN(p[0]) && !math.IsNaN(p[1]) && !math.IsInf(p[0], 0) && !math.IsInf(p[1], 0)
}
