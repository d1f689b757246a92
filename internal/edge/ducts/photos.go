package ducts

import (
	"context"
	"io"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductedit"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const pathPhoto = PathDucts + "/foto"

// photoBody is how large a form with a photograph may be.
const photoBody = ductedit.PhotoMB<<20 + 1<<20

// photoRoutes is the photographs of segments and of cables.
func (p *Pages) photoRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one := site.IDs("id", "duct_photo")
	return gate.Table{
		{Method: post, Path: pathSegment + "/:code/foto", Page: pathSegment + "/:code", Needs: manage, Scope: city, MaxBody: photoBody, Limit: limitImport, Handler: p.attachPhoto},
		{Method: post, Path: pathCables + "/:id/foto", Page: pathCables + "/:id", Needs: manage, Scope: city, IDs: site.IDs("id", "duct_cable"), MaxBody: photoBody, Limit: limitImport, Handler: p.attachCablePhoto},
		{Method: get, Path: pathPhoto + "/:id", Needs: read, Scope: city, IDs: one, Handler: p.photo},
		{Method: post, Path: pathPhoto + "/:id/sembunyikan", Needs: manage, Scope: city, IDs: one, Handler: p.hidePhoto},
	}
}

// photos lists the photographs of a segment, and takes another. One that is not there on the day takes none.
func (p *Pages) photos(c *gin.Context, code string, segment uuid.UUID, units []duct.Unit, day time.Time, in site.Form, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	all, err := p.DuctEdit.Photos(c.Request.Context(), gate.ActorOf(c), segment)
	if err != nil {
		return bill.Section{}, err
	}
	choices := []ui.Option{{Label: l.T("ductphoto.whole")}}
	places := placesOf(units)
	for _, u := range units {
		choices = append(choices, ui.Option{Value: u.ID.String(), Label: l.T("duct.unit."+u.Kind) + " " + places[u.ID]})
	}
	to := ""
	if code != "" {
		to = segmentPart(code, "/foto")
	}
	return p.photoSection(c, all, to, choices, day, in, errs), nil
}

// cablePhotos lists the photographs of a cable, and takes another.
func (p *Pages) cablePhotos(c *gin.Context, cable uuid.UUID, day time.Time, in site.Form, errs ui.Errors) (bill.Section, error) {
	all, err := p.DuctEdit.CablePhotos(c.Request.Context(), gate.ActorOf(c), cable)
	if err != nil {
		return bill.Section{}, err
	}
	return p.photoSection(c, all, CablePath(cable)+"/foto", nil, day, in, errs), nil
}

// photoSection lists photographs, and takes another at an address, empty for none: of a part where there are choices.
func (p *Pages) photoSection(c *gin.Context, all []ductedit.Photo, to string, choices []ui.Option, day time.Time, in site.Form, errs ui.Errors) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "foto", Title: l.T("ductphoto.title"), Empty: &bill.Empty{Icon: "paperclip", Title: l.T("ductphoto.none"), Text: l.T("ductphoto.none_hint")}}
	may := to != "" && p.Guard.Allow(c.Request.Context(), gate.ActorOf(c), access.DuctManage) == nil
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("ductphoto.caption")}, {Label: l.T("ductphoto.taken_on")}}}
	if choices != nil {
		s.Table.Columns = append(s.Table.Columns, bill.Column{Label: l.T("ductphoto.of")})
	}
	s.Table.Columns = append(s.Table.Columns, bill.Column{Label: l.T("ductedit.by")})
	if may {
		taken := ui.Field{Name: "taken_on", Of: "foto", Type: "date", Label: l.T("ductphoto.taken_on"), Value: day.Format(time.DateOnly), Error: errs.Of("taken_on")}
		if in.Values != nil {
			taken.Value, taken.Typed = site.DateOf(in, "taken_on"), in.Values["taken_on"]
		}
		fields := []ui.Field{{Name: "caption", Of: "foto", Label: l.T("ductphoto.caption"), Hint: l.T("ductphoto.caption_hint"), Value: in.Get("caption"), Max: 200, Error: errs.Of("caption")}, taken}
		if choices != nil {
			fields = append(fields, ui.Field{Name: "unit", Of: "foto", Type: "select", Label: l.T("ductphoto.of"), Value: in.Get("unit"), Optional: true, Options: choices, Error: errs.Of("unit")})
		}
		s.Forms = []bill.Form{{ID: "unggah-foto", Upload: true, Folded: len(errs) == 0, Title: l.T("ductphoto.add"), Text: l.T("ductphoto.add_text"), Action: to, Submit: l.T("ductphoto.add_do"), Hidden: []ui.Option{{Value: "form", Label: "foto"}}, Fields: append(fields,
			ui.Field{Name: "file", Of: "foto", Type: "file", Label: l.T("ductphoto.file"), Error: errs.Of("file"), Rule: ui.FileRule{Types: []string{"jpg", "png"}, MaxMB: ductedit.PhotoMB, MaxCount: 1}})}}
	}
	for _, x := range all {
		of := l.T("ductphoto.whole")
		if x.Place != "" {
			of = l.T("ductcable.place") + " " + x.Place
		}
		cells := []bill.Cell{{Text: x.Caption, Href: pathPhoto + "/" + x.ID.String()}, {Text: l.Date(x.TakenOn)}}
		if choices != nil {
			cells = append(cells, bill.Cell{Text: of})
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: append(cells, bill.Cell{Text: byName(l, x.ByName), Small: l.DateTime(site.Zoned(c, x.AddedAt))})})
		if may {
			s.Forms = append(s.Forms, bill.Form{ID: "sembunyikan-" + x.ID.String(), Plain: true, Bad: true, Action: pathPhoto + "/" + x.ID.String() + "/sembunyikan", Submit: l.T("ductphoto.hide", "caption", x.Caption)})
		}
	}
	return s
}

