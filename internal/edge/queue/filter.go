package queue

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/catalog"
	"bedelau/internal/city/inbox"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// filterNames are the fields of a filter as they are called in an address, by their names in inbox.
var filterNames = map[string]string{
	"view": "lihat", "source": "sumber", "service": "layanan", "agency": "opd", "stage": "tahap", "channel": "kanal", "district": "kecamatan", "subdistrict": "kelurahan", "assignee": "petugas", "late": "terlambat", "step_late": "tahap_terlambat",
	"due_within": "dalam", "due_from": "tenggat_dari", "due_to": "tenggat_sampai", "sent_from": "masuk_dari", "sent_to": "masuk_sampai", "sort": "urut",
}

// filterLabels are the labels of those fields of a filter that the list's form shows, by their names in an address.
var filterLabels = map[string]string{
	"sumber": "queue.source", "layanan": "queue.filter.service", "opd": "queue.filter.agency", "tahap": "queue.filter.stage",
	"kanal": "queue.filter.channel", "kecamatan": "queue.filter.district", "kelurahan": "queue.filter.subdistrict",
	"petugas": "queue.assignee", "dalam": "queue.filter.within", "urut": "queue.sort",
}

// filterOf reads a filter from an address or a form. What is no number or no date is left for the filter's own check.
func filterOf(get func(string) string) inbox.Filter {
	within, err := strconv.Atoi(get("dalam"))
	if err != nil && get("dalam") != "" {
		within = -1
	}
	read := func(name string) string { return readWord(name, get(name)) }
	return inbox.Filter{
		View: inbox.View(read("lihat")), Source: read("sumber"), Service: get("layanan"), Agency: get("opd"), Stage: read("tahap"), Channel: read("kanal"),
		District: read("kecamatan"), Subdistrict: get("kelurahan"), Assignee: read("petugas"), Late: answered(get("terlambat")), StepLate: answered(get("tahap_terlambat")), DueWithin: within, DueFrom: get("tenggat_dari"), DueTo: get("tenggat_sampai"),
		SentFrom: get("masuk_dari"), SentTo: get("masuk_sampai"), Sort: inbox.Sort(read("urut")),
	}
}

// filterQuery is a filter as it stands in an address.
func filterQuery(f inbox.Filter) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, addressWord(name, value))
		}
	}
	set("lihat", string(f.View))
	set("sumber", f.Source)
	set("layanan", f.Service)
	set("opd", f.Agency)
	set("tahap", f.Stage)
	set("kanal", f.Channel)
	set("kecamatan", f.District)
	set("kelurahan", f.Subdistrict)
	set("petugas", f.Assignee)
	if f.Late {
		set("terlambat", yes)
	}
	if f.StepLate {
		set("tahap_terlambat", yes)
	}
	if f.DueWithin > 0 {
		set("dalam", strconv.Itoa(f.DueWithin))
	}
	set("tenggat_dari", f.DueFrom)
	set("tenggat_sampai", f.DueTo)
	set("masuk_dari", f.SentFrom)
	set("masuk_sampai", f.SentTo)
	set("urut", string(f.Sort))
	return q
}

// listAddress is a page of a filtered list.
func listAddress(f inbox.Filter, cursor string) string {
	q := filterQuery(f)
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	return site.PathQueue + "?" + q.Encode()
}

// origin is the query by which a case knows the list that it was opened from, to lead back there.
func origin(f inbox.Filter, cursor string) string {
	q := filterQuery(f)
	q.Del("lihat")
	q.Set("dari", addressWord("lihat", string(f.View)))
	if cursor != "" {
		q.Set("sesudah", cursor)
	}
	return "?" + q.Encode()
}

// CameFrom reads the query of origin: the list, where it leads back to, and the query for the addresses of the case. Of a
// case that a search found they are all open work, the search, and its id; of one that was opened in another way all open
// work, the whole queue, and nothing.
func CameFrom(c *gin.Context) (f inbox.Filter, back, query string) {
	if id, err := uuid.Parse(c.Query("cari")); err == nil {
		return inbox.Filter{View: inbox.ViewAll}, pathSearch + "/" + id.String(), "?cari=" + id.String()
	}
	f = filterOf(c.Query)
	f.View = inbox.View(readWord("lihat", c.Query("dari")))
	if f.View == "" || f.Check() != nil {
		return inbox.Filter{View: inbox.ViewAll}, site.PathQueue, ""
	}
	return f, listAddress(f, c.Query("sesudah")), origin(f, c.Query("sesudah"))
}

