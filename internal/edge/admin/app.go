package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/catalog"
	"bedelau/internal/city/external"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/cloudevent"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathApps = "/kelola/aplikasi"

// apps lists the agencies' own apps.
func (p *Pages) apps(c *gin.Context) error { return p.appsPage(c, http.StatusOK, office.AppsView{}) }

func (p *Pages) appsPage(c *gin.Context, status int, v office.AppsView) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.External.Apps(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	if _, v.Agencies, err = p.StaffChoices(ctx, l); err != nil {
		return err
	}
	v.Shell = p.DeskShell(c, l.T("apps.title"))
	v.ErrorTitle = len(v.Errors) > 0
	for _, a := range all {
		v.Rows = append(v.Rows, office.AppRow{ID: a.ID.String(), Name: a.Name, Agency: site.OptionLabel(v.Agencies, a.Agency),
			Services: len(a.Services), Closed: !a.ClosedAt.IsZero()})
	}
	if v.Registers, err = p.registersOf(c); err != nil {
		return err
	}
	return p.Render(c, status, office.Apps(v))
}

// registersOf tells how the registers do that the operator has connected.
func (p *Pages) registersOf(c *gin.Context) ([]office.RegisterRow, error) {
	all, err := p.Registry.States(c.Request.Context())
	var out []office.RegisterRow
	for _, r := range all {
		out = append(out, office.RegisterRow{Kind: gate.LocaleOf(c).T("registers.kind." + string(r.Kind)), Name: r.Name, Active: r.Active,
			Since: site.Zoned(c, r.Since), Answered: site.Zoned(c, r.Answered), Failed: site.Zoned(c, r.Failed)})
	}
	return out, err
}

// newApp asks what is to be said of a new app of the agency in the address.
func (p *Pages) newApp(c *gin.Context) error {
	agency := site.Clip(site.ToText(c.Query("dinas")), 100)
	if agency == "" {
		l := gate.LocaleOf(c)
		return p.appsPage(c, http.StatusUnprocessableEntity, office.AppsView{Errors: ui.Errors{{Name: "dinas", Text: l.T("field.required")}}})
	}
	return p.newAppPage(c, http.StatusOK, agency, office.AppForm{}, nil)
}

func (p *Pages) newAppPage(c *gin.Context, status int, agency string, f office.AppForm, chosen []string) error {
	l := gate.LocaleOf(c)
	a, err := p.Catalog.Agency(c.Request.Context(), agency)
	if err != nil {
		return err
	}
	v := office.NewAppView{Shell: p.DeskShell(c, l.T("apps.register")), Agency: agency, AgencyName: a.Name.In(l), AppForm: f}
	v.ErrorTitle = len(f.Errors) > 0
	if v.AppForm.Services, err = p.serviceTicks(c, agency, chosen); err != nil {
		return err
	}
	return p.Render(c, status, office.NewApp(v))
}

// serviceTicks are an agency's own services, of which those in chosen are ticked.
func (p *Pages) serviceTicks(c *gin.Context, agency string, chosen []string) ([]office.Tick, error) {
	all, err := p.Catalog.List(c.Request.Context(), catalog.Filter{Agency: agency})
	var out []office.Tick
	for _, s := range all {
		if s.Agency != agency {
			continue
		}
		t := office.Tick{Value: s.Code, Label: s.Name.In(gate.LocaleOf(c))}
		for _, code := range chosen {
			t.On = t.On || code == s.Code
		}
		out = append(out, t)
	}
	return out, err
}

// readApp reads the form of an app, which may be refused already.
func readApp(c *gin.Context) (external.AppInput, office.AppForm, error) {
	in, err := site.ReadForm(c, "services")
	f := office.AppForm{Name: site.Clip(in.Text("name"), 300), Source: site.Clip(in.Text("source"), 300),
		Contact: site.Clip(in.Text("contact"), 300), Hosts: site.Clip(in.Text("hosts"), 5000)}
	return external.AppInput{Name: in.Text("name"), Agency: in.Text("agency"), Source: in.Text("source"), Contact: in.Text("contact"),
		Services: in.Values["services"], Hosts: strings.Fields(strings.ReplaceAll(in.Text("hosts"), ",", " "))}, f, err
}

var (
	appFields = []string{"name", "source", "contact", "services", "hosts"}
	appLabels = map[string]string{"name": "apps.name", "source": "apps.source", "contact": "apps.contact", "services": "apps.services", "hosts": "apps.hosts"}
)

