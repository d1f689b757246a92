package access

import (
	"fmt"
	"slices"

	"github.com/casbin/casbin/v2"
)

// set is a set of permissions by their place in the catalogue.
type set [2]uint64

func (s *set) add(i int)     { s[i/64] |= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s set) or(o set) set   { return set{s[0] | o[0], s[1] | o[1]} }

// compiled answers for one city what its Casbin enforcer would: 20 nanoseconds instead of 100 microseconds.
type compiled struct {
	domain  string
	version int64
	roles   map[string]set
}

// catalogue finds a permission's definition and place.
type catalogue struct {
	all   []Definition
	place map[Permission]int
}

func newCatalogue(all []Definition) (catalogue, error) {
	c := catalogue{all: all, place: map[Permission]int{}}
	if len(all) > len(set{})*64 {
		return c, fmt.Errorf("access: %d permissions do not fit the set", len(all))
	}
	for i, d := range all {
		c.place[d.Name] = i
	}
	return c, nil
}

// compile reads every rule of e that counts in domain into a set per role. A permission that the program no longer
// knows is left out: a row may outlive it.
func (c catalogue) compile(e *casbin.Enforcer, domain string) (map[string]set, error) {
	rules, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("access: compile: %w", err)
	}
	roles := map[string]set{}
	for _, r := range rules {
		l := line{role: r[0], domain: r[1], object: r[2], action: r[3]}
		i, ok := c.place[l.permission()]
		if !ok || !l.covers(domain) {
			continue
		}
		s := roles[l.role]
		s.add(i)
		roles[l.role] = s
	}
	return roles, nil
}

// of is the union of what roles may do.
func (p *compiled) of(roles ...string) set {
	var all set
	for _, r := range roles {
		all = all.or(p.roles[r])
	}
	return all
}

// list names the permissions in s, in the catalogue's order.
func (c catalogue) list(s set) []Permission {
	var out []Permission
	for i, d := range c.all {
		if s.has(i) {
			out = append(out, d.Name)
		}
	}
	return slices.Clip(out)
}
