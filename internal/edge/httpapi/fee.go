package httpapi

import (
	"bytes"
	"context"
	"net/http"

	"github.com/google/uuid"

	"bedelau/internal/city/casework"
	"bedelau/internal/edge/gate"
	"bedelau/internal/edge/rest"
	"bedelau/internal/kernel/access"
	"bedelau/internal/kernel/files"
	"bedelau/internal/kernel/money"
)

// ByFee names a fee of an application in the path.
type ByFee struct {
	ByApplication
	Fee uuid.UUID `path:"fee" format:"uuid" doc:"Id of the fee."`
}

type refundRequest struct {
	Amount   int64  `json:"amount,omitempty" minimum:"1" maximum:"9007199254740991" example:"50000" doc:"Whole rupiah. Without it all that the city has of the fee."`
	Refunded int64  `json:"refunded" minimum:"0" maximum:"9007199254740991" example:"0" doc:"What had been given back of the fee when you read it, so that a request sent twice is recorded once."`
	Reason   string `json:"reason" minLength:"1" maxLength:"2000" doc:"The applicant reads it."`
}

func feeIDs() map[string]string { return map[string]string{"id": "application", "fee": "fee"} }

func (a *API) fees() {
	rest.Register(a.API, rest.Operation{
		Method: http.MethodGet, Path: "/applications/{id}/fees/{fee}/receipt.pdf", ID: "get-fee-receipt", Tag: "Applications", Title: "The receipt of a payment",
		About: "The receipt (bukti bayar) of a fee that was paid, in the reader's language. For its applicant, and for staff who may read the application. 409 `fee.not_paid`.",
		Needs: everyReader, Scope: gate.City, IDs: feeIDs(), Download: []string{"application/pdf"}, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct{ ByFee }) (*download, error) {
		name, pdf, err := a.Casework.FeeReceiptPDF(ctx, who.Actor, in.ID, in.Fee)
		if err != nil {
			return nil, err
		}
		return served(files.File{Name: name, Mime: "application/pdf"}, closing{bytes.NewReader(pdf)}, nil)
	})
	rest.Register(a.API, rest.Operation{
		Method: http.MethodPost, Path: "/applications/{id}/fees/{fee}/refund", ID: "refund-fee", Tag: "Desk", Title: "Record a refund",
		About: "Records that what was paid, or a part of it, has been given back, and why; the applicant is told. For staff with `application:decide`. 409 `fee.not_paid`, and `fee.changed` when `refunded` is not what it is now; 422 names `amount` when it is more than the city has of the fee.",
		Needs: access.ApplicationDecide, Scope: gate.City, IDs: feeIDs(), MaxBody: rest.SmallBody, Refuses: []int{http.StatusConflict},
	}, func(ctx context.Context, who rest.Caller, in *struct {
		ByFee
		Body refundRequest
	}) (*rest.Done, error) {
		return &rest.Done{}, a.Casework.RefundFee(ctx, who.Actor, casework.RefundInput{ID: in.ID, Fee: in.Fee,
			Seen: money.Rupiah(in.Body.Refunded), Amount: money.Rupiah(in.Body.Amount), Reason: in.Body.Reason})
	})
}