func (p *Pages) registerApp(c *gin.Context) error {
	in, f, err := readApp(c)
	var app external.App
	if err == nil {
		app, err = p.External.RegisterApp(c.Request.Context(), gate.ActorOf(c), in)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		f.Errors = site.InOrder(site.Called(c, errs, appLabels), appFields...)
		return p.newAppPage(c, status, in.Agency, f, in.Services)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathApps+"/"+app.ID.String(), "app_registered")
}

// app shows one app.
func (p *Pages) app(c *gin.Context) error {
	return p.appPage(c, http.StatusOK, func(*office.AppView) {})
}

// appPage shows an app as it is, with what change puts into the page.
func (p *Pages) appPage(c *gin.Context, status int, change func(*office.AppView)) error {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	app, err := p.External.App(ctx, actor, id)
	if err != nil {
		return err
	}
	agency, err := p.Catalog.Agency(ctx, app.Agency)
	if err != nil {
		return err
	}
	v := office.AppView{Shell: p.DeskShell(c, app.Name), ID: id.String(), AgencyName: agency.Name.In(l), AppSource: app.Source,
		Closed: !app.ClosedAt.IsZero(), Type: external.StatusType,
		Form: office.AppForm{Name: app.Name, Contact: app.Contact, Hosts: strings.Join(app.Hosts, "\n")}}
	if v.Form.Services, err = p.serviceTicks(c, app.Agency, app.Services); err != nil {
		return err
	}
	if err := p.keysOf(c, &v, id); err != nil {
		return err
	}
	if err := p.deliveriesOf(c, &v, id); err != nil {
		return err
	}
	for _, days := range external.KeyAges() {
		v.Ages = append(v.Ages, ui.Option{Value: strconv.Itoa(days), Label: l.T("apps.days", "n", days)})
	}
	v.Trial = p.exampleEvent(app, "  ")
	v.Example = fmt.Sprintf("curl %s/api/v1/status-events \\\n-H 'Authorization: Bearer bdl_…' \\\n-H 'Content-Type: application/cloudevents+json' \\\n-d '%s'",
		p.CityURL(gate.CityOf(c)), p.exampleEvent(app, ""))
	change(&v)
	if v.ErrorTitle = len(v.Form.Errors)+len(v.KeyErrors)+len(v.TrialErrors) > 0; v.Secret != "" {
		c.Header("Cache-Control", "no-store")
	}
	return p.Render(c, status, office.App(v))
}

func (p *Pages) keysOf(c *gin.Context, v *office.AppView, id uuid.UUID) error {
	keys, err := p.External.AppKeys(c.Request.Context(), gate.ActorOf(c), id)
	for _, k := range keys {
		v.Keys = append(v.Keys, office.AppKey{ID: k.ID.String(), Prefix: k.Prefix, Made: site.Zoned(c, k.CreatedAt), Ends: site.Zoned(c, k.ExpiresAt),
			Used: site.Zoned(c, k.LastUsedAt), Works: k.Live(p.Now())})
	}
	return err
}

func (p *Pages) deliveriesOf(c *gin.Context, v *office.AppView, id uuid.UUID) error {
	all, err := p.External.Deliveries(c.Request.Context(), gate.ActorOf(c), id)
	for _, d := range all {
		row := office.AppDelivery{At: site.Zoned(c, d.At), Mode: string(d.Mode), Accepted: d.Accepted, Duplicates: d.Duplicates, Refused: d.Refused}
		for _, r := range d.Refusals {
			row.Refusals = append(row.Refusals, why(gate.LocaleOf(c), r.Index, r.ID, r.Faults))
		}
		v.Deliveries = append(v.Deliveries, row)
	}
	return err
}

// why says in one line which event was refused and for what.
func why(l i18n.Locale, index int, id string, faults []fault.Field) string {
	out := fmt.Sprintf("#%d", index+1)
	if id != "" {
		out += " " + id
	}
	for _, f := range faults {
		out += " · " + f.Name + ": " + site.FieldText(l, f)
	}
	return out
}

// exampleEvent is an event that the app could send now.
func (p *Pages) exampleEvent(app external.App, indent string) string {
	data := map[string]any{"service": app.Services[0], "stage": external.InReview, "label": "Diperiksa",
		"applicant": map[string]string{"nik": "2171046703900003", "email": "siti@contoh.id", "name": "Siti Rahma"}}
	if len(app.Hosts) > 0 {
		data["url"] = "https://" + app.Hosts[0] + "/permohonan/117"
	}
	e := map[string]any{"specversion": "1.0", "id": "uji-1", "source": app.Source, "type": external.StatusType, "subject": "2026/0117",
		"time": p.Now().UTC().Format(time.RFC3339), "data": data}
	raw, err := json.Marshal(e)
	if indent != "" {
		raw, err = json.MarshalIndent(e, "", indent)
	}
	if err != nil {
		return ""
	}
	return string(raw)
}

