package appointment

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/booking"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/event"
)

// Counter is where residents come in person.
type Counter struct {
	Code             string   `json:"code"`
	Name             string   `json:"name"`
	Address          string   `json:"address"`
	Agency           string   `json:"agency" doc:"Code of its office."`
	Services         []string `json:"services" doc:"Codes of what is done there."`
	NeedsApplication bool     `json:"needs_application" doc:"For collecting what was applied for and approved: a booking names the application."`
	Latitude         *float64 `json:"latitude,omitempty"`
	Longitude        *float64 `json:"longitude,omitempty"`
}

func counterOf(c booking.Counter, who rest.Caller) Counter {
	return Counter{Code: c.Code, Name: who.Text(c.Name), Address: who.Text(c.Address), Agency: c.Agency, Services: c.Services,
		NeedsApplication: c.NeedsApplication, Latitude: c.Latitude, Longitude: c.Longitude}
}

// CounterDay is a day of a counter, as far ahead as it can be booked.
type CounterDay struct {
	Date   string `json:"date" format:"date"`
	Free   int    `json:"free" doc:"Places that can be booked now."`
	Closed string `json:"closed,omitempty" doc:"Why the counter is closed on this day."`
}

// CounterSlot is a time at a counter, with its places.
type CounterSlot struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Capacity int       `json:"capacity"`
	Free     int       `json:"free"`
}

func slotOf(s booking.Slot, who rest.Caller) CounterSlot {
	return CounterSlot{StartsAt: who.At(s.StartsAt), EndsAt: who.At(s.EndsAt), Capacity: s.Capacity, Free: s.Free}
}

// Appointment is one place at a counter. Number is given when its holder is there.
type Appointment struct {
	ID            uuid.UUID  `json:"id"`
	Code          string     `json:"code" example:"J-7K3Q-X4MP" doc:"What its holder says at the counter."`
	Counter       string     `json:"counter"`
	Service       string     `json:"service"`
	ApplicationID *uuid.UUID `json:"application_id,omitempty"`
	StartsAt      time.Time  `json:"starts_at"`
	EndsAt        time.Time  `json:"ends_at"`
	State         string     `json:"state" enum:"booked,arrived,done,no_show,cancelled,displaced" doc:"displaced: the city called it off; choose another time."`
	Reason        string     `json:"reason,omitempty" doc:"Why the city called it off."`
	Number        int        `json:"number,omitempty" doc:"At the counter, today."`
	Holder        string     `json:"holder,omitempty" doc:"For the officers of the counter; a walk-in has none."`
}

func appointmentOf(b booking.Booking, holder string, who rest.Caller) Appointment {
	out := Appointment{ID: b.ID, Code: b.Code, Counter: b.Counter, Service: b.Service, StartsAt: who.At(b.StartsAt), EndsAt: who.At(b.EndsAt),
		State: string(b.State), Number: b.Queue, Holder: holder}
	if b.State == booking.Displaced {
		out.Reason = b.Reason
	}
	if b.ApplicationID.Valid {
		out.ApplicationID = &b.ApplicationID.UUID
	}
	return out
}

// BookRequest is what takes a place.
type BookRequest struct {
	Counter     string     `json:"counter" minLength:"1" maxLength:"100" example:"disdukcapil-loket" doc:"Code of a counter."`
	Service     string     `json:"service" minLength:"1" maxLength:"100" example:"kia" doc:"Code of a service that the counter offers."`
	StartsAt    time.Time  `json:"starts_at" example:"2026-12-01T09:00:00+07:00" doc:"When a slot of the counter begins."`
	Application *uuid.UUID `json:"application_id,omitempty" doc:"What is to be collected, where the counter asks for it."`
}

// MoveRequest is what takes another place.
type MoveRequest struct {
	StartsAt time.Time `json:"starts_at" example:"2026-12-01T09:00:00+07:00" doc:"When another slot of the counter begins."`
}

// ByBooking names an appointment in the path.
type ByBooking struct {
	ID uuid.UUID `path:"id" format:"uuid" doc:"Id of the appointment."`
}

// ByCounter names a counter in the path.
type ByCounter struct {
	Code string `path:"code" maxLength:"100" doc:"Code of the counter."`
}

func bookingID() map[string]string { return map[string]string{"id": "booking"} }

// bookLimit is that of the pages: people of one office or network share an address.
var bookLimit = gate.Limit{Name: "book", Count: 60, Per: time.Minute}

