package office

import (
	"time"

	"bedelau/web/ui"
)

// TariffRow is one tariff in the list, as it is in force or will be.
type TariffRow struct {
	Code, Name, Unit, Basis string
	From                    time.Time
	Verified, ToCome        bool
}

// TariffsView lists what the city charges by. May is whether the reader changes it.
type TariffsView struct {
	ui.Shell
	Rows []TariffRow
	May  bool
}

// TariffVersion is one version of a tariff. One that has not begun can be changed.
type TariffVersion struct {
	From               time.Time
	Day, Basis, Source string // Day as the addresses have it
	Verified           bool
	InForce, ToCome    bool
	Amounts            []ui.Row
}

// TariffView is a tariff with its versions, the newest first.
type TariffView struct {
	ui.Shell
	Code, Name, Unit string
	Versions         []TariffVersion
	May              bool
	Errors           ui.Errors
}

// TariffEditView takes in a version.
type TariffEditView struct {
	ui.Shell
	Heading, Action, Back string
	New                   bool
	Fields                []ui.Field
	Errors                ui.Errors
}