// filterForm lays a filter out for the reader: what can be chosen, and what is.
func (p *Pages) filterForm(c *gin.Context, f inbox.Filter, reach access.Reach) (office.FilterForm, error) {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	v := office.FilterForm{Active: f.Narrow(), View: addressWord("lihat", string(f.View)), Clear: listAddress(inbox.Filter{View: f.View}, "")}
	services, err := p.Catalog.List(ctx, catalog.Filter{Agency: reach.Agency(), Retired: true})
	if err != nil {
		return v, err
	}
	choose := func(name, label string, value string, options ...ui.Option) {
		options = append([]ui.Option{{Label: l.T("queue.filter.any")}}, options...)
		v.Fields = append(v.Fields, choice(name, l.T(label), value, options))
	}
	apps, err := p.External.Sources(ctx, actor)
	if err != nil {
		return v, err
	}
	var of []ui.Option
	if len(apps) > 0 || f.Source != "" {
		of = []ui.Option{{Value: inbox.Here, Label: l.T("queue.source.here")}, {Value: inbox.InApps, Label: l.T("queue.source.apps")}}
		for _, a := range apps {
			of = append(of, ui.Option{Value: a.ID.String(), Label: a.Name})
		}
		choose("sumber", "queue.source", f.Source, of...)
	}
	of = nil
	for _, s := range services {
		if s.Applicable() {
			of = append(of, ui.Option{Value: s.Code, Label: s.Name.In(l)})
		}
	}
	choose("layanan", "queue.filter.service", f.Service, of...)
	if reach.City() {
		agencies, err := p.Catalog.Agencies(ctx)
		if err != nil {
			return v, err
		}
		of = nil
		for _, a := range agencies {
			of = append(of, ui.Option{Value: a.Code, Label: a.Name.In(l)})
		}
		choose("opd", "queue.filter.agency", f.Agency, of...)
	}
	areas, err := p.CityAreas(ctx)
	if err != nil {
		return v, err
	}
	if areas = areas.Within(reach.Areas()); len(areas) > 0 || f.District != "" || f.Subdistrict != "" {
		districts, parts := areaOptions(areas, f.District)
		if len(reach.Areas()) == 0 {
			districts = append(districts, ui.Option{Value: inbox.Nowhere, Label: l.T("queue.filter.nowhere")})
		}
		choose("kecamatan", "queue.filter.district", f.District, districts...)
		choose("kelurahan", "queue.filter.subdistrict", f.Subdistrict, parts...)
	}
	of = nil
	for _, s := range workflow.Stages() {
		if s != workflow.StageDraft {
			of = append(of, ui.Option{Value: string(s), Label: l.T(s.TextKey())})
		}
	}
	choose("tahap", "queue.filter.stage", f.Stage, of...)
	of = nil
	for _, ch := range inbox.Channels() {
		of = append(of, ui.Option{Value: ch, Label: l.T("case.channel." + ch)})
	}
	choose("kanal", "queue.filter.channel", f.Channel, of...)
	of = []ui.Option{{Value: inbox.Me, Label: l.T("queue.filter.me")}, {Value: inbox.Nobody, Label: l.T("queue.unassigned")}}
	officers, err := p.colleagues(ctx, actor, f, reach)
	if err != nil {
		return v, err
	}
	for _, a := range officers {
		if a.Value != actor.ID.String() {
			of = append(of, a)
		}
	}
	choose("petugas", "queue.assignee", f.Assignee, of...)
	of = nil
	for _, n := range []int{1, 3, 7, 14, 30} {
		of = append(of, ui.Option{Value: strconv.Itoa(n), Label: l.T("queue.filter.within_days", "n", n)})
	}
	within := ""
	if f.DueWithin > 0 {
		within = strconv.Itoa(f.DueWithin)
	}
	choose("dalam", "queue.filter.within", within, of...)
	of = nil
	for _, s := range inbox.Sorts() {
		of = append(of, ui.Option{Value: string(s), Label: l.T(sortKeys[s])})
	}
	v.Fields = append(v.Fields, choice("urut", l.T("queue.sort"), string(f.Sort), of))
	v.Late, v.StepLate = f.Late, f.StepLate
	v.Days = []office.DaySpan{
		{Label: l.T("queue.filter.due"), From: "tenggat_dari", To: "tenggat_sampai", FromDay: f.DueFrom, ToDay: f.DueTo},
		{Label: l.T("queue.filter.sent"), From: "masuk_dari", To: "masuk_sampai", FromDay: f.SentFrom, ToDay: f.SentTo},
	}
	v.Said = filterSaid(v, l)
	return v, nil
}

