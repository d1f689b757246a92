package event

import (
	"time"

	"github.com/google/uuid"
)

// The channels through which a person reaches the city.
const (
	ChannelWeb     = "web"
	ChannelAPI     = "api"
	ChannelCounter = "counter" // an officer filled it in for who stood there
)

// The outcomes of an application.
const (
	Approved = "approved"
	Rejected = "rejected"
)

// AccountMailUse is the use under which AccountMail.Sealed is sealed, to be given to privacy.Keys.Open.
const AccountMailUse = "event.account_mail"

// Every fact is listed here. A fact holds ids and small values, never a name, an address or a number of a person: it
// passes through Redis and stays in the outbox. A field may be added; one that changes meaning is a new fact.

// ApplicationSubmitted: a resident has sent an application, which now has a number and a deadline.
type ApplicationSubmitted struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"`
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
}

// CorrectionRequested: an officer has sent an application back to its applicant; its clock is paused.
type CorrectionRequested struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"` // the applicant
	ActorID       uuid.UUID `json:"actor_id"`   // the officer
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
}

// ApplicationCorrected: the applicant has answered a request for correction; the clock runs again.
type ApplicationCorrected struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"`
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
}

// ApplicationDecided: an officer has approved or rejected an application.
type ApplicationDecided struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"` // the applicant
	ActorID       uuid.UUID `json:"actor_id"`   // the officer
	Outcome       string    `json:"outcome"`    // Approved or Rejected
	OnTime        bool      `json:"on_time"`    // decided before its deadline
	Channel       string    `json:"channel"`
	SubmittedAt   time.Time `json:"submitted_at"`
	At            time.Time `json:"at"`
}

// ApplicationEscalated: an application has passed its deadline and was raised one level.
type ApplicationEscalated struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	Level         int       `json:"level"` // 1 tells the agency head
	Channel       string    `json:"channel"`
	DueAt         time.Time `json:"due_at"`
	At            time.Time `json:"at"`
}

// ApplicationCancelled: the applicant has withdrawn an application.
type ApplicationCancelled struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Number        string    `json:"number"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"`
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
}

// AppointmentBooked: a resident has a place at a counter.
type AppointmentBooked struct {
	BookingID   uuid.UUID `json:"booking_id"`
	CounterCode string    `json:"counter_code"`
	ServiceCode string    `json:"service_code"`
	AgencyCode  string    `json:"agency_code"`
	AccountID   uuid.UUID `json:"account_id"`
	Channel     string    `json:"channel"`
	StartsAt    time.Time `json:"starts_at"`
	At          time.Time `json:"at"`
}

// AppointmentEnded: whoever had a place at a counter was served, or did not come.
type AppointmentEnded struct {
	BookingID   uuid.UUID `json:"booking_id"`
	CounterCode string    `json:"counter_code"`
	ServiceCode string    `json:"service_code"`
	AgencyCode  string    `json:"agency_code"`
	Outcome     string    `json:"outcome"` // "done" or "no_show"
	At          time.Time `json:"at"`
}

// DocumentIssued: the city has issued a document that its QR page can verify.
type DocumentIssued struct {
	DocumentID    uuid.UUID `json:"document_id"`
	ApplicationID uuid.UUID `json:"application_id"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"`
	AccountID     uuid.UUID `json:"account_id"`
	Channel       string    `json:"channel"`
	At            time.Time `json:"at"`
}

// ExternalStatusReceived: an agency's own app has told where applications of one service stand; one fact for each request
// of the app and service.
type ExternalStatusReceived struct {
	DeliveryID  uuid.UUID `json:"delivery_id"`
	AppID       uuid.UUID `json:"app_id"`
	ServiceCode string    `json:"service_code"`
	AgencyCode  string    `json:"agency_code"`
	Events      int       `json:"events"` // how many were new
	At          time.Time `json:"at"`
}

// DocumentReady: a document is in force, signed where its template asks for it. It is told in the transaction itself.
type DocumentReady struct {
	DocumentID  uuid.UUID `json:"document_id"`
	SubjectKind string    `json:"subject_kind"` // "application"
	SubjectID   uuid.UUID `json:"subject_id"`
	Replaces    bool      `json:"replaces"` // it took the place of another
	At          time.Time `json:"at"`
}

// DocumentRevoked: an officer has ended a document.
type DocumentRevoked struct {
	DocumentID  uuid.UUID `json:"document_id"`
	SubjectKind string    `json:"subject_kind"`
	SubjectID   uuid.UUID `json:"subject_id"`
	ActorID     uuid.UUID `json:"actor_id"`
	At          time.Time `json:"at"`
}