func (o operations) counters() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/counters", ID: "list-counters", Tag: "Appointments", Title: "Counters",
		About: "The counters at which a time can be booked, all of them or those of one service. Anyone may ask.",
		Needs: access.Public, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Service string `query:"service" maxLength:"100" doc:"Code of a service."`
	}) (*rest.OK[[]Counter], error) {
		all, err := o.Booking.Counters(ctx, booking.Filter{Service: in.Service})
		return &rest.OK[[]Counter]{Body: rest.List(all, func(c booking.Counter) Counter { return counterOf(c, who) })}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/counters/{code}/days", ID: "list-counter-days", Tag: "Appointments", Title: "Days of a counter",
		About: "The days on which a counter works, as far ahead as it can be booked, with the places that are free. Anyone may ask.",
		Needs: access.Public, Scope: gate.City,
	}, func(ctx context.Context, _ rest.Caller, in *struct{ ByCounter }) (*rest.OK[[]CounterDay], error) {
		_, days, err := o.Booking.Days(ctx, in.Code)
		return &rest.OK[[]CounterDay]{Body: rest.List(days, func(d booking.Day) CounterDay {
			return CounterDay{Date: d.Date.Format(time.DateOnly), Free: d.Free, Closed: d.Closed}
		})}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/counters/{code}/slots", ID: "list-counter-slots", Tag: "Appointments", Title: "Slots of a day",
		About: "The slots of one day that can still be booked, full ones too. Anyone may ask. 404 `booking.no_day` for a day that cannot be booked.",
		Needs: access.Public, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByCounter
		Day string `query:"day" required:"true" maxLength:"10" example:"2026-12-01" doc:"A day of the city."`
	}) (*rest.OK[[]CounterSlot], error) {
		_, slots, err := o.Booking.Slots(ctx, in.Code, in.Day)
		return &rest.OK[[]CounterSlot]{Body: rest.List(slots, func(s booking.Slot) CounterSlot { return slotOf(s, who) })}, err
	})
}

func (o operations) appointments() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: "/appointments", ID: "book-appointment", Tag: "Appointments", Title: "Book an appointment",
		About: "Takes one place of a slot. For residents. The same Idempotency-Key gives the same appointment however often it is sent. 409 `booking.full` when the last place went to somebody else, with the times that are free in its sentence; `booking.live` while there is an appointment for the service, `booking.cooldown` after staying away too often, `booking.closed`, `booking.application`.",
		Needs: access.BookingOwn, Scope: gate.City, MaxBody: rest.SmallBody, Limit: bookLimit, Status: http.StatusCreated, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		Key  string `header:"Idempotency-Key" required:"true" maxLength:"200" example:"3f1c9a52-7c0e-4a39-8a0e-0c6f4f1f2f11" doc:"The caller's own, new for each appointment and the same when it is repeated."`
		Body BookRequest
	}) (*rest.OK[Appointment], error) {
		ask := booking.BookInput{Counter: in.Body.Counter, Service: in.Body.Service, StartsAt: in.Body.StartsAt, Key: in.Key, Channel: event.ChannelAPI}
		if in.Body.Application != nil {
			ask.Application = *in.Body.Application
		}
		b, err := o.Booking.Book(ctx, who.Actor, ask)
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, rest.Renamed(err, map[string]string{"key": "Idempotency-Key", "slot": "starts_at"})
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/appointments", ID: "list-appointments", Tag: "Appointments", Title: "My appointments",
		About: "The resident's own appointments, the newest first.",
		Needs: access.BookingOwn, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, _ *struct{}) (*rest.OK[[]Appointment], error) {
		all, err := o.Booking.Mine(ctx, who.Actor)
		return &rest.OK[[]Appointment]{Body: rest.List(all, func(b booking.Booking) Appointment { return appointmentOf(b, "", who) })}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/appointments/{id}", ID: "get-appointment", Tag: "Appointments", Title: "One appointment",
		About: "One of the resident's own appointments.",
		Needs: access.BookingOwn, Scope: gate.City, IDs: bookingID(),
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByBooking }) (*rest.OK[Appointment], error) {
		b, _, err := o.Booking.Get(ctx, who.Actor, in.ID)
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPut, Path: "/appointments/{id}/time", ID: "move-appointment", Tag: "Appointments", Title: "Move an appointment",
		About: "Puts one of the resident's own appointments to another time at its counter; the old place is given back only when the new one is taken. 409 `booking.over` once it has begun, and what booking refuses.",
		Needs: access.BookingOwn, Scope: gate.City, IDs: bookingID(), MaxBody: rest.SmallBody, Limit: bookLimit, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByBooking
		Body MoveRequest
	}) (*rest.OK[Appointment], error) {
		b, err := o.Booking.Reschedule(ctx, who.Actor, in.ID, in.Body.StartsAt)
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: "/appointments/{id}/cancellation", ID: "cancel-appointment", Tag: "Appointments", Title: "Cancel an appointment",
		About: "Gives the place back. Only its holder may. 409 `booking.over` once it has begun.",
		Needs: access.BookingOwn, Scope: gate.City, IDs: bookingID(), Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByBooking }) (*rest.OK[Appointment], error) {
		b, err := o.Booking.Cancel(ctx, who.Actor, in.ID)
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, err
	})
}

