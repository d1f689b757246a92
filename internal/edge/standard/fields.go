package standard

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/city/catalog"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/tariff"
	"bedelau/web/page/office"
	"bedelau/web/ui"
)

// choices are what the selects of the page offer. own is the one agency whose services the reader writes, if it is one.
type choices struct {
	own       string
	agencies  []catalog.Agency
	kept      map[string][]string
	tariffs   []tariff.Table
	addresses []ui.Option // of the form, by which the office is chosen
	roles     []ui.Option // of the staff
}

// standardSections asks everything that an edition says, part by part in the order of the law.
func standardSections(e catalog.Edition, ch choices, l i18n.Locale) []office.StandardSection {
	s, st, p := e.Service, e.Standard, e.Standard.Parts
	f := asker{l}
	out := []office.StandardSection{{Title: l.T("standard.about"), Fields: f.join(
		f.both("name", s.Name, false, false), f.both("summary", s.Summary, true, false),
		f.long("keywords", strings.Join(s.Keywords, "\n"), true),
		f.choose("agency", s.Agency, false, agencyOptions(ch.mine(), l)),
		f.choose("category", s.Category, false, options(catalog.Categories(), func(c string) string { return l.T(catalog.CategoryKey(c)) })),
	)}}
	var levels []ui.Option
	for _, v := range catalog.Levels() {
		levels = append(levels, ui.Option{Value: string(v), Label: l.T(v.Key()), Hint: l.T(v.TextKey())})
	}
	link := catalog.Elsewhere{}
	if s.Link != nil {
		link = *s.Link
	}
	out = append(out, office.StandardSection{Title: l.T("standard.way"), Fields: f.join(
		f.one(ui.Field{Name: "integration", Type: "choice", Value: string(s.Integration), Options: levels}),
		f.short("link_name", link.Name, true), f.short("link_url", link.URL, true),
		f.choose("form", s.Form, true, codes(ch.kept["form"], s.Form)), f.choose("workflow", s.Workflow, true, codes(ch.kept["workflow"], s.Workflow)),
		f.choose("document", s.Document, true, codes(ch.kept["document"], s.Document)),
	)})
	out = append(out, f.joint(s, ch.agencies), office.StandardSection{Title: l.T("standard.rules"), Fields: f.join(
		f.tick("rules_one_open", s.Rules.OneOpen), f.number("rules_cooldown_months", s.Rules.CooldownMonths),
		f.number("rules_daily_quota", s.Rules.DailyQuota), f.number("rules_monthly_quota", s.Rules.MonthlyQuota),
		f.choose("rules_pickup", s.Rules.Pickup, true, options([]string{catalog.PickupInPerson, catalog.PickupProxy}, func(v string) string { return l.T("standard.pickup." + v) })),
		f.choose("rules_office", s.Rules.Office, true, withChosen(ch.addresses, s.Rules.Office)),
	)}, f.ladder(s.Rules.Ladder, ch.roles))
	for i, r := range p.Requirements {
		out = append(out, f.requirement(i, r))
	}
	var procedure, products []string
	for _, x := range p.Procedure {
		procedure = append(procedure, line(x.Actor[i18n.ID], x.Actor[i18n.EN], x.Text[i18n.ID], x.Text[i18n.EN]))
	}
	for _, x := range p.Products {
		products = append(products, line(x.Name[i18n.ID], x.Name[i18n.EN], x.Validity[i18n.ID], x.Validity[i18n.EN], x.Delivery[i18n.ID], x.Delivery[i18n.EN]))
	}
	var seasons []string
	for _, x := range p.Seasons {
		seasons = append(seasons, line(x.Opens, x.Closes, x.Announced))
	}
	amount := ""
	if p.Fee.Amount != 0 {
		amount = strconv.FormatInt(int64(p.Fee.Amount), 10)
	}
	out = append(out,
		office.StandardSection{Title: l.T("standard.procedure_part"), Add: true, Fields: f.long("procedure", strings.Join(procedure, "\n"), true)},
		office.StandardSection{Title: l.T("standard.time_part"), Fields: f.join(
			f.number("time_amount", p.Time.Amount), f.number("time_max", p.Time.Max),
			f.choose("time_unit", p.Time.Unit, false, options([]string{"working_day", "day", "hour", "minute", "month", "announcement", "none"}, func(v string) string { return l.T("standard.unit." + v) })),
			f.choose("time_starts", p.Time.Starts, true, options([]string{"complete_documents", "submission", "recording", "payment", "report"}, func(v string) string { return l.T("catalog.starts." + v) })),
			f.both("time_note", p.Time.Note, true, true))},
		office.StandardSection{Title: l.T("standard.seasons_part"), Fields: f.long("seasons", strings.Join(seasons, "\n"), true)},
		office.StandardSection{Title: l.T("standard.fee_part"), Fields: f.join(
			f.tick("fee_free", p.Fee.Free), f.one(ui.Field{Name: "fee_amount", Type: "money", Value: amount, Optional: true}),
			f.both("fee_formula", p.Fee.Formula, true, true), f.short("fee_legal_basis", p.Fee.LegalBasis, true), f.tariffs(p.Fee.Tariffs, ch.tariffs))},
		office.StandardSection{Title: l.T("standard.products_part"), Fields: f.long("products", strings.Join(products, "\n"), false)},
	)
	var inner []ui.Field
	for _, t := range texts(&p) {
		fields := f.both(t.name, *t.text, true, t.name != "complaints")
		if t.name == "complaints" {
			out = append(out, office.StandardSection{Title: l.T("standard.complaints_part"), Fields: fields})
			continue
		}
		inner = append(inner, fields...)
	}
	return append(out,
		office.StandardSection{Title: l.T("standard.legal_part"), Fields: f.long("legal_basis", strings.Join(p.LegalBasis, "\n"), true)},
		office.StandardSection{Title: l.T("standard.inner_part"), Fold: true, Fields: inner},
		office.StandardSection{Title: l.T("standard.force"), Fields: f.join(
			f.one(ui.Field{Name: "effective_from", Type: "date", Value: st.EffectiveFrom}), f.short("decree", st.Decree, true), f.tick("verified", s.Verified), f.long("source", s.Source, true))},
	)
}

