package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"bedelau/internal/kernel/i18n"
)

// index writes what Search looks through. It is done here and not by a generated column, because the standard and the
// agencies are part of it, and not by a trigger, because tenant tables have none.
//
// Weights: A the name and the keywords, B the summary, C the requirements, the products and the agencies. Indonesian
// texts are stemmed as Indonesian and English ones as English, into the same vector; names and keywords are in it as
// they are written too, so that the beginning of a word finds it.
func index(ctx context.Context, tx bun.Tx, tenant uuid.UUID, c content) error {
	if len(c.offers) == 0 {
		return nil
	}
	columns := make([][]string, 10)
	for _, o := range c.offers {
		detail := detailLines(o, c.agencies)
		for i, text := range []string{
			o.Code,
			plain(append([]string{o.Name[i18n.ID]}, o.Keywords...)...), plain(o.Name[i18n.EN]),
			plain(o.Summary[i18n.ID]), plain(o.Summary[i18n.EN]),
			plain(detail[i18n.ID]), plain(detail[i18n.EN]),
			plain(append([]string{o.Name[i18n.ID], o.Name[i18n.EN], shortName(c.agencies, o.Agency)}, o.Keywords...)...),
			detail[i18n.ID], detail[i18n.EN],
		} {
			columns[i] = append(columns[i], text)
		}
	}
	args := make([]any, 0, len(columns)+1)
	for _, column := range columns {
		args = append(args, pgdialect.Array(column))
	}
	_, err := tx.NewRaw(`UPDATE service AS s SET
			search = setweight(to_tsvector('indonesian', d.a_id) || to_tsvector('english', d.a_en) || to_tsvector('simple', d.a_id || ' ' || d.a_en), 'A')
				|| setweight(to_tsvector('indonesian', d.b_id) || to_tsvector('english', d.b_en), 'B')
				|| setweight(to_tsvector('indonesian', d.c_id) || to_tsvector('english', d.c_en), 'C'),
			words = d.words, detail = jsonb_build_object('id', d.detail_id, 'en', d.detail_en)
		FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
			AS d (code, a_id, a_en, b_id, b_en, c_id, c_en, words, detail_id, detail_en)
		WHERE s.tenant_id = ? AND s.code = d.code`, append(args, tenant)...).Exec(ctx)
	return err
}

// detailLines returns, one to a line, the agencies of a service (as many lines as it has agencies), then what it asks
// for and gives: what Search can show as the reason of a match.
func detailLines(o offer, agencies []Agency) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		var lines []string
		add := func(s string) { lines = append(lines, strings.Join(strings.Fields(s), " ")) }
		for _, code := range append([]string{o.Agency}, o.JointAgencies...) {
			i := slices.IndexFunc(agencies, func(a Agency) bool { return a.Code == code })
			if i < 0 {
				add(code)
				continue
			}
			add(agencies[i].Name.In(l) + " (" + agencies[i].Short + ")")
		}
		for _, r := range o.Standard.Requirements {
			addRequirement(add, r, l)
		}
		for _, p := range o.Standard.Products {
			add(p.Name.In(l))
		}
		out[l] = strings.Join(lines, "\n")
	}
	return out
}

func shortName(agencies []Agency, code string) string {
	i := slices.IndexFunc(agencies, func(a Agency) bool { return a.Code == code })
	if i < 0 {
		return ""
	}
	return agencies[i].Short
}

func addRequirement(add func(string), r Requirement, l i18n.Locale) {
	add(r.Name.In(l))
	for _, other := range r.AnyOf {
		addRequirement(add, other, l)
	}
}
