package treasury

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/console"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ledger"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/invoice"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/collection"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// parties lists the cities with how they are billed, taxed and collected from.
func (p *Pages) parties(c *gin.Context) error {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	cities, err := p.Cities(ctx)
	if err != nil {
		return err
	}
	all, err := p.Finance.Parties(ctx, who)
	if err != nil {
		return err
	}
	known := map[uuid.UUID]invoice.Party{}
	for _, y := range all {
		known[y.City.UUID] = y
	}
	accounts, err := p.Collection.Accounts(ctx, who)
	if err != nil {
		return err
	}
	ways := map[uuid.UUID]collection.Account{}
	for _, a := range accounts {
		ways[a.City] = a
	}
	rules, err := p.RuleNames(c)
	if err != nil {
		return err
	}
	t := bill.Table{Title: l.T("party.title"), Columns: []bill.Column{{Label: l.T("usage.city")}, {Label: l.T("party.npwp")}, {Label: l.T("bumd.taxed")}, {Label: l.T("party.collected")}}}
	for _, city := range cities {
		cells := []bill.Cell{{Text: city.Name, Href: console.PathParties + "/" + city.Slug}, {Text: l.T("party.no_npwp")}, {Text: l.T("party.never")}, {Text: collection.Account{Collection: collection.ByTransfer}.Title(l)}}
		if y, ok := known[city.ID]; ok {
			cells[0].Small = y.Name
			cells[1].Text = ledger.FirstOf(y.NPWP, l.T("party.no_npwp"))
			cells[2] = bill.Cell{Text: ledger.Joined(ledger.FirstOf(rules[y.PPN], y.PPN), ledger.FirstOf(rules[y.PPh], y.PPh))}
			if !y.Verified {
				cells[2].Mark = ledger.Mark(l, "party.unverified", "care", "alert-triangle")
			}
		}
		if a, ok := ways[city.ID]; ok {
			cells[3].Text = a.Title(l)
		}
		t.Rows = append(t.Rows, bill.Line{Cells: cells})
	}
	v := bill.View{Shell: p.DeskShell(c, l.T("party.title")), Back: console.PathOverview, Heading: l.T("party.title"), Lead: l.T("party.lead"),
		Sections: []bill.Section{{ID: "daftar", Title: l.T("party.title"), Quiet: true, Table: &t, Empty: &bill.Empty{Icon: "building", Title: l.T("bumd.no_cities"), Text: l.T("party.no_cities_text")}}}}
	return p.Render(c, http.StatusOK, bill.Page(v))
}

// cityOf is the city of the address.
func (p *Pages) cityOf(c *gin.Context) (tenancy.City, error) {
	city, err := p.Directory.BySlug(c.Request.Context(), c.Param("slug"))
	if err == nil && city.Kind != tenancy.KindCity {
		err = site.NotFound()
	}
	return city, err
}

// party is a city as the books have it: today, before and from when on otherwise; and how its money is collected.
func (p *Pages) party(c *gin.Context) error { return p.partyPage(c, http.StatusOK, site.Form{}, nil) }

func (p *Pages) partyPage(c *gin.Context, status int, in site.Form, errs ui.Errors) error {
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	ctx, l, who, now := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c), site.Zoned(c, p.Now())
	y, _, known, err := p.Finance.Party(ctx, who, city.ID)
	if err != nil {
		return err
	}
	v := bill.View{Shell: p.DeskShell(c, city.Name), Back: console.PathParties, Heading: city.Name, Lead: l.T("party.one_lead"), Errors: errs, Links: []ui.Link{{Href: console.PathCities + "/" + city.Slug, Label: l.T("bumd.cities"), Icon: "building"}}}
	today := bill.Section{ID: "kini", Title: l.T("party.today"), Text: l.T("party.never_text")}
	var before *bill.Table
	if known {
		rules, err := p.RuleNames(c)
		if err != nil {
			return err
		}
		today.Text, today.Rows = "", partyRows(l, y, rules)
		if before, err = p.versionTable(c, y.ID, now, rules); err != nil {
			return err
		}
	}
	v.Sections = []bill.Section{today}
	if before != nil && len(before.Rows) > 0 {
		v.Sections = append(v.Sections, bill.Section{ID: "versi", Title: l.T("party.versions"), Text: l.T("party.versions_text"), Table: before})
	}
	form, err := p.partyForm(c, city, y, now, in, errs)
	if err != nil {
		return err
	}
	way, err := p.waySection(c, city, in, errs)
	if err != nil {
		return err
	}
	v.Sections = append(v.Sections, bill.Section{ID: "ubah", Title: l.T("party.change"), Forms: []bill.Form{form}}, way)
	return p.Render(c, status, bill.Page(v))
}

