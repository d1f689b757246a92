package ductsurvey

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"bedelau/internal/city/duct"
	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/gis"
	"bedelau/internal/kernel/tenancy"
)

// The Open Fibre Data Standard 0.3 (https://open-fibre-data-standard.readthedocs.io/): networks of nodes and spans, in JSON as
// a package of networks, or in GeoJSON as features that carry what they belong to. It has no word for much of a duct, so each
// node and span carries that as a further field, "bedelau", with the columns of every other format.
const (
	ofdsSchema = "https://raw.githubusercontent.com/Open-Telecoms-Data/open-fibre-data-standard/0__3__0/schema/network-schema.json"
	ofdsOurs   = "bedelau"
)

// nodeTypes are the kinds of node by the open codelist nodeType, to which ours are added.
var nodeTypes = map[string]string{
	"manhole": duct.Manhole, "handhole": duct.Handhole, "riser": duct.Riser, "pole": duct.Pole, "buildingEntry": duct.BuildingEntry, "pop": duct.POP,
	"dataCentre": duct.POP, "exchange": duct.POP, "ixp": duct.POP, "cableLanding": duct.POP, "addDropSite": duct.POP, "repeaterSite": duct.POP,
	"tower": duct.Pole, "cabinet": duct.Riser, "aggregationPoint": duct.Handhole,
}

// typeOf is a kind of node as the standard calls it.
func typeOf(kind string) string {
	if kind == duct.BuildingEntry {
		return "buildingEntry"
	}
	return kind
}

type ofdsNetwork struct {
	ID              string              `json:"id"`
	Name            string              `json:"name,omitempty"`
	Publisher       *ofdsOrganisation   `json:"publisher,omitempty"`
	PublicationDate string              `json:"publicationDate,omitempty"`
	CollectionDate  string              `json:"collectionDate,omitempty"`
	CRS             *ofdsSystem         `json:"crs,omitempty"`
	Accuracy        float64             `json:"accuracy,omitempty"` // metres
	AccuracyDetails string              `json:"accuracyDetails,omitempty"`
	Language        string              `json:"language,omitempty"`
	Organisations   []ofdsOrganisation  `json:"organisations,omitempty"`
	Links           []map[string]string `json:"links"`
}

type ofdsSystem struct {
	Name string `json:"name"`
	URI  string `json:"uri"`
}

type ofdsOrganisation struct {
	ID    string   `json:"id,omitempty"`
	Name  string   `json:"name,omitempty"`
	Roles []string `json:"roles,omitempty"`
}

const (
	ofdsOwner     = "ducting-bersama"
	ofdsOwnerName = "Ducting Bersama"
)

// ofdsWriter writes either form, a node or span at a time.
type ofdsWriter struct {
	out   *bufio.Writer
	flat  bool // GeoJSON
	net   ofdsNetwork
	part  string // the list that is open
	begun bool
	err   error
}

func newOFDSWriter(of tenancy.ID, day, now time.Time, flat bool, out io.Writer) *ofdsWriter {
	w := &ofdsWriter{out: bufio.NewWriter(out), flat: flat}
	w.net = ofdsNetwork{ID: uuid.NewSHA1(uuid.UUID(of), []byte("ducts")).String(), Name: ofdsOwnerName, Publisher: &ofdsOrganisation{Name: ofdsOwnerName},
		PublicationDate: now.Format(time.DateOnly), CollectionDate: day.Format(time.DateOnly),
		CRS:             &ofdsSystem{"urn:ogc:def:crs:OGC::CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
		AccuracyDetails: "bedelau.class of a span: as_built is measured when it was laid, surveyed afterwards; planned and unknown are not measured.",
		Language:        "id", Organisations: []ofdsOrganisation{{ofdsOwner, ofdsOwnerName, []string{"physicalInfrastructureProvider"}}},
		Links: []map[string]string{{"rel": "describedby", "href": ofdsSchema}}}
	if flat {
		w.text(`{"type":"FeatureCollection","features":[`)
		return w
	}
	head := w.raw(w.net)
	w.text(`{"networks":[` + strings.TrimSuffix(head, "}"))
	return w
}

func (w *ofdsWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(s)
	}
}

func (w *ofdsWriter) raw(x any) string {
	raw, err := json.Marshal(x)
	if err != nil && w.err == nil {
		w.err = err
	}
	return string(raw)
}

