package admin

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/recount"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// importBody bounds an import; a year's list is some 3 KB.
const importBody = 1 << 20

const (
	blankRows = 5   // of a table in which nothing stands
	moreRows  = 3   // that a button adds
	mostRows  = 366 // the days of a year
)

// importForm asks for a year, with the week and the hours that hold now, and the days of one that is there already.
func (p *Pages) importForm(c *gin.Context) error {
	v := office.ImportView{Year: site.Clip(site.ToText(c.Query("tahun")), 4), Open: "07:30", Close: "16:00"}
	on := site.Weekdays[:5]
	years, err := calendar.Years(c.Request.Context(), p.DB.App)
	if err != nil {
		return err
	}
	if n := len(years); n > 0 {
		v.Open, v.Close, on = years[n-1].Open, years[n-1].Close, years[n-1].Week
		if v.Year == "" {
			v.Year = strconv.Itoa(years[n-1].Year + 1)
		}
	}
	if i := slices.IndexFunc(years, func(y calendar.Year) bool { return strconv.Itoa(y.Year) == v.Year }); i >= 0 {
		v.Open, v.Close, on, v.Rows = years[i].Open, years[i].Close, years[i].Week, rowsOf(years[i].Days)
	}
	return p.importPage(c, http.StatusOK, v, on)
}

func (p *Pages) importPage(c *gin.Context, status int, v office.ImportView, on []string) error {
	l := gate.LocaleOf(c)
	v.Shell = p.DeskShell(c, l.T("days.import"))
	v.ErrorTitle = len(v.Errors) > 0
	for _, d := range site.Weekdays {
		v.Week = append(v.Week, office.Tick{Value: d, Label: l.T("weekday." + d), On: slices.Contains(on, d)})
	}
	if len(v.Rows) == 0 {
		v.Rows = make([]office.ImportRow, blankRows)
	}
	v.More = len(v.Rows) < mostRows
	for m := time.January; m <= time.December; m++ {
		v.Months = append(v.Months, ui.Option{Value: strconv.Itoa(int(m)), Label: l.MonthName(m)})
	}
	for _, k := range []string{calendar.NationalDay, calendar.JointLeave} {
		v.Kinds = append(v.Kinds, ui.Option{Value: k, Label: l.T("calendar.kind." + k)})
	}
	return p.Render(c, status, office.Import(v))
}

// importYear adds rows to the table or takes one away, shows what an import would do, or does it.
func (p *Pages) importYear(c *gin.Context) error {
	in, err := readImport(c)
	if err != nil {
		return err
	}
	v, ask := typedYear(in)
	if in.Text("remove") != "" {
		return p.importPage(c, http.StatusOK, v, ask.Week)
	}
	if in.Text("act") == "add" {
		v.Focus = strconv.Itoa(len(v.Rows))
		v.Rows = append(v.Rows, make([]office.ImportRow, moreRows)...)
		return p.importPage(c, http.StatusOK, v, ask.Week)
	}
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	if in.Text("act") == "apply" {
		_, err = p.Calendar.Import(ctx, actor, ask)
		if err == nil {
			return p.Done(c, site.PathCalendar+"?tahun="+strconv.Itoa(ask.Year), "year_imported")
		}
	}
	if err == nil || fault.Is(err, "calendar.faults") {
		var preview calendar.Preview
		if preview, err = p.Calendar.Preview(ctx, actor, ask); err == nil {
			v.Preview = previewOf(preview, l)
			if len(preview.Faults) == 0 {
				var seen recount.Forecast
				if err := p.Calendar.TryImport(ctx, actor, ask, p.foresee("", &seen)); err != nil {
					return err
				}
				v.Preview.Moves = movesOf(seen, l)
			}
			return p.importPage(c, http.StatusOK, v, ask.Week)
		}
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		v.Errors = importErrors(errs, len(v.Rows), l)
		return p.importPage(c, status, v, ask.Week)
	}
	return err
}

// importErrors calls what stands in the table by its column and row, and puts it where it stands on the page.
func importErrors(errs ui.Errors, rows int, l i18n.Locale) ui.Errors {
	order := []string{"year", "week", "open", "source", "days"}
	for i := range rows {
		for _, column := range []struct{ name, label string }{{"day", "days.day"}, {"kind", "calendar.kind"}, {"name_id", "days.name"}, {"name_en", "days.name_en"}} {
			name := column.name + "_" + strconv.Itoa(i)
			order = append(order, name)
			for n := range errs {
				if errs[n].Name == name {
					errs[n].Label = l.T("days.row_of", "what", l.T(column.label), "n", i+1)
				}
			}
		}
	}
	for n := range errs {
		if errs[n].Name == "days" {
			errs[n].Label = l.T("days.table")
		}
	}
	return site.InOrder(errs, order...)
}

