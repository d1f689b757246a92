package gis

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/paulmach/orb/geojson"
)

// ReadGeoJSON reads a feature collection (RFC 7946), whose coordinates are longitude and latitude of WGS 84.
func ReadGeoJSON(body io.Reader, each Each) error {
	d := json.NewDecoder(body)
	if err := seekFeatures(d); err != nil {
		if errors.As(err, new(SystemError)) {
			return err
		}
		return unreadable("%w", err)
	}
	for n := 1; d.More(); n++ {
		var f geojson.Feature
		if err := d.Decode(&f); err != nil {
			return unreadable("feature %d: %w", n, err)
		}
		values := map[string]string{}
		for name, x := range f.Properties {
			if x != nil {
				values[strings.ToLower(name)] = said(x)
			}
		}
		if err := each(values, f.Geometry); err != nil {
			return err
		}
	}
	return nil
}

// seekFeatures reads up to the first feature, so that a file of any size is read one feature at a time.
func seekFeatures(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("no object: %w", err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if name == "features" {
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return fmt.Errorf("features are no list: %w", err)
			}
			return nil
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return err
		}
		if name == "crs" { // of before RFC 7946
			var system struct{ Properties struct{ Name string } }
			if err := json.Unmarshal(skipped, &system); err != nil {
				return err
			}
			if err := InWGS84(system.Properties.Name); err != nil {
				return err
			}
		}
	}
	return io.ErrUnexpectedEOF
}

// InWGS84 refuses a coordinate system, by its name, that is not longitude and latitude of WGS 84.
func InWGS84(name string) error {
	if name = strings.TrimSpace(name); name == "" || strings.Contains(name, "CRS84") || strings.Contains(name, "EPSG") && strings.HasSuffix(name, "4326") {
		return nil
	}
	if letters := []rune(name); len(letters) > 100 {
		name = string(letters[:100])
	}
	return SystemError{Name: name}
}
