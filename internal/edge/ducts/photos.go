package ducts

import (
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
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

const pathPhoto = PathDucts + "/foto"

// photoBody is how large a form with a photograph may be.
const photoBody = ductedit.PhotoMB<<20 + 1<<20

// photoRoutes is the photographs of segments.
func (p *Pages) photoRoutes() gate.Table {
	read, manage, city := access.DuctRead, access.DuctManage, gate.City
	one := site.IDs("id", "duct_photo")
	return gate.Table{
		{Method: post, Path: pathSegment + "/:code/foto", Page: pathSegment + "/:code", Needs: manage, Scope: city, MaxBody: photoBody, Limit: limitImport, Handler: p.attachPhoto},
		{Method: get, Path: pathPhoto + "/:id", Needs: read, Scope: city, IDs: one, Handler: p.photo},
		{Method: post, Path: pathPhoto + "/:id/sembunyikan", Needs: manage, Scope: city, IDs: one, Handler: p.hidePhoto},
	}
}

// photos lists the photographs of a segment, and takes another. One that is not there on the day takes none.
func (p *Pages) photos(c *gin.Context, code string, segment uuid.UUID, units []duct.Unit, day time.Time, in site.Form, errs ui.Errors) (bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	s := bill.Section{ID: "foto", Title: l.T("ductphoto.title"), Empty: &bill.Empty{Icon: "paperclip", Title: l.T("ductphoto.none"), Text: l.T("ductphoto.none_hint")}}
	all, err := p.DuctEdit.Photos(ctx, a, segment)
	if err != nil {
		return s, err
	}
	may := code != "" && p.Guard.Allow(ctx, a, access.DuctManage) == nil
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("ductphoto.caption")}, {Label: l.T("ductphoto.taken_on")}, {Label: l.T("ductphoto.of")}, {Label: l.T("ductedit.by")}}}
	if may {
		choices := []ui.Option{{Label: l.T("ductphoto.whole")}}
		places := placesOf(units)
		for _, u := range units {
			choices = append(choices, ui.Option{Value: u.ID.String(), Label: l.T("duct.unit."+u.Kind) + " " + places[u.ID]})
		}
		taken := ui.Field{Name: "taken_on", Of: "foto", Type: "date", Label: l.T("ductphoto.taken_on"), Value: day.Format(time.DateOnly), Error: errs.Of("taken_on")}
		if in.Values != nil {
			taken.Value, taken.Typed = site.DateOf(in, "taken_on"), in.Values["taken_on"]
		}
		s.Forms = []bill.Form{{ID: "unggah-foto", Upload: true, Folded: len(errs) == 0, Title: l.T("ductphoto.add"), Text: l.T("ductphoto.add_text"), Action: segmentPart(code, "/foto"), Submit: l.T("ductphoto.add_do"), Fields: []ui.Field{
			{Name: "caption", Of: "foto", Label: l.T("ductphoto.caption"), Hint: l.T("ductphoto.caption_hint"), Value: in.Get("caption"), Max: 200, Error: errs.Of("caption")}, taken,
			{Name: "unit", Of: "foto", Type: "select", Label: l.T("ductphoto.of"), Value: in.Get("unit"), Optional: true, Options: choices, Error: errs.Of("unit")},
			{Name: "file", Of: "foto", Type: "file", Label: l.T("ductphoto.file"), Error: errs.Of("file"), Rule: ui.FileRule{Types: []string{"jpg", "png"}, MaxMB: ductedit.PhotoMB, MaxCount: 1}}}}}
	}
	for _, x := range all {
		of := l.T("ductphoto.whole")
		if x.Place != "" {
			of = l.T("ductcable.place") + " " + x.Place
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: x.Caption, Href: pathPhoto + "/" + x.ID.String()}, {Text: l.Date(x.TakenOn)}, {Text: of}, {Text: byName(l, x.ByName), Small: l.DateTime(site.Zoned(c, x.AddedAt))}}})
		if may {
			s.Forms = append(s.Forms, bill.Form{ID: "sembunyikan-" + x.ID.String(), Plain: true, Bad: true, Action: pathPhoto + "/" + x.ID.String() + "/sembunyikan", Submit: l.T("ductphoto.hide", "caption", x.Caption)})
		}
	}
	return s, nil
}

// attachPhoto takes in a photograph.
func (p *Pages) attachPhoto(c *gin.Context) error {
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
		err = p.DuctEdit.Attach(ctx, a, c.Param("code"), x, f)
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, nil)
		if !ok {
			return err
		}
		return p.segmentAgain(c, status, in, site.InOrder(site.Called(c, errs, map[string]string{"caption": "ductphoto.caption", "taken_on": "ductphoto.taken_on", "unit": "ductphoto.of", "file": "ductphoto.file"}), "caption", "taken_on", "unit", "file"))
	}
	return p.Done(c, SegmentPath(c.Param("code"), p.DayIn(c))+"#foto", "duct_photo")
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
	code, err := p.DuctEdit.HidePhoto(c.Request.Context(), gate.ActorOf(c), id)
	if err != nil {
		return err
	}
	return p.Done(c, SegmentPath(code, p.DayIn(c))+"#foto", "duct_photo_hidden")
}
