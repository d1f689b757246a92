package httpapi

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"bedelau/internal/city/application"
	"bedelau/internal/city/casework"
	"bedelau/internal/edge/rest"
	due "bedelau/internal/kernel/fee"
	"bedelau/internal/kernel/form"
	"bedelau/internal/kernel/identity"
	"bedelau/internal/kernel/workflow"
)

// question is what a step or a task asks of the officer who takes it.
type question struct {
	Code     string    `json:"code" example:"nomor_berita_acara"`
	Type     form.Type `json:"type" doc:"As in a form; info is text to read and takes no answer, computed is worked out."`
	Label    string    `json:"label"`
	Hint     string    `json:"hint,omitempty"`
	Required bool      `json:"required"`
	Max      int       `json:"max,omitempty" doc:"Characters of a text."`
	Least    *int64    `json:"least,omitempty" doc:"Of a number or an amount."`
	Most     *int64    `json:"most,omitempty" doc:"Of a number or an amount."`
	Options  []option  `json:"options,omitempty"`
	File     *fileRule `json:"file,omitempty" doc:"Of an upload, which goes into files."`
}

func questionsOf(p form.Page, who rest.Caller) []question {
	return rest.List(p.Fields, func(f form.Field) question {
		q := question{Code: f.Code, Type: f.Type, Label: who.Text(f.Label), Hint: who.Text(f.Hint), Required: f.Required, Max: f.Max, Least: f.Min, Most: f.Most,
			Options: rest.List(f.Options, func(o form.Option) option { return option{Value: o.Value, Label: who.Text(o.Label), Group: o.Group} })}
		if f.File != nil {
			q.File = &fileRule{Types: append([]string{}, f.File.Types...), MaxMB: f.File.MaxMB, MaxCount: f.File.MaxCount}
		}
		return q
	})
}

// jointTask is what one office was asked of an application.
type jointTask struct {
	ID        uuid.UUID  `json:"id" format:"uuid" doc:"POST /tasks/{id}/answer answers it."`
	Agency    rest.Named `json:"agency"`
	Ask       string     `json:"ask" doc:"What it is asked."`
	Status    string     `json:"status" enum:"open,answered,withdrawn"`
	Version   int        `json:"version,omitempty" doc:"Hand it back with an answer; for staff."`
	Assignee  *person    `json:"assignee,omitempty" doc:"For staff."`
	OpenedAt  time.Time  `json:"opened_at"`
	DueAt     time.Time  `json:"due_at,omitzero"`
	Late      bool       `json:"late"`
	ClosedAt  time.Time  `json:"closed_at,omitzero"`
	Outcome   string     `json:"outcome,omitempty" doc:"Code of the answer; for staff."`
	Refused   bool       `json:"refused,omitempty" doc:"The answer was against the application; for staff."`
	Reason    string     `json:"reason,omitempty" doc:"For staff."`
	By        string     `json:"by,omitempty" doc:"Who answered; for staff."`
	MayAnswer bool       `json:"may_answer"`
	Outcomes  []choice   `json:"outcomes,omitempty" doc:"The answers to choose from; where the reader may answer."`
	Questions []question `json:"questions,omitempty" doc:"What the answer has to say; where the reader may answer."`
}

// choice is one of the answers that an office can give.
type choice struct {
	Code   string `json:"code" example:"recommended"`
	Label  string `json:"label"`
	Reason string `json:"reason" enum:"none,optional,required"`
}

