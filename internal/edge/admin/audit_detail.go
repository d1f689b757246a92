package admin

import (
	"bytes"
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
	"bedelau/internal/kernel/money"
)

// concerned are the members of staff whom an act was about: who was given a case, and who had it before.
func concerned(raw json.RawMessage) []uuid.UUID {
	var m struct {
		Officer    uuid.NullUUID `json:"officer"`
		Before     uuid.NullUUID `json:"before"`
		Account    uuid.NullUUID `json:"account"`
		Substitute uuid.NullUUID `json:"substitute"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return nil // the detail of another act, in which these names mean something else
	}
	var ids []uuid.UUID
	for _, id := range []uuid.NullUUID{m.Officer, m.Before, m.Account, m.Substitute} {
		if id.Valid {
			ids = append(ids, id.UUID)
		}
	}
	return ids
}

// auditDetail says in words what an entry holds besides who, what and when. An id without a name tells a reader nothing
// and is left out; a code without words is shown as it is, since it is what was recorded.
func auditDetail(c *gin.Context, l i18n.Locale, raw json.RawMessage, names map[uuid.UUID]string) string {
	var m map[string]any
	numbers := json.NewDecoder(bytes.NewReader(raw))
	numbers.UseNumber() // as they were recorded: a large one is no float
	if numbers.Decode(&m) != nil {
		return ""
	}
	return auditMap(c, l, m, names, "; ")
}

// inRupiah are the names under which money is recorded.
var inRupiah = []string{"amount", "cost", "kept", "total", "to_balance"}

func auditMap(c *gin.Context, l i18n.Locale, m map[string]any, names map[uuid.UUID]string, between string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		value := auditValue(c, l, m[k], names)
		if n, ok := m[k].(json.Number); ok && slices.Contains(inRupiah, k) {
			if amount, err := n.Int64(); err == nil {
				value = money.Rupiah(amount).String()
			}
		}
		if value == "" {
			continue
		}
		label := k
		keys := []string{"audit.key." + k, "weekday." + k}
		if _, changed := m[k].(bool); changed { // that it was changed is on record, and not to what
			keys = append([]string{"audit.changed." + k}, keys...)
		}
		for _, key := range keys {
			if l.Has(key) {
				label = l.T(key)
				break
			}
		}
		parts = append(parts, label+": "+value)
	}
	return strings.Join(parts, between)
}

func auditValue(c *gin.Context, l i18n.Locale, v any, names map[uuid.UUID]string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return l.T("yes")
		}
		return l.T("no")
	case map[string]any:
		return auditMap(c, l, v, names, ", ")
	case []any:
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = auditValue(c, l, x, names)
		}
		return strings.Join(words, ", ")
	case string:
		if id, err := uuid.Parse(v); err == nil {
			return names[id]
		}
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return l.DateTime(at.In(gate.CityOf(c).Location()))
		}
		if day, err := time.Parse(time.DateOnly, v); err == nil {
			return l.Date(day)
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
