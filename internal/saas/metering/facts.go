package metering

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/event"
)

// The sources of the platform's own events. Together with the id of the thing that came to be they identify an event,
// so a fact that is published twice counts once.
const (
	fromCasework = "/casework"
	fromExternal = "/external"
	fromMail     = "/notify"
	fromIdentity = "/identity"
	fromAPI      = "/api"
)

// Register makes every act of a city that is metered write its event in the transaction of the act: the act is
// counted if and only if it happened. app calls it once, while the program is built.
func Register(b *event.Bus) {
	on(b, func(f event.ApplicationSubmitted) Event {
		return Event{Source: fromCasework, ID: f.ApplicationID.String(), Subject: f.ApplicationID.String(), Time: f.At,
			Agency: f.AgencyCode, Service: f.ServiceCode, Channel: f.Channel, Quantity: 1}
	})
	on(b, func(f event.ApplicationDecided) Event {
		return Event{Source: fromCasework + "/decision", ID: f.ApplicationID.String() + "@" + f.At.UTC().Format(time.RFC3339Nano),
			Subject: f.ApplicationID.String(), Time: f.At,
			Agency: f.AgencyCode, Service: f.ServiceCode, Channel: f.Channel, Quantity: 1}
	})
	on(b, func(f event.DocumentIssued) Event {
		return Event{Source: fromCasework + "/document", ID: f.DocumentID.String(), Subject: f.DocumentID.String(), Time: f.At,
			Agency: f.AgencyCode, Service: f.ServiceCode, Channel: f.Channel, Quantity: 1}
	})
	on(b, func(f event.ExternalStatusReceived) Event {
		return Event{Source: fromExternal, ID: f.DeliveryID.String() + "@" + f.ServiceCode, Subject: f.AppID.String(), Time: f.At,
			Agency: f.AgencyCode, Service: f.ServiceCode, Channel: event.ChannelAPI, Quantity: int64(f.Events)}
	})
	on(b, func(f event.NotificationSent) Event {
		return Event{Source: fromMail, ID: f.MessageID.String(), Subject: f.MessageID.String(), Time: f.At,
			Channel: f.Channel, Quantity: 1}
	})
	on(b, func(f event.StaffActive) Event {
		// One event per person and hour: enough to count people in a month of any zone, however often they sign in.
		return Event{Source: fromIdentity, ID: f.AccountID.String() + "@" + f.At.UTC().Format("2006-01-02T15"),
			Subject: f.AccountID.String(), Time: f.At, Agency: f.AgencyCode, Quantity: 1}
	})
	on(b, apiEvent)
}

func apiEvent(f event.APIRequested) Event {
	return Event{Source: fromAPI, ID: f.RequestID.String(), Subject: f.AccountID.String(), Time: f.At,
		Channel: event.ChannelAPI, Quantity: 1}
}

// on records what read makes of each F; the event's type is the fact's topic.
func on[F event.Fact](b *event.Bus, read func(F) Event) {
	event.OnTx(b, func(ctx context.Context, tx bun.IDB, f F) error {
		e := read(f)
		e.Type = f.Topic()
		_, err := Record(ctx, tx, []Event{e})
		return err
	})
}