// choice is a field of the form, with its values as they stand in an address.
func choice(name, label, value string, options []ui.Option) ui.Field {
	for i, o := range options {
		options[i].Value = addressWord(name, o.Value)
	}
	return ui.Field{Name: name, Type: "select", Label: label, Value: addressWord(name, value), Options: options}
}

// filterSaid says what is chosen, for the line that stays when the form is folded away.
func filterSaid(v office.FilterForm, l i18n.Locale) []string {
	var out []string
	for _, x := range v.Fields {
		for _, o := range x.Options {
			if x.Value != "" && o.Value == x.Value && o.Value != string(inbox.ByDeadline) {
				out = append(out, x.Label+": "+o.Label)
			}
		}
	}
	for _, d := range v.Days {
		if d.FromDay != "" {
			out = append(out, d.Label+" "+l.T("queue.filter.from_day", "day", dayText(d.FromDay, l)))
		}
		if d.ToDay != "" {
			out = append(out, d.Label+" "+l.T("queue.filter.to_day", "day", dayText(d.ToDay, l)))
		}
	}
	if v.Late {
		out = append(out, l.T("queue.filter.late"))
	}
	if v.StepLate {
		out = append(out, l.T("queue.filter.step_late"))
	}
	return out
}

// dayText is a day of a filter for people, or as it was typed.
func dayText(day string, l i18n.Locale) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return l.Date(t)
}

// areaOptions are the districts, and the parts of the one that is chosen or else of all.
func areaOptions(areas site.Areas, chosen string) (districts, parts []ui.Option) {
	for _, d := range areas.Of("") {
		districts = append(districts, ui.Option{Value: d.Code, Label: d.Name})
		if chosen != "" && chosen != d.Code {
			continue
		}
		for _, s := range areas.Of(d.Code) {
			label := s.Name
			if chosen == "" {
				label = areas.Place(d.Code, s.Code)
			}
			parts = append(parts, ui.Option{Value: s.Code, Label: label})
		}
	}
	return districts, parts
}

var sortKeys = map[inbox.Sort]string{inbox.ByDeadline: "queue.sort.due", inbox.Newest: "queue.sort.newest", inbox.Oldest: "queue.sort.oldest"}

// colleagues are the officers among whom the reader may deal out work: of the one agency that the list is of.
// Who deals out no work is offered nobody.
func (p *Pages) colleagues(ctx context.Context, actor identity.Actor, f inbox.Filter, reach access.Reach) ([]ui.Option, error) {
	agency := reach.Agency()
	if reach.City() {
		agency = f.Agency
	}
	if agency == "" || p.Guard.Allow(ctx, actor, access.ApplicationAssign) != nil {
		return nil, nil
	}
	all, err := p.Casework.ColleaguesIn(ctx, actor, agency)
	return ColleagueOptions(all), err
}

// savedLinks are the filters that the reader has a name for.
func (p *Pages) savedLinks(ctx context.Context, actor identity.Actor, l i18n.Locale, now inbox.Filter) ([]office.Saved, error) {
	all, err := p.Inbox.Saved(ctx, actor)
	if err != nil {
		return nil, err
	}
	share := p.Inbox.MayShare(ctx, actor)
	var out []office.Saved
	for _, f := range all {
		if f.Filter.View == "" {
			f.Filter.View = inbox.ViewAll
		}
		out = append(out, office.Saved{
			ID: f.ID.String(), Name: f.Name, Href: listAddress(f.Filter, ""), Current: f.Filter == now, Shared: f.Agency != "",
			MayForget: f.OwnerID == actor.ID || share && f.Agency == actor.Agency,
		})
	}
	return out, nil
}
