package queue

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/access"
)

const (
	limitNamed = 8 // areas that the note names
	askNamed   = 3 // people whom it names
)

// limitNote tells whoever finds nothing, and is limited to some areas, that there may be work elsewhere: which areas are
// theirs, and who can change that. It is empty without a limit.
func (p *Pages) limitNote(c *gin.Context) ([]string, error) {
	ctx, actor, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	reach, err := p.Guard.Reach(ctx, actor)
	if err != nil || len(reach.Areas()) == 0 {
		return nil, err
	}
	city, err := p.CityAreas(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, code := range reach.Areas() {
		names = append(names, city.Name(code))
	}
	if more := len(names) - limitNamed; more > 0 {
		names = append(names[:limitNamed], l.T("queue.limited_more", "n", more))
	}
	out := []string{l.T("queue.limited", "areas", strings.Join(names, ", "))}
	roles, err := p.Guard.Roles(ctx)
	if err != nil {
		return nil, err
	}
	var who []uuid.UUID
	for _, r := range roles {
		if r.Fixed || !slices.Contains(r.Permissions, access.StaffManage) {
			continue
		}
		ids, err := p.Identity.Holders(ctx, r.Code, "")
		if err != nil {
			return nil, err
		}
		who = append(who, ids...)
	}
	named, err := p.Identity.Names(ctx, who[:min(len(who), askNamed)])
	if err != nil {
		return nil, err
	}
	var asked []string
	for _, name := range named {
		asked = append(asked, name)
	}
	if len(asked) == 0 {
		return append(out, l.T("queue.limited_ask")), nil
	}
	slices.Sort(asked)
	return append(out, l.T("queue.limited_ask_named", "names", strings.Join(asked, ", "))), nil
}
