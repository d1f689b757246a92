package ductsurvey

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"bedelau/internal/city/duct"
)

// Lot is units that lie beside each other and are alike with all that lies in them. Sizes are millimetres, zero where nobody
// has said.
type Lot struct {
	Count int   `json:"count"`
	Outer int   `json:"outer,omitempty"`
	Inner int   `json:"inner,omitempty"`
	In    []Lot `json:"in,omitempty"`
	Gap   bool  `json:"gap,omitempty"` // places where nothing lies
}

// most of a kind within one place.
var mostUnits = []int{100, 50, 50}

const mostSize = 500 // millimetres across

// lots is what lies in the bank.
func (b Bank) lots() []Lot {
	if b.Lots != nil || b.Ducts == 0 {
		return b.Lots
	}
	out := []Lot{{Count: b.Ducts, Outer: b.DuctOuter, Inner: b.DuctInner}}
	if b.Subducts > 0 {
		out[0].In = []Lot{{Count: b.Subducts, Outer: b.SubOuter, Inner: b.SubInner}}
		if b.Microducts > 0 {
			out[0].In[0].In = []Lot{{Count: b.Microducts, Outer: b.MicroOuter, Inner: b.MicroInner}}
		}
	}
	return out
}

// Units is how many units lie in the bank, of every kind.
func (b Bank) Units() int { return unitsOf(b.lots()) }

func unitsOf(lots []Lot) (n int) {
	for _, l := range lots {
		if !l.Gap {
			n += l.Count * (1 + unitsOf(l.In))
		}
	}
	return n
}

// bankOf is the bank of the units of one segment: as counts where they are alike throughout, else lot by lot.
func bankOf(units []duct.Unit) Bank {
	within := map[uuid.UUID][]duct.Unit{}
	for _, u := range units {
		within[u.ParentID.UUID] = append(within[u.ParentID.UUID], u)
	}
	lots := lotsIn(within, uuid.Nil)
	b := Bank{Lots: lots}
	for _, l := range lots {
		b.Ducts += l.Count
	}
	for i, at := range []struct{ count, outer, inner *int }{{&b.Ducts, &b.DuctOuter, &b.DuctInner}, {&b.Subducts, &b.SubOuter, &b.SubInner}, {&b.Microducts, &b.MicroOuter, &b.MicroInner}} {
		if i > 0 && len(lots) == 0 {
			break
		}
		if len(lots) != 1 || lots[0].Gap {
			return Bank{Lots: b.Lots, Ducts: b.Ducts}
		}
		*at.count, *at.outer, *at.inner = lots[0].Count, lots[0].Outer, lots[0].Inner
		lots = lots[0].In
	}
	b.Lots = nil
	return b
}

// lotsIn groups what lies in a unit, in the order of the places; units must be in it too.
func lotsIn(within map[uuid.UUID][]duct.Unit, parent uuid.UUID) []Lot {
	var out []Lot
	next := 1
	for _, u := range within[parent] {
		if u.Position > next {
			out = append(out, Lot{Count: u.Position - next, Gap: true})
		}
		next = u.Position + 1
		l := Lot{Count: 1, Outer: u.OuterMM, Inner: u.InnerMM, In: lotsIn(within, u.ID)}
		if n := len(out); n > 0 {
			same := out[n-1]
			if same.Count = 1; reflect.DeepEqual(same, l) {
				out[n-1].Count++
				continue
			}
		}
		out = append(out, l)
	}
	return out
}

// text writes lots as the column "bank" has them: 2*110/100[3*40/33]+1*- is two ducts of 110 mm outside and 100 mm inside with
// three subducts in each, and a place where nothing lies.
func text(lots []Lot) string {
	all := make([]string, len(lots))
	for i, l := range lots {
		all[i] = strconv.Itoa(l.Count) + "*-"
		if !l.Gap {
			all[i] = fmt.Sprintf("%d*%d/%d", l.Count, l.Outer, l.Inner)
		}
		if len(l.In) > 0 {
			all[i] += "[" + text(l.In) + "]"
		}
	}
	return strings.Join(all, "+")
}

// readLots reads what text writes.
func readLots(said string) ([]Lot, error) {
	r := lotReader{said}
	lots, err := r.lots(0)
	if err == nil && r.rest != "" {
		err = fmt.Errorf("ductsurvey: %q after the bank", r.rest)
	}
	return lots, err
}

type lotReader struct{ rest string }

func (r *lotReader) lots(depth int) ([]Lot, error) {
	if depth == len(mostUnits) {
		return nil, fmt.Errorf("ductsurvey: nothing lies in a microduct: %q", r.rest)
	}
	var out []Lot
	for n := 0; ; {
		l, err := r.lot(depth)
		if err != nil {
			return nil, err
		}
		if n += l.Count; n > mostUnits[depth] {
			return nil, fmt.Errorf("ductsurvey: more than %d", mostUnits[depth])
		}
		out = append(out, l)
		if !r.eat("+") {
			return out, nil
		}
	}
}

func (r *lotReader) lot(depth int) (l Lot, err error) {
	if l.Count, err = r.number(1, mostUnits[depth]); err != nil {
		return l, err
	}
	if !r.eat("*") {
		return l, fmt.Errorf("ductsurvey: no size: %q", r.rest)
	}
	if l.Gap = r.eat("-"); l.Gap {
		return l, nil
	}
	if l.Outer, err = r.number(0, mostSize); err != nil {
		return l, err
	}
	if !r.eat("/") {
		return l, fmt.Errorf("ductsurvey: no inner size: %q", r.rest)
	}
	if l.Inner, err = r.number(0, mostSize); err != nil {
		return l, err
	}
	if r.eat("[") {
		if l.In, err = r.lots(depth + 1); err == nil && !r.eat("]") {
			err = fmt.Errorf("ductsurvey: no end: %q", r.rest)
		}
	}
	return l, err
}

func (r *lotReader) eat(mark string) bool {
	rest, ok := strings.CutPrefix(r.rest, mark)
	if ok {
		r.rest = rest
	}
	return ok
}

func (r *lotReader) number(least, top int) (int, error) {
	digits := len(r.rest) - len(strings.TrimLeft(r.rest, "0123456789"))
	n, err := strconv.Atoi(r.rest[:digits])
	if err != nil || n < least || n > top {
		return 0, fmt.Errorf("ductsurvey: no number from %d to %d: %q", least, top, r.rest)
	}
	r.rest = r.rest[digits:]
	return n, nil
}
