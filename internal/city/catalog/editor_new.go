package catalog

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/fault"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/pack"
	"bedelau/internal/kernel/tenancy"
)

// Beginning is a new service. Like is the code of one whose standard, form, workflow and document it begins with a copy
// of; without it, Workflow and Document may name what to copy, and the form, and a workflow that is not copied, are written
// from nothing.
type Beginning struct {
	Code               string
	Name               i18n.Text
	Agency, Category   string
	Like               string
	Workflow, Document string
}

// Begin makes the draft of a new service; nobody but administrators sees it before it is published. It refuses Invalid,
// naming the field: "code", "name_id", "name_en", "agency", "category", "like", "copy_workflow" or "copy_document".
func (e *Editor) Begin(ctx context.Context, actor identity.Actor, in Beginning) error {
	own, err := e.bound(ctx, actor)
	if err != nil {
		return err
	}
	return tenancy.InTx(ctx, e.d.DB.App, func(ctx context.Context, tx bun.Tx) error {
		kept, err := e.d.Definitions.Kept(ctx, tx)
		if err != nil {
			return err
		}
		ed, err := e.beginning(ctx, tx, &in)
		if err != nil {
			return err
		}
		bad, err := e.refuse(ctx, tx, in, kept)
		if err != nil {
			return err
		}
		if within(own, in.Agency) != nil && !slices.ContainsFunc(bad, func(f fault.Field) bool { return f.Name == "agency" }) {
			bad = append(bad, fault.Field{Name: "agency", Code: "not_an_option"})
		}
		if len(bad) > 0 {
			return fault.Fields(bad)
		}
		s := &ed.Service
		s.Code, s.Name, s.Agency, s.Category = in.Code, in.Name, in.Agency, in.Category
		s.Position, s.Verified, s.RetiredAt, s.Source = 0, false, nil, ""
		for _, d := range []struct {
			kind, from string
			to         *string
		}{{"form", s.Form, &s.Form}, {"workflow", in.Workflow, &s.Workflow}, {"document", in.Document, &s.Document}} {
			if *d.to = ""; d.from != "" {
				if err := e.d.Definitions.CopyDefinition(ctx, tx, actor.ID, d.kind, d.from, in.Code); err != nil {
					return err
				}
				*d.to = in.Code
			}
		}
		if s.Integration == Native {
			s.Form, s.Workflow = in.Code, in.Code // to be written, where none was copied
		}
		ed.Standard.Version, ed.Standard.EffectiveFrom, ed.Standard.EffectiveTo = 0, e.today(ctx), ""
		ed.Standard.Decree, ed.Standard.Verified, ed.Standard.Source = "", false, ""
		r := draftRow{TenantID: tenancy.Must(ctx), Code: in.Code, Revision: 1, ByID: actor.ID, ByName: actor.Name, ChangedAt: e.d.Now().UTC()}
		r.take(ed)
		res, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.Fields([]fault.Field{{Name: "code", Code: "service_code_taken"}})
		}
		return e.note(ctx, tx, actor, "service.begin", map[string]any{"service": in.Code, "like": in.Like})
	})
}

// beginning is what a new service starts from, with the definitions that it copies put into in.
func (e *Editor) beginning(ctx context.Context, tx bun.Tx, in *Beginning) (Edition, error) {
	if in.Like == "" {
		return Edition{Service: Service{Integration: Native}}, nil
	}
	s, err := published(ctx, tx, in.Like)
	if errors.Is(err, sql.ErrNoRows) {
		return Edition{}, fault.Fields([]fault.Field{{Name: "like", Code: "not_an_option"}})
	}
	if err != nil {
		return Edition{}, wrap(err)
	}
	in.Workflow, in.Document = s.Workflow, s.Document
	var newest []Standard
	err = standards(tx, &newest).Where("tenant_id = ? AND service = ?", tenancy.Must(ctx), in.Like).Order("version DESC").Limit(1).Scan(ctx)
	if err != nil || len(newest) == 0 {
		return Edition{Service: s}, wrap(err)
	}
	return Edition{s, newest[0]}, nil
}

// refuse names what is wrong with a beginning. A code that a definition has is taken too: a copy would become the next
// version of it.
func (e *Editor) refuse(ctx context.Context, tx bun.Tx, in Beginning, kept map[string][]string) ([]fault.Field, error) {
	var bad []fault.Field
	c := pack.CheckOf("")
	c.Code("code", in.Code)
	if c.Err() != nil {
		bad = append(bad, fault.Field{Name: "code", Code: "service_code"})
	}
	for _, l := range i18n.All() {
		if in.Name[l] == "" {
			bad = append(bad, fault.Field{Name: "name_" + string(l), Code: "required"})
		}
	}
	var agencies []Agency
	if err := tx.NewSelect().Model(&agencies).Where("tenant_id = ?", tenancy.Must(ctx)).Limit(1000).Scan(ctx); err != nil {
		return nil, wrap(err)
	}
	c = pack.CheckOf("")
	if checkAgency(c, "agency", in.Agency, agencies); c.Err() != nil {
		bad = append(bad, fault.Field{Name: "agency", Code: "not_an_option"})
	}
	known := func(name, value string, all []string) {
		if value != "" && !slices.Contains(all, value) {
			bad = append(bad, fault.Field{Name: name, Code: "not_an_option"})
		}
	}
	if in.Category == "" {
		bad = append(bad, fault.Field{Name: "category", Code: "required"})
	}
	known("category", in.Category, Categories())
	known("copy_workflow", in.Workflow, kept["workflow"])
	known("copy_document", in.Document, kept["document"])
	taken := slices.Contains(kept["form"], in.Code) || slices.Contains(kept["workflow"], in.Code) || slices.Contains(kept["document"], in.Code)
	if !taken {
		_, err := published(ctx, tx, in.Code)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, wrap(err)
		}
		taken = err == nil
	}
	if taken {
		bad = append(bad, fault.Field{Name: "code", Code: "service_code_taken"})
	}
	return bad, nil
}
