package ductdamage

import (
	"time"

	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/props"

	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/sheet"
	"bedelau/internal/kernel/tenancy"
)

// PrintLabels is a sheet of labels to cut out: each with its QR, the address that can be typed instead, and above the line along which
// it is cut the code of its node, which is for the crew alone. base is the address of the form, without a slash at the end.
func PrintLabels(city tenancy.City, base string, all []Label, at time.Time) ([]byte, error) {
	const l = i18n.ID // whoever stands before a manhole reads both
	sh, err := sheet.New(sheet.Of(city, l.T("damage.label_title"), ""), l.T("damage.label_title"), at)
	if err != nil {
		return nil, err
	}
	sh.Add(l.T("damage.label_how"), props.Text{Size: 9, Top: 2, Bottom: 2})
	for _, b := range all {
		sh.Add(l.T("damage.label_for", "node", b.Code), props.Text{Size: 8, Top: 2})
		sh.Rule()
		short := Spaced(b.Token)
		err := sh.Proof(base+"/"+b.Token, sheet.QRHeight,
			sh.Aside(city.Name, 2, 10, fontstyle.Normal), sh.Aside(i18n.ID.T("damage.label_ask"), 8, 13, fontstyle.Bold), sh.Aside(i18n.EN.T("damage.label_ask"), 15, 10, fontstyle.Normal),
			sh.Aside(base, 22, 9, fontstyle.Normal), sh.Aside(short, 28, 12, fontstyle.Bold))
		if err != nil {
			return nil, err
		}
		sh.Space(3)
	}
	return sh.Bytes()
}

// Spaced is a token as it is read aloud.
func Spaced(token string) string {
	if len(token) != tokenChars {
		return token
	}
	return token[:5] + " " + token[5:]
}
