package standard

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
	"bedelau/internal/kernel/tariff"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

const pathTariffs = "/kelola/tarif"

// tariffRoutes is where an administrator keeps what the city charges by.
func (p *Pages) tariffRoutes() gate.Table {
	needs, city := access.ServiceConfigure, gate.City
	one := pathTariffs + "/:code"
	return gate.Table{
		{Method: get, Path: pathTariffs, Needs: needs, Scope: city, Handler: p.tariffs},
		{Method: get, Path: pathTariffs + "/baru", Needs: needs, Scope: city, Handler: p.newTariff},
		{Method: post, Path: pathTariffs + "/baru", Needs: needs, Scope: city, MaxBody: standardBody, Handler: p.saveTariff},
		{Method: get, Path: one, Needs: needs, Scope: city, Handler: p.tariff},
		{Method: get, Path: one + "/versi", Needs: needs, Scope: city, Handler: p.tariffVersion},
		{Method: post, Path: one + "/versi", Needs: needs, Scope: city, MaxBody: standardBody, Handler: p.saveTariff},
		{Method: post, Path: one + "/versi/:day/hapus", Page: one, Needs: needs, Scope: city, Handler: p.dropTariff},
	}
}

// mayTariff reports whether the reader changes tariffs: who works for the whole city does.
func (p *Pages) mayTariff(c *gin.Context) (bool, error) {
	own, err := p.Editor.Agency(c.Request.Context(), gate.ActorOf(c))
	return own == "", err
}

func (p *Pages) tariffs(c *gin.Context) error {
	ctx, l := c.Request.Context(), gate.LocaleOf(c)
	all, err := p.Tariffs.All(ctx, gate.ActorOf(c))
	if err != nil {
		return err
	}
	v := office.TariffsView{Shell: p.DeskShell(c, l.T("tariff.title"))}
	if v.May, err = p.mayTariff(c); err != nil {
		return err
	}
	today := p.Tariffs.Today(ctx)
	for _, t := range all {
		v.Rows = append(v.Rows, office.TariffRow{Code: t.Code, Name: t.Name.In(l), Unit: t.Unit.In(l), Basis: orDash(t.Basis), From: dayOrEmpty(t.EffectiveFrom),
			Verified: t.Verified, ToCome: t.EffectiveFrom > today})
	}
	return p.Render(c, http.StatusOK, office.Tariffs(v))
}

func (p *Pages) tariff(c *gin.Context) error { return p.tariffPage(c, http.StatusOK, nil) }

// tariffPage shows the versions of a tariff, after a refusal with why.
func (p *Pages) tariffPage(c *gin.Context, status int, refused error) error {
	ctx, l, code := c.Request.Context(), gate.LocaleOf(c), c.Param("code")
	all, err := p.Tariffs.Versions(ctx, gate.ActorOf(c), code)
	if err != nil {
		return err
	}
	v := office.TariffView{Shell: p.DeskShell(c, all[0].Name.In(l)), Code: code, Name: all[0].Name.In(l), Unit: all[0].Unit.In(l)}
	if v.May, err = p.mayTariff(c); err != nil {
		return err
	}
	if refused != nil {
		f, _ := gate.Failed(c, refused)
		v.Errors, v.ErrorTitle = ui.Errors{{Text: site.Refusal(l, f)}}, true
	}
	today, found := p.Tariffs.Today(ctx), false
	for _, t := range all {
		x := office.TariffVersion{From: dayOrEmpty(t.EffectiveFrom), Day: t.EffectiveFrom, Basis: orDash(t.Basis), Source: t.Source, Verified: t.Verified,
			ToCome: t.EffectiveFrom > today}
		if !x.ToCome {
			x.InForce, found = !found, true
		}
		for _, r := range t.Rows {
			x.Amounts = append(x.Amounts, ui.Row{Label: r.Label.In(l), Value: l.Number(r.Amount)})
		}
		v.Versions = append(v.Versions, x)
	}
	return p.Render(c, status, office.Tariff(v))
}

func (p *Pages) newTariff(c *gin.Context) error {
	return p.tariffEdit(c, http.StatusOK, tariff.Table{EffectiveFrom: p.Tariffs.Today(c.Request.Context())}, "", nil)
}

// tariffVersion asks what the next version says, beginning with what the newest does, or what one to come is to say.
func (p *Pages) tariffVersion(c *gin.Context) error {
	all, err := p.Tariffs.Versions(c.Request.Context(), gate.ActorOf(c), c.Param("code"))
	if err != nil {
		return err
	}
	t := all[0]
	t.EffectiveFrom, t.Verified, t.Basis, t.Source = "", false, "", ""
	for _, one := range all {
		if one.EffectiveFrom == c.Query("dari") {
			t = one
		}
	}
	return p.tariffEdit(c, http.StatusOK, t, linesOf(t), nil)
}

