package desk

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
)

// deskTaskClaim takes a task for the officer, from a colleague only where the form says so.
func (p *Pages) deskTaskClaim(c *gin.Context) error {
	return p.deskTask(c, "claimed", func(task uuid.UUID, version int, in site.Form) error {
		return p.Casework.ClaimTask(c.Request.Context(), gate.ActorOf(c), task, version, in.Yes("take_over"), in.Text("reason"))
	})
}

// deskTaskRelease puts a task back for everyone of its agency.
func (p *Pages) deskTaskRelease(c *gin.Context) error {
	return p.deskTask(c, "released", func(task uuid.UUID, version int, in site.Form) error {
		return p.Casework.ReleaseTask(c.Request.Context(), gate.ActorOf(c), task, version, in.Text("reason"))
	})
}

// deskTaskAssign gives a task to an officer of the agency that was asked.
func (p *Pages) deskTaskAssign(c *gin.Context) error {
	return p.deskTask(c, "assigned", func(task uuid.UUID, version int, in site.Form) error {
		officer, err := uuid.Parse(in.Text("officer"))
		if err != nil {
			return site.Invalid("officer", "not_an_option")
		}
		return p.Casework.AssignTask(c.Request.Context(), gate.ActorOf(c), task, officer, version, in.Text("reason"))
	})
}

func (p *Pages) deskTask(c *gin.Context, sentence string, change func(task uuid.UUID, version int, in site.Form) error) error {
	id, err := site.PathID(c, "id")
	if err != nil {
		return err
	}
	task, err := site.PathID(c, "task")
	if err != nil {
		return err
	}
	in, err := site.ReadForm(c)
	t := try{task: task, hand: sentence, officer: in.Text("officer"), reason: in.Text("reason")}
	version := 0
	if err == nil {
		version, err = seen(in)
	}
	if err == nil {
		err = change(task, version, in)
	}
	if err != nil {
		return p.caseAgain(c, err, t)
	}
	return p.DoneWith(c, sameCase(c, id, ""), sentence, in.Text("number"))
}
