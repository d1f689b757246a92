package ui

// toneIcon is the sign that goes with a tone, so that no meaning hangs on colour.
func toneIcon(tone string) string {
	switch tone {
	case "good":
		return "circle-check"
	case "care":
		return "alert-triangle"
	case "bad":
		return "alert-circle"
	}
	return "info-circle"
}
