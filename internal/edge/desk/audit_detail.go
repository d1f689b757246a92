package desk

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"bedelau/internal/edge/gate"
	"bedelau/internal/kernel/i18n"
)

// auditDetail says in words what an entry holds besides who, what and when. An id tells a reader nothing and is left
// out; a code without words is shown as it is, since it is what was recorded.
func auditDetail(c *gin.Context, l i18n.Locale, raw json.RawMessage) string {
	var m map[string]any
	if len(raw) == 0 || json.Unmarshal(raw, &m) != nil {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		value := auditValue(c, l, m[k])
		if value == "" {
			continue
		}
		label := k
		if key := "audit.key." + k; l.Has(key) {
			label = l.T(key)
		}
		parts = append(parts, label+": "+value)
	}
	return strings.Join(parts, "; ")
}

func auditValue(c *gin.Context, l i18n.Locale, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return l.T("yes")
		}
		return l.T("no")
	case []any:
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = auditValue(c, l, x)
		}
		return strings.Join(words, ", ")
	case string:
		if _, err := uuid.Parse(v); err == nil {
			return ""
		}
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return l.DateTime(at.In(gate.CityOf(c).Location()))
		}
		for _, key := range []string{"audit.value." + v, "status." + v, "role." + v, "perm." + v, "case.channel." + v} {
			if l.Has(key) {
				return l.T(key)
			}
		}
		return v
	}
	return fmt.Sprint(v)
}
