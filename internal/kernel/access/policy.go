package access

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
)

//go:embed policy.csv
var builtinFile string

// The domains that are not one city's id.
const (
	everyCity      = "*"
	platformDomain = "platform"
)

// casbinModel: a subject is a person or a role, a domain a city. The cheap comparisons come first, because Casbin runs
// the matcher over every line.
const casbinModel = `
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && (p.dom == r.dom || (p.dom == "*" && r.dom != "platform")) && g(r.sub, p.sub, r.dom)
`

// line is one rule: role may do action on object in domain.
type line struct{ role, domain, object, action string }

func (l line) permission() Permission { return Permission(l.object + ":" + l.action) }

// covers reports whether the line counts in a domain; the matcher says the same.
func (l line) covers(domain string) bool {
	return l.domain == domain || l.domain == everyCity && domain != platformDomain
}

// split parts a permission into object and action.
func (p Permission) split() (object, action string) {
	object, action, _ = strings.Cut(string(p), ":")
	return object, action
}

// builtin reads the embedded file, which is part of the program: a bad line is a bug and panics.
var builtin = sync.OnceValue(func() []line {
	lines, err := parse(builtinFile)
	if err != nil {
		panic(err)
	}
	return lines
})

func parse(text string) ([]line, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, 5
	records, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("access: policy.csv: %w", err)
	}
	known := map[Permission]Definition{}
	for _, d := range All() {
		known[d.Name] = d
	}
	lines := make([]line, len(records))
	for i, f := range records {
		l := line{role: f[1], domain: f[2], object: f[3], action: f[4]}
		d, ok := known[l.permission()]
		if f[0] != "p" || l.role == "" || !ok || l.domain != everyCity && l.domain != platformDomain {
			return nil, fmt.Errorf("access: policy.csv: line %q is not of this form or names no permission", f)
		}
		if l.domain == everyCity && !d.City || l.domain == platformDomain && !d.Platform {
			return nil, fmt.Errorf("access: policy.csv: %q cannot be held in domain %s", l.permission(), l.domain)
		}
		lines[i] = l
	}
	return lines, nil
}

// rule is what one city changed: a permission given to a role, or taken from a built-in one.
type rule struct {
	Role       string
	Permission Permission
	Granted    bool
}

// effective returns the rules of one domain: the built-in ones it has kept, and its own. Taking away concerns that one
// role; a person with another role that has the permission keeps it.
func effective(base []line, changes []rule, domain string) []line {
	taken := map[rule]bool{}
	for _, c := range changes {
		if !c.Granted {
			taken[c] = true
		}
	}
	var out []line
	for _, l := range base {
		if l.covers(domain) && !taken[rule{Role: l.role, Permission: l.permission()}] {
			out = append(out, l)
		}
	}
	for _, c := range changes {
		if c.Granted {
			object, action := c.Permission.split()
			out = append(out, line{role: c.Role, domain: domain, object: object, action: action})
		}
	}
	return out
}

// enforcer returns a Casbin enforcer over lines. It is built on first use of a city, compiled, and dropped.
func enforcer(lines []line) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, fmt.Errorf("access: model: %w", err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("access: enforcer: %w", err)
	}
	rules := make([][]string, len(lines))
	for i, l := range lines {
		rules[i] = []string{l.role, l.domain, l.object, l.action}
	}
	if _, err := e.AddPoliciesEx(rules); err != nil {
		return nil, fmt.Errorf("access: policy: %w", err)
	}
	return e, nil
}

// BuiltInMay reports whether a built-in role has a permission in a city that has changed nothing; known is false for a
// role that is not built in.
func BuiltInMay(role string, p Permission) (known, may bool) {
	for _, l := range builtin() {
		if l.role == role && l.domain == everyCity {
			known, may = true, may || l.permission() == p
		}
	}
	return known, may
}
