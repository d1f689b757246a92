package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"bedelau/internal/kernel/fault"
)

// pagesMost is what a person can sign by hand, with room; what has more is another file.
const pagesMost = 200

// What makes a PDF more than pages: code, other programs, forms that are sent away, files inside the file.
func activeKeys() []string { return []string{"JS", "XFA", "EmbeddedFiles", "RichMediaContent"} }

func activeActions() []string {
	return []string{"JavaScript", "Launch", "SubmitForm", "ImportData", "RichMediaExecute", "Rendition", "GoToE", "GoToR"}
}

// judgePaper refuses a PDF that could not be kept as a signed paper is: Invalid "file.encrypted" when only who knows a
// password can open or print it, "file.active" when it does something when it is opened, "file.too_many_pages", and
// "file.damaged_pdf" when it cannot be read at all.
func judgePaper(file *os.File) (err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	defer func() {
		if p := recover(); p != nil { // the library stops on structures that it did not foresee
			err = fault.Wrap(fault.Invalid, "file.damaged_pdf", fmt.Errorf("files: PDF: %v", p))
		}
	}()
	ctx, err := pdfcpu.Read(file, &model.Configuration{Reader15: true, ValidationMode: model.ValidationRelaxed})
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return fault.New(fault.Invalid, "file.encrypted")
	case err != nil:
		return fault.Wrap(fault.Invalid, "file.damaged_pdf", err)
	case ctx.Encrypt != nil:
		return fault.New(fault.Invalid, "file.encrypted")
	}
	for _, e := range ctx.Table {
		if e != nil && !e.Free && active(e.Object, 0) {
			return fault.New(fault.Invalid, "file.active")
		}
	}
	if err := ctx.EnsurePageCount(); err != nil || ctx.PageCount < 1 {
		return fault.Wrap(fault.Invalid, "file.damaged_pdf", err)
	}
	if ctx.PageCount > pagesMost {
		return fault.New(fault.Invalid, "file.too_many_pages", "max", pagesMost)
	}
	return nil
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
	for key, v := range d {
		name, named := v.(types.Name)
		key = plainName(key)
		if slices.Contains(activeKeys(), key) || key == "S" && named && slices.Contains(activeActions(), plainName(string(name))) || active(v, depth+1) {
			return true
		}
	}
	return false
}

// plainName is a name as readers take it: a letter may be written as its number, so that J#53 is JS.
func plainName(s string) string {
	if plain, err := types.DecodeName(s); err == nil {
		return plain
	}
	return s
}
