package ducts

import (
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ductsurvey"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/geo"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// imports lists the files of surveys, and takes in another.
func (p *Pages) imports(c *gin.Context) error {
	return p.importsPage(c, http.StatusOK, site.Form{}, nil)
}

func (p *Pages) importsPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	all, err := p.Surveying.Imports(ctx, a)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("duct.imports")), Heading: l.T("duct.imports"), Lead: l.T("duct.imports_lead"), Errors: errs}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		day := site.DateOf(in, "on_day")
		if day == "" {
			day = p.DayIn(c).Format(time.DateOnly)
		}
		format := in.Get("format")
		if format == "" {
			format = ductsurvey.GeoJSON
		}
		v.Sections = append(v.Sections, bill.Section{ID: "unggah", Title: l.T("duct.upload"), Quiet: true, Forms: []bill.Form{{ID: "berkas", Title: l.T("duct.upload"), Text: l.T("duct.upload_text"), Action: pathImports,
			Upload: true, Submit: l.T("duct.upload_do"), Folded: len(all) > 0 && len(errs) == 0, Fields: []ui.Field{
				{Name: "title", Label: l.T("duct.import_title"), Value: in.Get("title"), Max: 200, Error: errs.Of("title"), Hint: l.T("duct.import_title_hint")},
				{Name: "source", Label: l.T("duct.source"), Value: in.Get("source"), Max: 200, Error: errs.Of("source"), Hint: l.T("duct.source_hint")},
				{Name: "on_day", Type: "date", Label: l.T("duct.on_day"), Value: day, Error: errs.Of("on_day"), Hint: l.T("duct.on_day_hint")},
				{Name: "format", Type: "choice", Label: l.T("duct.format"), Value: format, Error: errs.Of("format"), Options: readable(l)},
				{Name: "file", Type: "file", Label: l.T("duct.file"), Error: errs.Of("file"), Rule: ui.FileRule{Types: []string{"geojson", "json", "csv", "kml", "kmz", "zip", "gpkg"}, MaxMB: importMB, MaxCount: 1}},
			}}}})
	}
	s := bill.Section{ID: "berkas-berkas", Title: l.T("duct.files"), Empty: &bill.Empty{Icon: "file-upload", Title: l.T("duct.imports_none"), Text: l.T("duct.imports_none_hint")}}
	s.Table = &bill.Table{Title: l.T("duct.files"), Columns: []bill.Column{{Label: l.T("duct.import_title")}, {Label: l.T("duct.on_day")}, {Label: l.T("duct.features"), End: true}, {Label: l.T("duct.standing")}}}
	for _, i := range all {
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: i.Title, Small: i.Source, Href: pathImports + "/" + i.ID.String()}, {Text: l.Date(i.OnDay)},
			{Text: l.Number(int64(i.Features))}, {Mark: importMark(l, i)}}})
	}
	v.Sections = append(v.Sections, s)
	return p.Render(c, status, bill.Page(v))
}

// readable are the formats of a file to take in; some read two.
func readable(l i18n.Locale) []ui.Option {
	var out []ui.Option
	for _, code := range []string{ductsurvey.GeoJSON, ductsurvey.GeoPackage, ductsurvey.Shapefile, ductsurvey.KML, ductsurvey.CSV, ductsurvey.OFDS} {
		out = append(out, ui.Option{Value: code, Label: l.T("duct.format_read." + code), Hint: l.T("duct.format_hint." + code)})
	}
	return out
}

// importMark is how a file stands as a mark.
func importMark(l i18n.Locale, i ductsurvey.Import) ui.Mark {
	m := map[string]ui.Mark{ductsurvey.Read: {Icon: "clock"}, ductsurvey.Checked: {Tone: "good", Icon: "circle-check"}, ductsurvey.Refused: {Tone: "bad", Icon: "alert-triangle"},
		ductsurvey.Applying: {Icon: "clock"}, ductsurvey.Applied: {Tone: "good", Icon: "check"}, ductsurvey.Undone: {Icon: "history"}}[i.State]
	m.Text = l.T("duct.import." + i.State)
	return m
}