// partyRows is what is said of a party.
func partyRows(l i18n.Locale, y invoice.Party, rules map[string]string) []ui.Row {
	verified := l.T("party.unverified")
	if y.Verified {
		verified = l.T("party.verified")
	}
	return []ui.Row{{Label: l.T("party.name"), Value: y.Name}, {Label: l.T("party.address"), Value: y.Address}, {Label: l.T("party.email"), Value: ledger.FirstOf(y.Email, "–")}, {Label: l.T("party.npwp"), Value: ledger.FirstOf(y.NPWP, l.T("party.no_npwp"))},
		{Label: l.T("party.ppn"), Value: ledger.FirstOf(rules[y.PPN], y.PPN)}, {Label: l.T("party.pph"), Value: ledger.FirstOf(rules[y.PPh], y.PPh, l.T("party.no_pph"))}, {Label: l.T("party.collector"), Value: l.T("party.collector." + ledger.FirstOf(y.Collector, "none"))},
		{Label: l.T("party.free_zone"), Value: l.T(map[bool]string{true: "yes", false: "no"}[y.FreeZone])}, {Label: l.T("party.basis"), Value: y.Basis + "\n" + verified}}
}

// versionTable lists what was and will be said of a party.
func (p *Pages) versionTable(c *gin.Context, party uuid.UUID, now time.Time, rules map[string]string) (*bill.Table, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	all, err := p.Finance.PartyVersions(ctx, who, party)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, x := range all {
		ids = append(ids, x.MadeBy)
	}
	names, err := p.Identity.Names(ctx, ids)
	t := bill.Table{Title: l.T("party.versions"), Columns: []bill.Column{{Label: l.T("bumd.effective")}, {Label: l.T("party.name")}, {Label: l.T("party.npwp")}, {Label: l.T("bumd.taxed")}, {Label: l.T("bill.reason")}}}
	holds := true
	for _, x := range all {
		from := bill.Cell{Text: l.Date(x.EffectiveFrom), Small: ledger.Joined(names[x.MadeBy], l.DateTime(site.Zoned(c, x.MadeAt)))}
		if future := x.EffectiveFrom.Format(time.DateOnly) > now.Format(time.DateOnly); future {
			from.Mark = ledger.Mark(l, "party.ahead", "care", "clock")
		} else if holds {
			from.Mark, holds = ledger.Mark(l, "bumd.holds", "good", "check"), false
		}
		t.Rows = append(t.Rows, bill.Line{Cells: []bill.Cell{from, {Text: x.Profile.Name, Small: x.Profile.Address}, {Text: ledger.FirstOf(x.Profile.NPWP, l.T("party.no_npwp"))}, {Text: ledger.Joined(ledger.FirstOf(rules[x.Profile.PPN], x.Profile.PPN), ledger.FirstOf(rules[x.Profile.PPh], x.Profile.PPh)), Small: x.Profile.Basis}, {Text: x.Reason}}})
	}
	return &t, err
}

// partyForm asks what is said of a city from a day on.
func (p *Pages) partyForm(c *gin.Context, city tenancy.City, y invoice.Party, now time.Time, in site.Form, errs ui.Errors) (bill.Form, error) {
	ctx, l, who := c.Request.Context(), gate.LocaleOf(c), gate.ActorOf(c)
	options := map[string][]ui.Option{}
	for _, kind := range []string{invoice.PPN, invoice.PPh} {
		rules, err := p.Finance.Rules(ctx, who, kind)
		if err != nil {
			return bill.Form{}, err
		}
		for _, r := range rules {
			options[kind] = append(options[kind], ui.Option{Value: r.Code, Label: r.Name.In(l) + " (" + r.Code + ")"})
		}
	}
	collectors := []ui.Option{{Value: "none", Label: l.T("party.collector.none")}, {Value: invoice.GovernmentCollects, Label: l.T("party.collector.government")}, {Value: invoice.OtherCollects, Label: l.T("party.collector.other")}}
	tick := func(name string, on bool) ui.Field {
		f := ui.Field{Name: name, Type: "multi_choice", Label: l.T("party." + name), Options: []ui.Option{{Value: "yes", Label: l.T("yes")}}, Optional: true}
		if len(in.Values) > 0 && in.Yes(name) || len(in.Values) == 0 && on {
			f.Values = []string{"yes"}
		}
		return f
	}
	f := bill.Form{ID: "pihak", Folded: true, Title: l.T("party.change_title"), Action: console.PathParties + "/" + city.Slug, Text: l.T("party.change_text"), Submit: l.T("party.save"), Fields: []ui.Field{
		{Name: "effective_from", Type: "date", Label: l.T("bumd.effective"), Value: keptDay(in, "effective_from", now.Format(time.DateOnly))},
		{Name: "name", Label: l.T("party.name"), Value: kept(in, "name", ledger.FirstOf(y.Name, "Pemerintah "+city.Name)), Max: 200, Wrap: true}, {Name: "address", Type: "long_text", Label: l.T("party.address"), Value: kept(in, "address", ledger.FirstOf(y.Address, city.Contact.Address)), Max: 400},
		{Name: "email", Type: "email", Label: l.T("party.email"), Value: kept(in, "email", y.Email), Max: 200, Optional: true}, {Name: "npwp", Label: l.T("party.npwp"), Hint: l.T("party.npwp_hint"), Value: kept(in, "npwp", y.NPWP), Max: 24, Optional: true},
		{Name: "ppn", Type: "select", Label: l.T("party.ppn"), Options: options[invoice.PPN], Value: kept(in, "ppn", y.PPN)}, {Name: "pph", Type: "select", Label: l.T("party.pph"), Hint: l.T("party.pph_hint"), Options: options[invoice.PPh], Value: kept(in, "pph", y.PPh), Optional: true},
		{Name: "collector", Type: "choice", Label: l.T("party.collector"), Options: collectors, Value: kept(in, "collector", ledger.FirstOf(y.Collector, "none"))},
		tick("free_zone", y.FreeZone), {Name: "basis", Label: l.T("party.basis"), Hint: l.T("party.basis_hint"), Value: kept(in, "basis", y.Basis), Max: 300, Wrap: true}, tick("verified", y.Verified), console.ReasonField(l, in.Get("reason"), errs)}}
	for i := range f.Fields {
		f.Fields[i].Error = errs.Of(f.Fields[i].Name)
	}
	return f, nil
}

