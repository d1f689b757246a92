package catalog

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"bedelau/internal/kernel/tenancy"
)

// OfficeAt returns the office that serves an address, read through db: that of the subdistrict if the city lists one, else
// that of the district; false when it lists neither. The names are those of the city's areas.
func (c *Catalog) OfficeAt(ctx context.Context, db bun.IDB, district, subdistrict string) (Agency, bool, error) {
	var a Agency
	err := db.NewSelect().Model(&a).
		Join("JOIN area AS r ON r.tenant_id = ag.tenant_id AND r.code = ag.area").
		Join("LEFT JOIN area AS d ON d.tenant_id = r.tenant_id AND d.code = r.parent").
		Where("ag.tenant_id = ? AND ag.area <> ''", tenancy.Must(ctx)).
		Where("(d.name = ? AND r.name = ? OR d.code IS NULL AND r.name = ?)", district, subdistrict, district).
		OrderExpr("r.parent IS NULL, ag.position").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Agency{}, false, nil
	}
	return a, err == nil, wrap(err)
}
