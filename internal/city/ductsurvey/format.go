package ductsurvey

import (
	"errors"
	"io"

	"github.com/paulmach/orb"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/gis"
)

// The formats of a file of the network. All of them are read and written, and hold a whole network.
const (
	GeoJSON     = "geojson"
	CSV         = "csv"
	KML         = "kml" // read packed as well, as KMZ
	KMZ         = "kmz"
	Shapefile   = "shapefile"  // packed as zip
	GeoPackage  = "geopackage" // OGC 12-128r19
	OFDS        = "ofds"       // Open Fibre Data Standard 0.3, JSON; read in either form
	OFDSGeoJSON = "ofds_geojson"
)

// Format is how a file of the network is called and sent.
type Format struct{ Code, Ext, MIME string }

// Formats are all of them, in the order in which they are offered.
func Formats() []Format {
	return []Format{{GeoJSON, "geojson", "application/geo+json"}, {GeoPackage, "gpkg", "application/geopackage+sqlite3"}, {Shapefile, "zip", "application/zip"},
		{KML, "kml", "application/vnd.google-earth.kml+xml"}, {KMZ, "kmz", "application/vnd.google-earth.kmz"}, {CSV, "csv", "text/csv; charset=utf-8"},
		{OFDS, "ofds.json", "application/json"}, {OFDSGeoJSON, "ofds.geojson", "application/geo+json"}}
}

// readerOf is what reads a format, one feature at a time; nil for one that is not known.
func readerOf(format string) func(io.Reader, func(Feature) error) error {
	switch format {
	case GeoJSON:
		return readPlain
	case CSV:
		return reading(gis.ReadCSV)
	case KML, KMZ:
		return reading(placemarks)
	case Shapefile:
		return reading(gis.ReadShapefile)
	case GeoPackage:
		return reading(gis.ReadGeoPackage)
	case OFDS, OFDSGeoJSON:
		return readOFDS
	}
	return nil
}

// reading makes features of what a reader of files of geographic programs gives.
func reading(read func(io.Reader, gis.Each) error) func(io.Reader, func(Feature) error) error {
	return func(body io.Reader, each func(Feature) error) error {
		n := 0
		return refusal(read(body, func(said map[string]string, g orb.Geometry) error {
			n++
			return each(values(said).feature(n, g))
		}))
	}
}

// placemarks reads KML, where a thing has a name and a description and perhaps no columns.
func placemarks(body io.Reader, each gis.Each) error {
	return gis.ReadKML(body, func(said map[string]string, g orb.Geometry) error {
		for column, name := range map[string]string{"code": "name", "note": "description"} {
			if values(said).of(column) == "" {
				said[column] = said[name]
			}
		}
		return each(said, g)
	})
}

// refusal is why a file is not taken in, for whoever sent it.
func refusal(err error) error {
	if system, ok := errors.AsType[gis.SystemError](err); ok {
		return fault.New(fault.Invalid, "duct.other_system", "name", system.Name)
	}
	switch {
	case errors.Is(err, gis.ErrNoSystem):
		return fault.New(fault.Invalid, "duct.no_system")
	case errors.Is(err, gis.ErrTooLarge):
		return fault.New(fault.Invalid, "duct.too_large")
	case errors.Is(err, errIsOFDS):
		return fault.Wrap(fault.Invalid, "duct.is_ofds", err)
	case errors.Is(err, gis.ErrUnreadable):
		return unreadable(err)
	}
	return err
}

// unreadable is the refusal of a file that is not of its format.
func unreadable(err error) error { return fault.Wrap(fault.Invalid, "duct.unreadable", err) }
