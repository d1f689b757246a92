package standard

import (
	"slices"
	"strconv"
	"strings"

	"bedelau/internal/city/catalog"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/money"
)

// mostRequirements bounds what one page asks.
const mostRequirements = 60

// texts are the parts of a standard that are one text each, by the name of their input.
func texts(p *catalog.Parts) []struct {
	name string
	text *i18n.Text
} {
	return []struct {
		name string
		text *i18n.Text
	}{
		{"complaints", &p.Complaints}, {"facilities", &p.Facilities}, {"competence", &p.Competence}, {"supervision", &p.Supervision},
		{"staffing", &p.Staffing}, {"guarantee", &p.Guarantee}, {"safety", &p.Safety}, {"evaluation", &p.Evaluation},
	}
}

// pair is a text in its two languages; nil when neither was written.
func pair(id, en string) i18n.Text {
	if id == "" && en == "" {
		return nil
	}
	return i18n.Text{i18n.ID: id, i18n.EN: en}
}

// rows reads what is written a row to a line, its cells parted by a bar; n cells are there in each.
func rows(s string, n int) [][]string {
	var out [][]string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, append(cells, make([]string, n)...)[:n])
	}
	return out
}

// line writes cells as rows reads them, without the empty ones at its end.
func line(cells ...string) string {
	for len(cells) > 1 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return strings.Join(cells, " | ")
}

// listed reads words parted by commas or lines.
func listed(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func number(in site.Form, name string) int {
	s := in.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1 // which no rule allows
	}
	return n
}

// readEdition is a service as it was typed. What the page does not ask, such as its place among the others, stays as it is
// in old.
func readEdition(in site.Form, old catalog.Edition) catalog.Edition {
	out := old
	s, st := &out.Service, &out.Standard
	s.Name, s.Summary, s.Keywords = in.BothLines("name"), in.Both("summary"), listed(in.Get("keywords"))
	s.Agency, s.Category, s.Integration = in.Text("agency"), in.Text("category"), catalog.Level(in.Text("integration"))
	s.Link = nil
	if name, url := in.Line("link_name"), in.Line("link_url"); name != "" || url != "" {
		s.Link = &catalog.Elsewhere{Name: name, URL: url}
	}
	s.Form, s.Workflow, s.Document = in.Text("form"), in.Text("workflow"), in.Text("document")
	if s.Integration != catalog.Native {
		s.Form, s.Workflow, s.Document = "", "", ""
	}
	s.JointAgencies = in.Values["joint_agencies"]
	s.Rules.CooldownMonths, s.Rules.DailyQuota, s.Rules.MonthlyQuota = number(in, "rules_cooldown_months"), number(in, "rules_daily_quota"), number(in, "rules_monthly_quota")
	s.Rules.Pickup, s.Rules.Office = in.Text("rules_pickup"), in.Text("rules_office")
	s.Rules.OneOpen = in.Text("rules_one_open") == "yes"
	if s.Rules.Ladder = nil; s.Integration == catalog.Native {
		s.Rules.Ladder = readLadder(in)
	}
	s.Verified, s.Source = in.Text("verified") == "yes", in.Text("source")
	st.Decree, st.EffectiveFrom = in.Line("decree"), site.DateOf(in, "effective_from")
	p := &st.Parts
	p.Requirements = readRequirements(in, old.Standard.Parts.Requirements)
	p.Procedure = nil
	for _, c := range rows(in.Get("procedure"), 4) {
		p.Procedure = append(p.Procedure, catalog.Step{Actor: pair(c[0], c[1]), Text: pair(c[2], c[3])})
	}
	p.Time = catalog.Time{Amount: number(in, "time_amount"), Max: number(in, "time_max"), Unit: in.Text("time_unit"), Starts: in.Text("time_starts"), Note: in.Both("time_note")}
	p.Seasons = nil
	for _, c := range rows(in.Get("seasons"), 3) {
		p.Seasons = append(p.Seasons, catalog.Season{Opens: c[0], Closes: c[1], Announced: c[2]})
	}
	p.Fee = catalog.Fee{Free: in.Text("fee_free") == "yes", Formula: in.Both("fee_formula"), LegalBasis: in.Line("fee_legal_basis"), Tariffs: listed(in.Get("fee_tariffs"))}
	if typed := strings.NewReplacer(".", "", " ", "").Replace(in.Text("fee_amount")); typed != "" {
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			n = -1
		}
		p.Fee.Amount = money.Rupiah(n)
	}
	p.Products = nil
	for _, c := range rows(in.Get("products"), 6) {
		p.Products = append(p.Products, catalog.Product{Name: pair(c[0], c[1]), Validity: pair(c[2], c[3]), Delivery: pair(c[4], c[5])})
	}
	for _, t := range texts(p) {
		*t.text = in.Both(t.name)
	}
	p.LegalBasis = nil
	for _, c := range rows(strings.ReplaceAll(in.Get("legal_basis"), "|", "/"), 1) {
		p.LegalBasis = append(p.LegalBasis, c[0])
	}
	return out
}

// readRequirements are the requirements as they were typed; one without a name is left out. The rule of a file, and
// alternatives within alternatives, stay with their code.
func readRequirements(in site.Form, old []catalog.Requirement) []catalog.Requirement {
	var out []catalog.Requirement
	for i := range min(max(number(in, "requirements"), 0), mostRequirements) {
		at := "requirements_" + strconv.Itoa(i) + "_"
		r := catalog.Requirement{Name: in.BothLines(at + "name")}
		if r.Name == nil {
			continue
		}
		r.Code = codeOr(in.Text(at+"code"), r.Name)
		before := byCode(old, r.Code)
		r.Kind, r.Form, r.When, r.Note, r.File = in.Text(at+"kind"), in.Text(at+"form"), in.BothLines(at+"when"), in.Both(at+"note"), before.File
		r.BringOriginal = in.Text(at+"bring_original") == "yes"
		for _, c := range rows(in.Get(at+"any_of"), 4) {
			name := pair(c[1], c[2])
			other := byCode(before.AnyOf, c[0])
			if other.Code == "" {
				other = catalog.Requirement{Kind: r.Kind, Form: r.Form}
			}
			other.Code, other.Name = codeOr(c[0], name), name
			if c[3] != "" {
				other.Form = c[3]
			}
			if other.Kind == "" && len(other.AnyOf) == 0 {
				other.Kind = "administrative"
			}
			r.AnyOf = append(r.AnyOf, other)
		}
		out = append(out, r)
	}
	return out
}

func byCode(list []catalog.Requirement, code string) catalog.Requirement {
	if i := slices.IndexFunc(list, func(r catalog.Requirement) bool { return r.Code == code }); i >= 0 {
		return list[i]
	}
	return catalog.Requirement{}
}

// codeOr is a code as it was typed, or one made of a name.
func codeOr(typed string, name i18n.Text) string {
	if typed != "" {
		return typed
	}
	words := strings.FieldsFunc(strings.ToLower(name[i18n.ID]), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return site.Clip(strings.Join(words, "-"), 60)
}