// photoLabels name the fields of the form of a photograph, and photoOrder is theirs.
var (
	photoLabels = map[string]string{"caption": "ductphoto.caption", "taken_on": "ductphoto.taken_on", "unit": "ductphoto.of", "file": "ductphoto.file"}
	photoOrder  = []string{"caption", "taken_on", "unit", "file"}
)

// attachPhoto takes in a photograph of a segment.
func (p *Pages) attachPhoto(c *gin.Context) error {
	in, err := p.takePhoto(c, func(ctx context.Context, a identity.Actor, x ductedit.Photo, f files.File) error {
		return p.DuctEdit.Attach(ctx, a, c.Param("code"), x, f)
	})
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, nil)
		if !ok {
			return err
		}
		return p.segmentAgain(c, status, in, site.InOrder(site.Called(c, errs, photoLabels), photoOrder...))
	}
	return p.Done(c, SegmentPath(c.Param("code"), p.DayIn(c))+"#foto", "duct_photo")
}

// attachCablePhoto takes in a photograph of a cable.
func (p *Pages) attachCablePhoto(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := p.takePhoto(c, func(ctx context.Context, a identity.Actor, x ductedit.Photo, f files.File) error {
		return p.DuctEdit.AttachToCable(ctx, a, id, x, f)
	})
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, nil)
		if !ok {
			return err
		}
		return p.cableAgain(c, status, in, site.InOrder(site.Called(c, errs, photoLabels), photoOrder...))
	}
	return p.Done(c, CablePath(id)+"#foto", "duct_photo")
}

// takePhoto reads the form of a photograph and has it kept.
func (p *Pages) takePhoto(c *gin.Context, keep func(ctx context.Context, a identity.Actor, x ductedit.Photo, f files.File) error) (site.Form, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	var f files.File
	in, err := site.ReadUpload(c, "file", ductedit.PhotoMB, func(name string, body io.Reader) (err error) {
		f, err = p.DuctEdit.Receive(ctx, a, name, body)
		return err
	}, "taken_on")
	x := ductedit.Photo{Caption: in.Line("caption")}
	if err == nil && in.Text("unit") != "" {
		if x.UnitID.UUID, err = uuid.Parse(in.Text("unit")); err != nil {
			err = site.Invalid("unit", "not_an_option")
		}
		x.UnitID.Valid = true
	}
	if err == nil {
		x.TakenOn, err = dayTyped(in, "taken_on")
	}
	if err == nil {
		err = keep(ctx, a, x, f)
	}
	return in, err
}

// photo sends one.
func (p *Pages) photo(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	f, body, err := p.DuctEdit.OpenPhoto(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}

// hidePhoto takes one away.
func (p *Pages) hidePhoto(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	code, cable, err := p.DuctEdit.HidePhoto(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	if cable.Valid {
		return p.Done(c, CablePath(cable.UUID)+"#foto", "duct_photo_hidden")
	}
	return p.Done(c, SegmentPath(code, p.DayIn(c))+"#foto", "duct_photo_hidden")
}
