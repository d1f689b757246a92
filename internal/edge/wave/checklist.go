package wave

import (
	"io"
	"mime"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/files"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// ChecklistSection is the checklist of a company of a wave; with an address, each item that the reader can tick has a form there.
func ChecklistSection(c *gin.Context, w ductwave.View, x ductwave.Company, in site.Form, errs ui.Errors, action string, staff bool, today time.Time) bill.Section {
	l := gate.LocaleOf(c)
	s := bill.Section{ID: "periksa", Title: l.T("wave.checklist"), Text: l.T("wave.checklist_text"), Empty: &bill.Empty{Icon: "list-details", Title: l.T("wave.no_checklist"), Text: l.T("wave.no_checklist_hint")}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("wave.item")}, {Label: l.T("wave.stage")}, {Label: l.T("wave.by")}, {Label: l.T("duct.standing")}}}
	for _, k := range x.Checks {
		var item ductwave.Item
		for _, i := range w.Items {
			if i.Code == k.Item {
				item = i
			}
		}
		by := l.T("wave.by_company")
		if item.Staff {
			by = l.T("wave.by_staff")
		}
		standing := bill.Cell{Mark: ui.Mark{Icon: "hourglass", Text: l.T("wave.open")}}
		switch {
		case k.Skipped:
			standing = bill.Cell{Mark: ui.Mark{Icon: "minus", Text: l.T("wave.skipped")}, Small: k.Note}
		case !k.Open():
			standing = bill.Cell{Mark: ui.Mark{Tone: "good", Icon: "circle-check", Text: l.T("wave.done_on", "day", l.Date(k.DoneOn))}, Small: k.Note}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: item.Name.In(l)}, {Text: l.T("wave.state." + item.Stage)}, {Text: by}, standing}})
		now := w.State == ductwave.AerialDown || w.State == ductwave.CutOver && item.Stage == ductwave.StageCutOver
		if action == "" || !k.Open() || !now || !staff && item.Staff {
			continue
		}
		typed, wrong := Of(in, errs, "periksa-"+k.Item)
		of := k.Item + "-"
		f := bill.Form{ID: "tandai-" + k.Item, Folded: true, Title: l.T("wave.tick", "item", item.Name.In(l)), Action: action, Submit: l.T("wave.tick_do"), Hidden: []ui.Option{{Value: "form", Label: "periksa-" + k.Item}, {Value: "item", Label: k.Item}}}
		on := DateField(typed, wrong, "on", l.T("wave.on"), today.Format(time.DateOnly))
		on.Of = of
		f.Fields = []ui.Field{on, {Name: "note", Of: of, Label: l.T("wave.tick_note"), Hint: l.T("wave.tick_note_hint"), Value: typed.Get("note"), Max: 500, Optional: true, Error: wrong.Of("note"), Autocomplete: "off"}}
		if item.Photo != "" {
			f.Upload, f.Text = true, l.T("wave.with_photo."+item.Photo)
			f.Fields = append(f.Fields, PhotoField(l, of, wrong))
		}
		s.Forms = append(s.Forms, f)
	}
	return s
}

// Tick reads and sends on what a form of ChecklistSection says. It returns what was typed, for a refusal.
func Tick(c *gin.Context, s *ductwave.Service, wave, company uuid.UUID) (site.Form, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	x := ductwave.CheckInput{Wave: wave, Company: company}
	var in site.Form
	var err error
	if kind, _, _ := mime.ParseMediaType(c.GetHeader("Content-Type")); kind == "multipart/form-data" {
		var f files.File
		in, err = site.ReadUpload(c, "photo", ductwave.PaperMB, func(name string, body io.Reader) (err error) {
			f, err = s.ReceivePhoto(ctx, a, name, body)
			return err
		}, "on")
		x.Photo = &f
	} else {
		in, err = site.ReadForm(c, "on")
	}
	if err != nil {
		return in, err
	}
	if x.On, err = DayOf(in, "on"); err != nil {
		return in, err
	}
	x.Item, x.Note, x.Skip = in.Get("item"), in.Text("note"), in.Yes("skip")
	return in, s.Tick(ctx, a, x)
}
