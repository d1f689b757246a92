package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/tenancy"
	"bedelau/internal/saas/billing"
	"bedelau/web/ui"
)

// change runs a change of a city's subscription and puts on the city's record what it allows; refused, the form is shown again.
func (p *Pages) change(c *gin.Context, done string, act func(site.Form, tenancy.City) error) error {
	city, err := p.townOf(c)
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "starts_on", "on")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if err = act(in, city); err != nil {
		if errs, status, ok := site.RefusedAt(c, err, map[string]string{"billing.plan_unknown": "plan"}); ok {
			return p.townPage(c, status, in, site.Called(c, AddonErrors(errs), labels()))
		}
		if f, status := gate.Failed(c, err); status == http.StatusConflict {
			return p.townPage(c, status, in, ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}})
		}
		return err
	}
	_ = p.Billing.Entitle(ctx, city) // so that the next page shows it; a job that committed with the change does it again
	p.Directory.Forget()
	return p.Done(c, PathCities+"/"+city.Slug, done)
}

// What becomes of what was agreed with a city that is moved: it goes on, unless the form says otherwise.
const (
	agreedKept = "keep"
	agreedAnew = "anew"
)

// move puts a city on the newest version of a plan from a day on; without one an upgrade begins at once, and a downgrade next month or after the year that is paid.
func (p *Pages) move(c *gin.Context) error {
	return p.change(c, "subscription_moved", func(in site.Form, city tenancy.City) error {
		who := gate.ActorOf(c)
		var day time.Time // by itself
		var err error
		if site.DateOf(in, "starts_on") != "" {
			if day, err = DayOf(in, "starts_on"); err != nil {
				return err
			}
		}
		if in.Text("plan") == "" {
			return site.Invalid("plan", "required")
		}
		x := billing.SubscribeInput{City: city, Plan: in.Text("plan"), StartsOn: day, Coupon: strings.ToUpper(in.Text("coupon")), ActorID: who.ID, ActorKind: string(who.Kind), Keep: in.Text("agreed") != agreedAnew}
		if text := in.Text("trial_days"); text != "" {
			if x.TrialDays, err = strconv.Atoi(text); err != nil {
				return site.Invalid("trial_days", "invalid")
			}
		}
		if x.Addons, err = AddonsOf(in); err != nil {
			return err
		}
		_, err = p.Billing.Subscribe(c.Request.Context(), x)
		return err
	})
}

// AddonsOf reads how many of each add-on there are to be; a field that is empty or zero is none.
func AddonsOf(in site.Form) (map[string]int64, error) {
	out := map[string]int64{}
	for name := range in.Values {
		code, ok := strings.CutPrefix(name, AddonField(""))
		if !ok || in.Text(name) == "" {
			continue
		}
		n, err := strconv.ParseInt(in.Text(name), 10, 64)
		if err != nil || n < 0 {
			return nil, site.Invalid(name, "invalid")
		}
		if n != 0 {
			out[code] = n
		}
	}
	return out, nil
}

// AddonErrors puts what is wrong with an add-on at its field.
func AddonErrors(errs ui.Errors) ui.Errors {
	for i, e := range errs {
		if code, ok := strings.CutPrefix(e.Name, "addons."); ok {
			errs[i].Name = AddonField(code)
		}
	}
	return errs
}

// end pauses or cancels a subscription; residents are served as before.
func (p *Pages) end(c *gin.Context) error {
	return p.change(c, "subscription_ended", func(in site.Form, city tenancy.City) error {
		who, as := gate.ActorOf(c), billing.Ending(in.Text("as"))
		if as != billing.Paused && as != billing.Cancelled {
			return site.Invalid("as", "required")
		}
		day, err := DayOf(in, "on")
		if err != nil {
			return err
		}
		_, err = p.Billing.End(c.Request.Context(), billing.EndInput{City: city, On: day, As: as, Reason: in.Text("reason"), ActorID: who.ID, ActorKind: string(who.Kind)})
		return err
	})
}

// resume takes a paused subscription up again.
func (p *Pages) resume(c *gin.Context) error {
	return p.change(c, "subscription_resumed", func(in site.Form, city tenancy.City) error {
		who := gate.ActorOf(c)
		day, err := DayOf(in, "on")
		if err != nil {
			return err
		}
		_, err = p.Billing.Resume(c.Request.Context(), billing.ResumeInput{City: city, On: day, ActorID: who.ID, ActorKind: string(who.Kind)})
		return err
	})
}