// revise keeps what is said of a city from a day on.
func (p *Pages) revise(c *gin.Context) error {
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	labels := map[string]string{"effective_from": "bumd.effective", "reason": "bill.reason"}
	for _, name := range []string{"name", "address", "email", "npwp", "ppn", "pph", "collector", "basis"} {
		labels[name] = "party." + name
	}
	return p.act(c, "party_revised", console.PathParties+"/"+city.Slug, p.partyPage, nil, labels, []string{"effective_from"}, func(in site.Form) error {
		from, err := console.DayOf(in, "effective_from")
		if err != nil {
			return err
		}
		y := invoice.Party{Name: in.Line("name"), Address: in.Text("address"), Email: in.Text("email"), NPWP: in.Text("npwp"), PPN: in.Text("ppn"), PPh: in.Text("pph"), Collector: in.Text("collector"),
			FreeZone: in.Yes("free_zone"), Basis: in.Line("basis"), Verified: in.Yes("verified")}
		if y.Collector == "none" {
			y.Collector = ""
		}
		return p.Finance.ReviseParty(c.Request.Context(), gate.ActorOf(c), city, y, from, in.Text("reason"))
	})
}

// waySection says how a city's money is collected, and lets somebody choose.
func (p *Pages) waySection(c *gin.Context, city tenancy.City, in site.Form, errs ui.Errors) (bill.Section, error) {
	l := gate.LocaleOf(c)
	a, err := p.Collection.Account(c.Request.Context(), gate.ActorOf(c), city.ID)
	s := bill.Section{ID: "cara", Title: l.T("party.way"), Rows: []ui.Row{{Label: l.T("party.collected"), Value: a.Title(l)}}}
	if !a.ChosenAt.IsZero() {
		s.Rows = append(s.Rows, ui.Row{Label: l.T("party.chosen"), Value: l.DateTime(site.Zoned(c, a.ChosenAt))})
	}
	if !p.Collection.Available() {
		s.Note = bill.Note{Tone: "care", Text: l.T("party.no_key")}
	}
	ways := []ui.Option{{Value: string(collection.ByTransfer), Label: l.T("collection.way.transfer")}, {Value: string(collection.ByStripe), Label: l.T("collection.way.stripe")}}
	charging := []ui.Option{{Value: string(collection.Send), Label: l.T("collection.charging.send")}, {Value: string(collection.Automatic), Label: l.T("collection.charging.automatic")}}
	s.Forms = []bill.Form{{ID: "pilih-cara", Folded: true, Title: l.T("party.choose"), Text: l.T("party.choose_text"), Action: console.PathParties + "/" + city.Slug + "/cara-bayar", Submit: l.T("party.choose_do"), Fields: []ui.Field{
		{Name: "by", Type: "choice", Label: l.T("party.collected"), Options: ways, Value: kept(in, "by", string(a.Collection)), Error: errs.Of("by")},
		{Name: "charging", Type: "choice", Label: l.T("party.charging"), Options: charging, Value: kept(in, "charging", string(a.Charging)), Error: errs.Of("charging"), Optional: true}}}}
	return s, err
}

// choose puts a city on a way to pay.
func (p *Pages) choose(c *gin.Context) error {
	city, err := p.cityOf(c)
	if err != nil {
		return err
	}
	return p.act(c, "collection_chosen", console.PathParties+"/"+city.Slug, p.partyPage, map[string]string{"collection.no_key": "by"}, map[string]string{"by": "party.collected", "charging": "party.charging"}, nil, func(in site.Form) error {
		_, err := p.Collection.Choose(c.Request.Context(), gate.ActorOf(c), collection.ChooseInput{City: city, By: collection.Way(in.Text("by")), Charging: collection.Charging(in.Text("charging"))})
		return err
	})
}
