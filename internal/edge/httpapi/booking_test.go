package httpapi

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/appointment"
	"bedelau/internal/kernel/calendar"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
)

// TestAnAppointmentThroughTheAPI books, moves and cancels, and serves at the counter; what is another's does not exist.
func TestAnAppointmentThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newAPI(t)
	hours := booking.Hours{}
	for _, d := range calendar.Weekdays() {
		hours[d] = "07:30-16:00"
	}
	admin := identity.Actor{ID: uuid.New(), TenantID: w.w.Batam.ID, Kind: identity.Staff, Roles: []string{"city_admin"}, TOTP: true}
	ctx := w.w.Ctx(w.w.Batam)
	today := time.Now().In(w.w.Batam.Location()).Format(time.DateOnly)
	name := i18n.Text{i18n.ID: "Loket uji", i18n.EN: "Test counter"}
	err := w.Booking.SaveCounter(ctx, admin, booking.Counter{Code: "uji", Agency: "disdukcapil", Name: name, Address: name, Services: []string{"kia"}},
		booking.Rule{EffectiveFrom: today, Hours: hours, SlotMinutes: 30, Capacity: 1, OpenDays: 30})
	if err != nil {
		t.Fatal(err)
	}
	batam := w.w.Batam
	siti, andi := w.resident(t, batam, "Siti", "siti@contoh.id"), w.resident(t, batam, "Andi", "andi@contoh.id")
	nobody := w.at("batam.localhost")

	var all []appointment.Counter
	nobody.get(t, "/counters?service=kia", &all)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	var days []appointment.CounterDay
	nobody.get(t, "/counters/uji/days", &days)
	day := ""
	for _, d := range days {
		if d.Free > 2 && d.Date > today {
			day = d.Date
			break
		}
	}
	var slots []appointment.CounterSlot
	nobody.get(t, "/counters/uji/slots?day="+day, &slots)
	nobody.refused(t, "GET", "/counters/uji/slots?day=2020-01-01", nil, 404, "booking.no_day")
	ask := appointment.BookRequest{Counter: "uji", Service: "kia", StartsAt: slots[0].StartsAt}
	var x, again appointment.Appointment
	siti.post(t, 201, "/appointments", ask, &x, "Idempotency-Key", "k1")
	siti.post(t, 201, "/appointments", ask, &again, "Idempotency-Key", "k1")
	if x.ID != again.ID || x.State != "booked" || !x.StartsAt.Equal(slots[0].StartsAt) {
		t.Errorf("%+v, %+v", x, again)
	}
	siti.refused(t, "POST", "/appointments", ask, 409, "booking.live", "Idempotency-Key", "k2")
	andi.refused(t, "POST", "/appointments", ask, 409, "booking.full", "Idempotency-Key", "k1")
	at := "/appointments/" + x.ID.String()
	andi.refused(t, "GET", at, nil, 404, "booking.not_found")
	andi.refused(t, "POST", at+"/cancellation", nil, 404, "booking.not_found")
	siti.call(t, "PUT", 200, at+"/time", appointment.MoveRequest{StartsAt: slots[1].StartsAt}, &x)
	if !x.StartsAt.Equal(slots[1].StartsAt) {
		t.Errorf("%+v", x)
	}
	var mine []appointment.Appointment
	siti.get(t, "/appointments", &mine)
	siti.get(t, at, &x)
	if len(mine) != 1 || mine[0].ID != x.ID {
		t.Errorf("%+v", mine)
	}

	officer, head, stranger := w.staff(t, batam, "petugas@contoh.id", "disdukcapil", "officer"), w.staff(t, batam, "kepala@contoh.id", "disdukcapil", "agency_head"), w.staff(t, batam, "lain@contoh.id", "dinkes", "officer")
	var r appointment.Roster
	officer.get(t, "/desk/counters/uji/roster?day="+day, &r)
	if len(r.Appointments) != 1 || r.Appointments[0].Holder == "" || r.Date != day {
		t.Errorf("%+v", r)
	}
	stranger.refused(t, "GET", "/desk/counters/uji/roster?day="+day, nil, 404, "booking.no_counter")
	officer.refused(t, "PUT", "/desk/appointments/"+x.ID.String()+"/state", appointment.MarkRequest{State: "arrived"}, 409, "booking.not_now")
	stranger.refused(t, "PUT", "/desk/appointments/"+x.ID.String()+"/state", appointment.MarkRequest{State: "arrived"}, 404, "booking.not_found")
	officer.refused(t, "POST", "/desk/counters/uji/walk-ins", appointment.WalkInRequest{Service: "ktp-el-baru"}, 404, "booking.no_counter", "Idempotency-Key", "w")
	officer.refused(t, "PUT", "/desk/counters/uji/days/"+day+"/closure", appointment.CloseRequest{Reason: "x"}, 403, "access.denied")
	head.call(t, "PUT", 204, "/desk/counters/uji/days/"+day+"/closure", appointment.CloseRequest{Reason: "Pemeliharaan"}, nil)
	siti.get(t, at, &x)
	if x.State != "displaced" || x.Reason != "Pemeliharaan" {
		t.Errorf("%+v", x)
	}
	siti.post(t, 200, at+"/cancellation", nil, &x)
	if x.State != "cancelled" {
		t.Errorf("%+v", x)
	}
}
