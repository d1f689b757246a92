package ductmoney

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"bedelau/internal/city/ducttariff"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/web/ui"
)

const formTerms = "ketentuan-baru"

// termFields ask for other terms, filled in with those of today.
func termFields(l i18n.Locale, t ducttariff.Terms) []ui.Field {
	number := func(name string, n int) ui.Field {
		return ui.Field{Name: name, Type: "number", Value: strconv.Itoa(n)}
	}
	return []ui.Field{number("minimum_months", t.MinimumMonths), number("deposit_months", t.DepositMonths), number("due_days", t.DueDays),
		{Name: "volume", Type: "text", Max: 300, Optional: true, Value: stepText(t.Volume), Hint: l.T("ductprice.volume_hint")}, {Name: "term", Type: "text", Max: 300, Optional: true, Value: stepText(t.Term), Hint: l.T("ductprice.term_hint")},
		{Name: "late", Type: "text", Max: 6, Optional: true, Value: shareText(t.Late)}, {Name: "late_most", Type: "text", Max: 6, Optional: true, Value: shareText(t.LateMost)}}
}

// shareText is a share as share reads it.
func shareText(hundredths int) string {
	return strings.TrimSuffix(fmt.Sprintf("%d,%02d", hundredths/100, hundredths%100), ",00")
}

// stepText is steps as stepsOf reads them: "20000=3; 50000=6".
func stepText(all []ducttariff.Step) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%d=%s", s.From, shareText(s.Off)))
	}
	return strings.Join(out, "; ")
}

// stepsOf reads steps; empty is none.
func stepsOf(in site.Form, name string) ([]ducttariff.Step, error) {
	var out []ducttariff.Step
	for part := range strings.SplitSeq(in.Line(name), ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		from, off, _ := strings.Cut(part, "=")
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(from), ".", ""), 10, 64)
		if err != nil {
			return nil, site.Invalid(name, "tariff_steps")
		}
		k, err := shareOf(strings.TrimSpace(off))
		if err != nil {
			return nil, site.Invalid(name, "tariff_steps")
		}
		out = append(out, ducttariff.Step{From: n, Off: k})
	}
	return out, nil
}

// askTerms asks for other terms.
func (p *Pages) askTerms(c *gin.Context) error {
	return p.ask(c, formTerms, func(in site.Form, a identity.Actor) error {
		var t ducttariff.Terms
		var err error
		t.Head = head(in, "", nil)
		for name, n := range map[string]*int{"minimum_months": &t.MinimumMonths, "deposit_months": &t.DepositMonths, "due_days": &t.DueDays} {
			if *n, err = strconv.Atoi(in.Text(name)); err != nil {
				return site.Invalid(name, "number")
			}
		}
		if t.Volume, err = stepsOf(in, "volume"); err != nil {
			return err
		}
		if t.Term, err = stepsOf(in, "term"); err != nil {
			return err
		}
		if t.Late, err = share(in, "late", "tariff_late"); err != nil {
			return err
		}
		if t.LateMost, err = share(in, "late_most", "tariff_rise"); err != nil {
			return err
		}
		_, err = p.DuctPrice.AskTerms(c.Request.Context(), a, t, in.Text("reason"))
		return err
	})
}

// termsAsked says in a line what terms would be.
func termsAsked(l i18n.Locale, t ducttariff.Terms) string {
	var out []string
	for _, r := range termRows(l, t) {
		out = append(out, r.Label+": "+r.Value)
	}
	return strings.Join(out, "; ")
}
