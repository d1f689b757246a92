package damage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"bedelau/internal/city/ductdamage"
	"bedelau/internal/edge/site"
	"bedelau/web/ui"
)

// shareRows is the group of the form of a cause that has a row for each who pays.
const shareRows = "shares"

// shareParts are what a row asks: who pays, the name of a third party, and the percentage.
var shareParts = []string{"payer", "name", "percent"}

// rowsOf is how many rows were sent.
func rowsOf(in site.Form) int {
	n, _ := strconv.Atoi(in.Get(shareRows))
	return min(max(n, 0), ductdamage.SharesMost)
}

// reshaped gives the form a row more or takes one away, as its buttons ask, and reports whether that was all that was asked.
func reshaped(in site.Form, add, drop string) bool {
	n := rowsOf(in)
	at, err := strconv.Atoi(strings.TrimPrefix(drop, shareRows+"."))
	switch {
	case add == shareRows:
		in.Set(shareRows, strconv.Itoa(min(n+1, ductdamage.SharesMost)))
	case err == nil && at >= 1 && at <= n:
		dropRow(in, at)
	}
	return add+drop != ""
}

// dropRow takes a row away; those after it move up.
func dropRow(in site.Form, at int) {
	n := rowsOf(in)
	for ; at < n; at++ {
		for _, part := range shareParts {
			in.Set(ductdamage.ShareField(at, part), in.Get(ductdamage.ShareField(at+1, part)))
		}
	}
	for _, part := range shareParts {
		in.Del(ductdamage.ShareField(n, part))
	}
	in.Set(shareRows, strconv.Itoa(n-1))
}

// sharesOf are who pays how much. Rows that say nothing are dropped from the form, so that a refused share is the row that it was typed in; what is no
// number is 0, which is no share. A third party without a name of its own is who answers for the damage.
func sharesOf(in site.Form) (all []ductdamage.Share) {
	for n := rowsOf(in); n > 0; n-- {
		if !slices.ContainsFunc(shareParts, func(part string) bool { return in.Text(ductdamage.ShareField(n, part)) != "" }) {
			dropRow(in, n)
		}
	}
	for n := range rowsOf(in) {
		text := func(part string) string { return in.Line(ductdamage.ShareField(n+1, part)) }
		x := ductdamage.Share{Party: text("payer")}
		x.Percent, _ = strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(text("percent"), "%")))
		if id, err := uuid.Parse(x.Party); err == nil {
			x.Party, x.OperatorID = ductdamage.ByOperator, uuid.NullUUID{UUID: id, Valid: true}
		}
		if x.Party == ductdamage.ThirdParty {
			x.Name = cmp.Or(text("name"), in.Line("name"))
		}
		all = append(all, x)
	}
	return all
}

// shares asks who pays how much, a row for each; one that is empty where nobody is known to.
func (f forms) shares(action string, operators []ui.Option) ui.Field {
	l := f.l
	g := f.of("sebab", ui.Field{Name: shareRows, Type: "group", Label: l.T("damage.shares"), Hint: l.T("damage.shares_hint"), AddTo: l.T("form.row_add", "row", l.T("damage.share_row"))})
	payers := []ui.Option{{Value: ductdamage.ThirdParty, Label: l.T("damage.liable." + ductdamage.ThirdParty)}, {Value: ductdamage.ByCompany, Label: l.T("damage.liable." + ductdamage.ByCompany)}}
	for _, o := range operators {
		o.Group = l.T("damage.liable." + ductdamage.ByOperator)
		payers = append(payers, o)
	}
	n := len(f.x.Shares)
	if f.form == "sebab" {
		n = rowsOf(f.in)
	}
	for i := range max(n, 1) {
		payer, name, percent := "", "", ""
		if i < len(f.x.Shares) {
			y := f.x.Shares[i]
			if payer, percent = y.Party, strconv.Itoa(y.Percent); y.OperatorID.Valid {
				payer = y.OperatorID.UUID.String()
			} else {
				name = y.Name
			}
		}
		of := func(part string) string { return ductdamage.ShareField(i+1, part) }
		row := ui.GroupRow{Name: shareRows + "." + strconv.Itoa(i+1), Title: l.T("damage.share_nth", "n", i+1), Fields: []ui.Field{
			f.of("sebab", ui.Field{Name: of("payer"), Type: "select", Label: l.T("damage.share_payer"), Options: payers, Value: payer}),
			f.of("sebab", ui.Field{Name: of("name"), Label: l.T("damage.liable_name"), Hint: l.T("damage.share_name_hint"), Value: name, Max: 200, Optional: true, Autocomplete: "off"}),
			f.of("sebab", ui.Field{Name: of("percent"), Type: "number", Label: l.T("damage.share_percent"), Value: percent, Max: 3})}}
		if n > 1 {
			row.Remove = action + "?hapus=" + row.Name + "#f-sebab" + shareRows
		}
		g.Rows = append(g.Rows, row)
	}
	if n < ductdamage.SharesMost {
		g.Add = action + "?tambah=" + shareRows + "#f-sebab" + shareRows
	}
	return g
}