// upload takes in a file; what comes of its check is on its own page.
func (p *Pages) upload(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	// The file is read as it arrives, and what goes with it may come after it: so it waits in memory, which the route bounds.
	var name string
	var body strings.Builder
	in, err := site.ReadUpload(c, "file", importMB, func(n string, r io.Reader) error {
		name = n
		_, err := io.Copy(&body, r)
		return err
	}, "on_day")
	var i ductsurvey.Import
	day, _ := time.Parse(time.DateOnly, site.DateOf(in, "on_day")) // none is refused
	if unread, broken := site.Unread(err); broken == nil && len(unread) > 0 {
		unread = fault.Also(unread, site.Missing(in, "title", "source", "format")...)
		if day.IsZero() {
			unread = fault.Also(unread, fault.Field{Name: "on_day", Code: "required"})
		}
		err = fault.Fields(unread)
	}
	if err == nil {
		i, err = p.Surveying.Upload(ctx, a, ductsurvey.ImportInput{Title: in.Text("title"), Source: in.Text("source"), OnDay: day, Format: in.Get("format"), Name: site.Clip(name, 100), Body: strings.NewReader(body.String())})
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.unreadable": "file", "duct.empty": "file", "duct.too_many": "file", "duct.too_large": "file", "duct.other_system": "file", "duct.no_system": "file", "duct.plain_geojson": "format", "duct.is_ofds": "format"})
		if !ok {
			return err
		}
		return p.importsPage(c, status, in, site.Called(c, errs, map[string]string{"title": "duct.import_title", "source": "duct.source", "on_day": "duct.on_day", "format": "duct.format", "file": "duct.file"}))
	}
	return p.Done(c, pathImports+"/"+i.ID.String(), "duct_uploaded")
}

// importPage is one file: what it would change or has changed, what is wrong with it and where, and what can be done now.
func (p *Pages) importPage(c *gin.Context) error {
	return p.importAgain(c, http.StatusOK, site.Form{}, nil)
}

// importAgain is importPage, after a refusal with what was filled in.
func (p *Pages) importAgain(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	i, err := p.Surveying.Import(ctx, a, id)
	if err != nil {
		return err
	}
	skip, after := skipped(c, querySkip, i.Faults+i.Doubts), skipped(c, queryAfter, i.Features)
	if skip == i.Faults+i.Doubts {
		skip = 0 // checked again it has fewer
	}
	faults, err := p.Surveying.Faults(ctx, a, id, skip, pageSize)
	if err != nil {
		return err
	}
	here := pathImports + "/" + i.ID.String()
	v := bill.View{Shell: p.DeskShell(c, i.Title), Back: pathImports, Heading: i.Title, Lead: l.T("duct.import_lead", "source", i.Source, "day", l.Date(i.OnDay)), Mark: importMark(l, i), Errors: errs}
	state := bill.Section{ID: "keadaan", Title: l.T("duct.standing"), Quiet: true, Note: importNote(l, i)}
	if i.State == ductsurvey.Applied {
		state.Links = append(state.Links, ui.Link{Href: PathDucts + "?hari=" + i.OnDay.Format(time.DateOnly), Label: l.T("duct.see_network"), Icon: "list-details"})
	}
	if i.State == ductsurvey.Read || i.State == ductsurvey.Applying {
		state.Links = append(state.Links, ui.Link{Href: here, Label: l.T("duct.reload"), Icon: "history"})
	} else {
		n := func(n int) string { return l.Number(int64(n)) }
		state.Table = &bill.Table{Title: l.T("duct.would_change"), Columns: []bill.Column{{Label: l.T("duct.what")}, {Label: l.T("duct.new"), End: true}, {Label: l.T("duct.changed"), End: true}, {Label: l.T("duct.same"), End: true}},
			Rows: []bill.Line{{Cells: []bill.Cell{{Text: l.T("duct.nodes")}, {Text: n(i.Counts.Nodes.New)}, {Text: n(i.Counts.Nodes.Changed)}, {Text: n(i.Counts.Nodes.Same)}}},
				{Cells: []bill.Cell{{Text: l.T("duct.segments"), Small: KM(l, i.Counts.LengthMM)}, {Text: n(i.Counts.Segments.New)}, {Text: n(i.Counts.Segments.Changed)}, {Text: n(i.Counts.Segments.Same)}}}}}
	}
	if p.Guard.Allow(ctx, a, access.DuctManage) == nil {
		switch i.State {
		case ductsurvey.Read, ductsurvey.Applying:
			state.Forms = append(state.Forms, bill.Form{ID: "lagi", Folded: true, Title: l.T("duct.again"), Text: l.T("duct.again_text"), Action: here + "/lagi", Submit: l.T("duct.again_do")})
		case ductsurvey.Checked:
			state.Forms = append(state.Forms, bill.Form{ID: "terapkan", Plain: true, Action: here + "/terapkan", Submit: l.T("duct.apply")})
		case ductsurvey.Applied:
			state.Forms = append(state.Forms, bill.Form{ID: "batalkan", Folded: len(errs) == 0, Bad: true, Title: l.T("duct.undo"), Text: l.T("duct.undo_text"), Action: here + "/batalkan", Submit: l.T("duct.undo_do"),
				Fields: []ui.Field{{Name: "why", Label: l.T("duct.why"), Max: 300, Value: in.Get("why"), Error: errs.Of("why")}}})
		}
	}
	v.Sections = append(v.Sections, state)
	ground, err := p.Ground(ctx, p.DayIn(c)) // as the city is drawn today, on whatever day it was surveyed
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		v.Sections = append(v.Sections, faultSection(l, ground, i, skip, after, faults))
	}
	if i.State == ductsurvey.Checked || i.State == ductsurvey.Applied {
		all, err := p.Surveying.Differences(ctx, a, id, after, pageSize+1)
		if err != nil {
			return err
		}
		names, _, err := p.Names(c)
		if err != nil {
			return err
		}
		if len(all) > 0 {
			v.Sections = append(v.Sections, previewSection(l, ground, i, skip, after, all, names))
		}
	}
	return p.Render(c, status, bill.Page(v))
}

