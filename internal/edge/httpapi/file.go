package httpapi

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
)

// uploadMost is above what any form allows, so that the form's own limit is the one that a person is told.
const uploadMost = 64 << 20

type file struct {
	ID     uuid.UUID `json:"id" format:"uuid"`
	Name   string    `json:"name" example:"kk.jpg"`
	Type   string    `json:"type" example:"image/jpeg" doc:"Read from the content, not from the name."`
	Size   int64     `json:"size" doc:"Bytes that are kept."`
	SHA256 string    `json:"sha256" doc:"Of what is kept: a picture is written anew, upright and without EXIF, so it is not what was sent."`
}

// fileAsked names a file of an application.
type fileAsked struct {
	ByApplication
	File uuid.UUID `path:"file" format:"uuid" doc:"Id of the file."`
}

// uploadAsked says what the body is. The name is a header and not part of the address, which proxies log: people call
// their files after themselves.
type uploadAsked struct {
	ByApplication
	Field       string `query:"field" required:"true" maxLength:"100" example:"file_kk" doc:"Code of the field of the form."`
	Disposition string `header:"Content-Disposition" maxLength:"1000" example:"attachment; filename=\"kk.jpg\"" doc:"What the file is called, as filename or filename*; its ending does not count."`
}

// name is the name in the header, or "".
func (u uploadAsked) name() string {
	_, params, err := mime.ParseMediaType(u.Disposition)
	if err != nil {
		return ""
	}
	return params["filename"]
}

// download is a file as the answer.
type download struct{ Body func(huma.Context) }

func fileIDs() map[string]string { return map[string]string{"id": "application", "file": "file"} }

func imagesAndPDF() []string { return []string{"image/jpeg", "image/png", "application/pdf"} }

func (a *API) attachments() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/files", ID: "attach-file", Tag: "Applications", Title: "Attach a file",
		About: "Takes in a file for a field of the form: the bytes are the body, as `curl --data-binary @kk.jpg` sends them. Only its applicant may. 413, 415 and 422 name the field; the type is read from the content. A picture is written anew, without where and when it was taken; a PDF that would run something, asks for a password or has more than 500 pages is refused.",
		Needs: access.ApplicationSubmit, Scope: gate.City, IDs: applicationID(), MaxBody: uploadMost, Status: http.StatusCreated,
		Limit: gate.Limit{Name: "upload", Count: 60, Per: time.Minute}, Upload: append(imagesAndPDF(), "application/octet-stream"),
		Refuses: []int{http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
	}, a.attach)
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/files/{file}", ID: "get-file", Tag: "Applications", Title: "Download a file",
		About: "The applicant's own, or for staff with `application:read` within their reach, whose reading is recorded.",
		Needs: everyReader, Scope: gate.City, IDs: fileIDs(), Download: imagesAndPDF(),
	}, func(ctx context.Context, who rest.Caller, in *fileAsked) (*download, error) {
		f, r, err := a.Casework.OpenFile(ctx, who.Actor, in.ID, in.File)
		return served(f, r, err)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodDelete, Path: "/applications/{id}/files/{file}", ID: "detach-file", Tag: "Applications", Title: "Take a file away",
		About: "Takes a file away from its field. Only its applicant may, while the field may be changed: 409 otherwise.",
		Needs: access.ApplicationSubmit, Scope: gate.City, IDs: fileIDs(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *fileAsked) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.Detach(ctx, who.Actor, in.ID, in.File)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/receipt.pdf", ID: "get-receipt", Tag: "Applications", Title: "The receipt",
		About: "The receipt (tanda terima) of a submitted application, in the reader's language; its QR leads to the verification page. For its applicant, and for staff who may read it. 409 for a draft.",
		Needs: everyReader, Scope: gate.City, IDs: applicationID(), Download: []string{"application/pdf"}, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByApplication }) (*download, error) {
		name, pdf, err := a.Casework.ReceiptPDF(ctx, who.Actor, in.ID)
		if err != nil {
			return nil, err
		}
		f := files.File{Name: name, Mime: "application/pdf"}
		return served(f, closing{bytes.NewReader(pdf)}, nil)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/documents/{id}/pdf", ID: "get-document", Tag: "Applications", Title: "An issued document",
		About: "What the city has issued, as a PDF. For its applicant, and for staff with `application:read` within their reach, whose reading is recorded.",
		Needs: everyReader, Scope: gate.City, IDs: map[string]string{"id": "document"}, Download: []string{"application/pdf"},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ID uuid.UUID `path:"id" format:"uuid" doc:"Id of the document."`
	}) (*download, error) {
		f, r, err := a.Casework.OpenDocument(ctx, who.Actor, in.ID)
		return served(f, r, err)
	})
}

type attached struct {
	Location string `header:"Location" doc:"Address of the file."`
	Body     file
}

// attach streams the body to the disk; it is never whole in memory.
func (a *API) attach(ctx context.Context, who rest.Caller, in *uploadAsked) (*attached, error) {
	kind, _, _ := mime.ParseMediaType(who.Gin.GetHeader("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") || kind == "application/json" || kind == "application/x-www-form-urlencoded" {
		return nil, &fault.Error{Kind: fault.Unsupported, Code: "request.media_type", Args: []any{"type", "application/octet-stream"}}
	}
	f, err := a.Casework.Attach(ctx, who.Actor, in.ID, in.Field, in.name(), who.Gin.Request.Body)
	if err != nil {
		return nil, err
	}
	return &attached{Location: rest.Base + "/applications/" + in.ID.String() + "/files/" + f.ID.String(), Body: fileOf(f)}, nil
}

type closing struct{ io.ReadSeeker }

func (closing) Close() error { return nil }

// served answers with a file, whole or the range that was asked for, for the reader to save: nothing that a person has
// uploaded is shown by the browser under the city's name.
func served(f files.File, r io.ReadSeekCloser, err error) (*download, error) {
	if err != nil {
		return nil, err
	}
	return &download{Body: func(hc huma.Context) {
		defer r.Close()
		c := humagin.Unwrap(hc)
		c.Header("Content-Type", f.Mime)
		c.Header("Content-Disposition", f.Disposition(false))
		c.Header("Cache-Control", "private, no-store")
		http.ServeContent(c.Writer, c.Request, "", f.CreatedAt, r)
	}}, nil
}