func (p *Pages) updateApp(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, f, err := readApp(c)
	if err == nil {
		err = p.External.UpdateApp(c.Request.Context(), gate.ActorOf(c), id, in)
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		return p.appPage(c, status, func(v *office.AppView) {
			ticks := v.Form.Services
			f.Errors, v.Form = site.InOrder(site.Called(c, errs, appLabels), appFields...), f
			v.Form.Services, v.Form.Errors = tick(ticks, in.Services), f.Errors
		})
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathApps+"/"+id.String(), "app_saved")
}

// tick shows a refused choice as it was made.
func tick(all []office.Tick, chosen []string) []office.Tick {
	for i := range all {
		all[i].On = false
		for _, code := range chosen {
			all[i].On = all[i].On || code == all[i].Value
		}
	}
	return all
}

func (p *Pages) closeApp(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := p.External.CloseApp(c.Request.Context(), gate.ActorOf(c), id); err != nil {
		return err
	}
	return p.Done(c, pathApps+"/"+id.String(), "app_closed")
}

// issueKey makes a key and shows its secret in the answer, on no address of its own: it is not kept.
func (p *Pages) issueKey(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	secret := ""
	if err == nil {
		days, _ := strconv.Atoi(in.Text("days")) // what is no number is not among the choices
		secret, err = p.External.IssueKey(c.Request.Context(), gate.ActorOf(c), id, days)
	}
	if errs, status, ok := site.Refused(c, err, "days"); ok {
		return p.appPage(c, status, func(v *office.AppView) { v.KeyErrors = site.Called(c, errs, map[string]string{"days": "apps.key_age"}) })
	}
	if err != nil {
		return err
	}
	return p.appPage(c, http.StatusOK, func(v *office.AppView) { v.Secret = secret })
}

func (p *Pages) rotateKey(c *gin.Context) error {
	id, key, err := appAndKey(c)
	if err != nil {
		return err
	}
	secret, err := p.External.RotateKey(c.Request.Context(), gate.ActorOf(c), id, key)
	if err != nil {
		return err
	}
	return p.appPage(c, http.StatusOK, func(v *office.AppView) { v.Secret = secret })
}

func (p *Pages) revokeKey(c *gin.Context) error {
	id, key, err := appAndKey(c)
	if err != nil {
		return err
	}
	if err := p.External.RevokeKey(c.Request.Context(), gate.ActorOf(c), id, key); err != nil {
		return err
	}
	return p.Done(c, pathApps+"/"+id.String(), "key_revoked")
}

func appAndKey(c *gin.Context) (app, key uuid.UUID, err error) {
	if app, err = site.PathID(c, "id"); err == nil {
		key, err = site.PathID(c, "key")
	}
	return app, key, err
}

// tryEvent holds an event to what a real one is held to, and keeps nothing.
func (p *Pages) tryEvent(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	l := gate.LocaleOf(c)
	in, err := site.ReadForm(c)
	var outcomes []external.Outcome
	if err == nil {
		h := http.Header{"Content-Type": {"application/cloudevents+json"}}
		if strings.HasPrefix(in.Text("event"), "[") {
			h.Set("Content-Type", "application/cloudevents-batch+json")
		}
		var read []cloudevent.Read
		if read, _, err = cloudevent.FromHTTP(h, []byte(in.Text("event")), external.MaxBatch); err == nil {
			outcomes, err = p.External.Try(c.Request.Context(), gate.ActorOf(c), id, read)
		}
	}
	f := fault.From(err)
	if err != nil && f.Kind != fault.Malformed && f.Kind != fault.Invalid {
		return err
	}
	return p.appPage(c, http.StatusOK, func(v *office.AppView) {
		v.Trial, v.TriedGood = site.Clip(in.Text("event"), 10_000), true
		for _, bad := range f.Fields {
			v.TrialErrors = append(v.TrialErrors, ui.FieldError{Name: "event", Text: site.FieldText(l, bad)})
		}
		for i, o := range outcomes {
			v.TriedGood = v.TriedGood && o.Result != external.Refused
			v.Tried = append(v.Tried, l.T("apps.outcome."+o.Result)+" "+why(l, i, o.ID, o.Faults))
		}
	})
}