// A page of a file has two lists, each of which one turns over without the other.
const (
	querySkip  = "kesalahan" // so many faults come before
	queryAfter = "sesudah"   // so many changes come before
)

// skipped is how many rows of a list of so many come before those that a page shows.
func skipped(c *gin.Context, query string, all int) int {
	n, _ := strconv.Atoi(c.Query(query))
	return min(max(n, 0), all)
}

// importPart leads to a part of a file's page at which so many faults and changes come before those it shows.
func importPart(i ductsurvey.Import, skip, after int, part string) string {
	q := url.Values{}
	for query, n := range map[string]int{querySkip: skip, queryAfter: after} {
		if n > 0 {
			q.Set(query, strconv.Itoa(n))
		}
	}
	return (&url.URL{Path: pathImports + "/" + i.ID.String(), RawQuery: q.Encode(), Fragment: part}).String()
}

// importNote says what a file waits for.
func importNote(l i18n.Locale, i ductsurvey.Import) bill.Note {
	switch i.State {
	case ductsurvey.Read:
		return bill.Note{Text: l.T("duct.note.read", "n", l.Number(int64(i.Features)))}
	case ductsurvey.Applying:
		return bill.Note{Text: l.T("duct.note.applying", "done", l.Number(int64(i.Done)), "n", l.Number(int64(i.Features)))}
	case ductsurvey.Refused:
		return bill.Note{Tone: "care", Text: l.T("duct.note.refused", "n", l.Number(int64(i.Faults)))}
	case ductsurvey.Checked:
		if i.Doubts > 0 {
			return bill.Note{Tone: "care", Text: l.T("duct.note.doubts", "n", l.Number(int64(i.Doubts)))}
		}
		return bill.Note{Text: l.T("duct.note.checked")}
	}
	return bill.Note{}
}