func (w *ofdsWriter) node(n duct.Node) error {
	ours := nodeColumns(n)
	for _, name := range []string{"code", "kind", "address"} {
		delete(ours, name)
	}
	said := map[string]any{"id": n.Code, "status": "operational", "type": []string{typeOf(n.Kind)}, "physicalInfrastructureProvider": ofdsOrganisation{ID: ofdsOwner, Name: ofdsOwnerName}, ofdsOurs: ours}
	if n.Address != "" {
		said["address"] = map[string]string{"streetAddress": n.Address, "country": "ID"}
	}
	return w.put("nodes", "node", "location", n.At, said)
}

func (w *ofdsWriter) segment(s duct.Segment, from, to string, b Bank) error {
	ours := segmentColumns(s, b)
	delete(ours, "code")
	delete(ours, "road")
	said := map[string]any{"id": s.Code, "status": "operational", "start": from, "end": to, "deployment": []string{"belowGround"},
		"physicalInfrastructureProvider": ofdsOrganisation{ID: ofdsOwner, Name: ofdsOwnerName}, ofdsOurs: ours}
	if s.Road != "" { // an empty text is none to the standard
		said["name"] = s.Road
	}
	if s.Class == duct.Planned {
		said["status"] = "planned"
	}
	if lots := b.lots(); lots != nil {
		said["deploymentDetails"] = map[string]string{"description": "Ducts: " + text(lots)}
	}
	if w.flat {
		said["start"], said["end"] = ofdsOrganisation{ID: from}, ofdsOrganisation{ID: to}
	}
	return w.put("spans", "span", "route", s.Line, said)
}

func (w *ofdsWriter) put(part, kind, place string, g orb.Geometry, said map[string]any) error {
	if w.flat {
		said["featureType"], said["network"] = kind, map[string]any{"id": w.net.ID, "name": w.net.Name, "crs": w.net.CRS, "links": w.net.Links}
		f := geojson.NewFeature(g)
		f.Properties = said
		if w.begun {
			w.text(",\n")
		}
		w.text(w.raw(f))
	} else {
		said[place] = geojson.NewGeometry(g)
		switch {
		case w.part == part:
			w.text(",\n")
		case w.part != "":
			w.text("],")
		default:
			w.text(",")
		}
		if w.part != part {
			w.text(`"` + part + `":[`)
		}
		w.part = part
		w.text(w.raw(said))
	}
	w.begun = true
	return w.err
}

func (w *ofdsWriter) close() error {
	switch {
	case w.flat:
		w.text("]}\n")
	case w.part != "":
		w.text("]}]}\n")
	default:
		w.text("}]}\n")
	}
	if w.err != nil {
		return w.err
	}
	return w.out.Flush()
}

var errOFDS = errors.New("ductsurvey: neither a package of networks nor a feature collection")

// readOFDS reads either form. What the standard says of a node or span that the network has no column for goes into its note.
func readOFDS(body io.Reader, each func(Feature) error) error {
	raw, err := gis.Whole(body)
	if err != nil {
		return refusal(err)
	}
	var file struct {
		Networks []struct {
			ofdsNetwork
			Nodes, Spans []json.RawMessage
		}
		Features []ofdsFeature
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return unreadable(err)
	}
	if file.Networks == nil && file.Features == nil {
		return unreadable(errOFDS)
	}
	if len(file.Features) > 0 && !slices.ContainsFunc(file.Features, func(f ofdsFeature) bool { return f.standard() }) {
		return fault.New(fault.Invalid, "duct.plain_geojson")
	}
	r := ofdsReader{each: each}
	for _, net := range file.Networks {
		for i, part := range [][]json.RawMessage{net.Nodes, net.Spans} {
			for _, item := range part {
				if err := r.item(item, nil, net.ofdsNetwork, i == 1); err != nil {
					return err
				}
			}
		}
	}
	for _, f := range file.Features {
		var of struct {
			Network     ofdsNetwork
			FeatureType string
			Start       any
		}
		if err := json.Unmarshal(f.Properties, &of); err != nil {
			return unreadable(err)
		}
		if err := r.item(f.Properties, f.Geometry, of.Network, of.FeatureType == "span" || of.FeatureType == "" && of.Start != nil); err != nil {
			return err
		}
	}
	return nil
}

