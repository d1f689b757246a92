// Package feed is where other systems tell what has happened: an agency's app where its applications stand, a producer what
// a city has used, Stripe what was paid. What they say is stored and answered for one by one; sent again, it changes nothing.
package feed

import (
	"bedelau/internal/city/external"
	"bedelau/internal/edge/rest"
	"bedelau/internal/saas/collection"
	"bedelau/internal/saas/metering"
)

// Deps is what the operations call.
type Deps struct {
	External  *external.Service
	Producers *metering.Producers

	Collection *collection.Service // whom Stripe tells; nobody when nil
}

type operations struct {
	Deps
	api *rest.API
}

// Mount registers the operations with a.
func Mount(a *rest.API, d Deps) {
	o := operations{d, a}
	o.events()
	o.reports()
	o.webhooks()
}