// faultSection lists what is wrong after the first skip, and shows where: each place within the city has a number, in the list as on the
// map; another has its coordinates alone.
func faultSection(l i18n.Locale, ground geo.Map, i ductsurvey.Import, skip, after int, faults []ductsurvey.Fault) bill.Section {
	s := bill.Section{ID: "kesalahan", Title: l.T("duct.faults")}
	s.Table = &bill.Table{Title: l.T("duct.faults"), Columns: []bill.Column{{Label: l.T("duct.feature")}, {Label: l.T("duct.column")}, {Label: l.T("duct.wrong")}, {Label: l.T("duct.where")}}}
	m := &ui.Map{Name: "kesalahan", City: ground}
	var points []geo.Point
	for _, f := range faults {
		name := f.Name
		if name == "" {
			name = l.T("duct.kind." + f.Kind)
		}
		tone := ui.Mark{Tone: "bad", Icon: "alert-triangle", Text: l.T("duct.fault."+f.Code, faultArgs(l, f)...)}
		if f.Doubt {
			tone.Tone, tone.Icon = "care", "info-circle"
		}
		where := bill.Cell{Text: l.T("duct.no_place")}
		if f.Place != nil {
			at := geo.Point{Lat: f.Place.Lat(), Lon: f.Place.Lon()}
			where.Text = coordinates(l, at)
			switch {
			case !onEarth(at) || ground.Outside(at):
				where.Small = l.T("duct.outside_map")
			default:
				n := slices.Index(points, at)
				if n < 0 {
					n, points = len(points), append(points, at)
					m.Pins = append(m.Pins, ui.Pin{Name: "kesalahan", Label: l.T("map.pin", "n", n+1), At: at, Set: true})
				}
				where.Small = l.T("map.pin", "n", n+1)
			}
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{{Text: name, Small: l.T("duct.nth_feature", "n", f.N)}, {Code: f.Field}, {Mark: tone}, where}})
	}
	if len(points) > 1 {
		m.Text = l.T("duct.fault_places", "n", len(points))
	}
	if len(points) > 0 {
		m.View = ground.Fit(points)
		s.Map = m
	}
	if all := i.Faults + i.Doubts; all > len(faults) {
		s.Text = l.T("duct.faults_more", "from", l.Number(int64(skip+1)), "to", l.Number(int64(skip+len(faults))), "all", l.Number(int64(all)))
		if skip > 0 {
			s.Previous = importPart(i, max(skip-pageSize, 0), after, s.ID)
		}
		if skip+len(faults) < all {
			s.Next = importPart(i, skip+pageSize, after, s.ID)
		}
	}
	return s
}

// onEarth reports whether there is a place with these coordinates.
func onEarth(at geo.Point) bool { return math.Abs(at.Lat) <= 90 && math.Abs(at.Lon) <= 180 }

// coordinates writes a place of a file. What is no place may be any number, of which the digits that a reader finds it by are enough.
func coordinates(l i18n.Locale, at geo.Point) string {
	if onEarth(at) || math.Abs(at.Lat) < 1e9 && math.Abs(at.Lon) < 1e9 {
		return ui.Decimal(l, at)
	}
	text := strconv.FormatFloat(at.Lat, 'g', 6, 64) + "; " + strconv.FormatFloat(at.Lon, 'g', 6, 64)
	if l == i18n.EN {
		return strings.Replace(text, ";", ",", 1)
	}
	return strings.ReplaceAll(text, ".", ",")
}

// faultArgs are what stands in the sentence of a fault, in a fixed order.
func faultArgs(l i18n.Locale, f ductsurvey.Fault) []any {
	var out []any
	names := make([]string, 0, len(f.Args))
	for name := range f.Args {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := f.Args[name]
		if n, ok := value.(float64); ok && n == math.Trunc(n) { // metres
			value = l.Number(int64(n))
		}
		out = append(out, name, value)
	}
	return out
}

// apply has a checked file made part of the network.
func (p *Pages) apply(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Surveying.Apply(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathImports+"/"+id.String(), "duct_applying")
}

// again lets a file be checked or applied once more that does not move.
func (p *Pages) again(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.Surveying.Again(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathImports+"/"+id.String(), "duct_again")
}

// undo takes a file out of the network again.
func (p *Pages) undo(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	if err == nil {
		err = site.Require(in, "why")
	}
	if err == nil {
		err = p.Surveying.Undo(c.Request.Context(), gate.ActorOf(c), id, in.Text("why"))
	}
	if err != nil {
		errs, status, ok := site.RefusedAt(c, err, map[string]string{"duct.built_upon": "why", "duct.held_since": "why", "duct.cabled": "why"})
		if !ok {
			return err
		}
		return p.importAgain(c, status, in, site.Called(c, errs, map[string]string{"why": "duct.why"}))
	}
	return p.Done(c, pathImports+"/"+id.String(), "duct_undone")
}