type ofdsReader struct {
	each func(Feature) error
	n    int
}

// item reads a node or a span; its place stands beside it, or in it.
func (r *ofdsReader) item(raw, place json.RawMessage, net ofdsNetwork, span bool) error {
	r.n++
	var said map[string]any
	if err := json.Unmarshal(raw, &said); err != nil {
		return unreadable(err)
	}
	if net.CRS != nil {
		if err := gis.InWGS84(net.CRS.Name + " " + net.CRS.URI); err != nil {
			return refusal(err)
		}
	}
	if place == nil {
		var in struct{ Location, Route json.RawMessage }
		if err := json.Unmarshal(raw, &in); err != nil {
			return unreadable(err)
		}
		if place = in.Location; span {
			place = in.Route
		}
	}
	var g orb.Geometry
	if len(place) > 0 && string(place) != "null" {
		read, err := geojson.UnmarshalGeometry(place)
		if err != nil {
			return unreadable(err)
		}
		g = read.Geometry()
	}
	v := valuesOfOFDS(said, net, span)
	f := v.feature(r.n, g)
	if f.Kind = NodeFeature; span {
		f.Kind = SegmentFeature
	}
	return r.each(f)
}

// valuesOfOFDS are the columns of a node or a span.
func valuesOfOFDS(said map[string]any, net ofdsNetwork, span bool) values {
	v, rest := values{"code": gis.Words(said["id"])}, maps.Clone(said)
	for _, name := range []string{"id", "status", "location", "route", "network", "featureType", "start", "end", "address", "type", "deploymentDetails", "physicalInfrastructureProvider", ofdsOurs} {
		delete(rest, name)
	}
	status := gis.Words(said["status"])
	if span {
		v["from_node"], v["to_node"], v["road"] = idOf(said["start"]), idOf(said["end"]), gis.Words(said["name"])
		delete(rest, "name")
		if words := gis.Words(rest["deployment"]); words == "belowGround" {
			delete(rest, "deployment")
		}
		switch status {
		case "planned", "proposed", "underConstruction":
			v["class"] = duct.Planned
		default:
			if net.Accuracy > 0 && net.Accuracy <= touching {
				v["class"] = duct.Surveyed
			}
		}
	} else {
		types := gis.Words(said["type"])
		for kind := range strings.SplitSeq(types, ", ") {
			if v["kind"] == "" {
				v["kind"] = nodeTypes[kind]
			}
		}
		if typeOf(v["kind"]) != types && types != "" {
			rest["type"] = types
		}
		if a, ok := said["address"].(map[string]any); ok {
			var parts []string
			for _, name := range []string{"streetAddress", "locality", "region", "postalCode"} {
				if text := gis.Words(a[name]); text != "" {
					parts = append(parts, text)
				}
			}
			v["address"] = strings.Join(parts, ", ")
		}
	}
	if status != "" && status != "operational" && status != "planned" {
		rest["status"] = status
	}
	if net.Accuracy > touching {
		rest["accuracy"] = net.Accuracy
	}
	ours, _ := said[ofdsOurs].(map[string]any)
	if ours == nil { // from elsewhere: who owns the ducts is all that it says of the ground
		v["authority"] = strings.ToLower(idOf(said["physicalInfrastructureProvider"]))
		for _, name := range []string{"deploymentDetails", "physicalInfrastructureProvider"} {
			if said[name] != nil {
				rest[name] = said[name]
			}
		}
	}
	for name, x := range ours {
		v[strings.ToLower(name)] = gis.Words(x)
	}
	v["note"] = noteOf(v["note"], rest)
	return v
}

// noteMost is how long a note is that gathers what has no column, in letters.
const noteMost = 2000

// idOf is what a reference refers to: an identifier, or an object with one.
func idOf(x any) string {
	if of, ok := x.(map[string]any); ok {
		return gis.Words(of["id"])
	}
	return gis.Words(x)
}

// noteOf adds to a note what has no column, in a fixed order so that the same file says the same.
func noteOf(note string, rest map[string]any) string {
	all := []string{}
	if note != "" {
		all = append(all, note)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		if text := gis.Words(rest[name]); text != "" {
			all = append(all, name+": "+text)
		}
	}
	text := strings.Join(all, "; ")
	if letters := []rune(text); len(letters) > noteMost && note == "" {
		return string(letters[:noteMost])
	}
	return text
}