// TaskOpened: an office has been asked something of an application.
type TaskOpened struct {
	TaskID        uuid.UUID `json:"task_id"`
	ApplicationID uuid.UUID `json:"application_id"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"` // that is asked
	At            time.Time `json:"at"`
}

// TaskAnswered: an office has answered what it was asked of an application.
type TaskAnswered struct {
	TaskID        uuid.UUID `json:"task_id"`
	ApplicationID uuid.UUID `json:"application_id"`
	ServiceCode   string    `json:"service_code"`
	AgencyCode    string    `json:"agency_code"` // that answered
	ActorID       uuid.UUID `json:"actor_id"`
	Refused       bool      `json:"refused"`
	OnTime        bool      `json:"on_time"`
	At            time.Time `json:"at"`
}

// DocumentExpiring: a document runs out within so many days, as its template wants its holder to know.
type DocumentExpiring struct {
	DocumentID  uuid.UUID `json:"document_id"`
	SubjectKind string    `json:"subject_kind"`
	SubjectID   uuid.UUID `json:"subject_id"`
	Days        int       `json:"days"` // of the template
	At          time.Time `json:"at"`
}

// NotificationSent: a message has left for a person; the carrier has accepted it.
type NotificationSent struct {
	MessageID uuid.UUID `json:"message_id"`
	Channel   string    `json:"channel"` // "email"
	Template  string    `json:"template"`
	At        time.Time `json:"at"`
}

// StaffActive: a member of staff has signed in; metering counts each once a month.
type StaffActive struct {
	AccountID  uuid.UUID `json:"account_id"`
	AgencyCode string    `json:"agency_code"`
	At         time.Time `json:"at"`
}

// StaffDeactivated: an administrator has ended the account of a member of staff.
type StaffDeactivated struct {
	AccountID uuid.UUID `json:"account_id"`
	ActorID   uuid.UUID `json:"actor_id"` // the administrator
	At        time.Time `json:"at"`
}

// APIRequested: a program has called the JSON API with a valid token.
type APIRequested struct {
	RequestID uuid.UUID `json:"request_id"`
	AccountID uuid.UUID `json:"account_id"`
	Route     string    `json:"route"` // the route's pattern, never the path
	At        time.Time `json:"at"`
}

// AccountMail: identity asks for a mail about an account. Sealed is base64 of the end of its link, the secret and what
// may follow it, sealed under the city's key; empty when the mail has none.
type AccountMail struct {
	AccountID uuid.UUID `json:"account_id"`
	Purpose   string    `json:"purpose"` // a template of notify: account_confirm, account_exists, password_reset, staff_invite, invite_held
	Sealed    string    `json:"sealed"`
}

// Topic names the fact.
func (ApplicationSubmitted) Topic() string { return "application_submitted" }

// Topic names the fact.
func (CorrectionRequested) Topic() string { return "correction_requested" }

// Topic names the fact.
func (ApplicationCorrected) Topic() string { return "application_corrected" }

// Topic names the fact.
func (ApplicationDecided) Topic() string { return "application_decided" }

// Topic names the fact.
func (ApplicationEscalated) Topic() string { return "application_escalated" }

// Topic names the fact.
func (ApplicationCancelled) Topic() string { return "application_cancelled" }

// Topic names the fact.
func (AppointmentBooked) Topic() string { return "appointment_booked" }

// Topic names the fact.
func (AppointmentEnded) Topic() string { return "appointment_ended" }

// Topic names the fact.
func (DocumentIssued) Topic() string { return "document_issued" }

// Topic names the fact.
func (ExternalStatusReceived) Topic() string { return "external_status_received" }

// Topic names the fact.
func (DocumentReady) Topic() string { return "document_ready" }

// Topic names the fact.
func (DocumentRevoked) Topic() string { return "document_revoked" }

// Topic names the fact.
func (TaskOpened) Topic() string { return "task_opened" }

// Topic names the fact.
func (TaskAnswered) Topic() string { return "task_answered" }

// Topic names the fact.
func (DocumentExpiring) Topic() string { return "document_expiring" }

// Topic names the fact.
func (NotificationSent) Topic() string { return "notification_sent" }

// Topic names the fact.
func (StaffActive) Topic() string { return "staff_active" }

// Topic names the fact.
func (StaffDeactivated) Topic() string { return "staff_deactivated" }

// Topic names the fact.
func (APIRequested) Topic() string { return "api_requested" }

// Topic names the fact.
func (AccountMail) Topic() string { return "account_mail" }
