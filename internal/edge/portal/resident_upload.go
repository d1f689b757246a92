package portal

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/intake"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/form"
)

const (
	// uploadBody bounds one post of a page with files: the largest file that the store takes, and some room. A file over
	// its own rule but within this is read to its end, so that the browser hears why it was refused.
	uploadBody = 64 << 20
	// textBody bounds the typed answers of one page together.
	textBody = 256 << 10
	// mostParts bounds the pieces of a post; a form has far fewer.
	mostParts = 1000
)

// readPage takes in a posted page. Files go to the store as they arrive, never through memory or a temporary folder;
// those that are refused are named in bad, and the rest of the post is read all the same.
func (p *Portal) readPage(c *gin.Context, d intake.Draft, page form.Page) (site.Form, []fault.Field, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		typed, err := site.ReadForm(c, several(page)...)
		if f := fault.From(err); len(f.Fields) > 0 {
			return typed, f.Fields, nil
		}
		return typed, nil, err
	}
	r, err := c.Request.MultipartReader()
	if err != nil {
		return site.Form{}, nil, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	in := incoming{portal: p, c: c, draft: d, page: page, typed: url.Values{}}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = in.take(part)
		}
		if err != nil {
			return in.sofar(), nil, in.broken(err)
		}
	}
	typed, err := site.CheckText(in.typed, several(page))
	return typed, append(in.bad, fault.From(err).Fields...), nil
}

// several are the fields of a page that are sent in more than one value.
func several(page form.Page) []string {
	var out []string
	for _, f := range page.Every() {
		if f.Type == form.Date || f.Type == form.MultiChoice || f.Type == form.Point {
			out = append(out, f.Code)
		}
	}
	return out
}

// incoming is a post of a page while it is read.
type incoming struct {
	portal *Portal
	c      *gin.Context
	draft  intake.Draft
	page   form.Page
	typed  url.Values
	bad    []fault.Field

	parts, text int
	field       string // of the part that is being read
}

func (in *incoming) take(part *multipart.Part) error {
	in.field = part.FormName()
	if in.parts++; in.parts > mostParts {
		return fault.New(fault.Malformed, "request.malformed")
	}
	asked, isFile := in.asks(in.field)
	if part.FileName() == "" && !isFile {
		return in.takeText(part)
	}
	name := part.FileName()
	if name == "" {
		// A browser sends a file that was not chosen as an empty one without a name.
		n, err := io.Copy(io.Discard, io.LimitReader(part, 1))
		if err != nil || n == 0 {
			return err
		}
		in.bad = append(in.bad, fault.Field{Name: in.field, Code: "not_answerable"})
		return nil
	}
	if !isFile {
		in.bad = append(in.bad, fault.Field{Name: site.Clip(site.ToText(in.field), 40), Code: "unknown_field"})
		return nil
	}
	_, err := in.portal.Casework.Attach(in.c.Request.Context(), gate.ActorOf(in.c), in.draft.Application.ID, asked.Code, site.ToText(name), part)
	switch f := fault.From(err); {
	case err == nil:
	case f.Code == "application.too_many_uploads":
		in.bad = append(in.bad, fault.Field{Name: in.field, Code: "too_many_uploads"})
		err = nil
	case len(f.Fields) > 0 && f.Code != "file.interrupted":
		in.bad = append(in.bad, f.Fields...)
		err = nil
	}
	return err
}

// sofar is the page as far as a post that broke off was read: what was typed, and what is kept of the rest.
func (in *incoming) sofar() site.Form {
	typed, _ := site.CheckText(in.typed, several(in.page)) // without what is no text
	out := site.Form{Values: url.Values(keptOn(in.draft, in.page))}
	maps.Copy(out.Values, typed.Values)
	return out
}

// asks returns the field of this page that is called name, and whether it takes files.
func (in *incoming) asks(name string) (form.Field, bool) {
	for _, f := range in.page.Every() {
		if f.Code == name {
			return f, f.Type == form.File
		}
	}
	return form.Field{}, false
}

func (in *incoming) takeText(part *multipart.Part) error {
	b, err := io.ReadAll(io.LimitReader(part, int64(textBody-in.text)+1))
	if err != nil {
		return err
	}
	if in.text += len(b); in.text > textBody {
		return fault.Fields([]fault.Field{{Name: site.Clip(site.ToText(in.field), 40), Code: "too_long", Args: []any{"max", textBody}}})
	}
	in.typed.Add(in.field, string(b))
	return nil
}

// broken says why a post could not be read to its end, naming the field at which it stopped.
func (in *incoming) broken(err error) error {
	var tooBig *http.MaxBytesError
	f := fault.From(err)
	switch {
	case errors.As(err, &tooBig):
		most := uploadBody >> 20
		if asked, ok := in.asks(in.field); ok {
			most = asked.File.MaxMB
		}
		return &fault.Error{Kind: fault.TooLarge, Code: "request.too_large",
			Fields: []fault.Field{{Name: in.field, Code: "file_too_large", Args: []any{"max", most}}}}
	case f.Kind != fault.Internal:
		return err
	}
	return &fault.Error{Kind: fault.Malformed, Code: "request.malformed", Err: err}
}

// removeFile takes a file away from its field and shows the page again. The form around the button comes along, perhaps
// with another file: it is read and dropped, so that the browser is not cut off.
func (p *Portal) removeFile(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	file, err := site.PathID(c, "file")
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, c.Request.Body); err != nil {
		return err
	}
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	d, err := p.Casework.Draft(ctx, a, id)
	if err != nil {
		return err
	}
	if err := p.Casework.Detach(ctx, a, id, file); err != nil {
		return err
	}
	return p.Done(c, own(id, "/isi/"+pageOfFile(d, file)), "file_removed")
}
