package site

import (
	"encoding/base64"

	"bedelau/internal/kernel/sheet"
)

// Picture is an address as a QR code that a page can hold.
func Picture(address string) (string, error) {
	png, err := sheet.QR(address)
	if err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(png), nil
}
