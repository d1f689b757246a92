package ductsurvey

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"bedelau/internal/kernel/gis"
)

// GeoJSON and the Open Fibre Data Standard look alike to whoever chooses the format of a file, and each can be read as the other, with a fault
// at every feature: so either is refused at once when it is the other.
var errIsOFDS = errors.New("ductsurvey: of the Open Fibre Data Standard, and no plain GeoJSON")

// ofdsFeature is a node or a span in GeoJSON.
type ofdsFeature struct{ Geometry, Properties json.RawMessage }

// standard reports whether a feature is of the standard, in any of its versions: it says what it is or which network it is of, or names a
// node at an end as an object. A plain feature does none of this.
func (f ofdsFeature) standard() bool {
	var said struct{ FeatureType, Network, Start, End json.RawMessage }
	if json.Unmarshal(f.Properties, &said) != nil {
		return false
	}
	object := func(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }
	return isOFDS(strings.Trim(string(said.FeatureType), `"`)) || object(said.Network) || object(said.Start) || object(said.End)
}

// isOFDS reports whether a word is what the standard calls a feature.
func isOFDS(featureType string) bool { return featureType == "node" || featureType == "span" }

// packageHead is how much of a file is looked at for its networks, which a package names first.
const packageHead = 64 << 10

// packaged reports whether the head of a file is that of a package of networks.
func packaged(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for d.More() {
		name, err := d.Token()
		if err != nil || name == "features" {
			return false
		}
		if name == "networks" {
			return true
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// readPlain reads GeoJSON that is of no standard of networks.
func readPlain(body io.Reader, each func(Feature) error) error {
	whole := bufio.NewReaderSize(body, packageHead)
	if head, _ := whole.Peek(packageHead); packaged(head) {
		return refusal(errIsOFDS)
	}
	return reading(func(body io.Reader, each gis.Each) error {
		return gis.ReadGeoJSON(body, func(said map[string]string, g orb.Geometry) error {
			if isOFDS(said["featuretype"]) && said["network"] != "" {
				return errIsOFDS
			}
			return each(said, g)
		})
	})(whole, each)
}
