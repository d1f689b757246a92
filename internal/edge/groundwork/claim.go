package groundwork

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/city/ductwork"
	"bedelau/internal/edge/ducts"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/site"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/i18n"
	"bedelau/web/page/bill"
	"bedelau/web/ui"
)

// claim adds to a page what its works have to do with a permit whose applicant only named a company: that the works are of it may have to be
// confirmed, or the permit of others may be for these.
func (p *Pages) claim(c *gin.Context, w ductwork.Work, all []bill.Section) ([]bill.Section, error) {
	ctx, a, l := c.Request.Context(), gate.ActorOf(c), gate.LocaleOf(c)
	may, err := p.DuctWorks.MayBe(ctx, a, uuid.Nil, w.ID)
	if err != nil {
		return nil, err
	}
	if len(may) > 0 {
		all = append(all, MayBe(l, may, l.T("work.may_be_staff"), ducts.PathWorks))
	}
	k, ok, err := p.DuctWorks.Claimed(ctx, a, w)
	if err != nil || !ok {
		return all, err
	}
	s := bill.Section{ID: "izin-milik", Title: l.T("work.claimed_title"), Note: bill.Note{Tone: "care", Text: l.T("work.claimed_note", "name", k.Name)}}
	text := l.T("work.claimed_text", "name", k.Name)
	if k.PlanID.Valid {
		text = l.T("work.claimed_plan_text", "number", k.Plan)
		s.Links = []ui.Link{{Href: workPath(k.PlanID.UUID), Label: l.T("work.claimed_plan", "number", k.Plan), Icon: "flag"}}
	}
	if p.may(c, access.DuctManage) {
		seen := ui.Option{Value: "revision", Label: strconv.Itoa(w.Revision)}
		s.Forms = []bill.Form{{ID: "izin-milik-ya", Text: text, Action: workPath(w.ID) + "/izin-milik", Hidden: []ui.Option{{Value: "jawaban", Label: "ya"}, seen}, Submit: l.T("work.claimed_yes", "name", k.Name)},
			{ID: "izin-milik-bukan", Plain: true, Action: workPath(w.ID) + "/izin-milik", Hidden: []ui.Option{{Value: "jawaban", Label: "bukan"}, seen}, Submit: l.T("work.claimed_no", "name", k.Name)}}
	}
	return append(all, s), nil
}

// MayBe tells of permits that may be for planned works. The works that they have opened stand under base, if the reader may open them.
func MayBe(l i18n.Locale, all []ductwork.Work, text, base string) bill.Section {
	s := bill.Section{ID: "izin-mungkin", Title: l.T("work.may_be"), Note: bill.Note{Tone: "care", Text: text}}
	s.Table = &bill.Table{Title: s.Title, Columns: []bill.Column{{Label: l.T("work.permit")}, {Label: l.T("work.owner_name")}, {Label: l.T("work.days")}}}
	for _, x := range all {
		number := bill.Cell{Text: x.Permit, Small: x.PermitBy}
		if base != "" {
			number.Href = base + "/" + x.ID.String()
		}
		s.Table.Rows = append(s.Table.Rows, bill.Line{Cells: []bill.Cell{number, {Text: x.OwnerName}, {Text: Span(l, x.From, x.To)}}})
	}
	return s
}

// confirmPermit says whether works are of the company whom the applicant for their permit named.
func (p *Pages) confirmPermit(c *gin.Context) error {
	in, err := site.ReadForm(c)
	if err != nil {
		return err
	}
	sentence := map[bool]string{true: "work_permit_theirs", false: "work_permit_not_theirs"}[in.Get("jawaban") == "ya"]
	return p.act(c, sentence, "", func(id uuid.UUID) (site.Form, error) {
		if x := in.Get("jawaban"); x != "ya" && x != "bukan" {
			return in, site.Invalid("jawaban", "required")
		}
		return in, p.DuctWorks.ConfirmPermit(c.Request.Context(), gate.ActorOf(c), id, in.Revision(), in.Get("jawaban") == "ya")
	})
}
