package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
	"bedelau/internal/city/ductorder"
	"bedelau/internal/city/operator"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/tenancy"
)

// demoOrders are the last steps of made-up orders along corridors of the made-up network, each by the first operator; late is by how
// many days its promise has been missed.
var demoOrders = []struct {
	corridor string
	quantity int
	last     string
	late     int
}{
	{"LB-BC", 1, "", 0},
	{"BC-NGS", 2, "begin", 3},
	{"MK-BC", 1, "quote", 0},
	{"LB-BA", 1, "order", 0},
	{"LB-BC", 2, "installed", 0},
}

// seedOrders gives made-up operators a master agreement, and the first of them orders on their way.
func (a *App) seedOrders(ctx context.Context, actor identity.Actor, companies []uuid.UUID, person uuid.UUID, now time.Time) error {
	for i, company := range companies {
		f, err := a.Operators.Receive(ctx, actor, "pks-contoh.png", demoPhoto(uint8(40*i)))
		if err == nil {
			_, err = a.Operators.File(ctx, actor, operator.Paper{OperatorID: company, Kind: operator.PaperAgreement, Number: fmt.Sprintf("PKS/CONTOH/%02d/2026", i+1), Day: now.AddDate(-1, 0, 0), Until: now.AddDate(4, 0, 0)}, f)
		}
		if err != nil {
			return err
		}
	}
	theirs := identity.Actor{ID: person, TenantID: tenancy.Must(ctx), Kind: identity.Partner, Name: demoPartner.name}
	for i, d := range demoOrders {
		since := now.AddDate(0, 0, 14)
		places, err := a.Leases.Places(ctx, actor, since, d.corridor+"-MH", 200)
		if err != nil || len(places) < 5 {
			return err
		}
		o, err := a.Orders.Place(ctx, actor, ductorder.PlaceInput{Company: companies[0], From: places[1].Code, To: places[4].Code, Kind: duct.Subduct, Quantity: d.quantity, Since: since, Until: since.AddDate(3, 0, 0),
			Note: "Data contoh", Key: fmt.Sprint("contoh ", i)})
		if err == nil && d.last != "" {
			err = a.carry(ctx, actor, theirs, o.ID, d.last, now)
		}
		if err != nil {
			return fmt.Errorf("order along %s: %w", d.corridor, err)
		}
		if d.late > 0 {
			if err := a.wasDue(ctx, actor, o.ID, now.AddDate(0, 0, -d.late)); err != nil {
				return err
			}
		}
	}
	return nil
}

// wasDue moves when an order came to where it is so far back that its step was due by a day, as the working calendar counts.
func (a *App) wasDue(ctx context.Context, actor identity.Actor, id uuid.UUID, day time.Time) error {
	d, err := a.Orders.Find(ctx, actor, id)
	if err != nil {
		return err
	}
	cal, err := calendar.Load(ctx, a.DB.App, "")
	if err != nil {
		return err
	}
	state, _ := d.Flow.State(d.State)
	entered := d.EnteredAt
	due := d.DueAt
	for due.After(day) {
		entered = entered.AddDate(0, 0, -1)
		if due, err = cal.Due(entered, state.Within); err != nil {
			return err
		}
	}
	_, err = a.DB.App.NewRaw("UPDATE duct_order SET due_at = ?0, queue_at = ?0, entered_at = ?1, placed_at = ?1 WHERE tenant_id = ?2 AND id = ?3", due.UTC(), entered.UTC(), d.TenantID, id).Exec(ctx)
	return err
}

// carry takes the steps of an order up to one; where no way is free it stays where it is.
func (a *App) carry(ctx context.Context, actor, theirs identity.Actor, id uuid.UUID, last string, now time.Time) error {
	for _, action := range []string{"begin", "choose_route", "surveyed", "quote", "accept_quote", "order", "permitted", "open_access", "installed"} {
		in, who := ductorder.ActInput{ID: id, Action: action}, actor
		d, err := a.Orders.Find(ctx, actor, id)
		if err != nil {
			return err
		}
		in.Version = d.Version
		switch action {
		case "choose_route":
			ways, err := a.Orders.Choices(ctx, actor, id)
			if err != nil || len(ways) == 0 {
				return err
			}
			in.Way = ways[0].Key
		case "surveyed":
			in.Answers = map[string][]string{"surveyed_on": {now.Format(time.DateOnly)}, "surveyor": {"Petugas Contoh"}, "finding": {"as_recorded"}}
		case "accept_quote":
			who = theirs
		case "permitted":
			err = a.demoPermits(ctx, actor, d, now)
		case "open_access":
			err = a.demoWindow(ctx, actor, theirs, d, now)
		case "installed":
			who = theirs
			err = a.demoEvidence(ctx, theirs, d)
		}
		if err == nil {
			_, err = a.Orders.Act(ctx, who, in)
		}
		if err != nil || action == last {
			return err
		}
	}
	return nil
}

// demoPermits writes down what every authority has permitted.
func (a *App) demoPermits(ctx context.Context, actor identity.Actor, d ductorder.Detail, now time.Time) error {
	for i, p := range d.Permits {
		f, err := a.Orders.Receive(ctx, actor, "izin-contoh.png", demoPhoto(uint8(60+40*i)))
		if err == nil {
			err = a.Orders.WritePermit(ctx, actor, ductorder.PermitInput{Order: d.ID, Permit: p.ID, Number: fmt.Sprintf("IZIN/CONTOH/%02d", i+1), Day: now, File: &f})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// demoWindow asks for a manhole, and grants it.
func (a *App) demoWindow(ctx context.Context, actor, theirs identity.Actor, d ductorder.Detail, now time.Time) error {
	w, err := a.Orders.RequestWindow(ctx, theirs, ductorder.WindowInput{Order: d.ID, Node: d.FromNode, Since: now.AddDate(0, 0, 2), Until: now.AddDate(0, 0, 3), Crew: "Regu Contoh", Leader: "Kepala Regu Contoh", Phone: "081200000000", People: 4, Safety: "Ahli K3 Contoh, sertifikat contoh"})
	if err != nil {
		return err
	}
	return a.Orders.DecideWindow(ctx, actor, ductorder.WindowDecision{Order: d.ID, Window: w.ID, Grant: true})
}

// demoEvidence sends two made-up photos.
func (a *App) demoEvidence(ctx context.Context, theirs identity.Actor, d ductorder.Detail) error {
	for i, kind := range []string{ductorder.Before, ductorder.After} {
		f, err := a.Orders.Receive(ctx, theirs, "foto-contoh-"+kind+".png", demoPhoto(uint8(120+60*i)))
		if err == nil {
			_, err = a.Orders.UploadEvidence(ctx, theirs, ductorder.EvidenceInput{Order: d.ID, Kind: kind, Place: d.FromNode, Note: "Foto contoh", File: f})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// demoPhoto is a grey picture that stands for a photo or a scanned letter.
func demoPhoto(grey uint8) *bytes.Reader {
	m := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range m.Pix {
		m.Pix[i] = grey + uint8(i%320)/4
	}
	m.SetGray(160, 120, color.Gray{Y: 255})
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer takes everything
	return bytes.NewReader(b.Bytes())
}
