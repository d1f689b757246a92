package dashboard

// smallest is the least count that is shown by agency or service. Below it a number may be one person whom the
// neighbours know.
const smallest = 5

// cover says how a count is published.
type cover uint8

const (
	shown  cover = iota
	small        // as "<5"
	hidden       // not at all, whatever it is: with the totals it would give a small one away
)

func (c cover) cell(n int) Cell {
	switch c {
	case small:
		return Cell{Unit: unitCount, Below: smallest}
	case hidden:
		return Cell{Unit: unitCount, Concealed: true}
	}
	v := float64(n)
	return Cell{Unit: unitCount, Value: &v}
}

// covers says how one measure is published, agency by agency and service by service.
type covers struct{ agencies, services []cover }

// conceal decides what of one measure is shown, knowing that the city's total is. A small count is not; and as long as
// a reader could find one by subtraction (from the total of its agency, or of the city), the smallest count beside it
// is not shown either. It ends, because every round hides something; when nothing is left to hide, the city's total
// itself gives a number away, as in a city with one service.
func (t table) conceal(measure func(counted) int) covers {
	c := concealing{agencies: counts{n: make([]int, len(t.agencies)), covers: make([]cover, len(t.agencies))},
		services: counts{n: make([]int, len(t.services)), covers: make([]cover, len(t.services))}, groups: make([][]int, len(t.agencies))}
	total, agency := 0, -1
	for i, s := range t.services {
		if agency < 0 || t.agencies[agency].Code != s.Agency {
			agency++
		}
		n := measure(s)
		c.services.n[i], total = n, total+n
		c.agencies.n[agency] += n
		c.groups[agency] = append(c.groups[agency], i)
	}
	if total > 0 { // else the total says so anyway
		c.agencies.coverSmall()
		c.services.coverSmall()
		for c.hideMore() {
			continue
		}
	}
	return covers{agencies: c.agencies.covers, services: c.services.covers}
}

type concealing struct {
	agencies, services counts
	groups             [][]int // the services of each agency
}

// hideMore looks for one small count that could be worked out and hides one more count against it; false when there
// is none, or nothing left to hide.
func (c *concealing) hideMore() bool {
	all := make([]int, len(c.agencies.n))
	for a, members := range c.groups {
		all[a] = a
		if c.agencies.covers[a] != shown || !c.services.exposed(members) {
			continue
		}
		if !c.services.hideSmallest(members) {
			c.hideAgency(a)
		}
		return true
	}
	if !c.agencies.exposed(all) {
		return false
	}
	a := c.agencies.leastShown(all)
	if a >= 0 {
		c.hideAgency(a)
	}
	return a >= 0
}

// hideAgency hides an agency with all its services, which would add up to it.
func (c *concealing) hideAgency(a int) {
	c.agencies.covers[a] = hidden
	for _, i := range c.groups[a] {
		c.services.covers[i] = hidden
	}
}

// counts are numbers with how each is published.
type counts struct {
	n      []int
	covers []cover
}

func (c counts) coverSmall() {
	for i, n := range c.n {
		if n < smallest {
			c.covers[i] = small
		}
	}
}

// exposed reports whether a reader who knows the sum of members can tell a small count among them that is not 0: what
// is shown can be taken off, and the rest leaves the small ones one value only. Beside a hidden count, which may be
// any number, they stay open.
func (c counts) exposed(members []int) bool {
	rest, smalls := 0, 0
	for _, i := range members {
		switch c.covers[i] {
		case small:
			rest, smalls = rest+c.n[i], smalls+1
		case hidden:
			return false
		}
	}
	least, most := max(0, rest-(smallest-1)*(smalls-1)), min(smallest-1, rest)
	return smalls > 0 && least == most && least > 0
}

// hideSmallest hides the smallest shown count among members; false when none is shown.
func (c counts) hideSmallest(members []int) bool {
	i := c.leastShown(members)
	if i >= 0 {
		c.covers[i] = hidden
	}
	return i >= 0
}

// leastShown returns which of members is the smallest that is shown, or -1.
func (c counts) leastShown(members []int) int {
	best := -1
	for _, i := range members {
		if c.covers[i] == shown && (best < 0 || c.n[i] < c.n[best]) {
			best = i
		}
	}
	return best
}
