package document

import (
	"testing"

	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
	"bedelau/internal/kernel/pack"
)

// TestATemplateAsItBeginsCanBeIssued by a service that asks for nothing.
func TestATemplateAsItBeginsCanBeIssued(t *testing.T) {
	t.Parallel()
	c := pack.CheckOf("izin-pentas")
	template := beginning("izin-pentas", i18n.Text{"id": "Izin Pentas", "en": "Stage Permit"})
	template.Check(c, &form.Form{})
	if err := c.Err(); err != nil {
		t.Error(err)
	}
}
