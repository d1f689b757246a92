package ordering

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductorder"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/queue"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/identity"
	"bedelau/web/ui"
)

// refused says what was wrong with a form of an order's page. A conflict stands above the page, which shows how the order is now.
func refused(c *gin.Context, err error) (ui.Errors, int, bool) {
	if f := fault.From(err); f.Kind == fault.Conflict && (strings.HasPrefix(f.Code, "ductorder.") || strings.HasPrefix(f.Code, "lease.") || strings.HasPrefix(f.Code, "ducttariff.")) {
		return ui.Errors{{Text: site.Refusal(gate.LocaleOf(c), f)}}, http.StatusConflict, true
	}
	errs, status, ok := site.Refused(c, err, "")
	return site.Called(c, errs, stepLabels), status, ok
}

// answer shows the order's page again where a form of it was refused, else what was done.
func (p *Pages) answer(c *gin.Context, id uuid.UUID, sentence string, t typed, err error) error {
	if err == nil {
		return p.Done(c, orderPath(id), sentence)
	}
	errs, status, ok := refused(c, err)
	if !ok {
		return err
	}
	t.errs = errs
	return p.orderAgain(c, status, t)
}

// step takes a step of the order's flow.
func (p *Pages) step(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, answers, sent, done, err := queue.ReadAct(c, "day")
	defer done()
	t := typed{form: "langkah-" + in.Get("langkah"), in: in, answers: answers}
	if err == nil {
		var x ductorder.ActInput
		if x, err = read(in, id); err == nil {
			x.Answers = answers
			for _, u := range sent {
				x.Files = append(x.Files, ductorder.Upload{Field: u.Field, Name: u.Name, Body: u.Body})
			}
			_, err = p.Orders.Act(c.Request.Context(), gate.ActorOf(c), x)
			err = asked(err, answers, x)
		}
	}
	return p.answer(c, id, "order_stepped", t, err)
}

// asked names the refused answers of the flow's own questions as their inputs are called.
func asked(err error, answers map[string][]string, in ductorder.ActInput) error {
	f := fault.From(err)
	if err == nil || len(f.Fields) == 0 {
		return err
	}
	bad := slices.Clone(f.Fields)
	for i, x := range bad {
		_, typed := answers[x.Name]
		if typed || stepLabels[x.Name] == "" || slices.ContainsFunc(in.Files, func(u ductorder.Upload) bool { return u.Field == x.Name }) {
			bad[i].Name = queue.AskedPrefix + x.Name
		}
	}
	return fault.Fields(bad)
}

// act reads a form without a file and does what it asks.
func (p *Pages) act(c *gin.Context, form, sentence string, do func(context.Context, identity.Actor, uuid.UUID, site.Form) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c, "since", "until", "beside")
	if err == nil {
		err = do(c.Request.Context(), gate.ActorOf(c), id, in)
	}
	return p.answer(c, id, sentence, typed{form: form, in: in}, err)
}

// renew places the order that renews this one.
func (p *Pages) renew(c *gin.Context) error {
	return p.act(c, "perpanjang", "order_renewed", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		until, err := dayTyped(in, "until")
		if err == nil {
			_, err = p.Orders.AskRenewal(ctx, a, ductorder.RenewInput{ID: id, Until: until, Note: in.Text("note"), Key: in.Get("key")})
		}
		return err
	})
}

// WindowOf reads what WindowFields ask, and names what cannot be read.
func WindowOf(in site.Form, order uuid.UUID) (ductorder.WindowInput, []fault.Field, error) {
	w := ductorder.WindowInput{Key: in.Key(), Order: order, Node: in.Get("node"), Crew: in.Line("crew"), Leader: in.Line("leader"), Phone: in.Line("phone"), Safety: in.Line("safety")}
	w.People, _ = strconv.Atoi(strings.TrimSpace(in.Get("people"))) // what is no number is none, which is refused
	var since, until error
	w.Since, since = dayTyped(in, "since")
	w.Until, until = dayTyped(in, "until")
	unread, err := site.Unread(since, until)
	return w, unread, err
}

// askWindow asks for a window for the company.
func (p *Pages) askWindow(c *gin.Context) error {
	return p.act(c, "minta-jadwal", "order_window_asked", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		w, unread, err := WindowOf(in, id)
		if err == nil {
			_, err = p.Orders.RequestWindow(ctx, a, w, unread...)
		}
		return err
	})
}

