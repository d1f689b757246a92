package duct

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb/geojson"

	"bedelau/internal/kernel/fault"
)

// readGeoJSON reads a feature collection (RFC 7946), whose coordinates are longitude and latitude of WGS 84.
func readGeoJSON(body io.Reader, each func(Feature) error) error {
	d := json.NewDecoder(body)
	if err := seekFeatures(d); err != nil {
		return unreadable(err)
	}
	for n := 1; d.More(); n++ {
		var f geojson.Feature
		if err := d.Decode(&f); err != nil {
			return unreadable(fmt.Errorf("feature %d: %w", n, err))
		}
		v := values{}
		for name, x := range f.Properties {
			if x != nil {
				v[strings.ToLower(name)] = textOf(x)
			}
		}
		if err := each(v.feature(n, f.Geometry)); err != nil {
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
	}
	return io.ErrUnexpectedEOF
}

func textOf(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	}
	return fmt.Sprint(x)
}

// unreadable is the refusal of a file that is not of its format.
func unreadable(err error) error { return fault.Wrap(fault.Invalid, "duct.unreadable", err) }