func options(values []string, label func(string) string) []ui.Option {
	var out []ui.Option
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: label(v)})
	}
	return out
}

// withChosen offers also what was chosen and is not there any more, so that it is seen.
func withChosen(all []ui.Option, chosen string) []ui.Option {
	if chosen != "" && !slices.ContainsFunc(all, func(o ui.Option) bool { return o.Value == chosen }) {
		all = append(slices.Clone(all), ui.Option{Value: chosen, Label: chosen})
	}
	return all
}

// codes offers the definitions that there are, and the one that is still to be written.
func codes(all []string, chosen string) []ui.Option {
	out, found := []ui.Option(nil), chosen == ""
	for _, c := range all {
		out, found = append(out, ui.Option{Value: c, Label: c}), found || c == chosen
	}
	if !found {
		out = append(out, ui.Option{Value: chosen, Label: chosen})
	}
	return out
}

// mine are the agencies to whom the reader can give a service.
func (ch choices) mine() []catalog.Agency {
	if ch.own == "" {
		return ch.agencies
	}
	return slices.DeleteFunc(slices.Clone(ch.agencies), func(a catalog.Agency) bool { return a.Code != ch.own })
}

func agencyOptions(all []catalog.Agency, l i18n.Locale) []ui.Option {
	var out []ui.Option
	for _, a := range all {
		out = append(out, ui.Option{Value: a.Code, Label: a.Name.In(l)})
	}
	return out
}

// asker makes the fields of the page, each labelled by the key of its name.
type asker struct{ l i18n.Locale }