// Roster is a day at a counter.
type Roster struct {
	Counter      Counter       `json:"counter"`
	Date         string        `json:"date" format:"date"`
	Closed       string        `json:"closed,omitempty" doc:"Why the counter is closed on this day."`
	Slots        []CounterSlot `json:"slots"`
	Appointments []Appointment `json:"appointments"`
}

// MarkRequest is how an appointment stands.
type MarkRequest struct {
	State string `json:"state" enum:"arrived,done,no_show,booked" example:"arrived" doc:"arrived gives a number; booked takes arrived or no_show back."`
}

// WalkInRequest is what gives a number to somebody without an appointment.
type WalkInRequest struct {
	Service string `json:"service" minLength:"1" maxLength:"100" example:"kia" doc:"Code of a service that the counter offers."`
}

// CloseRequest is what closes a counter for a day.
type CloseRequest struct {
	Reason string `json:"reason" minLength:"1" maxLength:"300" example:"Pemeliharaan jaringan" doc:"Its holders read it."`
}

func (o operations) counterDesk() {
	rest.Register(o.api, rest.Operation{
		Method: http.MethodGet, Path: "/desk/counters/{code}/roster", ID: "read-roster", Tag: "Desk", Title: "A day at a counter",
		About: "Who has a place on a day, with names. For staff with `booking:serve` of the counter's office.",
		Needs: access.BookingServe, Scope: gate.City,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByCounter
		Day string `query:"day" maxLength:"10" example:"2026-12-01" doc:"A day of the city; today when left out."`
	}) (*rest.OK[Roster], error) {
		r, err := o.Booking.Roster(ctx, who.Actor, in.Code, in.Day)
		if err != nil {
			return nil, err
		}
		return &rest.OK[Roster]{Body: Roster{Counter: counterOf(r.Counter, who), Date: r.Date.Format(time.DateOnly), Closed: r.Closed,
			Slots:        rest.List(r.Slots, func(s booking.Slot) CounterSlot { return slotOf(s, who) }),
			Appointments: rest.List(r.Bookings, func(e booking.Entry) Appointment { return appointmentOf(e.Booking, e.Name, who) })}}, nil
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPost, Path: "/desk/counters/{code}/walk-ins", ID: "give-number", Tag: "Desk", Title: "Give a number",
		About: "A number for a person without an appointment, from the places that are free today. For staff with `booking:serve` of the counter's office. 409 `booking.full_today`.",
		Needs: access.BookingServe, Scope: gate.City, MaxBody: rest.SmallBody, Status: http.StatusCreated, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByCounter
		Key  string `header:"Idempotency-Key" required:"true" maxLength:"200" example:"3f1c9a52-7c0e-4a39-8a0e-0c6f4f1f2f11" doc:"New for each number and the same when it is repeated."`
		Body WalkInRequest
	}) (*rest.OK[Appointment], error) {
		b, err := o.Booking.WalkIn(ctx, who.Actor, in.Code, in.Body.Service, in.Key)
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, rest.Renamed(err, map[string]string{"key": "Idempotency-Key"})
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPut, Path: "/desk/appointments/{id}/state", ID: "mark-appointment", Tag: "Desk", Title: "Mark an appointment",
		About: "Says that its holder is there, was served or did not come. For staff with `booking:serve` of the counter's office. 409 `booking.not_now` for a step that its state or its time does not allow.",
		Needs: access.BookingServe, Scope: gate.City, IDs: bookingID(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByBooking
		Body MarkRequest
	}) (*rest.OK[Appointment], error) {
		b, err := o.Booking.Mark(ctx, who.Actor, in.ID, booking.State(in.Body.State))
		return &rest.OK[Appointment]{Body: appointmentOf(b, "", who)}, err
	})
	rest.Register(o.api, rest.Operation{
		Method: http.MethodPut, Path: "/desk/counters/{code}/days/{day}/closure", ID: "close-counter-day", Tag: "Desk", Title: "Close a day",
		About: "Closes a counter for a day; everyone with a place is told why and offered another time. For staff with `booking:manage` of the counter's office.",
		Needs: access.BookingManage, Scope: gate.City, MaxBody: rest.SmallBody,
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByCounter
		Day  string `path:"day" maxLength:"10" doc:"A day of the city."`
		Body CloseRequest
	}) (*rest.Done, error) {
		_, err := o.Booking.CloseDay(ctx, who.Actor, in.Code, in.Day, in.Body.Reason)
		return &rest.Done{}, err
	})
}
