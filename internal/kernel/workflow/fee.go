package workflow

import (
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/i18n"
)

// What an officer fills in of a payment: an action with Pays asks for it besides its own fields.
const (
	PaidAmount    = "paid_amount"
	PaidOn        = "paid_on"
	PaidReference = "paid_reference"
	PaidProof     = "paid_proof"
)

// asks are the fields of an action, those of a payment first.
func (a Action) asks() []form.Field {
	if !a.Pays {
		return a.Fields
	}
	least := int64(1)
	return append([]form.Field{
		{Code: PaidAmount, Type: form.Money, Label: own("workflow.paid.amount"), Required: true, Min: &least},
		{Code: PaidOn, Type: form.Date, Label: own("workflow.paid.on"), Required: true, Past: true},
		{Code: PaidReference, Type: form.Text, Label: own("workflow.paid.reference"), Hint: own("workflow.paid.reference_hint"), Required: true, Max: 60},
		{Code: PaidProof, Type: form.File, Label: own("workflow.paid.proof"), File: &form.FileRule{Types: []string{"pdf", "jpg", "png"}, MaxMB: 5, MaxCount: 1}},
	}, a.Fields...)
}

// own is a text of the program's, as a city would write it.
func own(key string) i18n.Text {
	out := i18n.Text{}
	for _, l := range i18n.All() {
		out[l] = l.T(key)
	}
	return out
}

// reserved are the codes that no field of a workflow may have.
func (r Rules) reserved() []string {
	return append([]string{PaidAmount, PaidOn, PaidReference, PaidProof}, r.Reserved...)
}