func jointOf(j casework.JointTask, asks map[string]form.Page, who rest.Caller) jointTask {
	out := jointTask{ID: j.ID, Agency: rest.Named{Code: j.AgencyCode, Name: who.Text(j.AgencyName)}, Ask: who.Text(j.Ask.Label), Status: j.Status,
		OpenedAt: who.At(j.OpenedAt), DueAt: who.At(j.DueAt), Late: j.Late, ClosedAt: who.At(j.ClosedAt), Outcome: j.Outcome, Refused: j.Refused,
		Reason: j.Reason, By: j.ClosedName, MayAnswer: j.MayAnswer}
	if who.Actor.Kind == identity.Staff {
		out.Version = j.Version
		if j.AssigneeID.Valid {
			out.Assignee = &person{ID: j.AssigneeID.UUID, Name: j.AssigneeName}
		}
	}
	if j.MayAnswer {
		out.Outcomes = rest.List(j.Ask.Outcomes, func(o workflow.Outcome) choice {
			return choice{Code: o.Code, Label: who.Text(o.Label), Reason: string(o.Reason)}
		})
		for _, q := range questionsOf(asks[workflow.BranchPage(j.Branch)], who) {
			if q.Code != j.Branch { // the outcome itself, which has a property of its own
				out.Questions = append(out.Questions, q)
			}
		}
	}
	return out
}

// asked is what the applicant is or was to pay. Amounts are whole rupiah.
type asked struct {
	ID       uuid.UUID `json:"id" format:"uuid" doc:"GET /applications/{id}/fees/{fee}/receipt.pdf gives the receipt of one that was paid."`
	Title    string    `json:"title"`
	Amount   int64     `json:"amount" example:"150000" doc:"Whole rupiah."`
	Basis    string    `json:"legal_basis,omitempty"`
	Code     string    `json:"payment_code" doc:"By what the payment is known where it is made."`
	How      string    `json:"how" doc:"Where and how to pay."`
	Status   string    `json:"status" enum:"due,dropped,paid,refunded" doc:"dropped: the application went on without it."`
	DueAt    time.Time `json:"due_at,omitzero"`
	Paid     int64     `json:"paid" doc:"Of all payments."`
	Refunded int64     `json:"refunded" doc:"Of what was paid. paid - refunded + open = amount."`
	Open     int64     `json:"open" doc:"What the city does not have of the amount; while the status is due, what is left to pay."`
	Entries  []paid    `json:"entries,omitempty" doc:"Payments and refunds in their order."`
}

// paid is one payment, or one sum given back.
type paid struct {
	Kind      string    `json:"kind" enum:"payment,refund"`
	Amount    int64     `json:"amount" example:"50000"`
	Day       string    `json:"paid_on,omitempty" format:"date" doc:"Of a payment."`
	Reference string    `json:"reference,omitempty" doc:"Of a payment: the bank's."`
	Reason    string    `json:"reason,omitempty" doc:"Of a refund."`
	At        time.Time `json:"recorded_at"`
}

func askedOf(f due.Fee, who rest.Caller) asked {
	return asked{ID: f.ID, Title: who.Text(f.Title), Amount: int64(f.Amount), Basis: f.Basis, Code: f.Code, How: who.Text(f.How), Status: f.Status,
		DueAt: who.At(f.DueAt), Paid: int64(f.Paid), Refunded: int64(f.Refunded), Open: int64(f.Open()),
		Entries: rest.List(f.Entries, func(e due.Entry) paid {
			return paid{Kind: e.Kind, Amount: int64(e.Amount), Day: e.Day, Reference: e.Reference, Reason: e.Reason, At: who.At(e.At)}
		})}
}

// handed is a file that comes with what an officer answers.
type handed struct {
	Field   string `json:"field" minLength:"1" maxLength:"100" example:"berita_acara" doc:"Code of the question."`
	Name    string `json:"name" minLength:"1" maxLength:"255" example:"berita-acara.pdf"`
	Content []byte `json:"content" doc:"The bytes, in base64. The type is read from them."`
}

// officeBody is the most that an answer with its files may weigh, a third of it for base64.
const officeBody = 32 << 20

func uploadsOf(all []handed) []application.Upload {
	return rest.List(all, func(f handed) application.Upload {
		return application.Upload{Field: f.Field, Name: f.Name, Body: bytes.NewReader(f.Content)}
	})
}

// typed are answers as the form reads them, with the names by which the caller knows their places.
func typed(answers map[string]given) (values map[string][]string, names map[string]string) {
	values, names = map[string][]string{}, map[string]string{}
	for code, v := range answers {
		values[code], names[code] = v, "answers."+rest.Clip(code)
	}
	return values, names
}