func (p *Pages) decideWindow(c *gin.Context) error {
	return p.act(c, "jadwal-"+c.Param("window"), "order_window_decided", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		which, err := site.PathID(c, "window")
		if err != nil {
			return err
		}
		return p.Orders.DecideWindow(ctx, a, ductorder.WindowDecision{Order: id, Window: which, Grant: in.Get("putusan") != "tolak", Beside: in.Get("beside") == "ya", Refusal: in.Get("refusal"), Reason: in.Text("reason")})
	})
}

func (p *Pages) withdrawWindow(c *gin.Context) error {
	return p.act(c, "jadwal-"+c.Param("window"), "order_window_withdrawn", func(ctx context.Context, a identity.Actor, id uuid.UUID, _ site.Form) error {
		which, err := site.PathID(c, "window")
		if err != nil {
			return err
		}
		return p.Orders.WithdrawWindow(ctx, a, id, which)
	})
}

func (p *Pages) review(c *gin.Context) error {
	return p.act(c, "bukti-"+c.Param("evidence"), "order_reviewed", func(ctx context.Context, a identity.Actor, id uuid.UUID, in site.Form) error {
		which, err := site.PathID(c, "evidence")
		if err != nil {
			return err
		}
		return p.Orders.Review(ctx, a, ductorder.ReviewInput{Order: id, Evidence: which, Approve: in.Get("putusan") != "tolak", Reason: in.Text("reason")})
	})
}

// show sends evidence for the company.
func (p *Pages) show(c *gin.Context) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	in, err := SendEvidence(c, p.Orders, id)
	return p.answer(c, id, "order_shown", typed{form: "kirim-bukti", in: in}, err)
}

// SendEvidence takes in what EvidenceFields ask. It returns what was typed, for a refusal.
func SendEvidence(c *gin.Context, s *ductorder.Service, order uuid.UUID) (site.Form, error) {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	var f files.File
	in, err := site.ReadUpload(c, "file", ductorder.FileMB, func(name string, body io.Reader) (err error) {
		f, err = s.Receive(ctx, a, name, body)
		return err
	})
	var replaces uuid.UUID
	var anew error
	if text := in.Get("replaces"); text != "" {
		if replaces, anew = uuid.Parse(text); anew != nil {
			anew = site.Invalid("replaces", "not_an_option")
		}
	}
	unread, err := site.Unread(err, anew)
	if err == nil {
		_, err = s.UploadEvidence(ctx, a, ductorder.EvidenceInput{Key: in.Key(), Order: order, Kind: in.Get("kind"), Place: in.Get("place"), Replaces: replaces, Note: in.Text("note"), File: f}, unread...)
	}
	return in, err
}

// permit writes down that an authority has permitted.
func (p *Pages) permit(c *gin.Context) error {
	ctx, a := c.Request.Context(), gate.ActorOf(c)
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	which, err := site.PathID(c, "permit")
	if err != nil {
		return err
	}
	d, err := p.Orders.Find(ctx, a, id)
	if err != nil {
		return err
	}
	t := typed{form: "izin"}
	for _, x := range d.Permits {
		if x.ID == which {
			t.form = "izin-" + x.Authority
		}
	}
	var f files.File
	t.in, err = site.ReadUpload(c, "file", ductorder.FileMB, func(name string, body io.Reader) (err error) {
		f, err = p.Orders.Receive(ctx, a, name, body)
		return err
	}, "day", "until")
	x := ductorder.PermitInput{Order: id, Permit: which, Number: t.in.Line("number"), File: &f}
	var day, until error
	x.Day, day = dayTyped(t.in, "day")
	x.Until, until = dayTyped(t.in, "until")
	unread, err := site.Unread(err, day, until)
	if err == nil {
		err = p.Orders.WritePermit(ctx, a, x, unread...)
	}
	return p.answer(c, id, "order_permitted", t, err)
}

// file sends a file of an order.
func (p *Pages) file(c *gin.Context) error {
	return p.open(c, "file", p.Orders.File)
}

// paper sends a paper of an order.
func (p *Pages) paper(c *gin.Context) error {
	return p.open(c, "paper", p.Orders.OpenPaper)
}

func (p *Pages) open(c *gin.Context, param string, find func(context.Context, identity.Actor, uuid.UUID, uuid.UUID) (files.File, io.ReadSeekCloser, error)) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	which, err := site.PathID(c, param)
	if err != nil {
		return err
	}
	f, body, err := find(c.Request.Context(), gate.ActorOf(c), id, which)
	if err != nil {
		return err
	}
	return site.ServeFile(c, f, body)
}
