package public

import "bedelau/web/ui"

// RetiredView is a service that takes no new applications; Instead may be empty.
type RetiredView struct {
	ui.Shell
	Name, Instead string
}