// typedYear is the form as it was typed, without the rows that were left empty and the one that is to go, and what it asks
// for. A list that can be read whole takes the place of the table; one that cannot stays as it is, for its lines to be
// corrected.
func typedYear(in site.Form) (office.ImportView, calendar.ImportInput) {
	year, _ := strconv.Atoi(in.Text("year"))
	ask := calendar.ImportInput{Year: year, Week: in.Values["week"], Open: hoursOf(in.Text("open")), Close: hoursOf(in.Text("close")), Source: in.Text("source"),
		Verified: in.Yes("verified"), Text: in.Get("text")}
	v := office.ImportView{Year: site.Clip(in.Text("year"), 4), Open: site.Clip(ask.Open, 5), Close: site.Clip(ask.Close, 5), Source: site.Clip(ask.Source, 300),
		Verified: ask.Verified}
	for i, n := range in.Values["row"] {
		r := office.ImportRow{Day: site.Clip(in.Text("day_"+n), 2), Month: site.Clip(in.Text("month_"+n), 2), Kind: in.Text("kind_" + n),
			NameID: site.Clip(in.Text("name_id_"+n), 300), NameEN: site.Clip(in.Text("name_en_"+n), 300)}
		if i >= mostRows || n == in.Text("remove") || r.Day+r.Month+r.NameID+r.NameEN == "" {
			continue
		}
		v.Rows = append(v.Rows, r)
	}
	if days, faults := calendar.ParseDays(ask.Text, year); len(faults) == 0 {
		ask.Text, v.Rows = "", rowsOf(days)
	}
	v.Text = ask.Text
	for _, r := range v.Rows {
		day, _ := strconv.Atoi(r.Day)
		month, _ := strconv.Atoi(r.Month)
		ask.Days = append(ask.Days, calendar.Holiday{Day: fmt.Sprintf("%04d-%02d-%02d", year, month, day), Kind: r.Kind,
			Name: i18n.Text{i18n.ID: r.NameID, i18n.EN: r.NameEN}})
	}
	return v, ask
}

// rowsOf lays days out for the table. The city's local days are not of an import.
func rowsOf(days []calendar.Holiday) []office.ImportRow {
	var out []office.ImportRow
	for _, d := range slices.SortedFunc(slices.Values(days), func(a, b calendar.Holiday) int { return cmp.Compare(a.Day, b.Day) }) {
		date, err := time.Parse(time.DateOnly, d.Day)
		if err != nil || d.Kind == calendar.LocalDay {
			continue
		}
		r := office.ImportRow{Day: strconv.Itoa(date.Day()), Month: strconv.Itoa(int(date.Month())), Kind: d.Kind, NameID: d.Name[i18n.ID], NameEN: d.Name[i18n.EN]}
		if r.NameEN == r.NameID { // none of its own
			r.NameEN = ""
		}
		out = append(out, r)
	}
	return out
}

// readImport reads the form with a file, which stands for what was pasted.
func readImport(c *gin.Context) (site.Form, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return site.ReadForm(c, "week", "row")
	}
	r, err := c.Request.MultipartReader()
	if err != nil {
		return site.Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
	}
	values, file := url.Values{}, ""
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var raw []byte
		if err == nil {
			raw, err = io.ReadAll(part)
		}
		if err != nil {
			var tooBig *http.MaxBytesError
			if errors.As(err, &tooBig) {
				return site.Form{}, err
			}
			return site.Form{}, fault.Wrap(fault.Malformed, "request.malformed", err)
		}
		if part.FormName() == "file" {
			file = string(raw)
			continue
		}
		values.Add(part.FormName(), string(raw))
	}
	if strings.TrimSpace(file) != "" {
		values.Set("text", strings.ToValidUTF8(strings.ReplaceAll(file, "\x00", ""), "?"))
	}
	return site.CheckText(values, []string{"week", "row"})
}

func previewOf(p calendar.Preview, l i18n.Locale) *office.ImportPreview {
	out := &office.ImportPreview{Kept: p.Kept, Replaces: p.Replaces, Figures: []ui.Figure{
		{Value: l.Number(int64(p.National)), Label: l.T("days.national")}, {Value: l.Number(int64(p.Leave)), Label: l.T("days.leave")},
		{Value: l.Number(int64(p.Off)), Label: l.T("days.on_working")},
	}}
	for _, f := range p.Faults {
		out.Faults = append(out.Faults, l.T("days.line", "n", f.Line, "text", f.Text)+" "+l.T("calendar.fault."+f.Code))
	}
	for _, d := range p.Added {
		out.Added = append(out.Added, dayOf(l, d.Day, d.Name.In(l), l.T("calendar.kind."+d.Kind), "", true))
	}
	for _, d := range p.Removed {
		out.Removed = append(out.Removed, dayOf(l, d.Day, d.Name.In(l), l.T("calendar.kind."+d.Kind), "", true))
	}
	return out
}
