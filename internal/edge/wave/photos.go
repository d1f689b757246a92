package wave

import (
	"slices"
	"strconv"

	"github.com/google/uuid"

	"bedelau/internal/city/ductwave"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// PhotoText is what is to be seen on a photo: its caption, or what it was taken for.
func PhotoText(l i18n.Locale, w ductwave.View, f ductwave.Photo) string {
	if f.Caption != "" {
		return f.Caption
	}
	for _, x := range w.Items {
		if x.Code == f.Item {
			return x.Name.In(l)
		}
	}
	return l.T("wave.phase." + f.Phase)
}

// Shots are photos of a wave, which lie under an address.
func Shots(l i18n.Locale, w ductwave.View, all []ductwave.Photo, base string, names map[uuid.UUID]string) []ui.Photo {
	var out []ui.Photo
	for _, f := range all {
		x := ui.Photo{Src: base + "/foto/" + f.ID.String(), Text: PhotoText(l, w, f), Small: l.T("wave.phase." + f.Phase)}
		for _, r := range w.Roads {
			if r.Position == f.Road {
				x.Small += ", " + r.Name
			}
		}
		if name := names[f.OperatorID.UUID]; name != "" {
			x.Small += ", " + name
		}
		if !f.PublishedAt.IsZero() {
			x.Mark = ui.Mark{Tone: "good", Icon: "world", Text: l.T("wave.photo_shown")}
		}
		out = append(out, x)
	}
	return out
}

// photoSection is the photos of a wave, which staff add and choose what everybody sees of.
func photoSection(l i18n.Locale, w ductwave.View, in site.Form, errs ui.Errors, may bool) bill.Section {
	one := wavePath(w.ID)
	names := map[uuid.UUID]string{}
	for _, x := range w.Companies {
		names[x.OperatorID] = x.Name
	}
	s := bill.Section{ID: "foto", Title: l.T("wave.photos"), Text: l.T("wave.photos_text"), Photos: Shots(l, w, w.Photos, one, names), Empty: &bill.Empty{Icon: "flag", Title: l.T("wave.no_photos"), Text: l.T("wave.no_photos_hint")}}
	if !may {
		return s
	}
	var roads []ui.Option
	for _, r := range w.Roads {
		roads = append(roads, ui.Option{Value: strconv.Itoa(r.Position), Label: r.Name})
	}
	typed, wrong := Of(in, errs, "foto")
	s.Forms = []bill.Form{{ID: "tambah-foto", Folded: true, Upload: true, Title: l.T("wave.add_photo"), Text: l.T("wave.add_photo_text"), Action: one + "/foto", Submit: l.T("wave.add_photo_do"), Hidden: []ui.Option{{Value: "form", Label: "foto"}}, Fields: []ui.Field{
		{Name: "phase", Of: "foto-", Type: "select", Label: l.T("wave.phase"), Value: typed.Get("phase"), Options: phases(l), Error: wrong.Of("phase")},
		{Name: "road", Of: "foto-", Type: "select", Label: l.T("wave.road"), Value: typed.Get("road"), Options: roads, Error: wrong.Of("road")},
		{Name: "caption", Of: "foto-", Label: l.T("wave.caption"), Hint: l.T("wave.caption_hint"), Value: typed.Get("caption"), Max: 200, Error: wrong.Of("caption"), Autocomplete: "off"}, PhotoField(l, "foto-", wrong)}}}
	if len(w.Photos) == 0 {
		return s
	}
	var hidden, shown []ui.Option
	for i, f := range w.Photos {
		o := ui.Option{Value: f.ID.String(), Label: l.T("wave.photo_nth", "n", i+1, "text", PhotoText(l, w, f))}
		if f.PublishedAt.IsZero() {
			hidden = append(hidden, o)
		} else {
			shown = append(shown, o)
		}
	}
	if len(hidden) > 0 {
		typed, wrong := Of(in, errs, "tampil")
		s.Forms = append(s.Forms, bill.Form{ID: "tampil", Folded: true, Title: l.T("wave.show_photo"), Text: l.T("wave.show_photo_text"), Action: one + "/tampil-foto", Submit: l.T("wave.show_photo_do"), Hidden: []ui.Option{{Value: "form", Label: "tampil"}}, Fields: []ui.Field{
			{Name: "which", Of: "tampil-", Type: "select", Label: l.T("wave.photo"), Value: typed.Get("which"), Options: hidden, Error: wrong.Of("which")},
			{Name: "road", Of: "tampil-", Type: "select", Label: l.T("wave.road"), Value: typed.Get("road"), Options: slices.Clone(roads), Error: wrong.Of("road")},
			{Name: "caption", Of: "tampil-", Label: l.T("wave.caption"), Hint: l.T("wave.caption_hint"), Value: typed.Get("caption"), Max: 200, Error: wrong.Of("caption"), Autocomplete: "off"}}})
	}
	if len(shown) > 0 {
		s.Forms = append(s.Forms, bill.Form{ID: "sembunyi", Folded: true, Bad: true, Title: l.T("wave.hide_photo"), Action: one + "/tampil-foto", Submit: l.T("wave.hide_photo_do"), Hidden: []ui.Option{{Value: "form", Label: "sembunyi"}, {Value: "hide", Label: "yes"}}, Fields: []ui.Field{
			{Name: "which", Of: "sembunyi-", Type: "select", Label: l.T("wave.photo"), Options: shown}}})
	}
	return s
}

func phases(l i18n.Locale) []ui.Option {
	return []ui.Option{{Value: ductwave.Before, Label: l.T("wave.phase.before")}, {Value: ductwave.After, Label: l.T("wave.phase.after")}}
}

// PhotoField asks for a photo.
func PhotoField(l i18n.Locale, of string, errs ui.Errors) ui.Field {
	return ui.Field{Name: "photo", Of: of, Type: "file", Label: l.T("wave.photo"), Error: errs.Of("photo"), Rule: ui.FileRule{Types: []string{"jpg", "png"}, MaxMB: ductwave.PaperMB, MaxCount: 1}}
}
