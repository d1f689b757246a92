package rest

import (
	"fmt"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"bedelau/internal/kernel/i18n"
)

func TestWhatIsTooLittleIsSaidWithItsLimit(t *testing.T) {
	l := i18n.EN
	for _, tt := range []struct{ said, code, text string }{
		{fmt.Sprintf(validation.MsgExpectedMinLength, 1), "required", "This answer is required."},
		{fmt.Sprintf(validation.MsgExpectedMinLength, 5), "too_short", "This answer is too short, at least 5 characters."},
		{fmt.Sprintf(validation.MsgExpectedMinItems, 1), "required", "This answer is required."},
		{fmt.Sprintf(validation.MsgExpectedMinItems, 2), "too_few", "At least 2."},
		{fmt.Sprintf(validation.MsgExpectedMinProperties, 1), "required", "This answer is required."},
		{fmt.Sprintf(validation.MsgExpectedMinProperties, 3), "too_few", "At least 3."},
		{fmt.Sprintf(validation.MsgExpectedMaxProperties, 100), "too_many", "At most 100."},
		{fmt.Sprintf(validation.MsgExpectedMinimumNumber, 1), "too_small", "At least 1."},
		{validation.MsgExpectedArray, "not_list", "This must be a list."},
		{validation.MsgExpectedObject, "not_object", "This must be an object."},
	} {
		bad := invalid([]*huma.ErrorDetail{{Message: tt.said, Location: "body.x"}})
		if len(bad) != 1 || bad[0].Name != "x" || bad[0].Code != tt.code {
			t.Errorf("%q became %+v, want x %s", tt.said, bad, tt.code)
			continue
		}
		if text := l.T("field."+bad[0].Code, bad[0].Args...); text != tt.text {
			t.Errorf("%q is said as %q, want %q", tt.said, text, tt.text)
		}
	}
}
