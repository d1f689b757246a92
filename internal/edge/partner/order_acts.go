package partner

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/ordering"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/web/ui"
)

// actLabels are what the fields of the acts on an order are called.
var actLabels = map[string]string{"day": "lease.end_day", "reason": "lease.explanation", "until": "lease.until", "note": "myorder.note", "node": "myorder.node", "since": "myorder.window_since", "crew": "myorder.crew", "leader": "myorder.leader", "phone": "myorder.phone",
	"people": "myorder.people", "safety": "myorder.safety", "kind": "myorder.shows", "place": "myorder.node", "replaces": "myorder.replaces", "file": "myorder.file"}

// act does something with the order of the address. What is refused is told on its page, as it stands now.
func (p *Pages) act(c *gin.Context, sentence string, do func(id uuid.UUID) (site.Form, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := do(id)
	if err == nil {
		return p.Done(c, pathOrders+"/"+id.String(), sentence)
	}
	errs, status, ok := refused(c, err)
	if !ok {
		return err
	}
	labels := actLabels
	if in.Get("form") == "jadwal" {
		labels = map[string]string{"until": "myorder.window_until"}
		for k, v := range actLabels {
			if labels[k] == "" {
				labels[k] = v
			}
		}
	}
	return p.orderAgain(c, status, in, site.Called(c, errs, labels))
}

// refused says on the page of a form what was wrong with it, also where the whole of it was and no field.
func refused(c *gin.Context, err error) (ui.Errors, int, bool) {
	if f := fault.From(err); f.Kind == fault.Conflict && len(f.Fields) == 0 {
		return ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}, http.StatusConflict, true
	}
	return site.Refused(c, err, "")
}

// dayTyped is a day that may be left empty.
func dayTyped(in site.Form, name string) (time.Time, error) {
	typed := site.DateOf(in, name)
	if typed == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return d, site.Invalid(name, "invalid")
	}
	return d, nil
}

// step takes a step of the order's flow that is the company's.
func (p *Pages) step(c *gin.Context) error {
	return p.act(c, "myorder_step", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "day")
		if err != nil {
			return in, err
		}
		version, err := strconv.Atoi(in.Get("versi"))
		if err != nil {
			return in, fault.New(fault.Conflict, "ductorder.changed")
		}
		day, err := dayTyped(in, "day")
		if err != nil {
			return in, err
		}
		_, err = p.Orders.Act(c.Request.Context(), gate.ActorOf(c), ductorder.ActInput{ID: id, Action: in.Get("aksi"), Version: version, Reason: in.Text("reason"), Day: day})
		return in, err
	})
}

// askWindow asks to open a manhole.
func (p *Pages) askWindow(c *gin.Context) error {
	return p.act(c, "myorder_window", func(id uuid.UUID) (site.Form, error) {
		in, err := site.ReadForm(c, "since", "until")
		if err != nil {
			return in, err
		}
		w, unread, err := ordering.WindowOf(in, id)
		if err == nil {
			_, err = p.Orders.RequestWindow(c.Request.Context(), gate.ActorOf(c), w, unread...)
		}
		return in, err
	})
}

// withdrawWindow gives a manhole's days back.
func (p *Pages) withdrawWindow(c *gin.Context) error {
	return p.act(c, "myorder_window_back", func(id uuid.UUID) (site.Form, error) {
		window, err := site.PathID(c, "window")
		if err == nil {
			_, err = site.ReadForm(c)
		}
		if err == nil {
			err = p.Orders.WithdrawWindow(c.Request.Context(), gate.ActorOf(c), id, window)
		}
		return site.Form{}, err
	})
}

// sendEvidence adds what shows the company's work. Whose order it is comes first: nobody fills the disk for another's.
func (p *Pages) sendEvidence(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	return p.act(c, "myorder_evidence", func(id uuid.UUID) (site.Form, error) {
		if _, err := p.Orders.Nodes(ctx, a, id); err != nil {
			return site.Form{}, err
		}
		return ordering.SendEvidence(c, p.Orders, id)
	})
}

// askRenewal places an order for the time after this one; its page follows.
func (p *Pages) askRenewal(c *gin.Context) error {
	var made ductorder.Order
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "until")
	if err == nil {
		var until time.Time
		if until, err = dayTyped(in, "until"); err == nil {
			made, err = p.Orders.AskRenewal(c.Request.Context(), gate.ActorOf(c), ductorder.RenewInput{ID: id, Until: until, Note: in.Text("note"), Key: in.Text("kunci")})
		}
	}
	if err == nil {
		return p.Done(c, pathOrders+"/"+made.ID.String(), "myorder_renewed")
	}
	return p.act(c, "", func(uuid.UUID) (site.Form, error) { return in, err })
}

// orderFile sends a file of the order.
func (p *Pages) orderFile(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	file, err := site.PathID(c, "file")
	if err != nil {
		return err
	}
	f, body, err := p.Orders.File(c.Request.Context(), gate.ActorOf(c), id, file)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