// linesOf writes the rows of a tariff as they are written on its page.
func linesOf(t tariff.Table) string {
	var rows []string
	for _, r := range t.Rows {
		rows = append(rows, line(r.Key, r.Label[i18n.ID], r.Label[i18n.EN], strconv.FormatInt(r.Amount, 10)))
	}
	return strings.Join(rows, "\n")
}

// tariffEdit asks for a version as t has it, with its rows as they are or were written.
func (p *Pages) tariffEdit(c *gin.Context, status int, t tariff.Table, rows string, errs ui.Errors) error {
	l, code := gate.LocaleOf(c), c.Param("code")
	f := asker{l}
	v := office.TariffEditView{Heading: l.T("tariff.new"), Action: pathTariffs + "/baru", Back: pathTariffs, New: code == "", Errors: errs}
	if !v.New {
		v.Heading, v.Back = l.T("tariff.next_of", "name", t.Name.In(l)), pathTariffs+"/"+code
		v.Action = v.Back + "/versi"
	}
	v.Shell = p.DeskShell(c, v.Heading)
	v.ErrorTitle = len(errs) > 0
	for _, lang := range i18n.All() {
		v.Fields = append(v.Fields, ui.Field{Name: "name_" + string(lang), Value: t.Name[lang], Max: 200, Wrap: true})
	}
	if v.New {
		v.Fields = append(v.Fields, ui.Field{Name: "code", Value: t.Code, Max: 64, Optional: true})
	}
	for _, lang := range i18n.All() {
		v.Fields = append(v.Fields, ui.Field{Name: "unit_" + string(lang), Value: t.Unit[lang], Max: 200, Wrap: true})
	}
	v.Fields = append(v.Fields, ui.Field{Name: "effective_from", Type: "date", Value: t.EffectiveFrom},
		ui.Field{Name: "rows", Type: "long_text", Value: rows, Max: 20000},
		ui.Field{Name: "basis", Value: t.Basis, Max: 300, Wrap: true}, ui.Field{Name: "source", Type: "long_text", Value: t.Source, Max: 1000}, f.tick("verified", t.Verified)[0])
	for i := range v.Fields {
		x := &v.Fields[i]
		x.Label, x.Error, x.Autocomplete = l.T("tariff.input."+x.Name), errs.Of(x.Name), "off"
		if x.Hint = ""; l.Has("tariff.hint." + x.Name) {
			x.Hint = l.T("tariff.hint." + x.Name)
		}
	}
	return p.Render(c, status, office.TariffEdit(v))
}

// saveTariff keeps a version of the tariff that the address names, or of a new one.
func (p *Pages) saveTariff(c *gin.Context) error {
	in, err := site.ReadForm(c, "effective_from")
	if err != nil {
		return err
	}
	code := c.Param("code")
	t := tariff.Table{Code: code, Name: in.BothLines("name"), Unit: in.BothLines("unit"), EffectiveFrom: site.DateOf(in, "effective_from"), Basis: in.Line("basis"),
		Source: in.Text("source"), Verified: in.Yes("verified")}
	if code == "" {
		t.Code = codeOr(in.Text("code"), t.Name)
	}
	for _, x := range rows(in.Get("rows"), 4) {
		amount, err := money.Parse(x[3])
		if err != nil {
			amount = -1 // which no tariff is
		}
		t.Rows = append(t.Rows, tariff.Row{Key: x[0], Label: pair(x[1], x[2]), Amount: int64(amount)})
	}
	err = p.Tariffs.Put(c.Request.Context(), gate.ActorOf(c), t, code == "")
	if fault.Is(err, "tariff.past") {
		err = site.Invalid("effective_from", "tariff_past")
	}
	if errs, status, ok := site.Refused(c, err, ""); ok {
		errs = slices.DeleteFunc(errs, func(e ui.FieldError) bool { return e.Name == "code" && t.Code == "" }) // it is made of the name
		for i, e := range errs {
			errs[i].Label = gate.LocaleOf(c).T("tariff.input." + e.Name)
		}
		errs = site.InOrder(errs, "name_id", "name_en", "code", "unit_id", "unit_en", "effective_from", "rows", "basis", "source")
		return p.tariffEdit(c, status, t, in.Get("rows"), errs)
	}
	if err != nil {
		return err
	}
	return p.Done(c, pathTariffs+"/"+t.Code, "tariff_saved")
}

// dropTariff takes a version back that has not begun.
func (p *Pages) dropTariff(c *gin.Context) error {
	code, day := c.Param("code"), c.Param("day")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return site.NotFound()
	}
	all, err := p.Tariffs.Versions(c.Request.Context(), gate.ActorOf(c), code)
	if err != nil {
		return err
	}
	err = p.Tariffs.Drop(c.Request.Context(), gate.ActorOf(c), code, day)
	if fault.Is(err, "tariff.past") {
		_, status := gate.Failed(c, err)
		return p.tariffPage(c, status, err)
	}
	if err != nil {
		return err
	}
	if len(all) == 1 { // it was the only one
		return p.Done(c, pathTariffs, "tariff_dropped")
	}
	return p.Done(c, pathTariffs+"/"+code, "tariff_dropped")
}
