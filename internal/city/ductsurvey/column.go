package ductsurvey

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// columns are the names under which files give the values of a feature: ours first, at most ten letters so that a shapefile
// can hold it, then what surveys in Indonesia call it. Lengths are metres, sizes of pipes millimetres.
var columns = map[string][]string{
	"code":       {"code", "kode"},
	"kind":       {"kind", "jenis"},
	"from_node":  {"from_node", "dari"},
	"to_node":    {"to_node", "ke"},
	"road":       {"road", "jalan"},
	"class":      {"class", "kelas"},
	"authority":  {"authority", "kewenangan"},
	"free_trade": {"free_trade", "ftz", "kpbpb"},
	"condition":  {"condition", "kondisi"},
	"address":    {"address", "alamat"},
	"note":       {"note", "catatan"},
	"surveyed_m": {"surveyed_m", "pjg_survei"},
	"billed_m":   {"billed_m", "pjg_tagih"},
	"depth_m":    {"depth_m", "dalam_m"},
	"ducts":      {"ducts", "duct"},
	"duct_od":    {"duct_od"},
	"duct_id":    {"duct_id"},
	"subducts":   {"subducts", "subduct"},
	"sub_od":     {"sub_od"},
	"sub_id":     {"sub_id"},
	"micros":     {"micros", "microduct"},
	"micro_od":   {"micro_od"},
	"micro_id":   {"micro_id"},
	"bank":       {"bank"}, // lot by lot, where it is not alike throughout
}

// values are the columns of one feature by their names in lower case.
type values map[string]string

// of returns what a file says under any of the names of a column.
func (v values) of(column string) string {
	for _, name := range columns[column] {
		if text := strings.TrimSpace(strings.ReplaceAll(v[name], "\x00", "")); text != "" { // which no database holds
			return text
		}
	}
	return ""
}

// most is how much a length may be, in metres: no cable of a city is longer.
const most = 200_000

// feature makes a feature of its columns and its shape, which says what it is: a point is a node, a line a segment.
func (v values) feature(n int, g orb.Geometry) Feature {
	f := Feature{N: n, Kind: SegmentFeature, Code: v.of("code"), Geometry: g}
	if _, point := g.(orb.Point); point {
		f.Kind = NodeFeature
	}
	b := &f.Body
	unread := func(column, text string) {
		if b.Unread == nil {
			b.Unread = map[string]string{}
		}
		b.Unread[column] = text
	}
	metres := func(column string) int64 {
		text := v.of(column)
		if text == "" {
			return 0
		}
		m, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || math.IsNaN(m) || m < 0 || m > most {
			unread(column, text)
			return 0
		}
		return int64(math.Round(m * 1000))
	}
	count := func(column string, least, top int) int {
		text := v.of(column)
		if text == "" {
			return 0
		}
		x, err := strconv.ParseFloat(text, 64) // a shapefile writes 4 as 4.000
		if err != nil || x != math.Trunc(x) || x < float64(least) || x > float64(top) {
			unread(column, text)
			return 0
		}
		return int(x)
	}
	b.NodeKind, b.From, b.To, b.Road = v.of("kind"), v.of("from_node"), v.of("to_node"), v.of("road")
	b.Class, b.Authority, b.Condition = v.of("class"), v.of("authority"), v.of("condition")
	b.Address, b.Note = v.of("address"), v.of("note")
	b.Surveyed, b.Billed, b.Depth = metres("surveyed_m"), metres("billed_m"), metres("depth_m")
	switch text := v.of("free_trade"); strings.ToLower(text) {
	case "":
	case "true", "t", "1", "ya", "y", "yes":
		b.FreeTrade = new(true)
	case "false", "f", "0", "tidak", "n", "no":
		b.FreeTrade = new(false)
	default:
		unread("free_trade", text)
	}
	b.Bank = Bank{Ducts: count("ducts", 0, mostUnits[0]), DuctOuter: count("duct_od", 1, mostSize), DuctInner: count("duct_id", 1, mostSize),
		Subducts: count("subducts", 0, mostUnits[1]), SubOuter: count("sub_od", 1, mostSize), SubInner: count("sub_id", 1, mostSize),
		Microducts: count("micros", 0, mostUnits[2]), MicroOuter: count("micro_od", 1, mostSize), MicroInner: count("micro_id", 1, mostSize)}
	if text := v.of("bank"); text != "" {
		lots, err := readLots(text)
		if err != nil {
			unread("bank", text)
			return f
		}
		b.Bank = Bank{Lots: lots}
		for _, l := range lots {
			b.Bank.Ducts += l.Count
		}
	}
	return f
}