func (f asker) join(parts ...[]ui.Field) []ui.Field {
	var out []ui.Field
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// one gives a field the label of its name; "requirements_2_name_id" is labelled as every name of a requirement.
func (f asker) one(x ui.Field) []ui.Field {
	key := x.Name
	if rest, ok := strings.CutPrefix(key, "requirements_"); ok {
		_, rest, _ = strings.Cut(rest, "_")
		key = "requirement_" + rest
	}
	x.Label, x.Autocomplete = f.l.T("standard."+key), "off"
	if hint := "standard." + key + "_hint"; f.l.Has(hint) {
		x.Hint = f.l.T(hint)
	}
	return []ui.Field{x}
}

func (f asker) short(name, value string, optional bool) []ui.Field {
	return f.one(ui.Field{Name: name, Value: value, Max: 300, Wrap: true, Optional: optional})
}

func (f asker) long(name, value string, optional bool) []ui.Field {
	return f.one(ui.Field{Name: name, Type: "long_text", Value: value, Max: 20000, Optional: optional})
}

func (f asker) both(name string, t i18n.Text, long, optional bool) []ui.Field {
	kind, most := "text", 300
	if long {
		kind, most = "long_text", 4000
	}
	var out []ui.Field
	for _, lang := range i18n.All() {
		x := f.one(ui.Field{Name: name + "_" + string(lang), Type: kind, Value: t[lang], Max: most, Wrap: true, Optional: optional})[0]
		out = append(out, x)
	}
	return out
}

func (f asker) choose(name, value string, optional bool, all []ui.Option) []ui.Field {
	return f.one(ui.Field{Name: name, Type: "select", Value: value, Optional: optional, Options: all})
}

// tariffs asks for the tables that a formula goes by, which stand below it.
func (f asker) tariffs(chosen []string, all []tariff.Table) []ui.Field {
	var names []string
	for _, t := range all {
		names = append(names, t.Code+" ("+t.Name.In(f.l)+")")
	}
	out := f.short("fee_tariffs", strings.Join(chosen, ", "), true)
	if len(names) > 0 {
		out[0].Hint = f.l.T("standard.fee_tariffs_known", "names", strings.Join(names, ", "))
	}
	return out
}

// joint asks who else answers for the service, folded because a city has many agencies.
func (f asker) joint(s catalog.Service, all []catalog.Agency) office.StandardSection {
	var options []ui.Option
	var names []string
	for _, o := range agencyOptions(all, f.l) {
		if o.Value == s.Agency {
			continue
		}
		if slices.Contains(s.JointAgencies, o.Value) {
			names = append(names, o.Label)
		}
		options = append(options, o)
	}
	lead := f.l.T("standard.joint_none")
	if len(names) > 0 {
		lead = strings.Join(names, ", ")
	}
	return office.StandardSection{Title: f.l.T("standard.joint_part"), Lead: lead, Fold: true,
		Fields: f.one(ui.Field{Name: "joint_agencies", Type: "multi_choice", Values: s.JointAgencies, Options: options, Optional: true})}
}

func (f asker) number(name string, n int) []ui.Field {
	value := ""
	if n != 0 {
		value = strconv.Itoa(n)
	}
	return f.one(ui.Field{Name: name, Type: "number", Value: value, Max: 7, Optional: true})
}

func (f asker) tick(name string, on bool) []ui.Field {
	value := ""
	if on {
		value = "yes"
	}
	return f.one(ui.Field{Name: name, Type: "consent", Value: value})
}

func (f asker) requirement(i int, r catalog.Requirement) office.StandardSection {
	at := "requirements_" + strconv.Itoa(i) + "_"
	var other []string
	for _, x := range r.AnyOf {
		other = append(other, line(x.Code, x.Name[i18n.ID], x.Name[i18n.EN], x.Form))
	}
	return office.StandardSection{Title: f.l.T("standard.requirement_part", "n", i+1), Fold: r.Code != "", Lead: r.Name.In(f.l), Fields: f.join(
		f.both(at+"name", r.Name, false, false), f.short(at+"code", r.Code, true),
		f.choose(at+"kind", r.Kind, len(r.AnyOf) > 0, options([]string{"administrative", "technical"}, func(v string) string { return f.l.T("catalog.requirement." + v) })),
		f.choose(at+"form", r.Form, len(r.AnyOf) > 0, options([]string{"original", "copy", "data", "thing"}, func(v string) string { return f.l.T("catalog.form." + v) })),
		f.both(at+"when", r.When, false, true), f.both(at+"note", r.Note, true, true), f.tick(at+"bring_original", r.BringOriginal),
		f.long(at+"any_of", strings.Join(other, "\n"), true),
	)}
}
