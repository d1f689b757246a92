package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"bedelau/internal/kernel/fault"
)

const (
	// paperPagesMost is what a person can sign by hand, with room; pagesMost is what an officer can be asked to look through.
	// What has more is another file.
	paperPagesMost = 200
	pagesMost      = 500
)

const (
	// pdfMemory is what a PDF counts for while it is read.
	pdfMemory = openMost / 2
	// unpackedMost bounds what the packed objects of one file come to, and packMost one pack of them: pages and pictures are
	// not unpacked here, so that what is left is some hundred bytes for each object.
	unpackedMost = 128 << 20
	packMost     = 4 << 20
	objectsMost  = 200_000
)

// What makes a PDF more than pages: code, other programs, forms that are sent away, files inside the file. A list of files
// is none of them, because common programs write an empty one.
func activeKeys() []string { return []string{"JS", "XFA", "RichMediaContent"} }

func activeActions() []string {
	return []string{"JavaScript", "Launch", "SubmitForm", "ImportData", "RichMediaExecute", "Rendition", "GoToE", "GoToR"}
}

// judgePDF refuses a PDF that an officer could not open without harm, by what is in it and not by who made it: forms that
// are filled in, signatures, links and bookmarks pass. Invalid "file.encrypted" when it asks for a password, and for a
// paper, which everybody must be able to print, when anything in it is locked; "file.active" when it does something when
// it is opened; "file.too_many_pages"; and "file.damaged_pdf" when it cannot be read, or not within bounds.
func (s *Store) judgePDF(ctx context.Context, file io.ReadSeeker, paper bool) error {
	judged, leave, err := s.judges.enter(ctx, pdfMemory)
	if err != nil {
		return err
	}
	defer leave()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	raw, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	err = judge(judged, raw, paper)
	if err != nil && ctx.Err() != nil {
		return fault.Wrap(fault.Malformed, "file.interrupted", err)
	}
	return err
}

func judge(ctx context.Context, raw []byte, paper bool) (err error) {
	defer func() {
		if p := recover(); p != nil { // the library stops on structures that it did not foresee
			err = fault.Wrap(fault.Invalid, "file.damaged_pdf", fmt.Errorf("files: PDF: %v", p))
		}
	}()
	doc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(raw), bounded(raw))
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return fault.New(fault.Invalid, "file.encrypted")
	case err != nil:
		return fault.Wrap(fault.Invalid, "file.damaged_pdf", err)
	case paper && doc.Encrypt != nil:
		return fault.New(fault.Invalid, "file.encrypted")
	}
	for _, e := range doc.Table {
		if e == nil || e.Free {
			continue
		}
		if err := harmless(ctx, raw, e); err != nil {
			return err
		}
	}
	most := pagesMost
	if paper {
		most = paperPagesMost
	}
	if err := doc.EnsurePageCount(); err != nil || doc.PageCount < 1 {
		return fault.Wrap(fault.Invalid, "file.damaged_pdf", err)
	}
	if doc.PageCount > most {
		return fault.New(fault.Invalid, "file.too_many_pages", "max", most)
	}
	return nil
}

// harmless refuses an object that would run something, and one that the library passed over: a viewer may understand it.
// A packed object is read here and let go, so that few are in memory at one time.
func harmless(ctx context.Context, raw []byte, e *model.XRefTableEntry) error {
	o := e.Object
	if packed, ok := o.(types.LazyObjectStreamObject); ok {
		var err error
		if o, err = packed.DecodedObject(ctx); err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, "file.damaged_pdf", err)
		}
	} else if o == nil && !saysNull(raw, e.Offset) {
		return fault.New(fault.Invalid, "file.damaged_pdf")
	}
	if active(o, 0) {
		return fault.New(fault.Invalid, "file.active")
	}
	return nil
}

// bounded is how the library reads a file: it unpacks no page and no picture, and of packed objects as much as their
// number allows.
func bounded(raw []byte) *model.Configuration {
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes = int64(len(raw))
	limits.MaxDecodeBytes = min(packMost, unpackedMost/int64(1+packs(raw)))
	limits.MaxObjectCount, limits.MaxXRefEntries, limits.MaxObjectStreamCount = objectsMost, objectsMost, objectsMost
	limits.MaxObjectStreamFirst = limits.MaxDecodeBytes
	limits.MaxRecursionDepth = deepest
	return &model.Configuration{Reader15: true, ValidationMode: model.ValidationRelaxed, Offline: true, Limits: limits}
}

// packs is how many packs of objects a file can have at the most: as often as it says ObjStm, plainly or with a letter
// written as its number.
func packs(raw []byte) int {
	const name = "ObjStm"
	n := bytes.Count(raw, []byte(name))
	for rest := raw; ; {
		at := bytes.IndexByte(rest, '#')
		if at < 0 || at+3 > len(rest) {
			return n
		}
		if slices.Contains([]string{"4f", "62", "6a", "53", "74", "6d"}, string(bytes.ToLower(rest[at+1:at+3]))) {
			n++
		}
		rest = rest[at+1:]
	}
}

// saysNull reports whether the object that begins at an offset is written as null.
func saysNull(raw []byte, offset *int64) bool {
	if offset == nil || *offset < 0 || *offset >= int64(len(raw)) {
		return offset == nil || *offset >= int64(len(raw)) // there is nothing to understand
	}
	words := bytes.Fields(raw[*offset:min(int64(len(raw)), *offset+64)])
	return len(words) > 3 && string(words[2]) == "obj" && bytes.HasPrefix(words[3], []byte("null"))
}

// deepest bounds how far an object is followed; what it refers to is an object of its own.
const deepest = 64

// active reports whether an object has something that a reader would run.
func active(o types.Object, depth int) bool {
	if depth > deepest {
		return true
	}
	switch o := o.(type) {
	case types.Dict:
		return activeDict(o, depth)
	case types.StreamDict:
		return activeDict(o.Dict, depth)
	case types.ObjectStreamDict:
		return activeDict(o.Dict, depth)
	case types.Array:
		return slices.ContainsFunc(o, func(x types.Object) bool { return active(x, depth+1) })
	}
	return false
}

func activeDict(d types.Dict, depth int) bool {
	file, named := false, false // a dictionary of both says that a file lies inside (ISO 32000-1, 7.11.3)
	for key, v := range d {
		n, _ := v.(types.Name)
		name := plainName(string(n))
		switch key = plainName(key); {
		case slices.Contains(activeKeys(), key),
			key == "S" && slices.Contains(activeActions(), name),
			key == "Type" && name == "EmbeddedFile",
			active(v, depth+1):
			return true
		}
		file = file || key == "EF"
		named = named || key == "F" || key == "UF" || key == "Type" && name == "Filespec"
	}
	return file && named
}

// plainName is a name as readers take it: a letter may be written as its number, so that J#53 is JS.
func plainName(s string) string {
	if plain, err := types.DecodeName(s); err == nil {
		return plain
	}
	return s
}
